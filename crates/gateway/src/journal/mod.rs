//! The journal: a write is on disk before the upstream sees it, reads are counted and written down within a second.
//!
//! It keeps session, staff, account, verb, path template and time; never a body, a query or a path with its values.
//! What cannot be written down does not pass.

mod file;

use std::{
    collections::HashMap,
    mem,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use doorward_core::{
    id::{AccountId, SessionSerial, StaffId},
    time::UnixMs,
};
use tokio::sync::{mpsc, oneshot};

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
    #[error("the journal has stopped")]
    Stopped,
}

/// The proof that a request was taken note of. Only the journal makes one.
#[derive(Debug)]
pub struct Noted(());

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
}

/// How often, from when to when.
#[derive(Debug, Clone, Copy)]
struct Count {
    first: UnixMs,
    last: UnixMs,
    times: u64,
}

type Counts = HashMap<Act, Count>;
type Done = oneshot::Sender<bool>;

/// Work for the thread that owns the file.
enum Job {
    Write(WriteLine, Done),
    Reads(Counts, oneshot::Sender<Result<(), Counts>>),
}

/// The gateway's journal.
#[derive(Debug)]
pub struct Journal {
    jobs: mpsc::Sender<Job>,
    counts: Mutex<Counts>,
    /// Set while counted reads could not be written down: then none passes.
    behind: AtomicBool,
}

impl Journal {
    /// Opens the journal at `path`, or begins one.
    pub fn open(path: &Path) -> Result<Self, JournalFault> {
        let file = JournalFile::open(path)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new().name("journal".into()).spawn(move || work(file, queue))?;
        Ok(Self { jobs, counts: Mutex::default(), behind: AtomicBool::new(false) })
    }

    /// Writes a line down durably.
    pub async fn write(&self, line: WriteLine) -> Result<Noted, JournalFault> {
        let (done, answer) = oneshot::channel();
        self.jobs.send(Job::Write(line, done)).await.map_err(|_| JournalFault::Stopped)?;
        match answer.await {
            Ok(true) => Ok(Noted(())),
            Ok(false) | Err(_) => Err(JournalFault::Stopped),
        }
    }

    /// Counts a read; refused while earlier ones could not be written down.
    pub fn count(&self, act: Act, at: UnixMs) -> Result<Noted, JournalFault> {
        if self.behind.load(Ordering::Acquire) {
            return Err(JournalFault::Stopped);
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(act).or_insert(Count { first: at, last: at, times: 0 });
        count.last = count.last.max(at);
        count.times = count.times.saturating_add(1);
        Ok(Noted(()))
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
        let counts = mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return;
        }
        let (done, answer) = oneshot::channel();
        let behind = match self.jobs.send(Job::Reads(counts, done)).await {
            Err(mpsc::error::SendError(Job::Reads(counts, _))) => Some(counts),
            Err(_) => Some(Counts::new()),
            Ok(()) => match answer.await {
                Ok(Ok(())) => None,
                Ok(Err(counts)) => Some(counts),
                Err(_) => Some(Counts::new()),
            },
        };
        self.behind.store(behind.is_some(), Ordering::Release);
        if let Some(counts) = behind {
            tracing::error!(kinds = counts.len(), "reads could not be written down; none passes until they are");
            self.put_back(counts);
        }
    }

    fn put_back(&self, unwritten: Counts) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
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
            }
            next = queue.try_recv().ok();
        }
        let written = lines.is_empty() || file.writes(&lines).inspect_err(log).is_ok();
        for answer in done {
            // The request may be gone; its line stays.
            let _ = answer.send(written);
        }
    }
}

fn log(fault: &rusqlite::Error) {
    tracing::error!(%fault, "a write could not be written down and did not pass");
}
