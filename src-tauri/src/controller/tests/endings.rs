//! Everything that can end a session, each told for what it is. The clock stands still but for what a case says.

use doorward_core::{
    feed::entry::What,
    grant::{Setting, Until},
    id::{KeySerial, Seq, SessionSerial},
    session::EndCause,
    staff::Role,
    time::Millis,
};

use super::{
    house::SIGN_IN,
    stage::{START, Stage, account, staff},
};
use crate::{controller::Request, view::*};

const SUPPORT: Setting = Setting::SupportTeamAccess;
const SUCCESS: Setting = Setting::CustomerSuccessTeamAccess;

type Happening = fn(&mut Stage);

/// Signs in, opens acme, lets it happen, and says what the page hears.
async fn ends(who: &str, mode: ModeName, happens: Happening) -> EndedBy {
    ends_in(Stage::new(), who, "acme", mode, happens).await
}

async fn ends_in(mut stage: Stage, who: &str, id: &str, mode: ModeName, happens: Happening) -> EndedBy {
    stage.sign_in(who).await;
    let session = stage.opens(id, mode).await.unwrap();
    assert_eq!(stage.ask(Request::Sessions).await.unwrap().len(), 1);
    happens(&mut stage);
    let by = stage.hears_end(session.serial).await;
    assert!(stage.ask(Request::Sessions).await.unwrap().is_empty());
    let look = stage.ask(|reply| Request::Workspaces(session.serial, reply)).await;
    assert!(matches!(look.err().unwrap().code, ErrorCode::SessionNotOpen | ErrorCode::SignedOut));
    by
}

#[tokio::test]
async fn what_the_customer_takes_back() {
    let off: Happening = |stage| stage.switch_off("acme", SUCCESS);
    assert_eq!(ends("ada", ModeName::ReadWrite, off).await, EndedBy::CustomerSwitchedOff);
    let anew: Happening = |stage| stage.grant("acme", SUCCESS, Until::Indefinitely);
    assert_eq!(ends("carl", ModeName::ReadOnly, anew).await, EndedBy::CustomerSwitchedOff);
    let closed: Happening = |stage| stage.happens(What::AccountClosed { account: account("acme") });
    assert_eq!(ends("tess", ModeName::ReadOnly, closed).await, EndedBy::CustomerSwitchedOff);
}

#[tokio::test]
async fn what_is_taken_from_the_person() {
    let key: Happening = |stage| stage.happens(What::KeyRevoked { key: KeySerial(1), by: staff("sven") });
    assert_eq!(ends("ada", ModeName::ReadOnly, key).await, EndedBy::KeyRevoked);
    let suspended: Happening = |stage| stage.happens(What::StaffSuspended { staff: staff("ada") });
    assert_eq!(ends("ada", ModeName::ReadOnly, suspended).await, EndedBy::StaffSuspended);
    let role: Happening = |stage| stage.happens(What::RoleTaken { staff: staff("tess"), role: Role::TechnicalSupport });
    assert_eq!(ends("tess", ModeName::ReadOnly, role).await, EndedBy::RoleTaken);
    let role: Happening = |stage| stage.happens(What::RoleTaken { staff: staff("ada"), role: Role::Csm });
    assert_eq!(ends("ada", ModeName::ReadWrite, role).await, EndedBy::RoleTaken);
    let csm: Happening =
        |stage| stage.happens(What::PrimaryCsmAssigned { account: account("acme"), staff: staff("carl") });
    assert_eq!(ends("ada", ModeName::ReadWrite, csm).await, EndedBy::PrimaryCsmChanged);
    let duty: Happening = |stage| stage.happens(What::DutyClosed { staff: staff("dora"), opened: duty_of(stage) });
    assert_eq!(ends("dora", ModeName::ReadOnly, duty).await, EndedBy::DutyEnded);
}

fn duty_of(stage: &Stage) -> Seq {
    stage.house.inner().feed.state.staff_member(&staff("dora")).unwrap().duty[0].opened
}

#[tokio::test]
async fn what_time_takes() {
    let hour: Happening = |stage| {
        stage.pass(Millis::minutes(60));
        stage.beat();
    };
    assert_eq!(ends("carl", ModeName::ReadOnly, hour).await, EndedBy::TimeUp);

    let mut stage = Stage::new();
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::minutes(10))));
    assert_eq!(ends_in(stage, "tess", "pond", ModeName::ReadOnly, hour).await, EndedBy::GrantRanOut);

    let mut stage = Stage::new();
    stage.pass(Millis::minutes(119));
    stage.beat();
    assert_eq!(ends_in(stage, "dora", "acme", ModeName::ReadOnly, hour).await, EndedBy::DutyEnded);
}

#[tokio::test]
async fn a_session_ends_with_the_sign_in_and_says_so() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.pass(Millis(SIGN_IN.0 - 60_000));
    stage.beat();
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.pass(Millis::minutes(1));
    stage.beat();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::SignInOver);
    assert_eq!(stage.hears_sign_out().await, EndedBy::SignInOver);
}

#[tokio::test]
async fn what_the_server_says_that_it_ended() {
    let causes = [
        (EndCause::EndedBySecurity, EndedBy::SecurityAdmin),
        (EndCause::Ended, EndedBy::You),
        (EndCause::Replaced, EndedBy::Replaced),
        (EndCause::SignedOut, EndedBy::SignedOut),
    ];
    for (cause, wanted) in causes {
        let mut stage = Stage::new();
        stage.sign_in("tess").await;
        let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
        let entry = stage.house.inner().end(SessionSerial(session.serial.into()), cause);
        stage.happens(entry);
        assert_eq!(stage.hears_end(session.serial).await, wanted);
    }
}

#[tokio::test]
async fn what_nobody_can_say_any_more_is_unknown() {
    let unknown: Happening = |stage| {
        let entry = stage.house.inner().end(SessionSerial(1), EndCause::EndedBySecurity);
        stage.house.inner().reachable = false;
        stage.happens(entry);
    };
    assert_eq!(ends("tess", ModeName::ReadOnly, unknown).await, EndedBy::Unknown);
}

#[tokio::test]
async fn what_the_person_ends_is_over_here_at_once_and_told_to_the_server() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.ask(|reply| Request::EndSession(session.serial, reply)).await.unwrap();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::You);
    super::stage::until("the server hears", || stage.house.was_asked("end-session 1") == 1).await;
}

#[tokio::test]
async fn a_second_read_write_session_takes_the_place_of_the_first_and_of_no_other() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let reading = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    let first = stage.opens("acme", ModeName::ReadWrite).await.unwrap();
    let second = stage.opens("acme", ModeName::ReadWrite).await.unwrap();
    assert_eq!(stage.hears_end(first.serial).await, EndedBy::Replaced);
    let open: Vec<_> = stage.ask(Request::Sessions).await.unwrap().iter().map(|session| session.serial).collect();
    assert_eq!(open, [reading.serial, second.serial]);
}

#[tokio::test]
async fn a_copy_that_lags_behind_ends_nothing() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    // The server knows a grant that the copy does not know yet.
    {
        let mut inner = stage.house.inner();
        let (now, grant) = (inner.now, inner.feed.state.next_grant());
        let by = doorward_core::id::UserId::parse("user-1").unwrap();
        let what =
            What::GrantEnabled { grant, account: account("acme"), setting: SUCCESS, by, until: Until::Indefinitely };
        inner.feed.ahead(what, now);
    }
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.pass(Millis(1));
    stage.tick().await;
    assert_eq!(stage.ask(Request::Sessions).await.unwrap().len(), 1);
    stage.catch_up();
    stage.beat();
    assert_eq!(stage.ask(Request::Sessions).await.unwrap().len(), 1);
    stage.switch_off("acme", SUCCESS);
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::CustomerSwitchedOff);
}
