//! How the account-data API's JSON is read: leniently, since it is somebody else's. What is missing is empty, numbers
//! and texts may stand for each other, and what is not known is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::text::plain_text;
use crate::view;

#[derive(Deserialize)]
pub(super) struct Workspaces {
    #[serde(default)]
    pub workspaces: Vec<Workspace>,
}

#[derive(Deserialize)]
pub(super) struct Workspace {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    name: String,
    #[serde(default)]
    people: u64,
    #[serde(default)]
    messages_sent: u64,
    #[serde(default)]
    billable_messages_sent: u64,
}

#[derive(Deserialize)]
pub(super) struct People {
    #[serde(default)]
    identifiers: Vec<Identifiers>,
    #[serde(default, deserialize_with = "some_text")]
    next: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Identifiers {
    #[serde(deserialize_with = "some_text")]
    email: Option<String>,
    #[serde(deserialize_with = "some_text")]
    id: Option<String>,
    #[serde(deserialize_with = "some_text")]
    cio_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Customer {
    pub customer: Person,
}

#[derive(Deserialize)]
pub(super) struct Person {
    #[serde(default)]
    identifiers: Identifiers,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default)]
    timestamps: BTreeMap<String, Value>,
    #[serde(default)]
    unsubscribed: bool,
    #[serde(default)]
    devices: Vec<Device>,
}

#[derive(Deserialize)]
struct Device {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    platform: String,
    #[serde(default)]
    last_used: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Activities {
    #[serde(default)]
    pub activities: Vec<Activity>,
}

#[derive(Deserialize)]
pub(super) struct Activity {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: String,
    #[serde(default, deserialize_with = "some_text")]
    name: Option<String>,
    #[serde(default)]
    timestamp: i64,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
pub(super) struct Messages {
    #[serde(default)]
    pub messages: Vec<Message>,
    #[serde(default, deserialize_with = "some_text")]
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: String,
    #[serde(default, deserialize_with = "some_text")]
    customer_id: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    recipient: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    subject: Option<String>,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    metrics: BTreeMap<String, i64>,
    #[serde(default, deserialize_with = "some_text")]
    failure_message: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    campaign_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Archived {
    pub archived_message: Body,
}

#[derive(Deserialize)]
pub(super) struct Body {
    #[serde(default, deserialize_with = "some_text")]
    from: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    subject: Option<String>,
    #[serde(default, deserialize_with = "text")]
    body: String,
}

impl From<Workspace> for view::Workspace {
    fn from(one: Workspace) -> Self {
        Self {
            id: one.id,
            name: one.name,
            people: count(one.people),
            messages_sent: count(one.messages_sent),
            billable_messages_sent: count(one.billable_messages_sent),
        }
    }
}

impl From<People> for view::People {
    fn from(found: People) -> Self {
        Self { rows: found.identifiers.into_iter().filter_map(row).collect(), next: found.next }
    }
}

/// Somebody with neither id could never be asked for again.
fn row(who: Identifiers) -> Option<view::PersonRow> {
    let id = who.id.or_else(|| who.cio_id.clone())?;
    Some(view::PersonRow { id, email: who.email, cio_id: who.cio_id })
}

impl From<Person> for view::Person {
    fn from(person: Person) -> Self {
        let Identifiers { email, id, cio_id } = person.identifiers;
        let set = |name: &str| person.timestamps.get(name).and_then(Value::as_i64).map(seconds);
        let attributes = person.attributes.iter().map(|(name, value)| view::Attribute {
            name: name.clone(),
            value: as_text(value),
            set: set(name),
        });
        Self {
            id: id.or_else(|| cio_id.clone()).unwrap_or_default(),
            email,
            cio_id,
            unsubscribed: person.unsubscribed,
            attributes: attributes.collect(),
            devices: person.devices.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Device> for view::Device {
    fn from(device: Device) -> Self {
        Self { id: device.id, platform: device.platform, last_used: device.last_used.map(seconds) }
    }
}

impl From<Activity> for view::Activity {
    fn from(activity: Activity) -> Self {
        let data = activity.data.as_object().into_iter().flatten().map(|(name, value)| datum(name, value));
        Self {
            id: activity.id,
            kind: activity.kind,
            at: seconds(activity.timestamp),
            name: activity.name,
            data: data.collect(),
        }
    }
}

/// A change is told as from and to; everything else as it is.
fn datum(name: &str, value: &Value) -> view::ActivityDatum {
    let changed = value.as_object().and_then(|change| Some((change.get("from")?, change.get("to")?)));
    let (from, value) = match changed {
        Some((from, to)) => (Some(as_text(from)), as_text(to)),
        None => (None, as_text(value)),
    };
    view::ActivityDatum { name: name.to_owned(), from, value }
}

impl From<Messages> for view::Messages {
    fn from(found: Messages) -> Self {
        Self { rows: found.messages.into_iter().map(Into::into).collect(), next: found.next }
    }
}

impl From<Message> for view::Message {
    fn from(message: Message) -> Self {
        // When it was created is told beside, and is nothing that happened to it.
        let happened = message.metrics.into_iter().filter(|(name, _)| name != "created");
        let mut metrics: Vec<_> = happened.map(|(name, at)| view::Metric { name, at: seconds(at) }).collect();
        metrics.sort_by_key(|metric| (metric.at, rank(&metric.name)));
        Self {
            id: message.id,
            kind: message.kind,
            person: message.customer_id,
            recipient: message.recipient,
            subject: message.subject,
            created: seconds(message.created),
            metrics,
            failure: message.failure_message,
            campaign: message.campaign_id,
        }
    }
}

/// Of two things in the same second, which came first.
fn rank(metric: &str) -> usize {
    let order = ["drafted", "sent", "delivered", "opened", "human_opened", "clicked", "human_clicked", "converted"];
    order.iter().position(|known| *known == metric).unwrap_or(order.len())
}

impl From<Body> for view::MessageBody {
    fn from(body: Body) -> Self {
        Self { from: body.from, subject: body.subject, body: plain_text(&body.body) }
    }
}

fn seconds(at: i64) -> view::Ms {
    view::Ms(at.saturating_mul(1_000))
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Value::deserialize(from).map(|value| as_text(&value))
}

fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from).map(|text| Some(text).filter(|text| !text.is_empty()))
}
