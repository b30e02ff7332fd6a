//! Entries: everything that gives or takes away access, as canonical bytes.
//!
//! An entry's bytes are exactly what [`Entry::encode`] gives; bytes that decode to an entry but are written in
//! another way are refused, so that one entry has one hash.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    grant::{Plan, Setting, Until},
    id::{AccountId, CertificateSerial, GrantSerial, HostId, KeySerial, Seq, SessionSerial, StaffId, UserId},
    policy::HostLabel,
    session::{EndCause, Mode},
    ssh::{SshCa, SshFingerprint},
    staff::Role,
    time::UnixMs,
};

/// Longest entry in bytes.
pub const MAX_ENTRY_BYTES: usize = 1_024;

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub seq: Seq,
    pub at: UnixMs,
    pub what: What,
}

/// What an entry reports. Expiry is never an entry; personal data never is in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    AccountRegistered {
        account: AccountId,
        plan: Plan,
    },
    PlanChanged {
        account: AccountId,
        plan: Plan,
    },
    AccountClosed {
        account: AccountId,
    },
    GrantEnabled {
        grant: GrantSerial,
        account: AccountId,
        setting: Setting,
        by: UserId,
        until: Until,
    },
    GrantDisabled {
        grant: GrantSerial,
        account: AccountId,
        setting: Setting,
        by: UserId,
    },
    StaffAdded {
        staff: StaffId,
    },
    StaffSuspended {
        staff: StaffId,
    },
    StaffReinstated {
        staff: StaffId,
    },
    RoleGiven {
        staff: StaffId,
        role: Role,
    },
    RoleTaken {
        staff: StaffId,
        role: Role,
    },
    DutyOpened {
        staff: StaffId,
        from: UnixMs,
        until: UnixMs,
    },
    DutyClosed {
        staff: StaffId,
        opened: Seq,
    },
    PrimaryCsmAssigned {
        account: AccountId,
        staff: StaffId,
    },
    PrimaryCsmUnassigned {
        account: AccountId,
    },
    KeyEnrolled {
        key: KeySerial,
        staff: StaffId,
    },
    KeyRevoked {
        key: KeySerial,
        by: StaffId,
    },
    /// A session was opened: written before its token leaves the server. Why, is no matter of the feed.
    SessionOpened {
        session: SessionSerial,
        staff: StaffId,
        key: KeySerial,
        account: AccountId,
        mode: Mode,
        grant: GrantSerial,
        ends: UnixMs,
    },
    SessionEnded {
        session: SessionSerial,
        cause: EndCause,
    },
    HostAdded {
        host: HostId,
        label: HostLabel,
    },
    HostRemoved {
        host: HostId,
    },
    /// From now on this authority signs certificates. The one before is believed until what it signed has run out.
    SshCaTrusted {
        ca: SshCa,
    },
    SshCaRevoked {
        ca: SshCa,
    },
    /// The SSH key that goes with a staff key from now on, in place of the one before.
    SshKeyEnrolled {
        key: KeySerial,
        ssh_key: SshFingerprint,
    },
    /// A certificate was issued: written before it leaves the server. Why, is no matter of the feed.
    CertificateIssued {
        certificate: CertificateSerial,
        staff: StaffId,
        key: KeySerial,
        ssh_key: SshFingerprint,
        host: HostId,
        /// From then on it opens nothing.
        ends: UnixMs,
        /// By then whoever came by it is out.
        connection_ends: UnixMs,
    },
    CertificateRevoked {
        certificate: CertificateSerial,
        by: StaffId,
    },
}

/// Bytes that are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    #[error("the entry is longer than {MAX_ENTRY_BYTES} bytes")]
    Oversize,
    #[error("the entry cannot be read")]
    Unreadable,
    #[error("the entry is not written in the one canonical way")]
    NotCanonical,
}

impl Entry {
    /// The entry's canonical bytes: JSON without white space, members in the order of declaration.
    pub fn encode(&self) -> Vec<u8> {
        // Serialising to memory fails only for maps with keys that are no strings; entries have none.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The entry in `bytes`; refused unless canonical.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryFault> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(EntryFault::Oversize);
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(|_| EntryFault::Unreadable)?;
        if entry.encode() == bytes { Ok(entry) } else { Err(EntryFault::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_has_one_spelling() {
        let entry =
            Entry { seq: Seq(1), at: UnixMs(5), what: What::StaffAdded { staff: StaffId::parse("maya").unwrap() } };
        let bytes = entry.encode();
        assert_eq!(bytes, br#"{"seq":1,"at":5,"what":{"is":"staff-added","staff":"maya"}}"#);
        assert_eq!(Entry::decode(&bytes), Ok(entry));
        for other in [
            r#"{"seq":1, "at":5,"what":{"is":"staff-added","staff":"maya"}}"#,
            r#"{"at":5,"seq":1,"what":{"is":"staff-added","staff":"maya"}}"#,
            r#"{"seq":1,"at":5,"what":{"is":"staff-added","staff":"m\u0061ya"}}"#,
        ] {
            assert_eq!(Entry::decode(other.as_bytes()), Err(EntryFault::NotCanonical), "{other}");
        }
        for bad in [r#"{"seq":1,"at":5,"what":{"is":"staff-added","staff":"maya"},"x":1}"#, "{}", ""] {
            assert_eq!(Entry::decode(bad.as_bytes()), Err(EntryFault::Unreadable), "{bad}");
        }
        assert_eq!(Entry::decode(&[b' '; MAX_ENTRY_BYTES + 1]), Err(EntryFault::Oversize));
        assert_eq!(Entry::decode(&[b' '; MAX_ENTRY_BYTES]), Err(EntryFault::Unreadable));
    }
}
