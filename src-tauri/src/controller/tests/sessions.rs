//! Sessions: opened, looked into, renewed.

use doorward_core::{policy::Denial, time::Millis, wire::Code};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;

use super::{
    house::refused,
    stage::{Stage, until},
};
use crate::{controller::Request, view::*};

#[tokio::test]
async fn a_session_is_opened_with_its_reason_and_told() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    assert_eq!(
        (session.account.as_str(), session.mode, session.ticket.as_deref()),
        ("acme", ModeName::ReadOnly, Some("T-1"))
    );
    assert_eq!(session.ends.0 - session.opened.0, 60 * 60 * 1_000);
    let told = stage.hears(|event| match event {
        ConsoleEvent::SessionOpened { session } => Some(session.clone()),
        _ => None,
    });
    assert_eq!(told.await, session);
}

#[tokio::test]
async fn what_may_not_be_opened_is_refused_with_its_why() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let mut ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadWrite, ticket: None, reason: "a call".to_owned() };
    let (writing, mut reading) = (ask.clone(), ask.clone());
    reading.mode = ModeName::ReadOnly;
    ask.reason = "x".to_owned();
    let problem = stage.ask(|reply| Request::OpenSession(writing, reply)).await.unwrap_err();
    assert_eq!((problem.code, problem.why), (ErrorCode::Denied, Some(Why::ReadOnlyForYou)), "before any touch");
    assert_eq!(stage.house.was_asked("begin-intent"), 0);
    let problem = stage.ask(|reply| Request::OpenSession(reading, reply)).await.unwrap_err();
    assert_eq!((problem.code, problem.why), (ErrorCode::Denied, Some(Why::TicketMissing)));
    assert_eq!(stage.ask(|reply| Request::OpenSession(ask, reply)).await.unwrap_err().code, ErrorCode::BadRequest);
    assert!(stage.ask(Request::Sessions).await.unwrap().is_empty());
}

#[tokio::test]
async fn read_write_asks_for_the_key_and_says_what_for() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let handle = stage.handle.clone();
    let ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadWrite, ticket: None, reason: "a call".to_owned() };
    let opening = tokio::spawn(async move { handle.ask(|reply| Request::OpenSession(ask, reply)).await });
    stage.hears_pin_asked().await;
    let purpose = stage.state().await.prompt.unwrap().purpose;
    assert_eq!(purpose, KeyPurpose::ReadWrite { account: "acme".to_owned(), account_name: "acme".to_owned() });
    stage.type_pin("1234").await;
    let session = opening.await.unwrap().unwrap();
    assert_eq!((session.mode, session.ends.0 - session.opened.0), (ModeName::ReadWrite, 15 * 60 * 1_000));
    assert_eq!(stage.house.was_asked("confirm-intent"), 1);
}

#[tokio::test]
async fn account_data_is_asked_for_below_the_account_with_the_sessions_token() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let serial = stage.opens("acme", ModeName::ReadWrite).await.unwrap().serial;
    let person = json!({ "customer": {
        "id": "1", "identifiers": { "id": "1", "email": "a@x.example", "cio_id": "f0" },
        "attributes": { "plan": "scale" }, "timestamps": { "plan": 7 }, "unsubscribed": false, "devices": [],
    } });
    stage.house.inner().data.extend([
        (200, json!({ "identifiers": [{ "id": "1", "email": "a@x.example", "cio_id": "f0" }], "next": "n" })),
        (200, json!({})),
        (200, person),
    ]);
    let tests =
        vec![AttributeTest { field: "plan".to_owned(), operator: TestOperator::Eq, value: Some("free".to_owned()) }];
    let ask = PeopleAsk { session: serial, tests, start: None };
    let people = stage.ask(|reply| Request::People(ask, reply)).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!((people.rows[0].id.as_str(), people.next.as_deref()), ("1", Some("n")));
    let change = AttributeChange { name: "plan".to_owned(), value: Some("scale".to_owned()) };
    let gone = AttributeChange { name: "old".to_owned(), value: None };
    let ask =
        UpdatePersonAsk { session: serial, person: "a/b?".to_owned(), changes: vec![change, gone], only_if: None };
    let after =
        stage.ask(|reply| Request::UpdatePerson(ask, reply)).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    assert_eq!((after.attributes[0].value.as_str(), after.attributes[0].set), ("scale", Some(Ms(7_000))));
    // Names are fetched beside all this, at a time of their own.
    let mut asked = stage.house.inner().asked.clone();
    asked.retain(|call| !call.ends_with("-names"));
    let wanted = [
        "POST /accounts/acme/v1/customers?limit=50",
        "with session-1",
        r#"{"filter":{"and":[{"attribute":{"field":"plan","operator":"eq","value":"free"}}]}}"#,
        "PUT /accounts/acme/api/v1/customers/a%2Fb%3F",
        "with session-1",
        r#"{"_update":true,"old":null,"plan":"scale"}"#,
        "GET /accounts/acme/v1/customers/a%2Fb%3F/attributes?limit=50",
        "with session-1",
    ];
    assert_eq!(asked[asked.len() - wanted.len()..], wanted);
}

#[tokio::test]
async fn a_change_is_taken_back_only_where_it_still_stands() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let serial = stage.opens("acme", ModeName::ReadWrite).await.unwrap().serial;
    let person = |plan: &str| {
        json!({ "customer": {
            "id": "1", "identifiers": { "id": "1", "email": "a@x.example", "cio_id": "f0" },
            "attributes": { "plan": plan }, "timestamps": { "plan": 7 }, "unsubscribed": false, "devices": [],
        } })
    };
    let undo = || {
        let attribute =
            |value: Option<&str>| vec![AttributeChange { name: "plan".into(), value: value.map(Into::into) }];
        let (changes, only_if) = (attribute(Some("free")), Some(attribute(Some("scale"))));
        UpdatePersonAsk { session: serial, person: "1".to_owned(), changes, only_if }
    };
    stage.house.inner().data.push_back((200, person("enterprise")));
    let problem = stage.ask(|reply| Request::UpdatePerson(undo(), reply)).await.err().unwrap();
    assert_eq!(problem.code, ErrorCode::Conflict);
    assert_eq!(stage.house.was_asked("PUT /accounts/acme/api/v1/customers/1"), 0, "nothing was written over it");
    stage.house.inner().data.extend([(200, person("scale")), (200, json!({})), (200, person("free"))]);
    let after = stage.ask(|reply| Request::UpdatePerson(undo(), reply)).await.unwrap_or_else(|no| panic!("{no:?}"));
    assert_eq!(after.attributes[0].value, "free");
    assert_eq!(stage.house.was_asked("PUT /accounts/acme/api/v1/customers/1"), 1);
}

#[tokio::test]
async fn what_the_gateway_refuses_is_told_by_its_code() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let serial = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let refusals = [
        (refused(Code::Denied, Some(Denial::ReadOnlySession)), ErrorCode::Denied, Some(Why::ReadOnlySession)),
        (refused(Code::NotFresh, None), ErrorCode::NotFresh, None),
        (refused(Code::NotSignedIn, None), ErrorCode::SessionNotOpen, None),
        (doorward_client::api::ApiError::Unreachable, ErrorCode::Offline, None),
    ];
    for (refusal, code, why) in refusals {
        stage.house.inner().refuse = Some(refusal);
        let problem = stage.ask(|reply| Request::Workspaces(serial, reply)).await.err().unwrap();
        assert_eq!((problem.code, problem.why), (code, why));
    }
    stage.house.inner().data.push_back((429, json!({ "errors": [] })));
    let problem = stage.ask(|reply| Request::Workspaces(serial, reply)).await.err().unwrap();
    assert_eq!((problem.code, problem.retry_after), (ErrorCode::TooManyRequests, Some(7)), "and when to try again");
    stage.house.inner().data.push_back((404, json!({ "errors": [] })));
    let problem = stage.ask(|reply| Request::Workspaces(serial, reply)).await.err().unwrap();
    assert_eq!(problem.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_under_way_is_dropped_with_the_session() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let serial = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let hold = Arc::new(Notify::new());
    stage.house.inner().hold = Some(hold.clone());
    stage.house.inner().data.push_back((200, json!({ "workspaces": [{ "id": 1, "name": "secret" }] })));
    let handle = stage.handle.clone();
    let looking = tokio::spawn(async move { handle.ask(|reply| Request::Workspaces(serial, reply)).await });
    until("the request is under way", || stage.house.was_asked("with session-1") == 1).await;
    stage.switch_off("acme", doorward_core::grant::Setting::SupportTeamAccess);
    assert_eq!(stage.hears_end(serial).await, EndedBy::CustomerSwitchedOff);
    let problem = looking.await.unwrap().err().unwrap();
    assert_eq!((problem.code, problem.why), (ErrorCode::Denied, Some(Why::SessionEnded)));
    hold.notify_one();
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out_and_only_while_the_session_lives() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let serial = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    stage.tick().await;
    assert_eq!(stage.house.was_asked("renew"), 0, "it lives for five minutes");
    stage.pass(Millis::minutes(4));
    stage.tick().await;
    until("it is renewed", || stage.house.was_asked("renew") == 1).await;
    stage.tick().await;
    stage.house.inner().data.push_back((200, json!({ "workspaces": [] })));
    let seen = stage.ask(|reply| Request::Workspaces(serial, reply)).await;
    assert!(seen.is_ok() && stage.house.was_asked("with renewed-1") == 1);
    stage.ask(|reply| Request::EndSession(serial, reply)).await.unwrap();
    stage.pass(Millis::minutes(10));
    stage.tick().await;
    assert_eq!(stage.house.was_asked("renew"), 1);
}

#[tokio::test]
async fn a_renewal_that_fails_is_tried_again() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.house.inner().reachable = false;
    stage.pass(Millis::minutes(4));
    stage.tick().await;
    stage.house.inner().reachable = true;
    stage.tick().await;
    assert_eq!(stage.house.was_asked("renew"), 0, "not at once");
    stage.pass(Millis::seconds(5));
    stage.tick().await;
    until("it is renewed", || stage.house.was_asked("renew") == 1).await;
}
