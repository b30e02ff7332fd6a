//! What an entry is about: the accounts, people, keys, grants, sessions, hosts and certificates it names. A history is the
//! entries about one of them.

use std::fmt;

use super::entry::What;
use crate::id::{AccountId, CertificateSerial, GrantSerial, HostId, KeySerial, SessionSerial, StaffId};

/// Something that has a history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Account(AccountId),
    Staff(StaffId),
    Grant(GrantSerial),
    Key(KeySerial),
    Session(SessionSerial),
    Host(HostId),
    Certificate(CertificateSerial),
}

impl Subject {
    /// What kind of thing it is, as the wire calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Staff(_) => "staff",
            Self::Grant(_) => "grant",
            Self::Key(_) => "key",
            Self::Session(_) => "session",
            Self::Host(_) => "host",
            Self::Certificate(_) => "certificate",
        }
    }

    /// Its id or serial as text.
    pub fn id(&self) -> String {
        match self {
            Self::Account(id) => id.to_string(),
            Self::Staff(id) => id.to_string(),
            Self::Grant(serial) => serial.to_string(),
            Self::Key(serial) => serial.to_string(),
            Self::Session(serial) => serial.to_string(),
            Self::Host(id) => id.to_string(),
            Self::Certificate(serial) => serial.to_string(),
        }
    }

    /// The subject of this kind and id; nothing where there is no such kind, or it has no such id.
    pub fn parse(kind: &str, id: &str) -> Option<Self> {
        let serial = || id.parse().ok().filter(|serial: &u64| *serial > 0 && serial.to_string() == id);
        Some(match kind {
            "account" => Self::Account(AccountId::parse(id).ok()?),
            "staff" => Self::Staff(StaffId::parse(id).ok()?),
            "grant" => Self::Grant(GrantSerial(serial()?)),
            "key" => Self::Key(KeySerial(serial()?)),
            "session" => Self::Session(SessionSerial(serial()?)),
            "host" => Self::Host(HostId::parse(id).ok()?),
            "certificate" => Self::Certificate(CertificateSerial(serial()?)),
            _ => return None,
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

impl What {
    /// What begins with the entry and can be ended by another: a session, or a certificate.
    pub fn opens(&self) -> Option<Subject> {
        match self {
            Self::SessionOpened { session, .. } => Some(Subject::Session(*session)),
            Self::CertificateIssued { certificate, .. } => Some(Subject::Certificate(*certificate)),
            _ => None,
        }
    }

    /// What the entry ends, that another opened.
    pub fn ends(&self) -> Option<Subject> {
        match self {
            Self::SessionEnded { session, .. } => Some(Subject::Session(*session)),
            Self::CertificateRevoked { certificate, .. } => Some(Subject::Certificate(*certificate)),
            _ => None,
        }
    }

    /// Everything the entry names. An entry that ends a session or revokes a certificate names that and who did it: whose it
    /// was and where, the entry that opened or issued it says.
    pub fn subjects(&self) -> Vec<Subject> {
        let account = |id: &AccountId| Subject::Account(id.clone());
        let person = |id: &StaffId| Subject::Staff(id.clone());
        match self {
            Self::AccountRegistered { account: id, .. }
            | Self::PlanChanged { account: id, .. }
            | Self::AccountClosed { account: id }
            | Self::PrimaryCsmUnassigned { account: id } => vec![account(id)],
            Self::GrantEnabled { grant, account: id, .. } | Self::GrantDisabled { grant, account: id, .. } => {
                vec![account(id), Subject::Grant(*grant)]
            }
            Self::PrimaryCsmAssigned { account: id, staff } => vec![account(id), person(staff)],
            Self::StaffAdded { staff }
            | Self::StaffSuspended { staff }
            | Self::StaffReinstated { staff }
            | Self::RoleGiven { staff, .. }
            | Self::RoleTaken { staff, .. }
            | Self::DutyOpened { staff, .. }
            | Self::DutyClosed { staff, .. } => vec![person(staff)],
            Self::KeyEnrolled { key, staff } => vec![person(staff), Subject::Key(*key)],
            Self::KeyRevoked { key, by } => vec![person(by), Subject::Key(*key)],
            Self::SessionOpened { session, staff, key, account: id, grant, .. } => {
                vec![account(id), person(staff), Subject::Grant(*grant), Subject::Key(*key), Subject::Session(*session)]
            }
            Self::SessionEnded { session, .. } => vec![Subject::Session(*session)],
            Self::HostAdded { host, .. } | Self::HostRemoved { host } => vec![Subject::Host(host.clone())],
            Self::SshCaTrusted { .. } | Self::SshCaRevoked { .. } => Vec::new(),
            Self::SshKeyEnrolled { key, .. } => vec![Subject::Key(*key)],
            Self::CertificateIssued { certificate, staff, key, host, .. } => {
                vec![person(staff), Subject::Key(*key), Subject::Host(host.clone()), Subject::Certificate(*certificate)]
            }
            Self::CertificateRevoked { certificate, by } => vec![person(by), Subject::Certificate(*certificate)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_one_spelling() {
        for (kind, id) in [
            ("account", "acme"),
            ("staff", "maya"),
            ("grant", "7"),
            ("key", "1"),
            ("session", "12"),
            ("host", "web-1"),
            ("certificate", "3"),
        ] {
            let subject = Subject::parse(kind, id).unwrap();
            assert_eq!((subject.kind(), subject.id().as_str()), (kind, id));
        }
        for (kind, id) in [
            ("account", ""),
            ("account", "A"),
            ("staff", "a b"),
            ("grant", "0"),
            ("grant", "07"),
            ("grant", "+7"),
            ("key", "-1"),
            ("session", "1x"),
            ("session", "99999999999999999999"),
            ("certificate", "0"),
            ("accounts", "acme"),
            ("", ""),
        ] {
            assert_eq!(Subject::parse(kind, id), None, "{kind} {id}");
        }
    }
}
