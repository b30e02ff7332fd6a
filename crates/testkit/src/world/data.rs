//! What lies in one account, as the account-data API keeps it.
//!
//! It is plain data with the few questions that every part of the API asks of it; it knows nothing of HTTP or JSON.

use std::collections::{BTreeMap, BTreeSet};

use doorward_core::time::UnixMs;
use serde_json::Value;

use super::{WorldAccount, campaigns, people, traffic, words};
use crate::dice::Dice;

/// Everything in one account. Messages and activities are kept newest first. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct AccountData {
    pub seed: u64,
    pub company: String,
    pub workspaces: Vec<Workspace>,
    pub people: Vec<Person>,
    pub segments: Vec<Segment>,
    pub campaigns: Vec<Campaign>,
    pub messages: Vec<Message>,
    pub activities: Vec<Activity>,
    pub exports: Vec<Export>,
    pub suppressed: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub workspace: u64,
    pub id: String,
    pub cio_id: String,
    pub email: String,
    pub attributes: BTreeMap<String, String>,
    /// When each attribute was last set.
    pub timestamps: BTreeMap<String, i64>,
    pub unsubscribed: bool,
    pub devices: Vec<Device>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: String,
    pub platform: &'static str,
    pub last_used: i64,
    pub attributes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub workspace: u64,
    pub id: u64,
    pub name: String,
    pub description: String,
    pub membership: Membership,
    pub tags: Vec<&'static str>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Who is in a segment: whoever has an attribute's value, or a list kept by hand (of `cio_id`s).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    Rule { field: &'static str, value: &'static str },
    List(BTreeSet<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub workspace: u64,
    pub id: u64,
    pub name: &'static str,
    pub kind: &'static str,
    pub event_name: &'static str,
    pub subject: &'static str,
    pub state: &'static str,
    pub tags: Vec<&'static str>,
    pub trigger_segments: Vec<u64>,
    pub actions: Vec<CampaignAction>,
    pub created: i64,
    pub updated: i64,
    pub first_started: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignAction {
    pub id: u64,
    pub kind: &'static str,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub workspace: u64,
    pub id: String,
    pub kind: &'static str,
    pub person: String,
    pub person_id: String,
    pub recipient: String,
    pub greeting: String,
    pub subject: String,
    pub campaign: u64,
    pub action: u64,
    pub created: i64,
    pub metrics: BTreeMap<&'static str, i64>,
    pub failure: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub workspace: u64,
    pub id: String,
    pub kind: String,
    pub name: Option<String>,
    pub at: i64,
    /// `cio_id`, `id` and e-mail address of the person, as they were then.
    pub person: [String; 3],
    pub delivery: Option<(String, &'static str)>,
    pub data: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: u64,
    pub kind: &'static str,
    pub total: usize,
    pub created: i64,
}

impl AccountData {
    /// Draws what lies in an account.
    pub(super) fn draw(seed: u64, account: &WorldAccount, now: UnixMs) -> Self {
        let mut dice = Dice::new(seed, &format!("{}/data", account.id));
        let now = now.0 / 1_000;
        let workspaces = draw_workspaces(&mut dice);
        let mut data = Self {
            seed,
            company: account.name.clone(),
            people: people::draw(&mut dice, &account.name, &workspaces, now),
            workspaces,
            segments: Vec::new(),
            campaigns: Vec::new(),
            messages: Vec::new(),
            activities: Vec::new(),
            exports: Vec::new(),
            suppressed: BTreeSet::new(),
        };
        campaigns::draw(&mut dice, &mut data, now);
        traffic::draw(&mut dice, &mut data, now);
        data
    }

    /// Finds a person by `id`, e-mail address or `cio_id`.
    pub fn person(&self, identifier: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.is(identifier))
    }

    pub fn is_in(&self, person: &Person, segment: &Segment) -> bool {
        segment.workspace == person.workspace
            && match &segment.membership {
                Membership::Rule { field, value } => person.attributes.get(*field).is_some_and(|own| own == value),
                Membership::List(list) => list.contains(&person.cio_id),
            }
    }

    /// Notes what happened; the newest comes first.
    pub fn note(&mut self, activity: Activity) {
        self.activities.insert(0, activity);
    }
}

impl Person {
    pub fn is(&self, identifier: &str) -> bool {
        self.id == identifier || self.cio_id == identifier || self.email.eq_ignore_ascii_case(identifier)
    }

    pub fn identity(&self) -> [String; 3] {
        [self.cio_id.clone(), self.id.clone(), self.email.clone()]
    }

    pub fn set(&mut self, name: &str, value: String, at: i64) {
        self.attributes.insert(name.to_owned(), value);
        self.timestamps.insert(name.to_owned(), at);
    }
}

fn draw_workspaces(dice: &mut Dice) -> Vec<Workspace> {
    let first = dice.between(10_000, 99_000).unsigned_abs();
    let start = dice.count(1, words::WORKSPACES.len() - 1);
    let others = words::WORKSPACES.iter().skip(1).cycle().skip(start);
    let names = words::WORKSPACES.iter().take(1).chain(others).take(dice.count(2, 4));
    names.zip(first..).map(|(name, id)| Workspace { id, name: (*name).to_owned() }).collect()
}
