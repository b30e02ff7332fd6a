//! The feed on the wire. The stream's events are `entries` (a `Batch`) and `fresh` (a `Fresh`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{feed::batch::Batch, id::AccountId};

/// A freshness statement as a signed note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fresh {
    pub note: String,
}

/// Entries after a sequence number. `batch` is absent where there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delta {
    pub batch: Option<Batch>,
    pub fresh: Fresh,
    /// Whether there are more after these.
    pub more: bool,
}

/// A signed snapshot: the note and the exact body it signs, in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedSnapshot {
    pub note: String,
    pub body: String,
}

/// Names of accounts, a page at a time, from the directory (which, unlike the feed, can be erased).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountNames {
    pub accounts: Vec<AccountName>,
    /// Ask for the accounts after this one next; absent on the last page.
    pub next: Option<AccountId>,
}

/// An account's name, and those of the users who hold its grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountName {
    pub account: AccountId,
    pub name: String,
    /// Who switched on the present Support Team Access, by name.
    pub support_by: Option<String>,
    /// Who switched on the present Customer Success Team Access, by name.
    pub success_by: Option<String>,
}
