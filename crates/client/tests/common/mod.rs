//! A feed made by test keys: what a server would send, honest or not.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::sync::{Arc, Mutex};

use doorward_client::clocks::Clocks;
use doorward_core::{
    feed::{
        batch::Batch,
        checkpoint::{Checkpoint, FeedTrust},
        entry::{Entry, What},
        freshness::Freshness,
        note::NoteSigner,
        snapshot::Snapshot,
        tree::{Frontier, leaf_hash},
    },
    id::{Seq, StaffId},
    state::AccessState,
    time::{BootTime, Millis, UnixMs},
};

pub const ORIGIN: &str = "feed.example";

pub fn log_key() -> NoteSigner {
    NoteSigner::from_seed("feed.example/log", &[1; 32]).unwrap()
}

pub fn fresh_key() -> NoteSigner {
    NoteSigner::from_seed("feed.example/fresh", &[2; 32]).unwrap()
}

pub fn trust() -> FeedTrust {
    FeedTrust { origin: ORIGIN.into(), log: log_key().verifier(), freshness: fresh_key().verifier() }
}

/// Clocks that stand still until they are set.
#[derive(Debug)]
pub struct StillClocks(pub Mutex<(BootTime, UnixMs)>);

impl StillClocks {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new((boot(0), UnixMs(0)))))
    }

    pub fn set(&self, boot: BootTime, wall: UnixMs) {
        *self.0.lock().unwrap() = (boot, wall);
    }
}

impl Clocks for StillClocks {
    fn boot(&self) -> BootTime {
        self.0.lock().unwrap().0.clone()
    }
    fn wall(&self) -> UnixMs {
        self.0.lock().unwrap().1
    }
}

pub fn boot(elapsed: u64) -> BootTime {
    BootTime { boot: "boot-1".into(), elapsed }
}

/// A feed whose nth entry adds the nth staff member.
#[derive(Clone, Default)]
pub struct Feed {
    pub frontier: Frontier,
    pub state: AccessState,
    pub texts: Vec<String>,
}

impl Feed {
    /// A feed of `n` entries; feeds with another `tag` have other entries.
    pub fn of(n: u64, tag: &str) -> Self {
        let mut feed = Self::default();
        for n in 1..=n {
            let what = What::StaffAdded { staff: StaffId::parse(&format!("{tag}-{n}")).unwrap() };
            let entry = Entry { seq: Seq(n), at: UnixMs(n as i64), what };
            let text = String::from_utf8(entry.encode()).unwrap();
            feed.frontier.push(leaf_hash(text.as_bytes()));
            feed.state.apply(&entry).unwrap();
            feed.texts.push(text);
        }
        feed
    }

    pub fn batch(&self, after: usize) -> Batch {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root, at: UnixMs(size as i64) };
        Batch { entries: self.texts[after..].to_vec(), checkpoint: checkpoint.sign(&log_key()) }
    }

    pub fn fresh(&self, epoch: u64, issued: i64) -> String {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let issued = UnixMs(issued);
        let expires = issued.plus(Millis::seconds(12));
        Freshness { origin: ORIGIN.into(), epoch, size, root, issued, expires }.sign(&fresh_key())
    }

    pub fn snapshot(&self, at: i64) -> (String, Vec<u8>) {
        let snapshot = Snapshot { frontier: self.frontier.clone(), state: self.state.clone(), at: UnixMs(at) };
        let body = snapshot.encode();
        (snapshot.sign(&body, ORIGIN, &log_key()), body)
    }
}
