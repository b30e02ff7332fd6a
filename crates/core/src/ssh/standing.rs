//! Whether a certificate still admits, and whether whoever came by it may stay.

use std::collections::BTreeSet;

use roaring::RoaringTreemap;

use super::{Certificate, SshFingerprint};
use crate::{
    id::{CertificateSerial, HostId},
    policy::{By, Denial, stands},
    state::AccessState,
    time::UnixMs,
};

/// What sshd was shown at a log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    pub certificate: CertificateSerial,
    /// The key that the certificate is for.
    pub ssh_key: SshFingerprint,
    /// The authority that signed it.
    pub ca: SshFingerprint,
}

/// Everything a host's revocation list names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Revocations {
    /// Certificates for this host that have not run out and open nothing any more.
    pub serials: RoaringTreemap,
    /// SSH keys of staff keys that were revoked, or that another one has replaced.
    pub ssh_keys: BTreeSet<SshFingerprint>,
    /// Authorities that are not trusted (any more).
    pub authorities: BTreeSet<SshFingerprint>,
}

/// What is to be refused on `host` at `now`. A certificate that has run out is not named: sshd sees that by itself.
pub fn revocations(state: &AccessState, host: &HostId, now: UnixMs) -> Revocations {
    let servers = state.servers();
    let here = servers.certificates().filter(|(_, known)| known.host == *host && now < known.ends);
    let gone = here.filter(|(serial, _)| stay(state, host, *serial, now).is_err());
    let replaced =
        servers.ssh_keys().filter(|(name, key)| state.key_revoked(*key) || servers.ssh_key(*key) != Some(*name));
    let untrusted = servers.authorities().iter().filter(|authority| !authority.trusted(now));
    Revocations {
        serials: gone.map(|(serial, _)| serial.0).collect(),
        ssh_keys: replaced.map(|(name, _)| *name).collect(),
        authorities: untrusted.map(|authority| authority.ca.fingerprint()).collect(),
    }
}

/// Whether a log-in to `host` by what was presented passes at `now`. A certificate that the feed does not know admits
/// nobody, whoever signed it.
pub(crate) fn log_in(state: &AccessState, host: &HostId, presented: &Presented, now: UnixMs) -> Result<(), Denial> {
    let servers = state.servers();
    let known = servers.certificate(presented.certificate).ok_or(Denial::UnknownCertificate)?;
    let signed = servers.authorities().iter().find(|authority| authority.ca.fingerprint() == known.ca);
    if presented.ca != known.ca || !signed.is_some_and(|authority| authority.trusted(now)) {
        return Err(Denial::OtherAuthority);
    }
    if known.ends <= now {
        return Err(Denial::CertificateOver);
    }
    if known.ssh_key != presented.ssh_key {
        return Err(Denial::OtherSshKey);
    }
    stay(state, host, presented.certificate, now)
}

/// Whether a connection to `host` that was made by this certificate may go on at `now`.
pub(crate) fn stay(
    state: &AccessState,
    host: &HostId,
    certificate: CertificateSerial,
    now: UnixMs,
) -> Result<(), Denial> {
    let known = state.servers().certificate(certificate).ok_or(Denial::UnknownCertificate)?;
    if known.host != *host {
        return Err(Denial::OtherHost);
    }
    if known.connection_ends <= now {
        return Err(Denial::ConnectionOver);
    }
    // One that another has followed in its time is no reason to leave.
    if state.servers().authorities().iter().any(|authority| authority.revoked && authority.ca.fingerprint() == known.ca)
    {
        return Err(Denial::OtherAuthority);
    }
    if known.revoked { Err(Denial::CertificateRevoked) } else { grounds(state, known) }
}

/// Whether everything the certificate stands on is still there.
fn grounds(state: &AccessState, known: &Certificate) -> Result<(), Denial> {
    let by = By { staff: &known.staff, key: known.key };
    let (staff, standing) = stands(state, &by)?;
    let (role, given) = known.role;
    if standing != known.standing || staff.role(role) != Some(given) {
        return Err(Denial::StandingTaken);
    }
    let servers = state.servers();
    if servers.ssh_key(known.key) != Some(&known.ssh_key) {
        return Err(Denial::OtherSshKey);
    }
    let host = servers.host(&known.host).ok_or(Denial::UnknownHost)?;
    if host.added == known.added { Ok(()) } else { Err(Denial::UnknownHost) }
}
