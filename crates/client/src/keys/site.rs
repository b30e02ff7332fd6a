//! For whom a key signs: the relying party and origin that the configuration fixed, and what is asked of a key for them.
//!
//! Options that name another relying party are refused before any key is touched. What is signed names the origin of the
//! configuration, whatever the options say.

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::feed::tree::plain_hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs_proto::{
    AllowCredentials, CreationChallengeResponse, PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
    RequestChallengeResponse, UserVerificationPolicy,
};

use super::KeyFault;

/// How long a person is waited for, whatever the options say.
const PATIENCE: std::ops::RangeInclusive<Duration> = Duration::from_secs(15)..=Duration::from_secs(120);

/// The relying party and the origin of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySite {
    pub rp_id: String,
    pub origin: String,
}

/// A new credential is wanted.
#[derive(Clone)]
pub struct RegisterAsk {
    pub options: PublicKeyCredentialCreationOptions,
    pub patience: Duration,
}

/// An answer to a challenge is wanted.
#[derive(Clone)]
pub struct SignAsk {
    pub options: PublicKeyCredentialRequestOptions,
    pub patience: Duration,
    /// What a secret of the key is wanted for, by WebAuthn's PRF: the same words give the same secret each time.
    pub secret_for: Option<&'static str>,
}

/// What is signed in place of the challenge: the JSON, and its SHA-256.
#[derive(Clone)]
pub struct ClientData {
    pub json: Vec<u8>,
    pub hash: [u8; 32],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Collected<'a> {
    r#type: &'a str,
    challenge: String,
    origin: &'a str,
    cross_origin: bool,
}

impl KeySite {
    /// What is signed for a new credential, where the options are this site's.
    pub fn creation(&self, options: &PublicKeyCredentialCreationOptions) -> Result<ClientData, KeyFault> {
        self.is_mine(&options.rp.id)?;
        self.collect("webauthn.create", &options.challenge)
    }

    /// What is signed for an answer to a challenge, where the options are this site's.
    pub fn request(&self, options: &PublicKeyCredentialRequestOptions) -> Result<ClientData, KeyFault> {
        self.is_mine(&options.rp_id)?;
        self.collect("webauthn.get", &options.challenge)
    }

    fn is_mine(&self, rp_id: &str) -> Result<(), KeyFault> {
        if rp_id == self.rp_id { Ok(()) } else { Err(KeyFault::WrongRp) }
    }

    fn collect(&self, what: &str, challenge: &[u8]) -> Result<ClientData, KeyFault> {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        let collected = Collected { r#type: what, challenge, origin: &self.origin, cross_origin: false };
        let json = serde_json::to_vec(&collected).map_err(|_| KeyFault::Failed)?;
        Ok(ClientData { hash: plain_hash(&json), json })
    }
}

impl RegisterAsk {
    /// From the options as the server's API carries them.
    pub fn from_json(options: &Value) -> Result<Self, KeyFault> {
        let options = CreationChallengeResponse::deserialize(options).map_err(|_| KeyFault::Failed)?.public_key;
        Ok(Self { patience: patience(options.timeout), options })
    }
}

impl SignAsk {
    /// From the options as the server's API carries them.
    pub fn from_json(options: &Value) -> Result<Self, KeyFault> {
        let options = RequestChallengeResponse::deserialize(options).map_err(|_| KeyFault::Failed)?.public_key;
        Ok(Self { patience: patience(options.timeout), options, secret_for: None })
    }

    /// A challenge of this machine's own, for one of `credentials`: nobody but a key is asked.
    pub fn here(rp_id: String, credentials: Vec<Vec<u8>>, challenge: [u8; 32]) -> Self {
        let allowed = credentials.into_iter();
        let options = PublicKeyCredentialRequestOptions {
            challenge: challenge.to_vec(),
            timeout: None,
            rp_id,
            allow_credentials: allowed
                .map(|id| AllowCredentials { type_: "public-key".to_owned(), id, transports: None })
                .collect(),
            user_verification: UserVerificationPolicy::Required,
            hints: None,
            extensions: None,
        };
        Self { patience: patience(None), options, secret_for: None }
    }

    /// The same, and a secret for `purpose` by the same touch.
    pub fn with_secret_for(self, purpose: &'static str) -> Self {
        Self { secret_for: Some(purpose), ..self }
    }
}

fn patience(timeout_ms: Option<u32>) -> Duration {
    let wished = timeout_ms.map_or(*PATIENCE.end(), |ms| Duration::from_millis(ms.into()));
    wished.clamp(*PATIENCE.start(), *PATIENCE.end())
}

impl fmt::Debug for RegisterAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegisterAsk(…)")
    }
}

impl fmt::Debug for SignAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignAsk(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn site() -> KeySite {
        KeySite { rp_id: "doorward.test".to_owned(), origin: "https://console.doorward.test".to_owned() }
    }

    fn sign_ask(rp_id: &str, timeout: Value) -> SignAsk {
        let options = json!({"publicKey": {
            "challenge": "AQID", "rpId": rp_id, "timeout": timeout, "allowCredentials": [], "userVerification": "required",
        }});
        SignAsk::from_json(&options).unwrap()
    }

    #[test]
    fn what_is_signed_names_the_configured_origin() {
        let signed = site().request(&sign_ask("doorward.test", Value::Null).options).unwrap();
        let read: Value = serde_json::from_slice(&signed.json).unwrap();
        let wanted = json!({
            "type": "webauthn.get", "challenge": "AQID", "origin": "https://console.doorward.test", "crossOrigin": false,
        });
        assert_eq!(read, wanted);
        assert_eq!(signed.hash, plain_hash(&signed.json));
    }

    #[test]
    fn options_of_another_relying_party_are_refused() {
        for other in ["doorward.test.evil.test", "test", "console.doorward.test", "DOORWARD.TEST", ""] {
            let refused = site().request(&sign_ask(other, Value::Null).options);
            assert_eq!(refused.err(), Some(KeyFault::WrongRp), "{other}");
        }
    }

    #[test]
    fn patience_has_bounds() {
        assert_eq!(sign_ask("a", json!(1)).patience, Duration::from_secs(15));
        assert_eq!(sign_ask("a", json!(60_000)).patience, Duration::from_secs(60));
        assert_eq!(sign_ask("a", json!(86_400_000)).patience, Duration::from_secs(120));
        assert_eq!(sign_ask("a", Value::Null).patience, Duration::from_secs(120));
    }

    #[test]
    fn what_is_no_options_is_refused() {
        assert_eq!(SignAsk::from_json(&json!({"publicKey": {}})).err(), Some(KeyFault::Failed));
        assert_eq!(RegisterAsk::from_json(&json!([])).err(), Some(KeyFault::Failed));
    }
}
