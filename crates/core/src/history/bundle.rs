//! The bundle: an account's whole history as a file that its customer keeps, and checks without asking anybody.
//!
//! One JSON value a line, each in one spelling:
//!
//! ```text
//! {"history":1,"account":"acme","origin":"door.example/accounts/acme","key":"door.example+…","records":3}
//! {"n":1,"at":…,"what":{…}}                          a record: these bytes are the leaf
//! {"told":1,"salt":"…","name":"…","ticket":…,"reason":"…"}   what record 1 commits to, where it was not erased
//! {"checkpoint":"door.example/accounts/acme\n1\n…"}  what the log key signed when there were so many records
//! {"end":3,"checkpoint":"…"}                         the newest checkpoint, over everything
//! ```
//!
//! It is read a line at a time and never held: a history of millions of records is checked in the memory of one line.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{
    record::{Happened, MAX_RECORD_BYTES, Record, RecordFault, origin_of},
    told::{Opened, Told, hash},
};
use crate::{
    feed::{
        checkpoint::{Checkpoint, FeedTrust, StatementFault},
        tree::{Frontier, leaf_hash},
    },
    id::AccountId,
};

/// Longest line in bytes.
pub const MAX_LINE_BYTES: usize = 2 * MAX_RECORD_BYTES;
/// Most records in one bundle.
pub const MAX_RECORDS: u64 = 100_000_000;
const VERSION: u32 = 1;

/// Why a bundle is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HistoryFault {
    #[error("it is cut: it says that there are {said} records, and {held} are there")]
    Truncated { held: u64, said: u64 },
    #[error("record {found} stands where record {expected} belongs: some are missing, there twice, or out of order")]
    OutOfOrder { expected: u64, found: u64 },
    #[error("one of the records {first} to {last} is not what was signed")]
    Tampered { first: u64, last: u64 },
    #[error("record {0}: {1}")]
    Record(u64, RecordFault),
    #[error("what is told beside record {0} is not what the record commits to")]
    Told(u64),
    #[error("the checkpoint after record {0}: {1}")]
    Checkpoint(u64, StatementFault),
    #[error("it is of another account, or of another server's log, than it says")]
    OtherLog,
    #[error("the earlier bundle is of another account")]
    OtherAccount,
    #[error("it has {now} records, and the earlier bundle has {then}: it was rolled back")]
    RolledBack { now: u64, then: u64 },
    #[error("its first {0} records are not those of the earlier bundle: the history was written anew")]
    Forked(u64),
    #[error("line {0} is longer than a line may be, or there are more records than can be checked")]
    Oversize(u64),
    #[error("line {0} is not in a bundle's form")]
    Malformed(u64),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadLine {
    history: u32,
    account: AccountId,
    origin: String,
    key: String,
    records: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldLine {
    told: u64,
    salt: String,
    name: String,
    ticket: Option<String>,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointLine {
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: u64,
    checkpoint: String,
}

/// The first line: whose history it is, in which log, by which key, and how many records follow.
pub fn head_line(account: &AccountId, feed: &FeedTrust, records: u64) -> String {
    let (origin, key) = (origin_of(&feed.origin, account), feed.log.vkey());
    line(&HeadLine { history: VERSION, account: account.clone(), origin, key, records })
}

/// What record `n` commits to.
pub fn told_line(n: u64, opened: &Opened) -> String {
    let (Told { name, ticket, reason }, salt) = (opened.told.clone(), opened.salt);
    line(&ToldLine { told: n, salt: STANDARD.encode(salt), name, ticket, reason })
}

/// A checkpoint that was signed when the log ended with the record before it.
pub fn checkpoint_line(note: &str) -> String {
    line(&CheckpointLine { checkpoint: note.to_owned() })
}

/// The last line: how many records there are, and the checkpoint over them.
pub fn end_line(records: u64, note: &str) -> String {
    line(&EndLine { end: records, checkpoint: note.to_owned() })
}

fn line<T: Serialize>(value: &T) -> String {
    // Serialising to memory fails only for maps with keys that are no strings; lines have none.
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

/// The line's value, where the line is its one spelling.
fn read<T: Serialize + for<'de> Deserialize<'de>>(spelled: &str) -> Option<T> {
    let value: T = serde_json::from_str(spelled).ok()?;
    (line(&value).strip_suffix('\n') == Some(spelled)).then_some(value)
}

/// A history in which everything verified. Only [`Verifier::finish`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedHistory {
    account: AccountId,
    checkpoint: Checkpoint,
    checkpoints: u64,
    counts: Counts,
}

/// What a history tells, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub sessions: u64,
    /// Openings whose name and reason were erased.
    pub erased: u64,
    pub reads: u64,
    pub writes: u64,
}

impl VerifiedHistory {
    /// Whose history it is.
    pub fn account(&self) -> &AccountId {
        &self.account
    }
    /// The newest checkpoint: over every record.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
    /// How many checkpoints there are, the newest too.
    pub fn checkpoints(&self) -> u64 {
        self.checkpoints
    }
    /// What it tells, in numbers.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// Verifies a bundle's text; see [`Verifier`].
pub fn verify(
    bundle: &str,
    trust: &FeedTrust,
    earlier: Option<&VerifiedHistory>,
) -> Result<VerifiedHistory, HistoryFault> {
    let mut verifier = Verifier::new(trust, earlier);
    for line in bundle.split_inclusive('\n') {
        // A line without its end was cut.
        let Some(line) = line.strip_suffix('\n') else { break };
        verifier.push(line)?;
    }
    verifier.finish()
}

/// Checks a bundle line by line against the keys and the origin of `trust`, and that it goes on from an earlier one.
#[derive(Debug)]
pub struct Verifier<'t> {
    trust: &'t FeedTrust,
    earlier: Option<&'t VerifiedHistory>,
    /// What the first line said.
    head: Option<HeadLine>,
    /// The trust in this account's own log.
    log: Option<FeedTrust>,
    lines: u64,
    frontier: Frontier,
    /// How many records the newest checkpoint so far covers.
    signed: u64,
    checkpoints: u64,
    counts: Counts,
    /// The opening whose text may follow.
    waiting: Option<(u64, super::told::Commitment)>,
    end: Option<Checkpoint>,
}

impl std::fmt::Debug for HeadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeadLine").field("records", &self.records).finish_non_exhaustive()
    }
}

impl<'t> Verifier<'t> {
    /// Nothing is verified yet. `earlier` is what the history must go on from.
    pub fn new(trust: &'t FeedTrust, earlier: Option<&'t VerifiedHistory>) -> Self {
        Self {
            trust,
            earlier,
            head: None,
            log: None,
            lines: 0,
            frontier: Frontier::default(),
            signed: 0,
            checkpoints: 0,
            counts: Counts::default(),
            waiting: None,
            end: None,
        }
    }

    /// Takes the next line, without its end.
    pub fn push(&mut self, line: &str) -> Result<(), HistoryFault> {
        self.lines = self.lines.saturating_add(1);
        if line.len() > MAX_LINE_BYTES || self.frontier.size() > MAX_RECORDS {
            return Err(HistoryFault::Oversize(self.lines));
        }
        if self.head.is_none() {
            return self.begin(line);
        }
        if self.end.is_some() {
            return Err(self.malformed());
        }
        match line.get(..4) {
            Some("{\"n\"") => self.record(line),
            Some("{\"to") => self.told(line),
            Some("{\"ch") => self.checkpoint(line),
            Some("{\"en") => self.last(line),
            _ => Err(self.malformed()),
        }
    }

    /// What was verified, once the last line was pushed.
    pub fn finish(self) -> Result<VerifiedHistory, HistoryFault> {
        let held = self.frontier.size();
        match (self.head, self.end) {
            (Some(HeadLine { account, .. }), Some(checkpoint)) => {
                let (checkpoints, counts) = (self.checkpoints, self.counts);
                Ok(VerifiedHistory { account, checkpoint, checkpoints, counts })
            }
            (Some(head), None) => Err(HistoryFault::Truncated { held, said: head.records }),
            (None, _) => Err(HistoryFault::Malformed(self.lines.max(1))),
        }
    }

    fn malformed(&self) -> HistoryFault {
        HistoryFault::Malformed(self.lines)
    }

    fn begin(&mut self, line: &str) -> Result<(), HistoryFault> {
        let head: HeadLine = read(line).filter(|head: &HeadLine| head.history == VERSION).ok_or(self.malformed())?;
        let origin = origin_of(&self.trust.origin, &head.account);
        if head.origin != origin || head.key != self.trust.log.vkey() {
            return Err(HistoryFault::OtherLog);
        }
        if let Some(earlier) = self.earlier {
            if earlier.account != head.account {
                return Err(HistoryFault::OtherAccount);
            }
            if head.records < earlier.checkpoint.size {
                return Err(HistoryFault::RolledBack { now: head.records, then: earlier.checkpoint.size });
            }
        }
        self.log = Some(FeedTrust { origin, ..self.trust.clone() });
        self.head = Some(head);
        self.goes_on()
    }

    fn record(&mut self, line: &str) -> Result<(), HistoryFault> {
        let expected = self.frontier.size().saturating_add(1);
        let record = Record::decode(line).map_err(|fault| HistoryFault::Record(expected, fault))?;
        if record.n != expected {
            return Err(HistoryFault::OutOfOrder { expected, found: record.n });
        }
        self.frontier.push(leaf_hash(line.as_bytes()));
        self.waiting = None;
        match record.what {
            Happened::SessionOpened { told, .. } => {
                self.counts.sessions = self.counts.sessions.saturating_add(1);
                // Erased, until its text follows.
                self.counts.erased = self.counts.erased.saturating_add(1);
                self.waiting = Some((record.n, told));
            }
            Happened::Reads { count, .. } => self.counts.reads = self.counts.reads.saturating_add(count),
            Happened::Write { .. } => self.counts.writes = self.counts.writes.saturating_add(1),
            _ => {}
        }
        self.goes_on()
    }

    /// Where the earlier bundle ended, the tree must be the same.
    fn goes_on(&self) -> Result<(), HistoryFault> {
        let ended = self.earlier.map(|earlier| &earlier.checkpoint);
        let here = ended.filter(|ended| ended.size == self.frontier.size());
        match here {
            Some(ended) if ended.root != self.frontier.root() => Err(HistoryFault::Forked(ended.size)),
            _ => Ok(()),
        }
    }

    fn told(&mut self, line: &str) -> Result<(), HistoryFault> {
        let ToldLine { told: n, salt, name, ticket, reason } = read(line).ok_or(self.malformed())?;
        let salt = hash(&salt).ok_or(self.malformed())?;
        let opened = Opened { salt, told: Told { name, ticket, reason } };
        match self.waiting.take() {
            Some((of, commitment)) if of == n && opened.commitment() == commitment => {
                self.counts.erased = self.counts.erased.saturating_sub(1);
                Ok(())
            }
            Some(_) | None => Err(HistoryFault::Told(n)),
        }
    }

    fn checkpoint(&mut self, line: &str) -> Result<(), HistoryFault> {
        let CheckpointLine { checkpoint } = read(line).ok_or(self.malformed())?;
        self.holds(&checkpoint).map(|_| ())
    }

    fn last(&mut self, line: &str) -> Result<(), HistoryFault> {
        let EndLine { end, checkpoint } = read(line).ok_or(self.malformed())?;
        let checkpoint = self.holds(&checkpoint)?;
        let (held, said) = (self.frontier.size(), self.head.as_ref().map_or(end, |head| head.records));
        if end != held || said != held {
            return Err(HistoryFault::Truncated { held, said });
        }
        self.end = Some(checkpoint);
        Ok(())
    }

    /// The checkpoint in `note`, where it is one of this log and of exactly the records so far.
    fn holds(&mut self, note: &str) -> Result<Checkpoint, HistoryFault> {
        let held = self.frontier.size();
        let log = self.log.as_ref().ok_or(HistoryFault::Malformed(self.lines))?;
        let checkpoint = match Checkpoint::open(note, log) {
            Ok(checkpoint) => checkpoint,
            Err(StatementFault::WrongOrigin) => return Err(HistoryFault::OtherLog),
            Err(fault) => return Err(HistoryFault::Checkpoint(held, fault)),
        };
        if checkpoint.size > held {
            return Err(HistoryFault::Truncated { held, said: checkpoint.size });
        }
        if checkpoint.size < held {
            return Err(self.malformed());
        }
        if checkpoint.root != self.frontier.root() {
            return Err(HistoryFault::Tampered { first: self.signed.saturating_add(1), last: held });
        }
        self.signed = held;
        self.checkpoints = self.checkpoints.saturating_add(1);
        Ok(checkpoint)
    }
}
