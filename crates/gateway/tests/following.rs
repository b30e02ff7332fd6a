//! The gateway as it is run: configured by files, following a feed server over the network.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::time::{Duration, Instant};

use common::{House, browser::DEADLINE, browser::Reply};
use doorward_core::{feed::entry::What, id::SessionSerial, session::EndCause};
use tokio::{net::TcpStream, time::timeout};

const PEOPLE: &str = "GET /accounts/a-1/people HTTP/1.1\r\n";

/// Asks again and again until the status is `wanted`.
async fn ask_until(house: &House, wanted: u16) -> Reply {
    let asked = async {
        while TcpStream::connect(house.address).await.is_err() {}
        loop {
            let reply = house.ask(&house.support, PEOPLE).await;
            if reply.status == wanted {
                return reply;
            }
        }
    };
    timeout(DEADLINE, asked).await.unwrap_or_else(|_| panic!("{wanted} never came"))
}

#[tokio::test]
async fn a_revocation_reaches_the_gateway_by_the_feed() {
    let (house, server) = House::following(60).await;
    server.followed().await;
    ask_until(&house, 200).await;
    let revoked = Instant::now();
    house.standing.tell(What::SessionEnded { session: SessionSerial(1), cause: EndCause::Ended });
    assert_eq!(ask_until(&house, 403).await.codes(), "denied session-ended");
    assert!(revoked.elapsed() < Duration::from_secs(1), "it took {:?}", revoked.elapsed());
    house.shut_down().await;
}

#[tokio::test]
async fn a_gateway_that_hears_nothing_refuses_when_its_lease_is_over() {
    let (house, server) = House::following(2).await;
    server.followed().await;
    ask_until(&house, 200).await;
    let mut stream = house.connect().await;
    let token = house.token(&house.support);
    stream
        .send(&format!("GET /accounts/a-1/stream HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {token}\r\n\r\n"))
        .await;
    house.upstream.send("first-piece");
    stream.until("first-piece").await;
    // The server says nothing more unless something changes.
    assert_eq!(ask_until(&house, 503).await.codes(), "not-fresh");
    assert!(!stream.reply().await.whole, "the stream went on");
}
