//! The history's calls. Nothing here is verified: whoever asks holds what comes against a checkpoint.

use doorward_core::{
    feed::subject::Subject,
    time::UnixMs,
    wire::{Consistency, History, TakenGrants},
};
use reqwest::Method;
use secrecy::SecretString;

use super::{Api, ApiError};

/// Entries in a page of a history.
const PAGE: usize = 100;
const NOTHING: Option<&()> = None;

impl Api {
    /// `GET /v1/history/{kind}/{id}`: the entries before `before`, proven in the tree of `size`; the newest by default.
    pub async fn history(
        &self,
        token: &SecretString,
        subject: &Subject,
        size: Option<u64>,
        before: Option<u64>,
    ) -> Result<History, ApiError> {
        let mut path = format!("/v1/history/{}/{}?limit={PAGE}", subject.kind(), subject.id());
        for (name, value) in [("size", size), ("before", before)] {
            path.extend(value.map(|value| format!("&{name}={value}")));
        }
        self.call(Method::GET, &path, Some(token), NOTHING).await
    }

    /// `GET /v1/history/grants`: the grants that were taken away after `from`.
    pub async fn taken_grants(&self, token: &SecretString, from: UnixMs) -> Result<TakenGrants, ApiError> {
        self.call(Method::GET, &format!("/v1/history/grants?from={}", from.0), Some(token), NOTHING).await
    }

    /// `GET /v1/feed/consistency`: from one size to another, or to the newest.
    pub async fn consistency(&self, token: &SecretString, from: u64, to: Option<u64>) -> Result<Consistency, ApiError> {
        let to = to.map(|to| format!("&to={to}")).unwrap_or_default();
        self.call(Method::GET, &format!("/v1/feed/consistency?from={from}{to}"), Some(token), NOTHING).await
    }
}
