//! The feed for followers: entries after a number, a snapshot, freshness, and the stream of all that happens.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    feed::{
        batch::{Batch, MAX_BATCH},
        freshness::Freshness,
        snapshot::Snapshot,
    },
    time::{Millis, UnixMs},
    wire::{Code, Delta, Fresh, SignedSnapshot},
};
use tokio::{
    sync::{broadcast, mpsc},
    time::{Interval, MissedTickBehavior, interval},
};

use super::{Answer, App, Follower, Published, Refusal};
use crate::store::entries;

/// How long a freshness statement lives.
const FRESH_LIFE: Millis = Millis::seconds(12);
/// Followers who ask within this time share a statement.
const SHARED: Millis = Millis(500);
/// How often a stream says that it is fresh.
const BEAT: std::time::Duration = std::time::Duration::from_secs(1);
/// Events that wait for a slow follower before the stream waits for it.
const WAITING: usize = 16;

/// What is costly to make and equal for all who ask.
#[derive(Default)]
pub(super) struct Caches {
    fresh: Mutex<Option<(u64, UnixMs, Fresh)>>,
    snapshot: Mutex<Option<(u64, Arc<SignedSnapshot>)>>,
}

/// An event of the stream.
#[derive(Debug, Clone)]
pub enum FeedEvent {
    /// A `Batch` as JSON that ends with entry `last`.
    Entries { last: u64, json: String },
    /// A statement that there is nothing after `last`.
    Fresh { last: u64, fresh: Fresh },
}

impl App {
    /// How many entries there are.
    pub fn size(&self) -> u64 {
        self.read_head(|head| head.frontier.size())
    }

    /// A statement of how far the feed goes now.
    pub fn fresh(&self) -> Fresh {
        let (size, root) = self.read_head(|head| (head.frontier.size(), head.frontier.root()));
        let issued = self.now();
        let mut kept = self.caches.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, at, fresh)) = kept.as_ref()
            && *of == size
            && *at <= issued
            && issued.since(*at) < SHARED
        {
            return fresh.clone();
        }
        let expires = issued.plus(FRESH_LIFE);
        let (origin, epoch) = (self.origin.clone(), self.epoch);
        let note = Freshness { origin, epoch, size, root, issued, expires }.sign(&self.freshness);
        let fresh = Fresh { note };
        *kept = Some((size, issued, fresh.clone()));
        fresh
    }

    /// At most `limit` entries after `after`.
    pub async fn delta(self: &Arc<Self>, _follower: &Follower, after: u64, limit: usize) -> Answer<Delta> {
        let batch = self.batch_after(after, limit).await?;
        let fresh = self.fresh();
        let last = after.saturating_add(batch.as_ref().map_or(0, |b| u64::try_from(b.entries.len()).unwrap_or(0)));
        Ok(Delta { batch, fresh, more: last < self.size() })
    }

    /// The fold as it is now, signed; encoded once for all who ask before the next entry.
    pub async fn snapshot(self: &Arc<Self>, _follower: &Follower) -> Answer<Arc<SignedSnapshot>> {
        self.blocking(|app| {
            let mut kept = app.caches.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
            let size = app.size();
            if let Some((of, snapshot)) = kept.as_ref()
                && *of == size
            {
                return Ok(Arc::clone(snapshot));
            }
            let at = app.now();
            let snapshot =
                app.read_head(|head| Snapshot { frontier: head.frontier.clone(), state: head.state.clone(), at });
            let body = snapshot.encode();
            let note = snapshot.sign(&body, &app.origin, &app.log);
            let signed = Arc::new(SignedSnapshot { note, body: STANDARD.encode(body) });
            *kept = Some((snapshot.frontier.size(), Arc::clone(&signed)));
            Ok(signed)
        })
        .await
    }

    /// Everything after `after`, and then everything that happens. The stream closes when the follower falls behind
    /// or may not follow any more; nothing is ever skipped.
    pub async fn follow(self: &Arc<Self>, follower: Follower, after: u64) -> Answer<mpsc::Receiver<FeedEvent>> {
        if after > self.size() {
            return Err(Refusal::new(Code::Conflict));
        }
        let (send, receive) = mpsc::channel(WAITING);
        let stream =
            Stream { happening: self.published.subscribe(), app: Arc::clone(self), follower, last: after, send };
        tokio::spawn(stream.run());
        Ok(receive)
    }

    async fn batch_after(self: &Arc<Self>, after: u64, limit: usize) -> Answer<Option<Batch>> {
        let size = self.size();
        if after > size {
            return Err(Refusal::new(Code::Conflict));
        }
        if after == size {
            return Ok(None);
        }
        let (texts, edge) = self.read(move |db| entries::after(db, after, limit.clamp(1, MAX_BATCH))).await?;
        Ok((!texts.is_empty()).then(|| self.batch(texts, &edge)))
    }
}

struct Stream {
    app: Arc<App>,
    follower: Follower,
    happening: broadcast::Receiver<Arc<Published>>,
    last: u64,
    send: mpsc::Sender<FeedEvent>,
}

/// The stream is over, for whatever reason.
struct Over;

impl Stream {
    async fn run(mut self) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if self.catch_up().await.is_err() {
            return;
        }
        while self.next(&mut beat).await.is_ok() {}
    }

    async fn next(&mut self, beat: &mut Interval) -> Result<(), Over> {
        tokio::select! {
            () = self.send.closed() => Err(Over),
            happened = self.happening.recv() => {
                // Lagging is an end, not a gap: the follower comes back and asks for what it missed.
                let published = happened.map_err(|_| Over)?;
                self.pass_on(&published).await?;
                self.say_fresh().await
            }
            _ = beat.tick() => {
                self.app.may_follow(&self.follower).await.map_err(|_| Over)?;
                self.say_fresh().await
            }
        }
    }

    async fn pass_on(&mut self, published: &Published) -> Result<(), Over> {
        if published.last <= self.last {
            return Ok(());
        }
        if published.first != self.last.saturating_add(1) {
            return self.catch_up().await;
        }
        self.tell(FeedEvent::Entries { last: published.last, json: published.json.clone() }).await?;
        self.last = published.last;
        Ok(())
    }

    async fn catch_up(&mut self) -> Result<(), Over> {
        while let Some(batch) = self.app.batch_after(self.last, MAX_BATCH).await.map_err(|_| Over)? {
            let last = self.last.saturating_add(u64::try_from(batch.entries.len()).unwrap_or(0));
            let json = serde_json::to_string(&batch).map_err(|_| Over)?;
            self.tell(FeedEvent::Entries { last, json }).await?;
            self.last = last;
        }
        Ok(())
    }

    /// A statement may be ahead of what was sent: entries are on their way, and until then the follower is behind.
    async fn say_fresh(&mut self) -> Result<(), Over> {
        let fresh = self.app.fresh();
        self.tell(FeedEvent::Fresh { last: self.last, fresh }).await
    }

    async fn tell(&self, event: FeedEvent) -> Result<(), Over> {
        self.send.send(event).await.map_err(|_| Over)
    }
}
