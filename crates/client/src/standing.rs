//! Standing: where the replica stands. What everyone who decides or shows reads from; only the replica writes it.
//!
//! It never waits for disk or network, and never says "fresh" without a signed statement that is young enough.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use doorward_core::{
    feed::freshness::{FreshEnough, Freshness, Stale},
    state::AccessState,
    time::{Millis, SignedClock, UnixMs},
};
use tokio::sync::watch;

use crate::{clocks::Clocks, replica::Floor, tail::Tail};

/// A handle on the fold in memory; clones are cheap and all see the same.
#[derive(Debug, Clone)]
pub struct Standing {
    clocks: Arc<dyn Clocks>,
    held: Arc<RwLock<Held>>,
    changed: watch::Sender<u64>,
}

/// What the replica holds.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub state: AccessState,
    pub size: u64,
    pub fresh: Option<Freshness>,
    /// Whether a statement was heard since the copy was opened. One read from disk says how old the copy is; it does
    /// not say that nothing was taken away while nobody listened.
    pub heard: bool,
    pub clock: Option<SignedClock>,
    /// The newest signed time of anything seen.
    pub signed: Option<UnixMs>,
    pub tail: Tail,
}

impl Standing {
    /// The standing of a replica that has seen nothing yet.
    pub fn new(clocks: Arc<dyn Clocks>) -> Self {
        Self { clocks, held: Arc::default(), changed: watch::Sender::new(0) }
    }

    /// Lets `look` see the fold. Nothing is to be waited for inside.
    pub fn with_state<R>(&self, look: impl FnOnce(&AccessState) -> R) -> R {
        look(&self.read().state)
    }

    /// Lets `look` see the entries behind the snapshot. Nothing is to be waited for inside.
    pub fn with_tail<R>(&self, look: impl FnOnce(&Tail) -> R) -> R {
        look(&self.read().tail)
    }

    /// How many entries are held.
    pub fn size(&self) -> u64 {
        self.read().size
    }

    /// What time it is by signed time, whatever the wall clock says. None before anything signed was seen.
    pub fn now(&self) -> Option<UnixMs> {
        let held = self.read();
        let clock = held.clock.as_ref()?;
        let now = clock.now(&self.clocks.boot(), self.clocks.wall()).0;
        Some(held.signed.map_or(now, |signed| now.max(signed)))
    }

    /// Whether the fold is fresh at `now`: never before a statement was heard since the copy was opened.
    pub fn fresh(&self, now: UnixMs, lease: Millis) -> Result<FreshEnough, Stale> {
        let held = self.read();
        let enough = held.fresh.as_ref().ok_or(Stale::NothingSeen)?.enough(held.size, now, lease)?;
        if held.heard { Ok(enough) } else { Err(Stale::NothingHeard) }
    }

    /// The signed time of the newest statement held.
    pub fn as_of(&self) -> Option<UnixMs> {
        self.read().fresh.as_ref().map(|fresh| fresh.issued)
    }

    /// Wakes whenever the fold or its freshness has changed.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The clocks the standing tells time by.
    pub fn clocks(&self) -> &dyn Clocks {
        self.clocks.as_ref()
    }

    /// Forgets what is held: the replica was closed.
    pub(crate) fn forget(&self) {
        self.change(|held| *held = Held::default());
    }

    /// What was seen, below which a copy is an old one. None before anything signed was seen.
    pub fn floor(&self) -> Option<Floor> {
        let held = self.read();
        let epoch = held.fresh.as_ref().map_or(0, |fresh| fresh.epoch);
        held.signed.map(|signed| Floor { size: held.size, epoch, signed })
    }

    /// Changes what is held and then wakes whoever waits for a change.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Held) -> R) -> R {
        // Whoever panicked while writing leaves nothing half done that a reader could use: a fold that failed is
        // replaced whole before anything is decided by it.
        let answer = change(&mut self.held.write().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_modify(|turn| *turn = turn.wrapping_add(1));
        answer
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}
