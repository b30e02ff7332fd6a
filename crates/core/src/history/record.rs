//! Records: what happened in an account, as canonical bytes.
//!
//! A record's bytes are exactly what [`Record::encode`] gives, and they are the leaf of the account's tree. It holds ids,
//! serials, codes, route templates and names of fields: never a value, a name of a person or a reason in words.

use serde::{Deserialize, Serialize};

use super::{fields::Fields, told::Commitment};
use crate::{
    grant::{Plan, Setting, Until},
    id::{AccountId, GatewayId, GrantSerial, SessionSerial, StaffId, UserId},
    session::{Basis, EndCause, Mode},
    time::UnixMs,
};

/// Longest record in bytes.
pub const MAX_RECORD_BYTES: usize = 8_192;

/// One record of an account's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its place in the account's log, from 1 without gaps.
    pub n: u64,
    /// When the server wrote it down.
    pub at: UnixMs,
    pub what: Happened,
}

/// What a record tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Happened {
    AccountRegistered {
        plan: Plan,
    },
    PlanChanged {
        plan: Plan,
    },
    AccountClosed {},
    SwitchedOn {
        grant: GrantSerial,
        setting: Setting,
        by: UserId,
        until: Until,
    },
    SwitchedOff {
        grant: GrantSerial,
        setting: Setting,
        by: UserId,
    },
    /// A grant ended before its time without being switched off: another took its place, the plan lost the setting, or
    /// the account was closed.
    GrantEnded {
        grant: GrantSerial,
        setting: Setting,
    },
    PrimaryCsmAssigned {
        staff: StaffId,
    },
    PrimaryCsmUnassigned {},
    /// Durable before the session's token leaves the server.
    SessionOpened {
        session: SessionSerial,
        staff: StaffId,
        mode: Mode,
        role: AsWhat,
        grant: GrantSerial,
        ends: UnixMs,
        /// Whether the reason names a support ticket.
        ticketed: bool,
        /// Commits to the person's name, the ticket and the reason.
        told: Commitment,
    },
    /// A session was over before its time. Time running out is no record: the opening says when it ends.
    SessionEnded {
        session: SessionSerial,
        cause: Ending,
    },
    /// So many requests that read, from the first to the last.
    Reads {
        session: SessionSerial,
        gateway: GatewayId,
        number: u64,
        first: UnixMs,
        last: UnixMs,
        /// What the route table calls it.
        verb: String,
        route: String,
        count: u64,
    },
    /// A write that the gateway let through; whether it succeeded, an answer may tell.
    Write {
        session: SessionSerial,
        gateway: GatewayId,
        number: u64,
        passed: UnixMs,
        verb: String,
        route: String,
        fields: Fields,
    },
    /// What the vendor's API answered to a write.
    WriteAnswered {
        session: SessionSerial,
        gateway: GatewayId,
        number: u64,
        write: u64,
        status: u16,
    },
}

/// In which role somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AsWhat {
    TechnicalSupport,
    SupportDuty,
    Csm,
    PrimaryCsm,
}

impl From<Basis> for AsWhat {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::TechnicalSupport { .. } => Self::TechnicalSupport,
            Basis::SupportDuty { .. } => Self::SupportDuty,
            Basis::Csm { .. } => Self::Csm,
            Basis::PrimaryCsm { .. } => Self::PrimaryCsm,
        }
    }
}

/// Why a session was over before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    Ended,
    SignedOut,
    EndedBySecurity,
    EndedByCustomer,
    Replaced,
    /// Something it stood on was taken away: the setting, the key, the role, the duty, the assignment or the person.
    GroundTaken,
}

impl From<EndCause> for Ending {
    fn from(cause: EndCause) -> Self {
        match cause {
            EndCause::Ended => Self::Ended,
            EndCause::SignedOut => Self::SignedOut,
            EndCause::EndedBySecurity => Self::EndedBySecurity,
            EndCause::EndedByCustomer => Self::EndedByCustomer,
            EndCause::Replaced => Self::Replaced,
        }
    }
}

/// Bytes that are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    #[error("it is longer than {MAX_RECORD_BYTES} bytes")]
    Oversize,
    #[error("it cannot be read")]
    Unreadable,
    #[error("it is not written in the one canonical way")]
    NotCanonical,
}

impl Record {
    /// The record's canonical bytes as text: JSON without white space, members in the order of declaration.
    pub fn encode(&self) -> String {
        // Serialising to memory fails only for maps with keys that are no strings; records have none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The record in `text`; refused unless canonical.
    pub fn decode(text: &str) -> Result<Self, RecordFault> {
        if text.len() > MAX_RECORD_BYTES {
            return Err(RecordFault::Oversize);
        }
        let record: Self = serde_json::from_str(text).map_err(|_| RecordFault::Unreadable)?;
        if record.encode() == text { Ok(record) } else { Err(RecordFault::NotCanonical) }
    }
}

impl Happened {
    /// What kind of thing happened, as it stands in the record.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccountRegistered { .. } => "account-registered",
            Self::PlanChanged { .. } => "plan-changed",
            Self::AccountClosed {} => "account-closed",
            Self::SwitchedOn { .. } => "switched-on",
            Self::SwitchedOff { .. } => "switched-off",
            Self::GrantEnded { .. } => "grant-ended",
            Self::PrimaryCsmAssigned { .. } => "primary-csm-assigned",
            Self::PrimaryCsmUnassigned {} => "primary-csm-unassigned",
            Self::SessionOpened { .. } => "session-opened",
            Self::SessionEnded { .. } => "session-ended",
            Self::Reads { .. } => "reads",
            Self::Write { .. } => "write",
            Self::WriteAnswered { .. } => "write-answered",
        }
    }

    /// The session it belongs to.
    pub fn session(&self) -> Option<SessionSerial> {
        match self {
            Self::SessionOpened { session, .. }
            | Self::SessionEnded { session, .. }
            | Self::Reads { session, .. }
            | Self::Write { session, .. }
            | Self::WriteAnswered { session, .. } => Some(*session),
            _ => None,
        }
    }

    /// The gateway's journal it comes from, and its number there.
    pub fn journaled(&self) -> Option<(&GatewayId, u64)> {
        match self {
            Self::Reads { gateway, number, .. }
            | Self::Write { gateway, number, .. }
            | Self::WriteAnswered { gateway, number, .. } => Some((gateway, *number)),
            _ => None,
        }
    }
}

/// The name of an account's log: the first line of its checkpoints.
///
/// The log key signs them. A key of its own would have to be carried to everybody who checks, and whoever holds the log
/// key can write a history anyway; the origin keeps the two kinds of checkpoint apart.
pub fn origin_of(feed: &str, account: &AccountId) -> String {
    format!("{feed}/accounts/{account}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_has_one_spelling_and_says_its_kind() {
        let gateway = GatewayId::parse("g-1").unwrap();
        let fields = Fields::of(br#"{"b":{"c":1},"a":2}"#);
        let (session, number, passed) = (SessionSerial(3), 9, UnixMs(4));
        let (verb, route) = ("change-person".to_owned(), "/accounts/{account}/people/{id}".to_owned());
        let what = Happened::Write { session, gateway, number, passed, verb, route, fields };
        let record = Record { n: 1, at: UnixMs(5), what };
        let text = record.encode();
        assert_eq!(
            text,
            r#"{"n":1,"at":5,"what":{"is":"write","session":3,"gateway":"g-1","number":9,"passed":4,"verb":"change-person","route":"/accounts/{account}/people/{id}","fields":{"names":["a","b.c"],"all":true}}}"#
        );
        assert_eq!(Record::decode(&text), Ok(record.clone()));
        assert!(text.contains(&format!("\"is\":\"{}\"", record.what.kind())));
        assert_eq!(Record::decode(&text.replace("\"n\":1", "\"n\": 1")), Err(RecordFault::NotCanonical));
        assert_eq!(Record::decode(&text.replace("\"n\"", "\"m\"")), Err(RecordFault::Unreadable));
        assert_eq!(Record::decode(&" ".repeat(MAX_RECORD_BYTES + 1)), Err(RecordFault::Oversize));
    }
}
