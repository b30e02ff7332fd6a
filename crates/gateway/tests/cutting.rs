//! Requests under way are cut when their session dies, at once, and never look complete.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::{Duration, Instant};

use common::{
    House, LEASE,
    browser::{Browser, DEADLINE},
};
use doorward_core::{
    feed::entry::What,
    id::{KeySerial, SessionSerial, StaffId},
    session::{EndCause, Session},
    time::Millis,
};
use tokio::time::timeout;

const STREAM: &str = "GET /accounts/a-1/stream HTTP/1.1\r\nhost: h\r\n";

/// An answer under way, of which one piece has arrived.
async fn streaming(house: &House, session: &Session) -> Browser {
    let mut browser = house.connect().await;
    browser.send(&format!("{STREAM}authorization: Bearer {}\r\n\r\n", house.token(session))).await;
    house.upstream.send("first-piece");
    browser.until("first-piece").await;
    browser
}

async fn assert_cut(house: &House, mut browser: Browser) {
    let reply = browser.reply().await;
    assert!(reply.status == 200 && !reply.whole, "a cut answer looks complete");
    timeout(DEADLINE, house.upstream.lost.notified()).await.expect("the upstream was not let go");
}

#[tokio::test]
async fn a_stream_is_cut_when_its_key_is_revoked() {
    let house = House::stands().await;
    let browser = streaming(&house, &house.support).await;
    let revoked = Instant::now();
    house.standing.tell(What::KeyRevoked { key: KeySerial(1), by: StaffId::parse("sam").unwrap() });
    assert_cut(&house, browser).await;
    assert!(revoked.elapsed() < Duration::from_millis(500), "woken by a timer, not by the change");
}

#[tokio::test]
async fn exactly_the_streams_of_the_ended_session_are_cut() {
    let house = House::stands().await;
    let mut other = streaming(&house, &house.primary).await;
    let ended = streaming(&house, &house.support).await;
    house.standing.tell(What::SessionEnded { session: SessionSerial(1), cause: EndCause::Ended });
    assert_cut(&house, ended).await;
    house.upstream.send("second-piece");
    other.until("second-piece").await;
}

#[tokio::test]
async fn a_stream_is_cut_at_its_sessions_end() {
    let house = House::stands().await;
    let browser = streaming(&house, &house.support).await;
    house.standing.pass(Millis::minutes(15));
    assert_cut(&house, browser).await;
}

#[tokio::test]
async fn a_stream_is_cut_when_the_lease_is_over_though_nothing_is_heard() {
    let house = House::stands().await;
    let browser = streaming(&house, &house.support).await;
    house.standing.pass_in_silence(Millis(LEASE.0 + 1));
    assert_cut(&house, browser).await;
}

#[tokio::test]
async fn a_stream_whose_reader_has_stopped_is_cut_too() {
    let house = House::stands().await;
    let _stopped = streaming(&house, &house.support).await;
    for _ in 0..64 {
        house.upstream.send(vec![b'x'; 1 << 20]);
    }
    // Every buffer on the way is full when nothing more is taken for a while.
    let mut taken = 0;
    let more = async |taken: usize| {
        while house.upstream.taken() == taken {
            tokio::task::yield_now().await;
        }
    };
    while timeout(Duration::from_millis(300), more(taken)).await.is_ok() {
        taken = house.upstream.taken();
    }
    assert!(taken < 64, "nothing was held back");
    house.standing.tell(What::SessionEnded { session: SessionSerial(1), cause: EndCause::Ended });
    timeout(DEADLINE, house.upstream.lost.notified()).await.expect("the upstream was not let go");
}

#[tokio::test]
async fn a_request_whose_answer_has_not_begun_is_told_why() {
    let house = House::stands().await;
    let mut browser = house.connect().await;
    let token = house.token(&house.primary);
    let head = "PUT /accounts/a-1/people/p-1 HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n";
    browser.send(&format!("{head}authorization: Bearer {token}\r\n\r\nhalf")).await;
    // The journal's line is the sign that the request is under way.
    timeout(DEADLINE, async {
        while house.rows("SELECT count(*) FROM writes") == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    house.standing.tell(What::SessionEnded { session: SessionSerial(2), cause: EndCause::EndedBySecurity });
    let reply = browser.reply().await;
    assert_eq!((reply.status, reply.codes().as_str()), (403, "denied session-ended"));
    assert!(house.upstream.seen().is_empty(), "the upstream took a write that broke off for a whole one");
}
