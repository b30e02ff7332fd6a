//! What the server or the copy told, verified: nothing of a history is looked at before its proof is.

use doorward_client::api::ApiError;
use doorward_core::{
    feed::{
        checkpoint::{Checkpoint, FeedTrust},
        entry::{Entry, What},
        proof::{Head, ProofFault, verify_consistency, verify_inclusion},
        proof_file::ProvenEntry,
        subject::Subject,
        tree::{Hash, leaf_hash},
    },
    session::Reason,
    wire::{Counts, HistoryEntry},
};
use secrecy::SecretString;

use crate::{
    controller::house::Line,
    view::{ErrorCode, Problem},
};

/// Why a history is not shown.
pub(super) enum NotProven {
    Asking(Problem),
    /// What came does not verify. The words are for the log.
    Refused(String),
}

impl From<ApiError> for NotProven {
    fn from(error: ApiError) -> Self {
        Self::Asking(error.into())
    }
}

impl From<ProofFault> for NotProven {
    fn from(fault: ProofFault) -> Self {
        Self::Refused(fault.to_string())
    }
}

impl From<NotProven> for Problem {
    fn from(fault: NotProven) -> Self {
        match fault {
            NotProven::Asking(problem) => problem,
            NotProven::Refused(why) => {
                tracing::warn!(why, "a history does not verify and is not shown");
                ErrorCode::NotProven.into()
            }
        }
    }
}

fn refused(why: impl ToString) -> NotProven {
    NotProven::Refused(why.to_string())
}

/// An entry as it came, and what came beside it.
struct Told {
    proven: ProvenEntry,
    opening: Option<ProvenEntry>,
    reason: Option<Reason>,
    counts: Option<Counts>,
}

/// What came. Its checkpoint is signed; its entries are not looked at yet.
pub(super) struct Came {
    pub checkpoint: Checkpoint,
    note: String,
    subject: Option<Subject>,
    entries: Vec<Told>,
    before: Option<u64>,
}

impl Came {
    /// What the tail of the copy has.
    pub fn local(
        trust: &FeedTrust,
        note: String,
        entries: Vec<(ProvenEntry, Option<ProvenEntry>)>,
    ) -> Result<Self, NotProven> {
        let checkpoint = Checkpoint::open(&note, trust).map_err(refused)?;
        let told = |(proven, opening)| Told { proven, opening, reason: None, counts: None };
        Ok(Self { checkpoint, note, subject: None, entries: entries.into_iter().map(told).collect(), before: None })
    }
}

/// A history in which every entry is in the feed of its checkpoint. Only [`verify`] makes one.
pub(super) struct Verified {
    pub note: String,
    pub checkpoint: Checkpoint,
    pub entries: Vec<VerifiedEntry>,
    pub before: Option<u64>,
}

/// An entry that is in the feed.
pub(super) struct VerifiedEntry {
    pub proven: ProvenEntry,
    pub entry: Entry,
    /// Where it ends a session or revokes a certificate: the entry that opened or issued it.
    pub opening: Option<Entry>,
    /// The server's word, and no part of the feed.
    pub reason: Option<Reason>,
    /// The same.
    pub counts: Option<Counts>,
}

/// Asks the server, under `known` where that is the checkpoint of what is shown already.
pub(super) async fn ask(
    line: &dyn Line,
    token: &SecretString,
    trust: &FeedTrust,
    subject: &Subject,
    before: Option<u64>,
    known: Option<String>,
) -> Result<Came, NotProven> {
    let checkpoint = known.as_ref().map(|note| Checkpoint::open(note, trust)).transpose().map_err(refused)?;
    let size = checkpoint.as_ref().map(|checkpoint| checkpoint.size);
    let told = line.history(token, subject.clone(), size, before).await?;
    let note = known.or(told.checkpoint).ok_or_else(|| refused("there is no checkpoint with it"))?;
    let checkpoint = Checkpoint::open(&note, trust).map_err(refused)?;
    if checkpoint.size != told.size {
        return Err(refused("the checkpoint is of another size"));
    }
    let read = |told: HistoryEntry| -> Result<Told, ()> {
        let opening = told.opening.map(|opening| opening.read().ok_or(())).transpose()?;
        Ok(Told { proven: told.proven.read().ok_or(())?, opening, reason: told.reason, counts: told.counts })
    };
    let entries = told.entries.into_iter().map(read).collect::<Result<_, ()>>();
    let entries = entries.map_err(|()| refused("a path is not one of hashes"))?;
    Ok(Came { checkpoint, note, subject: Some(subject.clone()), entries, before: told.before })
}

/// The proof that connects a checkpoint with the copy, where they are of two sizes.
pub(super) async fn beside(
    line: &dyn Line,
    token: &SecretString,
    copy: Head,
    newest: Head,
) -> Result<Option<Vec<Hash>>, NotProven> {
    let (from, to) = (copy.size.min(newest.size), copy.size.max(newest.size));
    if from == to || from == 0 {
        return Ok(None);
    }
    let told = line.consistency(token, from, Some(to)).await?;
    Ok(Some(told.hashes().ok_or_else(|| refused("the proof is not one of hashes"))?))
}

/// Whether a checkpoint is of the very feed that the copy is of: one begins with the other.
pub(super) fn connects(copy: Head, newest: Head, beside: Option<&[Hash]>) -> Result<(), ProofFault> {
    let (older, newer) = if copy.size <= newest.size { (copy, newest) } else { (newest, copy) };
    // A copy that holds nothing yet contradicts nothing.
    if older.size == 0 { Ok(()) } else { verify_consistency(older, newer, beside.unwrap_or_default()) }
}

/// Verifies what came: that its checkpoint is of the feed the copy is of, that each entry is in it, and is about what was
/// asked for.
pub(super) fn verify(came: Came, copy: Head, beside: Option<Vec<Hash>>) -> Result<Verified, NotProven> {
    let Came { checkpoint, note, subject, entries, before } = came;
    connects(copy, checkpoint.head(), beside.as_deref())?;
    let mut verified: Vec<VerifiedEntry> = Vec::with_capacity(entries.len());
    for Told { proven, opening, reason, counts } in entries {
        let entry = included(&proven, &checkpoint)?;
        let opening = opening.map(|opening| included(&opening, &checkpoint)).transpose()?;
        if verified.last().is_some_and(|after| after.entry.seq <= entry.seq) {
            return Err(refused("the entries are not in order"));
        }
        if opening.as_ref().is_some_and(|opening| !opens(opening, &entry)) {
            return Err(refused("an entry that ends something came with the opening of something else"));
        }
        if subject.as_ref().is_some_and(|subject| !is_about(&entry, opening.as_ref(), subject)) {
            return Err(refused("an entry is about something else"));
        }
        verified.push(VerifiedEntry { proven, entry, opening, reason, counts });
    }
    Ok(Verified { note, checkpoint, entries: verified, before })
}

/// The entry, where it is in the feed of `checkpoint`.
pub(super) fn included(proven: &ProvenEntry, checkpoint: &Checkpoint) -> Result<Entry, NotProven> {
    let entry = Entry::decode(proven.text.as_bytes()).map_err(refused)?;
    let place = entry.seq.0.checked_sub(1).ok_or(ProofFault::OutOfTree)?;
    let leaf = leaf_hash(proven.text.as_bytes());
    verify_inclusion(&leaf, place, checkpoint.size, &proven.path, &checkpoint.root)?;
    Ok(entry)
}

/// What an entry reports, where it ends something that another opened.
pub(super) fn ending(text: &str) -> Option<What> {
    Entry::decode(text.as_bytes()).ok().map(|entry| entry.what).filter(|what| what.ends().is_some())
}

fn opens(opening: &Entry, end: &Entry) -> bool {
    let over = end.what.ends();
    over.is_some() && opening.what.opens() == over && opening.seq < end.seq
}

/// A key's end names who ended it and not whose it was, an SSH key the key it goes with and not whose that is, and an end
/// without its opening names the session alone: of those the feed itself does not say more, and the server's word is shown
/// as what it is.
fn is_about(entry: &Entry, opening: Option<&Entry>, subject: &Subject) -> bool {
    let names = |entry: &Entry| entry.what.subjects().contains(subject);
    match (&entry.what, opening) {
        (What::KeyRevoked { .. } | What::SshKeyEnrolled { .. }, _) if matches!(subject, Subject::Staff(_)) => true,
        (What::SessionEnded { .. }, None) => true,
        (_, opening) => names(entry) || opening.is_some_and(names),
    }
}
