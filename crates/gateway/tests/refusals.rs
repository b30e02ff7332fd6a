//! Every way in that must be shut, each tried on a running gateway: the code that comes back, and that the upstream saw
//! nothing and the journal holds nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{House, account, browser::Certificate};
use doorward_core::{
    feed::entry::What,
    grant::Setting,
    id::{StaffId, UserId},
    session::EndCause,
    time::Millis,
};

const PEOPLE: &str = "GET /accounts/a-1/people HTTP/1.1\r\n";
const CHANGE: &str = "PUT /accounts/a-1/people/p-1 HTTP/1.1\r\ncontent-length: 2\r\ncontent-type: application/json\r\n";

#[tokio::test]
async fn without_exactly_one_good_token_nothing_passes() {
    let house = House::stands().await;
    let good = format!("authorization: Bearer {}\r\n", house.token(&house.support));
    let forged = format!("authorization: Bearer {}x\r\n", house.token(&house.support));
    for (headers, why) in [
        (String::new(), "no token"),
        (format!("{good}{good}"), "two authorization headers"),
        (format!("{good}authorization: Basic eA==\r\n"), "two authorization headers of two kinds"),
        (good.replace("Bearer", "Basic"), "another scheme"),
        (forged, "a forged token"),
    ] {
        let reply = house.send(&format!("{PEOPLE}host: localhost\r\n{headers}\r\n")).await;
        assert_eq!((reply.status, reply.codes().as_str()), (401, "not-signed-in"), "{why}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{why}");
        house.assert_nothing_passed(why);
    }
}

#[tokio::test]
async fn a_token_is_worth_nothing_over_another_certificate_or_none() {
    let house = House::stands().await;
    let request = format!("{PEOPLE}host: localhost\r\nauthorization: Bearer {}\r\n\r\n", house.token(&house.support));
    let other = Certificate::new();
    for (shown, codes) in [(Some(&other), "other-certificate"), (None, "not-signed-in no-certificate")] {
        let mut browser = house.connect_as(shown).await;
        browser.send(&request).await;
        let reply = browser.reply().await;
        assert_eq!((reply.status, reply.codes().as_str()), (401, codes));
        house.assert_nothing_passed(codes);
    }
}

#[tokio::test]
async fn a_stolen_certificate_without_its_key_is_worth_nothing() {
    let house = House::stands().await;
    let stolen = house.console.stolen_by(&Certificate::new());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        assert!(!house.answers(&stolen, version).await, "{version:?}");
        house.assert_nothing_passed("a stolen certificate");
    }
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        assert!(house.answers(&house.console, version).await, "{version:?}");
    }
    assert_eq!(house.upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_token_runs_out_although_its_signature_is_remembered() {
    let house = House::stands().await;
    let request = format!("{PEOPLE}host: localhost\r\nauthorization: Bearer {}\r\n\r\n", house.token(&house.support));
    assert_eq!(house.send(&request).await.status, 200);
    house.standing.pass(Millis::minutes(5));
    let reply = house.send(&request).await;
    assert_eq!((reply.status, reply.codes().as_str()), (401, "not-signed-in token-expired"));
    assert_eq!(house.upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_token_does_not_outlive_its_session() {
    let house = House::stands().await;
    let mut session = house.support.clone();
    session.ends = common::START.plus(Millis::seconds(30));
    let token = house.token(&session);
    let request = format!("{PEOPLE}host: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    house.standing.pass(Millis(29_999));
    assert_eq!(house.send(&request).await.status, 200);
    house.standing.pass(Millis(1));
    let reply = house.send(&request).await;
    assert_eq!((reply.status, reply.codes().as_str()), (401, "not-signed-in token-expired"));
    assert_eq!(house.upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_grant_that_has_run_out_gives_nothing_though_its_session_would_go_on() {
    let house = House::stands().await;
    let mut session = house.support.clone();
    session.ends = common::START.plus(Millis::days(31));
    assert_eq!(house.ask(&session, PEOPLE).await.status, 200);
    house.standing.pass(Millis::days(30));
    let reply = house.ask(&session, PEOPLE).await;
    assert_eq!((reply.status, reply.codes().as_str()), (403, "denied grant-over"));
}

#[tokio::test]
async fn another_account_than_the_tokens_is_refused() {
    let house = House::stands().await;
    let reply = house.ask(&house.support, "GET /accounts/a-2/people HTTP/1.1\r\n").await;
    assert_eq!((reply.status, reply.codes().as_str()), (403, "denied other-account"));
    house.assert_nothing_passed("another account");
}

#[tokio::test]
async fn a_write_in_a_read_only_session_is_refused() {
    let house = House::stands().await;
    let token = house.token(&house.support);
    let reply = house.send(&format!("{CHANGE}host: localhost\r\nauthorization: Bearer {token}\r\n\r\n{{}}")).await;
    assert_eq!((reply.status, reply.codes().as_str()), (403, "denied read-only-session"));
    house.assert_nothing_passed("a write in a read-only session");
}

#[tokio::test]
async fn what_takes_away_takes_away_at_once() {
    let sam = StaffId::parse("sam").unwrap();
    let (grant, setting) = (doorward_core::id::GrantSerial(1), Setting::SupportTeamAccess);
    let by = UserId::parse("u-1").unwrap();
    for (what, denial) in [
        (What::KeyRevoked { key: doorward_core::id::KeySerial(1), by: sam.clone() }, "key-revoked"),
        (What::GrantDisabled { grant, account: account("a-1"), setting, by }, "not-granted"),
        (What::StaffSuspended { staff: sam.clone() }, "staff-suspended"),
        (What::RoleTaken { staff: sam, role: doorward_core::staff::Role::TechnicalSupport }, "standing-taken"),
        (What::SessionEnded { session: doorward_core::id::SessionSerial(1), cause: EndCause::Ended }, "session-ended"),
        (What::AccountClosed { account: account("a-1") }, "unknown-account"),
    ] {
        let house = House::stands().await;
        assert_eq!(house.ask(&house.support, PEOPLE).await.status, 200, "{denial}");
        house.standing.tell(what);
        let reply = house.ask(&house.support, PEOPLE).await;
        assert_eq!((reply.status, reply.codes()), (403, format!("denied {denial}")));
        assert_eq!(house.upstream.seen().len(), 1, "{denial}");
    }
}

#[tokio::test]
async fn not_fresh_is_never_a_pass() {
    let house = House::stands().await;
    house.standing.pass_in_silence(common::LEASE);
    assert_eq!(house.ask(&house.support, PEOPLE).await.status, 200, "the lease is not over yet");
    house.standing.pass_in_silence(Millis(1));
    let reply = house.ask(&house.support, PEOPLE).await;
    assert_eq!((reply.status, reply.codes().as_str()), (503, "not-fresh"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(house.upstream.seen().len(), 1);
    house.standing.pass(Millis(0));
    assert_eq!(house.ask(&house.support, PEOPLE).await.status, 200, "heard of again");
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused() {
    let house = House::stands().await;
    for (head, status, code) in [
        ("GET /accounts/a-1%2Fpeople HTTP/1.1\r\n", 400, "hidden-slash"),
        ("GET /accounts/a-1%2fpeople/x HTTP/1.1\r\n", 400, "hidden-slash"),
        ("GET /accounts/a-2/../a-1/people HTTP/1.1\r\n", 400, "dot-segment"),
        ("GET /accounts/a-1/%2e%2e/people HTTP/1.1\r\n", 400, "dot-segment"),
        ("GET /accounts/a-1/people/%2541 HTTP/1.1\r\n", 400, "double-encoding"),
        ("GET /accounts//people HTTP/1.1\r\n", 400, "empty-segment"),
        ("GET /accounts/a-1/people;x=1 HTTP/1.1\r\n", 400, "semicolon-parameter"),
        ("GET /accounts/a-1/people#x HTTP/1.1\r\n", 400, "fragment"),
        ("GET http://localhost/accounts/a-1/people HTTP/1.1\r\n", 400, "not-origin-form"),
        ("OPTIONS * HTTP/1.1\r\n", 405, "method-not-allowed"),
        ("CONNECT localhost:443 HTTP/1.1\r\n", 405, "method-not-allowed"),
        ("TRACE /accounts/a-1/people HTTP/1.1\r\n", 405, "method-not-allowed"),
        ("GET /accounts/a-1/people HTTP/1.1\r\nx-http-method-override: PUT\r\n", 400, "method-override"),
        ("GET /accounts/a-1/people?_method=PUT HTTP/1.1\r\n", 400, "method-override"),
        ("GET /accounts/a-1/people HTTP/1.1\r\nx-original-url: /secrets\r\n", 400, "path-override"),
        ("GET /accounts/a-1/people HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n", 400, "upgrade"),
        ("GET /accounts/a-1/people HTTP/1.1\r\nhost: other\r\n", 400, "host-repeated"),
        ("GET /accounts/a-1/People HTTP/1.1\r\n", 404, "unknown-route"),
        ("GET /accounts/a-1/nothing HTTP/1.1\r\n", 404, "unknown-route"),
        ("GET /accounts/a-1/secrets HTTP/1.1\r\n", 403, "refused-route"),
        ("GET /accounts/A-1/people HTTP/1.1\r\n", 400, "account-malformed"),
    ] {
        let reply = house.ask(&house.support, head).await;
        let codes = reply.codes();
        assert_eq!((reply.status, codes.as_str()), (status, format!("route-refused {code}").as_str()), "{head}");
        house.assert_nothing_passed(head);
    }
}

#[tokio::test]
async fn a_request_cannot_be_smuggled_in_anothers_body() {
    let house = House::stands().await;
    let token = house.token(&house.primary);
    let inner = format!(
        "PUT /accounts/a-1/people/p-9 HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\ncontent-length: 0\r\n\r\n"
    );
    let framing = |a: &str, b: &str| format!("{a}\r\n{b}\r\n");
    let (length, chunked) = (format!("content-length: {}", inner.len() + 5), "transfer-encoding: chunked");
    for lines in [
        framing(&length, chunked),
        framing(chunked, &length),
        framing(&length, "content-length: 0"),
        framing("transfer-encoding: identity", &length),
        framing(chunked, chunked),
        framing("transfer-encoding: chunked, identity", "x: y"),
        framing("transfer-encoding : chunked", &length),
    ] {
        let head = format!(
            "POST /accounts/a-1/search HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{lines}\r\n"
        );
        let mut browser = house.connect().await;
        browser.send(&format!("{head}0\r\n\r\n{inner}")).await;
        let reply = browser.reply().await;
        assert_eq!(reply.status, 400, "{lines}");
        assert!(reply.codes().starts_with("route-refused "), "{lines}");
        assert_eq!(reply.header("connection"), Some("close"), "{lines}");
        house.assert_nothing_passed(&lines);
    }
}

#[tokio::test]
async fn too_much_is_refused() {
    let limits = doorward_gateway::Limits { body_bytes: 10, head_bytes: 2_048, headers: 12, ..Default::default() };
    let house = House::with(limits).await;
    let token = house.token(&house.primary);
    let put = format!("PUT /accounts/a-1/people/p-1 HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n");
    for request in [
        format!("{put}content-length: 11\r\n\r\n12345678901"),
        format!("{put}x: {}\r\n\r\n", "y".repeat(2_048)),
        format!("{put}{}\r\n", "x: y\r\n".repeat(12)),
    ] {
        let reply = house.send(&request).await;
        assert_eq!(reply.codes(), "too-large", "{}", reply.status);
        house.assert_nothing_passed("too much");
    }
    let reply = house.send(&format!("{put}transfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n")).await;
    assert_eq!((reply.status, reply.codes().as_str()), (413, "too-large"), "a body whose length was not said");
    assert!(house.upstream.seen().is_empty());
}
