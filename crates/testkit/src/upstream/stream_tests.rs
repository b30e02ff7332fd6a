//! Streams flow when they are poured, tell when they are cut, and large bodies pass both ways.

use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

use super::{StreamCut, trial::Trial};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_held_download_flows_as_it_is_poured_and_ends_when_let_go() {
    let trial = Trial::begin().await;
    let export = trial.export().await;
    let mut held = trial.upstream.hold_streams();
    let answer = trial.request(Method::GET, &format!("/v1/exports/{export}/download")).send().await.unwrap();
    let mut body = answer.bytes_stream();
    let open = timeout(SOON, held.next()).await.unwrap().unwrap();
    assert_eq!(open.account, trial.account);
    for piece in ["one", "two"] {
        open.pour(piece).await.unwrap();
        assert_eq!(timeout(SOON, body.next()).await.unwrap().unwrap().unwrap(), piece);
    }
    drop(open);
    assert!(timeout(SOON, body.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_upstream_learns_that_its_reader_is_gone() {
    let trial = Trial::begin().await;
    let mut held = trial.upstream.hold_streams();
    let answer = trial.request(Method::GET, "/v1/activities/stream").send().await.unwrap();
    let open = timeout(SOON, held.next()).await.unwrap().unwrap();
    drop(answer);
    timeout(SOON, open.cut()).await.unwrap();
    assert_eq!(open.pour("late").await, Err(StreamCut));
}

#[tokio::test]
async fn activities_are_told_as_they_happen() {
    let trial = Trial::begin().await;
    let answer = trial.request(Method::GET, "/v1/activities/stream").send().await.unwrap();
    let mut body = answer.bytes_stream();
    let mut next = async || timeout(SOON, body.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(next().await, ": open\n\n");
    let path = format!("/api/v1/customers/{}", trial.somebody());
    trial.send(Method::PUT, &path, json!({ "city": "Elsewhere" })).await;
    let told = next().await;
    assert!(told.starts_with(b"event: activity\ndata: {"));
}

#[tokio::test]
async fn large_bodies_pass_both_ways() {
    let trial = Trial::begin().await;
    let export = trial.export().await;
    let length = 20 * 1024 * 1024 + 5;
    let path = format!("/v1/exports/{export}/download?bytes={length}");
    let body = trial.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(body.len(), length);
    let sent = trial.request(Method::POST, "/v1/imports").body(body).send().await.unwrap();
    assert_eq!(sent.json::<serde_json::Value>().await.unwrap()["import"]["bytes"], length);
}

#[tokio::test]
async fn an_export_s_own_lines_are_its_people() {
    let trial = Trial::begin().await;
    let export = trial.export().await;
    let answer = trial.request(Method::GET, &format!("/v1/exports/{export}/download")).send().await.unwrap();
    let people = trial.upstream.look(&trial.account, |data| data.people.len()).unwrap();
    assert_eq!(answer.text().await.unwrap().lines().count(), people + 1);
}
