//! Checkpoints: the log key's signed statement of origin, size, root hash and time (C2SP tlog-checkpoint, with the
//! time in an extension line), and whom a follower believes.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    note::{NoteFault, NoteSigner, NoteVerifier},
    tree::Hash,
};
use crate::time::UnixMs;

/// Whom a follower believes: fixed by configuration, never learnt on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTrust {
    pub origin: String,
    /// Verifies checkpoints and snapshots.
    pub log: NoteVerifier,
    /// Verifies freshness statements, and nothing else.
    pub freshness: NoteVerifier,
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub at: UnixMs,
}

/// What is wrong with a signed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    #[error(transparent)]
    Note(#[from] NoteFault),
    #[error("the statement's text is not in the expected form")]
    Malformed,
    #[error("the statement is of another origin")]
    WrongOrigin,
}

impl Checkpoint {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\ntime {}\n", self.origin, self.size, STANDARD.encode(self.root), self.at.0)
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, log: &NoteSigner) -> String {
        log.sign(&self.text())
    }

    /// The checkpoint in `note`, where the log key of `trust` signed it for its origin.
    pub fn open(note: &str, trust: &FeedTrust) -> Result<Self, StatementFault> {
        let text = trust.log.open(note)?;
        let checkpoint = Self::read(text).ok_or(StatementFault::Malformed)?;
        if checkpoint.text() != text {
            return Err(StatementFault::Malformed);
        }
        if checkpoint.origin == trust.origin { Ok(checkpoint) } else { Err(StatementFault::WrongOrigin) }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = read_hash(lines.next()?)?;
        let at = UnixMs(lines.next()?.strip_prefix("time ")?.parse().ok()?);
        lines.next().is_none().then_some(Self { origin, size, root, at })
    }
}

/// A hash in base64.
pub(super) fn read_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
