//! The accounts, and what they have switched on. The first three are the same in every world, so that a test can name
//! them; the others are drawn.

use std::collections::HashSet;

use doorward_core::{
    grant::{Plan, Setting, Until},
    id::{AccountId, StaffId, UserId},
    staff::Role,
    time::{Millis, UnixMs},
};

use super::{WorldAccount, WorldGrant, WorldStaff, words};
use crate::dice::Dice;

const PREMIUM_SHARE: u32 = 35;

pub(super) fn draw(seed: u64, count: usize, staff: &[WorldStaff]) -> Vec<WorldAccount> {
    let csms: Vec<_> =
        staff.iter().filter(|s| s.roles.contains(&Role::Csm) && !s.suspended).map(|s| s.id.clone()).collect();
    let mut names = HashSet::new();
    (1..=count).filter_map(|number| one(seed, number, &csms, &mut names)).collect()
}

fn one(seed: u64, number: usize, csms: &[StaffId], names: &mut HashSet<String>) -> Option<WorldAccount> {
    let id = format!("a-{number:05}");
    let mut dice = Dice::new(seed, &id);
    let is_premium = match number {
        1 | 2 => true,
        3 => false,
        _ => dice.percent(PREMIUM_SHARE),
    };
    let primary_csm = match number {
        1 | 2 => csms.get(number - 1).or(csms.first()).cloned(),
        _ => dice.pick(csms).cloned(),
    };
    Some(WorldAccount {
        name: company(&mut dice, names),
        admin: UserId::parse(&format!("u-{number:05}-1")).ok()?,
        admin_name: format!("{} {}", dice.word(words::GIVEN), dice.word(words::FAMILY)),
        plan: if is_premium { Plan::Premium } else { Plan::Standard },
        primary_csm: primary_csm.filter(|_| is_premium),
        id: AccountId::parse(&id).ok()?,
    })
}

fn company(dice: &mut Dice, taken: &mut HashSet<String>) -> String {
    loop {
        let head = format!("{}{}", dice.word(words::NAME_HEADS), dice.word(words::NAME_TAILS));
        let name = if dice.percent(15) {
            let other = format!("{}{}", dice.word(words::NAME_HEADS), dice.word(words::NAME_TAILS));
            format!("{head} & {other}")
        } else {
            format!("{head} {}", dice.word(words::TRADES))
        };
        if taken.insert(name.clone()) {
            return name;
        }
    }
}

pub(super) fn draw_grants(seed: u64, accounts: &[WorldAccount], now: UnixMs) -> Vec<WorldGrant> {
    let drawn = accounts.iter().enumerate().flat_map(|(place, account)| {
        Setting::ALL.into_iter().filter_map(move |setting| match place {
            0..3 => fixed(place, account, setting, now),
            _ => one_grant(seed, account, setting, now),
        })
    });
    drawn.collect()
}

/// First account: both on, the second indefinitely. Second: Customer Success alone. Third (Standard): Support alone.
fn fixed(place: usize, account: &WorldAccount, setting: Setting, now: UnixMs) -> Option<WorldGrant> {
    let until = match (place, setting) {
        (0, Setting::SupportTeamAccess) => Until::At(now.plus(Millis::days(179))),
        (0, Setting::CustomerSuccessTeamAccess) => Until::Indefinitely,
        (1, Setting::CustomerSuccessTeamAccess) => Until::At(now.plus(Millis::days(21))),
        (2, Setting::SupportTeamAccess) => Until::At(now.plus(Millis::hours(5))),
        _ => return None,
    };
    Some(grant(account, setting, UnixMs(now.0 - 1_000), until, false))
}

fn one_grant(seed: u64, account: &WorldAccount, setting: Setting, now: UnixMs) -> Option<WorldGrant> {
    let mut dice = Dice::new(seed, &format!("{}/{setting:?}", account.id));
    let share = match setting {
        Setting::SupportTeamAccess => 40,
        Setting::CustomerSuccessTeamAccess if account.plan == Plan::Premium => 60,
        Setting::CustomerSuccessTeamAccess => return None,
    };
    if !dice.percent(share) {
        return None;
    }
    let left = time_left(&mut dice);
    let is_indefinite = setting == Setting::CustomerSuccessTeamAccess && dice.percent(30);
    let until = if is_indefinite { Until::Indefinitely } else { Until::At(now.plus(left)) };
    // A grant lasts at most 180 days, so it cannot have begun earlier than that before its end.
    let longest_ago = i64::try_from(Millis::days(180).0.saturating_sub(left.0)).unwrap_or(0);
    let from = UnixMs(now.0 - dice.between(1_000, longest_ago));
    let switched_off = dice.percent(12);
    Some(grant(account, setting, from, until, switched_off))
}

/// Minutes, hours, days, or nearly all of 180 days.
fn time_left(dice: &mut Dice) -> Millis {
    let seconds = match dice.between(1, 100) {
        1..=5 => dice.between(120, 3_600),
        6..=20 => dice.between(3_600, 86_400),
        21..=60 => dice.between(86_400, 60 * 86_400),
        _ => dice.between(60 * 86_400, 180 * 86_400 - 60),
    };
    Millis::seconds(seconds.unsigned_abs())
}

fn grant(account: &WorldAccount, setting: Setting, from: UnixMs, until: Until, switched_off: bool) -> WorldGrant {
    WorldGrant { account: account.id.clone(), setting, by: account.admin.clone(), from, until, switched_off }
}
