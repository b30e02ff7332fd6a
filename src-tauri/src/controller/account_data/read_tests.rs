//! What the sample API sends is read as the page needs it.

use serde_json::json;

use super::read;
use crate::view::{self, Ms};

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_person_without_an_id_of_the_customers_is_known_by_the_other() {
    let people: read::People = read(json!({
        "identifiers": [{ "email": "a@x.example", "id": "", "cio_id": "f00" }, { "email": "", "id": "", "cio_id": "" }],
        "ids": ["", ""], "next": "",
    }));
    let people: view::People = people.into();
    assert_eq!(people.rows.len(), 1);
    assert_eq!((people.rows[0].id.as_str(), people.next), ("f00", None));
}

#[test]
fn a_change_has_both_sides_and_an_event_its_data() {
    let found: read::Activities = read(json!({ "activities": [
        { "id": 7, "type": "attribute_change", "timestamp": 9, "data": { "plan": { "from": "free", "to": "scale" } } },
        { "id": "b", "type": "event", "name": "order", "timestamp": 8, "data": { "total": 12, "items": [1] } },
        { "id": "c", "type": "page", "timestamp": 7, "data": null },
    ] }));
    let [changed, event, page] =
        <[view::Activity; 3]>::try_from(found.activities.into_iter().map(view::Activity::from).collect::<Vec<_>>())
            .unwrap_or_else(|_| panic!("three"));
    assert_eq!((changed.id.as_str(), changed.at), ("7", Ms(9_000)));
    assert_eq!((changed.data[0].from.as_deref(), changed.data[0].value.as_str()), (Some("free"), "scale"));
    assert_eq!((event.data[1].name.as_str(), event.data[1].value.as_str()), ("total", "12"));
    assert!(page.data.is_empty());
}

#[test]
fn what_happened_to_a_message_is_told_in_order() {
    let message: read::Message = read(json!({
        "id": "m", "type": "email", "created": 100, "customer_id": null, "campaign_id": 12, "failure_message": "",
        "metrics": { "created": 100, "opened": 130, "sent": 101, "delivered": 101 },
    }));
    let message: view::Message = message.into();
    let names: Vec<_> = message.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["sent", "delivered", "opened"]);
    assert_eq!((message.campaign.as_deref(), message.failure, message.person), (Some("12"), None, None));
}
