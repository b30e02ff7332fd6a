//! Who works at the vendor. The first ten are one of each kind that matters, in a fixed order; the rest fill the teams.

use doorward_core::{
    id::StaffId,
    staff::Role::{self, Csm, InfrastructureEngineer, Maintenance, SecurityAdmin, TechnicalSupport},
    time::{Millis, UnixMs},
};

use super::{WorldStaff, words};
use crate::dice::Dice;

const FIRST_TEN: &[&[Role]] = &[
    &[SecurityAdmin],
    &[TechnicalSupport],
    &[Csm],
    &[Csm],
    &[InfrastructureEngineer],
    &[Maintenance],
    &[InfrastructureEngineer],
    &[Csm, TechnicalSupport],
    &[TechnicalSupport],
    &[SecurityAdmin, InfrastructureEngineer],
];
/// The place among the first ten of the one on support duty, and of the suspended one.
const ON_DUTY: usize = 6;
const SUSPENDED: usize = 8;

const THE_REST: &[&[Role]] = &[
    &[TechnicalSupport],
    &[Csm],
    &[TechnicalSupport],
    &[Csm],
    &[TechnicalSupport],
    &[Csm],
    &[InfrastructureEngineer],
    &[Csm],
    &[TechnicalSupport, InfrastructureEngineer],
    &[Maintenance],
];

pub(super) fn draw(seed: u64, count: usize, now: UnixMs) -> Vec<WorldStaff> {
    let roles = FIRST_TEN.iter().chain(THE_REST.iter().cycle());
    roles.take(count).enumerate().filter_map(|(place, roles)| one(seed, place, roles, now)).collect()
}

fn one(seed: u64, place: usize, roles: &[Role], now: UnixMs) -> Option<WorldStaff> {
    let id = format!("s-{:02}", place + 1);
    let mut dice = Dice::new(seed, &id);
    let (given, family) = (dice.word(words::GIVEN), dice.word(words::FAMILY));
    Some(WorldStaff {
        email: format!("{}.{}.{id}@vendor.example.com", given.to_lowercase(), family.to_lowercase()),
        id: StaffId::parse(&id).ok()?,
        name: format!("{given} {family}"),
        roles: roles.to_vec(),
        duty: duty(place, &mut dice, now),
        suspended: place == SUSPENDED,
    })
}

/// One window is open for some hours; among the rest some are open, some over, some still to come.
fn duty(place: usize, dice: &mut Dice, now: UnixMs) -> Option<(UnixMs, UnixMs)> {
    let hour = Millis::hours(1);
    if place == ON_DUTY {
        return Some((UnixMs(now.0 - 1_000), now.plus(Millis::hours(8))));
    }
    let is_drawn = place >= FIRST_TEN.len() && place.is_multiple_of(9);
    is_drawn.then(|| {
        let from = UnixMs(now.0.saturating_add(dice.between(-24, 12) * 3_600_000));
        (from, from.plus(Millis(hour.0 * 12)))
    })
}
