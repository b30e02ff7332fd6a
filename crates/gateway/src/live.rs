//! Requests under way: each is registered with its session before it is decided on, decided again whenever the
//! replica changes or time takes something away, and cut when the answer is no.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use doorward_core::{
    id::{AccountId, SessionSerial},
    policy::{Access, Ask},
    session::Session,
    time::{Millis, UnixMs},
};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    refusal::Refusal,
    standing::{Standing, decide_by, fresh_until},
};

/// A machine that was asleep wakes with timers that do not know it: nothing waits longer than this.
const LONGEST_WAIT: Millis = Millis::seconds(1);

/// What a request under way was permitted as.
#[derive(Debug)]
pub struct Flight {
    pub session: Session,
    pub account: AccountId,
    pub access: Access,
    /// Cancelled when the request is cut.
    pub cut: CancellationToken,
    connection: CancellationToken,
    streaming: AtomicBool,
    why: OnceLock<Refusal>,
}

impl Flight {
    /// `connection` is cancelled too when the request is cut after its answer has begun.
    pub fn new(session: Session, account: AccountId, access: Access, connection: CancellationToken) -> Self {
        let (cut, streaming, why) = (CancellationToken::new(), AtomicBool::new(false), OnceLock::new());
        Self { session, account, access, cut, connection, streaming, why }
    }

    /// Why it was cut.
    pub fn why(&self) -> Refusal {
        self.why.get().copied().unwrap_or(Refusal::NoTime)
    }

    /// From here on the answer is on its way, and only breaking the connection can stop it. Refused once it is cut.
    pub fn begin_streaming(&self) -> Result<(), Refusal> {
        // Order matters: whoever cuts sets `cut` before it looks at `streaming`.
        self.streaming.store(true, Ordering::SeqCst);
        if self.cut.is_cancelled() { Err(self.why()) } else { Ok(()) }
    }

    fn end(&self, why: Refusal) {
        // Only the first cause is told.
        let _ = self.why.set(why);
        self.cut.cancel();
        if self.streaming.load(Ordering::SeqCst) {
            self.connection.cancel();
        }
    }

    /// What is asked of the policy for it.
    pub fn ask(&self) -> Ask<'_> {
        Ask::Use { session: &self.session, account: &self.account, access: self.access }
    }
}

#[derive(Debug, Default)]
struct Flights {
    next: u64,
    all: HashMap<u64, Arc<Flight>>,
    per_session: HashMap<SessionSerial, usize>,
}

/// Every request under way.
#[derive(Debug)]
pub struct Live {
    flights: Mutex<Flights>,
    /// When the watcher wakes by itself; the end of time while it is deciding, so that whoever comes then wakes it.
    armed: AtomicI64,
    earlier: Notify,
    most_per_session: usize,
}

/// A place among the requests under way; given up when dropped.
#[derive(Debug)]
pub struct Registered {
    live: Arc<Live>,
    number: u64,
    flight: Arc<Flight>,
}

impl Registered {
    pub fn flight(&self) -> &Flight {
        &self.flight
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut flights = self.live.flights();
        flights.all.remove(&self.number);
        let session = self.flight.session.serial;
        if let Some(count) = flights.per_session.get_mut(&session) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                flights.per_session.remove(&session);
            }
        }
    }
}

impl Live {
    pub fn new(most_per_session: usize) -> Arc<Self> {
        let (flights, earlier) = (Mutex::default(), Notify::new());
        Arc::new(Self { flights, armed: AtomicI64::new(i64::MAX), earlier, most_per_session })
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a request. It must be decided on after this, so that no change falls between.
    pub fn enter(self: &Arc<Self>, flight: Flight) -> Result<Arc<Registered>, Refusal> {
        let flight = Arc::new(flight);
        let mut flights = self.flights();
        let count = flights.per_session.entry(flight.session.serial).or_default();
        if *count >= self.most_per_session {
            return Err(Refusal::TooManyAtOnce);
        }
        *count += 1;
        let number = flights.next;
        flights.next = number.wrapping_add(1);
        flights.all.insert(number, Arc::clone(&flight));
        drop(flights);
        if flight.session.ends.0 < self.armed.load(Ordering::SeqCst) {
            self.earlier.notify_one();
        }
        Ok(Arc::new(Registered { live: Arc::clone(self), number, flight }))
    }

    /// Watches for as long as it is polled: cuts whatever loses what it stands on.
    pub async fn watch(self: Arc<Self>, standing: Arc<dyn Standing>, lease: Millis) {
        let mut changed = standing.changed();
        let mut follows = true;
        loop {
            changed.mark_unchanged();
            let wait = self.sweep(standing.as_ref(), lease);
            tokio::select! {
                change = changed.changed(), if follows => follows = change.is_ok(),
                () = self.earlier.notified() => {}
                () = sleep(wait) => {}
            }
        }
    }

    /// Decides again for everything under way, and says how long the answer is good for.
    fn sweep(&self, standing: &dyn Standing, lease: Millis) -> Duration {
        self.armed.store(i64::MAX, Ordering::SeqCst);
        let all: Vec<_> = self.flights().all.values().map(Arc::clone).collect();
        let Some(now) = standing.now() else {
            all.iter().for_each(|flight| flight.end(Refusal::NoTime));
            return Duration::from_millis(LONGEST_WAIT.0);
        };
        let mut next = now.plus(LONGEST_WAIT);
        match standing.fresh(now, lease) {
            Ok(_) => next = next.min(fresh_until(standing, now, lease)),
            Err(stale) => all.iter().for_each(|flight| flight.end(stale.into())),
        }
        next = next.min(cut_denied(&all, standing, now));
        self.armed.store(next.0, Ordering::SeqCst);
        Duration::from_millis(next.since(now).0.max(1))
    }
}

/// Cuts what is no longer permitted at `now`, and says when the first of the others ends.
fn cut_denied(flights: &[Arc<Flight>], standing: &dyn Standing, now: UnixMs) -> UnixMs {
    let mut first = UnixMs(i64::MAX);
    for flight in flights.iter().filter(|flight| !flight.cut.is_cancelled()) {
        match decide_by(standing, &flight.ask(), now) {
            Ok(_) => first = first.min(flight.session.ends),
            Err(denial) => flight.end(denial.into()),
        }
    }
    first
}
