//! Properties of the decision over feeds made by dice: what must hold whatever happened before.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{START, Wish, World, account, reason, staff, user};
use doorward_core::{
    feed::entry::What,
    grant::{LONGEST_GRANT, Plan, Setting, Until},
    id::{KeySerial, Seq, SessionSerial},
    policy::{Denial, live, session_setting},
    session::{Basis, EndCause, Lengths, Mode, Session},
    staff::Role,
    time::{Millis, UnixMs},
};
use proptest::prelude::*;

const PEOPLE: [&str; 4] = ["ann", "bo", "cy", "di"];
const ACCOUNTS: [&str; 3] = ["a-1", "a-2", "a-3"];

fn who() -> impl Strategy<Value = doorward_core::id::StaffId> {
    prop::sample::select(PEOPLE.as_slice()).prop_map(staff)
}

fn which() -> impl Strategy<Value = doorward_core::id::AccountId> {
    prop::sample::select(ACCOUNTS.as_slice()).prop_map(account)
}

fn setting() -> impl Strategy<Value = Setting> {
    prop::sample::select(Setting::ALL.as_slice())
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select([Role::TechnicalSupport, Role::Csm, Role::SecurityAdmin].as_slice())
}

fn end() -> impl Strategy<Value = Until> {
    prop_oneof![
        Just(Until::Indefinitely),
        (0_u64..200 * 24 * 60).prop_map(|m| Until::At(START.plus(Millis::minutes(m)))),
        (0_u64..120).prop_map(|m| Until::At(START.plus(Millis::minutes(m)))),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    prop_oneof![Just(Plan::Standard), Just(Plan::Premium), Just(Plan::Premium)]
}

/// Anything; serials are filled in when it is told.
fn anything() -> impl Strategy<Value = What> {
    let gives = prop_oneof![
        (which(), plan()).prop_map(|(account, plan)| What::AccountRegistered { account, plan }),
        (which(), setting(), end()).prop_map(|(account, setting, until)| What::GrantEnabled {
            grant: doorward_core::id::GrantSerial(0),
            account,
            setting,
            by: user(),
            until
        }),
        who().prop_map(|staff| What::StaffAdded { staff }),
        who().prop_map(|staff| What::StaffReinstated { staff }),
        (who(), role()).prop_map(|(staff, role)| What::RoleGiven { staff, role }),
        (who(), 0_u64..60, 1_u64..90).prop_map(|(staff, from, length)| {
            let from = START.plus(Millis::minutes(from));
            What::DutyOpened { staff, from, until: from.plus(Millis::minutes(length)) }
        }),
        (which(), who()).prop_map(|(account, staff)| What::PrimaryCsmAssigned { account, staff }),
        who().prop_map(|staff| What::KeyEnrolled { key: KeySerial(0), staff }),
    ];
    prop_oneof![3 => gives, 1 => taking()]
}

/// Anything that takes away; grants and windows are looked up when it is told.
fn taking() -> impl Strategy<Value = What> {
    prop_oneof![
        (which(), setting()).prop_map(|(account, setting)| What::GrantDisabled {
            grant: doorward_core::id::GrantSerial(0),
            account,
            setting,
            by: user()
        }),
        which().prop_map(|account| What::PlanChanged { account, plan: Plan::Standard }),
        which().prop_map(|account| What::AccountClosed { account }),
        who().prop_map(|staff| What::StaffSuspended { staff }),
        (who(), role()).prop_map(|(staff, role)| What::RoleTaken { staff, role }),
        who().prop_map(|staff| What::DutyClosed { staff, opened: Seq(0) }),
        which().prop_map(|account| What::PrimaryCsmUnassigned { account }),
        (1_u64..8).prop_map(|key| What::KeyRevoked { key: KeySerial(key), by: staff("ann") }),
        (1_u64..12).prop_map(|n| What::SessionEnded { session: SessionSerial(n), cause: EndCause::Ended }),
    ]
}

fn fill(world: &World, what: What) -> What {
    match what {
        What::GrantEnabled { account, setting, by, until, .. } => {
            What::GrantEnabled { grant: world.state.next_grant(), account, setting, by, until }
        }
        What::KeyEnrolled { staff, .. } => What::KeyEnrolled { key: world.state.next_key(), staff },
        What::GrantDisabled { account, setting, by, grant } => {
            let held = world.state.account(&account).and_then(|a| a.grant(setting));
            What::GrantDisabled { grant: held.map_or(grant, |g| g.serial), account, setting, by }
        }
        What::DutyClosed { staff, opened } => {
            let first = world.state.staff_member(&staff).and_then(|s| s.duty.first());
            What::DutyClosed { opened: first.map_or(opened, |w| w.opened), staff }
        }
        other => other,
    }
}

/// The world after `whats`; those that cannot follow are left out, as a server would refuse to write them.
fn world(whats: Vec<What>) -> World {
    let mut world = World::default();
    for id in ACCOUNTS {
        world.register(id, Plan::Premium);
    }
    for (id, roles) in
        PEOPLE.iter().zip([[Role::TechnicalSupport, Role::Csm], [Role::Csm, Role::SecurityAdmin]].iter().cycle())
    {
        world.hire(id, roles);
    }
    for what in whats {
        let what = fill(&world, what);
        let _left_out = world.tell(START, what);
    }
    world
}

/// Every session that could be opened now, numbered.
fn every_session(world: &World, now: UnixMs) -> Vec<Session> {
    wishes(world).iter().filter_map(|wish| wish.open(&world.state, 0, now).ok()).zip(1..).map(numbered).collect()
}

fn numbered((session, serial): (Session, u64)) -> Session {
    Session { serial: SessionSerial(serial), ..session }
}

fn wishes(world: &World) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for (n, who) in PEOPLE.iter().enumerate() {
        for id in ACCOUNTS {
            for key in [n as u64 + 1, 5, 6] {
                for mode in [Mode::ReadOnly, Mode::ReadWrite] {
                    let wish = Wish::new(who, KeySerial(key), id, mode);
                    wishes.push(Wish { reason: reason(false), ..wish.clone() });
                    wishes.push(wish.touched(&world.state));
                }
            }
        }
    }
    wishes
}

/// Whether `session` stands on what `what` takes away, said independently of the decision.
fn stands_on(session: &Session, what: &What) -> bool {
    let setting = session_setting(session);
    match what {
        What::GrantDisabled { grant, .. } => session.stands.grant == *grant,
        What::PlanChanged { account, .. } => {
            session.account == *account && setting == Setting::CustomerSuccessTeamAccess
        }
        What::AccountClosed { account } => session.account == *account,
        What::StaffSuspended { staff } => session.staff == *staff,
        What::RoleTaken { staff, role } => {
            let needed = match session.stands.basis {
                Basis::TechnicalSupport { .. } => Some(Role::TechnicalSupport),
                Basis::Csm { .. } | Basis::PrimaryCsm { .. } => Some(Role::Csm),
                Basis::SupportDuty { .. } => None,
            };
            session.staff == *staff && needed == Some(*role)
        }
        What::DutyClosed { opened, .. } => {
            matches!(session.stands.basis, Basis::SupportDuty { opened: on } if on == *opened)
        }
        What::PrimaryCsmUnassigned { account } => {
            session.account == *account && matches!(session.stands.basis, Basis::PrimaryCsm { .. })
        }
        What::KeyRevoked { key, .. } => session.stands.key == *key,
        What::SessionEnded { session: ended, .. } => session.serial == *ended,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_grant_never_outlives_180_days_unless_customer_success_and_indefinite(whats in prop::collection::vec(anything(), 0..60)) {
        let world = world(whats);
        for (_, account) in world.state.accounts() {
            for setting in Setting::ALL {
                let Some(grant) = account.grant(setting) else { continue };
                match grant.until {
                    Until::At(end) => prop_assert!(end > grant.from && end.since(grant.from) <= LONGEST_GRANT),
                    Until::Indefinitely => prop_assert_eq!(setting, Setting::CustomerSuccessTeamAccess),
                }
                prop_assert!(setting == Setting::SupportTeamAccess || account.plan == Plan::Premium);
            }
        }
    }

    #[test]
    fn a_session_never_outlives_anything_it_stands_on(whats in prop::collection::vec(anything(), 0..60), minutes in 0_u64..120) {
        let world = world(whats);
        let now = START.plus(Millis::minutes(minutes));
        for session in every_session(&world, now) {
            if world.state.session_ended(session.serial) {
                continue;
            }
            prop_assert_eq!(live(&world.state, &session, now), Ok(()));
            prop_assert!(session.ends.since(now) <= Lengths::default().of(session.mode));
            let account = world.state.account(&session.account).unwrap();
            let grant = account.grant(session_setting(&session)).unwrap();
            prop_assert!(grant.until.cap(session.ends) == session.ends);
            if let Basis::SupportDuty { opened } = session.stands.basis {
                let staff = world.state.staff_member(&session.staff).unwrap();
                prop_assert!(staff.duty.iter().any(|w| w.opened == opened && session.ends <= w.until));
            }
            prop_assert_eq!(live(&world.state, &session, session.ends), Err(Denial::SessionOver));
        }
    }

    #[test]
    fn taking_away_never_gives_access(whats in prop::collection::vec(anything(), 0..60), taken in taking(), minutes in 0_u64..120) {
        let mut world = world(whats);
        let now = START.plus(Millis::minutes(minutes));
        let wishes = wishes(&world);
        let before: Vec<_> = wishes.iter().map(|wish| wish.open(&world.state, 1, now).is_ok()).collect();
        let taken = fill(&world, taken);
        if world.tell(START, taken).is_ok() {
            for (wish, could) in wishes.iter().zip(before) {
                prop_assert!(could || wish.open(&world.state, 1, now).is_err());
            }
        }
    }

    #[test]
    fn exactly_the_sessions_that_stand_on_a_thing_end_with_it_and_for_good(
        whats in prop::collection::vec(anything(), 0..60),
        taken in taking(),
        after in prop::collection::vec(anything(), 0..30),
        minutes in 0_u64..60,
    ) {
        let mut world = world(whats);
        let now = START.plus(Millis::minutes(minutes));
        let sessions = every_session(&world, now);
        let sessions: Vec<_> = sessions.into_iter().filter(|s| live(&world.state, s, now).is_ok()).collect();
        let taken = fill(&world, taken);
        if world.tell(START, taken.clone()).is_err() {
            return Ok(());
        }
        let mut dead = Vec::new();
        for session in sessions {
            let ended = live(&world.state, &session, now).is_err();
            prop_assert_eq!(ended, stands_on(&session, &taken), "{:?} {:?}", session, taken);
            if ended {
                dead.push(session);
            }
        }
        for what in after {
            let what = fill(&world, what);
            let _left_out = world.tell(START, what);
        }
        for session in dead {
            prop_assert!(live(&world.state, &session, now).is_err(), "a dead session came back: {:?}", session);
        }
    }
}

/// Guards the properties against holding over nothing.
#[test]
fn the_dice_do_make_sessions() {
    let mut world = world(Vec::new());
    let (support, success) = (Setting::SupportTeamAccess, Setting::CustomerSuccessTeamAccess);
    world.grant("a-1", support, START, Until::At(START.plus(Millis::days(1))));
    world.grant("a-2", success, START, Until::Indefinitely);
    world.tell(START, What::PrimaryCsmAssigned { account: account("a-2"), staff: staff("bo") }).unwrap();
    let sessions = every_session(&world, START);
    assert!(sessions.iter().any(|s| s.mode == Mode::ReadWrite));
    assert!(sessions.iter().any(|s| s.mode == Mode::ReadOnly));
}
