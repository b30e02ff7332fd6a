//! Hardware keys: what is wanted of a key, what it asks of the person meanwhile, and why it gave nothing.
//!
//! A driver makes a credential or answers a challenge, for one relying party and one origin that its maker fixed: neither is
//! ever taken from what a server sends. User verification is always demanded. A PIN goes to the key and nowhere else.

pub mod hid;
pub mod model;
pub mod site;
pub mod talk;

use futures::future::BoxFuture;
use webauthn_rs_proto::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::seal::Secret32;

pub use hid::HidKeys;
pub use model::model_of;
pub use site::{KeySite, RegisterAsk, SignAsk};
pub use talk::{KeyState, KeyTalk, KeyUi, key_talk};

/// Talks to keys. One ceremony at a time: a second one waits until the first has let go of the key.
///
/// A future that is dropped is a ceremony that was cancelled.
pub trait KeyDriver: Send + Sync {
    /// Has a key make a new credential, attested and with its PIN. A new key is given its first PIN on the way.
    fn register(
        &self,
        ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>>;

    /// Has a key answer a challenge with one of the credentials named, with its PIN, and give the secret that belongs to
    /// the credential and to what [`SignAsk::secret_for`] names. One touch serves both.
    fn sign(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<Signed, KeyFault>>;

    /// Has a key answer a challenge, and nothing more.
    fn authenticate(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<PublicKeyCredential, KeyFault>> {
        let signing = self.sign(SignAsk { secret_for: None, ..ask }, ui);
        Box::pin(async move { Ok(signing.await?.credential) })
    }
}

/// A key's answer. The credential is for the server; the secret never leaves this machine.
#[derive(Debug)]
pub struct Signed {
    pub credential: PublicKeyCredential,
    /// Absent where it was not asked for, or where the key has none to give (CTAP 2 `hmac-secret`).
    pub secret: Option<Secret32>,
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
    /// The key has no PIN: it can have none, or it was asked for a credential it cannot have made.
    NoPinSet,
    /// The key does not take this as its PIN: too short, too long, or against its own rules.
    PinRefused,
    /// Too many wrong PINs: until the key was unplugged, or for good.
    PinBlocked { until_replug: bool },
    /// The options are of another relying party than the one configured.
    WrongRp,
    /// Keys cannot be talked to on this machine.
    Unavailable(Unavailable),
    /// The key was taken out on the way, and did not come back.
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
            Self::PinRefused => "pin-refused",
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
