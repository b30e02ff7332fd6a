//! Histories, what was proven of them, and what was written down for a review.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{AccountRef, ModeName, Ms, PlanName, RoleName, SettingName, StaffRef};

/// What has a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectName {
    Account,
    Staff,
    Grant,
    Key,
    Session,
    Host,
}

/// Whose history is asked for, and from where on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct HistoryAsk {
    pub of: SubjectName,
    /// An id, or a serial.
    pub id: String,
    /// The entries before this one; absent: the newest.
    pub before: Option<u32>,
}

/// Entries about one thing, the newest first. Each was verified to be in the feed before it came here.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryView {
    pub rows: Vec<HistoryRow>,
    /// Ask for what came before this one next; absent where there is no more.
    pub before: Option<u32>,
    /// What lies before this entry only the server knows; absent where the server was asked.
    pub since: Option<u32>,
    /// How many entries the feed had, by the checkpoint that all of it leads to.
    pub size: u32,
    /// When the checkpoint was signed.
    pub signed: Ms,
}

impl fmt::Debug for HistoryView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryView").field("rows", &self.rows.len()).field("size", &self.size).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryRow {
    pub seq: u32,
    pub at: Ms,
    pub account: Option<AccountRef>,
    pub what: Happened,
}

/// What an entry reports, and how that stands now.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Happened {
    AccountRegistered {
        plan: PlanName,
    },
    PlanChanged {
        plan: PlanName,
    },
    AccountClosed,
    GrantEnabled {
        grant: u32,
        setting: SettingName,
        /// Who switched it on, by name, where the directory still has it.
        by: Option<String>,
        /// Absent: indefinitely.
        until: Option<Ms>,
        still_on: bool,
    },
    GrantDisabled {
        grant: u32,
        setting: SettingName,
    },
    PrimaryCsmAssigned {
        staff: StaffRef,
    },
    PrimaryCsmUnassigned,
    SessionOpened {
        session: u32,
        staff: StaffRef,
        mode: ModeName,
        ends: Ms,
        still_open: bool,
        /// What for, where this person may see it.
        ticket: Option<String>,
        reason: Option<String>,
        /// How much was done in it, where the server said so.
        reads: Option<u32>,
        writes: Option<u32>,
    },
    SessionEnded {
        session: u32,
        /// Absent where the opening is no entry of the feed, or not at hand.
        staff: Option<StaffRef>,
        mode: Option<ModeName>,
        opened: Option<Ms>,
        by: EndedWhy,
    },
    StaffAdded {
        staff: StaffRef,
    },
    StaffSuspended {
        staff: StaffRef,
    },
    StaffReinstated {
        staff: StaffRef,
    },
    RoleGiven {
        staff: StaffRef,
        role: RoleName,
    },
    RoleTaken {
        staff: StaffRef,
        role: RoleName,
    },
    DutyOpened {
        staff: StaffRef,
        from: Ms,
        until: Ms,
    },
    DutyClosed {
        staff: StaffRef,
    },
    KeyEnrolled {
        key: u32,
        staff: StaffRef,
    },
    KeyRevoked {
        key: u32,
        by: StaffRef,
    },
    HostAdded {
        host: String,
        label: LabelName,
    },
    HostRemoved {
        host: String,
    },
    /// An authority by the fingerprint of its key.
    SshCaTrusted {
        ca: String,
    },
    SshCaRevoked {
        ca: String,
    },
    /// An SSH key by its fingerprint.
    SshKeyEnrolled {
        key: u32,
        ssh_key: String,
    },
    CertificateIssued {
        certificate: u32,
        staff: StaffRef,
        host: String,
        ends: Ms,
        /// By then whoever came by it is out.
        connection_ends: Ms,
        /// Whether somebody may be connected by it.
        still_open: bool,
        /// What for, where this person may see it.
        ticket: Option<String>,
        reason: Option<String>,
    },
    CertificateRevoked {
        certificate: u32,
        by: StaffRef,
        /// Whose it was and for which host; absent where its issuing is not at hand.
        staff: Option<StaffRef>,
        host: Option<String>,
        issued: Option<Ms>,
    },
}

/// What a host is for, and so who may be on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum LabelName {
    Infrastructure,
    Maintenance,
}

/// Who ended a session before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum EndedWhy {
    /// Whose session it was.
    Owner,
    SignedOut,
    SecurityAdmin,
    /// A user of the account.
    Customer,
    /// Another read-write session of the same person took its place.
    Replaced,
}

/// What was checked here, with what this console has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LogChecked {
    pub steps: Vec<CheckStep>,
    /// When it was checked, in signed time.
    pub at: Ms,
    /// Whether there is a proof to copy.
    pub copyable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckStep {
    pub step: CheckName,
    pub found: Found,
    /// What it is about: entries, or a size of the feed.
    pub count: Option<u32>,
    /// When that was signed.
    pub signed: Option<Ms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// The log key signed the checkpoint, for this origin.
    Signature,
    /// A statement says that the copy is how the feed stands now.
    Fresh,
    /// The copy hashes to the checkpoint's root, or the checkpoint's feed begins with it.
    Copy,
    /// The entries that are shown are in the feed.
    Entries,
    /// The feed only grew since the first checkpoint this console ever saw.
    Grew,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    Right,
    Wrong,
    /// It could not be looked at: no server in reach, or there is nothing yet.
    NotLooked,
}

/// What was written down for a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Exported {
    pub csv: String,
    pub report: String,
    pub rows: u32,
    pub as_of: Ms,
    /// The SHA-256 of the rows, which both files carry.
    pub hash: String,
}
