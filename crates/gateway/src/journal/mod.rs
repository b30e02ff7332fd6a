//! The journal: a write is on disk before the upstream sees it, reads are counted and written down within a second.
//!
//! It keeps session, staff, account, verb, path template, names of fields and time; never a body, a query, a value or a
//! path with its values. What cannot be written down does not pass. No line is taken out of it, so that whatever the
//! server lacks can be delivered (again).

mod file;

use std::{
    collections::HashMap,
    mem,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use doorward_core::{
    history::fields::Fields,
    id::{AccountId, SessionSerial, StaffId},
    time::UnixMs,
    wire::JournalBatch,
};
use tokio::sync::{Notify, mpsc, oneshot};

use self::file::JournalFile;

/// How often counted reads are written down.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
const QUEUE: usize = 1_024;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalFault {
    #[error("the journal cannot be read or written: {0}")]
    Disk(#[from] rusqlite::Error),
    #[error("the journal's file has another shape: {0}")]
    Shape(#[from] refinery::Error),
    #[error("the journal's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    #[error("the journal's file does not say which journal it is")]
    Identity,
    #[error("the journal has stopped")]
    Stopped,
}

/// The proof that a request was taken note of. Only the journal makes one.
#[derive(Debug)]
pub struct Noted(Option<u64>);

impl Noted {
    /// The write's number among the deliveries; none of a read.
    pub fn write(&self) -> Option<u64> {
        self.0
    }
}

/// Who did what where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Act {
    pub session: SessionSerial,
    pub staff: StaffId,
    pub account: AccountId,
    pub verb: String,
    /// The path's template, not the path.
    pub path: String,
}

/// A write that is about to pass.
#[derive(Debug)]
pub struct WriteLine {
    pub at: UnixMs,
    pub request: String,
    pub act: Act,
    pub fields: Fields,
}

/// What the upstream answered to a write.
#[derive(Debug)]
pub struct Answered {
    pub at: UnixMs,
    pub session: SessionSerial,
    /// The write's number among the deliveries.
    pub write: u64,
    pub status: u16,
}

/// How often, from when to when.
#[derive(Debug, Clone, Copy)]
struct Count {
    first: UnixMs,
    last: UnixMs,
    times: u64,
}

type Counts = HashMap<Act, Count>;
type Done = oneshot::Sender<Option<u64>>;

/// Work for the thread that owns the file.
enum Job {
    Write(WriteLine, Done),
    Reads(Counts, oneshot::Sender<Result<(), Counts>>),
    Answered(Answered),
    After(u64, oneshot::Sender<Option<JournalBatch>>),
}

/// The gateway's journal. Clones are one journal.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    jobs: mpsc::Sender<Job>,
    counts: Mutex<Counts>,
    /// Set while counted reads could not be written down: then none passes.
    behind: AtomicBool,
    /// There may be something to deliver.
    more: Notify,
}

impl Journal {
    /// Opens the journal at `path`, or begins one.
    pub fn open(path: &Path) -> Result<Self, JournalFault> {
        let file = JournalFile::open(path)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new().name("journal".into()).spawn(move || work(file, queue))?;
        let (counts, behind, more) = (Mutex::default(), AtomicBool::new(false), Notify::new());
        Ok(Self(Arc::new(Inside { jobs, counts, behind, more })))
    }

    /// Writes a line down durably.
    pub async fn write(&self, line: WriteLine) -> Result<Noted, JournalFault> {
        let (done, answer) = oneshot::channel();
        self.0.jobs.send(Job::Write(line, done)).await.map_err(|_| JournalFault::Stopped)?;
        match answer.await {
            Ok(Some(number)) => {
                self.0.more.notify_one();
                Ok(Noted(Some(number)))
            }
            Ok(None) | Err(_) => Err(JournalFault::Stopped),
        }
    }

    /// Writes down what the upstream answered. The write itself is there already: where this fails, its outcome stays
    /// unknown.
    pub async fn answered(&self, answer: Answered) {
        let written = self.0.jobs.send(Job::Answered(answer)).await;
        if written.is_ok() {
            self.0.more.notify_one();
        }
    }

    /// What follows number `after`, as far as fits into one batch.
    pub async fn after(&self, after: u64) -> Result<JournalBatch, JournalFault> {
        let (done, answer) = oneshot::channel();
        self.0.jobs.send(Job::After(after, done)).await.map_err(|_| JournalFault::Stopped)?;
        answer.await.ok().flatten().ok_or(JournalFault::Stopped)
    }

    /// Returns when there may be something to deliver.
    pub async fn more(&self) {
        self.0.more.notified().await;
    }

    /// Counts a read; refused while earlier ones could not be written down.
    pub fn count(&self, act: Act, at: UnixMs) -> Result<Noted, JournalFault> {
        if self.0.behind.load(Ordering::Acquire) {
            return Err(JournalFault::Stopped);
        }
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(act).or_insert(Count { first: at, last: at, times: 0 });
        count.last = count.last.max(at);
        count.times = count.times.saturating_add(1);
        Ok(Noted(None))
    }

    /// Writes counted reads down again and again, for as long as it is polled.
    pub async fn flush_always(&self) {
        let mut tick = tokio::time::interval(FLUSH_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            self.flush().await;
        }
    }

    /// Writes the reads counted so far down.
    pub async fn flush(&self) {
        let counts = mem::take(&mut *self.0.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return;
        }
        let (done, answer) = oneshot::channel();
        let behind = match self.0.jobs.send(Job::Reads(counts, done)).await {
            Err(mpsc::error::SendError(Job::Reads(counts, _))) => Some(counts),
            Err(_) => Some(Counts::new()),
            Ok(()) => match answer.await {
                Ok(Ok(())) => None,
                Ok(Err(counts)) => Some(counts),
                Err(_) => Some(Counts::new()),
            },
        };
        self.0.behind.store(behind.is_some(), Ordering::Release);
        self.0.more.notify_one();
        if let Some(counts) = behind {
            tracing::error!(kinds = counts.len(), "reads could not be written down; none passes until they are");
            self.put_back(counts);
        }
    }

    fn put_back(&self, unwritten: Counts) {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (act, old) in unwritten {
            let count = counts.entry(act).or_insert(Count { times: 0, ..old });
            count.first = count.first.min(old.first);
            count.last = count.last.max(old.last);
            count.times = count.times.saturating_add(old.times);
        }
    }
}

/// Owns the file until the journal is dropped. Writes that wait together become one transaction.
fn work(mut file: JournalFile, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.blocking_recv() {
        let (mut lines, mut done) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Write(line, answer) => {
                    lines.push(line);
                    done.push(answer);
                }
                Job::Reads(counts, answer) => {
                    let written = file.reads(&counts).map_err(|_| counts);
                    // Nobody waits for the answer when the gateway is going down.
                    let _ = answer.send(written);
                }
                Job::Answered(answer) => {
                    if let Err(fault) = file.answered(&answer) {
                        tracing::error!(%fault, "an answer could not be written down; the write before it is");
                    }
                }
                Job::After(after, answer) => {
                    // Nobody waits for the answer when the gateway is going down.
                    let _ = answer.send(file.after(after).inspect_err(unread).ok());
                }
            }
            next = queue.try_recv().ok();
        }
        let numbers = if lines.is_empty() { Ok(Vec::new()) } else { file.writes(&lines).inspect_err(log) };
        let mut numbers = numbers.unwrap_or_default().into_iter();
        for answer in done {
            // The request may be gone; its line stays.
            let _ = answer.send(numbers.next());
        }
    }
}

fn log(fault: &rusqlite::Error) {
    tracing::error!(%fault, "a write could not be written down and did not pass");
}

fn unread(fault: &rusqlite::Error) {
    tracing::error!(%fault, "the journal could not be read for the server");
}
