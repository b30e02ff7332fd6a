//! The main job: signed in with a key, inside an invited account, and out the moment the invitation ends.

use doorward_core::{
    grant::Setting,
    policy::Denial,
    wire::{Code, Intent},
};

use crate::stage::{SOON, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn support_reads_while_invited_writes_nothing_and_is_out_when_switched_off() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    assert!(support.open_read_only(&stage.account).await.is_err(), "nobody has invited support yet");
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;

    let before = stage.plan();
    let refused = stage.write(&support, &opened, "enterprise").await.unwrap_err();
    assert_eq!((refused.code, refused.denial), (Code::Denied, Some(Denial::ReadOnlySession)));
    assert_eq!(stage.plan(), before, "the upstream saw nothing of the refused write");

    stage.house.switch_off(&stage.account, Setting::SupportTeamAccess).await.unwrap();
    let refused = stage.refused_with(&support, &opened, Code::Denied, SOON).await;
    assert_eq!(refused.denial, Some(Denial::NotGranted));
    assert!(support.open_read_only(&stage.account).await.is_err());

    stage.invite(Setting::SupportTeamAccess).await;
    let anew = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &anew).await;
    let old = stage.read(&support, &opened).await.unwrap_err();
    assert_eq!(old.denial, Some(Denial::NotGranted), "a new invitation does not bring an old session back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_invites_on_the_page_sees_who_is_in_and_switching_off_there_is_felt_at_the_gateway() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    let mut user = stage.house.customer(&stage.account, "u-uma").await.unwrap();
    assert!(user.page("/settings/privacy").await.unwrap().contains("Nobody."));
    user.switch(Setting::SupportTeamAccess, "30").await.unwrap();
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    let page = user.page("/settings/privacy").await.unwrap();
    assert!(page.contains("Technical Support") && page.contains("End now"), "{page}");

    user.switch(Setting::SupportTeamAccess, "off").await.unwrap();
    let refused = stage.refused_with(&support, &opened, Code::Denied, SOON).await;
    assert_eq!(refused.denial, Some(Denial::NotGranted));
    assert!(user.page("/settings/privacy").await.unwrap().contains("Nobody."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_primary_csm_changes_an_attribute_with_a_touch_and_loses_exactly_that_with_the_assignment() {
    let mut stage = Stage::new().await;
    let mut csm = stage.primary_csm().await;
    let grant = stage.invite(Setting::CustomerSuccessTeamAccess).await;
    let reading = csm.open_read_only(&stage.account).await.unwrap();
    let writing = csm.open_read_write(&stage.account, grant).await.unwrap();
    stage.passes(&csm, &writing).await;
    stage.write(&csm, &writing, "enterprise").await.unwrap();
    assert_eq!(stage.plan().as_deref(), Some("enterprise"));

    let account = stage.account.clone();
    stage.admin.intend(Intent::UnassignPrimaryCsm { account }).await.unwrap();
    let refused = stage.refused_with(&csm, &writing, Code::Denied, SOON).await;
    assert_eq!(refused.denial, Some(Denial::StandingTaken));
    assert!(stage.write(&csm, &writing, "scale").await.is_err());
    assert!(stage.read(&csm, &reading).await.is_ok(), "the read-only session does not stand on the assignment");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_out_of_the_server_and_of_the_gateway_at_once() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    stage.admin.intend(Intent::RevokeKey { key: support.key }).await.unwrap();
    let refused = stage.refused_with(&support, &opened, Code::Denied, SOON).await;
    assert_eq!(refused.denial, Some(Denial::KeyRevoked));
    assert!(support.api.sessions(&support.token).await.is_err(), "the sign-in made by the key is over");
    let handle = support.handle.clone();
    assert!(stage.house.sign_in(&handle, support.into_key()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_s_token_serves_nobody_else() {
    let mut stage = Stage::new().await;
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let opened = support.open_read_only(&stage.account).await.unwrap();
    stage.passes(&support, &opened).await;
    let refused = stage.read(&stage.admin, &opened).await.unwrap_err();
    assert_eq!(refused.code, Code::OtherCertificate);
}
