//! Messages of the last months, and activities of the last thirty days.

use std::{cmp::Reverse, collections::BTreeMap};

use serde_json::{Value, json};

use super::{AccountData, Activity, Campaign, CampaignAction, Message, Person, words};
use crate::dice::Dice;

const DAY: i64 = 86_400;
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub(super) fn draw(dice: &mut Dice, data: &mut AccountData, now: i64) {
    let people = std::mem::take(&mut data.people);
    for person in &people {
        for _ in 0..dice.count(1, 7) {
            let message = message(dice, data, person, now);
            let Some(message) = message else { continue };
            data.activities.extend(deliveries(dice, person, &message, now));
            data.messages.push(message);
        }
        for _ in 0..dice.count(1, 8) {
            data.activities.push(doing(dice, person, now));
        }
    }
    data.people = people;
    data.messages.sort_by_key(|message| Reverse(message.created));
    data.activities.sort_by_key(|activity| Reverse(activity.at));
}

/// An activity id.
pub(crate) fn activity_id(dice: &mut Dice) -> String {
    format!("01{}", dice.letters(24, BASE32))
}

fn message(dice: &mut Dice, data: &AccountData, person: &Person, now: i64) -> Option<Message> {
    let own: Vec<_> = data.campaigns.iter().filter(|c| c.workspace == person.workspace && c.state != "draft").collect();
    let campaign: &Campaign = dice.pick(&own)?;
    let action: &CampaignAction = dice.pick(&campaign.actions)?;
    let created = now - dice.between(60, 150 * DAY);
    let greeting = person.attributes.get("first_name").cloned().unwrap_or_default();
    let (metrics, failure) = metrics(dice, action.kind, created, now);
    Some(Message {
        workspace: person.workspace,
        id: format!("{}==", dice.letters(22, BASE64)),
        kind: action.kind,
        person: person.cio_id.clone(),
        person_id: person.id.clone(),
        recipient: recipient(person, action.kind),
        subject: campaign.subject.replace("{company}", &data.company).replace("{name}", &greeting),
        greeting,
        campaign: campaign.id,
        action: action.id,
        created,
        metrics,
        failure,
    })
}

fn recipient(person: &Person, kind: &str) -> String {
    let number = || person.attributes.get("phone").cloned();
    match kind {
        "push" | "in_app" => person.devices.first().map(|device| device.id.clone()),
        "twilio" => number(),
        _ => None,
    }
    .unwrap_or_else(|| person.email.clone())
}

/// What became of it, step by step; each step only after the one before.
fn metrics(dice: &mut Dice, kind: &str, created: i64, now: i64) -> (BTreeMap<&'static str, i64>, Option<&'static str>) {
    let mut metrics = BTreeMap::from([("created", created)]);
    let mut at = created;
    let mut step = |dice: &mut Dice, name, longest| {
        at = dice.between(at, now.min(at + longest));
        metrics.insert(name, at);
    };
    match dice.between(1, 100) {
        1..=2 => {
            step(dice, "failed", 60);
            return (metrics, Some("the template could not be rendered"));
        }
        3..=5 => {
            step(dice, "sent", 30);
            step(dice, "bounced", 600);
            return (metrics, Some("550 5.1.1 mailbox does not exist"));
        }
        _ => {}
    }
    step(dice, "sent", 30);
    step(dice, "delivered", 120);
    if dice.percent(48) && kind != "twilio" {
        step(dice, "opened", 2 * DAY);
        step(dice, "human_opened", 1);
        if dice.percent(30) {
            step(dice, "clicked", DAY);
            step(dice, "human_clicked", 1);
            if dice.percent(25) {
                step(dice, "converted", DAY);
            }
        }
    }
    (metrics, None)
}

fn deliveries(dice: &mut Dice, person: &Person, message: &Message, now: i64) -> Vec<Activity> {
    let steps = ["sent", "delivered", "opened", "clicked", "converted", "bounced", "failed"];
    let recent = steps.into_iter().filter_map(|step| Some((step, *message.metrics.get(step)?)));
    recent
        .filter(|(_, at)| *at > now - 30 * DAY)
        .map(|(step, at)| Activity {
            delivery: Some((message.id.clone(), message.kind)),
            ..activity(dice, person, &format!("{step}_{}", message.kind), at, json!({ "subject": message.subject }))
        })
        .collect()
}

fn doing(dice: &mut Dice, person: &Person, now: i64) -> Activity {
    let at = now - dice.between(30, 30 * DAY - 60);
    match dice.between(0, 3) {
        0 => page_view(dice, person, at),
        1 => {
            let (from, to) = (dice.word(words::TIERS), person.attributes.get("plan").cloned().unwrap_or_default());
            activity(dice, person, "attribute_change", at, json!({ "plan": { "from": from, "to": to } }))
        }
        _ => {
            let name = dice.word(words::EVENTS);
            let data = json!({ "amount": dice.between(5, 300), "currency": "EUR" });
            Activity { name: Some(name.to_owned()), ..activity(dice, person, "event", at, data) }
        }
    }
}

fn page_view(dice: &mut Dice, person: &Person, at: i64) -> Activity {
    let page = dice.word(words::PAGES);
    let data = json!({ "url": format!("https://www.example.com{page}") });
    Activity { name: Some(page.to_owned()), ..activity(dice, person, "page", at, data) }
}

fn activity(dice: &mut Dice, person: &Person, kind: &str, at: i64, data: Value) -> Activity {
    Activity {
        workspace: person.workspace,
        id: activity_id(dice),
        kind: kind.to_owned(),
        name: None,
        at,
        person: person.identity(),
        delivery: None,
        data,
    }
}
