//! What the console keeps on its disk: opened by a sign-in or an unlock, closed with it. The follower has the replica in
//! it, and the directory's names lie beside it.

use std::{sync::Arc, time::Duration};

use doorward_client::{
    cache::{Cache, KeptBy},
    follower::{Opened, Placed},
};
use tokio::{sync::watch, time::timeout};

use super::{Controller, Parts, names::Names};
use crate::view::{EndedBy, ErrorCode, Problem};

/// Under which name the directory's names lie.
pub(super) const NAMES: &str = "names";
/// How long a copy may take to be verified.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every so many ticks what was seen is remembered outside the cache: about once a minute.
const REMEMBER_EVERY: u32 = 120;

/// The cache that is open, and when it was opened.
pub(super) struct OpenCache {
    pub cache: Cache,
    /// Whether it may be reviewed: whoever signed in sees by the sign-in.
    pub verified: bool,
    turn: u64,
    ticks_to_remember: u32,
}

/// Closed however the console comes to its end.
pub(super) fn close(parts: &Parts) {
    parts.place.send_modify(|placed| *placed = Placed { turn: placed.turn.wrapping_add(1), place: None });
}

impl Controller {
    /// Opens a cache: the follower verifies the replica in it, and the names come off the shelf.
    pub(super) fn open_cache(&mut self, cache: Cache, names: Option<Names>) -> u64 {
        let turn = self.parts.place.borrow().turn.wrapping_add(1);
        self.memory.kept_by = Some(cache.kept_by().into());
        self.parts.place.send_replace(Placed { turn, place: Some(cache.place()) });
        if let Some(names) = names {
            self.directory.names = Arc::new(names);
        }
        self.cache = Some(OpenCache { cache, verified: false, turn, ticks_to_remember: REMEMBER_EVERY });
        turn
    }

    /// Closes the cache: nothing of it is left in memory. A key that was taken away opens it no more.
    pub(super) fn close_cache(&mut self, by: Option<EndedBy>) {
        let Some(OpenCache { cache, .. }) = self.cache.take() else { return };
        close(&self.parts);
        let floor = self.parts.standing.floor();
        let (caches, lost) = (self.parts.caches.clone(), by.is_some_and(is_taken));
        tokio::spawn(async move {
            match floor {
                _ if lost => caches.forget(cache.holder().key).await,
                Some(floor) => cache.remember(floor).await,
                None => {}
            }
        });
    }

    /// Remembers from time to time what was seen.
    pub(super) fn remember_floor(&mut self) {
        let Some(open) = &mut self.cache else { return };
        open.ticks_to_remember = open.ticks_to_remember.saturating_sub(1);
        let Some(floor) = self.parts.standing.floor().filter(|_| open.ticks_to_remember == 0) else { return };
        open.ticks_to_remember = REMEMBER_EVERY;
        let cache = open.cache.clone();
        tokio::spawn(async move { cache.remember(floor).await });
    }

    /// Keeps the names for an offline review. A disk that is full costs names there, and no more.
    pub(super) fn keep_names(&self) {
        let (Some(open), names) = (&self.cache, Arc::clone(&self.directory.names)) else { return };
        if !is_kept(open) {
            return;
        }
        let cache = open.cache.clone();
        tokio::spawn(async move {
            let written = tokio::task::spawn_blocking(move || names.written()).await.ok().flatten();
            let Some(written) = written else { return };
            if let Err(fault) = cache.put_up(NAMES, written).await {
                tracing::warn!(%fault, "the names could not be kept");
            }
        });
    }

    /// Whether this is the cache that is open now.
    pub(super) fn is_open(&self, turn: u64) -> bool {
        self.cache.as_ref().is_some_and(|open| open.turn == turn)
    }
}

/// Whether anything that is put into it is kept.
pub(super) fn is_kept(open: &OpenCache) -> bool {
    open.cache.kept_by() != KeptBy::Nobody
}

/// The names that were left in a cache.
pub(super) async fn names_in(cache: &Cache) -> Option<Names> {
    let written = cache.take_down(NAMES).await?;
    tokio::task::spawn_blocking(move || Names::read(&written)).await.ok()?
}

/// Until the follower has verified what was placed.
pub(super) async fn verified(mut opened: watch::Receiver<Opened>, turn: u64) -> Result<(), Problem> {
    let verified = timeout(PATIENCE, opened.wait_for(|opened| opened.turn == turn)).await;
    match verified {
        Ok(Ok(opened)) if !opened.refused => Ok(()),
        _ => Err(ErrorCode::CopyRefused.into()),
    }
}

/// Whether this end took away what the cache stood on.
fn is_taken(by: EndedBy) -> bool {
    matches!(by, EndedBy::KeyRevoked | EndedBy::StaffSuspended)
}
