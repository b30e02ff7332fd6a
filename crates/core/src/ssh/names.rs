//! How SSH keys are named in the feed: an authority by its whole public key, everybody else's by its fingerprint.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::feed::tree::plain_hash;

const ED25519: &[u8] = b"ssh-ed25519";
const SHA256: &str = "SHA256:";

/// A text that is neither a fingerprint nor an authority's key as they are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an SSH key's name: a fingerprint is SHA256: and 43 letters, an authority is 32 bytes in base64")]
pub struct InvalidSshName;

/// The SHA-256 of a public key's blob (RFC 4253, section 6.6), written as OpenSSH writes it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^SHA256:[A-Za-z0-9+/]{43}$")]
pub struct SshFingerprint([u8; 32]);

impl SshFingerprint {
    /// The fingerprint of the key with this blob.
    pub fn of(blob: &[u8]) -> Self {
        Self(plain_hash(blob))
    }

    /// The fingerprint with this hash, as a revocation list holds it.
    pub fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash, as a revocation list holds it.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The fingerprint in `text`; refused unless it is written in the one way.
    pub fn parse(text: &str) -> Result<Self, InvalidSshName> {
        let hash =
            text.strip_prefix(SHA256).and_then(|rest| STANDARD_NO_PAD.decode(rest).ok()).ok_or(InvalidSshName)?;
        let named = Self(hash.try_into().map_err(|_| InvalidSshName)?);
        if named.to_string() == text { Ok(named) } else { Err(InvalidSshName) }
    }
}

impl fmt::Display for SshFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SHA256}{}", STANDARD_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SshFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl TryFrom<String> for SshFingerprint {
    type Error = InvalidSshName;
    fn try_from(text: String) -> Result<Self, InvalidSshName> {
        Self::parse(&text)
    }
}

impl From<SshFingerprint> for String {
    fn from(name: SshFingerprint) -> Self {
        name.to_string()
    }
}

/// The public key of a certificate authority: Ed25519 (RFC 8709), 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z0-9+/]{43}=$")]
pub struct SshCa([u8; 32]);

impl SshCa {
    /// The authority with this Ed25519 key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The authority in `text`: 32 bytes in base64, written in the one way.
    pub fn parse(text: &str) -> Result<Self, InvalidSshName> {
        let key = STANDARD.decode(text).ok().and_then(|key| key.try_into().ok()).map(Self).ok_or(InvalidSshName)?;
        if key.to_string() == text { Ok(key) } else { Err(InvalidSshName) }
    }

    /// The public key's blob: two strings, each with its length before it.
    pub fn blob(&self) -> Vec<u8> {
        let string = |bytes: &[u8]| {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
            [&length[..], bytes].concat()
        };
        [string(ED25519), string(&self.0)].concat()
    }

    /// The key as `TrustedUserCAKeys` has it, without the line's end.
    pub fn line(&self) -> String {
        format!("ssh-ed25519 {}", STANDARD.encode(self.blob()))
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> SshFingerprint {
        SshFingerprint::of(&self.blob())
    }
}

impl fmt::Display for SshCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for SshCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SshCa({self})")
    }
}

impl TryFrom<String> for SshCa {
    type Error = InvalidSshName;
    fn try_from(text: String) -> Result<Self, InvalidSshName> {
        Self::parse(&text)
    }
}

impl From<SshCa> for String {
    fn from(ca: SshCa) -> Self {
        ca.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_name() {
        // Made by ssh-keygen -t ed25519 and named by ssh-keygen -l.
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";
        let blob = STANDARD.decode(line.strip_prefix("ssh-ed25519 ").unwrap()).unwrap();
        let ca = SshCa::new(blob[19..].try_into().unwrap());
        assert_eq!((ca.blob(), ca.line()), (blob, line.to_owned()));
        assert_eq!(ca.fingerprint().to_string(), "SHA256:VhCdOSd9iGEf9L1lqnwaDEMQsRh4RjpQZJ/bXwh42L8".to_owned());
        assert_eq!(SshCa::parse(&ca.to_string()), Ok(ca));
        assert_eq!(SshFingerprint::parse(&ca.fingerprint().to_string()), Ok(ca.fingerprint()));
    }

    #[test]
    fn another_spelling_is_refused() {
        let good = SshFingerprint::of(b"key").to_string();
        for bad in
            ["", "SHA256:", "SHA256:AAAA", &good.replace("SHA256", "sha256"), &format!("{good}="), &format!("{good} ")]
        {
            assert_eq!(SshFingerprint::parse(bad), Err(InvalidSshName), "{bad}");
        }
        let good = SshCa::new([7; 32]).to_string();
        for bad in [
            "",
            "AAAA",
            good.trim_end_matches('='),
            &format!("{good}\n"),
            &good.replace("BwcH", "BwcI").replace("Bwc=", "Bwd="),
        ] {
            assert_eq!(SshCa::parse(bad), Err(InvalidSshName), "{bad}");
        }
    }
}
