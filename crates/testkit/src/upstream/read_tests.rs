//! The sample API answers as its description says, page by page, and to its own key alone.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    KeySeen,
    trial::{KEY, Trial},
};
use crate::world::Membership;

#[tokio::test]
async fn only_its_own_key_opens_it_and_everything_sent_is_seen() {
    let trial = Trial::begin().await;
    let url = format!("{}/accounts/{}/v1/workspaces?a=b", trial.running.url(), trial.account);
    let with = |value: Option<&str>| {
        let request = trial.client.get(&url).header("x-mark", "1");
        value.map_or(request.try_clone().unwrap(), |value| request.header("authorization", value)).send()
    };
    for wrong in [None, Some("Bearer wrong"), Some("Basic abc"), Some(KEY), Some("bearer upstream-key-for-tests")] {
        assert_eq!(with(wrong).await.unwrap().status(), StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    assert_eq!(with(Some(&format!("Bearer {KEY}"))).await.unwrap().status(), StatusCode::OK);

    let seen = trial.upstream.seen();
    let keys: Vec<_> = seen.iter().map(|seen| seen.key).collect();
    let wrong = KeySeen::Wrong;
    assert_eq!(keys, [KeySeen::Missing, wrong, wrong, wrong, wrong, KeySeen::Right]);
    assert!(seen.iter().all(|seen| seen.path.ends_with("/v1/workspaces?a=b") && seen.method == "GET"));
    assert!(seen.iter().all(|seen| seen.header_names.contains(&"x-mark".to_owned())));
    assert!(!format!("{seen:?}").contains(KEY));
    trial.upstream.forget_seen();
    assert_eq!(trial.upstream.seen(), []);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let trial = Trial::begin().await;
    for path in [
        "/v1/nothing",
        "/v1/customers/nobody/attributes",
        "/v1/messages/none",
        "/v1/segments/999999",
        "/v1/segments/x",
        "/v1/campaigns/999999",
        "/v1/exports/9",
    ] {
        assert_eq!(trial.status(Method::GET, path, json!({})).await, StatusCode::NOT_FOUND, "{path}");
    }
    for account in ["a-99999", "A-00001", ".."] {
        let url = format!("{}/accounts/{account}/v1/workspaces", trial.running.url());
        let answer = trial.client.get(url).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{account}");
        if account != ".." {
            assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["status"], "404");
        }
    }
}

#[tokio::test]
async fn a_search_pages_through_everybody_once() {
    let trial = Trial::begin().await;
    let everybody = json!({ "filter": { "attribute": { "field": "email", "operator": "exists" } } });
    let (mut found, mut start) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/customers?limit=37&start={start}");
        let page = trial.send(Method::POST, &path, everybody.clone()).await;
        let ids = page["ids"].as_array().unwrap();
        assert!(ids.len() <= 37);
        found.extend(ids.iter().map(|id| id.as_str().unwrap().to_owned()));
        start = page["next"].as_str().unwrap().to_owned();
        if start.is_empty() {
            break;
        }
    }
    let count = trial.upstream.look(&trial.account, |data| data.people.len()).unwrap();
    assert_eq!((found.len(), found.iter().collect::<HashSet<_>>().len()), (count, count));
    let ids = async |start: &str| trial.status(Method::POST, start, everybody.clone()).await;
    assert_eq!(ids("/v1/customers?start=zzz").await, StatusCode::BAD_REQUEST);
    assert_eq!(ids("/v1/customers?limit=0").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn filters_say_what_they_mean() {
    let trial = Trial::begin().await;
    let count = async |filter: Value| {
        let page = trial.send(Method::POST, "/v1/customers?limit=1000", json!({ "filter": filter })).await;
        page["ids"].as_array().unwrap().len()
    };
    let is = |field: &str, value: &str| json!({ "attribute": { "field": field, "operator": "eq", "value": value } });
    let all = count(json!({ "and": [] })).await;
    let (pro, german) = (count(is("plan", "pro")).await, count(is("country", "DE")).await);
    let both = count(json!({ "and": [is("plan", "pro"), is("country", "DE")] })).await;
    assert!(pro > 0 && german > 0);
    assert_eq!(count(json!({ "or": [is("plan", "pro"), is("country", "DE")] })).await, pro + german - both);
    assert_eq!(count(json!({ "not": is("plan", "pro") })).await, all - pro);
    assert_eq!(count(json!({ "or": [] })).await, 0);

    let rule = |segment: &crate::world::Segment| matches!(segment.membership, Membership::Rule { .. });
    let segment =
        trial.upstream.look(&trial.account, |data| data.segments.iter().find(|s| rule(s)).unwrap().id).unwrap();
    let counted = trial.get(&format!("/v1/segments/{segment}/customer_count")).await;
    assert_eq!(json!(count(json!({ "segment": { "id": segment } })).await), counted["count"]);
    for bad in [json!({}), json!({ "segment": { "id": 999_999 } }), json!({ "maybe": [] }), json!({ "attribute": {} })]
    {
        let body = json!({ "filter": bad });
        assert_eq!(trial.status(Method::POST, "/v1/customers", body).await, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_person_is_found_by_each_identifier() {
    let trial = Trial::begin().await;
    let id = trial.somebody();
    let person = trial.upstream.person(&trial.account, &id).unwrap();
    let by_id = trial.get(&format!("/v1/customers/{id}/attributes")).await;
    let shown = &by_id["customer"];
    assert_eq!(shown["attributes"]["email"], person.email);
    assert!(shown["timestamps"]["email"].is_i64() && shown["unsubscribed"].is_boolean());
    let email = person.email.replace('+', "%2B");
    assert_eq!(trial.get(&format!("/v1/customers/{email}/attributes?id_type=email")).await, by_id);
    assert_eq!(trial.get(&format!("/v1/customers/{}/attributes?id_type=cio_id", person.cio_id)).await, by_id);
    let found = trial.get(&format!("/v1/customers?email={email}")).await;
    assert_eq!(found["results"][0]["id"], id);
    let many = trial.send(Method::POST, "/v1/customers/attributes", json!({ "ids": [id, "nobody"] })).await;
    assert_eq!(many["customers"], json!([by_id]));
}

#[tokio::test]
async fn messages_and_activities_are_filtered() {
    let trial = Trial::begin().await;
    let opened = trial.get("/v1/messages?type=email&metric=opened&limit=1000").await;
    let opened = opened["messages"].as_array().unwrap();
    assert!(!opened.is_empty());
    assert!(opened.iter().all(|m| m["type"] == "email" && m["metrics"]["opened"].is_i64()));
    let campaign = &opened[0]["campaign_id"];
    let of_campaign = trial.get(&format!("/v1/messages?campaign_id={campaign}&limit=1000")).await;
    assert!(of_campaign["messages"].as_array().unwrap().iter().all(|m| m["campaign_id"] == *campaign));
    let created = opened[0]["created"].as_i64().unwrap();
    let at_once = trial.get(&format!("/v1/messages?start_ts={created}&end_ts={created}")).await;
    assert!(at_once["messages"].as_array().unwrap().iter().all(|m| m["created"] == created));

    let id = opened[0]["id"].as_str().unwrap();
    assert_eq!(trial.get(&format!("/v1/messages/{id}")).await["message"]["id"], id);
    let body = trial.get(&format!("/v1/messages/{id}/archived_message")).await;
    assert!(body["archived_message"]["body"].as_str().unwrap().starts_with("<!doctype html>"));
    assert_eq!(trial.get(&format!("/v1/messages/{id}/archived_message")).await, body);

    let person = opened[0]["customer_id"].as_str().unwrap();
    let own = trial.get(&format!("/v1/customers/{person}/activities")).await;
    assert!(own["activities"].as_array().unwrap().iter().all(|a| a["customer_id"] == person));
    let events = trial.get("/v1/activities?type=event").await;
    let events = events["activities"].as_array().unwrap();
    assert!(!events.is_empty() && events.len() <= 100);
    assert!(events.iter().all(|a| a["type"] == "event"));
}

#[tokio::test]
async fn each_workspace_has_its_own() {
    let trial = Trial::begin().await;
    let workspaces = trial.get("/v1/workspaces").await;
    let workspaces = workspaces["workspaces"].as_array().unwrap();
    assert!((2..=4).contains(&workspaces.len()));
    let mut total = 0;
    for workspace in workspaces {
        let path = format!("/v1/customers?limit=1000&workspace_id={}", workspace["id"]);
        let page = trial.send(Method::POST, &path, json!({ "filter": { "and": [] } })).await;
        assert_eq!(json!(page["ids"].as_array().unwrap().len()), workspace["people"]);
        total += workspace["people"].as_u64().unwrap();
        let campaigns = trial.get(&format!("/v1/campaigns?workspace_id={}", workspace["id"])).await;
        let campaign = &campaigns["campaigns"][0]["id"];
        let actions = trial.get(&format!("/v1/campaigns/{campaign}/actions")).await;
        assert!(!actions["actions"].as_array().unwrap().is_empty());
    }
    assert!((50..=400).contains(&total));
}
