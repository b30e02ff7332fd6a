//! A session by another program: through the endpoint, the real gateway and the vendor's API, and no further than the
//! session goes.

use doorward_client::{
    api::{Api, ApiError, Passage, Passed},
    endpoint::{Endpoint, Way},
};
use doorward_core::{grant::Setting, wire::OpenedSession};
use doorward_testkit::house::{Person, wait_until};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::stage::{SOON, Stage};

/// As the console has it: the session's token and account, and nothing that the program knows.
struct Through {
    gateway: Api,
    token: SecretString,
    account: String,
}

impl Way for Through {
    fn pass(&self, ask: Passage) -> BoxFuture<'_, Result<Passed, ApiError>> {
        let path_and_query = format!("/accounts/{}{}", self.account, ask.path_and_query);
        Box::pin(async move { self.gateway.pass(&self.token, Passage { path_and_query, ..ask }).await })
    }
}

async fn open(stage: &Stage, person: &Person, opened: &OpenedSession) -> Endpoint {
    let gateway = stage.house.gateway_api(&person.identity).unwrap();
    let (token, account) = (opened.token.0.clone().into(), opened.session.account.to_string());
    Endpoint::open("one-time-secret".into(), Through { gateway, token, account }).await.unwrap()
}

/// What curl would send, with these headers more; the whole answer.
async fn ask(endpoint: &Endpoint, line: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = send(endpoint, line, headers, body).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

async fn send(endpoint: &Endpoint, line: &str, headers: &str, body: &str) -> TcpStream {
    let host = endpoint.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let length = body.len();
    let head =
        format!("{line} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream
}

/// Of a chunked body, or of any other, what is JSON.
fn json(body: &str) -> Value {
    let (from, to) = (body.find('{').unwrap(), body.rfind('}').unwrap());
    serde_json::from_str(&body[from..=to]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_by_the_session_writes_nothing_by_a_read_only_one_and_is_cut_with_it() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    let endpoint = open(&stage, &support, &opened).await;

    let secret = format!("Authorization: Bearer {}\r\n", endpoint.secret().expose_secret());
    let read = format!("GET /v1/customers/{}/attributes?id_type=id", stage.person);
    let (status, body) = ask(&endpoint, &read, &secret, "").await;
    assert_eq!(status, 200);
    assert!(json(&body)["customer"]["attributes"].is_object(), "the upstream's own answer: {body}");

    let before = stage.plan();
    let write = format!("PUT /api/v1/customers/{}", stage.person);
    let headers = format!("{secret}Content-Type: application/json\r\n");
    let (status, body) = ask(&endpoint, &write, &headers, r#"{"plan":"enterprise","_update":true}"#).await;
    let refused = json(&body);
    assert_eq!((status, &refused["code"], &refused["denial"]), (403, &"denied".into(), &"read-only-session".into()));
    assert_eq!(stage.plan(), before, "the upstream saw nothing of it");

    assert_eq!(ask(&endpoint, &read, "", "").await.0, 401);
    assert_eq!(ask(&endpoint, &read, &format!("{secret}Origin: https://evil.example\r\n"), "").await.0, 403);

    let mut stream = send(&endpoint, "GET /v1/activities/stream", &secret, "").await;
    let mut seen = String::new();
    while !seen.contains(": open") {
        let mut some = [0; 512];
        let read = tokio::time::timeout(SOON, stream.read(&mut some)).await.expect("nothing flows").unwrap();
        assert!(read > 0, "it broke off after {seen}");
        seen.push_str(&String::from_utf8_lossy(&some[..read]));
    }
    stage.house.switch_off(&stage.account, Setting::SupportTeamAccess).await.unwrap();
    let mut rest = Vec::new();
    let _reset =
        tokio::time::timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the gateway cuts, and so here");
    let refused = json(&ask(&endpoint, &read, &secret, "").await.1);
    assert_eq!(refused["denial"], "not-granted");

    let host = endpoint.url().strip_prefix("http://").unwrap().to_owned();
    drop(endpoint);
    wait_until("nobody listens there", SOON, async || TcpStream::connect(&host).await.is_err()).await.unwrap();
}
