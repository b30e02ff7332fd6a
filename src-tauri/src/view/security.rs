//! What security admins look at and change, and what everybody sees of who may enter where.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Ms, RoleName, SessionView, SettingName, StaffRef};

/// A grant that was switched off before its time.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PastGrant {
    pub serial: u32,
    pub account: String,
    pub account_name: Option<String>,
    pub setting: SettingName,
    pub from: Ms,
    /// Until when it was meant to last. Absent: indefinitely.
    pub until: Option<Ms>,
    pub off: Ms,
}

impl fmt::Debug for PastGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastGrant").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// A session that lives somewhere: one's own, and for a security admin everybody's.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SessionElsewhere {
    pub session: SessionView,
    pub staff: StaffRef,
    pub key: u32,
    pub mine: bool,
    /// Whether it is open in this console.
    pub here: bool,
}

/// A staff member, as the copy and the directory know them.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StaffView {
    pub staff: StaffRef,
    pub handle: Option<String>,
    pub me: bool,
    pub suspended: bool,
    pub roles: Vec<RoleName>,
    /// Windows that are open or still to come.
    pub duty: Vec<DutyView>,
    pub primary_of: Vec<AccountRef>,
    /// Keys that are not revoked.
    pub keys: u32,
}

/// A duty window, named by the entry that opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DutyView {
    pub opened: u32,
    pub from: Ms,
    pub until: Ms,
}

/// An account by id and, where known, name.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AccountRef {
    pub id: String,
    pub name: Option<String>,
}

/// A change that only a security admin makes, each with a touch of the key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    EndSessions { sessions: Vec<u32> },
    RevokeKeys { keys: Vec<u32> },
    AddStaff { handle: String, name: String },
    IssueCode { staff: String },
    Suspend { staff: String },
    Reinstate { staff: String },
    GiveRole { staff: String, role: RoleName },
    TakeRole { staff: String, role: RoleName },
    OpenDuty { staff: String, from: Ms, until: Ms },
    CloseDuty { staff: String, opened: u32 },
    AssignPrimaryCsm { account: String, staff: String },
    UnassignPrimaryCsm { account: String },
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change(…)")
    }
}

/// What came of a change.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangeMade {
    /// With `issue-code`: shown once.
    pub code: Option<EnrolmentCode>,
    /// With `add-staff`: who it is from now on.
    pub staff: Option<String>,
}

/// A one-time code, with which its person enrols a key.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct EnrolmentCode {
    pub code: String,
    pub expires: Ms,
}
