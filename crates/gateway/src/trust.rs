//! The trust file: whom the gateway believes. It is made by `doorward admin trust` and carried here by people; nothing
//! in it is ever learnt at run time.

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    feed::{checkpoint::FeedTrust, note::NoteVerifier},
    token::TokenVerifier,
};
use serde::Deserialize;

/// The trust file does not hold what it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the trust file's {0} is not a key of the documented form")]
pub struct TrustFault(&'static str);

/// A server's public side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    pub origin: String,
    /// Where the server is: `https://host:port`.
    pub server: String,
    /// The log key, in the form of C2SP's signed notes.
    pub log: String,
    /// The freshness key, in the same form.
    pub freshness: String,
    /// The key that signs session tokens: Ed25519, 32 bytes in base64.
    pub session_token: String,
}

impl TrustFile {
    /// What the replica verifies by.
    pub fn feed(&self) -> Result<FeedTrust, TrustFault> {
        let log = NoteVerifier::parse(&self.log).map_err(|_| TrustFault("log"))?;
        let freshness = NoteVerifier::parse(&self.freshness).map_err(|_| TrustFault("freshness"))?;
        Ok(FeedTrust { origin: self.origin.clone(), log, freshness })
    }

    /// What verifies session tokens.
    pub fn tokens(&self) -> Result<TokenVerifier, TrustFault> {
        let key = STANDARD.decode(&self.session_token).ok().filter(|key| key.len() == 32);
        Ok(TokenVerifier::new(&self.origin, &key.ok_or(TrustFault("session_token"))?))
    }
}
