//! What a security admin sees of everybody, and changes by a touch.

use doorward_core::{
    feed::entry::What,
    grant::{Setting, Until},
    id::KeySerial,
    staff::Role,
    time::Millis,
    wire::Intent,
};

use super::stage::{Stage, staff};
use crate::{controller::Request, view::*};

async fn made(stage: &mut Stage, change: Change) -> crate::controller::Answer<ChangeMade> {
    let handle = stage.handle.clone();
    let making = tokio::spawn(async move { handle.ask(|reply| Request::MakeChange(change, reply)).await });
    stage.hears_pin_asked().await;
    stage.type_pin("1234").await;
    making.await.unwrap()
}

fn one<'a>(people: &'a [StaffView], id: &str) -> &'a StaffView {
    people.iter().find(|person| person.staff.id == id).unwrap()
}

#[tokio::test]
async fn staff_are_told_as_the_copy_has_them_also_out_of_reach() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    stage.rows().await;
    let people = stage.ask(Request::Staff).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(people.len(), 5);
    let ada = one(&people, "ada");
    assert_eq!((ada.roles.as_slice(), ada.keys, ada.suspended), ([RoleName::Csm].as_slice(), 1, false));
    assert_eq!(ada.primary_of.iter().map(|of| of.id.as_str()).collect::<Vec<_>>(), ["acme"]);
    assert_eq!(one(&people, "dora").duty.len(), 1);
    assert!(one(&people, "sven").me);
    stage.happens(What::StaffSuspended { staff: staff("ada") });
    stage.happens(What::KeyRevoked { key: KeySerial(1), by: staff("sven") });
    stage.cut();
    stage.pass(Millis::hours(3));
    let people = stage.ask(Request::Staff).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!((one(&people, "ada").suspended, one(&people, "ada").keys), (true, 0));
    assert!(one(&people, "dora").duty.is_empty(), "a window that is over is history");
}

#[tokio::test]
async fn a_change_names_what_it_ends_asks_for_a_touch_and_does_exactly_that() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    let keys = Change::RevokeKeys { keys: vec![1, 5] };
    let asked = keys.clone();
    let effects = stage.ask(|reply| Request::ChangeEffects(asked, reply)).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert!(effects.sign_ins == 2 && effects.signs_you_out);
    assert!(stage.house.inner().done.is_empty(), "naming the effects does nothing");
    made(&mut stage, keys).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(stage.house.inner().done, [Intent::RevokeKeys { keys: vec![KeySerial(1), KeySerial(5)] }]);
    let role = Change::GiveRole { staff: "carl".to_owned(), role: RoleName::SecurityAdmin };
    made(&mut stage, role).await.unwrap_or_else(|p| panic!("{p:?}"));
    let given = Intent::GiveRole { staff: staff("carl"), role: Role::SecurityAdmin };
    assert_eq!(stage.house.inner().done.last(), Some(&given));
}

#[tokio::test]
async fn the_touch_says_whom_it_is_for_and_cancelling_changes_nothing() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    let mut named = false;
    while !named {
        let people = stage.ask(Request::Staff).await.unwrap_or_else(|p| panic!("{p:?}"));
        named = one(&people, "carl").staff.name.is_some();
    }
    let handle = stage.handle.clone();
    let change = Change::Suspend { staff: "carl".to_owned() };
    let making = tokio::spawn(async move { handle.ask(|reply| Request::MakeChange(change, reply)).await });
    stage.hears_pin_asked().await;
    let purpose = stage.state().await.prompt.unwrap().purpose;
    assert!(
        matches!(purpose, KeyPurpose::Change { change: Change::Suspend { .. }, subject } if subject == "Carl Gauss")
    );
    stage.ask(Request::KeyCancel).await.unwrap();
    assert_eq!(making.await.unwrap().err().map(|p| p.code), Some(ErrorCode::Cancelled));
    assert!(stage.house.inner().done.is_empty());
}

#[tokio::test]
async fn whoever_is_added_gets_an_id_that_says_nothing_and_a_code_once() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    let added = Change::AddStaff { handle: "emmy".to_owned(), name: "Emmy Noether".to_owned() };
    let made_staff = made(&mut stage, added).await.unwrap_or_else(|p| panic!("{p:?}")).staff.unwrap();
    assert_eq!(made_staff, "s-0000000000000007");
    let issued = made(&mut stage, Change::IssueCode { staff: made_staff }).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(issued.code.map(|code| code.code), Some("once".to_owned()));
}

#[tokio::test]
async fn nothing_is_changed_out_of_reach_and_no_id_is_guessed() {
    let mut stage = Stage::new();
    stage.sign_in("sven").await;
    let wrong = Change::Suspend { staff: "Not An Id".to_owned() };
    let refused = stage.ask(|reply| Request::MakeChange(wrong, reply)).await;
    assert_eq!(refused.err().map(|p| p.code), Some(ErrorCode::BadRequest));
    stage.cut();
    let change = Change::Suspend { staff: "carl".to_owned() };
    let again = change.clone();
    let refused = stage.ask(|reply| Request::MakeChange(change, reply)).await;
    assert_eq!(refused.err().map(|p| p.code), Some(ErrorCode::Offline));
    let refused = stage.ask(|reply| Request::ChangeEffects(again, reply)).await;
    assert_eq!(refused.err().map(|p| p.code), Some(ErrorCode::Offline));
}

#[tokio::test]
async fn sessions_everywhere_say_which_are_here() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let here = stage.opens("acme", ModeName::ReadOnly).await.unwrap().serial;
    let all = stage.ask(Request::Everywhere).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(all.iter().map(|s| (s.session.serial, s.mine, s.here)).collect::<Vec<_>>(), [(here, true, true)]);
    assert_eq!(all[0].session.reason, "a call");
    stage.ask(|reply| Request::EndSession(here, reply)).await.unwrap();
    stage.ask(|reply| Request::EndSession(77, reply)).await.unwrap();
    assert_eq!(
        stage.house.was_asked("end-session 77"),
        1,
        "one's own session in another console is the server's to end"
    );
}

#[tokio::test]
async fn a_grant_that_is_switched_off_before_its_time_is_remembered_and_one_that_ran_out_is_not() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    stage.rows().await;
    stage.switch_off("acme", Setting::CustomerSuccessTeamAccess);
    stage.hears(|event| matches!(event, ConsoleEvent::AccountsChanged { .. }).then_some(())).await;
    let past = stage.ask(Request::PastGrants).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(past.len(), 1);
    assert_eq!((past[0].account.as_str(), past[0].setting), ("acme", SettingName::CustomerSuccessTeamAccess));
    assert!(past[0].until.is_none() && past[0].off.0 == stage.now().0);
    let soon = stage.now().plus(Millis::hours(1));
    stage.grant("pond", Setting::SupportTeamAccess, Until::At(soon));
    stage.hears(|event| matches!(event, ConsoleEvent::AccountsChanged { .. }).then_some(())).await;
    stage.pass(Millis::hours(2));
    stage.beat();
    stage.hears(|event| matches!(event, ConsoleEvent::AccountsChanged { .. }).then_some(())).await;
    let past = stage.ask(Request::PastGrants).await.unwrap_or_else(|p| panic!("{p:?}"));
    let accounts: Vec<_> = past.iter().map(|past| past.account.as_str()).collect();
    assert_eq!(accounts, ["acme", "pond"], "pond's was switched on anew once; what ran out is not there");
}
