//! What passes, and as what: headers, credential, framing, journal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{House, SECRET};
use doorward_gateway::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

#[tokio::test]
async fn a_permitted_read_passes_with_what_the_gateway_says_and_nothing_else() {
    let house = House::stands().await;
    let head = "GET /accounts/a-1/people/p%20one?limit=5 HTTP/1.1\r\naccept: application/json\r\ncookie: staff=1\r\n\
        x-forwarded-for: 1.2.3.4\r\nforwarded: for=1\r\nx-real-ip: 1.2.3.4\r\nvia: 1.1 x\r\nx-user: root\r\n\
        x-doorward-staff: boss\r\nx-doorward-session: 99\r\nX_Doorward_Staff: boss\r\nremote-user: root\r\n\
        te: trailers\r\nx-vendor-version: 3\r\nx-named: 1\r\nconnection: x-named, x-doorward-staff\r\n";
    let reply = house.ask(&house.support, head).await;
    assert_eq!((reply.status, reply.body.as_slice()), (200, b"{\"people\":[]}".as_slice()));
    let seen = house.upstream.seen();
    assert_eq!(seen[0].line, "GET /api/accounts/a-1/people/p%20one?limit=5");
    let mut names: Vec<_> = seen[0].headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "accept",
        "authorization",
        "host",
        "x-doorward-request",
        "x-doorward-session",
        "x-doorward-staff",
        "x-vendor-version",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen[0].headers["authorization"], SECRET);
    assert_eq!(
        (&seen[0].headers["x-doorward-session"], &seen[0].headers["x-doorward-staff"]),
        (&"1".parse().unwrap(), &"sam".parse().unwrap())
    );
    assert_eq!(seen[0].headers["host"], house.upstream.address.to_string());
}

#[tokio::test]
async fn nothing_of_the_upstreams_own_comes_back() {
    let house = House::stands().await;
    let reply = house.ask(&house.support, "GET /accounts/a-1/people HTTP/1.1\r\n").await;
    for gone in ["set-cookie", "server", "x-echo", "x-own"] {
        assert_eq!(reply.header(gone), None, "{gone}");
    }
    assert!(!reply.head.contains("s3cret"));
    assert_eq!((reply.header("x-vendor"), reply.header("cache-control")), (Some("kept"), Some("no-store")));
    assert_eq!(reply.header("x-doorward-request").map(str::len), Some(32));
}

#[tokio::test]
async fn a_write_is_in_the_journal_before_the_upstream_sees_it() {
    let house = House::stands().await;
    let token = house.token(&house.primary);
    for framing in
        ["content-length: 9\r\n\r\n{\"a\":\"b\"}", "transfer-encoding: chunked\r\n\r\n9\r\n{\"a\":\"b\"}\r\n0\r\n\r\n"]
    {
        let head = "PUT /accounts/a-1/people/mail%40example?secret=q HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n";
        let reply = house.send(&format!("{head}authorization: Bearer {token}\r\n{framing}")).await;
        assert_eq!(reply.status, 200);
    }
    let seen = house.upstream.seen();
    assert_eq!(seen.len(), 2);
    for seen in seen {
        assert_eq!((seen.noted, seen.body.as_ref()), (1, b"{\"a\":\"b\"}".as_slice()));
    }
    let exact = "SELECT count(*) FROM writes WHERE session = 2 AND staff = 'pam' AND account = 'a-1'
        AND verb = 'change-person' AND path = '/people/{id}' AND at = 1764000000000";
    assert_eq!(house.rows(exact), 2);
}

#[tokio::test]
async fn a_write_that_cannot_be_written_down_does_not_pass() {
    let house = House::stands().await;
    let db = rusqlite::Connection::open(&house.journal).unwrap();
    db.execute_batch("ALTER TABLE writes RENAME TO elsewhere").unwrap();
    let token = house.token(&house.primary);
    let put = format!("PUT /accounts/a-1/people/p HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n\r\n");
    let reply = house.send(&put).await;
    assert_eq!((reply.status, reply.codes().as_str()), (503, "unavailable"));
    assert!(house.upstream.seen().is_empty());
}

#[tokio::test]
async fn reads_are_counted_within_a_second() {
    let house = House::stands().await;
    for _ in 0..3 {
        assert_eq!(house.ask(&house.support, "GET /accounts/a-1/people HTTP/1.1\r\n").await.status, 200);
    }
    let counted =
        "SELECT coalesce(sum(count), 0) FROM reads WHERE session = 1 AND verb = 'list-people' AND path = '/people'";
    let deadline = Instant::now() + std::time::Duration::from_secs(1);
    while house.rows(counted) != 3 {
        assert!(Instant::now() < deadline, "only {} reads were written down in time", house.rows(counted));
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let house = House::stands().await;
    let token = house.token(&house.primary);
    let with = |head: &str, body: &str| {
        format!(
            "{head} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\ncontent-type: application/json\r\n\r\n{body}",
            body.len()
        )
    };
    let mut browser = house.connect().await;
    // All at once, as a client may.
    browser
        .send(
            &[
                with("POST /accounts/a-1/search", "{}"),
                with("PUT /accounts/a-1/people/p", "{}"),
                with("GET /accounts/a-2/people", ""),
                with("GET /accounts/a-1/people", ""),
            ]
            .concat(),
        )
        .await;
    for status in [200, 200, 403, 200] {
        assert_eq!(browser.reply().await.status, status);
    }
    let lines: Vec<_> = house.upstream.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(
        lines,
        ["POST /api/accounts/a-1/search", "PUT /api/accounts/a-1/people/p", "GET /api/accounts/a-1/people"]
    );
}

#[tokio::test]
async fn what_the_upstream_fails_at_is_told_apart() {
    let mut house = House::with(Limits { answer_seconds: 1, ..Limits::default() }).await;
    for (person, status, codes) in [
        ("silent", 504, "timed-out"),
        ("refused", 502, "upstream-unreachable credential-refused"),
        ("switched", 502, "upstream-unreachable upgrade"),
    ] {
        let reply = house.ask(&house.support, &format!("GET /accounts/a-1/people/{person} HTTP/1.1\r\n")).await;
        assert_eq!((reply.status, reply.codes().as_str()), (status, codes), "{person}");
        assert!(!reply.head.contains("upstream=1"), "a refusal carries the upstream's headers");
    }
    let token = house.token(&house.primary);
    let put = format!("PUT /accounts/a-1/people/p HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n");
    let reply = house.send(&format!("{put}content-length: 10\r\n\r\nhalf")).await;
    assert_eq!((reply.status, reply.codes().as_str()), (408, "timed-out"), "the sender kept the upstream waiting");
    house.upstream.stop().await;
    let reply = house.ask(&house.support, "GET /accounts/a-1/people HTTP/1.1\r\n").await;
    assert_eq!((reply.status, reply.codes().as_str()), (502, "upstream-unreachable"));
}

#[tokio::test]
async fn a_session_has_so_many_requests_under_way_and_no_more() {
    let house = House::with(Limits { requests_per_session: 1, ..Limits::default() }).await;
    let mut stream = house.connect().await;
    let token = house.token(&house.support);
    stream
        .send(&format!("GET /accounts/a-1/stream HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n\r\n"))
        .await;
    house.upstream.send("first-piece");
    stream.until("first-piece").await;
    let people = "GET /accounts/a-1/people HTTP/1.1\r\n";
    let reply = house.ask(&house.support, people).await;
    assert_eq!((reply.status, reply.codes().as_str()), (429, "too-many-requests"));
    assert_eq!(house.ask(&house.primary, people).await.status, 200, "another session is not held back");
    drop(stream);
    let deadline = Instant::now() + common::browser::DEADLINE;
    while house.ask(&house.support, people).await.status != 200 {
        assert!(Instant::now() < deadline, "a request that is gone still counts");
    }
}

#[tokio::test]
async fn the_operator_sees_whether_requests_could_pass() {
    let house = House::stands().await;
    let ask = async |path: &str| {
        let mut tcp = TcpStream::connect(house.admin).await.unwrap();
        tcp.write_all(format!("GET {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(common::browser::DEADLINE, tcp.read_to_string(&mut answer)).await.unwrap().unwrap();
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    assert_eq!((ask("/healthz").await, ask("/readyz").await, ask("/people").await), (200, 200, 404));
    house.standing.pass_in_silence(doorward_core::time::Millis::seconds(11));
    assert_eq!((ask("/healthz").await, ask("/readyz").await), (200, 503));
}
