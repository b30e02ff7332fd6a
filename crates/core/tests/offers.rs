//! What is offered is what is then permitted, and why not more is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{START, Wish, World, account, staff};
use doorward_core::{
    feed::entry::What,
    grant::{Plan, Setting, Until},
    id::KeySerial,
    offer::{Asker, Offer},
    policy::{By, Denial},
    session::{Lengths, Mode},
    staff::Role,
    time::Millis,
};

fn offer(world: &World, who: &str, key: KeySerial) -> Offer {
    let id = staff(who);
    let by = By { staff: &id, key };
    let asker = Asker::new(by, START.plus(Millis::hours(10)), Lengths::default()).unwrap();
    asker.offer(&world.state, &account("a-1"), START)
}

#[test]
fn an_offer_agrees_with_the_decision() {
    let mut world = World::default();
    world.register("a-1", Plan::Premium);
    let support = world.hire("sue", &[Role::TechnicalSupport]);
    let primary = world.hire("pam", &[Role::Csm]);
    let other = world.hire("cy", &[Role::Csm]);
    assert_eq!(offer(&world, "sue", support).read_only, Err(Denial::NotGranted));

    world.grant("a-1", Setting::SupportTeamAccess, START, Until::At(START.plus(Millis::minutes(5))));
    let grant = world.grant("a-1", Setting::CustomerSuccessTeamAccess, START, Until::Indefinitely);
    world.tell(START, What::PrimaryCsmAssigned { account: account("a-1"), staff: staff("pam") }).unwrap();

    let to_support = offer(&world, "sue", support);
    assert!(to_support.read_only.unwrap().needs_ticket);
    assert_eq!(to_support.read_only.unwrap().ends, START.plus(Millis::minutes(5)));
    assert_eq!(to_support.read_write, Err(Denial::ReadOnlyForYou));
    let to_primary = offer(&world, "pam", primary);
    assert!(!to_primary.read_only.unwrap().needs_ticket);
    assert_eq!(to_primary.read_write, Ok(grant));
    assert!(
        Wish::new("pam", primary, "a-1", Mode::ReadWrite).touched(&world.state).open(&world.state, 1, START).is_ok()
    );
    assert_eq!(offer(&world, "cy", other).read_write, Err(Denial::PrimaryCsmOnly));
}
