//! The server's TLS certificate where none is configured: for development, under a CA of its own.
//!
//! The CA's key is dropped as soon as it has signed: nobody can sign a second certificate that people believe.

use std::{path::PathBuf, time::Duration};

use doorward_core::time::UnixMs;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::{DataDir, DataFault};
use crate::tls::Files;

const CA: &str = "development-ca.pem";
const CHAIN: &str = "development-certificate.pem";
const KEY: &str = "development-key.pem";
const DAY: Duration = Duration::from_secs(86_400);
const LIFE_DAYS: u32 = 5 * 365;

/// A certificate that was made here.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub files: Files,
    /// What clients are to believe.
    pub ca: PathBuf,
}

/// The development certificate in `dir`, made at `now` for localhost and `host` where there is none.
pub fn development_certificate(dir: &DataDir, host: &str, now: UnixMs) -> Result<Certificate, DataFault> {
    let files = Files { certificate: dir.0.join(CHAIN), key: dir.0.join(KEY) };
    let made = Certificate { files, ca: dir.0.join(CA) };
    // The key is kept last: where it is, the other two are.
    if !made.files.key.exists() {
        make(dir, host, now)?;
    }
    for name in [CA, CHAIN, KEY] {
        dir.read(name)?;
    }
    Ok(made)
}

fn make(dir: &DataDir, host: &str, now: UnixMs) -> Result<(), DataFault> {
    // Leftovers of a start that was cut short; they fit no key.
    for name in [CA, CHAIN] {
        let _absent = std::fs::remove_file(dir.0.join(name));
    }
    let ca_key = KeyPair::generate()?;
    let ca = authority(now).self_signed(&ca_key)?;
    let key = KeyPair::generate()?;
    let leaf = leaf(host, now)?.signed_by(&key, &Issuer::new(authority(now), ca_key))?;
    dir.keep(CA, ca.pem().as_bytes())?;
    dir.keep(CHAIN, leaf.pem().as_bytes())?;
    dir.keep(KEY, key.serialize_pem().as_bytes())
}

fn authority(now: UnixMs) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Doorward development CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    dated(params, now)
}

fn leaf(host: &str, now: UnixMs) -> Result<CertificateParams, DataFault> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !names.iter().any(|name| name == host) {
        names.push(host.to_owned());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Doorward development server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    Ok(dated(params, now))
}

fn dated(mut params: CertificateParams, now: UnixMs) -> CertificateParams {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let now = Duration::from_millis(now.since(UnixMs(0)).0);
    // A day earlier, for clients whose clocks are behind.
    params.not_before = epoch + now.saturating_sub(DAY);
    params.not_after = epoch + now + DAY * LIFE_DAYS;
    params
}
