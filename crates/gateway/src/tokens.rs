//! Tokens: taken out of exactly one header, verified once, remembered by their hash.
//!
//! What is remembered is that the server signed this token, and nothing else: its end, its certificate and what it
//! stands on are looked at on every request.

use std::{
    collections::HashMap,
    fmt, mem,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::digest::{SHA256, digest};
use doorward_core::{
    feed::tree::Hash,
    token::{MAX_TOKEN_BYTES, TokenFault, TokenVerifier, VerifiedToken},
};
use http::{HeaderMap, header::AUTHORIZATION};

use crate::refusal::Refusal;

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = Hash::default();
    hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

/// The token of the one `Authorization: Bearer` header; two of them are as bad as none.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::NoToken) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refusal::NoToken)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let well_formed = !token.is_empty() && token.len() <= MAX_TOKEN_BYTES && token.bytes().all(plain);
    if scheme.eq_ignore_ascii_case("bearer") && well_formed { Ok(token) } else { Err(Refusal::NoToken) }
}

/// Verified signatures, the most lately used of them.
pub struct Tokens {
    verifier: TokenVerifier,
    kept: RwLock<Kept>,
    room: usize,
}

/// Two halves: when the younger is full it becomes the older, and what nobody asked for meanwhile is forgotten.
#[derive(Default)]
struct Kept {
    younger: HashMap<Hash, Arc<VerifiedToken>>,
    older: HashMap<Hash, Arc<VerifiedToken>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("room", &self.room).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Remembers at most `room` signatures.
    pub fn new(verifier: TokenVerifier, room: usize) -> Self {
        Self { verifier, kept: RwLock::default(), room: room.max(2) }
    }

    /// The token, where the server signed it.
    pub fn verified(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenFault> {
        let hash = sha256(token.as_bytes());
        if let Some(known) = self.known(&hash) {
            return Ok(known);
        }
        let verified = Arc::new(self.verifier.verify(token)?);
        self.keep(hash, Arc::clone(&verified));
        Ok(verified)
    }

    fn known(&self, hash: &Hash) -> Option<Arc<VerifiedToken>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = kept.younger.get(hash) {
            return Some(Arc::clone(token));
        }
        let token = Arc::clone(kept.older.get(hash)?);
        drop(kept);
        self.keep(*hash, Arc::clone(&token));
        Some(token)
    }

    fn keep(&self, hash: Hash, token: Arc<VerifiedToken>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.younger.len() >= self.room / 2 {
            kept.older = mem::take(&mut kept.younger);
        }
        kept.younger.insert(hash, token);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| (AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        values.iter().map(value).collect()
    }

    #[test]
    fn a_token_comes_in_exactly_one_header() {
        assert_eq!(bearer(&headers(&["Bearer a.b.c"])), Ok("a.b.c"));
        assert_eq!(bearer(&headers(&["bearer a.b.c"])), Ok("a.b.c"));
        for bad in [
            &[] as &[&str],
            &["Bearer a", "Bearer a"],
            &["Basic a"],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a,b"],
            &["Bearer  a"],
        ] {
            assert_eq!(bearer(&headers(bad)), Err(Refusal::NoToken), "{bad:?}");
        }
    }
}
