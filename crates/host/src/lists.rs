//! The two files that sshd reads: the authorities it believes (`TrustedUserCAKeys`) and what it refuses (`RevokedKeys`).
//!
//! They are the second lock: who gets in is decided when sshd asks. Neither is ever empty, half written or unreadable,
//! since sshd would take that for a yes to everybody or a no to everybody.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use doorward_core::{
    ssh::{
        Revocations, SshCa,
        krl::{Krl, KrlError},
    },
    time::UnixMs,
};

use crate::{files::put, plan::Lists};

/// What the file with the authorities is called.
pub const TRUSTED: &str = "trusted_user_ca_keys";
/// What the file with all that is refused is called.
pub const REVOKED: &str = "revoked_keys";
const COMMENT: &str = "written by Doorward's agent";
const HEAD: &str = "# Written by Doorward's agent: the authorities whose certificates are believed here.\n";

/// Why a file does not say what it is to say.
#[derive(Debug, thiserror::Error)]
pub enum ListFault {
    #[error("the list of what is refused cannot be put into words: {0}")]
    List(#[from] KrlError),
    #[error("the list of what is refused reads otherwise than it was written")]
    ReadsOtherwise,
    #[error("a file for sshd cannot be put in place: {0}")]
    Disk(#[from] io::Error),
}

/// Keeps both files saying what they are to say.
#[derive(Debug)]
pub struct ListFiles {
    folder: PathBuf,
    /// What was written last, and its bytes.
    written: Option<(Lists, Bytes)>,
}

#[derive(Debug)]
struct Bytes {
    trusted: Vec<u8>,
    revoked: Vec<u8>,
}

impl ListFiles {
    /// Files in `folder`, of which nothing is known yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), written: None }
    }

    /// Lets the files say `wanted` as of `now`, and says whether there was anything to do. What is not `fresh` may name
    /// more than before and never less: a copy that was lost does not let anybody back in. On a fault what was there
    /// stays, and the next call tries again.
    pub fn keep(&mut self, mut wanted: Lists, fresh: bool, now: UnixMs) -> Result<bool, ListFault> {
        if !fresh {
            let before = self.written.as_ref().map_or_else(|| self.found(), |(lists, _)| lists.revoked.clone());
            wanted.revoked.serials |= before.serials;
            wanted.revoked.ssh_keys.extend(before.ssh_keys);
            wanted.revoked.authorities.extend(before.authorities);
        }
        if self.written.as_ref().is_some_and(|(lists, bytes)| *lists == wanted && self.stand(bytes)) {
            return Ok(false);
        }
        let bytes = Bytes { trusted: trusted(&wanted.trusted), revoked: revoked(&wanted, now)? };
        // What is refused comes first: at no moment is an authority believed whose certificates are not held against it.
        put(&self.folder, REVOKED, &bytes.revoked)?;
        put(&self.folder, TRUSTED, &bytes.trusted)?;
        self.written = Some((wanted, bytes));
        Ok(true)
    }

    /// What the list refuses that a predecessor has left.
    fn found(&self) -> Revocations {
        let list = fs::read(self.folder.join(REVOKED)).ok().and_then(|bytes| Krl::decode(&bytes).ok());
        let mut found = Revocations::default();
        let Some(list) = list else { return found };
        for run in list.certificates().flat_map(|(_, known)| known.serials()) {
            found.serials.insert_range(run);
        }
        found.ssh_keys.extend(list.fingerprints());
        found
    }

    /// Whether the files still are what was written.
    fn stand(&self, bytes: &Bytes) -> bool {
        let is = |name: &str, bytes: &[u8]| fs::read(self.folder.join(name)).is_ok_and(|found| found == bytes);
        is(REVOKED, &bytes.revoked) && is(TRUSTED, &bytes.trusted)
    }
}

fn trusted(authorities: &[SshCa]) -> Vec<u8> {
    let lines = authorities.iter().map(|ca| format!("{}\n", ca.line()));
    std::iter::once(HEAD.to_owned()).chain(lines).collect::<String>().into_bytes()
}

/// The list, which is read back before anybody is to rely on it.
fn revoked(wanted: &Lists, now: UnixMs) -> Result<Vec<u8>, ListFault> {
    let version = u64::try_from(now.0).unwrap_or(0);
    let list = Krl::of(version, now, COMMENT, &wanted.revoked)?;
    let bytes = list.encode()?;
    if Krl::decode(&bytes)? == list { Ok(bytes) } else { Err(ListFault::ReadsOtherwise) }
}

#[cfg(test)]
mod tests {
    use doorward_core::ssh::SshFingerprint;

    use super::*;

    fn lists(serials: std::ops::Range<u64>) -> Lists {
        let revoked = Revocations {
            serials: serials.collect(),
            ssh_keys: [SshFingerprint::of(b"key")].into(),
            authorities: [SshCa::new([2; 32]).fingerprint()].into(),
        };
        Lists { trusted: vec![SshCa::new([1; 32])], revoked }
    }

    fn read(folder: &Path) -> Krl {
        Krl::decode(&fs::read(folder.join(REVOKED)).unwrap()).unwrap()
    }

    #[test]
    fn the_files_say_what_they_are_to_say_and_are_written_when_they_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = ListFiles::new(folder.path());
        assert!(files.keep(lists(1..40), true, UnixMs(5_000)).unwrap());
        let line = SshCa::new([1; 32]).line();
        assert!(fs::read_to_string(folder.path().join(TRUSTED)).unwrap().ends_with(&format!("\n{line}\n")));
        assert_eq!(read(folder.path()).fingerprints().count(), 2);
        assert!(!files.keep(lists(1..40), true, UnixMs(9_000)).unwrap(), "nothing has changed");
        assert!(files.keep(lists(1..41), true, UnixMs(9_000)).unwrap());
        for (name, bytes) in [(REVOKED, ""), (TRUSTED, "ssh-ed25519 AAAA"), (REVOKED, "SSHKRL")] {
            fs::write(folder.path().join(name), bytes).unwrap();
            assert!(files.keep(lists(1..41), true, UnixMs(9_000)).unwrap(), "somebody else has written {name}");
            assert_eq!(read(folder.path()).version(), 9_000);
        }
        fs::remove_file(folder.path().join(REVOKED)).unwrap();
        assert!(files.keep(lists(1..41), true, UnixMs(9_000)).unwrap());
    }

    #[test]
    fn nobody_who_is_trusted_and_nothing_refused_are_files_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        ListFiles::new(folder.path()).keep(Lists::default(), true, UnixMs(0)).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(TRUSTED)).unwrap(), HEAD);
        assert_eq!(read(folder.path()).fingerprints().count(), 0);
    }

    #[test]
    fn a_list_that_cannot_be_written_is_tried_again_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = ListFiles::new(folder.path());
        files.keep(lists(1..3), true, UnixMs(1_000)).unwrap();
        let full = folder.path().join(".revoked_keys.new");
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let more = Lists { trusted: vec![SshCa::new([1; 32]), SshCa::new([3; 32])], ..lists(1..9) };
        assert!(matches!(files.keep(more, true, UnixMs(2_000)), Err(ListFault::Disk(_))));
        assert_eq!(read(folder.path()).version(), 1_000);
        let trusted = fs::read_to_string(folder.path().join(TRUSTED)).unwrap();
        assert!(!trusted.contains(&SshCa::new([3; 32]).line()), "nobody is believed before what is refused is written");
        // The draft was taken away with the fault.
        assert!(files.keep(lists(1..9), true, UnixMs(3_000)).unwrap());
        assert_eq!(read(folder.path()).version(), 3_000);
    }

    #[test]
    fn what_is_not_fresh_takes_nothing_off_the_list() {
        let folder = tempfile::tempdir().unwrap();
        ListFiles::new(folder.path()).keep(lists(1..40), true, UnixMs(1_000)).unwrap();
        let named = |n: u64| {
            let list = read(folder.path());
            let all: Vec<_> = list.certificates().flat_map(|(_, known)| known.serials()).collect();
            all.iter().any(|run| run.contains(&n)) && list.fingerprints().count() == 2
        };
        // A successor that knows nothing yet, and one that knows something else.
        let mut files = ListFiles::new(folder.path());
        for less in [Lists::default(), lists(50..51), Lists::default()] {
            files.keep(less, false, UnixMs(2_000)).unwrap();
            assert!(named(1) && named(39));
        }
        assert!(named(50));
        files.keep(lists(50..51), true, UnixMs(3_000)).unwrap();
        assert!(named(50) && !named(1), "what is fresh is the truth");
        files.keep(Lists::default(), false, UnixMs(4_000)).unwrap();
        assert!(named(50), "also for the one that wrote it, with every authority");
    }

    #[test]
    fn a_serial_that_no_list_can_name_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(ListFiles::new(folder.path()).keep(lists(0..2), true, UnixMs(0)), Err(ListFault::List(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
