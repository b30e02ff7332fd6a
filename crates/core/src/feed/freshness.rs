//! Freshness: short-lived signed statements of how far the feed goes, and the lease a replica lives on.
//!
//! The freshness key signs nothing else; whoever steals it can freeze a replica for the statement's life, no more.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    checkpoint::{FeedTrust, StatementFault, read_hash},
    note::NoteSigner,
    tree::Hash,
};
use crate::time::{Millis, UnixMs};

const KIND: &str = "doorward-freshness/v1";
/// How old the newest statement may be before whoever enforces refuses.
pub const DEFAULT_LEASE: Millis = Millis::seconds(10);
/// How long a statement lives at most, whatever it says of itself.
pub const LONGEST_LIFE: Millis = Millis::seconds(60);

/// What a freshness statement says: at `issued` the feed had `size` entries with this `root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    pub origin: String,
    /// Grows with every start of the server, so that a restored copy cannot pass for the present one.
    pub epoch: u64,
    pub size: u64,
    pub root: Hash,
    pub issued: UnixMs,
    pub expires: UnixMs,
}

/// The proof that a replica is fresh at the moment of asking. Only [`Freshness::enough`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct FreshEnough(());

/// Why a replica is not fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    #[error("the newest statement is older than the lease")]
    LeaseOver,
    #[error("the replica has not caught up with the newest statement")]
    Behind,
    #[error("no statement was seen yet")]
    NothingSeen,
    #[error("no statement was heard since the replica was opened")]
    NothingHeard,
}

impl Freshness {
    fn text(&self) -> String {
        let Self { origin, epoch, size, root, issued, expires } = self;
        let root = STANDARD.encode(root);
        format!("{KIND}\n{origin}\n{epoch}\n{size}\n{root}\n{}\n{}\n", issued.0, expires.0)
    }

    /// The statement as a signed note.
    pub fn sign(&self, key: &NoteSigner) -> String {
        key.sign(&self.text())
    }

    /// The statement in `note`, where the freshness key of `trust` signed it for its origin.
    pub fn open(note: &str, trust: &FeedTrust) -> Result<Self, StatementFault> {
        let text = trust.freshness.open(note)?;
        let statement = Self::read(text).ok_or(StatementFault::Malformed)?;
        let lives = statement.expires > statement.issued && statement.expires.since(statement.issued) <= LONGEST_LIFE;
        if statement.text() != text || !lives {
            return Err(StatementFault::Malformed);
        }
        if statement.origin == trust.origin { Ok(statement) } else { Err(StatementFault::WrongOrigin) }
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|kind| *kind == KIND)?;
        let origin = lines.next()?.to_owned();
        let epoch = lines.next()?.parse().ok()?;
        let size = lines.next()?.parse().ok()?;
        let root = read_hash(lines.next()?)?;
        let issued = UnixMs(lines.next()?.parse().ok()?);
        let expires = UnixMs(lines.next()?.parse().ok()?);
        lines.next().is_none().then_some(Self { origin, epoch, size, root, issued, expires })
    }

    /// Whether a replica of `size` entries that holds this as its newest statement is fresh at `now`.
    pub fn enough(&self, size: u64, now: UnixMs, lease: Millis) -> Result<FreshEnough, Stale> {
        if size < self.size {
            return Err(Stale::Behind);
        }
        let young = now.since(self.issued) <= lease && now < self.expires;
        if young { Ok(FreshEnough(())) } else { Err(Stale::LeaseOver) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{
        checkpoint::Checkpoint,
        note::{NoteFault, NoteSigner},
    };

    fn keys() -> (NoteSigner, NoteSigner, FeedTrust) {
        let log = NoteSigner::from_seed("feed.example", &[1; 32]).unwrap();
        let fresh = NoteSigner::from_seed("feed.example/fresh", &[2; 32]).unwrap();
        let trust = FeedTrust { origin: "feed.example".into(), log: log.verifier(), freshness: fresh.verifier() };
        (log, fresh, trust)
    }

    fn statement() -> Freshness {
        let root = [3; 32];
        Freshness {
            origin: "feed.example".into(),
            epoch: 1,
            size: 5,
            root,
            issued: UnixMs(1_000),
            expires: UnixMs(13_000),
        }
    }

    #[test]
    fn a_statement_is_believed_only_from_its_own_key_and_origin() {
        let (log, fresh, trust) = keys();
        assert_eq!(Freshness::open(&statement().sign(&fresh), &trust), Ok(statement()));
        let unsigned = Err(StatementFault::Note(NoteFault::NotSigned));
        assert_eq!(Freshness::open(&statement().sign(&log), &trust), unsigned);
        let elsewhere = Freshness { origin: "other".into(), ..statement() };
        assert_eq!(Freshness::open(&elsewhere.sign(&fresh), &trust), Err(StatementFault::WrongOrigin));
        let long = Freshness { expires: UnixMs(1_000_000), ..statement() };
        assert_eq!(Freshness::open(&long.sign(&fresh), &trust), Err(StatementFault::Malformed));
        let checkpoint = Checkpoint { origin: "feed.example".into(), size: 1, root: [0; 32], at: UnixMs(1) };
        assert!(Checkpoint::open(&checkpoint.sign(&fresh), &trust).is_err());
        assert_eq!(Checkpoint::open(&checkpoint.sign(&log), &trust), Ok(checkpoint));
    }

    #[test]
    fn not_fresh_after_the_lease_and_not_fresh_when_behind() {
        let enough = |size, now| statement().enough(size, UnixMs(now), DEFAULT_LEASE).map(|_| ());
        assert_eq!(enough(5, 11_000), Ok(()));
        assert_eq!(enough(5, 11_001), Err(Stale::LeaseOver));
        assert_eq!(enough(4, 1_000), Err(Stale::Behind));
        assert_eq!(enough(6, 1_000), Ok(()));
        let lease = Millis::seconds(60);
        assert!(statement().enough(5, UnixMs(12_999), lease).is_ok());
        assert!(matches!(statement().enough(5, UnixMs(13_000), lease), Err(Stale::LeaseOver)));
    }
}
