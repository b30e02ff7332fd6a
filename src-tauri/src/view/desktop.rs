//! What the page shares with the desktop around it: the tray, notifications, the window, and a log to hand over. The
//! desktop gets its words from the page, in the language chosen there.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{AccountRef, EndedBy, Ms};

/// How the console stands, as far as a small picture can tell it. No name and no id is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TrayState {
    pub mark: TrayMark,
    /// Sessions that are open in this console.
    pub sessions: u32,
    /// When the first of them ends.
    pub first_ends: Option<Ms>,
    pub lock: TrayLock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TrayLock {
    /// Nothing is shown that could be hidden.
    Nothing,
    /// It can be locked.
    Open,
    Locked,
}

/// The worst that is true of the console now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TrayMark {
    SignedOut,
    SignedIn,
    ReadOnly,
    ReadWrite,
    /// A session has less than ten minutes left.
    Ending,
    /// No server in reach, whatever is open.
    Offline,
}

/// The tray's menu in words. They are shown while the console stands as they say: a line that was overtaken is not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct TrayWords {
    pub about: TrayState,
    pub line: String,
    pub open: String,
    pub end_all: String,
    pub lock: String,
    pub quit: String,
}

/// What of the desktop is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DesktopView {
    pub tray: TrayView,
    /// Whether somebody on this desktop shows notifications.
    pub notifications: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TrayView {
    Off,
    Shown,
    /// The desktop has no place for it, or not yet; it is shown when there is one.
    NoPlace,
    /// There is no session bus to ask.
    NoBus,
}

/// Something to tell, also to somebody who is not looking. Said once.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Notice {
    pub kind: NoticeKind,
    /// The account it is about; absent where it is about several.
    pub account: Option<AccountRef>,
    /// About how many accounts it is.
    pub count: u32,
    /// When the access or the session ends.
    pub ends: Option<Ms>,
    /// With `session-over`: what ended it.
    pub by: Option<EndedBy>,
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("kind", &self.kind).field("count", &self.count).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A pinned or own account has invited.
    Invited,
    /// The invitation of a pinned or own account ends within 24 hours.
    EndsInDay,
    /// The same, within an hour.
    EndsInHour,
    /// A session ends within ten minutes.
    SessionSoon,
    /// A session is over, and the person at this console did not end it.
    SessionOver,
}

/// A notification in words. It may lie on a locked screen.
#[derive(Clone, Deserialize, Type)]
pub struct NotificationAsk {
    pub title: String,
    pub body: String,
    /// Where a click leads to.
    pub account: Option<String>,
}

impl fmt::Debug for NotificationAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotificationAsk(…)")
    }
}

/// Where the log lies that was saved for support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SavedLog {
    pub path: String,
    pub lines: u32,
}
