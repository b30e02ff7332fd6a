//! Reviews written down, and fourteen days of sleep.

use std::{fs, os::unix::fs::PermissionsExt};

use doorward_core::{
    grant::{Setting, Until},
    report::verify_csv,
    time::Millis,
};

use super::stage::{START, Stage, trust};
use crate::{controller::Request, view::*};

#[tokio::test]
async fn a_review_is_written_for_its_owner_alone_and_never_over_another() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.rows().await;
    let first = stage.ask(Request::ExportGrants).await.unwrap();
    assert_eq!((first.rows, Some(first.as_of)), (3, stage.state().await.connection.as_of));
    let again = stage.ask(Request::ExportGrants).await.unwrap();
    assert_ne!((&first.csv, &first.report), (&again.csv, &again.report));
    for path in [&first.csv, &first.report, &again.csv, &again.report] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
    assert_eq!(fs::metadata(stage.path("reviews")).unwrap().permissions().mode() & 0o777, 0o700);
    let csv = fs::read_to_string(&first.csv).unwrap();
    let (checkpoint, rows) = verify_csv(&csv, &trust()).unwrap();
    assert_eq!((checkpoint.size, rows), (u64::from(stage.state().await.feed_size), 3));
    let report = fs::read_to_string(&first.report).unwrap();
    assert!(csv.contains(&first.hash) && report.contains(&first.hash) && report.contains("acme"));
}

#[tokio::test]
async fn out_of_reach_a_review_is_of_the_copy_as_of_its_newest_signed_time() {
    let mut stage = Stage::new();
    let soon = stage.now().plus(Millis::minutes(1));
    stage.grant("pond", Setting::SupportTeamAccess, Until::At(soon));
    stage.beat();
    stage.sign_in("ada").await;
    stage.rows().await;
    let as_of = stage.state().await.connection.as_of;
    stage.cut();
    // By now pond's grant has run out; as of the copy's own time it was on.
    stage.pass(Millis::minutes(2));
    stage.tick().await;
    stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    let written = stage.ask(Request::ExportGrants).await.unwrap();
    assert_eq!((Some(written.as_of), written.rows), (as_of, 3));
}

#[tokio::test]
async fn a_review_that_cannot_be_written_is_told() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.rows().await;
    fs::write(stage.path("reviews"), "in the way").unwrap();
    assert_eq!(stage.ask(Request::ExportGrants).await.unwrap_err().code, ErrorCode::NotSaved);
}

/// A lid closed for fourteen days: the clock that counts sleep went on, the wall clock stands where it stood.
#[tokio::test]
async fn after_fourteen_days_of_sleep_the_time_is_right_and_everything_that_had_an_end_is_over() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    let wall = stage.now();
    stage.cut();
    stage.heard();
    stage.pass(Millis::days(14));
    stage.set_wall(wall);
    // No tick: it would lock the console first, and a locked one says less of what ended.
    assert_eq!(stage.state().await.now, Ms(wall.plus(Millis::days(14)).0), "a drift of nothing");
    stage.state().await;
    let told = stage.heard();
    let ended = |event: &ConsoleEvent| matches!(event, ConsoleEvent::SessionEnded { session: gone, .. } if *gone == session.serial);
    assert!(told.iter().any(ended));
    assert!(told.iter().any(|event| matches!(event, ConsoleEvent::SignedOut { .. })), "a sign-in is for ten hours");
    assert_eq!(stage.ask(Request::Sessions).await.map(|open| open.len()).unwrap_or_default(), 0);
}

#[tokio::test]
async fn after_fourteen_days_of_sleep_every_remaining_time_is_right_and_nothing_opens_before_all_is_fresh() {
    let mut stage = Stage::sealed();
    let ends = stage.now().plus(Millis::days(20));
    stage.sign_in("ada").await;
    stage.keeps_names().await;
    stage.grant("pond", Setting::SupportTeamAccess, Until::At(ends));
    stage.beat();
    let wall = stage.now();
    stage.cut();
    let mut stage = stage.restart();
    stage.pass(Millis::days(14));
    stage.set_wall(wall);
    stage.tick().await;
    stage.reaches(|state| state.phase == Phase::Locked).await;
    stage.unlock().await.unwrap();
    let state = stage.reaches(|state| state.phase == Phase::Review).await;
    assert_eq!(state.now, Ms(wall.plus(Millis::days(14)).0), "a drift of nothing");
    let until = |row: &AccountRow| row.support.as_ref().and_then(|grant| grant.until);
    let left: Vec<_> = stage.rows().await.iter().map(|row| (row.id.clone(), until(row))).collect();
    let acme = START.plus(Millis::days(30));
    assert_eq!(left, [("acme".to_owned(), Some(Ms(acme.0))), ("pond".to_owned(), Some(Ms(ends.0)))]);
    let ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadOnly, ticket: None, reason: "a call".to_owned() };
    assert_eq!(stage.ask(|reply| Request::OpenSession(ask, reply)).await.unwrap_err().code, ErrorCode::SignedOut);
    stage.pass(Millis::days(6));
    stage.tick().await;
    // Six days without anybody: the copy is behind its lock again, and what ran out is gone from behind it.
    stage.reaches(|state| state.phase == Phase::Locked).await;
    stage.unlock().await.unwrap();
    stage.reaches(|state| state.phase == Phase::Review).await;
    let left: Vec<_> = stage.rows().await.into_iter().map(|row| row.id).collect();
    assert_eq!(left, ["acme"]);
}
