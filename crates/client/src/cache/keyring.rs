//! The system's keyring as the cache sees it: secrets under names. Behind it stands the desktop's own, or a test's.

use std::fmt::Debug;

use futures::future::BoxFuture;
use zeroize::Zeroizing;

/// Why the keyring gave or took nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringFault {
    #[error("there is no keyring on this machine")]
    Absent,
    #[error("the keyring is locked")]
    Locked,
    #[error("the keyring does not answer")]
    Silent,
}

/// Keeps secrets for this user of the machine.
pub trait Keyring: Debug + Send + Sync {
    /// What is kept under `name`. Only where it `may_ask` is a locked keyring's person asked to open it.
    fn get(&self, name: String, may_ask: bool) -> BoxFuture<'static, Result<Option<Zeroizing<Vec<u8>>>, KeyringFault>>;

    /// Keeps `value` under `name`, in place of what was there.
    fn put(
        &self,
        name: String,
        value: Zeroizing<Vec<u8>>,
        may_ask: bool,
    ) -> BoxFuture<'static, Result<(), KeyringFault>>;

    /// Keeps nothing under `name` any more.
    fn remove(&self, name: String) -> BoxFuture<'static, Result<(), KeyringFault>>;
}
