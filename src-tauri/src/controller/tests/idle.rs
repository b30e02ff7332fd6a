//! Read-write that lies idle, and a clock that is off.

use doorward_core::time::Millis;
use serde_json::json;

use super::stage::{Stage, until};
use crate::{controller::Request, view::*};

async fn idle(stage: &mut Stage) -> (u32, Option<Ms>) {
    stage
        .hears(|event| match event {
            ConsoleEvent::Idle { session, at } => Some((*session, *at)),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn read_write_ends_when_nobody_does_anything_in_it_and_reading_goes_on() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let reading = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let writing = stage.opens("acme", ModeName::ReadWrite).await.unwrap();
    stage.pass(Millis::seconds(4 * 60 + 1));
    stage.tick().await;
    let at = Ms(writing.opened.0 + 5 * 60_000);
    assert_eq!(idle(&mut stage).await, (writing.serial, Some(at)), "it is said a minute before");
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    assert_eq!(stage.hears_end(writing.serial).await, EndedBy::Idle);
    let left = stage.ask(Request::Sessions).await.unwrap();
    assert_eq!(left.iter().map(|session| session.serial).collect::<Vec<_>>(), [reading]);
    until("the server hears of it", || stage.house.was_asked(&format!("end-session {}", writing.serial)) == 1).await;
}

#[tokio::test]
async fn whatever_is_done_in_it_keeps_it_open() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.ask(|reply| Request::ChooseLockAfter(60, reply)).await.unwrap();
    let writing = stage.opens("acme", ModeName::ReadWrite).await.unwrap().serial;
    stage.pass(Millis::seconds(4 * 60 + 1));
    stage.tick().await;
    assert!(idle(&mut stage).await.1.is_some());
    stage.ask(|reply| Request::NoteActive(writing, reply)).await.unwrap();
    assert_eq!(idle(&mut stage).await, (writing, None), "and it is said no longer");
    stage.pass(Millis::minutes(4));
    stage.house.inner().data.push_back((200, json!({ "workspaces": [] })));
    stage.ask(|reply| Request::Workspaces(writing, reply)).await.unwrap();
    stage.pass(Millis::minutes(4));
    stage.tick().await;
    assert_eq!(stage.ask(Request::Sessions).await.unwrap().len(), 1);
}

#[tokio::test]
async fn how_long_it_may_lie_idle_is_chosen_within_bounds() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    for minutes in [0, 1, 16, u32::MAX] {
        let refused = stage.ask(|reply| Request::KeepIdle(minutes, reply)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest);
    }
    stage.ask(|reply| Request::KeepIdle(2, reply)).await.unwrap();
    let writing = stage.opens("acme", ModeName::ReadWrite).await.unwrap().serial;
    stage.pass(Millis::minutes(2));
    stage.tick().await;
    assert_eq!(stage.hears_end(writing).await, EndedBy::Idle);
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_and_changes_nothing() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    assert_eq!(stage.state().await.skew, None);
    let now = stage.now();
    stage.set_wall(now.plus(Millis::seconds(30)));
    assert_eq!(stage.state().await.skew, None, "half a minute is nothing");
    stage.set_wall(now.plus(Millis::seconds(95)));
    stage.tick().await;
    let told = stage.reaches(|state| state.skew.is_some()).await.skew.unwrap();
    assert_eq!((told.here.0, told.server.0), (now.0 + 95_000, now.0));
    assert_eq!(stage.state().await.now, Ms(now.0), "the signed time is what counts");
    assert!(stage.opens("acme", ModeName::ReadOnly).await.is_ok());
    stage.set_wall(now.plus(Millis::seconds(1)));
    stage.tick().await;
    stage.reaches(|state| state.skew.is_none()).await;
    stage.cut();
    stage.set_wall(now.plus(Millis::hours(9)));
    stage.pass(Millis::minutes(2));
    assert_eq!(stage.state().await.skew, None, "without the server nobody knows whose clock is off");
}
