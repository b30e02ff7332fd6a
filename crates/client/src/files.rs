//! Files that a program which follows the server is told of. It refuses a secret that others may read.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// Why a file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: io::Error },
    #[error("{path} holds a secret, and its mode {mode:o} lets others touch it: run chmod 600 on it")]
    Loose { path: PathBuf, mode: u32 },
    #[error("{0} is empty")]
    EmptySecret(PathBuf),
}

/// The text of the file at `path`.
pub fn read(path: &Path) -> Result<String, FileFault> {
    fs::read_to_string(path).map_err(|fault| unreadable(path, fault))
}

/// A secret that stands in a file of its own, without the line's end. A file that others may read holds no secret.
pub fn secret(path: &Path) -> Result<SecretString, FileFault> {
    let mode = fs::metadata(path).map_err(|fault| unreadable(path, fault))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FileFault::Loose { path: path.to_owned(), mode });
    }
    let text = read(path)?;
    match text.trim_end() {
        "" => Err(FileFault::EmptySecret(path.to_owned())),
        text => Ok(SecretString::from(text.to_owned())),
    }
}

fn unreadable(path: &Path, fault: io::Error) -> FileFault {
    FileFault::Unreadable { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credential");
        fs::write(&path, "Bearer upstream\n").unwrap();
        for (mode, taken) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            match secret(&path) {
                Ok(found) => assert!(taken && found.expose_secret() == "Bearer upstream"),
                Err(fault) => assert!(!taken && matches!(fault, FileFault::Loose { .. }), "{fault}"),
            }
        }
    }
}
