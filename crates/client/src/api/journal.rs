//! The call by which a gateway delivers its journal.

use doorward_core::wire::{JournalBatch, JournalTaken};
use reqwest::Method;
use secrecy::SecretString;

use super::{Api, ApiError};

impl Api {
    /// `POST /v1/journal`: takes records over, once and in order, and says how far the journal is there. Without records
    /// it only says that.
    pub async fn deliver_journal(&self, key: &SecretString, batch: &JournalBatch) -> Result<JournalTaken, ApiError> {
        self.call(Method::POST, "/v1/journal", Some(key), Some(batch)).await
    }
}
