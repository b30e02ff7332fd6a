//! Writes really change the state, and leave an activity behind.

use doorward_core::time::Millis;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::trial::Trial;
use crate::world::Membership;

async fn newest_activity(trial: &Trial, person: &str) -> Value {
    trial.get(&format!("/v1/customers/{person}/activities?limit=1")).await["activities"][0].clone()
}

#[tokio::test]
async fn an_attribute_changes_and_the_change_is_noted() {
    let trial = Trial::begin().await;
    let id = trial.somebody();
    let path = format!("/api/v1/customers/{id}");
    let before = trial.upstream.person(&trial.account, &id).unwrap();
    trial.clock.advance(Millis::minutes(1));
    trial.send(Method::PUT, &path, json!({ "city": "Elsewhere", "orders": 7, "source": null, "_update": true })).await;

    let after = trial.upstream.person(&trial.account, &id).unwrap();
    assert_eq!((after.attributes["city"].as_str(), after.attributes["orders"].as_str()), ("Elsewhere", "7"));
    assert!(!after.attributes.contains_key("source") && !after.attributes.contains_key("_update"));
    assert_eq!(after.timestamps["city"], trial.clock.now().0 / 1_000);
    let noted = newest_activity(&trial, &id).await;
    assert_eq!(noted["type"], "attribute_change");
    assert_eq!(noted["data"]["city"], json!({ "from": before.attributes["city"], "to": "Elsewhere" }));
    assert_eq!(noted["data"]["source"]["to"], "");

    trial.send(Method::PUT, &path, json!({ "city": "Elsewhere", "cio_id": "mine", "email": "" })).await;
    assert_eq!(trial.upstream.person(&trial.account, &id).unwrap(), after);
    assert_eq!(newest_activity(&trial, &id).await["id"], noted["id"], "nothing changed, so nothing is noted");
}

#[tokio::test]
async fn the_other_accounts_stay_as_they_are() {
    let trial = Trial::begin().await;
    let id = trial.somebody();
    let others = [2, 3].map(|number| format!("a-{number:05}").parse().unwrap());
    let look = || others.each_ref().map(|other| trial.upstream.look(other, |data| data.people.clone()).unwrap());
    let before = look();
    trial.send(Method::PUT, &format!("/api/v1/customers/{id}"), json!({ "plan": "other" })).await;
    assert_eq!(look(), before);
}

#[tokio::test]
async fn somebody_new_is_made_unless_only_an_update_was_meant() {
    let trial = Trial::begin().await;
    trial.send(Method::PUT, "/api/v1/customers/new-one", json!({ "_update": true, "plan": "pro" })).await;
    assert_eq!(trial.upstream.person(&trial.account, "new-one"), None);
    trial.send(Method::PUT, "/api/v1/customers/new-one", json!({ "plan": "pro" })).await;
    assert_eq!(trial.upstream.person(&trial.account, "new-one").unwrap().attributes["plan"], "pro");
    let created = trial.get("/v1/activities?type=profile_create&limit=1").await;
    assert_eq!(created["activities"][0]["customer_id"], "new-one");
}

#[tokio::test]
async fn people_are_deleted_suppressed_and_unsuppressed() {
    let trial = Trial::begin().await;
    let id = trial.somebody();
    let path = |tail: &str| format!("/api/v1/customers/{id}{tail}");
    assert_eq!(trial.status(Method::POST, &path("/unsuppress"), json!({})).await, StatusCode::NOT_FOUND);
    trial.send(Method::POST, &path("/suppress"), json!({})).await;
    assert_eq!(trial.upstream.person(&trial.account, &id), None);
    trial.send(Method::POST, &path("/unsuppress"), json!({})).await;

    let other = trial.somebody();
    trial.send(Method::DELETE, &format!("/api/v1/customers/{other}"), json!({})).await;
    assert_eq!(trial.upstream.person(&trial.account, &other), None);
    let noted = trial.get("/v1/activities?type=profile_delete").await;
    assert_eq!(noted["activities"][0]["customer_id"], other);
    let again = trial.status(Method::DELETE, &format!("/api/v1/customers/{other}"), json!({})).await;
    assert_eq!(again, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_event_is_noted() {
    let trial = Trial::begin().await;
    let id = trial.somebody();
    let path = format!("/api/v1/customers/{id}/events");
    trial.send(Method::POST, &path, json!({ "name": "renewed", "data": { "months": 12 } })).await;
    let noted = newest_activity(&trial, &id).await;
    assert_eq!((&noted["name"], &noted["data"]["months"]), (&json!("renewed"), &json!(12)));
    assert_eq!(trial.status(Method::POST, &path, json!({ "data": {} })).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_a_list_kept_by_hand_can_be_changed() {
    let trial = Trial::begin().await;
    let (list, rule, person) = trial
        .upstream
        .look(&trial.account, |data| {
            let is_list = |s: &&crate::world::Segment| matches!(s.membership, Membership::List(_));
            let list = data.segments.iter().find(is_list).unwrap();
            let rule = data.segments.iter().find(|s| !is_list(s)).unwrap();
            let outside = |p: &&crate::world::Person| p.workspace == list.workspace && !data.is_in(p, list);
            (list.id, rule.id, data.people.iter().find(outside).unwrap().id.clone())
        })
        .unwrap();
    let count = async || trial.get(&format!("/v1/segments/{list}/customer_count")).await["count"].as_u64().unwrap();
    let before = count().await;
    let ids = json!({ "ids": [person] });
    trial.send(Method::POST, &format!("/api/v1/segments/{list}/add_customers"), ids.clone()).await;
    assert_eq!(count().await, before + 1);
    trial.send(Method::POST, &format!("/api/v1/segments/{list}/remove_customers"), ids.clone()).await;
    assert_eq!(count().await, before);
    let path = format!("/api/v1/segments/{rule}/add_customers");
    assert_eq!(trial.status(Method::POST, &path, ids).await, StatusCode::UNPROCESSABLE_ENTITY);
}
