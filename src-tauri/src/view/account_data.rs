//! What a session shows: customer data on its way to the page. None of these has a Debug, and nothing keeps them.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Ms;

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub people: u32,
    pub messages_sent: u32,
    pub billable_messages_sent: u32,
}

/// All tests must hold. No test: everybody.
#[derive(Clone, Deserialize, Type)]
pub struct PeopleAsk {
    pub session: u32,
    pub tests: Vec<AttributeTest>,
    /// From an earlier answer's `next`.
    pub start: Option<String>,
}

#[derive(Clone, Deserialize, Type)]
pub struct AttributeTest {
    pub field: String,
    pub operator: TestOperator,
    /// For `eq`.
    pub value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TestOperator {
    Eq,
    Exists,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct People {
    pub rows: Vec<PersonRow>,
    pub next: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PersonRow {
    pub id: String,
    pub email: Option<String>,
    pub cio_id: Option<String>,
}

#[derive(Clone, Deserialize, Type)]
pub struct PersonAsk {
    pub session: u32,
    pub person: String,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Person {
    pub id: String,
    pub email: Option<String>,
    pub cio_id: Option<String>,
    pub unsubscribed: bool,
    /// Ordered by name.
    pub attributes: Vec<Attribute>,
    pub devices: Vec<Device>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Attribute {
    pub name: String,
    pub value: String,
    /// When it was last set, where the upstream says.
    pub set: Option<Ms>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Device {
    pub id: String,
    pub platform: String,
    pub last_used: Option<Ms>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Activity {
    pub id: String,
    /// As the upstream names it, for example `attribute_change`.
    pub kind: String,
    pub at: Ms,
    pub name: Option<String>,
    /// The upstream's data, flattened: name, then value, or what it was and what it is.
    pub data: Vec<ActivityDatum>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ActivityDatum {
    pub name: String,
    pub from: Option<String>,
    pub value: String,
}

#[derive(Clone, Deserialize, Type)]
pub struct MessagesAsk {
    pub session: u32,
    /// As the upstream names it, for example `email`.
    pub kind: Option<String>,
    /// For example `bounced`.
    pub metric: Option<String>,
    pub start: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Messages {
    pub rows: Vec<Message>,
    pub next: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Message {
    pub id: String,
    pub kind: String,
    pub person: Option<String>,
    pub recipient: Option<String>,
    pub subject: Option<String>,
    pub created: Ms,
    /// What happened to it, oldest first.
    pub metrics: Vec<Metric>,
    pub failure: Option<String>,
    pub campaign: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Metric {
    pub name: String,
    pub at: Ms,
}

#[derive(Clone, Deserialize, Type)]
pub struct MessageAsk {
    pub session: u32,
    pub message: String,
}

/// The archived body, as text: the page never renders a customer's HTML.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct MessageBody {
    pub from: Option<String>,
    pub subject: Option<String>,
    pub body: String,
}

/// Only the attributes named change. An absent value takes the attribute away.
#[derive(Clone, Deserialize, Type)]
pub struct UpdatePersonAsk {
    pub session: u32,
    pub person: String,
    pub changes: Vec<AttributeChange>,
    /// Only where these stand so: for taking back what was changed, and nothing that came after.
    pub only_if: Option<Vec<AttributeChange>>,
}

#[derive(Clone, Deserialize, Type)]
pub struct AttributeChange {
    pub name: String,
    pub value: Option<String>,
}
