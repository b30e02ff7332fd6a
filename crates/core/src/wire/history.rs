//! Histories on the wire: entries with their proofs in the tree of a size. Nothing here is verified; whoever holds a
//! checkpoint of that size does that.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    feed::{proof_file::ProvenEntry, tree::Hash},
    session::Reason,
};

/// An entry and its path to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proven {
    /// The entry's canonical text.
    pub entry: String,
    /// The hashes beside the way from the leaf up (RFC 6962 section 2.1.1), in base64.
    pub path: Vec<String>,
}

impl From<ProvenEntry> for Proven {
    fn from(proven: ProvenEntry) -> Self {
        Self { entry: proven.text, path: hashes_as_text(&proven.path) }
    }
}

impl Proven {
    /// The entry and its path; nothing where the path is not one of hashes.
    pub fn read(self) -> Option<ProvenEntry> {
        Some(ProvenEntry { text: self.entry, path: read_hashes(&self.path)? })
    }
}

/// An entry of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    #[serde(flatten)]
    pub proven: Proven,
    /// Where the entry ends a session or revokes a certificate: the entry that opened or issued it, which says whose it was.
    pub opening: Option<Proven>,
    /// Where the entry opens a session or issues a certificate: why, for whoever may see that.
    pub reason: Option<Reason>,
    /// Where the entry opens a session: what was done in it, as far as the gateways have told.
    #[serde(default)]
    pub counts: Option<Counts>,
}

/// How much was done in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Requests that read.
    pub reads: u64,
    /// Writes that were let through.
    pub writes: u64,
}

/// Entries about one thing, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    pub entries: Vec<HistoryEntry>,
    /// The size of the tree in which the entries are proven.
    pub size: u64,
    /// A checkpoint of that size as a signed note, where it is the newest.
    pub checkpoint: Option<String>,
    /// Ask for the entries before this one next; absent on the last page.
    pub before: Option<u64>,
}

/// A grant that was taken away before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenGrant {
    /// The entry that gave it.
    pub given: Proven,
    /// The entry that took it away.
    pub taken: Proven,
}

/// Grants that were taken away, the last first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TakenGrants {
    pub grants: Vec<TakenGrant>,
    /// The size of the tree in which the entries are proven.
    pub size: u64,
    /// A checkpoint of that size as a signed note, where it is the newest.
    pub checkpoint: Option<String>,
}

/// The proof that one tree is the beginning of another (RFC 6962 section 2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    pub from: u64,
    pub to: u64,
    /// A checkpoint of the larger size as a signed note, where it is the newest.
    pub checkpoint: Option<String>,
    /// Hashes in base64.
    pub path: Vec<String>,
}

impl Consistency {
    /// The hashes; nothing where they are none.
    pub fn hashes(&self) -> Option<Vec<Hash>> {
        read_hashes(&self.path)
    }
}

/// Hashes in base64.
pub fn hashes_as_text(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

fn read_hashes(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect()
}
