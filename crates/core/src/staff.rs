//! Staff: roles and duty windows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{id::Seq, time::UnixMs};

/// What a staff member is there for. Roles give nothing by themselves: an account's grant must be on as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    TechnicalSupport,
    Csm,
    SecurityAdmin,
    InfrastructureEngineer,
    Maintenance,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::TechnicalSupport, Self::Csm, Self::SecurityAdmin, Self::InfrastructureEngineer, Self::Maintenance];
}

/// A stretch of support duty, set by a security admin with an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyWindow {
    /// The entry that opened it: its identity.
    pub opened: Seq,
    pub from: UnixMs,
    pub until: UnixMs,
}

impl DutyWindow {
    /// Whether `now` lies in the window.
    pub fn open(&self, now: UnixMs) -> bool {
        self.from <= now && now < self.until
    }
}
