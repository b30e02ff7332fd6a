//! The fold of what the feed says of servers. Kept beside the rest of `AccessState`, so that each file has one matter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LONGEST_CERTIFICATE, LONGEST_CONNECTION, SshCa, SshFingerprint};
use crate::{
    feed::entry::{Entry, What},
    id::{CertificateSerial, HostId, KeySerial, Seq, StaffId},
    policy::HostLabel,
    staff::Role,
    state::FoldFault,
    time::UnixMs,
};

/// Hosts, authorities, SSH keys and certificates as the fold knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Servers {
    hosts: BTreeMap<HostId, HostState>,
    /// In the order in which they were trusted: the last one signs.
    authorities: Vec<Authority>,
    /// The SSH key that goes with a staff key.
    ssh_keys: BTreeMap<KeySerial, SshFingerprint>,
    /// Whose every SSH key is or was. Nobody gets a key that was another's, or that was replaced.
    owners: BTreeMap<SshFingerprint, KeySerial>,
    /// Everything by which somebody may still be connected.
    certificates: BTreeMap<CertificateSerial, Certificate>,
    last_certificate: u64,
}

/// A host, and the entry that added it: a host that was removed and added again is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostState {
    pub label: HostLabel,
    pub added: Seq,
}

/// A certificate authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    pub ca: SshCa,
    /// When another one followed it; none while it signs.
    pub followed: Option<UnixMs>,
    pub revoked: bool,
}

impl Authority {
    /// Whether what it signed is believed at `now`.
    pub fn trusted(&self, now: UnixMs) -> bool {
        !self.revoked && self.followed.is_none_or(|followed| now < followed.plus(LONGEST_CERTIFICATE))
    }
}

/// A certificate, and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub staff: StaffId,
    pub key: KeySerial,
    pub ssh_key: SshFingerprint,
    pub host: HostId,
    /// The entry that added the host.
    pub added: Seq,
    /// The entry that gave the staff member their standing.
    pub standing: Seq,
    /// The role, and the entry that gave it.
    pub role: (Role, Seq),
    /// The authority that signed it.
    pub ca: SshFingerprint,
    pub issued: UnixMs,
    /// From then on it opens nothing.
    pub ends: UnixMs,
    /// By then whoever came by it is out.
    pub connection_ends: UnixMs,
    pub revoked: bool,
}

impl Servers {
    /// Whether the feed has said nothing of servers yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The host, where it is there.
    pub fn host(&self, host: &HostId) -> Option<&HostState> {
        self.hosts.get(host)
    }

    /// Every host.
    pub fn hosts(&self) -> impl Iterator<Item = (&HostId, &HostState)> {
        self.hosts.iter()
    }

    /// Every authority there ever was, the one that signs last.
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The authority that signs, unless it was revoked.
    pub fn signing(&self) -> Option<&Authority> {
        self.authorities.last().filter(|last| !last.revoked)
    }

    /// The SSH key that goes with a staff key.
    pub fn ssh_key(&self, key: KeySerial) -> Option<&SshFingerprint> {
        self.ssh_keys.get(&key)
    }

    /// Every SSH key there ever was, with the staff key it goes or went with.
    pub fn ssh_keys(&self) -> impl Iterator<Item = (&SshFingerprint, KeySerial)> {
        self.owners.iter().map(|(name, key)| (name, *key))
    }

    /// A certificate by which somebody may still be connected.
    pub fn certificate(&self, certificate: CertificateSerial) -> Option<&Certificate> {
        self.certificates.get(&certificate)
    }

    /// Every such certificate.
    pub fn certificates(&self) -> impl Iterator<Item = (CertificateSerial, &Certificate)> {
        self.certificates.iter().map(|(serial, certificate)| (*serial, certificate))
    }

    /// The serial the next certificate gets.
    pub fn next_certificate(&self) -> CertificateSerial {
        CertificateSerial(self.last_certificate).next()
    }

    /// Folds what needs nothing but what is here.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        match &entry.what {
            What::HostAdded { host, label } => {
                if self.hosts.contains_key(host) {
                    return Err(FoldFault::AlreadyThere);
                }
                self.hosts.insert(host.clone(), HostState { label: *label, added: entry.seq });
            }
            What::HostRemoved { host } => {
                self.hosts.remove(host).ok_or(FoldFault::NotThere)?;
            }
            What::SshCaTrusted { ca } => {
                if self.authorities.iter().any(|known| known.ca == *ca) {
                    return Err(FoldFault::AlreadyThere);
                }
                if let Some(last) = self.authorities.last_mut() {
                    last.followed = Some(entry.at);
                }
                self.authorities.push(Authority { ca: *ca, followed: None, revoked: false });
            }
            What::SshCaRevoked { ca } => {
                let known = self.authorities.iter_mut().find(|known| known.ca == *ca && !known.revoked);
                known.ok_or(FoldFault::NotThere)?.revoked = true;
            }
            What::CertificateRevoked { certificate, .. } => {
                let known = self.certificates.get_mut(certificate).filter(|known| !known.revoked);
                known.ok_or(FoldFault::NotThere)?.revoked = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// The SSH key goes with `key` from now on, in place of the one before.
    pub(crate) fn enrol(&mut self, key: KeySerial, ssh_key: SshFingerprint) -> Result<(), FoldFault> {
        if self.owners.contains_key(&ssh_key) {
            return Err(FoldFault::AlreadyThere);
        }
        self.owners.insert(ssh_key, key);
        self.ssh_keys.insert(key, ssh_key);
        Ok(())
    }

    /// Takes a certificate, and forgets those by which nobody can be connected any more.
    pub(crate) fn issue(
        &mut self,
        serial: CertificateSerial,
        certificate: Certificate,
        at: UnixMs,
    ) -> Result<(), FoldFault> {
        if serial != self.next_certificate() {
            return Err(FoldFault::SerialNotDense);
        }
        if self.ssh_keys.get(&certificate.key) != Some(&certificate.ssh_key) {
            return Err(FoldFault::NotThere);
        }
        let short = at < certificate.ends && certificate.ends <= at.plus(LONGEST_CERTIFICATE);
        let stays = certificate.ends <= certificate.connection_ends
            && certificate.connection_ends <= at.plus(LONGEST_CONNECTION);
        if !short || !stays {
            return Err(FoldFault::Length);
        }
        self.certificates.retain(|_, known| at < known.connection_ends);
        self.certificates.insert(serial, certificate);
        self.last_certificate = serial.0;
        Ok(())
    }
}
