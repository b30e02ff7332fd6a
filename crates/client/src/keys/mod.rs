//! Hardware keys: what is wanted of a key, what it asks of the person meanwhile, and why it gave nothing.
//!
//! A driver makes a credential or answers a challenge, for one relying party and one origin that its maker fixed: neither is
//! ever taken from what a server sends. User verification is always demanded. A PIN goes to the key and nowhere else.

pub mod hid;
pub mod site;
pub mod talk;

use futures::future::BoxFuture;
use webauthn_rs_proto::{PublicKeyCredential, RegisterPublicKeyCredential};

pub use hid::HidKeys;
pub use site::{KeySite, RegisterAsk, SignAsk};
pub use talk::{KeyState, KeyTalk, KeyUi, key_talk};

/// Talks to keys. One ceremony at a time: a second one waits until the first has let go of the key.
///
/// A future that is dropped is a ceremony that was cancelled.
pub trait KeyDriver: Send + Sync {
    /// Has a key make a new credential, attested and with its PIN.
    fn register(
        &self,
        ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>>;

    /// Has a key answer a challenge with one of the credentials named, with its PIN.
    fn authenticate(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<PublicKeyCredential, KeyFault>>;
}

/// Why a key gave nothing. Each is the end of its ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.code())]
pub enum KeyFault {
    /// By the person, or by whoever dropped the ceremony.
    Cancelled,
    /// A key was there, and nobody answered it in time.
    TimedOut,
    /// No key was plugged in all the time.
    NoKey,
    /// The key has none of the credentials named. It says so only once it was touched.
    NotThisKey,
    /// The key has a credential of this person already.
    AlreadyEnrolled,
    /// The key has no PIN: one must be set first.
    NoPinSet,
    /// Too many wrong PINs: until the key was unplugged, or for good.
    PinBlocked { until_replug: bool },
    /// The options are of another relying party than the one configured.
    WrongRp,
    /// Keys cannot be talked to on this machine.
    Unavailable(Unavailable),
    /// The key was taken out on the way.
    Unplugged,
    /// Anything else; the log has more.
    Failed,
}

/// What stands between the program and the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unavailable {
    /// A key is there, and this user may not open its device.
    Permission,
    /// The system has no way to keys.
    System,
}

impl KeyFault {
    /// The same in logs and for every reader.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::TimedOut => "key-timed-out",
            Self::NoKey => "no-key",
            Self::NotThisKey => "not-this-key",
            Self::AlreadyEnrolled => "key-already-enrolled",
            Self::NoPinSet => "no-pin-set",
            Self::PinBlocked { until_replug: true } => "pin-blocked-until-replug",
            Self::PinBlocked { until_replug: false } => "pin-blocked",
            Self::WrongRp => "wrong-relying-party",
            Self::Unavailable(Unavailable::Permission) => "key-no-permission",
            Self::Unavailable(Unavailable::System) => "keys-unavailable",
            Self::Unplugged => "key-unplugged",
            Self::Failed => "key-failed",
        }
    }
}
