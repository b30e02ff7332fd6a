//! The sample world: accounts, staff, grants, and what lies in each account, all drawn from one seed.
//!
//! The same seed, size and time give the same world. What lies in an account is drawn only when it is asked for, so a
//! world of 100,000 accounts costs little. It is no fixture for decisions: it says who exists, never what they may do.

mod accounts;
mod bodies;
mod campaigns;
mod data;
mod people;
mod staff;
mod traffic;
mod words;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use doorward_core::{
    grant::{Plan, Setting, Until},
    id::{AccountId, StaffId, UserId},
    staff::Role,
    time::UnixMs,
};

pub use bodies::ArchivedBody;
pub use data::{
    AccountData, Activity, Campaign, CampaignAction, Device, Export, Membership, Message, Person, Segment, Workspace,
};
pub(crate) use traffic::activity_id;

/// How large a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldSize {
    pub accounts: usize,
    pub staff: usize,
}

impl WorldSize {
    /// For tests: three accounts that differ in everything that matters, and one of each kind of staff.
    pub const SMALL: Self = Self { accounts: 3, staff: 10 };
    /// For the demo.
    pub const DEMO: Self = Self { accounts: 2_000, staff: 40 };
    /// For measuring.
    pub const BENCH: Self = Self { accounts: 100_000, staff: 40 };
}

/// Who exists, and what the customers have switched on.
#[derive(Clone, Debug)]
pub struct World {
    pub seed: u64,
    pub now: UnixMs,
    pub accounts: Vec<WorldAccount>,
    pub staff: Vec<WorldStaff>,
    pub grants: Vec<WorldGrant>,
    places: HashMap<AccountId, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldAccount {
    pub id: AccountId,
    pub name: String,
    pub plan: Plan,
    /// The account admin who switches settings.
    pub admin: UserId,
    pub admin_name: String,
    /// Premium accounts have one.
    pub primary_csm: Option<StaffId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldStaff {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    /// Support duty: from, until.
    pub duty: Option<(UnixMs, UnixMs)>,
    pub suspended: bool,
}

/// A setting that was switched on, and perhaps off again since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldGrant {
    pub account: AccountId,
    pub setting: Setting,
    pub by: UserId,
    pub from: UnixMs,
    pub until: Until,
    pub switched_off: bool,
}

impl World {
    pub fn draw(seed: u64, size: WorldSize, now: UnixMs) -> Self {
        let staff = staff::draw(seed, size.staff, now);
        let accounts = accounts::draw(seed, size.accounts, &staff);
        let grants = accounts::draw_grants(seed, &accounts, now);
        let places = accounts.iter().enumerate().map(|(place, account)| (account.id.clone(), place)).collect();
        Self { seed, now, accounts, staff, grants, places }
    }

    pub fn account(&self, id: &AccountId) -> Option<&WorldAccount> {
        self.accounts.get(*self.places.get(id)?)
    }

    /// What lies in the account: workspaces, people, messages.
    pub fn data(&self, id: &AccountId) -> Option<AccountData> {
        self.account(id).map(|account| AccountData::draw(self.seed, account, self.now))
    }

    pub fn grants_of<'w>(&'w self, id: &'w AccountId) -> impl Iterator<Item = &'w WorldGrant> {
        self.grants.iter().filter(move |grant| grant.account == *id)
    }

    pub fn staff_with(&self, role: Role) -> impl Iterator<Item = &WorldStaff> {
        self.staff.iter().filter(move |staff| staff.roles.contains(&role))
    }

    /// The accounts that a member of staff is Primary CSM of.
    pub fn primary_accounts<'w>(&'w self, staff: &'w StaffId) -> impl Iterator<Item = &'w WorldAccount> {
        self.accounts.iter().filter(move |account| account.primary_csm.as_ref() == Some(staff))
    }
}
