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
//! | `lock` | – | `()` |
//! | `unlock` | – | `()`; asks for PIN and touch on the way |
//! | `active` | –: somebody is here | `()` |
//! | `choose_lock_after` | `minutes: u16` | `()` |
//! | `end_all` | – | `()`: every session of this console is over |
//! | `enrol` | [`EnrolAsk`] | [`EnrolledKey`] |
//! | `accounts` | – | [`Accounts`] |
//! | `sessions` | – | `Vec<SessionView>`: one's own live ones |
//! | `open_session` | [`OpenAsk`] | [`SessionView`]; read-write asks for the key on the way |
//! | `end_session` | `session: u32` | `()` |
//! | `workspaces` | `session` | `Vec<Workspace>` |
//! | `note_active` | `session: u32` | `()`: somebody types or points in it |
//! | `keep_idle` | `minutes: u32` | `()`: so long may read-write lie idle |
//! | `about` | – | [`About`] |
//! | `endpoint` | `session: u32` | `Option<`[`EndpointView`]`>` |
//! | `open_endpoint` | `session: u32` | [`EndpointView`]: the one that is open, or a new one |
//! | `close_endpoint` | `session: u32` | `()` |
//! | `people` | [`PeopleAsk`] | [`People`] |
//! | `person` | [`PersonAsk`] | [`Person`] |
//! | `person_activities` | [`PersonAsk`] | `Vec<Activity>` |
//! | `person_messages` | [`PersonAsk`] | `Vec<Message>` |
//! | `messages` | [`MessagesAsk`] | [`Messages`] |
//! | `message_body` | [`MessageAsk`] | [`MessageBody`] |
//! | `update_person` | [`UpdatePersonAsk`] | [`Person`] as it stands afterwards |
//! | `keys` | – | `Vec<KeyView>`: one's own, a security admin's answer has everybody's |
//! | `key_effects` | `key: u32` | [`KeyEffects`] |
//! | `past_grants` | – | `Vec<PastGrant>`: switched off before their time, as far back as is known |
//! | `history` | [`HistoryAsk`] | [`HistoryView`]: every row verified |
//! | `proof` | `seq: Option<u32>` | `String`: the proof of one row that is shown, or of all |
//! | `check_log` | – | [`LogChecked`] |
//! | `export_grants` | – | [`Exported`] |
//! | `everywhere` | – | `Vec<SessionElsewhere>`: one's own, a security admin's answer has everybody's |
//! | `staff` | – | `Vec<StaffView>` |
//! | `change_effects` | [`Change`] | [`KeyEffects`] |
//! | `make_change` | [`Change`] | [`ChangeMade`]; asks for a touch on the way |
//! | `servers` | – | [`ServersView`] |
//! | `ssh_keys` | – | `Vec<OwnSshKey>`: those that lie on this machine |
//! | `enrol_ssh_key` | `line: String` | `()`; asks for a touch on the way |
//! | `connect` | [`ConnectAsk`] | [`Connected`]; asks for a touch on the way |
//! | `connection_effects` | `certificate: u32` | [`ConnectionEffects`] |
//! | `end_connection` | `certificate: u32` | `()`; another's asks for a touch on the way |
//! | `desktop` | – | [`DesktopView`] |
//! | `set_tray` | `Option<TrayWords>`: none puts it away | `()` |
//! | `notify` | [`NotificationAsk`] | `()` |
//! | `set_zoom` | `percent: u16`, 50 to 300 | `()` |
//! | `set_pins` | ids of the accounts that are pinned | `()` |
//! | `tray_state` | – | [`TrayState`] |
//! | `close_window` | `really: bool` | `()`; the sessions end and the window goes, or it stays |
//! | `save_log` | – | [`SavedLog`] |
//! | `revoke_key` | `key: u32` | `()`; another's key asks for a touch on the way |

mod about;
mod account_data;
mod desktop;
mod endpoint;
mod history;
mod key;
mod lock;
mod security;
mod servers;

use std::fmt;

use doorward_core::policy::Denial;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

pub use about::*;
pub use account_data::*;
pub use desktop::*;
pub use endpoint::*;
pub use history::*;
pub use key::*;
pub use lock::*;
pub use security::*;
pub use servers::*;

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
    /// Where this machine's clock is off by more than half a minute.
    pub skew: Option<ClockSkew>,
    /// With the phase `locked`: why, and what goes on behind the lock.
    pub locked: Option<Locked>,
    /// Who can bring back what is kept here of whoever is signed in, or was last.
    pub kept_by: Option<KeptBy>,
    /// After so many minutes without anybody the console locks itself.
    pub lock_after: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    SignedOut,
    SigningIn,
    SignedIn,
    /// No server in reach; what was cached is shown and nothing opens.
    Review,
    /// Nothing is shown until the key was touched.
    Locked,
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
    /// None in an offline review: nobody is signed in.
    pub sign_in_ends: Option<Ms>,
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

// ---------------------------------------------------------------- accounts

/// Every account that grants anything now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Accounts {
    /// Which computation of the list this is: changes of a later one go on top of it, others are in it.
    pub turn: u32,
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
    UnknownHost,
    OtherHost,
    SshKeyMissing,
    OtherSshKey,
    UnknownCertificate,
    OtherAuthority,
    CertificateOver,
    CertificateRevoked,
    ConnectionOver,
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
            Denial::UnknownHost => Self::UnknownHost,
            Denial::OtherHost => Self::OtherHost,
            Denial::SshKeyMissing => Self::SshKeyMissing,
            Denial::OtherSshKey => Self::OtherSshKey,
            Denial::UnknownCertificate => Self::UnknownCertificate,
            Denial::OtherAuthority => Self::OtherAuthority,
            Denial::CertificateOver => Self::CertificateOver,
            Denial::CertificateRevoked => Self::CertificateRevoked,
            Denial::ConnectionOver => Self::ConnectionOver,
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
    /// A user of the account.
    Customer,
    /// The console, for nobody did anything in it for a while.
    Idle,
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
        turn: u32,
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
    /// Nobody does anything in a read-write session: it ends at `at`. Absent: somebody does again.
    Idle {
        session: u32,
        at: Option<Ms>,
    },
    /// The sign-in is over, and why. The page forgets everything but the cached list.
    SignedOut {
        by: EndedBy,
    },
    /// A link leads to this account.
    Show {
        account: String,
    },
    /// How the console stands, for the tray.
    Tray {
        tray: TrayState,
    },
    /// Something to tell also to somebody who is not looking.
    Notice {
        notice: Notice,
    },
    /// Somebody closes the window while so many sessions are open.
    CloseAsked {
        sessions: u32,
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
    /// With `key-refused` at an enrolment: the number of the key's model, which the trust list lacks.
    pub model: Option<String>,
    /// After so many seconds it may be asked again, where whoever refused has said.
    pub retry_after: Option<u32>,
}

impl From<ErrorCode> for Problem {
    fn from(code: ErrorCode) -> Self {
        Self { code, why: None, request: None, model: None, retry_after: None }
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
    /// The key was taken out and did not come back.
    KeyUnplugged,
    KeyNoPermission,
    NoKeyCeremony,
    SignedOut,
    SessionNotOpen,
    TlsFailed,
    CopyRefused,
    NotSaved,
    Locked,
    NotProven,
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
