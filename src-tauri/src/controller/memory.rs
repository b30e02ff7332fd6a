//! What the console remembers from one start to the next: who was here last, and what was taken away here and is still to
//! be delivered. No secret and no name lies here, and what cannot be read is as good as nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use doorward_core::id::{CertificateSerial, KeySerial, SessionSerial, StaffId};
use serde::{Deserialize, Serialize};

use crate::view::KeptBy;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What was last signed in with, to fill in.
    pub handle: Option<String>,
    /// Who may review the copy while no server is in reach; none after a sign-out.
    pub who: Option<Who>,
    /// Own keys revoked while no server was in reach.
    pub revoke: Vec<Who>,
    /// Own sessions ended while no server was in reach.
    pub end: Vec<Ending>,
    /// Own connections to servers ended while no server was in reach.
    pub disconnect: Vec<Disconnect>,
    /// Who can bring back what is kept here of whoever was here last.
    pub kept_by: Option<KeptBy>,
    /// Minutes without anybody, after which the console locks itself.
    pub lock_after: Option<u16>,
}

/// A staff member's session that is over here, and still to be ended at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub staff: StaffId,
    pub session: SessionSerial,
}

/// A staff member's certificate that is gone here, and still to be revoked at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disconnect {
    pub staff: StaffId,
    pub certificate: CertificateSerial,
}

/// A staff member and one of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub staff: StaffId,
    pub key: KeySerial,
}

impl Memory {
    pub fn read(path: &Path) -> Self {
        fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Written beside and put in place, so that a kill leaves the old or the new.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let beside = PathBuf::from(path).with_extension("new");
        fs::write(&beside, serde_json::to_vec(self)?)?;
        fs::rename(beside, path)
    }
}

/// Whose turn it is to write: what was known later is never written over by what was known before.
#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<(AtomicU64, Mutex<u64>)>);

impl Turns {
    pub fn next(&self) -> u64 {
        self.0.0.fetch_add(1, Ordering::SeqCst).wrapping_add(1)
    }

    /// Writes, one at a time, unless a later turn has written already.
    pub fn unless_later(&self, turn: u64, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut last = self.0.1.lock().unwrap_or_else(PoisonError::into_inner);
        if turn < *last {
            return Ok(());
        }
        *last = turn;
        write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_before_is_not_written_over_what_is_known() {
        let turns = Turns::default();
        let (first, second) = (turns.next(), turns.next());
        let mut written = Vec::new();
        for turn in [second, first] {
            let write = || {
                written.push(turn);
                Ok(())
            };
            turns.unless_later(turn, write).unwrap();
        }
        assert_eq!(written, [second]);
    }
}
