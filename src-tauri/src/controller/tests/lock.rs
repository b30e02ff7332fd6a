//! The lock: what it hides, what goes on behind it, who opens it, and what lies on the disk meanwhile.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use doorward_client::{
    cache::{Caches, Holder},
    keys::Signed,
    seal::Secret32,
};
use doorward_core::{feed::entry::What, grant::Setting, id::KeySerial, time::Millis, wire::AccountName};
use serde_json::json;
use tokio::sync::Notify;

use super::stage::{Stage, account, staff, until};
use crate::{
    controller::{Page, Reply, Request, lock::Curtain, request::Answer},
    view::*,
};

async fn signed_in() -> Stage {
    let mut stage = Stage::sealed();
    let name =
        AccountName { account: account("acme"), name: "Acme Ltd".to_owned(), support_by: None, success_by: None };
    stage.house.inner().names = vec![name];
    stage.sign_in("ada").await;
    stage.keeps_names().await;
    stage
}

async fn lock(stage: &mut Stage, by: LockedBy) {
    stage.ask(|reply| Request::Lock(by, reply)).await.unwrap();
    stage.reaches(|state| state.phase == Phase::Locked).await;
}

fn refused<T>(answer: Answer<T>) -> ErrorCode {
    answer.err().expect("it was answered").code
}

#[tokio::test]
async fn while_it_is_locked_nothing_is_answered_but_what_the_lock_needs() {
    let mut stage = signed_in().await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    lock(&mut stage, LockedBy::You).await;
    let asked = stage.house.inner().asked.len();
    macro_rules! refuses {
        ($($request:expr),+ $(,)?) => { $(assert_eq!(refused(stage.ask($request).await), ErrorCode::Locked);)+ };
    }
    let person = || PersonAsk { session: session.serial, person: "p".to_owned() };
    let open =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadOnly, ticket: None, reason: "a call".to_owned() };
    let connect = ConnectAsk { host: "web-1".to_owned(), ticket: None, reason: "a call".to_owned(), terminal: false };
    let change = || Change::IssueCode { staff: "ada".to_owned() };
    refuses!(
        Request::Accounts,
        Request::Sessions,
        Request::Keys,
        Request::Staff,
        Request::Everywhere,
        Request::PastGrants,
        Request::Active,
        Request::SaveLog,
        |reply| Request::Endpoint(session.serial, reply),
        |reply| Request::OpenEndpoint(session.serial, reply),
        |reply| Request::Pins(Vec::new(), reply),
        |reply| Request::SignIn("ada".to_owned(), reply),
        |reply| Request::Enrol(EnrolAsk { code: "good".to_owned(), name: "k".to_owned() }, reply),
        |reply| Request::OpenSession(open, reply),
        |reply| Request::EndSession(session.serial, reply),
        |reply| Request::KeyEffects(1, reply),
        |reply| Request::RevokeKey(1, reply),
        |reply| Request::ChangeEffects(change(), reply),
        |reply| Request::MakeChange(change(), reply),
        |reply| Request::ChooseLockAfter(5, reply),
        Request::Servers,
        Request::SshKeys,
        |reply| Request::EnrolSshKey(String::new(), reply),
        |reply| Request::Connect(connect, reply),
        |reply| Request::ConnectionEffects(1, reply),
        |reply| Request::EndConnection(1, reply),
        |reply| Request::Workspaces(session.serial, reply),
        |reply| Request::Person(person(), reply),
        |reply| Request::PersonActivities(person(), reply),
        |reply| Request::PersonMessages(person(), reply),
    );
    assert_eq!(stage.house.inner().asked.len(), asked, "nobody was asked for anything");
    let state = stage.state().await;
    let locked = Locked { by: LockedBy::You, sessions: 1, until: Some(session.ends) };
    assert_eq!((state.phase, state.locked, state.lock_after), (Phase::Locked, Some(locked), 10));
    stage.unlock().await.unwrap();
    assert_eq!(stage.state().await.phase, Phase::SignedIn);
    let sessions: Vec<_> = stage.ask(Request::Sessions).await.unwrap();
    assert_eq!(sessions.iter().map(|s| s.serial).collect::<Vec<_>>(), [session.serial], "it went on behind the lock");
}

#[tokio::test]
async fn an_answer_that_comes_after_the_lock_is_kept_back() {
    let mut stage = signed_in().await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    let hold = Arc::new(Notify::new());
    stage.house.inner().hold = Some(Arc::clone(&hold));
    stage.house.inner().data.push_back((200, json!({ "workspaces": [] })));
    let handle = stage.handle.clone();
    let looking = tokio::spawn(async move { handle.ask(|reply| Request::Workspaces(session.serial, reply)).await });
    until("it is under way", || stage.house.was_asked("with session-1") == 1).await;
    lock(&mut stage, LockedBy::ScreenLock).await;
    hold.notify_one();
    assert_eq!(refused(looking.await.unwrap()), ErrorCode::Locked);
}

#[tokio::test]
async fn what_happens_behind_the_lock_is_told_when_it_opens() {
    let mut stage = signed_in().await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    lock(&mut stage, LockedBy::You).await;
    stage.heard();
    stage.switch_off("acme", Setting::SupportTeamAccess);
    stage.switch_off("acme", Setting::CustomerSuccessTeamAccess);
    stage.tick().await;
    stage.tick().await;
    let told = stage.heard();
    let nameless = |event: &ConsoleEvent| match event {
        ConsoleEvent::State { .. } | ConsoleEvent::Tray { .. } => true,
        ConsoleEvent::Notice { notice } => notice.account.is_none(),
        _ => false,
    };
    assert!(told.iter().all(nameless), "the lock says no name");
    assert_eq!(stage.state().await.locked.unwrap().sessions, 0);
    stage.unlock().await.unwrap();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::CustomerSwitchedOff);
}

/// Hears everything.
#[derive(Default)]
struct Ears(Mutex<Vec<ConsoleEvent>>);

impl Page for Ears {
    fn tell(&self, event: ConsoleEvent) {
        self.0.lock().unwrap().push(event);
    }
}

#[test]
fn behind_the_curtain_no_event_is_heard_but_what_names_nobody() {
    let (ears, drawn) = (Arc::new(Ears::default()), Arc::new(AtomicBool::new(true)));
    let curtain = Curtain::new(ears.clone(), drawn.clone());
    let ended = ConsoleEvent::SessionEnded {
        session: 1,
        account_name: Some("Acme".to_owned()),
        at: Ms(1),
        by: EndedBy::TimeUp,
    };
    let about = AccountRef { id: "acme".to_owned(), name: Some("Acme".to_owned()) };
    let notice = Notice { kind: NoticeKind::Invited, account: Some(about), count: 1, ends: None, by: None };
    let hidden = [
        ConsoleEvent::AccountsReplaced,
        ConsoleEvent::KeysChanged,
        ConsoleEvent::AccountsChanged { turn: 1, upserts: Vec::new(), removed: vec!["acme".to_owned()] },
        ConsoleEvent::Show { account: "acme".to_owned() },
        ConsoleEvent::Idle { session: 1, at: None },
        ended.clone(),
    ];
    hidden.into_iter().for_each(|event| curtain.tell(event));
    assert!(ears.0.lock().unwrap().is_empty());
    curtain.tell(ConsoleEvent::Notice { notice: notice.clone() });
    curtain.tell(ConsoleEvent::Key { prompt: None });
    let nameless = Notice { account: None, ..notice };
    let heard = std::mem::take(&mut *ears.0.lock().unwrap());
    assert!(heard == [ConsoleEvent::Notice { notice: nameless }, ConsoleEvent::Key { prompt: None }]);
    drawn.store(false, Ordering::SeqCst);
    curtain.catch_up();
    curtain.tell(ConsoleEvent::KeysChanged);
    assert!(*ears.0.lock().unwrap() == [ended, ConsoleEvent::KeysChanged], "what ended is told when it opens");
}

#[tokio::test]
async fn a_lock_ends_what_is_under_way_with_the_key() {
    let mut stage = signed_in().await;
    let handle = stage.handle.clone();
    let ask =
        OpenAsk { account: "acme".to_owned(), mode: ModeName::ReadWrite, ticket: None, reason: "a call".to_owned() };
    let opening = tokio::spawn(async move { handle.ask(|reply| Request::OpenSession(ask, reply)).await });
    stage.hears_pin_asked().await;
    lock(&mut stage, LockedBy::You).await;
    assert_eq!(refused(opening.await.unwrap()), ErrorCode::Locked);
    assert_eq!(stage.house.was_asked("confirm-intent"), 0);
}

#[tokio::test]
async fn only_the_key_with_the_right_secret_unlocks() {
    let mut stage = signed_in().await;
    lock(&mut stage, LockedBy::You).await;
    stage.hold_key(1, Some(2));
    assert_eq!(refused(stage.unlock().await), ErrorCode::CopyRefused);
    stage.hold_key(1, None);
    assert_eq!(refused(stage.unlock().await), ErrorCode::CopyRefused);
    assert_eq!(stage.state().await.phase, Phase::Locked);
    stage.hold_key(9, Some(1));
    let handle = stage.handle.clone();
    let unlocking = tokio::spawn(async move { handle.ask(Request::Unlock).await });
    stage.hears_pin_asked().await;
    stage.type_pin("1234").await;
    while stage.hears_step().await.step != KeyStep::NotYours {}
    stage.ask(Request::KeyCancel).await.unwrap();
    assert_eq!(refused(unlocking.await.unwrap()), ErrorCode::Cancelled);
    stage.hold_key(1, Some(1));
    stage.unlock().await.unwrap();
}

#[tokio::test]
async fn a_key_without_a_secret_keeps_nothing_here_and_unlocks_by_the_server() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    assert_eq!(stage.state().await.kept_by, Some(KeptBy::Nobody));
    assert!(!stage.folder().join("caches").exists());
    lock(&mut stage, LockedBy::You).await;
    stage.cut();
    assert_eq!(refused(stage.ask(Request::Unlock).await), ErrorCode::Offline, "nobody could say whose touch it is");
    stage.mend();
    stage.unlock().await.unwrap();
    assert_eq!(stage.state().await.phase, Phase::SignedIn);
    until("the second sign-in is over", || stage.house.was_asked("sign-out") == 1).await;
}

#[tokio::test]
async fn nobody_there_for_as_long_as_was_chosen_locks_it() {
    let mut stage = signed_in().await;
    stage.pass(Millis::minutes(9));
    stage.tick().await;
    assert_eq!(stage.state().await.phase, Phase::SignedIn);
    stage.ask(Request::Active).await.unwrap();
    stage.pass(Millis::minutes(9));
    stage.tick().await;
    assert_eq!(stage.state().await.phase, Phase::SignedIn, "somebody was here");
    stage.ask(|reply| Request::ChooseLockAfter(5, reply)).await.unwrap();
    stage.tick().await;
    assert_eq!(stage.state().await.locked.unwrap().by, LockedBy::Idle);
    until("the choice is written down", || stage.remembers("\"lock_after\":5")).await;
}

#[tokio::test]
async fn a_machine_that_slept_is_locked_when_it_wakes() {
    let mut stage = signed_in().await;
    stage.sleep(Millis::minutes(1));
    stage.tick().await;
    assert_eq!(stage.state().await.locked.unwrap().by, LockedBy::Suspend);
    stage.unlock().await.unwrap();
    stage.tick().await;
    assert_eq!(stage.state().await.phase, Phase::SignedIn, "one sleep locks once");
}

#[tokio::test]
async fn from_behind_the_lock_one_may_end_everything_and_sign_out() {
    let mut stage = signed_in().await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    lock(&mut stage, LockedBy::You).await;
    stage.ask(Request::EndAll).await.unwrap();
    until("the server hears", || stage.house.was_asked(&format!("end-session {}", session.serial)) == 1).await;
    assert_eq!(stage.state().await.locked.unwrap().sessions, 0);
    stage.ask(Request::SignOut).await.unwrap();
    assert_eq!(stage.hears_sign_out().await, EndedBy::SignedOut);
    assert_eq!(stage.state().await.phase, Phase::SignedOut);
}

#[tokio::test]
async fn there_is_nothing_to_lock_while_nobody_is_there() {
    let stage = Stage::new();
    let locking = stage.ask(|reply: Reply<()>| Request::Lock(LockedBy::You, reply)).await;
    assert_eq!(refused(locking), ErrorCode::SignedOut);
}

#[tokio::test]
async fn a_review_is_locked_by_closing_the_copy() {
    let mut stage = reviewing().await;
    lock(&mut stage, LockedBy::You).await;
    let state = stage.state().await;
    assert_eq!((state.feed_size, state.connection.as_of), (0, None), "nothing of it is in memory");
    stage.unlock().await.unwrap();
    assert_eq!(stage.rows().await.len(), 2);
    stage.ask(Request::SignOut).await.unwrap();
    let state = stage.reaches(|state| state.phase == Phase::SignedOut).await;
    assert_eq!(state.staff, None);
}

/// A console that was started out of reach, and unlocked.
async fn reviewing() -> Stage {
    let mut stage = offline().await;
    stage.unlock().await.unwrap();
    stage.reaches(|state| state.phase == Phase::Review).await;
    stage
}

async fn offline() -> Stage {
    let stage = signed_in().await;
    stage.cut();
    let mut stage = stage.restart();
    stage.tick().await;
    stage.reaches(|state| state.phase == Phase::Locked).await;
    stage
}

#[tokio::test]
async fn out_of_reach_another_keys_secret_opens_nothing() {
    let mut stage = offline().await;
    stage.hold_key(1, Some(2));
    assert_eq!(refused(stage.unlock().await), ErrorCode::CopyRefused);
    assert_eq!(stage.state().await.feed_size, 0);
    stage.hold_key(1, Some(1));
    stage.unlock().await.unwrap();
}

#[tokio::test]
async fn a_copy_that_was_touched_is_refused() {
    let mut stage = offline().await;
    let file = stage.folder().join("caches/1/replica.db");
    let db = rusqlite::Connection::open(file).unwrap();
    let swapped = "UPDATE entries SET body = (SELECT body FROM entries WHERE seq = 2) WHERE seq = 3";
    assert_eq!(db.execute(swapped, []).unwrap(), 1);
    drop(db);
    assert_eq!(refused(stage.unlock().await), ErrorCode::CopyRefused);
    assert_ne!(stage.state().await.phase, Phase::Review);
}

#[tokio::test]
async fn a_key_that_was_revoked_opens_its_copy_no_more() {
    let mut stage = signed_in().await;
    let there = stage.folder().join("caches/1");
    assert!(there.exists());
    stage.happens(What::KeyRevoked { key: KeySerial(1), by: staff("sven") });
    assert_eq!(stage.hears_sign_out().await, EndedBy::KeyRevoked);
    until("the copy is thrown away", || !there.exists()).await;
}

#[tokio::test]
async fn another_key_of_the_same_person_unlocks_only_while_it_stands() {
    let mut stage = signed_in().await;
    let caches = Caches::new(stage.folder().join("caches"), None);
    let made = json!({ "authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ" });
    let made = json!({ "id": "k", "rawId": "Bg", "type": "public-key", "response": made });
    let signed = Signed { credential: serde_json::from_value(made).unwrap(), secret: Some(Secret32::new([6; 32])) };
    caches.enter(Holder { staff: staff("ada"), key: KeySerial(6) }, &signed).await;
    stage.hold_key(6, Some(6));
    lock(&mut stage, LockedBy::You).await;
    assert_eq!(refused(stage.unlock().await), ErrorCode::KeyRefused, "nobody has enrolled it");
    stage.happens(What::KeyEnrolled { key: KeySerial(6), staff: staff("ada") });
    stage.unlock().await.unwrap();
    lock(&mut stage, LockedBy::You).await;
    stage.happens(What::KeyRevoked { key: KeySerial(6), by: staff("sven") });
    assert_eq!(refused(stage.unlock().await), ErrorCode::KeyRefused);
    assert_eq!(stage.state().await.phase, Phase::Locked);
}

#[tokio::test]
async fn ended_out_of_reach_a_session_is_over_at_the_server_after_the_next_sign_in() {
    let mut stage = signed_in().await;
    let session = stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.cut();
    stage.ask(|reply| Request::EndSession(session.serial, reply)).await.unwrap();
    assert_eq!(stage.hears_end(session.serial).await, EndedBy::You);
    until("it is written down", || stage.remembers("\"end\":[{")).await;
    let mut stage = stage.restart();
    stage.mend();
    stage.sign_in("ada").await;
    let told = format!("end-session {}", session.serial);
    until("it is delivered at the next sign-in", || stage.house.was_asked(&told) == 1).await;
    until("and forgotten", || stage.remembers("\"end\":[]")).await;
}

/// Everything in the folder: the database and what SQLite keeps beside it, names, the lock, and what is remembered.
fn scan(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scan(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test]
async fn no_name_no_account_and_no_token_lies_on_the_disk() {
    let mut stage = signed_in().await;
    stage.opens("acme", ModeName::ReadOnly).await.unwrap();
    stage.beat();
    let mut files = Vec::new();
    scan(stage.folder(), &mut files);
    let there = |end: &str| files.iter().any(|(path, _)| path.ends_with(end));
    assert!(
        ["1/replica.db", "1/replica.db-wal", "1/names.sealed", "1/lock.json", "1/replica.db.high"]
            .iter()
            .all(|end| there(end))
    );
    let secrets =
        ["Acme", "acme", "pond", "Ada Lovelace", "Carl Gauss", "carl", "tess", "sign-in", "session-1", "a call", "T-1"];
    // The folder's first replica lies in the open, for the tests that need none: it is not the console's.
    for (path, bytes) in files.iter().filter(|(path, _)| !path.ends_with("lock.json")) {
        if Path::new(path).parent() == Some(stage.folder()) && path.contains("replica.db") {
            continue;
        }
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret} lies in {path}");
        }
    }
}
