//! The data directory: key files that only the server's own user can read, made at the first start and never again.
//!
//! It refuses what others could read, refuses to make new keys beside an old database, and overwrites nothing.

mod certificate;

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use doorward_core::{
    feed::note::{NoteFault, NoteSigner},
    token::TokenSigner,
    trust::TrustFile,
};
use zeroize::Zeroizing;

pub use self::certificate::{Certificate, development_certificate};
use crate::app::{Dice, DiceFault};

const SEED_BYTES: usize = 32;
const LOG: &str = "log.seed";
const FRESHNESS: &str = "freshness.seed";
/// Drawn anew where it is gone: the feed says which authority is believed.
const SSH_CA: &str = "ssh-ca.seed";
const TOKENS: &str = "session-token.seed";
/// An Ed25519 key in PKCS #8 is this and the seed (RFC 8410).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What is wrong with the data directory.
#[derive(Debug, thiserror::Error)]
pub enum DataFault {
    #[error("{path}: {fault}")]
    Machine { path: PathBuf, fault: io::Error },
    #[error("{path} can be used by others (mode {mode:o}): run `chmod go-rwx {path}` and find out who has read it")]
    Loose { path: PathBuf, mode: u32 },
    #[error("{path} is not a plain file or directory as it was made: a link, perhaps")]
    NotPlain { path: PathBuf },
    #[error("{path} does not hold a key: bring it back from the backup")]
    NotAKey { path: PathBuf },
    #[error(
        "{path} is missing, and there is a database: bring it back from the backup; a new key would be believed by nobody"
    )]
    KeyGone { path: PathBuf },
    #[error("{path} is held: a server runs on this data directory; stop it first")]
    Held { path: PathBuf },
    #[error("the origin cannot be a key's name")]
    Origin(#[from] NoteFault),
    #[error("the development certificate cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Dice(#[from] DiceFault),
}

/// A directory that belongs to the server alone.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// While it lives nobody else serves from this directory, or appends to its feed.
#[derive(Debug)]
pub struct Hold {
    _lock: File,
}

/// The server's signing keys.
#[derive(Debug)]
pub struct Keys {
    pub log: NoteSigner,
    pub freshness: NoteSigner,
    pub tokens: TokenSigner,
    /// What users' passwords are peppered with and their links are drawn from.
    pub users: Zeroizing<[u8; 32]>,
    /// The seed of the SSH authority's key.
    pub ssh_ca: Zeroizing<[u8; 32]>,
    token_public: Vec<u8>,
}

impl Keys {
    /// What followers are to believe of the server at `url`.
    pub fn trust(&self, origin: &str, url: &str) -> TrustFile {
        TrustFile::new(origin, url, &self.log.verifier(), &self.freshness.verifier(), &self.token_public)
    }
}

/// A secret of its own for `purpose`, from a seed that never changes: a database from before it was needed goes on.
fn derived(seed: &[u8; SEED_BYTES], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, seed);
    let mut secret = Zeroizing::new([0; 32]);
    secret.iter_mut().zip(hmac::sign(&key, purpose).as_ref()).for_each(|(to, from)| *to = *from);
    secret
}

impl DataDir {
    /// The directory at `path`, made where it is missing.
    pub fn open(path: &Path) -> Result<Self, DataFault> {
        if !path.exists() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(|fault| at(path, fault))?;
        }
        check_private(path, fs::Metadata::is_dir)?;
        Ok(Self(path.to_owned()))
    }

    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.0.join("doorward.db")
    }

    /// Takes the directory for this process, until it ends or the hold is dropped.
    pub fn hold(&self) -> Result<Hold, DataFault> {
        let path = self.0.join("doorward.lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.map_err(|fault| at(&path, fault))?;
        match lock.try_lock() {
            Ok(()) => Ok(Hold { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataFault::Held { path }),
            Err(TryLockError::Error(fault)) => Err(at(&path, fault)),
        }
    }

    /// The signing keys; drawn with `dice` where this is the first start.
    pub fn keys(&self, origin: &str, dice: &dyn Dice) -> Result<Keys, DataFault> {
        let log = self.seed(LOG, dice)?;
        let freshness = self.seed(FRESHNESS, dice)?;
        let tokens = self.seed(TOKENS, dice)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(tokens.as_slice());
        let pair = pair.map_err(|_| DataFault::NotAKey { path: self.0.join(TOKENS) })?;
        let pkcs8 = Zeroizing::new([&PKCS8_HEAD[..], tokens.as_slice()].concat());
        Ok(Keys {
            log: NoteSigner::from_seed(origin, log.as_slice())?,
            freshness: NoteSigner::from_seed(&format!("{origin}/freshness"), freshness.as_slice())?,
            tokens: TokenSigner::new(origin, &pkcs8),
            users: derived(&log, b"doorward users v1"),
            ssh_ca: self.drawn(SSH_CA, dice)?,
            token_public: pair.public_key().as_ref().to_vec(),
        })
    }

    /// Throws the SSH authority's key away: the next start draws another, which follows it.
    pub fn drop_ssh_ca(&self) -> Result<(), DataFault> {
        let path = self.0.join(SSH_CA);
        let removed = fs::remove_file(&path).and_then(|()| File::open(&self.0)?.sync_all());
        match removed {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(at(&path, fault)),
            _ => Ok(()),
        }
    }

    fn seed(&self, name: &str, dice: &dyn Dice) -> Result<Zeroizing<[u8; SEED_BYTES]>, DataFault> {
        let path = self.0.join(name);
        if !path.exists() && self.database().exists() {
            return Err(DataFault::KeyGone { path });
        }
        self.drawn(name, dice)
    }

    fn drawn(&self, name: &str, dice: &dyn Dice) -> Result<Zeroizing<[u8; SEED_BYTES]>, DataFault> {
        let path = self.0.join(name);
        if !path.exists() {
            let mut fresh = Zeroizing::new([0; SEED_BYTES]);
            dice.fill(fresh.as_mut_slice())?;
            self.keep(name, fresh.as_slice())?;
        }
        let bytes = Zeroizing::new(self.read(name)?);
        let seed: Result<[u8; SEED_BYTES], _> = bytes.as_slice().try_into();
        // Zeroes are what a disk that filled up leaves behind.
        let seed = seed.ok().filter(|seed| seed.iter().any(|byte| *byte != 0));
        seed.map(Zeroizing::new).ok_or(DataFault::NotAKey { path })
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, DataFault> {
        let path = self.0.join(name);
        check_private(&path, fs::Metadata::is_file)?;
        fs::read(&path).map_err(|fault| at(&path, fault))
    }

    /// Makes the file `name` durable, whole or not at all. Whoever was first stays.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), DataFault> {
        let (path, draft) = (self.0.join(name), self.0.join(format!("{name}.{}.new", std::process::id())));
        let written = write_private(&draft, bytes).and_then(|()| match fs::hard_link(&draft, &path) {
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
        let removed = fs::remove_file(&draft);
        written.and(removed).and_then(|()| File::open(&self.0)?.sync_all()).map_err(|fault| at(&path, fault))
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Refuses what is not of the kind `is`, and what group or others may touch.
fn check_private(path: &Path, is: fn(&fs::Metadata) -> bool) -> Result<(), DataFault> {
    let found = fs::symlink_metadata(path).map_err(|fault| at(path, fault))?;
    let mode = found.permissions().mode() & 0o7777;
    if !is(&found) {
        Err(DataFault::NotPlain { path: path.to_owned() })
    } else if mode & 0o077 != 0 {
        Err(DataFault::Loose { path: path.to_owned(), mode })
    } else {
        Ok(())
    }
}

fn at(path: &Path, fault: io::Error) -> DataFault {
    DataFault::Machine { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::SystemDice;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn keys_are_made_once_and_kept_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        let dir = DataDir::open(&path).unwrap();
        let first = dir.keys("door.test", &SystemDice).unwrap().trust("door.test", "https://door.test");
        let again = DataDir::open(&path).unwrap().keys("door.test", &SystemDice).unwrap();
        assert_eq!(again.trust("door.test", "https://door.test"), first);
        first.check().unwrap();
        let files: Vec<_> = fs::read_dir(&path).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 4, "no draft is left");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn what_others_can_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data");
        let dir = DataDir::open(&path).unwrap();
        dir.keys("door.test", &SystemDice).unwrap();
        chmod(&path.join(LOG), 0o640);
        assert!(matches!(dir.keys("door.test", &SystemDice), Err(DataFault::Loose { mode: 0o640, .. })));
        chmod(&path.join(LOG), 0o600);
        chmod(&path, 0o755);
        assert!(matches!(DataDir::open(&path), Err(DataFault::Loose { mode: 0o755, .. })));
    }

    #[test]
    fn a_key_that_is_gone_or_broken_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::open(&home.path().join("data")).unwrap();
        dir.keys("door.test", &SystemDice).unwrap();
        fs::write(dir.database(), "rows").unwrap();
        fs::write(dir.0.join(TOKENS), "short").unwrap();
        assert!(matches!(dir.keys("door.test", &SystemDice), Err(DataFault::NotAKey { .. })));
        fs::remove_file(dir.0.join(TOKENS)).unwrap();
        assert!(matches!(dir.keys("door.test", &SystemDice), Err(DataFault::KeyGone { .. })));
        fs::write(dir.0.join(TOKENS), [0; SEED_BYTES]).unwrap();
        chmod(&dir.0.join(TOKENS), 0o600);
        assert!(matches!(dir.keys("door.test", &SystemDice), Err(DataFault::NotAKey { .. })));
    }

    #[test]
    fn one_process_holds_the_directory() {
        let home = tempfile::tempdir().unwrap();
        let dir = DataDir::open(&home.path().join("data")).unwrap();
        let hold = dir.hold().unwrap();
        assert!(matches!(dir.hold(), Err(DataFault::Held { .. })));
        drop(hold);
        dir.hold().unwrap();
    }
}
