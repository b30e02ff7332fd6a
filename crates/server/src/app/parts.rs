//! What the server is made of: clock, dice, signers, the relying party, the database's path.
//!
//! Only composition makes these; nothing below reads a clock or draws a random number by itself.

use std::path::PathBuf;

use doorward_core::{feed::note::NoteSigner, session::Lengths, time::UnixMs, token::TokenSigner};

use super::{ssh::SshParts, users::UserParts};
use crate::webauthn::RelyingParty;

/// Tells the time.
pub trait Clock: Send + Sync {
    fn now(&self) -> UnixMs;
}

/// The dice could not be thrown: nothing may be made of what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness failed")]
pub struct DiceFault;

/// Throws unpredictable bytes.
pub trait Dice: Send + Sync {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), DiceFault>;
}

/// The operating system's own randomness, by aws-lc.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemDice;

impl Dice for SystemDice {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), DiceFault> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| DiceFault)
    }
}

/// Everything an [`App`](super::App) is made of.
pub struct AppParts {
    pub clock: Box<dyn Clock>,
    pub dice: Box<dyn Dice>,
    /// The feed's origin, and the issuer of session tokens.
    pub origin: String,
    /// Signs checkpoints and snapshots.
    pub log: NoteSigner,
    /// Signs freshness statements and nothing else.
    pub freshness: NoteSigner,
    /// Signs session tokens.
    pub tokens: TokenSigner,
    pub lengths: Lengths,
    pub relying_party: RelyingParty,
    /// The users' side: where their pages are, and what their passwords and links are made with.
    pub users: UserParts,
    pub ssh: SshParts,
    /// The SQLite file.
    pub database: PathBuf,
}
