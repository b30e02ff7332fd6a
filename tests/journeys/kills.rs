//! kill -9 and a line cut: no acknowledged entry is lost, nothing is left open, and whoever cannot prove that its copy
//! is fresh refuses.

use std::time::{Duration, Instant};

use doorward_client::replica::Replica;
use doorward_core::{
    grant::Setting,
    policy::Denial,
    wire::{Code, Intent},
};
use doorward_testkit::house::GATEWAY_LEASE_SECONDS;

use crate::stage::{SOON, Stage};

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
