//! Brings the sample world into a house, through the same doors a vendor and its security admins use.

use doorward_core::{
    grant::{Setting, Until},
    time::UnixMs,
    wire::Intent,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Fallible, House, Person};
use crate::world::{World, WorldAccount, WorldStaff};

/// How many of the vendor's calls are under way at once.
const AT_ONCE: usize = 8;

impl House {
    /// Registers every account of `world` and switches on what is on at `now`. `told` hears how many are done.
    pub async fn register_all(&self, world: &World, now: UnixMs, told: impl Fn(usize)) -> Fallible<()> {
        let calls = stream::iter(&world.accounts).map(|account| self.register_one(world, account, now));
        let mut done = 0_usize;
        calls
            .buffer_unordered(AT_ONCE)
            .try_for_each(|()| {
                done = done.saturating_add(1);
                told(done);
                futures::future::ok(())
            })
            .await
    }

    async fn register_one(&self, world: &World, account: &WorldAccount, now: UnixMs) -> Fallible<()> {
        self.register(&account.id, &account.name, account.plan).await?;
        for grant in world.grants_of(&account.id) {
            let on = !grant.switched_off && grant.until.holds(now);
            // A grant begins when it is switched on: one drawn as begun long ago may have more than 180 days to go.
            let until = match grant.until {
                Until::At(end) => Until::At(end.min(now.plus(doorward_core::grant::LONGEST_GRANT))),
                Until::Indefinitely => Until::Indefinitely,
            };
            if on {
                self.switch_on(&account.id, grant.setting, until).await?;
            }
        }
        Ok(())
    }

    /// A security admin adds the staff of `world` with their roles and duty windows; they have no keys yet.
    pub async fn staff_all(&self, admin: &mut Person, world: &World, now: UnixMs) -> Fallible<()> {
        for member in &world.staff {
            self.staff_one(admin, member, now).await?;
        }
        Ok(())
    }

    async fn staff_one(&self, admin: &mut Person, member: &WorldStaff, now: UnixMs) -> Fallible<()> {
        let staff = || member.id.clone();
        let (handle, name) = (member.id.to_string(), member.name.clone());
        admin.intend(Intent::AddStaff { staff: staff(), handle, name }).await?;
        for role in &member.roles {
            admin.intend(Intent::GiveRole { staff: staff(), role: *role }).await?;
        }
        if let Some((from, until)) = member.duty.filter(|(_, until)| *until > now) {
            admin.intend(Intent::OpenDuty { staff: staff(), from: from.max(now), until }).await?;
        }
        if member.suspended {
            admin.intend(Intent::Suspend { staff: staff() }).await?;
        }
        Ok(())
    }

    /// A security admin assigns the Primary CSMs of `world`.
    pub async fn assign_all(&self, admin: &mut Person, world: &World) -> Fallible<()> {
        for account in &world.accounts {
            if let Some(staff) = account.primary_csm.clone() {
                admin.intend(Intent::AssignPrimaryCsm { account: account.id.clone(), staff }).await?;
            }
        }
        Ok(())
    }

    /// The first account of `world` with `setting` on, that `suits`.
    pub fn invited_to(
        world: &World,
        setting: Setting,
        now: UnixMs,
        suits: impl Fn(&WorldAccount) -> bool,
    ) -> Option<&WorldAccount> {
        let on = |account: &WorldAccount| {
            world.grants_of(&account.id).any(|g| g.setting == setting && !g.switched_off && g.until.holds(now))
        };
        world.accounts.iter().find(|account| on(account) && suits(account))
    }
}
