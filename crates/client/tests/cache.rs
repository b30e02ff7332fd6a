//! The cache: who brings its key back, and what a copy of its folder, a touched file or another key are good for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use common::{Feed, StillClocks, boot, trust};
use doorward_client::{
    cache::{Cache, CacheFault, Caches, Holder, KeptBy, Keyring, KeyringFault},
    keys::Signed,
    replica::{Floor, Replica, ReplicaFault},
    seal::Secret32,
    standing::Standing,
};
use doorward_core::{
    id::{KeySerial, StaffId},
    time::UnixMs,
};
use futures::future::BoxFuture;
use serde_json::json;
use zeroize::Zeroizing;

/// A keyring in memory, which may be locked.
#[derive(Debug, Default)]
struct Ring {
    kept: Mutex<HashMap<String, Vec<u8>>>,
    locked: Mutex<bool>,
}

impl Keyring for Ring {
    fn get(&self, name: String, _: bool) -> BoxFuture<'static, Result<Option<Zeroizing<Vec<u8>>>, KeyringFault>> {
        let found = self.kept.lock().unwrap().get(&name).cloned().map(Zeroizing::new);
        let locked = *self.locked.lock().unwrap();
        Box::pin(async move { if locked { Err(KeyringFault::Locked) } else { Ok(found) } })
    }

    fn put(&self, name: String, value: Zeroizing<Vec<u8>>, _: bool) -> BoxFuture<'static, Result<(), KeyringFault>> {
        let locked = *self.locked.lock().unwrap();
        if !locked {
            self.kept.lock().unwrap().insert(name, value.to_vec());
        }
        Box::pin(async move { if locked { Err(KeyringFault::Locked) } else { Ok(()) } })
    }

    fn remove(&self, name: String) -> BoxFuture<'static, Result<(), KeyringFault>> {
        self.kept.lock().unwrap().remove(&name);
        Box::pin(async { Ok(()) })
    }
}

fn ada() -> Holder {
    Holder { staff: StaffId::parse("ada").unwrap(), key: KeySerial(4) }
}

fn signed(credential: u8, secret: Option<u8>) -> Signed {
    let response = json!({ "authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ" });
    let made = json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response });
    let mut credential_made: webauthn_rs_proto::PublicKeyCredential = serde_json::from_value(made).unwrap();
    credential_made.raw_id = vec![credential];
    Signed { credential: credential_made, secret: secret.map(|byte| Secret32::new([byte; 32])) }
}

fn caches(folder: &Path, ring: Option<&Arc<Ring>>) -> Caches {
    Caches::new(folder.to_owned(), ring.map(|ring| ring.clone() as Arc<dyn Keyring>))
}

fn replica(cache: &Cache) -> Result<Replica, ReplicaFault> {
    Replica::open_at(&cache.place(), trust(), Standing::new(StillClocks::new()))
}

/// A cache with a feed of five in it.
async fn filled(folder: &Path, ring: Option<&Arc<Ring>>, secret: Option<u8>) -> Cache {
    let cache = caches(folder, ring).enter(ada(), &signed(1, secret)).await;
    let (feed, mut replica) = (Feed::of(5, "person"), replica(&cache).unwrap());
    let (note, body) = Feed::of(2, "person").snapshot(1);
    replica.take_snapshot(&note, &body).unwrap();
    replica.take(&feed.batch(2)).unwrap();
    replica.hear(&feed.fresh(2, 1_000), &boot(0)).unwrap();
    cache.put_up("names", b"Northwind".to_vec()).await.unwrap();
    cache
}

#[tokio::test]
async fn the_key_that_made_it_brings_it_back() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), None, Some(7)).await);
    let again = caches(folder.path(), None).enter(ada(), &signed(1, Some(7))).await;
    assert_eq!((again.kept_by(), replica(&again).unwrap().size()), (KeptBy::HardwareKey, 5));
    assert_eq!(again.take_down("names").await.as_deref(), Some(b"Northwind".as_slice()));
    let caches = caches(folder.path(), None);
    assert_eq!(caches.credentials(&ada().staff), [vec![1]]);
    let unlocked = caches.unlock(&ada().staff, &signed(1, Some(7))).await.unwrap();
    assert_eq!((unlocked.holder(), replica(&unlocked).unwrap().size()), (&ada(), 5));
}

#[tokio::test]
async fn a_copied_cache_opens_with_nothing_but_its_key() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(filled(folder.path(), None, Some(7)).await);
    fs::create_dir(elsewhere.path().join("4")).unwrap();
    for file in fs::read_dir(folder.path().join("4")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), elsewhere.path().join("4").join(file.file_name())).unwrap();
    }
    let copied = caches(elsewhere.path(), Some(&Arc::default()));
    for (other, why) in [
        (signed(1, Some(8)), "another key\'s secret"),
        (signed(1, None), "no secret"),
        (signed(2, Some(7)), "another credential"),
    ] {
        assert!(copied.unlock(&ada().staff, &other).await.is_err(), "{why}");
    }
    let other = StaffId::parse("carl").unwrap();
    assert!(matches!(copied.unlock(&other, &signed(1, Some(7))).await, Err(CacheFault::None)));
    assert!(copied.credentials(&other).is_empty());
    // Whoever signs in there by another key has a cache of their own, and nothing of this one.
    let theirs = copied.enter(ada(), &signed(1, Some(8))).await;
    assert_eq!((replica(&theirs).unwrap().size(), theirs.take_down("names").await), (0, None));
}

#[tokio::test]
async fn a_lock_that_was_changed_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), None, Some(7)).await);
    let file = folder.path().join("4/lock.json");
    let text = fs::read_to_string(&file).unwrap();
    for (was, is) in
        [("\"key\":4", "\"key\":5"), ("\"staff\":\"ada\"", "\"staff\":\"carl\""), ("\"id\":\"", "\"id\":\"x")]
    {
        assert!(text.contains(was), "{text}");
        fs::write(&file, text.replace(was, is)).unwrap();
        for staff in ["ada", "carl"] {
            let staff = StaffId::parse(staff).unwrap();
            assert!(caches(folder.path(), None).unlock(&staff, &signed(1, Some(7))).await.is_err(), "{is}");
        }
    }
}

#[tokio::test]
async fn a_row_that_was_changed_swapped_or_cut_is_refused() {
    let touches = [
        "UPDATE entries SET body = (SELECT body FROM entries WHERE seq = 4) WHERE seq = 3",
        "UPDATE entries SET body = substr(body, 1, length(body) - 1) WHERE seq = 5",
        "DELETE FROM entries WHERE seq = 5",
        "UPDATE statements SET value = (SELECT value FROM statements WHERE kind = 'fresh') WHERE kind = 'clock'",
        "UPDATE statements SET value = X'00' WHERE kind = 'checkpoint'",
    ];
    for touch in touches {
        let folder = tempfile::tempdir().unwrap();
        let cache = filled(folder.path(), None, Some(7)).await;
        let db = rusqlite::Connection::open(folder.path().join("4/replica.db")).unwrap();
        assert!(db.execute(touch, []).unwrap() > 0);
        drop(db);
        assert!(replica(&cache).is_err(), "not refused: {touch}");
    }
    let folder = tempfile::tempdir().unwrap();
    let cache = filled(folder.path(), None, Some(7)).await;
    fs::write(folder.path().join("4/replica.db.high"), b"{}").unwrap();
    assert!(matches!(replica(&cache), Err(ReplicaFault::HighWater(_))), "a mark that cannot be read is no mark at all");
    let names = folder.path().join("4/names.sealed");
    fs::write(&names, &fs::read(&names).unwrap()[1..]).unwrap();
    assert_eq!(cache.take_down("names").await, None);
}

#[tokio::test]
async fn nothing_of_it_can_be_read_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let _cache = filled(folder.path(), None, Some(7)).await;
    let _open = replica(&_cache).unwrap();
    let mut seen = 0;
    for file in fs::read_dir(folder.path().join("4")).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for plain in ["person-", "Northwind", "feed.example", "staff-added", "issued"] {
            assert!(
                !bytes.windows(plain.len()).any(|found| found == plain.as_bytes()),
                "{plain} in {}",
                path.display()
            );
        }
        seen += 1;
    }
    assert!(seen >= 4, "the database, its mark, the names and the lock");
}

#[tokio::test]
async fn where_the_key_has_no_secret_the_keyring_keeps_it_and_where_there_is_none_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::<Ring>::default();
    drop(filled(folder.path(), Some(&ring), None).await);
    let again = caches(folder.path(), Some(&ring)).enter(ada(), &signed(1, None)).await;
    assert_eq!((again.kept_by(), replica(&again).unwrap().size()), (KeptBy::Keyring, 5));
    let caches_there = caches(folder.path(), Some(&ring));
    assert!(caches_there.credentials(&ada().staff).is_empty(), "a touch alone would prove nothing");
    assert!(caches_there.unlock(&ada().staff, &signed(1, None)).await.is_err());

    let elsewhere = tempfile::tempdir().unwrap();
    *ring.locked.lock().unwrap() = true;
    for keyring in [None, Some(&ring)] {
        let nothing = filled(elsewhere.path(), keyring, None).await;
        assert_eq!(nothing.kept_by(), KeptBy::Nobody);
        assert_eq!(nothing.take_down("names").await, None);
        assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none(), "nothing lies on the disk");
    }
}

#[tokio::test]
async fn an_old_copy_of_the_whole_folder_is_known_by_the_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::<Ring>::default();
    let cache = filled(folder.path(), Some(&ring), Some(7)).await;
    let seen = Floor { size: 5, epoch: 2, signed: UnixMs(1_000) };
    cache.remember(seen).await;
    let now = caches(folder.path(), Some(&ring)).enter(ada(), &signed(1, Some(7))).await;
    assert_eq!(replica(&now).unwrap().size(), 5, "as new as what was seen");
    for later in [Floor { size: 6, ..seen }, Floor { epoch: 3, ..seen }, Floor { signed: UnixMs(1_001), ..seen }] {
        cache.remember(later).await;
        let old = caches(folder.path(), Some(&ring)).enter(ada(), &signed(1, Some(7))).await;
        assert!(matches!(replica(&old), Err(ReplicaFault::Older)), "{later:?}");
    }
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_the_disk_and_the_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let ring = Arc::<Ring>::default();
    let cache = filled(folder.path(), Some(&ring), None).await;
    cache.remember(Floor { size: 5, epoch: 2, signed: UnixMs(1_000) }).await;
    assert_eq!(ring.kept.lock().unwrap().len(), 2);
    caches(folder.path(), Some(&ring)).forget(KeySerial(4)).await;
    assert!(!folder.path().join("4").exists() && ring.kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_secret_is_in_debug_output() {
    let folder = tempfile::tempdir().unwrap();
    let cache = filled(folder.path(), None, Some(7)).await;
    let shown = format!("{cache:?} {:?}", signed(1, Some(7)).secret);
    assert!(shown.contains("Seal(…)") && shown.contains("Secret32(…)") && !shown.contains("7, 7"), "{shown}");
}
