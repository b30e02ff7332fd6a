//! The two files that sshd reads: the authorities it believes (`TrustedUserCAKeys`) and what it refuses (`RevokedKeys`).
//!
//! They are the second lock: who gets in is decided when sshd asks. Neither is ever empty, half written or unreadable,
//! since sshd would take that for a yes to everybody or a no to everybody.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use doorward_core::ssh::SshCa;

use crate::{files::put, plan::Lists};

/// What the file with the authorities is called.
pub const TRUSTED: &str = "trusted_user_ca_keys";
/// What the file with all that is refused is called.
pub const REVOKED: &str = "revoked_keys";
const HEAD: &str = "# Written by Doorward's agent: the authorities whose certificates are believed here.\n";

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

    /// Lets the files say `wanted`, and says whether there was anything to do. On a fault what was there stays, and the
    /// next call tries again.
    pub fn keep(&mut self, wanted: Lists) -> io::Result<bool> {
        if self.written.as_ref().is_some_and(|(lists, bytes)| *lists == wanted && self.stand(bytes)) {
            return Ok(false);
        }
        self.written = None;
        let bytes = Bytes { trusted: trusted(&wanted.trusted), revoked: revoked(&wanted)? };
        // What is refused comes first: at no moment is an authority believed whose certificates are not held against it.
        put(&self.folder, REVOKED, &bytes.revoked)?;
        put(&self.folder, TRUSTED, &bytes.trusted)?;
        self.written = Some((wanted, bytes));
        Ok(true)
    }

    /// Whether the files still are what was written.
    fn stand(&self, bytes: &Bytes) -> bool {
        let is = |name: &str, bytes: &[u8]| fs::read(self.folder.join(name)).is_ok_and(|found| found == bytes);
        is(REVOKED, &bytes.revoked) && is(TRUSTED, &bytes.trusted)
    }
}

fn trusted(authorities: &[SshCa]) -> Vec<u8> {
    let lines = authorities.iter().map(|ca| format!("{}\n", ca.line()));
    HEAD.chars().chain(lines.flat_map(|line| line.chars().collect::<Vec<_>>())).collect::<String>().into_bytes()
}
