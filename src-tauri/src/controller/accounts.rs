//! The list of accounts that have invited, as the person at this console sees it: computed beside the loop, told to
//! the page as changes.
//!
//! What may be opened is the decision's word, asked ahead; opening asks the server.

use std::{collections::HashMap, mem, sync::Arc};

use doorward_client::standing::Standing;
use doorward_core::{
    grant::{Grant, Plan, Until},
    id::{AccountId, KeySerial, StaffId},
    offer::{Asker, Offer},
    policy::By,
    session::Lengths,
    state::{AccessState, AccountState},
    time::UnixMs,
};

use super::{
    Controller, answer, ms,
    names::{Grants, Names, grants},
    request::Reply,
    short,
};
use crate::view::{
    AccountRow, Accounts, ConsoleEvent, ErrorCode, GrantView, May, PastGrant, Phase, PlanName, SettingName, StaffRef,
};

/// So many accounts are looked at before whoever writes the copy may go on.
const CHUNK: usize = 1_000;
/// More changes than this are told as "ask anew".
const MOST_CHANGES: usize = 2_000;
/// So many grants that were switched off are remembered.
const MOST_PAST: usize = 500;

pub(super) type Rows = HashMap<AccountId, AccountRow>;

/// The list as it was last computed.
#[derive(Default)]
pub(super) struct AccountList {
    /// Accounts without a name, or without the name of who switched on, by their grants.
    pub unnamed: Vec<(AccountId, Grants)>,
    /// Grants that were switched off before their time, the newest last.
    pub past: Vec<PastGrant>,
    /// Whose Primary CSM the person is.
    pub mine: Vec<AccountId>,
    rows: Arc<Rows>,
    /// Counts the computations: an answer and an event reach the page in any order.
    turn: u32,
    computed: Option<Basis>,
    /// When time alone will change it.
    until: Option<UnixMs>,
    computing: Option<u64>,
    waiting: Vec<Reply<Accounts>>,
}

/// What a list was computed from: while it is the same, so is the list.
#[derive(Clone, PartialEq)]
struct Basis {
    viewer: Viewer,
    size: u64,
    names: u64,
}

/// Whose list it is.
#[derive(Clone, PartialEq)]
pub(super) struct Viewer {
    pub staff: StaffId,
    pub key: KeySerial,
    sign_in_ends: UnixMs,
}

/// A list that was computed, and what is new in it.
struct Computed {
    basis: Basis,
    rows: Rows,
    mine: Vec<AccountId>,
    unnamed: Vec<(AccountId, Grants)>,
    /// When time alone will change it.
    until: Option<UnixMs>,
    upserts: Vec<AccountRow>,
    removed: Vec<String>,
    /// Grants that are off by now and were not over.
    off: Vec<PastGrant>,
}

impl AccountList {
    pub fn rows(&self) -> Arc<Rows> {
        Arc::clone(&self.rows)
    }

    /// Another number for each list; none before the first.
    pub fn turn(&self) -> Option<u32> {
        self.computed.as_ref().map(|_| self.turn)
    }

    pub fn is_there(&self) -> bool {
        self.computed.is_some()
    }

    /// Whether the names of this turn of the directory are in it.
    pub fn is_named_by(&self, turn: u64) -> bool {
        self.computed.as_ref().is_some_and(|basis| basis.names == turn)
    }
}

impl Controller {
    /// The list, as soon as it is there.
    pub(super) fn accounts(&mut self, reply: Reply<Accounts>) {
        if self.viewer().is_none() {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        }
        if self.list.computed.is_none() {
            return self.list.waiting.push(reply);
        }
        give(self.list.turn, &self.list.rows, reply);
    }

    /// Computes the list anew where the copy, the names or the time have changed it.
    pub(super) fn watch_list(&mut self) {
        let Some(viewer) = self.viewer() else { return self.forget_list() };
        let Some(now) = self.now() else { return };
        if self.list.computed.as_ref().is_some_and(|computed| computed.viewer != viewer) {
            let waiting = mem::take(&mut self.list.waiting);
            self.list = AccountList { waiting, ..AccountList::default() };
        }
        let basis = Basis { viewer, size: self.parts.standing.size(), names: self.directory.names.turn };
        let current = self.list.computed.as_ref() == Some(&basis) && self.list.until.is_none_or(|until| now < until);
        if current || self.list.computing.is_some() {
            return;
        }
        let number = self.number();
        self.list.computing = Some(number);
        let (standing, names) = (self.parts.standing.clone(), Arc::clone(&self.directory.names));
        let before = Arc::clone(&self.list.rows);
        let work = tokio::task::spawn_blocking(move || compute(basis, &standing, &names, &before, now));
        self.after(work, move |console, computed| match computed {
            Ok(computed) => console.listed(number, computed),
            Err(_) => console.list.computing = None,
        });
    }

    fn listed(&mut self, number: u64, computed: Computed) {
        if self.list.computing.take_if(|current| *current == number).is_none() {
            return;
        }
        let first = self.list.computed.is_none();
        let Computed { basis, rows, mine, unnamed, until, upserts, removed, off } = computed;
        let waiting = mem::take(&mut self.list.waiting);
        let mut past = mem::take(&mut self.list.past);
        past.extend(off);
        past.drain(..past.len().saturating_sub(MOST_PAST));
        let turn = short(number);
        self.list = AccountList {
            unnamed,
            past,
            mine,
            rows: Arc::new(rows),
            turn,
            computed: Some(basis),
            until,
            computing: None,
            waiting: Vec::new(),
        };
        for reply in waiting {
            give(turn, &self.list.rows, reply);
        }
        let changes = upserts.len().saturating_add(removed.len());
        if first || changes == 0 {
            return;
        }
        self.parts.page.tell(if changes <= MOST_CHANGES {
            ConsoleEvent::AccountsChanged { turn, upserts, removed }
        } else {
            ConsoleEvent::AccountsReplaced
        });
    }

    fn forget_list(&mut self) {
        for reply in mem::take(&mut self.list.waiting) {
            answer(reply, Err(ErrorCode::SignedOut.into()));
        }
        if self.list.computed.is_some() {
            self.list = AccountList::default();
        }
    }

    /// Who looks: whoever is signed in, or reviews. A review has no end: it opens nothing.
    pub(super) fn viewer(&self) -> Option<Viewer> {
        if let Some(presence) = &self.presence {
            let (staff, key) = (presence.staff.clone(), presence.key);
            return Some(Viewer { staff, key, sign_in_ends: presence.ends });
        }
        let who = self.memory.who.as_ref().filter(|_| self.phase() == Phase::Review)?;
        Some(Viewer { staff: who.staff.clone(), key: who.key, sign_in_ends: UnixMs(i64::MAX) })
    }
}

/// Answers with the rows, copied beside the loop.
fn give(turn: u32, rows: &Arc<Rows>, reply: Reply<Accounts>) {
    let rows = Arc::clone(rows);
    tokio::task::spawn_blocking(move || {
        let mut rows: Vec<_> = rows.values().cloned().collect();
        rows.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        answer(reply, Ok(Accounts { turn, rows }));
    });
}

fn compute(basis: Basis, standing: &Standing, names: &Names, before: &Rows, now: UnixMs) -> Computed {
    let (rows, unnamed, until) = look(&basis.viewer, standing, names, now);
    let upserts = rows.iter().filter(|(id, row)| before.get(*id) != Some(*row)).map(|(_, row)| row.clone()).collect();
    let removed = before.keys().filter(|id| !rows.contains_key(*id)).map(ToString::to_string).collect();
    let off = before.iter().flat_map(|(id, row)| switched_off(row, rows.get(id), now)).collect();
    let mine = rows.iter().filter(|(_, row)| row.mine).map(|(id, _)| id.clone()).collect();
    Computed { basis, rows, mine, unnamed, until, upserts, removed, off }
}

/// Grants that the account gave before and gives no more, though their time was not up.
fn switched_off(before: &AccountRow, after: Option<&AccountRow>, now: UnixMs) -> Vec<PastGrant> {
    let settings = [
        (SettingName::SupportTeamAccess, &before.support, after.and_then(|row| row.support.as_ref())),
        (SettingName::CustomerSuccessTeamAccess, &before.success, after.and_then(|row| row.success.as_ref())),
    ];
    let gone = settings.into_iter().filter_map(|(setting, was, is)| {
        let was = was.as_ref().filter(|was| is.is_none_or(|is| is.serial != was.serial))?;
        was.until.is_none_or(|until| ms(now) < until).then(|| PastGrant {
            serial: was.serial,
            account: before.id.clone(),
            account_name: before.name.clone(),
            setting,
            from: was.from,
            until: was.until,
            off: ms(now),
        })
    });
    gone.collect()
}

/// Looks at every account, a chunk at a time: whoever writes the copy is never held up for long. What changes in
/// between makes another turn necessary, and its change says so.
fn look(
    viewer: &Viewer,
    standing: &Standing,
    names: &Names,
    now: UnixMs,
) -> (Rows, Vec<(AccountId, Grants)>, Option<UnixMs>) {
    let by = By { staff: &viewer.staff, key: viewer.key };
    let (mut rows, mut unnamed) = (Rows::new(), Vec::new());
    let Ok(asker) = Asker::new(by, viewer.sign_in_ends, Lengths::default()) else { return (rows, unnamed, None) };
    let accounts: Vec<AccountId> = standing.with_state(|state| state.accounts().map(|(id, _)| id.clone()).collect());
    let mut until = standing.with_state(|state| next_duty(state, &viewer.staff, now));
    for chunk in accounts.chunks(CHUNK) {
        standing.with_state(|state| {
            for id in chunk {
                let Some(account) = state.account(id) else { continue };
                let granted: Vec<_> = held(account, now).collect();
                until = granted.iter().filter_map(|grant| end(grant)).chain(until).min();
                if granted.is_empty() {
                    continue;
                }
                let row = row(id, account, viewer, names, &asker.offer(state, id, now), now);
                if row.name.is_none() || granted.iter().any(|grant| names.granted_by(grant).is_none()) {
                    unnamed.push((id.clone(), grants(Some(account))));
                }
                rows.insert(id.clone(), row);
            }
        });
    }
    (rows, unnamed, until)
}

/// Grants that are on now.
fn held(account: &AccountState, now: UnixMs) -> impl Iterator<Item = &Grant> {
    [&account.support, &account.success].into_iter().flatten().filter(move |grant| grant.until.holds(now))
}

fn end(grant: &Grant) -> Option<UnixMs> {
    match grant.until {
        Until::At(end) => Some(end),
        Until::Indefinitely => None,
    }
}

/// When a duty window of this person next opens or closes.
fn next_duty(state: &AccessState, staff: &StaffId, now: UnixMs) -> Option<UnixMs> {
    let windows = &state.staff_member(staff)?.duty;
    windows.iter().flat_map(|window| [window.from, window.until]).filter(|at| now < *at).min()
}

fn row(
    id: &AccountId,
    account: &AccountState,
    viewer: &Viewer,
    names: &Names,
    offer: &Offer,
    now: UnixMs,
) -> AccountRow {
    let view = |grant: &Option<Grant>| {
        grant.as_ref().filter(|grant| grant.until.holds(now)).map(|grant| grant_view(grant, names))
    };
    let primary = account.primary_csm.as_ref().map(|primary| &primary.staff);
    AccountRow {
        id: id.to_string(),
        name: names.account(id).map(str::to_owned),
        plan: account.plan.into(),
        support: view(&account.support),
        success: view(&account.success),
        mine: primary == Some(&viewer.staff),
        primary_csm: primary.map(|staff| staff_ref(staff, names)),
        may: may(offer),
    }
}

fn grant_view(grant: &Grant, names: &Names) -> GrantView {
    GrantView {
        serial: short(grant.serial.0),
        by: names.granted_by(grant).map(str::to_owned),
        from: ms(grant.from),
        until: end(grant).map(ms),
    }
}

pub(super) fn staff_ref(staff: &StaffId, names: &Names) -> StaffRef {
    StaffRef { id: staff.to_string(), name: names.staff(staff).map(str::to_owned) }
}

fn may(offer: &Offer) -> May {
    May {
        read_only: offer.read_only.is_ok(),
        read_write: offer.read_write.is_ok(),
        needs_ticket: offer.read_only.is_ok_and(|read_only| read_only.needs_ticket),
        why_not_more: match (offer.read_only, offer.read_write) {
            (_, Ok(_)) => None,
            (Ok(_), Err(denial)) | (Err(denial), Err(_)) => Some(denial.into()),
        },
    }
}

impl From<Plan> for PlanName {
    fn from(plan: Plan) -> Self {
        match plan {
            Plan::Standard => Self::Standard,
            Plan::Premium => Self::Premium,
        }
    }
}
