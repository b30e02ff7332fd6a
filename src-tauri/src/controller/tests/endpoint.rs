//! The endpoint of a session: what other programs may do by it, and what ends it.

use std::{net::SocketAddr, sync::Arc};

use doorward_core::{grant::Setting, time::Millis};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use super::stage::{PATIENCE, Stage, until};
use crate::{controller::Request, view::*};

async fn opened(stage: &mut Stage, who: &str) -> (u32, EndpointView) {
    stage.sign_in(who).await;
    let serial = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let endpoint = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap();
    (serial, endpoint)
}

fn address(endpoint: &EndpointView) -> SocketAddr {
    endpoint.url.strip_prefix("http://").unwrap().parse().unwrap()
}

async fn get(endpoint: &EndpointView, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address(endpoint)).await.unwrap();
    let (host, secret) = (address(endpoint), &endpoint.secret);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// What comes until `wanted` is in it.
async fn reads(stream: &mut TcpStream, wanted: &str) -> String {
    let mut seen = String::new();
    while !seen.contains(wanted) {
        let mut some = [0; 1024];
        let read = timeout(PATIENCE, stream.read(&mut some)).await.expect("nothing comes").unwrap();
        assert!(read > 0, "it broke off after {seen}");
        seen.push_str(&String::from_utf8_lossy(&some[..read]));
    }
    seen
}

/// It ends, and nobody takes another connection.
async fn is_dead(endpoint: &EndpointView, stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _reset = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it flows on");
    assert!(!String::from_utf8_lossy(&rest).ends_with("0\r\n\r\n"), "cut, and not brought to its end");
    let closed = timeout(PATIENCE, async {
        while TcpStream::connect(address(endpoint)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    closed.await.expect("somebody still listens");
}

#[tokio::test]
async fn a_request_passes_below_the_account_with_the_sessions_token_which_nobody_sees() {
    let mut stage = Stage::new();
    let (serial, endpoint) = opened(&mut stage, "tess").await;
    assert!(endpoint.url.starts_with("http://127.0.0.1:") && endpoint.secret.len() >= 43);
    assert!(!format!("{endpoint:?}").contains(&endpoint.secret));
    let again = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap();
    assert_eq!(again, endpoint, "it is shown again while the session lives");
    assert_eq!(stage.ask(|reply| Request::Endpoint(serial, reply)).await.unwrap(), Some(endpoint.clone()));
    stage.house.inner().data.push_back((200, json!({ "workspaces": [] })));
    let mut stream = get(&endpoint, "/v1/workspaces?limit=1").await;
    let answer = reads(&mut stream, "workspaces").await;
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("session-1"), "{answer}");
    assert_eq!(stage.house.was_asked("GET /accounts/acme/v1/workspaces?limit=1"), 1);
    assert_eq!(stage.house.was_asked("with session-1"), 1);
}

#[tokio::test]
async fn it_goes_on_with_the_renewed_token() {
    let mut stage = Stage::new();
    let (_, endpoint) = opened(&mut stage, "tess").await;
    stage.pass(Millis::minutes(4));
    stage.tick().await;
    until("it is renewed", || stage.house.was_asked("renew") == 1).await;
    stage.tick().await;
    stage.house.inner().data.push_back((200, json!("ok")));
    reads(&mut get(&endpoint, "/v1/workspaces").await, "ok").await;
    assert_eq!(stage.house.was_asked("with renewed-1"), 1);
}

#[tokio::test]
async fn the_end_of_the_session_cuts_what_flows_and_closes_it() {
    let mut stage = Stage::new();
    let (serial, endpoint) = opened(&mut stage, "tess").await;
    stage.house.inner().hold = Some(Arc::new(Notify::new()));
    stage.house.inner().data.push_back((200, json!("first of many")));
    let mut stream = get(&endpoint, "/v1/activities/stream").await;
    reads(&mut stream, "first of many").await;
    stage.switch_off("acme", Setting::SupportTeamAccess);
    assert_eq!(stage.hears_end(serial).await, EndedBy::CustomerSwitchedOff);
    is_dead(&endpoint, &mut stream).await;
    let gone = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::SessionNotOpen);
}

#[tokio::test]
async fn closing_it_by_hand_and_locking_the_console_end_it_too() {
    let mut stage = Stage::new();
    let (serial, endpoint) = opened(&mut stage, "tess").await;
    let mut idle = TcpStream::connect(address(&endpoint)).await.unwrap();
    stage.ask(|reply| Request::CloseEndpoint(serial, reply)).await.unwrap();
    is_dead(&endpoint, &mut idle).await;
    assert_eq!(stage.ask(|reply| Request::Endpoint(serial, reply)).await.unwrap(), None);
    let locked = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap();
    let mut idle = TcpStream::connect(address(&locked)).await.unwrap();
    stage.ask(|reply| Request::Lock(LockedBy::You, reply)).await.unwrap();
    is_dead(&locked, &mut idle).await;
}

#[tokio::test]
async fn a_lock_closes_the_endpoint_of_each_session() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let mut open = Vec::new();
    for mode in [ModeName::ReadOnly, ModeName::ReadWrite] {
        let serial = stage.opens("acme", mode).await.unwrap().serial;
        let endpoint = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap();
        let stream = TcpStream::connect(address(&endpoint)).await.unwrap();
        open.push((endpoint, stream));
    }
    stage.ask(|reply| Request::Lock(LockedBy::Suspend, reply)).await.unwrap();
    for (endpoint, mut stream) in open {
        is_dead(&endpoint, &mut stream).await;
    }
}

#[tokio::test]
async fn ending_every_session_and_signing_out_end_it() {
    let mut stage = Stage::new();
    let (_, ended) = opened(&mut stage, "tess").await;
    let mut idle = TcpStream::connect(address(&ended)).await.unwrap();
    stage.ask(Request::EndAll).await.unwrap();
    is_dead(&ended, &mut idle).await;
    let serial = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let another = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap();
    let mut idle = TcpStream::connect(address(&another)).await.unwrap();
    stage.ask(Request::SignOut).await.unwrap();
    is_dead(&another, &mut idle).await;
    let signed_out = stage.ask(|reply| Request::OpenEndpoint(serial, reply)).await.unwrap_err();
    assert_eq!(signed_out.code, ErrorCode::SignedOut);
}
