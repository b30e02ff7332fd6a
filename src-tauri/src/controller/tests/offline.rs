//! No server in reach: everything of the copy is shown, and nothing opens. The laptop's clock is never believed.

use doorward_core::{
    time::{Millis, UnixMs},
    wire::AccountName,
};

use super::stage::{Stage, account};
use crate::{controller::Request, view::*};

#[tokio::test]
async fn out_of_reach_the_list_stays_and_nothing_opens() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.rows().await;
    let as_of = stage.now();
    stage.cut();
    stage.reaches(|state| state.connection.state == ConnectionState::Reconnecting).await;
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    let state = stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    assert_eq!((state.phase, state.connection.as_of), (Phase::SignedIn, Some(Ms(as_of.0))));
    assert_eq!(stage.rows().await.len(), 2);
    for mode in [ModeName::ReadOnly, ModeName::ReadWrite] {
        let ask = OpenAsk { account: "acme".to_owned(), mode, ticket: None, reason: "a call".to_owned() };
        let problem = stage.ask(|reply| Request::OpenSession(ask, reply)).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::Offline);
    }
    stage.mend();
    stage.beat();
    stage.reaches(|state| state.connection.state == ConnectionState::Online).await;
}

#[tokio::test]
async fn a_session_ends_on_time_out_of_reach_and_whatever_the_wall_clock_says() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    stage.ask(|reply| Request::ChooseLockAfter(120, reply)).await.unwrap();
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.cut();
    for wall in [UnixMs(0), UnixMs(i64::MAX / 2)] {
        stage.set_wall(wall);
        stage.tick().await;
        assert_eq!(stage.state().await.now, Ms(stage.now().0));
        assert_eq!(stage.ask(Request::Sessions).await.unwrap().len(), 1);
    }
    stage.pass(Millis::minutes(60));
    stage.tick().await;
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::TimeUp);
}

#[tokio::test]
async fn started_out_of_reach_the_copy_is_locked_until_the_key_is_touched_and_then_reviewed() {
    let mut stage = Stage::sealed();
    stage.house.inner().names =
        vec![AccountName { account: account("acme"), name: "Acme".to_owned(), support_by: None, success_by: None }];
    stage.sign_in("ada").await;
    stage.keeps_names().await;
    let as_of = stage.now();
    stage.cut();
    let mut stage = stage.restart();
    assert_eq!(stage.state().await.phase, Phase::SignedOut, "nobody has been asked yet");
    stage.tick().await;
    let state = stage.reaches(|state| state.phase == Phase::Locked).await;
    assert_eq!(state.locked, Some(Locked { by: LockedBy::Offline, sessions: 0, until: None }));
    assert_eq!((state.connection.state, state.connection.as_of), (ConnectionState::Offline, None), "nothing is open");
    assert_eq!(stage.ask(Request::Accounts).await.unwrap_err().code, ErrorCode::Locked);
    stage.unlock().await.unwrap();
    let state = stage.reaches(|state| state.phase == Phase::Review).await;
    assert_eq!(state.connection.as_of, Some(Ms(as_of.0)));
    let me = state.staff.unwrap();
    assert_eq!((me.id.as_str(), me.handle.as_str(), me.roles), ("ada", "ada", vec![RoleName::Csm]));
    let rows = stage.rows().await;
    assert_eq!((rows.len(), rows[0].may.read_write), (2, true));
    assert_eq!(rows[0].name.as_deref(), Some("Acme"), "names come out of the cache");
    let ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadOnly, ticket: None, reason: "a call".to_owned() };
    assert_eq!(stage.ask(|reply| Request::OpenSession(ask, reply)).await.unwrap_err().code, ErrorCode::SignedOut);
    stage.mend();
    for _ in 0..6 {
        stage.tick().await;
    }
    let state = stage.reaches(|state| state.phase == Phase::SignedOut).await;
    assert_eq!(state.connection.state, ConnectionState::Online);
    assert_eq!(stage.ask(Request::Accounts).await.unwrap_err().code, ErrorCode::SignedOut);
}

#[tokio::test]
async fn whoever_signed_out_leaves_nothing_to_review_but_a_handle() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.ask(Request::SignOut).await.unwrap();
    stage.hears_sign_out().await;
    stage.cut();
    super::stage::until("it is written down", || stage.remembers("\"who\":null")).await;
    let mut stage = stage.restart();
    stage.tick().await;
    let state = stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    assert_eq!((state.phase, state.last_handle.as_deref()), (Phase::SignedOut, Some("ada")));
}

#[tokio::test]
async fn the_page_hears_the_time_at_least_every_half_minute() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.rows().await;
    stage.tick().await;
    stage.heard();
    stage.pass(Millis::seconds(29));
    stage.tick().await;
    let states = |events: Vec<ConsoleEvent>| events.iter().filter(|e| matches!(e, ConsoleEvent::State { .. })).count();
    assert_eq!(states(stage.heard()), 0);
    stage.pass(Millis::seconds(1));
    stage.tick().await;
    assert_eq!(states(stage.heard()), 1);
}
