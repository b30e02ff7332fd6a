//! Settings, plans and grants: what an account gives to whom, and until when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{AccountId, GrantSerial, UserId},
    time::{Millis, UnixMs},
};

/// The longest a grant with an end may last, per enabling: 180 × 24 hours.
pub const LONGEST_GRANT: Millis = Millis::days(180);

/// What an account pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    Standard,
    Premium,
}

/// A switch under Settings > Account Settings > Privacy & Data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Read-only for support, at most 180 days.
    SupportTeamAccess,
    /// Read-write for the Primary CSM, read-only for other CSMs; 180 days or indefinitely; Premium only.
    CustomerSuccessTeamAccess,
}

impl Setting {
    /// Both settings.
    pub const ALL: [Self; 2] = [Self::SupportTeamAccess, Self::CustomerSuccessTeamAccess];

    /// Its code, as it stands on the wire and in entries.
    pub fn code(self) -> &'static str {
        match self {
            Self::SupportTeamAccess => "support-team-access",
            Self::CustomerSuccessTeamAccess => "customer-success-team-access",
        }
    }
}

/// When a grant ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    At(UnixMs),
    Indefinitely,
}

impl Until {
    /// Whether `now` is still before the end.
    pub fn holds(self, now: UnixMs) -> bool {
        match self {
            Self::At(end) => now < end,
            Self::Indefinitely => true,
        }
    }

    /// The earlier of this end and `other`.
    pub fn cap(self, other: UnixMs) -> UnixMs {
        match self {
            Self::At(end) => end.min(other),
            Self::Indefinitely => other,
        }
    }
}

/// One enabling of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub serial: GrantSerial,
    pub account: AccountId,
    pub setting: Setting,
    pub by: UserId,
    pub from: UnixMs,
    pub until: Until,
}

/// Why a setting cannot be switched on as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantFault {
    #[error("the end is not later than the beginning")]
    EndsBeforeItBegins,
    #[error("the end is more than 180 days away")]
    TooLong,
    #[error("only Customer Success Team Access can be granted indefinitely")]
    NeedsAnEnd,
    #[error("Customer Success Team Access needs the Premium plan")]
    PremiumOnly,
}

/// Whether `setting` may be switched on at `from` until `until` on `plan`.
pub fn check_grant(setting: Setting, plan: Plan, from: UnixMs, until: Until) -> Result<(), GrantFault> {
    if setting == Setting::CustomerSuccessTeamAccess && plan != Plan::Premium {
        return Err(GrantFault::PremiumOnly);
    }
    match until {
        Until::Indefinitely if setting == Setting::SupportTeamAccess => Err(GrantFault::NeedsAnEnd),
        Until::Indefinitely => Ok(()),
        Until::At(end) if end <= from => Err(GrantFault::EndsBeforeItBegins),
        Until::At(end) if end.since(from) > LONGEST_GRANT => Err(GrantFault::TooLong),
        Until::At(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_lasts_at_most_180_days_or_for_customer_success_indefinitely() {
        let from = UnixMs(1_000);
        let longest = Until::At(from.plus(LONGEST_GRANT));
        let longer = Until::At(from.plus(LONGEST_GRANT).plus(Millis(1)));
        for setting in Setting::ALL {
            assert_eq!(check_grant(setting, Plan::Premium, from, longest), Ok(()));
            assert_eq!(check_grant(setting, Plan::Premium, from, longer), Err(GrantFault::TooLong));
            assert_eq!(check_grant(setting, Plan::Premium, from, Until::At(from)), Err(GrantFault::EndsBeforeItBegins));
        }
        let forever = |setting| check_grant(setting, Plan::Premium, from, Until::Indefinitely);
        assert_eq!(forever(Setting::SupportTeamAccess), Err(GrantFault::NeedsAnEnd));
        assert_eq!(forever(Setting::CustomerSuccessTeamAccess), Ok(()));
        assert_eq!(
            check_grant(Setting::CustomerSuccessTeamAccess, Plan::Standard, from, longest),
            Err(GrantFault::PremiumOnly)
        );
    }
}
