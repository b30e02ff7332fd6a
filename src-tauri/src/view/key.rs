//! What a hardware key asks for, and what is given to it. A PIN goes one way, into the key.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Change;

/// A PIN on its way in: shows nothing in Debug.
#[derive(Clone, Deserialize, Type)]
#[serde(transparent)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// What the key asks for. `None` in `ConsoleEvent::Key` means that it asks for nothing (any more).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyPrompt {
    pub step: KeyStep,
    /// What the touch is for, said at every step.
    pub purpose: KeyPurpose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum KeyStep {
    /// No key is plugged in.
    Insert,
    /// Several are plugged in: touch the right one.
    Choose,
    /// `retries_left` is absent where the key has not said; `wrong` after a PIN that was not right.
    Pin {
        retries_left: Option<u8>,
        wrong: bool,
    },
    /// The key has no PIN yet: one of so many characters at least is chosen here, and the key keeps it. `refused` after
    /// one that the key did not take.
    ChoosePin {
        min_length: u8,
        refused: bool,
    },
    Touch,
    /// The key was taken out on the way: once it is back, all begins anew by itself.
    Unplugged,
    /// The touch was given; the server checks it.
    Checking,
    /// The key has no PIN, so it is none that was enrolled.
    NoPinSet,
    /// A key is there, and this user may not open it.
    NoPermission,
    /// Too many wrong PINs in a row: plug it out and in again.
    BlockedUntilReplug,
    /// Too many wrong PINs for good: the key must be reset.
    Blocked,
    /// This key is not one of the person's.
    NotYours,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "purpose", rename_all = "kebab-case")]
pub enum KeyPurpose {
    SignIn,
    Unlock,
    Enrol,
    ReadWrite {
        account: String,
        account_name: String,
    },
    RevokeKey {
        key: u32,
        key_name: String,
    },
    EnrolSshKey {
        fingerprint: String,
    },
    /// For the reason that was asked for with it.
    Connect {
        host: String,
    },
    /// Whose connection ends.
    EndConnection {
        host: String,
        staff: String,
    },
    /// What is changed, and whom or what it is about.
    Change {
        change: Change,
        subject: String,
    },
}

/// A code and what to call the key.
#[derive(Clone, Deserialize, Type)]
pub struct EnrolAsk {
    pub code: String,
    pub name: String,
}

impl fmt::Debug for EnrolAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolAsk(…)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EnrolledKey {
    pub key: u32,
    /// What to sign in with.
    pub handle: String,
}
