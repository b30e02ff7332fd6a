//! The SSH authority: signs certificates for what was decided elsewhere, and knows which SSH keys may be certified.

use doorward_core::{
    id::{CertificateSerial, HostId, StaffId},
    ssh::{SshCa, SshFingerprint, key_id},
    time::{Millis, UnixMs},
};
use ssh_key::{
    Algorithm, PrivateKey, PublicKey,
    certificate::{Builder, CertType},
    private::Ed25519Keypair,
};
use zeroize::Zeroizing;

use super::{Answer, Refusal};

/// Longest line of a public key that is looked at: those of today are a third of it.
const LONGEST_LINE: usize = 1_024;
/// A certificate is good from a little before it was signed, for hosts whose clocks are behind.
const BEFORE: Millis = Millis::minutes(1);

/// What the authority is made of.
pub struct SshParts {
    /// The seed of its Ed25519 key.
    pub seed: Zeroizing<[u8; 32]>,
    /// How long a certificate is good for a log-in.
    pub certificate: Millis,
    /// How long a connection may last.
    pub connection: Millis,
    /// Where certificates are good from: IP addresses and networks. From anywhere where there are none.
    pub sources: Vec<String>,
}

impl SshParts {
    /// An authority with this seed, and everything else as it is by default.
    pub fn new(seed: Zeroizing<[u8; 32]>) -> Self {
        Self { seed, certificate: Millis::minutes(10), connection: Millis::hours(8), sources: Vec::new() }
    }
}

/// The authority.
pub(super) struct SshAuthority {
    key: PrivateKey,
    ca: SshCa,
    pub(super) certificate: Millis,
    pub(super) connection: Millis,
    sources: Vec<String>,
}

/// Whom a certificate is for, and where and until when it admits.
pub(super) struct Certified<'a> {
    pub serial: CertificateSerial,
    pub staff: &'a StaffId,
    pub host: &'a HostId,
    pub from: UnixMs,
    pub ends: UnixMs,
}

impl SshAuthority {
    pub(super) fn new(parts: SshParts) -> Self {
        let SshParts { seed, certificate, connection, sources } = parts;
        let pair = Ed25519Keypair::from_seed(&seed);
        let ca = SshCa::new(pair.public.0);
        Self { key: PrivateKey::from(pair), ca, certificate, connection, sources }
    }

    /// What the feed calls it.
    pub(super) fn ca(&self) -> SshCa {
        self.ca
    }

    /// A certificate of one line for `key`: for one host, one log-in name's terminal, and nothing else. A key that
    /// stands in hardware must say with each signature that its owner was verified.
    pub(super) fn certify(&self, key: &PublicKey, nonce: [u8; 16], of: &Certified<'_>) -> Answer<String> {
        let seconds = |at: UnixMs| u64::try_from(at.0 / 1_000).unwrap_or(0);
        let from = UnixMs(of.from.0.saturating_sub(i64::try_from(BEFORE.0).unwrap_or(0)));
        let sign = || {
            let mut builder = Builder::new(nonce, key.key_data().clone(), seconds(from), seconds(of.ends))?;
            builder.serial(of.serial.0)?.cert_type(CertType::User)?;
            builder.key_id(key_id(of.staff, of.serial))?.valid_principal(of.host.as_str())?;
            builder.extension("permit-pty", "")?;
            if in_hardware(key) {
                builder.critical_option("verify-required", "")?;
            }
            if !self.sources.is_empty() {
                builder.critical_option("source-address", self.sources.join(","))?;
            }
            builder.sign(&self.key)?.to_openssh()
        };
        sign().map_err(Refusal::internal)
    }
}

/// The SSH key in `line`, as it is kept: algorithm and key, without what somebody wrote behind it. Only what FIDO2 keys
/// make, Ed25519 and ECDSA, and never a certificate.
pub(super) fn public_key(line: &str) -> Answer<PublicKey> {
    let key = (line.len() <= LONGEST_LINE).then(|| PublicKey::from_openssh(line.trim()).ok()).flatten();
    let mut key = key.ok_or(Refusal::bad("public_key"))?;
    key.set_comment("");
    let taken = matches!(
        key.algorithm(),
        Algorithm::Ed25519 | Algorithm::SkEd25519 | Algorithm::Ecdsa { .. } | Algorithm::SkEcdsaSha2NistP256
    );
    if taken { Ok(key) } else { Err(Refusal::bad("public_key")) }
}

/// A host's own key, of whatever kind it is.
pub(super) fn host_key(line: &str) -> Answer<PublicKey> {
    let key = (line.len() <= LONGEST_LINE).then(|| PublicKey::from_openssh(line.trim()).ok()).flatten();
    let mut key = key.ok_or(Refusal::bad("reach.host_keys"))?;
    key.set_comment("");
    Ok(key)
}

/// What the feed calls the key.
pub(super) fn fingerprint(key: &PublicKey) -> Answer<SshFingerprint> {
    Ok(SshFingerprint::of(&key.to_bytes().map_err(Refusal::internal)?))
}

/// The key as one line.
pub(super) fn line(key: &PublicKey) -> Answer<String> {
    key.to_openssh().map_err(Refusal::internal)
}

fn in_hardware(key: &PublicKey) -> bool {
    matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256)
}
