//! What the console remembers from one start to the next: who was here last, and keys whose revocation is still to be
//! delivered. No secret and no name lies here, and what cannot be read is as good as nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use doorward_core::id::{KeySerial, StaffId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What was last signed in with, to fill in.
    pub handle: Option<String>,
    /// Who may review the copy while no server is in reach; none after a sign-out.
    pub who: Option<Who>,
    /// Own keys revoked while no server was in reach.
    pub revoke: Vec<Who>,
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
