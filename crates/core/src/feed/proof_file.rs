//! Proofs as text that people keep and pass on: entries, their paths, and the checkpoint they lead to. Whoever holds the
//! trust file checks one without asking anybody.
//!
//! One entry alone is a C2SP tlog-proof, with the entry as its `extra` data, so that other people's tools can check it.
//! Several, or the proof that the feed only grew since an older checkpoint, are in a form of our own:
//!
//! ```text
//! doorward-proof/v1
//! entry {"seq":12,…}
//! path <base64>
//! older doorward.example/feed
//! older 9
//! older <base64>
//! consistency <base64>
//!
//! <the checkpoint, a signed note>
//! ```
//!
//! A proof has one spelling; what is written in another way is refused.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    checkpoint::{Checkpoint, FeedTrust, StatementFault, read_hash},
    entry::{Entry, EntryFault, MAX_ENTRY_BYTES},
    note::MAX_NOTE_BYTES,
    proof::{Head, MAX_PATH, ProofFault, verify_consistency, verify_inclusion},
    tree::{Hash, leaf_hash},
};
use crate::id::Seq;

/// Most entries in one proof.
pub const MAX_PROVEN: usize = 1_000;
/// Longest proof in bytes.
pub const MAX_PROOF_BYTES: usize = 8 << 20;

const KIND: &str = "doorward-proof/v1";
const TLOG_KIND: &str = "c2sp.org/tlog-proof@v1";

/// A canonical entry text and its path to the root, from the leaf up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    pub text: String,
    pub path: Vec<Hash>,
}

/// An older checkpoint, and the proof that the newer one's feed begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// A checkpoint as a signed note.
    pub note: String,
    pub path: Vec<Hash>,
}

/// A proof that is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// In the order of the feed.
    pub entries: Vec<ProvenEntry>,
    pub older: Option<Older>,
    /// The checkpoint everything leads to, as a signed note.
    pub note: String,
}

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileFault {
    #[error("it is longer than a proof may be")]
    TooLong,
    #[error("it is not in a proof's form")]
    Malformed,
    #[error("it holds nothing to be proven")]
    Empty,
    #[error("the checkpoint: {0}")]
    Checkpoint(StatementFault),
    #[error("entry {0}: {1}")]
    Entry(Seq, ProofFault),
    #[error("an entry: {0}")]
    Unreadable(#[from] EntryFault),
    #[error("the entries are not in the order of the feed, or one is there twice")]
    OutOfOrder,
    #[error("the older checkpoint: {0}")]
    OlderCheckpoint(StatementFault),
    #[error("from the older checkpoint to the newer: {0}")]
    Older(ProofFault),
}

/// A proof in which everything verified. Only [`Proof::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedProof {
    checkpoint: Checkpoint,
    older: Option<Checkpoint>,
    entries: Vec<Entry>,
}

impl VerifiedProof {
    /// The checkpoint everything leads to.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
    /// The older checkpoint with which the newer one's feed begins.
    pub fn older(&self) -> Option<&Checkpoint> {
        self.older.as_ref()
    }
    /// The entries that are in the feed.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Checkpoint {
    /// Its size and root.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: self.root }
    }
}

impl Proof {
    /// The proof as text, in its one spelling.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        match (self.entries.as_slice(), &self.older) {
            ([one], None) => {
                let place = Entry::decode(one.text.as_bytes()).map_or(0, |entry| entry.seq.0.saturating_sub(1));
                line(&mut text, "", TLOG_KIND);
                line(&mut text, "extra ", &STANDARD.encode(&one.text));
                line(&mut text, "index ", &place.to_string());
                one.path.iter().for_each(|hash| line(&mut text, "", &STANDARD.encode(hash)));
            }
            (entries, older) => {
                line(&mut text, "", KIND);
                for entry in entries {
                    line(&mut text, "entry ", &entry.text);
                    entry.path.iter().for_each(|hash| line(&mut text, "path ", &STANDARD.encode(hash)));
                }
                if let Some(older) = older {
                    // Nothing ends in a blank: such an end is lost where text is carried by hand.
                    let head = |told: &str| if told.is_empty() { "older" } else { "older " };
                    older.note.lines().for_each(|told| line(&mut text, head(told), told));
                    older.path.iter().for_each(|hash| line(&mut text, "consistency ", &STANDARD.encode(hash)));
                }
            }
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// The proof in `text`. Nothing of it is verified yet.
    pub fn parse(text: &str) -> Result<Self, ProofFileFault> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofFileFault::TooLong);
        }
        let (body, note) = text.split_once("\n\n").ok_or(ProofFileFault::Malformed)?;
        let mut lines = body.lines();
        let proof = match lines.next() {
            Some(TLOG_KIND) => tlog(lines, note),
            Some(KIND) => own(lines, note),
            _ => None,
        };
        let proof = proof.ok_or(ProofFileFault::Malformed)?;
        if proof.note.len() > MAX_NOTE_BYTES || proof.entries.len() > MAX_PROVEN {
            return Err(ProofFileFault::TooLong);
        }
        if proof.to_text() == text { Ok(proof) } else { Err(ProofFileFault::Malformed) }
    }

    /// Whether everything in it verifies under the keys and origin of `trust`.
    pub fn verify(&self, trust: &FeedTrust) -> Result<VerifiedProof, ProofFileFault> {
        if self.entries.is_empty() && self.older.is_none() {
            return Err(ProofFileFault::Empty);
        }
        let checkpoint = Checkpoint::open(&self.note, trust).map_err(ProofFileFault::Checkpoint)?;
        let mut entries: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for ProvenEntry { text, path } in &self.entries {
            let entry = Entry::decode(text.as_bytes())?;
            if entries.last().is_some_and(|before| before.seq >= entry.seq) {
                return Err(ProofFileFault::OutOfOrder);
            }
            let place = entry.seq.0.checked_sub(1).ok_or(ProofFileFault::Entry(entry.seq, ProofFault::OutOfTree))?;
            verify_inclusion(&leaf_hash(text.as_bytes()), place, checkpoint.size, path, &checkpoint.root)
                .map_err(|fault| ProofFileFault::Entry(entry.seq, fault))?;
            entries.push(entry);
        }
        let older = self.older.as_ref().map(|older| {
            let known = Checkpoint::open(&older.note, trust).map_err(ProofFileFault::OlderCheckpoint)?;
            verify_consistency(known.head(), checkpoint.head(), &older.path).map_err(ProofFileFault::Older)?;
            Ok::<_, ProofFileFault>(known)
        });
        Ok(VerifiedProof { older: older.transpose()?, checkpoint, entries })
    }
}

fn line(text: &mut String, head: &str, rest: &str) {
    text.push_str(head);
    text.push_str(rest);
    text.push('\n');
}

fn tlog<'t>(mut lines: impl Iterator<Item = &'t str>, note: &str) -> Option<Proof> {
    let extra = lines.next()?.strip_prefix("extra ")?;
    let text = String::from_utf8(STANDARD.decode(extra).ok()?).ok().filter(|text| text.len() <= MAX_ENTRY_BYTES)?;
    // The entry says its own place; that the line agrees is looked at when the spelling is.
    lines.next()?.strip_prefix("index ")?;
    let path = lines.map(read_hash).collect::<Option<Vec<_>>>().filter(|path| path.len() <= MAX_PATH)?;
    Some(Proof { entries: vec![ProvenEntry { text, path }], older: None, note: note.to_owned() })
}

fn own<'t>(lines: impl Iterator<Item = &'t str>, note: &str) -> Option<Proof> {
    let (mut entries, mut told, mut steps) = (Vec::<ProvenEntry>::new(), String::new(), Vec::new());
    for text in lines {
        let (head, rest) = text.split_once(' ').unwrap_or((text, ""));
        match head {
            "entry" => entries.push(ProvenEntry { text: rest.to_owned(), path: Vec::new() }),
            "path" => entries.last_mut()?.path.push(read_hash(rest)?),
            "older" => line(&mut told, "", rest),
            "consistency" => steps.push(read_hash(rest)?),
            _ => return None,
        }
    }
    let long = steps.len() > MAX_PATH.saturating_mul(2) || entries.iter().any(|entry| entry.path.len() > MAX_PATH);
    let older = match (told.is_empty(), steps.is_empty()) {
        (true, true) => None,
        (true, false) => return None,
        (false, _) => Some(Older { note: told, path: steps }),
    };
    (!long).then(|| Proof { entries, older, note: note.to_owned() })
}
