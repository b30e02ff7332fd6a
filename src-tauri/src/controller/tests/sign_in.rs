//! Signing in and out.

use super::stage::{Stage, until};
use crate::{controller::Request, view::*};

#[tokio::test]
async fn each_step_of_a_sign_in_is_shown_and_then_who_is_there() {
    let mut stage = Stage::new();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    assert_eq!(stage.state().await.phase, Phase::SigningIn);
    let step = |prompt: KeyPrompt| {
        assert_eq!(prompt.purpose, KeyPurpose::SignIn);
        prompt.step
    };
    assert_eq!(step(stage.hears_step().await), KeyStep::Pin { retries_left: Some(8), wrong: false });
    stage.type_pin("0000").await;
    assert_eq!(step(stage.hears_step().await), KeyStep::Pin { retries_left: Some(7), wrong: true });
    assert!(stage.state().await.prompt.is_some(), "a page that was opened again shows it");
    stage.type_pin("1234").await;
    assert_eq!(step(stage.hears_step().await), KeyStep::Touch);
    assert_eq!(step(stage.hears_step().await), KeyStep::Checking);
    stage.hears(|event| matches!(event, ConsoleEvent::Key { prompt: None }).then_some(())).await;
    let state = stage.reaches(|state| state.phase == Phase::SignedIn).await;
    let me = state.staff.unwrap();
    assert_eq!((me.id.as_str(), me.name.as_str(), me.key), ("ada", "Ada Lovelace", 1));
    assert_eq!(me.roles, [RoleName::Csm], "as the copy knows them");
    assert_eq!((state.last_handle.as_deref(), state.connection.state), (Some("ada"), ConnectionState::Online));
    assert_eq!(stage.house.was_asked("follow"), 1);
}

#[tokio::test]
async fn a_cancelled_key_signs_nobody_in() {
    let mut stage = Stage::new();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    stage.hears_step().await;
    let twice = stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await;
    assert_eq!(twice.unwrap_err().code, ErrorCode::Conflict, "one ceremony at a time");
    stage.ask(Request::KeyCancel).await.unwrap();
    stage.hears(|event| matches!(event, ConsoleEvent::Key { prompt: None }).then_some(())).await;
    let problem = failure(&mut stage).await;
    assert_eq!(problem.code, ErrorCode::Cancelled);
    assert_eq!(stage.state().await.phase, Phase::SignedOut);
    assert_eq!(
        stage.ask(|reply| Request::KeyPin(Pin("1".to_owned()), reply)).await.unwrap_err().code,
        ErrorCode::NoKeyCeremony
    );
    assert_eq!(stage.house.was_asked("finish-sign-in"), 0);
}

#[tokio::test]
async fn a_blocked_key_is_shown_until_the_person_has_seen_it() {
    let mut stage = Stage::new();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    stage.hears_step().await;
    stage.type_pin("blocked").await;
    assert_eq!(stage.hears_step().await.step, KeyStep::Blocked);
    assert_eq!(stage.state().await.prompt.unwrap().step, KeyStep::Blocked);
    stage.ask(Request::KeyCancel).await.unwrap();
    assert_eq!(failure(&mut stage).await.code, ErrorCode::Cancelled);
}

#[tokio::test]
async fn a_key_that_is_pulled_out_and_put_back_goes_on_and_one_that_stays_away_is_told() {
    let mut stage = Stage::new();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    stage.hears_pin_asked().await;
    stage.type_pin("pulled out").await;
    assert_eq!(stage.hears_step().await.step, KeyStep::Unplugged);
    assert!(matches!(stage.hears_step().await.step, KeyStep::Pin { wrong: false, .. }));
    stage.type_pin("gone").await;
    assert_eq!(failure(&mut stage).await.code, ErrorCode::KeyUnplugged);
}

#[tokio::test]
async fn a_key_that_may_not_be_opened_is_shown_until_the_person_has_seen_how_to_put_it_right() {
    let mut stage = Stage::new();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    stage.hears_pin_asked().await;
    stage.type_pin("forbidden").await;
    assert_eq!(stage.hears_step().await.step, KeyStep::NoPermission);
    stage.ask(Request::KeyCancel).await.unwrap();
    assert_eq!(failure(&mut stage).await.code, ErrorCode::KeyNoPermission);
}

#[tokio::test]
async fn a_sign_in_that_is_refused_or_out_of_reach_says_so() {
    let mut stage = Stage::new();
    stage.happens(doorward_core::feed::entry::What::StaffSuspended { staff: super::stage::staff("ada") });
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    stage.hears_step().await;
    stage.type_pin("1234").await;
    let problem = failure(&mut stage).await;
    assert_eq!(
        (problem.code, problem.why, problem.request.as_deref()),
        (ErrorCode::Denied, Some(Why::StaffSuspended), Some("r-1"))
    );
    stage.cut();
    stage.ask(|reply| Request::SignIn("ada".to_owned(), reply)).await.unwrap();
    assert_eq!(failure(&mut stage).await.code, ErrorCode::Offline);
}

#[tokio::test]
async fn signing_out_drops_everything_here_and_tells_the_server() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.ask(Request::SignOut).await.unwrap();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::SignedOut);
    assert_eq!(stage.hears_sign_out().await, EndedBy::SignedOut);
    let state = stage.state().await;
    assert_eq!((state.phase, state.staff), (Phase::SignedOut, None));
    assert_eq!(stage.ask(Request::Accounts).await.unwrap_err().code, ErrorCode::SignedOut);
    assert!(stage.ask(Request::Sessions).await.unwrap().is_empty());
    until("the server hears", || stage.house.was_asked("sign-out") == 1).await;
    assert_eq!(stage.house.was_asked("unfollow"), 1);
}

#[tokio::test]
async fn a_sign_in_that_nobody_waits_for_any_more_is_signed_out() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    // A ceremony under way at the sign-out: its outcome is unwanted.
    let handle = stage.handle.clone();
    let ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadWrite, ticket: None, reason: "a call".to_owned() };
    let opening = tokio::spawn(async move { handle.ask(|reply| Request::OpenSession(ask, reply)).await });
    stage.hears_step().await;
    stage.ask(Request::SignOut).await.unwrap();
    assert_eq!(opening.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
    assert_eq!(stage.house.was_asked("confirm-intent"), 0);
    assert!(stage.state().await.prompt.is_none());
}

#[tokio::test]
async fn what_ends_a_sign_in_is_told() {
    use super::{house::SIGN_IN, stage::staff};
    use doorward_core::{feed::entry::What, id::KeySerial, time::Millis};

    type Happening = fn(&mut Stage);
    let happenings: [(Happening, EndedBy); 4] = [
        (|stage| stage.happens(What::KeyRevoked { key: KeySerial(1), by: staff("sven") }), EndedBy::KeyRevoked),
        (|stage| stage.happens(What::StaffSuspended { staff: staff("ada") }), EndedBy::StaffSuspended),
        (
            |stage| {
                stage.pass(Millis(SIGN_IN.0));
                stage.beat()
            },
            EndedBy::SignInOver,
        ),
        (
            |stage| {
                let fault = Some(doorward_client::follower::FollowFault::NotSignedIn);
                stage.following.send_replace(doorward_client::follower::Connection { online: false, fault });
            },
            EndedBy::Unknown,
        ),
    ];
    for (happens, wanted) in happenings {
        let mut stage = Stage::new();
        stage.sign_in("ada").await;
        happens(&mut stage);
        assert_eq!(stage.hears_sign_out().await, wanted);
        assert_eq!(stage.state().await.staff, None);
    }
}

#[tokio::test]
async fn a_key_is_enrolled_with_a_code() {
    let mut stage = Stage::new();
    let ask = |code: &str| EnrolAsk { code: code.to_owned(), name: "ada".to_owned() };
    let (bad, good) = (ask("bad"), ask("good"));
    assert_eq!(stage.ask(|reply| Request::Enrol(bad, reply)).await.unwrap_err().code, ErrorCode::CodeRefused);
    let handle = stage.handle.clone();
    let enrolling = tokio::spawn(async move { handle.ask(|reply| Request::Enrol(good, reply)).await });
    assert_eq!(stage.hears_step().await.purpose, KeyPurpose::Enrol);
    stage.type_pin("1234").await;
    assert_eq!(enrolling.await.unwrap().unwrap(), EnrolledKey { key: 9, handle: "ada".to_owned() });
    assert_eq!(stage.state().await.last_handle.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_new_key_is_given_its_pin_on_the_way() {
    let mut stage = Stage::new();
    let ask = EnrolAsk { code: "good".to_owned(), name: "ada".to_owned() };
    let handle = stage.handle.clone();
    let enrolling = tokio::spawn(async move { handle.ask(|reply| Request::Enrol(ask, reply)).await });
    stage.hears_pin_asked().await;
    stage.type_pin("new").await;
    assert_eq!(stage.hears_step().await.step, KeyStep::ChoosePin { min_length: 6, refused: false });
    stage.type_pin("271828").await;
    assert_eq!(stage.hears_step().await.step, KeyStep::Touch);
    assert!(enrolling.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_key_that_the_server_refuses_is_named_by_its_model() {
    let mut stage = Stage::new();
    let ask = EnrolAsk { code: "good".to_owned(), name: "Toy".to_owned() };
    let handle = stage.handle.clone();
    let enrolling = tokio::spawn(async move { handle.ask(|reply| Request::Enrol(ask, reply)).await });
    stage.hears_pin_asked().await;
    stage.type_pin("1234").await;
    let problem = enrolling.await.unwrap().unwrap_err();
    assert_eq!(problem.code, ErrorCode::KeyRefused);
    assert_eq!(problem.model.as_deref(), Some("10111213-1415-1617-1819-1a1b1c1d1e1f"));
}

async fn failure(stage: &mut Stage) -> Problem {
    stage
        .hears(|event| match event {
            ConsoleEvent::SignInFailed { problem } => Some(problem.clone()),
            _ => None,
        })
        .await
}
