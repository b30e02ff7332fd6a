//! Staff keys: what revoking would end, and revoking.

use doorward_core::{feed::entry::What, id::KeySerial};

use super::stage::{Stage, staff, until};
use crate::{controller::Request, view::*};

#[tokio::test]
async fn keys_are_listed_and_the_page_hears_when_they_change() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    let keys = stage.ask(Request::Keys).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    let own: Vec<_> = keys.iter().filter(|key| key.mine).map(|key| (key.key, key.in_use)).collect();
    assert_eq!((keys.len(), own), (5, vec![(5, true)]));
    stage.happens(What::KeyRevoked { key: KeySerial(1), by: staff("sven") });
    stage.hears(|event| matches!(event, ConsoleEvent::KeysChanged).then_some(())).await;
    stage.cut();
    let keys = stage.ask(Request::Keys).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    assert!(keys[0].revoked, "out of reach: as last told, with the copy's word on it");
}

#[tokio::test]
async fn anothers_key_is_revoked_with_a_touch_after_its_effects_were_named() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.ask(Request::SignOut).await.unwrap();
    stage.sign_in("sven").await;
    let effects = stage.ask(|reply| Request::KeyEffects(1, reply)).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!((effects.sessions[0].serial, effects.sessions[0].mode), (session.serial, Some(ModeName::ReadOnly)));
    assert!(!effects.queued && !effects.signs_you_out && effects.sign_ins == 1);
    let handle = stage.handle.clone();
    let revoking = tokio::spawn(async move { handle.ask(|reply| Request::RevokeKey(1, reply)).await });
    stage.hears_pin_asked().await;
    let purpose = stage.state().await.prompt.unwrap().purpose;
    assert!(matches!(purpose, KeyPurpose::RevokeKey { key: 1, .. }));
    stage.type_pin("1234").await;
    revoking.await.unwrap().unwrap();
    assert_eq!(stage.state().await.phase, Phase::SignedIn);
}

#[tokio::test]
async fn ones_own_key_is_revoked_without_a_touch_and_signs_out() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.ask(|reply| Request::RevokeKey(1, reply)).await.unwrap();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::KeyRevoked);
    assert_eq!(stage.hears_sign_out().await, EndedBy::KeyRevoked);
    assert_eq!(stage.house.was_asked("revoke-key 1"), 1);
}

#[tokio::test]
async fn out_of_reach_ones_own_key_serves_no_more_here_and_the_server_hears_first_thing() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.cut();
    let effects = stage.ask(|reply| Request::KeyEffects(1, reply)).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert!(effects.queued && effects.signs_you_out && !effects.last_admin_key);
    let others = stage.ask(|reply| Request::RevokeKey(5, reply)).await;
    assert_eq!(others.unwrap_err().code, ErrorCode::Offline);
    stage.ask(|reply| Request::RevokeKey(1, reply)).await.unwrap();
    assert_eq!(stage.hears_sign_out().await, EndedBy::KeyRevoked);
    assert_eq!(stage.house.was_asked("revoke-key 1"), 0);
    stage.mend();
    stage.tick().await;
    until("it is delivered", || stage.house.was_asked("revoke-key 1") == 1).await;
}

#[tokio::test]
async fn a_revocation_outlives_the_program() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.cut();
    stage.ask(|reply| Request::RevokeKey(1, reply)).await.unwrap();
    until("it is written down", || stage.remembers("\"revoke\":[{")).await;
    let mut stage = stage.restart();
    stage.mend();
    stage.sign_in("ada").await;
    until("it is delivered at the next sign-in", || stage.house.was_asked("revoke-key 1") == 1).await;
    until("and forgotten", || stage.remembers("\"revoke\":[]")).await;
}

#[tokio::test]
async fn the_last_key_that_administers_is_known_out_of_reach() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    stage.cut();
    let effects = stage.ask(|reply| Request::KeyEffects(5, reply)).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert!(effects.last_admin_key);
}
