//! The trust file: whom a gateway or a console believes. People carry it there; nothing in it is learnt at run time.
//!
//! It reads no file: callers parse the TOML. It holds public halves alone.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    feed::{checkpoint::FeedTrust, note::NoteVerifier},
    token::TokenVerifier,
};

const PUBLIC_BYTES: usize = 32;

/// The trust file does not hold what it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    #[error("the trust file's `origin` is empty")]
    Origin,
    #[error("the trust file's `server` is not of the form https://host or https://host:port")]
    Server,
    #[error(
        "the trust file's `{0}` is not a key of the documented form; make the file anew with `doorward admin trust`"
    )]
    Key(&'static str),
    #[error("the trust file's `log` and `freshness` are one key: whoever could freeze the feed could forge it")]
    SameKey,
}

/// A server's public side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    /// The feed's origin, and the issuer of session tokens.
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
    /// The file of a server with these keys.
    pub fn new(origin: &str, server: &str, log: &NoteVerifier, freshness: &NoteVerifier, session_token: &[u8]) -> Self {
        Self {
            origin: origin.to_owned(),
            server: server.to_owned(),
            log: log.vkey(),
            freshness: freshness.vkey(),
            session_token: STANDARD.encode(session_token),
        }
    }

    /// Looks at everything the file holds, so that what is wrong is told when it is read.
    pub fn check(&self) -> Result<(), TrustFault> {
        self.server_url()?;
        self.feed()?;
        self.tokens().map(|_| ())
    }

    /// Where the server is, without a slash at the end.
    pub fn server_url(&self) -> Result<&str, TrustFault> {
        let host = self.server.strip_prefix("https://").map(|host| host.trim_end_matches('/'));
        let plain = host.is_some_and(|host| {
            !host.is_empty() && !host.chars().any(|c| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@'))
        });
        if plain { Ok(self.server.trim_end_matches('/')) } else { Err(TrustFault::Server) }
    }

    /// What a replica verifies by.
    pub fn feed(&self) -> Result<FeedTrust, TrustFault> {
        if self.origin.is_empty() {
            return Err(TrustFault::Origin);
        }
        let log = NoteVerifier::parse(&self.log).map_err(|_| TrustFault::Key("log"))?;
        let freshness = NoteVerifier::parse(&self.freshness).map_err(|_| TrustFault::Key("freshness"))?;
        if log.same_key(&freshness) {
            return Err(TrustFault::SameKey);
        }
        Ok(FeedTrust { origin: self.origin.clone(), log, freshness })
    }

    /// What verifies session tokens.
    pub fn tokens(&self) -> Result<TokenVerifier, TrustFault> {
        let key = STANDARD.decode(&self.session_token).ok().filter(|key| key.len() == PUBLIC_BYTES);
        Ok(TokenVerifier::new(&self.origin, &key.ok_or(TrustFault::Key("session_token"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::note::NoteSigner;

    fn verifier(name: &str, seed: u8) -> NoteVerifier {
        NoteSigner::from_seed(name, &[seed; 32]).unwrap().verifier()
    }

    fn file() -> TrustFile {
        let (log, freshness) = (verifier("door.example", 1), verifier("door.example/freshness", 2));
        TrustFile::new("door.example", "https://door.example:8443/", &log, &freshness, &[3; 32])
    }

    #[test]
    fn what_a_server_says_of_itself_is_what_followers_believe() {
        let trust = file().feed().unwrap();
        assert_eq!((trust.origin.as_str(), &trust.log), ("door.example", &verifier("door.example", 1)));
        assert_eq!(file().server_url(), Ok("https://door.example:8443"));
        assert_eq!(file().check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |change: fn(&mut TrustFile)| {
            let mut file = file();
            change(&mut file);
            file.check()
        };
        assert_eq!(with(|file| file.origin.clear()), Err(TrustFault::Origin));
        assert_eq!(with(|file| file.server = "http://door.example".to_owned()), Err(TrustFault::Server));
        assert_eq!(with(|file| file.server = "https://a@door.example".to_owned()), Err(TrustFault::Server));
        assert_eq!(with(|file| file.server = "https://door.example/x".to_owned()), Err(TrustFault::Server));
        assert_eq!(with(|file| file.log.push('x')), Err(TrustFault::Key("log")));
        assert_eq!(with(|file| file.freshness.clear()), Err(TrustFault::Key("freshness")));
        assert_eq!(with(|file| file.session_token = "AAAA".to_owned()), Err(TrustFault::Key("session_token")));
        assert_eq!(with(|file| file.freshness = verifier("other", 1).vkey()), Err(TrustFault::SameKey));
    }
}
