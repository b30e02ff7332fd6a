//! From a security admin's revoking to the end of what is open, and to the first log-in that is refused, on a host whose list
//! names a thousand certificates.

use std::time::{Duration, Instant};

use doorward_core::wire::Intent;

use super::{
    Row,
    sshd::{Stand, impossible},
};

const LISTED: usize = 1_000;
const REVOCATIONS: usize = 100;

pub fn rows() -> Vec<Row> {
    if let Some(why) = impossible() {
        println!("(hosts are not measured: {why})");
        return Vec::new();
    }
    tokio::runtime::Runtime::new().unwrap().block_on(measure())
}

async fn measure() -> Vec<Row> {
    let mut stand = Stand::new().await;
    let (mut ines, first) = stand.somebody("s-ines").await;
    let host = stand.host.clone();
    for _ in 0..LISTED {
        let listed = stand.certify(&mut ines, &first.private, &host).await;
        // One between each two stays good: a run of them would be one entry.
        stand.certify(&mut ines, &first.private, &host).await;
        stand.revoke(listed.certificate).await;
    }
    let (mut ended, mut refused, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REVOCATIONS {
        let identity = stand.certify(&mut ines, &first.private, &host).await;
        let began = Instant::now();
        assert!(stand.lets_in(&identity).await);
        peer.push(began.elapsed());
        let mut open = stand.stay(&identity, &[], "echo in").await;
        let began = Instant::now();
        let revoking = stand.admin.intend(Intent::RevokeCertificate { certificate: identity.certificate });
        let (revoked, ()) = tokio::join!(revoking, async {
            open.out().await;
            ended.push(began.elapsed());
        });
        revoked.unwrap();
        // The next one, asked at once: what is measured is all of a log-in that comes to nothing.
        let began = Instant::now();
        while stand.lets_in(&identity).await {}
        refused.push(began.elapsed());
    }
    let named: usize = stand.agent.krl().certificates().map(|(_, known)| known.serials().count()).sum();
    assert!(named > 0, "the list names nothing");
    let log_in = at(&mut peer, 50);
    let row = |what: &str, times: &mut Vec<Duration>, share: usize| {
        let ours = at(times, share);
        let which = if share == 50 { "median" } else { "p99" };
        Row {
            what: format!("{what}, {REVOCATIONS} times, {LISTED} revoked before ({which})"),
            ours: format!("{ours:.1?}"),
            peer: format!("{log_in:.1?}"),
            peer_is: "one log-in to the same sshd (median)",
            ratio: ours.as_secs_f64() / log_in.as_secs_f64(),
        }
    };
    let (open, next) = ("revoking, by touch, to the open connection ended", "revoked to the next log-in refused");
    vec![row(open, &mut ended, 50), row(open, &mut ended, 99), row(next, &mut refused, 50), row(next, &mut refused, 99)]
}

fn at(times: &mut [Duration], share: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default()
}
