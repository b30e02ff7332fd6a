//! A replica that the test holds in its hand: it folds what it is told, and its clock stands still.

use std::sync::RwLock;

use doorward_core::{
    feed::{
        entry::{Entry, What},
        freshness::{FreshEnough, Freshness, Stale},
    },
    id::Seq,
    state::AccessState,
    time::{Millis, UnixMs},
};
use doorward_gateway::Standing;
use tokio::sync::watch;

pub struct Held {
    inner: RwLock<Inner>,
    bell: watch::Sender<u64>,
}

struct Inner {
    state: AccessState,
    texts: Vec<String>,
    heard: UnixMs,
    now: UnixMs,
}

impl Held {
    pub fn new(now: UnixMs) -> Self {
        let inner = Inner { state: AccessState::default(), texts: Vec::new(), heard: now, now };
        Self { inner: RwLock::new(inner), bell: watch::Sender::new(0) }
    }

    pub fn tell(&self, what: What) -> Seq {
        let mut inner = self.inner.write().unwrap();
        let seq = Seq(inner.state.size()).next();
        let entry = Entry { seq, at: inner.now, what };
        inner.state.apply(&entry).unwrap();
        inner.texts.push(String::from_utf8(entry.encode()).unwrap());
        drop(inner);
        self.ring();
        seq
    }

    /// The entries told so far, as they travel.
    pub fn texts(&self) -> Vec<String> {
        self.inner.read().unwrap().texts.clone()
    }

    pub fn look<T>(&self, look: impl FnOnce(&AccessState) -> T) -> T {
        look(&self.inner.read().unwrap().state)
    }

    pub fn time(&self) -> UnixMs {
        self.inner.read().unwrap().now
    }

    /// Time passes and the server is heard of.
    pub fn pass(&self, length: Millis) {
        let mut inner = self.inner.write().unwrap();
        inner.now = inner.now.plus(length);
        inner.heard = inner.now;
        drop(inner);
        self.ring();
    }

    /// Time passes and nothing is heard, and nobody is woken.
    pub fn pass_in_silence(&self, length: Millis) {
        let mut inner = self.inner.write().unwrap();
        inner.now = inner.now.plus(length);
    }

    fn ring(&self) {
        self.bell.send_modify(|n| *n += 1);
    }
}

impl Standing for Held {
    fn with_state(&self, look: &mut dyn FnMut(&AccessState)) {
        look(&self.inner.read().unwrap().state);
    }

    fn fresh(&self, now: UnixMs, lease: Millis) -> Result<FreshEnough, Stale> {
        let inner = self.inner.read().unwrap();
        let (size, issued) = (inner.state.size(), inner.heard);
        let expires = issued.plus(Millis::seconds(30));
        let heard = Freshness { origin: "house.example".into(), epoch: 1, size, root: [0; 32], issued, expires };
        heard.enough(size, now, lease)
    }

    fn now(&self) -> Option<UnixMs> {
        Some(self.time())
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}
