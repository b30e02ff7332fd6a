//! Files that others rely on: put in place whole or not at all, and looked at before they take their place.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What a file that is being written is called until it takes its place.
const DRAFT: &str = ".new";

/// Puts `bytes` in place as `folder`/`name`. On any fault what was there stays as it was.
pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        // sshd takes an empty list of revoked keys for one that revokes nothing.
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let draft = draft(folder, name);
    let placed = write(&draft, bytes).and_then(|()| fs::rename(&draft, folder.join(name)));
    if placed.is_err() {
        // What was written of it takes room that others may need.
        let _gone = fs::remove_file(&draft);
    }
    placed?;
    File::open(folder)?.sync_all()
}

/// Takes a file away for good; one that is not there is gone already.
pub fn remove(folder: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(name)) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => File::open(folder)?.sync_all(),
    }
}

/// Makes a folder of the agent's own, where there is none yet: nobody else may look into it.
pub fn own_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Whether it is something that was left half written.
pub fn is_draft(name: &str) -> bool {
    name.ends_with(DRAFT)
}

fn draft(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}{DRAFT}"))
}

fn write(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let mut written = Vec::with_capacity(bytes.len());
    File::open(draft)?.read_to_end(&mut written)?;
    if written == bytes { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        put(at, "list", b"one").unwrap();
        // The draft's place is taken by something that cannot be written to.
        fs::create_dir(draft(at, "list")).unwrap();
        assert!(put(at, "list", b"two").is_err());
        assert_eq!(fs::read(at.join("list")).unwrap(), b"one");
        fs::remove_dir(draft(at, "list")).unwrap();
        // Something was left half written by a predecessor that was killed.
        fs::write(draft(at, "list"), b"tw").unwrap();
        put(at, "list", b"two").unwrap();
        assert_eq!(fs::read(at.join("list")).unwrap(), b"two");
        assert_eq!(fs::read_dir(at).unwrap().count(), 1, "no draft stays behind");
        assert!(put(at, "list", b"").is_err(), "an empty list would revoke nothing");
        assert_eq!(fs::read(at.join("list")).unwrap(), b"two");
        assert!(put(&at.join("nowhere"), "list", b"two").is_err());
    }

    #[test]
    fn what_is_full_refuses_and_what_was_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        put(at, "list", b"one").unwrap();
        // Whatever is written there finds the disk full.
        std::os::unix::fs::symlink("/dev/full", draft(at, "list")).unwrap();
        assert_eq!(put(at, "list", b"two").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(at.join("list")).unwrap(), b"one");
    }
}
