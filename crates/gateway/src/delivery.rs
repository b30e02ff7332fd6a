//! Delivery: what the journal holds goes to the server, in order, until the server has it durably.
//!
//! Requests never wait for it. What the server does not take is tried again, with a spread, for as long as it takes; how
//! far the server is, only the server says.

use std::time::Duration;

use doorward_client::api::{Api, ApiError};
use doorward_core::wire::{JournalBatch, JournalTaken};
use secrecy::SecretString;
use tokio::time::{sleep, timeout};

use crate::journal::Journal;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Even where nobody has said that there is more.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Takes journals over.
pub trait Taker: Send + Sync {
    /// Takes the records and says how far the journal is there; without records it only says that.
    fn take(&self, batch: &JournalBatch) -> impl Future<Output = Result<JournalTaken, ApiError>> + Send;
}

/// The server, by a follower's key.
#[derive(Debug)]
pub struct Server {
    pub api: Api,
    pub key: SecretString,
}

impl Taker for Server {
    async fn take(&self, batch: &JournalBatch) -> Result<JournalTaken, ApiError> {
        self.api.deliver_journal(&self.key, batch).await
    }
}

/// Delivers for as long as it is polled. `jitter` gives numbers from 0 to 1.
pub async fn deliver_always(journal: &Journal, server: &impl Taker, jitter: impl Fn() -> f64) {
    let (mut known, mut wait) = (None, FIRST_WAIT);
    loop {
        match deliver(journal, server, known).await {
            Ok(Some(upto)) => (known, wait) = (Some(upto), FIRST_WAIT),
            Ok(None) => {
                // Nobody says anything for long: it looks all the same.
                let _ = timeout(LOOK_EVERY, journal.more()).await;
            }
            Err(fault) => {
                tracing::warn!(%fault, "the journal is not delivered yet; it is tried again");
                known = None;
                sleep(wait.mul_f64(0.5 + jitter().clamp(0.0, 1.0) / 2.0)).await;
                wait = wait.saturating_mul(2).min(LONGEST_WAIT);
            }
        }
    }
}

/// One step: asks how far the server is where that is not known, and sends what follows. Nothing where there is nothing.
async fn deliver(journal: &Journal, server: &impl Taker, known: Option<u64>) -> Result<Option<u64>, NotDelivered> {
    let batch = journal.after(known.unwrap_or(u64::MAX >> 1)).await.map_err(|_| NotDelivered::Journal)?;
    if known.is_some() && batch.records.is_empty() {
        return Ok(None);
    }
    let taken = server.take(&batch).await.map_err(NotDelivered::Server)?;
    // Whoever says that it has what it had before would be sent the same for ever.
    if known.is_some_and(|known| taken.upto <= known) { Err(NotDelivered::Stuck) } else { Ok(Some(taken.upto)) }
}

/// Why a step came to nothing. No line is lost by it.
#[derive(Debug, thiserror::Error)]
enum NotDelivered {
    #[error("the journal cannot be read")]
    Journal,
    #[error(transparent)]
    Server(ApiError),
    #[error("the server took nothing of what it was sent")]
    Stuck,
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use doorward_core::{
        history::fields::Fields,
        id::{AccountId, SessionSerial, StaffId},
        time::UnixMs,
        wire::JournalRecord,
    };
    use tokio::sync::watch;

    use super::*;
    use crate::journal::{Act, Answered, WriteLine};

    /// A server that has what it took, answers every third time only, and says then that it does not.
    struct Shaky {
        taken: Mutex<Vec<JournalRecord>>,
        asked: Mutex<u32>,
        upto: watch::Sender<u64>,
    }

    impl Taker for Arc<Shaky> {
        async fn take(&self, batch: &JournalBatch) -> Result<JournalTaken, ApiError> {
            let asked = {
                *self.asked.lock().unwrap() += 1;
                *self.asked.lock().unwrap()
            };
            if asked.is_multiple_of(3) {
                return Err(ApiError::Unreachable);
            }
            let mut taken = self.taken.lock().unwrap();
            for record in &batch.records {
                let upto = taken.len() as u64;
                assert!(record.number <= upto + 1, "a gap: {} after {upto}", record.number);
                if record.number == upto + 1 {
                    taken.push(record.clone());
                }
            }
            let upto = taken.len() as u64;
            // Taken, and the answer lost on its way.
            if asked % 3 == 1 && !batch.records.is_empty() {
                return Err(ApiError::Unreachable);
            }
            self.upto.send_replace(upto);
            Ok(JournalTaken { upto })
        }
    }

    fn act(session: u64) -> Act {
        let (staff, account) = (StaffId::parse("sam").unwrap(), AccountId::parse("a-1").unwrap());
        Act { session: SessionSerial(session), staff, account, verb: "change-person".into(), path: "/p/{id}".into() }
    }

    #[tokio::test(start_paused = true)]
    async fn everything_is_delivered_in_order_and_once_over_a_line_that_fails_two_times_of_three() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = Journal::open(&path).unwrap();
        for n in 0..450 {
            let (request, fields) = (format!("r-{n}"), Fields::of(br#"{"tier":1}"#));
            let noted = journal.write(WriteLine { at: UnixMs(n), request, act: act(1), fields }).await.unwrap();
            if n == 7 {
                let (session, write) = (SessionSerial(1), noted.write().unwrap());
                journal.answered(Answered { at: UnixMs(n), session, write, status: 204 }).await;
            }
        }
        journal.count(act(2), UnixMs(500)).unwrap();
        journal.flush().await;
        drop(journal);
        // As after a kill: what is on the disk is all there is.
        let journal = Journal::open(&path).unwrap();
        let server = Arc::new(Shaky { taken: Mutex::default(), asked: Mutex::new(0), upto: watch::Sender::new(0) });
        let mut upto = server.upto.subscribe();
        tokio::select! {
            () = deliver_always(&journal, &server, || 0.5) => {}
            done = upto.wait_for(|upto| *upto == 452) => { done.unwrap(); }
        }
        let taken = server.taken.lock().unwrap();
        assert!(taken.iter().zip(1..).all(|(record, number)| record.number == number));
        let what = |n: usize| serde_json::to_string(&taken[n].what).unwrap();
        assert!(what(0).contains(r#""names":["tier"]"#) && what(8).contains(r#""write":8,"status":204"#));
        assert!(what(451).contains(r#""count":1"#));
    }
}
