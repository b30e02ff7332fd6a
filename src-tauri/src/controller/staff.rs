//! Staff as the copy knows them: standing, roles, duty, whose Primary CSM they are, and how many keys they have.
//!
//! Read beside the loop. It shows also while no server is in reach; changing anything is another matter.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    id::{KeySerial, StaffId},
    staff::DutyWindow,
    state::{AccessState, StaffState},
    time::UnixMs,
};

use super::{Controller, accounts::staff_ref, answer, ms, names::Names, request::Reply, short};
use crate::view::{AccountRef, DutyView, ErrorCode, StaffView};

impl Controller {
    pub(super) fn staff(&self, reply: Reply<Vec<StaffView>>) {
        let (Some(viewer), Some(now)) = (self.viewer(), self.now()) else {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        };
        let (standing, names) = (self.parts.standing.clone(), Arc::clone(&self.directory.names));
        tokio::task::spawn_blocking(move || {
            let views = standing.with_state(|state| look(state, &names, &viewer.staff, now));
            answer(reply, Ok(views));
        });
    }
}

/// Everybody, by name.
fn look(state: &AccessState, names: &Names, me: &StaffId, now: UnixMs) -> Vec<StaffView> {
    let (keys, mut primaries) = (keys(state), primaries(state, names));
    let mut views: Vec<_> = state
        .staff()
        .map(|(id, member)| {
            let keys = keys.get(id).copied().unwrap_or_default();
            view(id, member, names, primaries.remove(id).unwrap_or_default(), keys, me, now)
        })
        .collect();
    views.sort_by(|a, b| (&a.staff.name, &a.staff.id).cmp(&(&b.staff.name, &b.staff.id)));
    views
}

fn view(
    id: &StaffId,
    member: &StaffState,
    names: &Names,
    primary_of: Vec<AccountRef>,
    keys: u32,
    me: &StaffId,
    now: UnixMs,
) -> StaffView {
    StaffView {
        staff: staff_ref(id, names),
        handle: names.handle(id).map(str::to_owned),
        me: id == me,
        suspended: member.standing.is_none(),
        roles: member.roles.iter().map(|(role, _)| (*role).into()).collect(),
        duty: member.duty.iter().filter(|window| now < window.until).map(duty).collect(),
        primary_of,
        keys,
    }
}

fn duty(window: &DutyWindow) -> DutyView {
    DutyView { opened: short(window.opened.0), from: ms(window.from), until: ms(window.until) }
}

fn keys(state: &AccessState) -> HashMap<&StaffId, u32> {
    let mut counted = HashMap::new();
    let standing = (1..state.next_key().0).map(KeySerial).filter(|key| !state.key_revoked(*key));
    for owner in standing.filter_map(|key| state.key_owner(key)) {
        *counted.entry(owner).or_default() += 1;
    }
    counted
}

fn primaries(state: &AccessState, names: &Names) -> HashMap<StaffId, Vec<AccountRef>> {
    let mut found: HashMap<StaffId, Vec<AccountRef>> = HashMap::new();
    for (id, account) in state.accounts() {
        if let Some(primary) = &account.primary_csm {
            let account = AccountRef { id: id.to_string(), name: names.account(id).map(str::to_owned) };
            found.entry(primary.staff.clone()).or_default().push(account);
        }
    }
    for accounts in found.values_mut() {
        accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    }
    found
}
