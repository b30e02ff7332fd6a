//! The filter language of the people search: `and`, `or`, `not`, `segment`, `attribute`.

use serde::Deserialize;
use serde_json::Value;

use super::answers::Fault;
use crate::world::{AccountData, Person};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Segment(SegmentFilter),
    Attribute(AttributeFilter),
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SegmentFilter {
    id: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct AttributeFilter {
    field: String,
    operator: Operator,
    value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Operator {
    Eq,
    Exists,
}

impl Filter {
    /// Refuses what could never be answered: a segment that does not exist, an `eq` without a value.
    pub fn check(&self, data: &AccountData) -> Result<(), Fault> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().try_for_each(|part| part.check(data)),
            Self::Not(part) => part.check(data),
            Self::Segment(wanted) if data.segments.iter().any(|segment| segment.id == wanted.id) => Ok(()),
            Self::Segment(_) => Err(Fault::BadRequest("no such segment")),
            Self::Attribute(wanted) if wanted.operator == Operator::Eq && wanted.value.is_none() => {
                Err(Fault::BadRequest("eq needs a value"))
            }
            Self::Attribute(_) => Ok(()),
        }
    }

    pub fn takes(&self, data: &AccountData, person: &Person) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.takes(data, person)),
            Self::Or(parts) => parts.iter().any(|part| part.takes(data, person)),
            Self::Not(part) => !part.takes(data, person),
            Self::Segment(wanted) => {
                data.segments.iter().any(|segment| segment.id == wanted.id && data.is_in(person, segment))
            }
            Self::Attribute(wanted) => wanted.takes(person),
        }
    }
}

impl AttributeFilter {
    fn takes(&self, person: &Person) -> bool {
        let own = person.attributes.get(&self.field).filter(|own| !own.is_empty());
        match self.operator {
            Operator::Exists => own.is_some(),
            Operator::Eq => own.is_some_and(|own| self.value.as_ref().is_some_and(|value| *own == as_text(value))),
        }
    }
}

/// Attributes are kept as text, whatever they were sent as.
pub(super) fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
