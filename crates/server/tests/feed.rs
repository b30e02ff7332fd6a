//! The feed: what followers get verifies, nothing acknowledged is lost, and nobody who may not follow does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    feed::{
        batch::{Batch, verify},
        freshness::Freshness,
        snapshot::Snapshot,
        tree::Frontier,
    },
    grant::Plan,
    time::Millis,
};
use doorward_server::PeerCertificate;
use house::{House, ok, trust};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

async fn get(house: &House, path: &str) -> Value {
    ok(house.send("GET", path, Some(&house.follower), None, None).await)
}

/// Everything after `frontier`, `limit` entries at a time, verified as a follower does.
async fn follow(house: &House, mut frontier: Frontier, limit: usize) -> Frontier {
    loop {
        let delta = get(house, &format!("/v1/feed/entries?after={}&limit={limit}", frontier.size())).await;
        let Some(batch) = delta["batch"].as_object() else { return frontier };
        let batch: Batch = serde_json::from_value(Value::Object(batch.clone())).unwrap();
        frontier = verify(&batch, &frontier, &trust()).unwrap().frontier().clone();
        assert_eq!(delta["more"], json!(frontier.size() < house.app.size()));
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    house.staff(&mut admin, "sam", &["technical-support"]).await;
    for number in 0..4 {
        house.account(&format!("a-{number}"), Plan::Premium).await;
        house.switch_on(&format!("a-{number}"), "support-team-access").await;
        let reached = follow(&house, Frontier::default(), 1_000).await;
        let after = house.killed();
        assert_eq!(follow(&after, Frontier::default(), 3).await, reached);
        assert!(house.app.read_state(|state| after.app.read_state(|other| state == other)));
        after.account("later", Plan::Standard).await;
        assert_eq!(follow(&after, reached, 1_000).await.size(), after.app.size());
    }
}

#[tokio::test]
async fn a_root_of_any_size_is_known_over_the_kept_edges() {
    let house = House::new().await;
    for number in 0..1_205 {
        house.account(&format!("a-{number}"), Plan::Standard).await;
    }
    let whole = follow(&house, Frontier::default(), 1_000).await;
    assert_eq!((whole.size(), follow(&house, Frontier::default(), 97).await), (1_205, whole.clone()));
    assert_eq!(follow(&house.killed(), Frontier::default(), 601).await, whole);
}

#[tokio::test]
async fn the_snapshot_is_the_fold() {
    let house = House::new().await;
    house.admin().await;
    house.account("acme", Plan::Premium).await;
    let signed = get(&house, "/v1/feed/snapshot").await;
    let body = STANDARD.decode(signed["body"].as_str().unwrap()).unwrap();
    let snapshot = Snapshot::open(signed["note"].as_str().unwrap(), &body, &trust()).unwrap();
    assert!(house.app.read_state(|state| *state == snapshot.state));
}

/// Reads events of a stream until `enough` says so.
async fn events(house: &House, path: &str, enough: impl Fn(&[(String, String)]) -> bool) -> Vec<(String, String)> {
    let request = Request::get(path).header("authorization", format!("Bearer {}", house.follower));
    let request = request.extension(PeerCertificate(None)).body(Body::empty()).unwrap();
    let answer = house.router().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    let mut body = answer.into_body();
    let mut text = String::new();
    let read = async {
        loop {
            let frame = body.frame().await.expect("the stream goes on").unwrap();
            text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
            let seen = parse(&text);
            if enough(&seen) {
                return seen;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), read).await.expect("enough events in time")
}

fn parse(text: &str) -> Vec<(String, String)> {
    let field = |block: &str, name: &str| -> String {
        block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
    };
    text.split_terminator("\n\n").map(|block| (field(block, "event:"), field(block, "data:"))).collect()
}

#[tokio::test]
async fn a_stream_begins_with_what_was_missed_and_goes_on() {
    let house = House::new().await;
    house.account("acme", Plan::Premium).await;
    let begun = tokio::sync::Notify::new();
    let change = async {
        begun.notified().await;
        house.account("bolt", Plan::Standard).await;
    };
    let both = |seen: &[(String, String)]| {
        begun.notify_one();
        seen.iter().filter(|(event, _)| event == "entries").count() == 2 && seen.last().unwrap().0 == "fresh"
    };
    let (seen, ()) = tokio::join!(events(&house, "/v1/feed/stream?after=0", both), change);
    let mut frontier = Frontier::default();
    for (event, data) in &seen {
        if event == "entries" {
            frontier = verify(&serde_json::from_str(data).unwrap(), &frontier, &trust()).unwrap().frontier().clone();
        } else {
            let fresh: Value = serde_json::from_str(data).unwrap();
            let fresh = Freshness::open(fresh["note"].as_str().unwrap(), &trust()).unwrap();
            assert!(fresh.epoch >= 1 && fresh.size <= 2);
        }
    }
    assert_eq!(frontier.size(), 2);
}

#[tokio::test]
async fn an_epoch_belongs_to_one_start() {
    let house = House::new().await;
    let epoch = |house: &House| Freshness::open(&house.app.fresh().note, &trust()).unwrap().epoch;
    let after = house.killed();
    assert_eq!((epoch(&house), epoch(&after), epoch(&after.killed())), (1, 2, 3));
}

#[tokio::test]
async fn time_in_the_feed_never_goes_back() {
    let house = House::new().await;
    house.account("acme", Plan::Premium).await;
    let before = house.app.now();
    house.clock.advance(Millis(10));
    house.account("bolt", Plan::Premium).await;
    let killed = house.killed();
    assert!(killed.app.now() > before);
}
