//! The sample world is the same for the same seed, and keeps the rules that a real world would keep.

use std::collections::HashSet;

use doorward_core::{grant::check_grant, time::UnixMs};

use super::*;

const NOW: UnixMs = UnixMs(1_764_000_000_000);

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    let draw = |seed| World::draw(seed, WorldSize::SMALL, NOW);
    let (one, two, other) = (draw(7), draw(7), draw(8));
    assert_eq!((&one.accounts, &one.staff, &one.grants), (&two.accounts, &two.staff, &two.grants));
    assert_ne!(one.accounts, other.accounts);
}

#[test]
fn the_demo_s_world_has_its_size_its_roles_and_no_id_twice() {
    let world = World::draw(1, WorldSize::DEMO, NOW);
    assert_eq!((world.accounts.len(), world.staff.len()), (2_000, 40));
    let ids: HashSet<_> = world.accounts.iter().map(|account| &account.id).collect();
    assert_eq!(ids.len(), 2_000);
    for role in Role::ALL {
        assert!(world.staff_with(role).next().is_some(), "{role:?}");
    }
    assert!(world.accounts.iter().any(|account| account.plan == Plan::Premium && account.primary_csm.is_some()));
}

#[test]
fn every_grant_could_have_been_switched_on_when_it_was() {
    let world = World::draw(1, WorldSize::DEMO, NOW);
    assert!(world.grants.len() > 100);
    for grant in &world.grants {
        let plan = world.account(&grant.account).unwrap().plan;
        assert_eq!(check_grant(grant.setting, plan, grant.from, grant.until), Ok(()), "{grant:?}");
    }
}

#[test]
fn addresses_are_on_reserved_domains_alone() {
    let world = World::draw(1, WorldSize::SMALL, NOW);
    let reserved = ["example.com", "example.org", "example.net", "example"];
    for member in &world.staff {
        let (_, domain) = member.email.split_once('@').unwrap();
        assert!(reserved.iter().any(|end| domain.ends_with(end)), "{domain}");
    }
}

#[test]
fn what_lies_in_an_account_is_the_same_each_time_and_has_its_size() {
    let world = World::draw(5, WorldSize::SMALL, NOW);
    for account in &world.accounts {
        let (one, again) = (world.data(&account.id).unwrap(), world.data(&account.id).unwrap());
        assert_eq!((&one.people, &one.messages), (&again.people, &again.messages));
        assert!((50..=400).contains(&one.people.len()) && (2..=4).contains(&one.workspaces.len()));
        let ids: HashSet<_> = one.people.iter().map(|person| &person.cio_id).collect();
        assert_eq!(ids.len(), one.people.len());
        let month_ago = NOW.0 / 1_000 - 30 * 86_400;
        assert!(one.activities.iter().all(|a| a.at > month_ago && a.at <= NOW.0 / 1_000));
        let domain_is_reserved = |person: &Person| {
            ["example.com", "example.org", "example.net"].iter().any(|end| person.email.ends_with(end))
        };
        assert!(one.people.iter().all(domain_is_reserved));
    }
}

#[test]
fn the_first_three_accounts_can_be_named_by_a_test() {
    for seed in [1, 2, 3] {
        let world = World::draw(seed, WorldSize::SMALL, NOW);
        let on = |number: usize| {
            let id = &world.accounts[number].id;
            world.grants_of(id).map(|grant| (grant.setting, grant.until == Until::Indefinitely)).collect::<Vec<_>>()
        };
        let (support, success) = (Setting::SupportTeamAccess, Setting::CustomerSuccessTeamAccess);
        assert_eq!(on(0), [(support, false), (success, true)]);
        assert_eq!(on(1), [(success, false)]);
        assert_eq!(on(2), [(support, false)]);
        assert_eq!(world.accounts[0].primary_csm.as_ref().unwrap().as_str(), "s-03");
        assert_eq!(world.accounts[1].primary_csm.as_ref().unwrap().as_str(), "s-04");
        assert_eq!(world.accounts[2].plan, Plan::Standard);
        assert_eq!(world.staff.iter().filter(|member| member.suspended).count(), 1);
        let on_duty = |member: &&WorldStaff| member.duty.is_some_and(|(from, until)| from <= NOW && NOW < until);
        assert_eq!(world.staff.iter().filter(on_duty).count(), 1);
    }
}

#[test]
fn a_large_world_costs_little() {
    let world = World::draw(1, WorldSize::BENCH, NOW);
    let names: HashSet<_> = world.accounts.iter().map(|account| &account.name).collect();
    assert_eq!((world.accounts.len(), names.len()), (100_000, 100_000));
}
