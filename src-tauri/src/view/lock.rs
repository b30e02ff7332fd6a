//! The lock, and what is kept of a person's console on this machine.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Ms;

/// A console that is locked: it says no more of what is behind it than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Locked {
    pub by: LockedBy,
    /// Sessions that go on behind the lock.
    pub sessions: u32,
    /// When the last of them ends by its own length.
    pub until: Option<Ms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum LockedBy {
    /// The person at this console.
    You,
    /// Nobody did anything here for as long as was chosen.
    Idle,
    /// The machine slept.
    Suspend,
    /// The desktop's screen was locked.
    ScreenLock,
    /// No server is in reach, and the copy on this machine is still to be unlocked.
    Offline,
}

/// Who can bring back what this console keeps on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum KeptBy {
    /// The staff key, by PIN and touch.
    HardwareKey,
    /// The system's keyring: the key has no secret to give.
    Keyring,
    /// Nothing is kept: neither of the two is to be had here.
    Nobody,
}

impl From<doorward_client::cache::KeptBy> for KeptBy {
    fn from(kept: doorward_client::cache::KeptBy) -> Self {
        use doorward_client::cache::KeptBy as Kept;
        match kept {
            Kept::HardwareKey => Self::HardwareKey,
            Kept::Keyring => Self::Keyring,
            Kept::Nobody => Self::Nobody,
        }
    }
}
