//! kill -9 and a line cut: no acknowledged entry is lost, nothing is left open, and whoever cannot prove that its copy
//! is fresh refuses.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use doorward_client::replica::Replica;
use doorward_core::{
    grant::{Plan, Setting, Until},
    id::AccountId,
    policy::Denial,
    time::{Millis, UnixMs},
    wire::{Code, Intent},
};
use doorward_testkit::{
    dice::Dice,
    house::{GATEWAY_LEASE_SECONDS, House},
};
use futures::future::join_all;
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{SOON, Stage, now};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_after_its_answer_has_lost_nothing() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    for _ in 0..5 {
        stage.invite(Setting::SupportTeamAccess).await;
        let opened = support.open_read_only(&stage.account).await.unwrap();
        stage.house.switch_off(&stage.account, Setting::SupportTeamAccess).await.unwrap();
        stage.house.server.kill().unwrap();
        stage.house.open_server().await.unwrap();
        assert!(support.open_read_only(&stage.account).await.is_err(), "the switching off was acknowledged");
        let refused = stage.refused_with(&support, &opened, Code::Denied, Duration::from_secs(20)).await;
        assert_eq!(refused.denial, Some(Denial::NotGranted));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_many_answers_has_lost_none_it_gave() {
    let mut stage = Stage::new().await;
    let mut dice = Dice::new(20_261_124, "kills in the middle");
    let accounts: Vec<_> = (0..6).map(|n| AccountId::parse(&format!("a-busy-{n}")).unwrap()).collect();
    for account in &accounts {
        stage.house.register(account, "Busy", Plan::Standard).await.unwrap();
    }
    let began = now().plus(Millis::days(1));
    let mut asked = vec![0; accounts.len()];
    for _ in 0..6 {
        let (given, enough) = (AtomicUsize::new(0), dice.count(5, 60));
        let house = &stage.house;
        let turns = accounts.iter().zip(&asked);
        let turns =
            turns.map(|(account, from)| switch_on_until_it_is_gone(house, account, began, *from, &given, enough));
        let sent = join_all(turns).await;
        stage.house.server.kill().unwrap();
        stage.house.open_server().await.unwrap();
        for ((account, asked), sent) in accounts.iter().zip(&mut asked).zip(sent) {
            let standing = stage.house.register(account, "Busy", Plan::Standard).await.unwrap();
            let Some(Until::At(until)) = standing.support.map(|grant| grant.until) else { panic!("{account} is off") };
            let kept = until.since(began).0;
            // The last one sent was never answered: it was kept or it was not. Every earlier one was acknowledged.
            assert!(kept == sent || kept + 1 == sent, "{account}: {sent} was sent last, and {kept} was kept");
            *asked = sent;
        }
    }
}

/// Switches the setting on again and again, each time for a millisecond longer, until the server is gone; whoever gets
/// the answer that is `enough` kills it. The number of the one that was sent last, and not answered.
async fn switch_on_until_it_is_gone(
    house: &House,
    account: &AccountId,
    began: UnixMs,
    from: u64,
    given: &AtomicUsize,
    enough: usize,
) -> u64 {
    let mut number = from;
    loop {
        number += 1;
        let until = Until::At(began.plus(Millis(number)));
        if house.switch_on(account, Setting::SupportTeamAccess, until).await.is_err() {
            return number;
        }
        if given.fetch_add(1, Ordering::Relaxed) == enough {
            let server = house.server.id().and_then(|id| Pid::from_raw(id.cast_signed()));
            kill_process(server.unwrap(), Signal::KILL).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_killed_comes_back_knowing_what_was_taken_away() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    stage.house.gateway.kill().unwrap();
    stage.admin.intend(Intent::RevokeKey { key: support.key }).await.unwrap();
    stage.house.open_gateway().await.unwrap();
    let refused = stage.read(&support, &opened).await.unwrap_err();
    assert_eq!(refused.denial, Some(Denial::KeyRevoked), "ready means that it knows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_cut_off_from_the_server_refuses_within_its_lease_and_never_passes_stale() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    let cut = Instant::now();
    stage.house.server.kill().unwrap();
    let lease = Duration::from_secs(GATEWAY_LEASE_SECONDS);
    stage.refused_with(&support, &opened, Code::NotFresh, lease + Duration::from_secs(2)).await;
    assert!(cut.elapsed() <= lease + Duration::from_secs(2));
    stage.house.open_server().await.unwrap();
    stage.passes_again(&support, &opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_replica_is_refused_and_fetched_anew() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    stage.house.gateway.kill().unwrap();
    let path = stage.house.folder.join("gateway-replica.db");
    let trust = stage.house.trust().unwrap().feed().unwrap();
    assert!(Replica::open(&path, trust.clone(), stage.house.standing().unwrap()).is_ok());
    let db = rusqlite::Connection::open(&path).unwrap();
    let touched =
        db.execute("UPDATE statements SET value = CAST(replace(CAST(value AS TEXT), 's-', 't-') AS BLOB)", []);
    assert!(touched.unwrap() > 0);
    drop(db);
    assert!(Replica::open(&path, trust, stage.house.standing().unwrap()).is_err());
    stage.house.open_gateway().await.unwrap();
    stage.passes(&support, &opened).await;
}

impl Stage {
    /// After an outage the follower comes back in its own time.
    async fn passes_again(&self, who: &doorward_testkit::house::Person, opened: &doorward_core::wire::OpenedSession) {
        let long = SOON * 6;
        let passes = async || self.read(who, opened).await.is_ok();
        doorward_testkit::house::wait_until("reads pass again", long, passes).await.unwrap();
    }
}
