//! The replica on disk: what was verified comes back, and whatever was touched, torn or put back is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::Arc,
};

use common::{Feed, StillClocks, boot, trust};
use doorward_client::{
    replica::{self, Replica, ReplicaFault},
    standing::Standing,
};
use doorward_core::{
    feed::{batch::BatchFault, freshness::Stale},
    state::AccessState,
    time::{BootTime, Millis, UnixMs},
};

const LEASE: Millis = Millis::seconds(10);

/// A replica and what others see of it.
struct Opened {
    replica: Replica,
    standing: Standing,
    clocks: Arc<StillClocks>,
}

impl Opened {
    fn state(&self) -> AccessState {
        self.standing.with_state(Clone::clone)
    }

    fn now(&self, boot: BootTime, wall: UnixMs) -> UnixMs {
        self.clocks.set(boot, wall);
        self.standing.now().unwrap()
    }
}

impl Deref for Opened {
    type Target = Replica;
    fn deref(&self) -> &Replica {
        &self.replica
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Replica {
        &mut self.replica
    }
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("replica.db")
    }

    fn open(&self) -> Result<Opened, ReplicaFault> {
        let clocks = StillClocks::new();
        let standing = Standing::new(clocks.clone());
        Ok(Opened { replica: Replica::open(&self.path(), trust(), standing.clone())?, standing, clocks })
    }

    fn anew(&self) -> Opened {
        let clocks = StillClocks::new();
        let standing = Standing::new(clocks.clone());
        let replica = Replica::anew(&replica::Place::Plain(self.path()), trust(), standing.clone()).unwrap();
        Opened { replica, standing, clocks }
    }

    /// A replica with a snapshot of three entries, two more behind it, and a freshness statement; closed again.
    fn filled(&self) -> Feed {
        let feed = Feed::of(5, "p");
        let mut replica = self.open().unwrap();
        let (note, body) = Feed::of(3, "p").snapshot(3);
        replica.take_snapshot(&note, &body).unwrap();
        replica.take(&feed.batch(3)).unwrap();
        replica.hear(&feed.fresh(2, 1_000), &boot(0)).unwrap();
        feed
    }

    fn sql(&self, sql: &str) {
        let db = rusqlite::Connection::open(self.path()).unwrap();
        assert!(db.execute(sql, []).unwrap() > 0, "nothing was touched by: {sql}");
    }
}

#[test]
fn what_was_taken_comes_back_when_it_is_opened_again() {
    let place = Place::new();
    let feed = place.filled();
    let replica = place.open().unwrap();
    assert_eq!((replica.size(), replica.state()), (5, feed.state));
    assert_eq!(replica.standing.as_of(), Some(UnixMs(1_000)));
}

#[test]
fn batches_that_came_at_once_are_taken_as_far_as_they_can_be_believed() {
    let place = Place::new();
    let (feed, other) = (Feed::of(5, "p"), Feed::of(6, "q"));
    let mut replica = place.open().unwrap();
    let (two, four) = (Feed::of(2, "p").batch(0), Feed::of(4, "p").batch(2));
    let fault = replica.take_all(&[two, four, other.batch(4), feed.batch(4)]).unwrap_err();
    assert!(matches!(fault, ReplicaFault::Batch(_)), "{fault}");
    assert_eq!(replica.size(), 4, "those before it are taken, and none behind it");
    replica.take_all(&[feed.batch(4)]).unwrap();
    replica.take_all(&[]).unwrap();
    drop(replica);
    let replica = place.open().unwrap();
    assert_eq!((replica.size(), replica.state()), (5, feed.state));
}

#[test]
fn what_cannot_be_written_down_holds_all_the_same_and_is_not_fresh() {
    let place = Place::new();
    let feed = Feed::of(5, "p");
    let mut replica = place.open().unwrap();
    replica.take(&Feed::of(3, "p").batch(0)).unwrap();
    let disk = rusqlite::Connection::open(place.path()).unwrap();
    disk.execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END").unwrap();
    assert!(matches!(replica.take(&feed.batch(3)), Err(ReplicaFault::Disk(_))));
    assert_eq!((replica.size(), replica.standing.with_state(Clone::clone)), (5, feed.state.clone()));
    assert!(replica.hear(&feed.fresh(2, 1_000), &boot(0)).is_err());
    assert!(replica.standing.fresh(UnixMs(1_000), LEASE).is_err(), "who cannot write it down admits nobody");
    disk.execute_batch("DROP TRIGGER full").unwrap();
    replica.hear(&feed.fresh(2, 1_000), &boot(0)).unwrap();
    replica.standing.fresh(UnixMs(1_000), LEASE).unwrap();
    drop(replica);
    let replica = place.open().unwrap();
    assert_eq!((replica.size(), replica.state()), (5, feed.state));
}

#[test]
fn a_copy_that_stands_in_knows_what_is_taken_away_and_is_never_fresh() {
    let place = Place::new();
    place.filled();
    let (feed, standing) = (Feed::of(6, "p"), Standing::new(StillClocks::new()));
    let at = replica::Place::Plain(place.path());
    let mut copy = Replica::stand_in(&at, trust(), standing.clone()).unwrap();
    assert!(copy.stands_in() && copy.size() == 0);
    let (note, body) = Feed::of(4, "p").snapshot(4);
    assert!(matches!(copy.take_snapshot(&note, &body), Err(ReplicaFault::Older)), "what was seen stays known");
    let (note, body) = feed.snapshot(6);
    copy.take_snapshot(&note, &body).unwrap();
    let fresh = feed.fresh(2, 9_000);
    copy.hear(&fresh, &boot(0)).unwrap();
    assert_eq!((standing.with_state(Clone::clone), standing.now()), (feed.state, Some(UnixMs(9_000))));
    assert_eq!(standing.fresh(UnixMs(9_000), LEASE).unwrap_err(), Stale::NothingHeard);
    drop(copy);
    assert_eq!(place.open().unwrap().size(), 5, "what it stood in for is as it was");
}

#[test]
fn a_touched_copy_is_refused() {
    let touches = [
        "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'p-4', 'q-4') AS BLOB) WHERE seq = 4",
        "UPDATE entries SET body = CAST(CAST(body AS TEXT) || ' ' AS BLOB) WHERE seq = 5",
        "DELETE FROM entries WHERE seq = 5",
        "DELETE FROM entries WHERE seq = 4",
        "UPDATE statements SET value = CAST(replace(CAST(value AS TEXT), 'p-1', 'q-1') AS BLOB) WHERE kind = 'snapshot-body'",
        "UPDATE statements SET value = X'00' WHERE kind = 'snapshot-note'",
        "UPDATE statements SET value = CAST(replace(CAST(value AS TEXT), char(10) || '5' || char(10), char(10) || '4' || char(10)) AS BLOB) WHERE kind = 'checkpoint'",
        "DELETE FROM statements WHERE kind = 'checkpoint'",
        "DELETE FROM statements WHERE kind = 'snapshot-note'",
        "DELETE FROM statements WHERE kind = 'fresh'",
        "UPDATE statements SET value = CAST(replace(CAST(value AS TEXT), '1000', '9000') AS BLOB) WHERE kind = 'fresh'",
        "UPDATE statements SET value = X'7b7d' WHERE kind = 'clock'",
        "UPDATE statements SET value = CAST(replace(CAST(value AS TEXT), '1000', '9000') AS BLOB) WHERE kind = 'clock'",
    ];
    for touch in touches {
        let place = Place::new();
        place.filled();
        place.sql(touch);
        assert!(place.open().is_err(), "not refused: {touch}");
    }
}

#[test]
fn a_torn_file_is_refused() {
    let place = Place::new();
    place.filled();
    let bytes = std::fs::read(place.path()).unwrap();
    std::fs::write(place.path(), &bytes[..bytes.len() / 2]).unwrap();
    assert!(place.open().is_err());
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

#[test]
fn an_older_copy_put_back_is_refused_and_so_is_an_older_snapshot() {
    let place = Place::new();
    let feed = place.filled();
    let aside = place.folder.path().join("aside.db");
    copy(&place.path(), &aside);
    let longer = Feed::of(6, "p");
    place.open().unwrap().take(&longer.batch(5)).unwrap();
    copy(&aside, &place.path());
    assert!(matches!(place.open(), Err(ReplicaFault::Older)));

    let mut anew = place.anew();
    assert_eq!(anew.size(), 0);
    let (note, body) = feed.snapshot(9);
    assert!(matches!(anew.take_snapshot(&note, &body), Err(ReplicaFault::Older)));
    let (note, body) = longer.snapshot(9);
    anew.take_snapshot(&note, &body).unwrap();
    assert_eq!(anew.state(), longer.state);
}

#[test]
fn a_copy_with_an_older_freshness_put_back_is_refused() {
    let place = Place::new();
    let feed = place.filled();
    let aside = place.folder.path().join("aside.db");
    copy(&place.path(), &aside);
    place.open().unwrap().hear(&feed.fresh(3, 5_000), &boot(4_000)).unwrap();
    copy(&aside, &place.path());
    assert!(matches!(place.open(), Err(ReplicaFault::Older)));
}

#[test]
fn a_refused_batch_changes_nothing() {
    let place = Place::new();
    place.filled();
    let mut replica = place.open().unwrap();
    let before = replica.state();
    let gap = replica.take(&Feed::of(8, "p").batch(6)).unwrap_err();
    assert!(matches!(gap, ReplicaFault::Batch(BatchFault::Gap(_))) && !gap.needs_new_copy());
    let mut other = Feed::of(6, "q").batch(5);
    let fork = replica.take(&other).unwrap_err();
    assert!(matches!(fork, ReplicaFault::Batch(BatchFault::Fork)) && fork.needs_new_copy());
    other.checkpoint.clear();
    assert!(replica.take(&other).is_err());
    assert!(matches!(replica.take(&Feed::of(4, "p").batch(4)), Err(ReplicaFault::Batch(BatchFault::Rollback))));
    assert_eq!(replica.state(), before);
    drop(replica);
    assert_eq!(place.open().unwrap().state(), before);
}

#[test]
fn freshness_of_an_older_epoch_or_of_another_feed_is_refused() {
    let place = Place::new();
    let feed = place.filled();
    let mut replica = place.open().unwrap();
    assert!(matches!(replica.hear(&feed.fresh(1, 2_000), &boot(1_000)), Err(ReplicaFault::Older)));
    assert!(matches!(replica.hear(&Feed::of(5, "q").fresh(2, 2_000), &boot(1_000)), Err(ReplicaFault::Fork)));
    replica.hear(&feed.fresh(2, 500), &boot(1_000)).unwrap();
    assert_eq!(replica.standing.as_of(), Some(UnixMs(1_000)), "an older statement moves nothing back");
}

#[test]
fn fresh_for_the_lease_and_not_longer_whatever_the_wall_clock_says() {
    let place = Place::new();
    let feed = place.filled();
    let mut replica = place.open().unwrap();
    replica.hear(&feed.fresh(2, 1_000), &boot(0)).unwrap();
    let now = |elapsed, wall| replica.now(boot(elapsed), UnixMs(wall));
    for wall in [0, 1_000, i64::MAX] {
        assert!(replica.standing.fresh(now(10_000, wall), LEASE).is_ok());
        assert!(matches!(replica.standing.fresh(now(10_001, wall), LEASE), Err(Stale::LeaseOver)));
    }
    let mut behind = place.open().unwrap();
    behind.hear(&Feed::of(6, "p").fresh(2, 2_000), &boot(1_000)).unwrap();
    assert!(matches!(behind.standing.fresh(now(1_000, 0), LEASE), Err(Stale::Behind)));
    let nothing = Place::new();
    assert!(matches!(nothing.open().unwrap().standing.fresh(UnixMs(0), LEASE), Err(Stale::NothingSeen)));
}

#[test]
fn a_copy_that_was_opened_is_not_fresh_before_something_is_heard() {
    let place = Place::new();
    let feed = place.filled();
    let mut replica = place.open().unwrap();
    let now = replica.now(boot(1), UnixMs(0));
    assert!(
        matches!(replica.standing.fresh(now, LEASE), Err(Stale::NothingHeard)),
        "young as the statement on disk is"
    );
    replica.hear(&feed.fresh(2, 500), &boot(1)).unwrap();
    assert!(matches!(replica.standing.fresh(now, LEASE), Err(Stale::NothingHeard)), "an older one is passed over");
    replica.hear(&feed.fresh(2, 1_001), &boot(1)).unwrap();
    assert!(replica.standing.fresh(now, LEASE).is_ok());
}

#[test]
fn the_clock_goes_on_over_a_reopening_when_the_newest_statement_came_late() {
    let place = Place::new();
    let feed = place.filled();
    place.open().unwrap().hear(&feed.fresh(2, 2_990), &boot(2_000)).unwrap();
    let replica = place.open().unwrap();
    for wall in [0, 1_000_000] {
        assert_eq!(replica.now(boot(5_000), UnixMs(wall)), UnixMs(6_000));
    }
    let restarted = BootTime { boot: "boot-2".into(), elapsed: 0 };
    assert_eq!(replica.now(restarted, UnixMs(0)), UnixMs(2_990), "never earlier than what was signed");
}

#[test]
fn another_feed_of_the_size_seen_before_is_refused_as_a_new_copy() {
    let place = Place::new();
    let feed = place.filled();
    let mut anew = place.anew();
    let (note, body) = Feed::of(5, "q").snapshot(9);
    assert!(matches!(anew.take_snapshot(&note, &body), Err(ReplicaFault::Fork)));
    assert_eq!(anew.size(), 0);
    let (note, body) = feed.snapshot(9);
    anew.take_snapshot(&note, &body).unwrap();
    assert_eq!(anew.state(), feed.state);
}
