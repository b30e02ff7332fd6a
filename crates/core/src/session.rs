//! Sessions: a scoped stay in one account, what it stands on, and the reason it was opened for.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{AccountId, GrantSerial, KeySerial, Seq, SessionSerial, StaffId},
    time::{Millis, UnixMs},
};

/// What may be done in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    ReadOnly,
    ReadWrite,
}

/// The standing by which a session was permitted. The sequence numbers name the entries that gave it, so that a
/// role taken away and given again does not bring an old session back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    TechnicalSupport { role: Seq },
    SupportDuty { opened: Seq },
    Csm { role: Seq },
    PrimaryCsm { role: Seq, assigned: Seq },
}

/// Everything a session stands on; when any of it is taken away the session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stands {
    /// The entry that gave the staff member their present standing.
    pub standing: Seq,
    pub key: KeySerial,
    pub grant: GrantSerial,
    pub basis: Basis,
}

/// A scoped stay in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub serial: SessionSerial,
    pub staff: StaffId,
    pub account: AccountId,
    pub mode: Mode,
    pub stands: Stands,
    pub opened: UnixMs,
    pub ends: UnixMs,
}

/// How long sessions and sign-ins last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    pub read_only: Millis,
    pub read_write: Millis,
    pub sign_in: Millis,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { read_only: Millis::minutes(60), read_write: Millis::minutes(15), sign_in: Millis::hours(10) }
    }
}

impl Lengths {
    /// A session's own length in `mode`.
    pub fn of(&self, mode: Mode) -> Millis {
        match mode {
            Mode::ReadOnly => self.read_only,
            Mode::ReadWrite => self.read_write,
        }
    }
}

/// Longest reason text in characters, and longest ticket.
pub const MAX_REASON_CHARS: usize = 500;
const MAX_TICKET_CHARS: usize = 64;

/// Why a session is opened: shown to the customer. Its Debug keeps silent, since people paste what they should not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "ReasonParts", into = "ReasonParts")]
#[schema(as = Reason)]
pub struct Reason {
    ticket: Option<String>,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonParts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    text: String,
}

/// What is wrong with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReasonFault {
    #[error("a reason needs 3 to 500 characters of text")]
    Text,
    #[error("a ticket is 1 to 64 letters, digits and any of # - _ . /")]
    Ticket,
}

impl Reason {
    /// A reason of `text` (3 to 500 characters, no control characters) and perhaps the support ticket it serves.
    pub fn new(ticket: Option<&str>, text: &str) -> Result<Self, ReasonFault> {
        let text = text.trim();
        let length = text.chars().count();
        if !(3..=MAX_REASON_CHARS).contains(&length) || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(ReasonFault::Text);
        }
        let ticket = ticket.map(str::trim).filter(|t| !t.is_empty());
        let plain = |c: char| c.is_ascii_alphanumeric() || "#-_./".contains(c);
        if ticket.is_some_and(|t| t.len() > MAX_TICKET_CHARS || !t.chars().all(plain)) {
            return Err(ReasonFault::Ticket);
        }
        Ok(Self { ticket: ticket.map(str::to_owned), text: text.to_owned() })
    }

    /// The support ticket it serves.
    pub fn ticket(&self) -> Option<&str> {
        self.ticket.as_deref()
    }

    /// The words.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl TryFrom<ReasonParts> for Reason {
    type Error = ReasonFault;
    fn try_from(parts: ReasonParts) -> Result<Self, ReasonFault> {
        Self::new(parts.ticket.as_deref(), &parts.text)
    }
}

impl From<Reason> for ReasonParts {
    fn from(reason: Reason) -> Self {
        Self { ticket: reason.ticket, text: reason.text }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason").field("ticket", &self.ticket.is_some()).finish_non_exhaustive()
    }
}

/// Why a session was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndCause {
    /// Its own staff member ended it.
    Ended,
    /// Its staff member signed out.
    SignedOut,
    /// A security admin ended it.
    EndedBySecurity,
    /// A user of the account ended it.
    EndedByCustomer,
    /// Another read-write session of the same person took its place.
    Replaced,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_its_debug_says_nothing() {
        let reason = Reason::new(Some("  T-17 "), "  Call about\nimports ").unwrap();
        assert_eq!((reason.ticket(), reason.text()), (Some("T-17"), "Call about\nimports"));
        assert!(!format!("{reason:?}").contains("imports"));
        for bad in ["", "  ", "ab", "a\0bc", &"x".repeat(501)] {
            assert_eq!(Reason::new(None, bad), Err(ReasonFault::Text));
        }
        for bad in ["a b", "ü", &"t".repeat(65)] {
            assert_eq!(Reason::new(Some(bad), "good text"), Err(ReasonFault::Ticket));
        }
        assert!(serde_json::from_str::<Reason>(r#"{"text":"x"}"#).is_err());
    }
}
