//! The SSH keys that somebody has on this machine, by their public halves: to enrol one, and to tell `ssh` which file goes
//! with a certificate. The private halves are never opened.

use std::{
    fs,
    path::{Path, PathBuf},
};

use doorward_core::ssh::SshFingerprint;
use ssh_key::{Algorithm, PublicKey};

/// Longest file of a public key that is looked at, and how many of them.
const LONGEST: u64 = 8_192;
const MOST: usize = 100;

/// This is no public key that can be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyFault {
    #[error("this is no SSH public key: one line as in a .pub file is wanted, which begins with the kind of key")]
    Unreadable,
    #[error("this is a private key: enrol its public half, which lies beside it and ends in .pub")]
    Private,
    #[error("keys of this kind are not taken: make one with ssh-keygen -t ed25519-sk -O verify-required")]
    Kind,
}

/// A public key that lies in a file here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// What `ssh` is given as identity: the private half or the handle of a hardware key.
    pub identity: PathBuf,
    /// One line, with what its owner wrote behind it.
    pub line: String,
    pub fingerprint: SshFingerprint,
    /// Whether it stands in a hardware key.
    pub in_hardware: bool,
}

/// The public keys in `folder` whose other half lies beside them, those in hardware first. What cannot be read is left out.
pub fn own_keys(folder: &Path) -> Vec<OwnKey> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> =
        files.map(|file| file.path()).filter(|path| path.extension() == Some("pub".as_ref())).collect();
    paths.sort();
    let mut keys: Vec<_> = paths.iter().take(MOST).filter_map(|path| own_key(path)).collect();
    keys.sort_by_key(|key| !key.in_hardware);
    keys
}

/// The key in `text`, as the server takes it, and its fingerprint.
pub fn public_key(text: &str) -> Result<(String, SshFingerprint), PublicKeyFault> {
    if text.contains("PRIVATE KEY") {
        return Err(PublicKeyFault::Private);
    }
    let (key, fingerprint) = read(text).ok_or(PublicKeyFault::Unreadable)?;
    if !is_taken(&key) {
        return Err(PublicKeyFault::Kind);
    }
    let mut bare = key;
    bare.set_comment("");
    let line = bare.to_openssh().map_err(|_| PublicKeyFault::Unreadable)?;
    Ok((line.trim().to_owned(), fingerprint))
}

fn own_key(path: &Path) -> Option<OwnKey> {
    let identity = path.with_extension("");
    let small = fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= LONGEST);
    let text = (small && identity.is_file()).then(|| fs::read_to_string(path).ok()).flatten()?;
    let (key, fingerprint) = read(&text)?;
    let in_hardware = matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256);
    is_taken(&key).then(|| OwnKey { identity, line: text.trim().to_owned(), fingerprint, in_hardware })
}

fn read(text: &str) -> Option<(PublicKey, SshFingerprint)> {
    let key = PublicKey::from_openssh(text.trim()).ok()?;
    let fingerprint = SshFingerprint::of(&key.to_bytes().ok()?);
    Some((key, fingerprint))
}

/// What the server certifies.
fn is_taken(key: &PublicKey) -> bool {
    matches!(
        key.algorithm(),
        Algorithm::Ed25519 | Algorithm::SkEd25519 | Algorithm::Ecdsa { .. } | Algorithm::SkEcdsaSha2NistP256
    )
}
