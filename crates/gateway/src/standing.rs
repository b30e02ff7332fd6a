//! What the gateway needs of a replica: the fold, whether it is fresh, what time it is, and word of every change.
//!
//! It decides nothing itself: the decision is `core::policy`'s, over the fold and the time given here.

use doorward_core::{
    feed::freshness::{FreshEnough, Stale},
    policy::{Ask, Denial, Permit, decide},
    state::AccessState,
    time::{Millis, UnixMs},
};
use tokio::sync::watch;

/// A replica as the gateway sees it. Nothing here waits.
pub trait Standing: Send + Sync + 'static {
    /// Lets `look` see the fold.
    fn with_state(&self, look: &mut dyn FnMut(&AccessState));
    /// Whether the fold is fresh at `now`.
    fn fresh(&self, now: UnixMs, lease: Millis) -> Result<FreshEnough, Stale>;
    /// What time it is by signed time. None before anything signed was seen.
    fn now(&self) -> Option<UnixMs>;
    /// Wakes whenever the fold or its freshness has changed.
    fn changed(&self) -> watch::Receiver<u64>;
}

/// The follower's replica is one.
impl Standing for doorward_client::standing::Standing {
    fn with_state(&self, look: &mut dyn FnMut(&AccessState)) {
        Self::with_state(self, |state| look(state));
    }

    fn fresh(&self, now: UnixMs, lease: Millis) -> Result<FreshEnough, Stale> {
        Self::fresh(self, now, lease)
    }

    fn now(&self) -> Option<UnixMs> {
        Self::now(self)
    }

    fn changed(&self) -> watch::Receiver<u64> {
        Self::changed(self)
    }
}

/// The decision over the fold that `standing` has at this moment.
pub(crate) fn decide_by(standing: &dyn Standing, ask: &Ask<'_>, now: UnixMs) -> Result<Permit, Denial> {
    let mut answer = None;
    standing.with_state(&mut |state| answer = Some(decide(state, ask, now)));
    answer.unwrap_or(Err(Denial::NotPermitted))
}

/// The first moment from `now` on at which `standing` is no longer fresh, if it hears nothing new.
pub(crate) fn fresh_until(standing: &dyn Standing, now: UnixMs, lease: Millis) -> UnixMs {
    // Freshness only ever lapses as time passes, so the moment is found by halving the lease.
    let (mut fresh, mut stale) = (now.0, now.plus(lease).0.saturating_add(1));
    while stale - fresh > 1 {
        let middle = fresh + (stale - fresh) / 2;
        match standing.fresh(UnixMs(middle), lease) {
            Ok(_) => fresh = middle,
            Err(_) => stale = middle,
        }
    }
    UnixMs(stale)
}
