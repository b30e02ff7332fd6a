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
