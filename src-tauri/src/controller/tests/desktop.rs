//! What the desktop around the window is told and asks: the tray's state, links, notices told once, and leaving.

use doorward_core::{
    grant::{Setting, Until},
    id::AccountId,
    time::Millis,
};

use super::stage::{START, Stage, about, account, until};
use crate::{controller::Request, view::*};

const SUPPORT: Setting = Setting::SupportTeamAccess;
const SUCCESS: Setting = Setting::CustomerSuccessTeamAccess;

async fn hears_tray(stage: &mut Stage, wanted: TrayMark) -> TrayState {
    stage
        .hears(|event| match event {
            ConsoleEvent::Tray { tray } if tray.mark == wanted => Some(*tray),
            _ => None,
        })
        .await
}

async fn hears_notice(stage: &mut Stage) -> Notice {
    stage
        .hears(|event| match event {
            ConsoleEvent::Notice { notice } => Some(notice.clone()),
            _ => None,
        })
        .await
}

async fn follows(stage: &Stage, id: &str) {
    let link: AccountId = account(id);
    stage.ask(|reply| Request::Link(link, reply)).await.unwrap();
}

async fn pins(stage: &Stage, ids: &[&str]) {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    stage.ask(|reply| Request::Pins(ids, reply)).await.unwrap();
}

/// Kinds of everything that was told to whoever is not looking, once every list is made.
async fn notices(stage: &mut Stage) -> Vec<NoticeKind> {
    stage.rows().await;
    stage.tick().await;
    let told = stage.heard().into_iter().filter_map(|event| match event {
        ConsoleEvent::Notice { notice } => Some(notice.kind),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn the_tray_follows_sign_in_sessions_their_end_and_the_server() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let none = hears_tray(&mut stage, TrayMark::SignedIn).await;
    assert_eq!((none.sessions, none.first_ends), (0, None));
    let reading = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    assert_eq!(hears_tray(&mut stage, TrayMark::ReadOnly).await.first_ends, Some(reading.ends));
    let writing = stage.opens("acme", ModeName::ReadWrite).await.unwrap();
    let both = hears_tray(&mut stage, TrayMark::ReadWrite).await;
    assert_eq!((both.sessions, both.first_ends), (2, Some(writing.ends)));
    stage.ask(|reply| Request::EndSession(writing.serial, reply)).await.unwrap();
    hears_tray(&mut stage, TrayMark::ReadOnly).await;
    stage.pass(Millis::minutes(50));
    stage.beat();
    hears_tray(&mut stage, TrayMark::Ending).await;
    stage.cut();
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    hears_tray(&mut stage, TrayMark::Offline).await;
    assert_eq!(stage.ask(Request::Tray).await.unwrap().sessions, 1, "what is open is still counted");
    stage.mend();
    stage.beat();
    hears_tray(&mut stage, TrayMark::Ending).await;
    stage.ask(Request::SignOut).await.unwrap();
    assert_eq!(hears_tray(&mut stage, TrayMark::SignedOut).await.sessions, 0);
}

#[tokio::test]
async fn the_tray_ends_every_session_here_at_once_and_tells_the_server() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let first = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    let second = stage.opens("acme", ModeName::ReadWrite).await.unwrap();
    stage.ask(Request::EndAll).await.unwrap();
    assert!(stage.ask(Request::Sessions).await.unwrap().is_empty());
    assert_eq!(stage.hears_end(first.serial).await, EndedBy::You);
    for serial in [first.serial, second.serial] {
        until("the server hears", || stage.house.was_asked(&format!("end-session {serial}")) == 1).await;
    }
    assert_eq!(stage.state().await.phase, Phase::SignedIn, "the sign-in stays");
}

#[tokio::test]
async fn the_tray_locks_and_says_that_it_is_locked_without_hiding_what_is_open() {
    let mut stage = Stage::new();
    assert_eq!(stage.ask(Request::Tray).await.unwrap().lock, TrayLock::Nothing);
    stage.sign_in("ada").await;
    stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    assert_eq!(stage.ask(Request::Tray).await.unwrap().lock, TrayLock::Open);
    stage.ask(|reply| Request::Lock(LockedBy::You, reply)).await.unwrap();
    let locked = stage.ask(Request::Tray).await.unwrap();
    assert_eq!((locked.lock, locked.mark, locked.sessions), (TrayLock::Locked, TrayMark::ReadOnly, 1));
    stage.ask(Request::EndAll).await.unwrap();
    assert_eq!(stage.ask(Request::Tray).await.unwrap().sessions, 0, "what takes away works behind the lock too");
}

#[tokio::test]
async fn with_nobody_signed_in_there_is_nothing_to_end() {
    let stage = Stage::new();
    stage.ask(Request::EndAll).await.unwrap();
    stage.ask(Request::Go).await.unwrap();
}

#[tokio::test]
async fn a_link_leads_to_its_account_once_somebody_is_there() {
    let mut stage = Stage::new();
    follows(&stage, "pond").await;
    follows(&stage, "acme").await;
    stage.state().await;
    assert!(!stage.heard().iter().any(|event| matches!(event, ConsoleEvent::Show { .. })), "nobody is signed in");
    stage.sign_in("ada").await;
    let shown = |event: &ConsoleEvent| match event {
        ConsoleEvent::Show { account } => Some(account.clone()),
        _ => None,
    };
    assert_eq!(stage.hears(shown).await, "acme", "the newest link alone");
    follows(&stage, "pond").await;
    assert_eq!(stage.hears(shown).await, "pond");
    assert_eq!(stage.heard().iter().filter_map(shown).count(), 0);
}

#[tokio::test]
async fn leaving_ends_everything_at_the_server_and_keeps_what_may_be_reviewed() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    until("who was here is written down", || stage.remembers("\"who\":{")).await;
    stage.ask(Request::Go).await.unwrap();
    assert_eq!(stage.house.was_asked("sign-out"), 1, "the answer waits until the server has heard");
    assert!(stage.ask(Request::Sessions).await.unwrap().is_empty());
    assert_eq!(stage.hears_sign_out().await, EndedBy::You, "who signs out leaves nothing to review");
    assert!(stage.remembers("\"who\":{"));
}

#[tokio::test]
async fn leaving_out_of_reach_waits_for_nobody() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.cut();
    stage.ask(Request::Go).await.unwrap();
    assert_eq!(stage.house.was_asked("sign-out"), 0);
}

#[tokio::test]
async fn a_new_invitation_to_ones_own_account_is_told_once_and_an_old_one_never() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    assert_eq!(notices(&mut stage).await, []);
    stage.pass(Millis(1));
    stage.grant("acme", SUCCESS, Until::Indefinitely);
    let notice = hears_notice(&mut stage).await;
    let about = notice.account.unwrap();
    assert_eq!((notice.kind, about.id.as_str(), notice.ends), (NoticeKind::Invited, "acme", None));
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::days(3))));
    stage.switch_off("acme", SUPPORT);
    assert_eq!(notices(&mut stage).await, [], "another list says nothing again, and pond is not theirs");
}

#[tokio::test]
async fn an_invitation_that_ends_is_told_a_day_and_an_hour_ahead() {
    let mut stage = Stage::new();
    stage.grant("acme", SUCCESS, Until::At(START.plus(Millis::hours(30))));
    stage.sign_in("ada").await;
    assert_eq!(notices(&mut stage).await, []);
    stage.pass(Millis::hours(7));
    stage.beat();
    let notice = hears_notice(&mut stage).await;
    assert_eq!(notice.kind, NoticeKind::EndsInDay);
    assert_eq!(notice.ends, Some(Ms(START.plus(Millis::hours(30)).0)));
    for _ in 0..3 {
        stage.beat();
    }
    assert_eq!(notices(&mut stage).await, []);
    // The sign-in lasts 10 hours: somebody comes back for the rest.
    stage.pass(Millis::hours(22));
    stage.beat();
    stage.hears_sign_out().await;
    stage.sign_in("ada").await;
    assert_eq!(hears_notice(&mut stage).await.kind, NoticeKind::EndsInHour);
    stage.ask(Request::SignOut).await.unwrap();
    stage.sign_in("ada").await;
    assert_eq!(notices(&mut stage).await, [], "told is told, also across a sign-in");
}

#[tokio::test]
async fn a_pinned_account_is_told_of_and_what_it_gave_before_is_no_news() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    stage.ask(|reply| Request::ChooseLockAfter(240, reply)).await.unwrap();
    stage.pass(Millis::hours(1));
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::days(20))));
    // The list is made beside the loop: what it does not have yet when the account is pinned would be news.
    while !stage.rows().await.iter().any(|row| row.id == "pond") {}
    assert_eq!(notices(&mut stage).await, []);
    pins(&stage, &["pond", "no such id"]).await;
    assert_eq!(notices(&mut stage).await, []);
    stage.pass(Millis(1));
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::days(30))));
    assert_eq!(hears_notice(&mut stage).await.kind, NoticeKind::Invited);
    pins(&stage, &[]).await;
    stage.pass(Millis(1));
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::days(40))));
    assert_eq!(notices(&mut stage).await, []);
}

#[tokio::test]
async fn a_session_is_told_of_ten_minutes_ahead_and_when_it_is_cut_but_not_when_one_ends_it() {
    let mut stage = Stage::new();
    stage.sign_in("tess").await;
    stage.ask(|reply| Request::ChooseLockAfter(240, reply)).await.unwrap();
    let first = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.ask(|reply| Request::EndSession(first.serial, reply)).await.unwrap();
    let second = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    assert_eq!(notices(&mut stage).await, []);
    stage.pass(Millis::minutes(50));
    stage.beat();
    let soon = hears_notice(&mut stage).await;
    assert_eq!((soon.kind, soon.ends), (NoticeKind::SessionSoon, Some(second.ends)));
    stage.beat();
    assert_eq!(notices(&mut stage).await, []);
    stage.switch_off("acme", SUPPORT);
    let over = hears_notice(&mut stage).await;
    assert_eq!((over.kind, over.by), (NoticeKind::SessionOver, Some(EndedBy::CustomerSwitchedOff)));
}

#[tokio::test]
async fn a_notice_says_the_name_that_was_still_to_come() {
    let mut stage = Stage::new();
    stage.grant("acme", SUCCESS, Until::At(START.plus(Millis::hours(30))));
    stage.pass(Millis::hours(10));
    stage.beat();
    stage.house.inner().names = vec![doorward_core::wire::AccountName {
        account: account("acme"),
        name: "Acme Ltd".to_owned(),
        support_by: None,
        success_by: None,
    }];
    stage.sign_in("ada").await;
    let notice = hears_notice(&mut stage).await;
    assert_eq!(notice.account.and_then(|account| account.name).as_deref(), Some("Acme Ltd"));
}

#[tokio::test]
async fn a_log_is_saved_with_how_the_console_stands_and_without_who_it_is() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let saved = stage.ask(Request::SaveLog).await.unwrap();
    let text = std::fs::read_to_string(&saved.path).unwrap();
    assert!(text.contains("Signed in: yes") && text.contains("Server: online"), "{text}");
    assert!(!text.contains("ada") && !text.contains("acme"), "{text}");
}

#[tokio::test]
async fn what_the_console_says_of_itself_is_told_before_anybody_signs_in() {
    let stage = Stage::new();
    assert_eq!(stage.ask(Request::About).await.unwrap(), about());
}
