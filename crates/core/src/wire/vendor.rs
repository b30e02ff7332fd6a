//! What the vendor's own product says: accounts, plans, and the switching of settings.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    grant::{Grant, Plan, Until},
    id::UserId,
    policy::Membership,
};

/// `PUT /v1/vendor/accounts/{account}`: registers the account, or changes its name and plan.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutAccount {
    pub name: String,
    pub plan: Plan,
}

impl fmt::Debug for PutAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutAccount").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// Which user of the account switches, and what they may do there.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchedBy {
    pub user: UserId,
    /// The name staff are shown.
    pub name: String,
    pub membership: Membership,
}

impl fmt::Debug for SwitchedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwitchedBy").field("user", &self.user).finish_non_exhaustive()
    }
}

/// `PUT /v1/vendor/accounts/{account}/settings/{setting}`: switches it on. While on, it makes a new grant in place of
/// the old one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOn {
    pub by: SwitchedBy,
    pub until: Until,
}

/// `DELETE /v1/vendor/accounts/{account}/settings/{setting}`: switches it off, at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOff {
    pub by: SwitchedBy,
}

/// `PUT /v1/vendor/accounts/{account}/users/{user}`: registers a user of the account and invites them by mail, or
/// changes their name and membership.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutUser {
    /// One address is one user, in all accounts together.
    pub email: String,
    pub name: String,
    pub membership: Membership,
}

impl fmt::Debug for PutUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutUser").field("membership", &self.membership).finish_non_exhaustive()
    }
}

/// An account as it stands after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountStanding {
    pub plan: Plan,
    pub support: Option<Grant>,
    pub success: Option<Grant>,
}
