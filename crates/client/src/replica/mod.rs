//! The replica: a verified copy of the feed on disk, and its fold in memory.
//!
//! What is on disk is verified again whenever it is opened. A copy that does not verify, or is older than what was
//! seen before, is refused: its owner discards it and fetches anew, and never uses it.

mod file;
mod high_water;
mod place;

use std::path::Path;

use doorward_core::{
    feed::{
        batch::{Batch, BatchFault, VerifiedBatch, verify},
        checkpoint::{FeedTrust, StatementFault},
        freshness::Freshness,
        snapshot::{Snapshot, SnapshotFault},
        tree::Frontier,
    },
    state::{AccessState, FoldFault},
    time::{BootTime, SignedClock, UnixMs},
};

use file::ReplicaFile;
use high_water::HighWater;
pub use place::{Floor, Place};

use crate::{
    seal::SealFault,
    standing::{Held, Standing},
    tail::Tail,
};

/// After this many entries behind the snapshot a new snapshot is worth its fetching.
pub const LONG_TAIL: u64 = 20_000;

/// Why a replica on disk, or something sent to it, is refused.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaFault {
    #[error("the replica's file cannot be read or written: {0}")]
    Disk(#[from] rusqlite::Error),
    #[error("the replica's file has another shape")]
    Shape(#[from] refinery::Error),
    #[error("the replica's high-water file cannot be read or written: {0}")]
    HighWater(#[from] std::io::Error),
    #[error("what is on disk does not verify")]
    Damaged,
    #[error(transparent)]
    Sealed(#[from] SealFault),
    #[error("it is older than what was seen before")]
    Older,
    #[error(transparent)]
    Batch(#[from] BatchFault),
    #[error(transparent)]
    Snapshot(#[from] SnapshotFault),
    #[error(transparent)]
    Statement(#[from] StatementFault),
    #[error("the feed says something else about the same size: a fork")]
    Fork,
    #[error("the entries verify, but do not fold")]
    Fold(#[from] FoldFault),
}

impl ReplicaFault {
    /// Whether the disk takes or gives nothing: the copy on it may be as good as ever.
    pub fn is_the_disk_s(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
        matches!(self.code(), Some(DiskFull | SystemIoFailure))
    }

    /// Whether there was no getting at the copy. Only what was got at and is no use is ever thrown away.
    pub fn hides_the_copy(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, OutOfMemory, PermissionDenied, ReadOnly};
        let hides = matches!(
            self.code(),
            Some(CannotOpen | DatabaseBusy | DatabaseLocked | OutOfMemory | PermissionDenied | ReadOnly)
        );
        // The mark is the only thing that knows what was seen before.
        hides || self.is_the_disk_s() || matches!(self, Self::HighWater(_))
    }

    fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Disk(fault) => fault.sqlite_error_code(),
            Self::Shape(fault) => match fault.kind() {
                refinery::error::Kind::Connection(_, fault) => {
                    fault.downcast_ref::<rusqlite::Error>()?.sqlite_error_code()
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the copy itself is of no use, so that only a new one helps.
    pub fn needs_new_copy(&self) -> bool {
        !matches!(
            self,
            Self::Disk(_)
                | Self::HighWater(_)
                | Self::Older
                | Self::Statement(_)
                | Self::Batch(BatchFault::Gap(_) | BatchFault::TooMany | BatchFault::Entry(_))
                | Self::Batch(BatchFault::Checkpoint(_) | BatchFault::SizeMismatch | BatchFault::Rollback)
        )
    }
}

/// A verified copy of the feed.
#[derive(Debug)]
pub struct Replica {
    file: ReplicaFile,
    place: Place,
    trust: FeedTrust,
    standing: Standing,
    frontier: Frontier,
    snapshot_size: u64,
    fresh: Option<Freshness>,
    clock: Option<SignedClock>,
    high: HighWater,
    heard: bool,
    /// Folded, and not on the disk yet: it was full, or broken.
    unsaved: Vec<VerifiedBatch>,
    stands_in: bool,
}

impl Replica {
    /// The copy that lies plain at `path`; see [`Replica::open_at`].
    pub fn open(path: &Path, trust: FeedTrust, standing: Standing) -> Result<Self, ReplicaFault> {
        Self::open_at(&Place::Plain(path.to_owned()), trust, standing)
    }

    /// Opens the copy at `place`, or begins an empty one, and verifies every byte of it under `trust`. What it holds
    /// is read through `standing`, which is changed only where everything verified.
    pub fn open_at(place: &Place, trust: FeedTrust, standing: Standing) -> Result<Self, ReplicaFault> {
        let high = HighWater::read(place)?;
        let file = ReplicaFile::open(place)?;
        let kept = file.read()?;
        let (mut frontier, mut state, mut signed) = (Frontier::default(), AccessState::default(), None);
        if let Some((note, body)) = &kept.snapshot {
            let snapshot = Snapshot::open(note, body, &trust)?;
            (frontier, state, signed) = (snapshot.frontier, snapshot.state, Some(snapshot.at));
        }
        let (snapshot_size, begins) = (frontier.size(), frontier.clone());
        let at = kept.replay(&trust, &mut frontier, &mut state)?;
        let fresh = kept.fresh.as_deref().map(|note| Freshness::open(note, &trust)).transpose()?;
        if fresh.as_ref().is_some_and(|fresh| fresh.size == frontier.size() && fresh.root != frontier.root()) {
            return Err(ReplicaFault::Fork);
        }
        let newest = fresh.as_ref().map(|f| f.issued).into_iter().chain(at).chain(signed).max();
        // A statement that arrives late moves the clock nothing, so the clock may rest on an earlier one; it never
        // rests on a later one.
        let rests_on = kept.clock.as_ref().map(SignedClock::newest_signed);
        if rests_on > fresh.as_ref().map(|fresh| fresh.issued) {
            return Err(ReplicaFault::Damaged);
        }
        let epoch = fresh.as_ref().map_or(0, |f| f.epoch);
        let older = frontier.size() < high.size || epoch < high.epoch;
        let earlier = newest.unwrap_or(UnixMs(i64::MIN)) < high.signed;
        if older || earlier {
            return Err(ReplicaFault::Older);
        }
        if high.is_forked_by(&frontier) {
            return Err(ReplicaFault::Fork);
        }
        let high = high.raised(&frontier, epoch, newest.unwrap_or(high.signed));
        let (tail, clock) = (kept.tail(begins), kept.clock);
        let bare = Self::bare(place.clone(), file, high, trust, standing);
        let replica = Self { frontier, snapshot_size, fresh, clock, ..bare };
        replica.show(state, tail);
        Ok(replica)
    }

    /// Discards the copy at `place` and begins an empty one. What was seen before stays known: a new copy that is
    /// older than that is still refused.
    pub fn anew(place: &Place, trust: FeedTrust, standing: Standing) -> Result<Self, ReplicaFault> {
        file::discard(place)?;
        Self::empty(place.clone(), HighWater::read(place)?, trust, standing)
    }

    /// An empty copy in memory, for as long as there is no getting at the one at `place`. It is told what is taken away
    /// and what time it is, and is never fresh: whoever forgets what was seen admits nobody.
    pub fn stand_in(place: &Place, trust: FeedTrust, standing: Standing) -> Result<Self, ReplicaFault> {
        let replica = Self::empty(Place::Memory, HighWater::read(place)?, trust, standing)?;
        Ok(Self { stands_in: true, ..replica })
    }

    /// Whether it is a [`Replica::stand_in`].
    pub fn stands_in(&self) -> bool {
        self.stands_in
    }

    fn empty(place: Place, high: HighWater, trust: FeedTrust, standing: Standing) -> Result<Self, ReplicaFault> {
        let file = ReplicaFile::open(&place)?;
        let replica = Self::bare(place, file, high, trust, standing);
        replica.show(AccessState::default(), Tail::default());
        Ok(replica)
    }

    /// With nothing in it, and shown to nobody yet.
    fn bare(place: Place, file: ReplicaFile, high: HighWater, trust: FeedTrust, standing: Standing) -> Self {
        Self {
            file,
            place,
            trust,
            standing,
            frontier: Frontier::default(),
            snapshot_size: 0,
            fresh: None,
            clock: None,
            high,
            heard: false,
            unsaved: Vec::new(),
            stands_in: false,
        }
    }

    /// Shows `state` and all that goes with it to whoever reads the standing.
    fn show(&self, state: AccessState, tail: Tail) {
        let signed = (self.high.signed > UnixMs(i64::MIN)).then_some(self.high.signed);
        let (size, fresh, heard, clock) = (self.size(), self.fresh.clone(), self.heard, self.clock.clone());
        self.standing.change(|held| *held = Held { state, size, fresh, heard, clock, signed, tail });
    }

    /// How many entries are held.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Whether so much follows the snapshot that a new one is worth its fetching.
    pub fn has_long_tail(&self) -> bool {
        self.size().saturating_sub(self.snapshot_size) > LONG_TAIL
    }

    /// Takes a batch: verified whole, then folded, then durable. What takes access away does so with a full disk too.
    pub fn take(&mut self, batch: &Batch) -> Result<(), ReplicaFault> {
        self.take_all(std::slice::from_ref(batch))
    }

    /// Takes batches that follow each other, in one write to the disk. Where one of them is refused, those before it
    /// are taken.
    pub fn take_all(&mut self, batches: &[Batch]) -> Result<(), ReplicaFault> {
        let (mut frontier, mut believed, mut refused) = (self.frontier.clone(), Vec::new(), Ok(()));
        for batch in batches {
            match verify(batch, &frontier, &self.trust) {
                Ok(verified) => {
                    frontier = verified.frontier().clone();
                    believed.push(verified);
                }
                Err(fault) => {
                    refused = Err(fault.into());
                    break;
                }
            }
        }
        for verified in &believed {
            self.fold(verified)?;
        }
        // Whoever enforces knows by now; the disk and the mark may take their time.
        self.unsaved.append(&mut believed);
        self.save()?;
        refused
    }

    fn save(&mut self) -> Result<(), ReplicaFault> {
        let Some(newest) = self.unsaved.last().map(|verified| verified.checkpoint().at) else { return Ok(()) };
        self.file.append(&self.unsaved)?;
        self.unsaved.clear();
        self.raise(0, newest)
    }

    fn fold(&mut self, verified: &VerifiedBatch) -> Result<(), ReplicaFault> {
        let (size, at) = (verified.checkpoint().size, verified.checkpoint().at);
        self.standing.change(|held| {
            for (_, entry) in verified.entries() {
                held.state.apply(entry)?;
            }
            held.tail.extend(verified.entries().iter().map(|(text, _)| text.as_str()), verified.note());
            held.size = size;
            held.signed = held.signed.max(Some(at));
            Ok::<_, FoldFault>(())
        })?;
        self.frontier = verified.frontier().clone();
        Ok(())
    }

    /// Takes a snapshot in place of everything held; refused where it is older than what was seen before.
    pub fn take_snapshot(&mut self, note: &str, body: &[u8]) -> Result<(), ReplicaFault> {
        let snapshot = Snapshot::open(note, body, &self.trust)?;
        if snapshot.frontier.size() < self.high.size.max(self.size()) {
            return Err(ReplicaFault::Older);
        }
        if self.high.is_forked_by(&snapshot.frontier) {
            return Err(ReplicaFault::Fork);
        }
        self.file.replace(note, body)?;
        self.unsaved.clear();
        self.snapshot_size = snapshot.frontier.size();
        self.frontier = snapshot.frontier;
        self.show(snapshot.state, Tail::behind(self.frontier.clone()));
        self.raise(0, UnixMs(i64::MIN))
    }

    /// Hears a freshness statement at `boot`. An older one is passed over; one of an older epoch or of another feed
    /// of the same size is refused.
    pub fn hear(&mut self, note: &str, boot: &BootTime) -> Result<(), ReplicaFault> {
        let heard = Freshness::open(note, &self.trust)?;
        if heard.epoch < self.high.epoch {
            return Err(ReplicaFault::Older);
        }
        if heard.size == self.size() && heard.root != self.frontier.root() {
            return Err(ReplicaFault::Fork);
        }
        if self.fresh.as_ref().is_some_and(|known| heard.issued < known.issued) {
            return Ok(());
        }
        let mut clock = self.clock.clone().unwrap_or_else(|| SignedClock::new(heard.issued, boot.clone()));
        clock.hear(heard.issued, boot.clone());
        self.save()?;
        self.file.hear(note, &clock)?;
        // The mark first: what is fresh is never put back to before it was.
        self.raise(heard.epoch, heard.issued)?;
        let issued = heard.issued;
        (self.clock, self.fresh, self.heard) = (Some(clock), Some(heard), !self.stands_in);
        self.standing.change(|held| {
            (held.fresh, held.heard, held.clock) = (self.fresh.clone(), self.heard, self.clock.clone());
            held.signed = held.signed.max(Some(issued));
        });
        Ok(())
    }

    fn raise(&mut self, epoch: u64, signed: UnixMs) -> Result<(), ReplicaFault> {
        let raised = self.high.raised(&self.frontier, epoch, signed);
        if raised != self.high {
            raised.write(&self.place)?;
            self.high = raised;
        }
        Ok(())
    }
}
