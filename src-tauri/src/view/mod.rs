//! What the page is told and may ask: the typed contract between the console and its page.
//!
//! Shapes and codes only. No rule lives here, no words for people, no Tauri type, and no secret but the PIN and the
//! enrolment code on their way in. Times are milliseconds since 1970 in the server's signed time, never the laptop's.
//!
//! Commands (each answers `Result<_, Problem>`, snake_case in Rust, camelCase in the TypeScript):
//!
//! | command | asks with | answers |
//! |---|---|---|
//! | `console_state` | – | [`ConsoleState`] |
//! | `sign_in` | `handle: String` | `()`; prompts and the end come as events |
//! | `sign_out` | – | `()` |
//! | `key_pin` | `pin: Pin` | `()` |
//! | `key_choose` | – (plug out or touch tells keys apart) | `()` |
//! | `key_cancel` | – | `()` |
//! | `enrol` | [`EnrolAsk`] | [`EnrolledKey`] |
//! | `accounts` | – | [`Accounts`] |
//! | `sessions` | – | `Vec<SessionView>`: one's own live ones |
//! | `open_session` | [`OpenAsk`] | [`SessionView`]; read-write asks for the key on the way |
//! | `end_session` | `session: u32` | `()` |
//! | `workspaces` | `session` | `Vec<Workspace>` |
//! | `people` | [`PeopleAsk`] | [`People`] |
//! | `person` | [`PersonAsk`] | [`Person`] |
//! | `person_activities` | [`PersonAsk`] | `Vec<Activity>` |
//! | `person_messages` | [`PersonAsk`] | `Vec<Message>` |
//! | `messages` | [`MessagesAsk`] | [`Messages`] |
//! | `message_body` | [`MessageAsk`] | [`MessageBody`] |
//! | `update_person` | [`UpdatePersonAsk`] | [`Person`] as it stands afterwards |
//! | `keys` | – | `Vec<KeyView>`: one's own, a security admin's answer has everybody's |
//! | `key_effects` | `key: u32` | [`KeyEffects`] |
//! | `revoke_key` | `key: u32` | `()`; another's key asks for a touch on the way |

mod account_data;

use std::fmt;

use doorward_core::policy::Denial;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

pub use account_data::*;

/// Milliseconds since 1970-01-01T00:00:00Z. A number on the page: exact for the next 285,000 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Ms(#[specta(type = Number)] pub i64);

// ---------------------------------------------------------------- the console as a whole

/// Everything the frame of the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ConsoleState {
    pub phase: Phase,
    pub connection: Connection,
    /// The signed time at the moment this was said; the page counts on from here with its monotonic clock.
    pub now: Ms,
    pub staff: Option<Me>,
    /// The handle last signed in with, to fill in.
    pub last_handle: Option<String>,
    /// Entries in the verified copy of the feed.
    pub feed_size: u32,
    /// What the key asks for right now, so that a page that was opened again shows it.
    pub prompt: Option<KeyPrompt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    SignedOut,
    SigningIn,
    SignedIn,
    /// No server in reach; what was cached is shown and nothing opens.
    Review,
}

/// How the copy of the feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Connection {
    pub state: ConnectionState,
    /// The newest signed time of the copy. Absent before there ever was one.
    pub as_of: Option<Ms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionState {
    Online,
    Reconnecting,
    Offline,
}

/// Who is signed in.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Me {
    pub id: String,
    pub name: String,
    pub handle: String,
    pub roles: Vec<RoleName>,
    pub key: u32,
    pub sign_in_ends: Ms,
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Me").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum RoleName {
    TechnicalSupport,
    Csm,
    SecurityAdmin,
    InfrastructureEngineer,
    Maintenance,
}

// ---------------------------------------------------------------- the hardware key

/// A PIN on its way in: shows nothing in Debug.
#[derive(Clone, Deserialize, Type)]
#[serde(transparent)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// What the key asks for. `None` in [`ConsoleEvent::Key`] means that it asks for nothing (any more).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyPrompt {
    pub step: KeyStep,
    /// What the touch is for, said at every step.
    pub purpose: KeyPurpose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum KeyStep {
    /// No key is plugged in.
    Insert,
    /// Several are plugged in: touch the right one.
    Choose,
    /// `retries_left` is absent where the key has not said; `wrong` after a PIN that was not right.
    Pin {
        retries_left: Option<u8>,
        wrong: bool,
    },
    Touch,
    /// The touch was given; the server checks it.
    Checking,
    /// The key has no PIN: one must be set first.
    NoPinSet,
    /// Too many wrong PINs in a row: plug it out and in again.
    BlockedUntilReplug,
    /// Too many wrong PINs for good: the key must be reset.
    Blocked,
    /// This key is not one of the person's.
    NotYours,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "purpose", rename_all = "kebab-case")]
pub enum KeyPurpose {
    SignIn,
    Unlock,
    Enrol,
    ReadWrite { account: String, account_name: String },
    RevokeKey { key: u32, key_name: String },
}

/// A code and what to call the key.
#[derive(Clone, Deserialize, Type)]
pub struct EnrolAsk {
    pub code: String,
    pub name: String,
}

impl fmt::Debug for EnrolAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolAsk(…)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EnrolledKey {
    pub key: u32,
    /// What to sign in with.
    pub handle: String,
}

// ---------------------------------------------------------------- accounts

/// Every account that grants anything now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Accounts {
    pub rows: Vec<AccountRow>,
}

/// An account that grants something, and what the person at this console may do there.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AccountRow {
    pub id: String,
    /// Absent where the directory has no name (yet).
    pub name: Option<String>,
    pub plan: PlanName,
    pub support: Option<GrantView>,
    pub success: Option<GrantView>,
    pub primary_csm: Option<StaffRef>,
    /// Whether the person at this console is that Primary CSM.
    pub mine: bool,
    pub may: May,
}

impl fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRow").field("id", &self.id).field("may", &self.may).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum PlanName {
    Standard,
    Premium,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SettingName {
    SupportTeamAccess,
    CustomerSuccessTeamAccess,
}

/// One enabling of a setting.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct GrantView {
    pub serial: u32,
    /// Who switched it on, by name; absent where the directory has none.
    pub by: Option<String>,
    pub from: Ms,
    /// Absent: indefinitely.
    pub until: Option<Ms>,
}

impl fmt::Debug for GrantView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrantView").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// A staff member by id and, where known, name.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StaffRef {
    pub id: String,
    pub name: Option<String>,
}

impl fmt::Debug for StaffRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StaffRef").field(&self.id).finish()
    }
}

/// What may be opened, as the decision says. An absent mode carries its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct May {
    pub read_only: bool,
    pub read_write: bool,
    /// Whether a read-only session must name a support ticket.
    pub needs_ticket: bool,
    /// Why not more; absent where everything may be opened.
    pub why_not_more: Option<Why>,
}

/// Why not: the decision's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    UnknownStaff,
    StaffSuspended,
    UnknownKey,
    KeyOfAnother,
    KeyRevoked,
    UnknownAccount,
    NoRole,
    OutsideDuty,
    NotGranted,
    GrantOver,
    ReadOnlyForYou,
    PrimaryCsmOnly,
    TicketMissing,
    TouchMissing,
    TouchForSomethingElse,
    SignInOver,
    OtherAccount,
    ReadOnlySession,
    SessionOver,
    SessionEnded,
    StandingTaken,
    NotPermitted,
    PremiumOnly,
    GrantTooLong,
    GrantNeedsEnd,
    GrantEndsInPast,
}

impl From<Denial> for Why {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::UnknownStaff => Self::UnknownStaff,
            Denial::StaffSuspended => Self::StaffSuspended,
            Denial::UnknownKey => Self::UnknownKey,
            Denial::KeyOfAnother => Self::KeyOfAnother,
            Denial::KeyRevoked => Self::KeyRevoked,
            Denial::UnknownAccount => Self::UnknownAccount,
            Denial::NoRole => Self::NoRole,
            Denial::OutsideDuty => Self::OutsideDuty,
            Denial::NotGranted => Self::NotGranted,
            Denial::GrantOver => Self::GrantOver,
            Denial::ReadOnlyForYou => Self::ReadOnlyForYou,
            Denial::PrimaryCsmOnly => Self::PrimaryCsmOnly,
            Denial::TicketMissing => Self::TicketMissing,
            Denial::TouchMissing => Self::TouchMissing,
            Denial::TouchForSomethingElse => Self::TouchForSomethingElse,
            Denial::SignInOver => Self::SignInOver,
            Denial::OtherAccount => Self::OtherAccount,
            Denial::ReadOnlySession => Self::ReadOnlySession,
            Denial::SessionOver => Self::SessionOver,
            Denial::SessionEnded => Self::SessionEnded,
            Denial::StandingTaken => Self::StandingTaken,
            Denial::NotPermitted => Self::NotPermitted,
            Denial::PremiumOnly => Self::PremiumOnly,
            Denial::GrantTooLong => Self::GrantTooLong,
            Denial::GrantNeedsEnd => Self::GrantNeedsEnd,
            Denial::GrantEndsInPast => Self::GrantEndsInPast,
        }
    }
}

// ---------------------------------------------------------------- sessions

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ModeName {
    ReadOnly,
    ReadWrite,
}

/// The wish to open a session.
#[derive(Clone, Deserialize, Type)]
pub struct OpenAsk {
    pub account: String,
    pub mode: ModeName,
    pub ticket: Option<String>,
    pub reason: String,
}

impl fmt::Debug for OpenAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAsk").field("account", &self.account).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// A session that lives.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SessionView {
    pub serial: u32,
    pub account: String,
    pub account_name: Option<String>,
    pub mode: ModeName,
    pub ticket: Option<String>,
    pub reason: String,
    pub opened: Ms,
    pub ends: Ms,
}

impl fmt::Debug for SessionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionView").field("serial", &self.serial).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// What ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// The person at this console.
    You,
    SignedOut,
    SecurityAdmin,
    /// Another read-write session took its place.
    Replaced,
    /// Its own time ran out.
    TimeUp,
    /// The account switched the setting off, or on anew.
    CustomerSwitchedOff,
    GrantRanOut,
    KeyRevoked,
    RoleTaken,
    DutyEnded,
    PrimaryCsmChanged,
    StaffSuspended,
    SignInOver,
    /// The server or the gateway said so and nothing more is known.
    Unknown,
}

// ---------------------------------------------------------------- staff keys

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct KeyView {
    pub key: u32,
    pub staff: StaffRef,
    pub name: String,
    pub model: String,
    pub enrolled: Ms,
    pub last_used: Option<Ms>,
    pub revoked: bool,
    pub mine: bool,
    /// Whether this console is signed in by it.
    pub in_use: bool,
}

/// What revoking a key would end: told before it is done.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct KeyEffects {
    pub sessions: Vec<SessionEffect>,
    pub sign_ins: u32,
    /// It is the last key by which anybody can administer.
    pub last_admin_key: bool,
    /// It would sign this console out.
    pub signs_you_out: bool,
    /// No server in reach: it takes effect here at once and is delivered first thing.
    pub queued: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SessionEffect {
    pub serial: u32,
    pub account_name: Option<String>,
    pub mode: Option<ModeName>,
}

// ---------------------------------------------------------------- events

/// The one stream to the page.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ConsoleEvent {
    /// Phase, connection or person changed, and at least every 30 s, so that the page's clock follows.
    State {
        state: ConsoleState,
    },
    /// The key asks for something, or no longer does.
    Key {
        prompt: Option<KeyPrompt>,
    },
    /// Why a sign-in came to nothing.
    SignInFailed {
        problem: Problem,
    },
    AccountsChanged {
        upserts: Vec<AccountRow>,
        removed: Vec<String>,
    },
    /// So much changed that the page should ask for `accounts` anew.
    AccountsReplaced,
    SessionOpened {
        session: SessionView,
    },
    SessionEnded {
        session: u32,
        account_name: Option<String>,
        at: Ms,
        by: EndedBy,
    },
    KeysChanged,
    /// The sign-in is over, and why. The page forgets everything but the cached list.
    SignedOut {
        by: EndedBy,
    },
}

// ---------------------------------------------------------------- problems

/// A refusal or failure. The words are the page's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{code:?}")]
pub struct Problem {
    pub code: ErrorCode,
    /// With `denied`: why.
    pub why: Option<Why>,
    /// Names the request in the server's log.
    pub request: Option<String>,
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self { code, why: None, request: None }
    }
}

/// Closed: the page has words for each, and a test says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    // by this console
    Offline,
    Cancelled,
    KeyTimedOut,
    KeyFailed,
    KeyNoPermission,
    NoKeyCeremony,
    SignedOut,
    SessionNotOpen,
    TlsFailed,
    CopyRefused,
    // by the server or the gateway
    BadRequest,
    NotSignedIn,
    OtherCertificate,
    Denied,
    NotFound,
    CeremonyGone,
    KeyRefused,
    CodeRefused,
    Conflict,
    TooManyRequests,
    TooLarge,
    TimedOut,
    NotFresh,
    RouteRefused,
    UpstreamUnreachable,
    Unavailable,
    Internal,
}
