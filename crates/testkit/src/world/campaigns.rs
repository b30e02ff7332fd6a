//! Segments and campaigns of each workspace.

use std::collections::BTreeSet;

use super::{AccountData, Campaign, CampaignAction, Membership, Segment, words};
use crate::dice::Dice;

const DAY: i64 = 86_400;

pub(super) fn draw(dice: &mut Dice, data: &mut AccountData, now: i64) {
    let mut serial = 1;
    for workspace in data.workspaces.iter().map(|workspace| workspace.id).collect::<Vec<_>>() {
        for (name, field, value) in some(dice, words::SEGMENTS, 3, 7) {
            let membership = Membership::Rule { field, value };
            let description = format!("People whose {field} is {value}.");
            data.segments.push(segment(dice, (workspace, serial), name, description, membership, now));
            serial += 1;
        }
        for name in some(dice, words::LISTS, 1, 2) {
            let list = hand_picked(dice, data, workspace);
            let description = "Kept by hand.".to_owned();
            data.segments.push(segment(dice, (workspace, serial), name, description, Membership::List(list), now));
            serial += 1;
        }
    }
    for workspace in data.workspaces.iter().map(|workspace| workspace.id).collect::<Vec<_>>() {
        for kind in some(dice, words::CAMPAIGNS, 3, 8) {
            let drawn = campaign(dice, data, (workspace, serial), kind, now);
            serial += 1;
            data.campaigns.push(drawn);
        }
    }
}

/// Some of the items, in order, without repetition.
fn some<T: Copy>(dice: &mut Dice, items: &[T], low: usize, high: usize) -> Vec<T> {
    let skip = dice.count(0, items.len().saturating_sub(1));
    items.iter().cycle().skip(skip).take(dice.count(low, high.min(items.len()))).copied().collect()
}

fn hand_picked(dice: &mut Dice, data: &AccountData, workspace: u64) -> BTreeSet<String> {
    let people = data.people.iter().filter(|person| person.workspace == workspace);
    people.filter(|_| dice.percent(8)).map(|person| person.cio_id.clone()).collect()
}

fn segment(
    dice: &mut Dice,
    (workspace, id): (u64, u64),
    name: &str,
    description: String,
    membership: Membership,
    now: i64,
) -> Segment {
    let created_at = now - dice.between(30, 700) * DAY;
    Segment {
        workspace,
        id,
        name: name.to_owned(),
        description,
        membership,
        tags: some(dice, words::TAGS, 0, 2),
        created_at,
        updated_at: dice.between(created_at, now),
    }
}

fn campaign(
    dice: &mut Dice,
    data: &AccountData,
    (workspace, id): (u64, u64),
    (name, kind, event_name, subject): (&'static str, &'static str, &'static str, &'static str),
    now: i64,
) -> Campaign {
    let created = now - dice.between(40, 600) * DAY;
    let own_segments: Vec<_> = data.segments.iter().filter(|s| s.workspace == workspace).map(|s| s.id).collect();
    let trigger_segments =
        if kind == "segment" { dice.pick(&own_segments).into_iter().copied().collect() } else { Vec::new() };
    let actions = (0..dice.between(1, 4).unsigned_abs()).map(|step| CampaignAction {
        id: id * 10 + step,
        kind: if step == 0 { "email" } else { dice.word(&["email", "push", "in_app", "twilio"]) },
        name: format!("Step {}", step + 1),
    });
    Campaign {
        actions: actions.collect(),
        state: dice.word(&["running", "running", "running", "draft", "stopped"]),
        tags: some(dice, words::TAGS, 0, 2),
        updated: dice.between(created, now),
        first_started: created + DAY,
        workspace,
        id,
        name,
        kind,
        event_name,
        subject,
        trigger_segments,
        created,
    }
}
