//! What a software key remembers: its credentials, its counter, its PIN and how often that may still be tried. NO SECURITY.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::{digest, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_client::{keys::KeyFault, seal::Secret32};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use webauthn_authenticator_rs::softtoken::SoftToken;

use super::SoftKeyFault;

/// As many as CTAP 2 allows, and as many in a row.
const RETRIES: u8 = 8;
const IN_A_ROW: u8 = 3;
/// In characters, and in bytes.
pub(super) const SHORTEST_PIN: u8 = 4;
const LONGEST_PIN: usize = 63;
const PREFIX: &str = "danger-";

pub(super) struct Kept {
    token: SoftToken,
    credentials: BTreeSet<Vec<u8>>,
    /// From which each credential's secret is drawn; none in a file of before there were any.
    secret: Option<Secret32>,
    pin: Option<SecretString>,
    retries: u8,
    /// Wrong ones since the key was plugged in.
    wrong: u8,
    file: Option<PathBuf>,
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    danger: String,
    pin: Option<String>,
    retries: u8,
    credentials: Vec<String>,
    #[serde(default)]
    secret: Option<String>,
    token: String,
}

impl Kept {
    pub fn new(blank: &[u8], pin: Option<SecretString>) -> Result<Self, SoftKeyFault> {
        let token = SoftToken::from_cbor(blank).map_err(|_| SoftKeyFault::Form)?;
        let secret = Some(Secret32::random().map_err(|_| SoftKeyFault::Make)?);
        Ok(Self { token, credentials: BTreeSet::new(), secret, pin, retries: RETRIES, wrong: 0, file: None })
    }

    pub fn open(file: &Path) -> Result<Self, SoftKeyFault> {
        named(file)?;
        let written: Written = serde_json::from_slice(&fs::read(file)?).map_err(|_| SoftKeyFault::Form)?;
        let token = SoftToken::from_cbor(&decode(&written.token)?).map_err(|_| SoftKeyFault::Form)?;
        let credentials = written.credentials.iter().map(|id| decode(id)).collect::<Result<_, _>>()?;
        let secret = written.secret.map(|secret| decode(&secret)).transpose()?;
        let secret = secret.and_then(|secret| Secret32::of(&secret));
        let (pin, retries) = (written.pin.map(SecretString::from), written.retries.min(RETRIES));
        Ok(Self { token, credentials, secret, pin, retries, wrong: 0, file: Some(file.to_owned()) })
    }

    pub fn keep_in(&mut self, file: &Path) -> Result<(), SoftKeyFault> {
        named(file)?;
        self.file = Some(file.to_owned());
        self.write()
    }

    pub fn retries(&self) -> u8 {
        self.retries
    }

    pub fn replug(&mut self) {
        self.wrong = 0;
    }

    /// Whether the key may be asked for its PIN at all.
    pub fn may_be_asked(&self) -> Result<(), KeyFault> {
        match () {
            () if self.pin.is_none() => Err(KeyFault::NoPinSet),
            () if self.retries == 0 => Err(KeyFault::PinBlocked { until_replug: false }),
            () if self.wrong >= IN_A_ROW => Err(KeyFault::PinBlocked { until_replug: true }),
            () => Ok(()),
        }
    }

    /// Whether the key has no PIN yet.
    pub fn is_new(&self) -> bool {
        self.pin.is_none()
    }

    /// Gives the key its first PIN, and keeps it.
    pub fn set_pin(&mut self, pin: SecretString) -> Result<(), KeyFault> {
        let text = pin.expose_secret();
        if self.pin.is_some() || text.chars().count() < usize::from(SHORTEST_PIN) || text.len() > LONGEST_PIN {
            return Err(KeyFault::PinRefused);
        }
        self.pin = Some(pin);
        self.write().map_err(|_| KeyFault::Failed)
    }

    /// Whether this is the PIN. The try is counted, and kept, before it is judged.
    pub fn try_pin(&mut self, tried: &SecretString) -> Result<bool, KeyFault> {
        self.may_be_asked()?;
        (self.retries, self.wrong) = (self.retries.saturating_sub(1), self.wrong.saturating_add(1));
        let right = self.pin.as_ref().is_some_and(|pin| pin.expose_secret() == tried.expose_secret());
        if right {
            (self.retries, self.wrong) = (RETRIES, 0);
        }
        self.write().map_err(|_| KeyFault::Failed)?;
        self.may_be_asked()?;
        Ok(right)
    }

    pub fn has_any<'a>(&self, mut ids: impl Iterator<Item = &'a [u8]>) -> bool {
        ids.any(|id| self.credentials.contains(id))
    }

    /// Uses a credential, or makes one, and keeps what that changed before it is shown to anybody.
    pub fn change<T>(&mut self, act: impl FnOnce(&mut SoftToken) -> Option<(Vec<u8>, T)>) -> Result<T, KeyFault> {
        let (credential, result) = act(&mut self.token).ok_or(KeyFault::Failed)?;
        self.credentials.insert(credential);
        self.write().map_err(|_| KeyFault::Failed)?;
        Ok(result)
    }

    /// What WebAuthn's PRF gives for this credential and `purpose`.
    pub fn secret(&self, credential: &[u8], purpose: &str) -> Option<Secret32> {
        let sign = |key: &[u8], message: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
        let own = sign(self.secret.as_ref()?.expose(), credential);
        let salt = digest::digest(&digest::SHA256, &[b"WebAuthn PRF\0".as_slice(), purpose.as_bytes()].concat());
        Secret32::of(sign(own.as_ref(), salt.as_ref()).as_ref())
    }

    fn write(&self) -> Result<(), SoftKeyFault> {
        let Some(file) = &self.file else { return Ok(()) };
        let token = self.token.to_cbor().map_err(|_| SoftKeyFault::Form)?;
        let written = Written {
            danger: "no security: whoever reads this file has the key".to_owned(),
            pin: self.pin.as_ref().map(|pin| pin.expose_secret().to_owned()),
            retries: self.retries,
            credentials: self.credentials.iter().map(|id| URL_SAFE_NO_PAD.encode(id)).collect(),
            secret: self.secret.as_ref().map(|secret| URL_SAFE_NO_PAD.encode(secret.expose())),
            token: URL_SAFE_NO_PAD.encode(token),
        };
        let text = serde_json::to_vec_pretty(&written).map_err(|_| SoftKeyFault::Form)?;
        let beside = file.with_extension("new");
        fs::write(&beside, text)?;
        Ok(fs::rename(beside, file)?)
    }
}

fn named(file: &Path) -> Result<(), SoftKeyFault> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.starts_with(PREFIX) { Ok(()) } else { Err(SoftKeyFault::Name(file.to_owned())) }
}

fn decode(text: &str) -> Result<Vec<u8>, SoftKeyFault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| SoftKeyFault::Form)
}
