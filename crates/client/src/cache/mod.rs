//! The cache: what a person's console keeps on its disk, sealed under a random key that only they can bring back.
//!
//! Each staff key has a cache of its own, in a folder named by its serial. The cache's key is wrapped under a secret that
//! only that hardware key gives, by PIN and touch (CTAP 2 `hmac-secret`); for a key that has none to give, the system's
//! keyring keeps it. Where there is neither, nothing is kept. What the disk tells is which key and which member of staff,
//! sizes, and sequence numbers.

mod keyring;
mod lock;

use std::{fs, io, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc, time::Duration};

use doorward_core::id::{KeySerial, StaffId};
use tokio::{task::spawn_blocking, time::timeout};

pub use keyring::{Keyring, KeyringFault};
pub use lock::Holder;
use lock::Lock;

use crate::{
    keys::Signed,
    replica::{Floor, Place},
    seal::{Row, Seal, SealFault, Secret32, Spot},
};

/// What the hardware key's secret is asked for.
pub const PURPOSE: &str = "doorward/offline-cache/v1";
/// How long a keyring that has to ask its person may take, and one that has not.
const ASKED: Duration = Duration::from_secs(60);
const AT_ONCE: Duration = Duration::from_secs(2);

/// Who can bring the cache's key back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBy {
    HardwareKey,
    Keyring,
    /// Nobody: nothing is kept, and all is gone with the process.
    Nobody,
}

/// Why a cache does not open.
#[derive(Debug, thiserror::Error)]
pub enum CacheFault {
    #[error("there is no cache of this key")]
    None,
    #[error(transparent)]
    Sealed(#[from] SealFault),
    #[error("the cache's folder cannot be read or written: {0}")]
    Disk(#[from] io::Error),
    #[error(transparent)]
    Keyring(#[from] KeyringFault),
}

/// The caches of this console.
#[derive(Debug, Clone)]
pub struct Caches {
    folder: PathBuf,
    keyring: Option<Arc<dyn Keyring>>,
}

/// An open cache: whoever holds it can read and write what lies in it. It shows nothing of its key.
#[derive(Debug, Clone)]
pub struct Cache {
    holder: Holder,
    kept_by: KeptBy,
    place: Place,
    shelf: Option<Shelf>,
    keyring: Option<Arc<dyn Keyring>>,
}

/// What lies beside the replica, each under a name.
#[derive(Debug, Clone)]
struct Shelf {
    folder: PathBuf,
    id: String,
    seal: Seal,
}

impl Caches {
    /// The caches in `folder`. Without a keyring only hardware keys bring them back.
    pub fn new(folder: PathBuf, keyring: Option<Arc<dyn Keyring>>) -> Self {
        Self { folder, keyring }
    }

    /// The cache of whoever has just signed in with `signed`: the one that was left here, or a new one.
    pub async fn enter(&self, holder: Holder, signed: &Signed) -> Cache {
        let credential = signed.credential.raw_id.as_slice();
        let opened = match &signed.secret {
            Some(secret) => self.enter_by_key(&holder, credential, secret).await,
            None => self.enter_by_keyring(&holder, credential).await,
        };
        opened.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "nothing is kept on this disk");
            let (kept_by, place) = (KeptBy::Nobody, Place::Memory);
            Cache { holder, kept_by, place, shelf: None, keyring: None }
        })
    }

    async fn enter_by_key(&self, holder: &Holder, credential: &[u8], secret: &Secret32) -> Result<Cache, CacheFault> {
        let folder = self.folder_of(holder.key);
        let known = Lock::read(&folder).ok().filter(|lock| lock.is_of(holder, credential));
        if let Some((lock, key)) = known.and_then(|lock| lock.unwrap(secret).ok().map(|key| (lock, key))) {
            return self.opened(lock, &key, KeptBy::HardwareKey).await;
        }
        self.forget(holder.key).await;
        let key = Secret32::random()?;
        let lock = Lock::wrapping(holder, credential, &key, secret)?;
        make(&folder)?;
        lock.write(&folder)?;
        self.opened(lock, &key, KeptBy::HardwareKey).await
    }

    async fn enter_by_keyring(&self, holder: &Holder, credential: &[u8]) -> Result<Cache, CacheFault> {
        let keyring = self.keyring.as_ref().ok_or(KeyringFault::Absent)?;
        let folder = self.folder_of(holder.key);
        let known = Lock::read(&folder).ok().filter(|lock| lock.is_of(holder, credential) && lock.is_in_keyring());
        if let Some(lock) = known {
            let kept =
                timeout(ASKED, keyring.get(name_of_key(&lock.id), true)).await.map_err(|_| KeyringFault::Silent)?;
            if let Some(key) = kept?.and_then(|key| Secret32::of(&key)) {
                return self.opened(lock, &key, KeptBy::Keyring).await;
            }
        }
        self.forget(holder.key).await;
        let key = Secret32::random()?;
        let lock = Lock::in_keyring(holder, credential)?;
        let put = keyring.put(name_of_key(&lock.id), key.expose().to_vec().into(), true);
        timeout(ASKED, put).await.map_err(|_| KeyringFault::Silent)??;
        make(&folder)?;
        lock.write(&folder)?;
        self.opened(lock, &key, KeptBy::Keyring).await
    }

    /// The credentials that bring a cache of this member of staff back by a touch.
    pub fn credentials(&self, staff: &StaffId) -> Vec<Vec<u8>> {
        self.locks()
            .into_iter()
            .filter(|lock| lock.staff == *staff && !lock.is_in_keyring())
            .map(|l| l.credential)
            .collect()
    }

    /// The cache of this member of staff that `signed` opens, with nobody else asked. A key that is not one of theirs,
    /// or that has no secret to give, opens nothing.
    pub async fn unlock(&self, staff: &StaffId, signed: &Signed) -> Result<Cache, CacheFault> {
        let mut mine = self.locks().into_iter().filter(|lock| lock.staff == *staff);
        let lock = mine.find(|lock| lock.credential == signed.credential.raw_id).ok_or(CacheFault::None)?;
        let key = lock.unwrap(signed.secret.as_ref().ok_or(CacheFault::None)?)?;
        self.opened(lock, &key, KeptBy::HardwareKey).await
    }

    /// Throws away the cache of a key, whatever is in it.
    pub async fn forget(&self, key: KeySerial) {
        let folder = self.folder_of(key);
        if let (Some(keyring), Ok(lock)) = (&self.keyring, Lock::read(&folder)) {
            for name in [name_of_key(&lock.id), name_of_floor(&lock.id)] {
                // One that is not there, or not to be had, is of no use to anybody once the folder is gone.
                let _unheard = timeout(AT_ONCE, keyring.remove(name)).await;
            }
        }
        match fs::remove_dir_all(folder) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%fault, "a cache could not be removed");
            }
            _ => {}
        }
    }

    async fn opened(&self, lock: Lock, key: &Secret32, kept_by: KeptBy) -> Result<Cache, CacheFault> {
        let folder = self.folder_of(lock.key);
        let floor = match &self.keyring {
            Some(keyring) => floor(&**keyring, &lock.id).await,
            None => None,
        };
        let place = Place::Sealed { path: folder.join("replica.db"), seal: key.seal("replica")?, floor };
        let shelf = Some(Shelf { folder, id: lock.id, seal: key.seal("shelf")? });
        let holder = Holder { staff: lock.staff, key: lock.key };
        Ok(Cache { holder, kept_by, place, shelf, keyring: self.keyring.clone() })
    }

    fn locks(&self) -> Vec<Lock> {
        let Ok(folders) = fs::read_dir(&self.folder) else { return Vec::new() };
        folders.filter_map(|folder| Lock::read(&folder.ok()?.path()).ok()).collect()
    }

    fn folder_of(&self, key: KeySerial) -> PathBuf {
        self.folder.join(key.0.to_string())
    }
}

impl Cache {
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    pub fn kept_by(&self) -> KeptBy {
        self.kept_by
    }

    /// Where the replica lies.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// What lies under `name`. None where there is nothing, or nothing that opens.
    pub async fn take_down(&self, name: &'static str) -> Option<Vec<u8>> {
        let shelf = self.shelf.clone()?;
        spawn_blocking(move || shelf.read(name)).await.ok()?
    }

    /// Puts `value` under `name`, in place of what lay there. Nothing is written where nothing is kept.
    pub async fn put_up(&self, name: &'static str, value: Vec<u8>) -> Result<(), CacheFault> {
        let Some(shelf) = self.shelf.clone() else { return Ok(()) };
        spawn_blocking(move || shelf.write(name, &value)).await.map_err(|_| io::Error::from(io::ErrorKind::Other))?
    }

    /// Has the keyring remember what was seen, so that an old copy of the whole folder is known for what it is.
    pub async fn remember(&self, floor: Floor) {
        let (Some(keyring), Some(shelf)) = (&self.keyring, &self.shelf) else { return };
        let Ok(json) = serde_json::to_vec(&floor) else { return };
        // Nobody is asked for it: a keyring that is locked remembers the next time.
        let _later = timeout(AT_ONCE, keyring.put(name_of_floor(&shelf.id), json.into(), false)).await;
    }
}

impl Shelf {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension("sealed")
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let sealed = fs::read(self.path(name)).ok()?;
        let opened = self.seal.open(&spot(name), &sealed);
        if opened.is_err() {
            tracing::warn!(name, "what lies in the cache does not open and is passed over");
        }
        opened.ok()
    }

    fn write(&self, name: &str, value: &[u8]) -> Result<(), CacheFault> {
        let sealed = self.seal.close(&spot(name), value)?;
        let (path, beside) = (self.path(name), self.path(name).with_extension("new"));
        fs::write(&beside, sealed)?;
        Ok(fs::rename(beside, path)?)
    }
}

fn spot(name: &str) -> Spot<'_> {
    Spot { table: "shelf", row: Row::Named(name) }
}

async fn floor(keyring: &dyn Keyring, id: &str) -> Option<Floor> {
    let kept = timeout(AT_ONCE, keyring.get(name_of_floor(id), false)).await.ok()?.ok()??;
    serde_json::from_slice(&kept).ok()
}

fn name_of_key(id: &str) -> String {
    format!("cache-key/{id}")
}

fn name_of_floor(id: &str) -> String {
    format!("high-water/{id}")
}

/// A folder that nobody else looks into.
fn make(folder: &std::path::Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
