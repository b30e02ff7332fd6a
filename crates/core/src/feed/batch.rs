//! Batches: entries that follow what a replica has, verified as a whole before any of them is used.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    checkpoint::{Checkpoint, FeedTrust, StatementFault},
    entry::{Entry, EntryFault},
    tree::{Frontier, leaf_hash},
};
use crate::id::Seq;

/// Most entries in one batch.
pub const MAX_BATCH: usize = 1_000;

/// Entries as they travel: the canonical text of each, and the checkpoint that covers exactly up to the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Canonical entry texts, in order.
    pub entries: Vec<String>,
    /// A checkpoint as a signed note, of the size reached with the last entry.
    pub checkpoint: String,
}

/// Why a batch is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchFault {
    #[error("the batch has more than {MAX_BATCH} entries")]
    TooMany,
    #[error(transparent)]
    Entry(#[from] EntryFault),
    #[error("entry {0:?} is missing")]
    Gap(Seq),
    #[error(transparent)]
    Checkpoint(#[from] StatementFault),
    #[error("the checkpoint is of a smaller feed than this replica's: a rollback")]
    Rollback,
    #[error("the checkpoint is not of the size these entries reach")]
    SizeMismatch,
    #[error("the entries do not hash to the checkpoint's root: a fork")]
    Fork,
}

/// A batch whose every byte was verified against a replica's frontier. Only [`verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedBatch {
    entries: Vec<(String, Entry)>,
    checkpoint: Checkpoint,
    note: String,
    frontier: Frontier,
}

impl VerifiedBatch {
    /// The entries with their canonical texts.
    pub fn entries(&self) -> &[(String, Entry)] {
        &self.entries
    }
    /// The checkpoint reached.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
    /// The checkpoint as it was signed.
    pub fn note(&self) -> &str {
        &self.note
    }
    /// The frontier reached.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }
}

/// Verifies that `batch` follows `frontier` without gap, fork or rollback, under the keys and origin of `trust`.
pub fn verify(batch: &Batch, frontier: &Frontier, trust: &FeedTrust) -> Result<VerifiedBatch, BatchFault> {
    if batch.entries.len() > MAX_BATCH {
        return Err(BatchFault::TooMany);
    }
    let checkpoint = Checkpoint::open(&batch.checkpoint, trust)?;
    if checkpoint.size < frontier.size() {
        return Err(BatchFault::Rollback);
    }
    let mut reached = frontier.clone();
    let mut entries = Vec::with_capacity(batch.entries.len());
    for text in &batch.entries {
        let entry = Entry::decode(text.as_bytes())?;
        let expected = Seq(reached.size()).next();
        if entry.seq != expected {
            return Err(BatchFault::Gap(expected));
        }
        reached.push(leaf_hash(text.as_bytes()));
        entries.push((text.clone(), entry));
    }
    if checkpoint.size != reached.size() {
        return Err(BatchFault::SizeMismatch);
    }
    if checkpoint.root != reached.root() {
        return Err(BatchFault::Fork);
    }
    Ok(VerifiedBatch { entries, checkpoint, note: batch.checkpoint.clone(), frontier: reached })
}
