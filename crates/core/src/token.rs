//! Session tokens: a JWT (RFC 7519) signed with EdDSA alone (RFC 8037), bound to a client certificate (RFC 8705).
//!
//! The token's life is at most five minutes; what it stands on is looked up in the replica at every request.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    feed::tree::Hash,
    id::{AccountId, SessionSerial, StaffId},
    session::{Mode, Session, Stands},
    time::{Millis, UnixMs},
};

/// Who the token is for.
pub const AUDIENCE: &str = "doorward-gateway";
/// Longest life of a token.
pub const LONGEST_LIFE: Millis = Millis::minutes(5);
/// Longest token in bytes.
pub const MAX_TOKEN_BYTES: usize = 4_096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// RFC 8705 section 3.1: base64url of the SHA-256 of the certificate.
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: StaffId,
    /// The session's dense serial.
    jti: String,
    iat: i64,
    exp: i64,
    account: AccountId,
    mode: Mode,
    stands: Stands,
    opened: UnixMs,
    ends: UnixMs,
    cnf: Confirmation,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("the token is not a session token signed by the server")]
    NotOurs,
    #[error("the token has run out")]
    Expired,
    #[error("the token was issued for another audience or origin, or lives too long")]
    NotForUs,
    #[error("the token is bound to another client certificate")]
    OtherCertificate,
}

/// Signs session tokens. Its Debug shows nothing.
pub struct TokenSigner {
    origin: String,
    key: EncodingKey,
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner").finish_non_exhaustive()
    }
}

impl TokenSigner {
    /// A signer for `origin` with an Ed25519 key in PKCS #8 DER.
    pub fn new(origin: &str, pkcs8: &[u8]) -> Self {
        Self { origin: origin.to_owned(), key: EncodingKey::from_ed_der(pkcs8) }
    }

    /// A token for `session`, bound to the certificate with this SHA-256 `thumbprint`, from `now` for at most
    /// [`LONGEST_LIFE`] and never beyond the session's end. Returns the token and its end.
    pub fn sign(&self, session: &Session, thumbprint: &Hash, now: UnixMs) -> Result<(String, UnixMs), TokenFault> {
        let exp = now.plus(LONGEST_LIFE).min(session.ends).0.div_euclid(1_000);
        let claims = Claims {
            iss: self.origin.clone(),
            aud: AUDIENCE.to_owned(),
            sub: session.staff.clone(),
            jti: session.serial.to_string(),
            iat: now.0.div_euclid(1_000),
            exp,
            account: session.account.clone(),
            mode: session.mode,
            stands: session.stands,
            opened: session.opened,
            ends: session.ends,
            cnf: Confirmation { thumbprint: URL_SAFE_NO_PAD.encode(thumbprint) },
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.key);
        Ok((token.map_err(|_| TokenFault::NotOurs)?, UnixMs(exp.saturating_mul(1_000))))
    }
}

/// A token whose signature verified. What it says is still to be looked up in the replica at every request.
#[derive(Debug, Clone)]
pub struct VerifiedToken {
    session: Session,
    expires: UnixMs,
    thumbprint: String,
}

impl VerifiedToken {
    /// The session it carries, where the token still lives and came over the certificate it is bound to.
    pub fn session(&self, thumbprint: &Hash, now: UnixMs) -> Result<&Session, TokenFault> {
        if self.expires <= now {
            return Err(TokenFault::Expired);
        }
        // Thumbprints are public; there is no secret whose comparison time could tell anything.
        if URL_SAFE_NO_PAD.encode(thumbprint) == self.thumbprint {
            Ok(&self.session)
        } else {
            Err(TokenFault::OtherCertificate)
        }
    }

    /// When the token runs out.
    pub fn expires(&self) -> UnixMs {
        self.expires
    }
}

/// Verifies session tokens of one origin.
pub struct TokenVerifier {
    origin: String,
    key: DecodingKey,
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl TokenVerifier {
    /// A verifier for `origin` with the 32 bytes of an Ed25519 public key.
    pub fn new(origin: &str, public: &[u8]) -> Self {
        Self { origin: origin.to_owned(), key: DecodingKey::from_ed_der(public) }
    }

    /// The token, where the server signed it for this audience and origin. Its end is looked at when it is used.
    pub fn verify(&self, token: &str) -> Result<VerifiedToken, TokenFault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::NotOurs);
        }
        // The library would compare `exp` with the machine's own clock; ours is an argument, so it is compared later.
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &rules).map_err(|_| TokenFault::NotOurs)?.claims;
        let life = claims.exp.saturating_sub(claims.iat).saturating_mul(1_000);
        let lives_short = (0..=i64::try_from(LONGEST_LIFE.0).unwrap_or(0)).contains(&life);
        if claims.aud != AUDIENCE || claims.iss != self.origin || !lives_short {
            return Err(TokenFault::NotForUs);
        }
        let serial = SessionSerial(claims.jti.parse().map_err(|_| TokenFault::NotOurs)?);
        let session = Session {
            serial,
            staff: claims.sub,
            account: claims.account,
            mode: claims.mode,
            stands: claims.stands,
            opened: claims.opened,
            ends: claims.ends,
        };
        let expires = UnixMs(claims.exp.saturating_mul(1_000));
        Ok(VerifiedToken { session, expires, thumbprint: claims.cnf.thumbprint })
    }
}
