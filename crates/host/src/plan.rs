//! What the feed asks of a host: whom sshd is to believe and to refuse, who may log in, and who may not stay.
//!
//! Pure: the fold, the time, the freshness and who is connected come in, and what is to be done comes out.

use doorward_core::{
    feed::freshness::{FreshEnough, Stale},
    id::{CertificateSerial, HostId},
    policy::{Ask, Denial, Permit, decide},
    ssh::{Presented, Revocations, SshCa, key_id, revocations},
    state::AccessState,
    time::UnixMs,
};

use crate::{
    ask::{LogIn, Refused},
    processes::ProcessId,
};

/// What is known at the moment of deciding.
pub struct Known<'a> {
    pub state: &'a AccessState,
    pub host: &'a HostId,
    /// None before anything signed was seen.
    pub now: Option<UnixMs>,
    pub fresh: Result<FreshEnough, Stale>,
}

/// What sshd's two files say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists {
    pub trusted: Vec<SshCa>,
    pub revoked: Revocations,
}

/// The one principal by which sshd lets in. Only [`Known::log_in`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(HostId);

impl Principal {
    /// As sshd wants it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A connection, and the certificate it came by; none where what was kept of it cannot be read any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connected {
    pub process: ProcessId,
    pub certificate: Option<CertificateSerial>,
}

/// Why a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Denied(Denial),
    /// Nobody knows any more by what it came.
    Forgotten,
    /// The replica is not fresh, and the agent is strict.
    NotFresh,
}

impl Known<'_> {
    /// What sshd's files are to say. Where nothing fresh is known, no authority is believed: nobody new gets in.
    pub fn lists(&self) -> Lists {
        // Without a time nothing has run out: more is refused, and never less.
        let now = self.now.unwrap_or(UnixMs(i64::MIN));
        let authorities = self.state.servers().authorities();
        let mut revoked = revocations(self.state, self.host, now);
        if self.fresh.is_err() {
            revoked.authorities = authorities.iter().map(|authority| authority.ca.fingerprint()).collect();
        }
        let trusted = authorities.iter().filter(|authority| authority.trusted(now));
        Lists { trusted: trusted.map(|authority| authority.ca).collect(), revoked }
    }

    /// Whether a log-in passes.
    pub fn log_in(&self, ask: &LogIn, logins: &[String]) -> Result<Principal, Refused> {
        let fresh = self.fresh.map_err(|_| Refused::NotFresh)?;
        let now = self.now.ok_or(Refused::NotFresh)?;
        if !logins.contains(&ask.user) {
            return Err(Refused::OtherLogin);
        }
        let presented = Presented { certificate: ask.certificate, ssh_key: ask.ssh_key, ca: ask.ca };
        let permit = decide(self.state, &Ask::LogIn { host: self.host, presented: &presented }, now)?;
        // sshd's own log names whoever came by what stands in the certificate: it must be the truth.
        let known = self.state.servers().certificate(ask.certificate).ok_or(Denial::UnknownCertificate)?;
        if key_id(&known.staff, ask.certificate) != ask.key_id {
            return Err(Refused::OtherKeyId);
        }
        Ok(self.principal(&permit, fresh))
    }

    fn principal(&self, _decided: &Permit, _fresh: FreshEnough) -> Principal {
        Principal(self.host.clone())
    }

    /// Who may not stay. Where nothing signed was ever seen, nobody can tell, and whoever is `strict` ends everybody.
    pub fn over(&self, connected: &[Connected], strict: bool) -> Vec<(ProcessId, Why)> {
        let why = |one: &Connected| self.why_over(one, strict).map(|why| (one.process, why));
        connected.iter().filter_map(why).collect()
    }

    fn why_over(&self, one: &Connected, strict: bool) -> Option<Why> {
        if strict && self.fresh.is_err() {
            return Some(Why::NotFresh);
        }
        let Some(certificate) = one.certificate else { return Some(Why::Forgotten) };
        decide(self.state, &Ask::Stay { host: self.host, certificate }, self.now?).err().map(Why::Denied)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
