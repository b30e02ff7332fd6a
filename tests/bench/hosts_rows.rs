//! From a security admin's revoking to the end of what is open, and to the first log-in that is refused, on a host whose list
//! names a thousand certificates.

use std::time::{Duration, Instant};

use doorward_core::wire::Intent;

use super::{
    Row,
    core_rows::timed,
    krl_rows::keygen,
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
    let mut steps = steps(&stand.agent.log());
    assert!(steps.len() >= REVOCATIONS, "the agent's log tells of fewer steps than there were");
    let named: usize = stand.agent.krl().certificates().map(|(_, known)| known.serials().count()).sum();
    assert!(named > 0, "the list names nothing");
    let log_in = at(&mut peer, 50);
    let row = |what: &str, times: &mut Vec<Duration>, share: usize, (peer, peer_is): (Duration, &'static str)| {
        let ours = at(times, share);
        let which = if share == 50 { "median" } else { "p99" };
        Row {
            what: format!("{what}, {REVOCATIONS} times, {LISTED} revoked before ({which})"),
            ours: format!("{ours:.1?}"),
            peer: format!("{peer:.1?}"),
            peer_is,
            ratio: ours.as_secs_f64() / peer.as_secs_f64(),
        }
    };
    let log_in = (log_in, "one log-in to the same sshd (median)");
    let list = (list_by_keygen(), "`ssh-keygen -k` writing such a list");
    let (open, next) = ("revoking, by touch, to the open connection ended", "revoked to the next log-in refused");
    let step = "the agent's own step, from what the feed says to the connection ended and the list in place";
    vec![
        row(open, &mut ended, 50, log_in),
        row(open, &mut ended, 99, log_in),
        row(next, &mut refused, 50, log_in),
        row(next, &mut refused, 99, log_in),
        row(step, &mut steps, 50, list),
        row(step, &mut steps, 99, list),
    ]
}

/// From each word of the feed to the end of all that it ended, by the times in the agent's own log.
fn steps(log: &str) -> Vec<Duration> {
    let (mut said, mut ended, mut steps) = (None, None, Vec::new());
    for line in log.lines().map(Some).chain([None]) {
        let speaks = line.is_none_or(|line| line.contains("the feed says something"));
        if speaks {
            steps.extend(ended.take());
            said = line.map(time_of_day);
        } else if let Some(line) = line.filter(|line| line.contains("whoever may not stay was ended")) {
            // A log-in that is just going may be ended a look later: the last look counts.
            ended = Some(time_of_day(line).checked_sub(said.unwrap()).expect("midnight passed"));
        }
    }
    steps
}

/// The time of day with which a line of a log begins, as `2026-01-31T23:59:59.999999Z`.
fn time_of_day(line: &str) -> Duration {
    let time = line.split_once('T').and_then(|(_, rest)| rest.split_once('Z')).expect("a line without a time").0;
    let fields = time.split([':', '.']).map(|field| field.parse::<u64>().unwrap()).collect::<Vec<_>>();
    let [hours, minutes, seconds, micros] = fields[..] else { panic!("a time of another form: {time}") };
    Duration::from_secs((hours * 60 + minutes) * 60 + seconds) + Duration::from_micros(micros)
}

fn list_by_keygen() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let (named, list) = (folder.path().join("serials"), folder.path().join("list"));
    let lines: String = (0..LISTED).map(|nth| format!("serial: {}\n", 2 * nth + 1)).collect();
    std::fs::write(&named, lines).unwrap();
    let mut times: Vec<_> = (0..REVOCATIONS).map(|_| timed(&|| keygen(&named, &list))).collect();
    at(&mut times, 50)
}

fn at(times: &mut [Duration], share: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default()
}
