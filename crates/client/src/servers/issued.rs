//! A certificate as the server gave it, checked before anything is made of it: a server that is not what it should be
//! writes no option, no file and no line of a script on this machine.

use doorward_core::{
    id::{CertificateSerial, HostId},
    time::UnixMs,
    wire::IssuedCertificate,
};
use ssh_key::{Certificate, PublicKey, certificate::CertType};

/// Longest certificate and longest host key that is looked at.
const LONGEST: usize = 16_384;
const MOST_HOST_KEYS: usize = 16;

/// What came is no certificate for this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuedFault {
    #[error("the server sent no certificate that can be read")]
    Certificate,
    #[error("the server sent a certificate for something else")]
    SomethingElse,
    #[error("the server named an address, port or log-in name that is not plain")]
    Reach,
    #[error("the server named no key of the host, or one that cannot be read")]
    HostKeys,
}

/// Where a connection goes, and by what: every part is plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub host: HostId,
    pub serial: CertificateSerial,
    pub ends: UnixMs,
    pub connection_ends: UnixMs,
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) login: String,
    pub(super) host_keys: Vec<String>,
    /// One line each.
    pub(super) certificate: String,
    pub(super) public_key: String,
}

impl Target {
    /// The target of `issued`, which must be a user's certificate of that serial for that host alone.
    pub fn of(issued: &IssuedCertificate) -> Result<Self, IssuedFault> {
        let IssuedCertificate { certificate: serial, text, host, reach, ends, connection_ends } = issued;
        let read = (text.len() <= LONGEST).then(|| Certificate::from_openssh(text.trim()).ok()).flatten();
        let certificate = read.ok_or(IssuedFault::Certificate)?;
        let for_this = certificate.cert_type() == CertType::User
            && certificate.serial() == serial.0
            && certificate.valid_principals().iter().map(String::as_str).eq([host.as_str()]);
        if !for_this {
            return Err(IssuedFault::SomethingElse);
        }
        if !is_address(&reach.address) || reach.port == 0 || !is_login(&reach.login) {
            return Err(IssuedFault::Reach);
        }
        let most = !reach.host_keys.is_empty() && reach.host_keys.len() <= MOST_HOST_KEYS;
        let host_keys = if most { reach.host_keys.iter().map(|line| bare(line)).collect() } else { None };
        let one_line = |key: PublicKey| key.to_openssh().map_err(|_| IssuedFault::Certificate);
        Ok(Self {
            host: host.clone(),
            serial: *serial,
            ends: *ends,
            connection_ends: *connection_ends,
            address: reach.address.clone(),
            port: reach.port,
            login: reach.login.clone(),
            host_keys: host_keys.ok_or(IssuedFault::HostKeys)?,
            public_key: one_line(PublicKey::from(certificate.public_key().clone()))?,
            certificate: certificate.to_openssh().map_err(|_| IssuedFault::Certificate)?,
        })
    }

    /// What `known_hosts` says of it: its keys under its own name, and nothing of anybody else.
    pub fn known_hosts(&self) -> String {
        self.host_keys.iter().map(|key| format!("{} {key}\n", self.host)).collect()
    }
}

/// A name or an IP address: nothing that `ssh` could take for an option, a user, a URL or more than one word.
fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    !text.is_empty() && text.len() <= 253 && !text.starts_with('-') && text.chars().all(plain)
}

fn is_login(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    begins && text.len() <= 32 && text.chars().all(plain)
}

/// A public key as algorithm and key, without what stands behind them.
fn bare(line: &str) -> Option<String> {
    let mut key = (line.len() <= LONGEST).then(|| PublicKey::from_openssh(line.trim()).ok()).flatten()?;
    key.set_comment("");
    key.to_openssh().ok().map(|line| line.trim().to_owned())
}
