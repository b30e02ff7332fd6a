//! Servers: hosts as the operator's automation registers them, SSH keys, certificates, and who is connected.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    feed::entry::What,
    id::{CertificateSerial, HostId},
    policy::{Ask, Denial, decide, host_role},
    session::Reason,
    ssh::{Authority, Certificate},
    state::AccessState,
    time::UnixMs,
    wire::{
        CertificateView, Code, HostConnection, HostConnections, HostReach, IssuedCertificate, PutHost, ServerView,
        Servers,
    },
};

use super::{
    Answer, App, Caller, Gateway, Refusal, Vendor,
    ssh::{self, Certified},
    writer::Work,
};
use crate::store::{
    Stored,
    servers::{self, HostRow},
};

const MOST_HOST_KEYS: usize = 8;
const MOST_CONNECTIONS: usize = 10_000;

/// A host of the directory with what its agent told.
type Told = (HostRow, Vec<HostConnection>);

impl App {
    /// The hosts that the caller's roles are for, and who may be on them; for a security admin every host.
    pub async fn servers(self: &Arc<Self>, caller: Caller) -> Answer<Servers> {
        let told = self.read(|db| {
            let told = |row: HostRow| Ok((servers::connections(db, &row.host)?, row));
            let all = servers::all(db)?.into_iter().map(told);
            Ok(all.collect::<Stored<Vec<_>>>()?.into_iter().map(|(told, row)| (row, told)).collect::<Vec<Told>>())
        });
        let (told, now, all) = (told.await?, self.now(), self.administers(&caller));
        let (listed, ssh_key) = self.read_state(|state| {
            let roles = state.staff_member(&caller.staff);
            let may_see = |host: &HostId| {
                let label = state.servers().host(host).map(|known| known.label);
                label.is_some_and(|label| all || roles.is_some_and(|own| own.role(host_role(label)).is_some()))
            };
            let seen = told.into_iter().filter(|(row, _)| may_see(&row.host));
            let listed: Vec<_> = seen.filter_map(|(row, told)| Listed::of(state, row, &told, now)).collect();
            (listed, state.servers().ssh_key(caller.key).copied())
        });
        let servers = self.read(move |db| listed.into_iter().map(|one| one.view(db)).collect::<Stored<Vec<_>>>());
        Ok(Servers { servers: servers.await?, ssh_key })
    }

    /// Adds the host, or changes how it is reached. Another label makes it another host.
    pub async fn put_host(self: &Arc<Self>, _vendor: Vendor, host: HostId, put: PutHost) -> Answer<()> {
        let (reach, label) = (checked(put.reach)?, put.label);
        let app = Arc::clone(self);
        let done = self.commit(move |work| {
            servers::put(work.tx, &host, &reach)?;
            let known = work.state.servers().host(&host).map(|known| known.label);
            let mut entries = if known == Some(label) { Vec::new() } else { app.trusted(work.state)? };
            if known.is_some_and(|known| known != label) {
                entries.push(What::HostRemoved { host: host.clone() });
            }
            if known != Some(label) {
                entries.push(What::HostAdded { host, label });
            }
            Ok((entries, ()))
        });
        done.await.map(|_| ())
    }

    /// Removes the host: whoever is connected is out. Removing what is not there changes nothing.
    pub async fn remove_host(self: &Arc<Self>, _vendor: Vendor, host: HostId) -> Answer<()> {
        let done = self.commit(move |work| {
            servers::remove(work.tx, &host)?;
            let known = work.state.servers().host(&host).is_some();
            Ok((known.then_some(What::HostRemoved { host }).into_iter().collect(), ()))
        });
        done.await.map(|_| ())
    }

    /// Takes down who is connected to the host, in place of what its agent told before.
    pub async fn told_connections(
        self: &Arc<Self>,
        _agent: Gateway,
        host: HostId,
        told: HostConnections,
    ) -> Answer<()> {
        if told.connections.len() > MOST_CONNECTIONS {
            return Err(Refusal::bad("connections"));
        }
        let done = self.commit(move |work| {
            let known = servers::tell(work.tx, &host, &told.connections, work.now)?;
            if known { Ok((Vec::new(), ())) } else { Err(Refusal::new(Code::NotFound)) }
        });
        done.await.map(|_| ())
    }

    /// Revokes one's own certificate without a touch. What was revoked already stays so.
    pub async fn revoke_own_certificate(self: &Arc<Self>, caller: Caller, serial: CertificateSerial) -> Answer<()> {
        let done = self.commit(move |work| {
            let known = work.state.servers().certificate(serial).filter(|known| known.staff == caller.staff);
            let known = known.ok_or(Refusal::new(Code::NotFound))?;
            if known.revoked {
                return Ok((Vec::new(), ()));
            }
            Ok((vec![revoke(work, &caller, serial, false)?], ()))
        });
        done.await.map(|_| ())
    }

    /// Takes back the authority that signs: nothing it signed is believed any more.
    pub async fn revoke_ssh_authority(self: &Arc<Self>) -> Answer<()> {
        let ca = self.ssh.ca();
        let done = self.commit(move |work| {
            let known = work.state.servers().authorities().iter().any(|known| known.ca == ca && !known.revoked);
            Ok((known.then_some(What::SshCaRevoked { ca }).into_iter().collect(), ()))
        });
        done.await.map(|_| ())
    }

    /// The entry that lets hosts believe this authority, where they do not yet. One that another has followed, or that
    /// was revoked, signs nothing any more.
    fn trusted(&self, state: &AccessState) -> Answer<Vec<What>> {
        let (ca, known) = (self.ssh.ca(), state.servers());
        match known.signing() {
            Some(Authority { ca: signing, .. }) if *signing == ca => Ok(Vec::new()),
            _ if known.authorities().iter().any(|old| old.ca == ca) => {
                Err(Refusal::new(Code::Unavailable)
                    .because("the SSH authority was revoked or followed: draw a new one"))
            }
            _ => Ok(vec![What::SshCaTrusted { ca }]),
        }
    }

    /// Issues a certificate: the entry that says so is durable before it leaves.
    pub(super) fn certify(
        &self,
        work: &Work<'_>,
        caller: &Caller,
        host: HostId,
        reason: Reason,
    ) -> Answer<(Vec<What>, IssuedCertificate)> {
        decide(work.state, &Ask::Certify { by: caller.by(), host: &host, touched: true }, work.now)?;
        let reach = servers::reach(work.tx, &host)?.ok_or(Denial::UnknownHost)?;
        let line = servers::ssh_key(work.tx, caller.key)?.ok_or(Denial::SshKeyMissing)?;
        let (key, certificate) = (ssh::public_key(&line)?, work.state.servers().next_certificate());
        let ssh_key = ssh::fingerprint(&key)?;
        let ends = work.now.plus(self.ssh.certificate);
        let connection_ends = work.now.plus(self.ssh.connection).max(ends);
        let mut nonce = [0; 16];
        self.dice.fill(&mut nonce)?;
        let of = Certified { serial: certificate, staff: &caller.staff, host: &host, from: work.now, ends };
        let text = self.ssh.certify(&key, nonce, &of)?;
        let (staff, key) = (caller.staff.clone(), caller.key);
        servers::add_certificate(work.tx, certificate, &staff, &host, &reason)?;
        let mut entries = self.trusted(work.state)?;
        let issued =
            What::CertificateIssued { certificate, staff, key, ssh_key, host: host.clone(), ends, connection_ends };
        entries.push(issued);
        Ok((entries, IssuedCertificate { certificate, text, host, reach, ends, connection_ends }))
    }
}

/// Lets the SSH key go with the caller's staff key.
pub(super) fn enrol_ssh_key(work: &Work<'_>, caller: &Caller, public_key: &str) -> Answer<What> {
    let key = ssh::public_key(public_key)?;
    let ssh_key = ssh::fingerprint(&key)?;
    if work.state.servers().ssh_keys().any(|(known, _)| *known == ssh_key) {
        return Err(Refusal::new(Code::Conflict));
    }
    servers::put_ssh_key(work.tx, caller.key, &ssh::line(&key)?)?;
    Ok(What::SshKeyEnrolled { key: caller.key, ssh_key })
}

/// Revokes a certificate.
pub(super) fn revoke(work: &Work<'_>, caller: &Caller, certificate: CertificateSerial, touched: bool) -> Answer<What> {
    decide(work.state, &Ask::RevokeCertificate { by: caller.by(), certificate, touched }, work.now)?;
    let gone = work.state.servers().certificate(certificate).is_none_or(|known| known.revoked);
    if gone {
        Err(Refusal::new(Code::Conflict))
    } else {
        Ok(What::CertificateRevoked { certificate, by: caller.staff.clone() })
    }
}

/// A host that is shown, and the certificates by which somebody may be on it.
struct Listed {
    row: HostRow,
    label: doorward_core::policy::HostLabel,
    certificates: Vec<(CertificateSerial, Certificate, Option<UnixMs>)>,
}

impl Listed {
    fn of(state: &AccessState, row: HostRow, told: &[HostConnection], now: UnixMs) -> Option<Self> {
        let label = state.servers().host(&row.host)?.label;
        let since: HashMap<_, _> = told.iter().map(|one| (one.certificate, one.since)).collect();
        let stays = |certificate| decide(state, &Ask::Stay { host: &row.host, certificate }, now).is_ok();
        let known = state.servers().certificates().filter(|(serial, known)| {
            let opens = now < known.ends && stays(*serial);
            known.host == row.host && (opens || since.contains_key(serial))
        });
        let mut certificates: Vec<_> =
            known.map(|(serial, known)| (serial, known.clone(), since.get(&serial).copied())).collect();
        certificates.reverse();
        Some(Self { row, label, certificates })
    }

    fn view(self, db: &rusqlite::Connection) -> Stored<ServerView> {
        let mut certificates = Vec::with_capacity(self.certificates.len());
        for (certificate, known, connected) in self.certificates {
            let Some(row) = servers::certificate(db, certificate)? else { continue };
            let Certificate { staff, issued, ends, connection_ends, .. } = known;
            let reason = row.reason;
            certificates.push(CertificateView { certificate, staff, reason, issued, ends, connection_ends, connected });
        }
        let HostRow { host, reach, told } = self.row;
        Ok(ServerView { host, label: self.label, reach, told, certificates })
    }
}

/// How a host is reached, where a command line can be made of it and its keys can be read.
fn checked(reach: HostReach) -> Answer<HostReach> {
    let HostReach { address, port, login, host_keys } = reach;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    let good = !address.is_empty() && address.len() <= 253 && !address.starts_with('-') && address.chars().all(plain);
    if !good {
        return Err(Refusal::bad("reach.address"));
    }
    if port == 0 {
        return Err(Refusal::bad("reach.port"));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let begins = login.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if !begins || login.len() > 32 || !login.chars().all(plain) {
        return Err(Refusal::bad("reach.login"));
    }
    if host_keys.is_empty() || host_keys.len() > MOST_HOST_KEYS {
        return Err(Refusal::bad("reach.host_keys"));
    }
    let host_keys = host_keys.iter().map(|line| ssh::line(&ssh::host_key(line)?)).collect::<Answer<_>>()?;
    Ok(HostReach { address, port, login, host_keys })
}
