//! The people an account sends messages to: attributes and devices.

use std::collections::BTreeMap;

use super::{Device, Person, Workspace, words};
use crate::dice::Dice;

const DAY: i64 = 86_400;
const HEX: &[u8] = b"0123456789abcdef";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

pub(super) fn draw(dice: &mut Dice, company: &str, workspaces: &[Workspace], now: i64) -> Vec<Person> {
    let count = dice.count(50, 400);
    let house = slug(company);
    (0..count).filter_map(|number| one(dice, &house, workspaces, number, now)).collect()
}

/// The company's name as a label of a host.
pub(super) fn slug(company: &str) -> String {
    company.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn one(dice: &mut Dice, house: &str, workspaces: &[Workspace], number: usize, now: i64) -> Option<Person> {
    // Every workspace has somebody; most people are in the first.
    let workspace = match workspaces.get(number) {
        Some(workspace) => workspace,
        None if dice.percent(60) => workspaces.first()?,
        None => dice.pick(workspaces)?,
    };
    let (given, family) = (dice.word(words::GIVEN), dice.word(words::FAMILY));
    let cio_id = dice.letters(12, HEX);
    let id = format!("c{}", dice.letters(9, BASE36));
    let email = address(dice, house, given, family, number);
    let created = now - dice.between(2, 900) * DAY - dice.between(0, DAY);
    let mut person = Person {
        workspace: workspace.id,
        id,
        cio_id,
        email,
        attributes: BTreeMap::new(),
        timestamps: BTreeMap::new(),
        unsubscribed: dice.percent(7),
        devices: Vec::new(),
    };
    for (name, value) in attributes(dice, &person, (given, family), created, now) {
        person.set(name, value, dice.between(created, now));
    }
    person.devices = (0..dice.count(0, 2)).filter_map(|_| device(dice, now)).collect();
    Some(person)
}

fn address(dice: &mut Dice, house: &str, given: &str, family: &str, number: usize) -> String {
    let (given, family) = (given.to_lowercase(), family.to_lowercase());
    match dice.between(0, 3) {
        0 => format!("{given}.{family}{number}@{house}.example.com"),
        1 => format!("{given}{number}@mail.example.org"),
        2 => format!("{given}.{family}+{number}@post.example.net"),
        _ => format!("{family}.{number}@home.example.net"),
    }
}

fn attributes(
    dice: &mut Dice,
    person: &Person,
    (given, family): (&str, &str),
    created: i64,
    now: i64,
) -> Vec<(&'static str, String)> {
    let (city, country, zone) = dice.pick(words::CITIES).copied().unwrap_or_default();
    let mut list = vec![
        ("id", person.id.clone()),
        ("cio_id", person.cio_id.clone()),
        ("email", person.email.clone()),
        ("created_at", created.to_string()),
        ("first_name", given.to_owned()),
        ("last_name", family.to_owned()),
        ("city", city.to_owned()),
        ("country", country.to_owned()),
        ("timezone", zone.to_owned()),
        ("plan", dice.word(words::TIERS).to_owned()),
        ("source", dice.word(words::SOURCES).to_owned()),
        ("newsletter", dice.percent(55).to_string()),
        ("trial", dice.percent(12).to_string()),
        ("orders", dice.between(0, 42).to_string()),
        ("lifetime_value", format!("{}.{:02}", dice.between(0, 2_400), dice.between(0, 99))),
        ("last_seen_at", (now - dice.between(0, 60 * DAY)).to_string()),
        ("unsubscribed", person.unsubscribed.to_string()),
    ];
    if dice.percent(40) {
        list.push(("phone", format!("+1 555 01{:02}", dice.between(0, 99))));
    }
    if dice.percent(30) {
        list.push(("cio_subscription_preferences", r#"{"topics":{"topic_1":true,"topic_2":false}}"#.to_owned()));
    }
    list
}

fn device(dice: &mut Dice, now: i64) -> Option<Device> {
    let (platform, model, os) = dice.pick(words::PHONES).copied()?;
    let attributes = [
        ("device_os", os.to_owned()),
        ("device_model", model.to_owned()),
        ("app_version", format!("{}.{}.{}", dice.between(3, 5), dice.between(0, 12), dice.between(0, 9))),
        ("cio_sdk_version", "4.2.0".to_owned()),
        ("_last_status", dice.word(&["sent", "bounced", ""]).to_owned()),
        ("device_locale", dice.word(&["en-GB", "de-DE", "pt-BR", "ja-JP", "sv-SE"]).to_owned()),
        ("push_enabled", dice.percent(70).to_string()),
    ];
    Some(Device {
        id: dice.letters(40, HEX),
        platform,
        last_used: now - dice.between(0, 40 * DAY),
        attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}
