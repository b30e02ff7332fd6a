//! The list: who may open what, told as it changes.

use doorward_core::{
    feed::entry::What,
    grant::{Setting, Until},
    staff::Role,
    time::Millis,
    wire::AccountName,
};

use super::stage::{START, Stage, account, staff};
use crate::{controller::Request, view::*};

const SUPPORT: Setting = Setting::SupportTeamAccess;
const SUCCESS: Setting = Setting::CustomerSuccessTeamAccess;

async fn changes(stage: &mut Stage) -> (Vec<AccountRow>, Vec<String>) {
    stage
        .hears(|event| match event {
            ConsoleEvent::AccountsChanged { upserts, removed, .. } => Some((upserts.clone(), removed.clone())),
            _ => None,
        })
        .await
}

/// Until a change tells of the account what is wanted.
async fn becomes(stage: &mut Stage, id: &str, wanted: impl Fn(&AccountRow) -> bool) -> AccountRow {
    loop {
        let (upserts, _) = changes(stage).await;
        if let Some(row) = upserts.into_iter().find(|row| row.id == id && wanted(row)) {
            return row;
        }
    }
}

#[tokio::test]
async fn each_sees_what_they_may_open_and_why_not_more() {
    let no = |why| May { read_only: false, read_write: false, needs_ticket: false, why_not_more: Some(why) };
    let read = |needs_ticket, why| May { read_only: true, read_write: false, needs_ticket, why_not_more: Some(why) };
    let all = May { read_only: true, read_write: true, needs_ticket: false, why_not_more: None };
    let wanted = [
        ("ada", all, no(Why::NotGranted)),
        ("carl", read(false, Why::PrimaryCsmOnly), no(Why::NotGranted)),
        ("tess", read(true, Why::ReadOnlyForYou), read(true, Why::ReadOnlyForYou)),
        ("dora", read(true, Why::ReadOnlyForYou), read(true, Why::ReadOnlyForYou)),
        ("sven", no(Why::NoRole), no(Why::NoRole)),
    ];
    for (who, acme, pond) in wanted {
        let mut stage = Stage::new();
        stage.sign_in(who).await;
        let rows = stage.rows().await;
        let of = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
        assert_eq!((&of("acme").may, &of("pond").may), (&acme, &pond), "{who}");
        assert_eq!((rows.len(), of("acme").mine, of("pond").mine), (2, who == "ada", false), "{who}");
    }
}

#[tokio::test]
async fn a_row_says_what_the_customer_gave() {
    let mut stage = Stage::new();
    stage.sign_in("ada").await;
    let rows = stage.rows().await;
    let acme = &rows[0];
    assert_eq!((acme.id.as_str(), acme.plan), ("acme", PlanName::Premium));
    let (support, success) = (acme.support.as_ref().unwrap(), acme.success.as_ref().unwrap());
    assert_eq!((success.until, support.until), (None, Some(Ms(START.plus(Millis::days(30)).0))));
    assert_eq!(acme.primary_csm.as_ref().unwrap().id, "ada");
    assert!(rows[1].success.is_none());
}

#[tokio::test]
async fn what_changes_is_told_and_nothing_else() {
    let mut stage = Stage::new();
    stage.sign_in("carl").await;
    stage.rows().await;
    stage.switch_off("pond", SUPPORT);
    assert_eq!(changes(&mut stage).await, (Vec::new(), vec!["pond".to_owned()]));
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::days(2))));
    let (upserts, removed) = changes(&mut stage).await;
    assert_eq!((upserts.len(), upserts[0].id.as_str(), removed.len()), (1, "pond", 0));
    stage.happens(What::PrimaryCsmAssigned { account: account("acme"), staff: staff("carl") });
    assert!(becomes(&mut stage, "acme", |row| row.mine).await.may.read_write);
    stage.happens(What::RoleTaken { staff: staff("carl"), role: Role::Csm });
    assert!(!becomes(&mut stage, "acme", |row| !row.may.read_write).await.may.read_only);
}

#[tokio::test]
async fn time_alone_takes_an_account_off_the_list_and_ends_duty() {
    let mut stage = Stage::new();
    stage.sign_in("dora").await;
    assert_eq!(stage.rows().await.len(), 2);
    stage.pass(Millis::hours(2));
    stage.beat();
    let row = becomes(&mut stage, "acme", |row| !row.may.read_only).await;
    assert_eq!(row.may.why_not_more, Some(Why::OutsideDuty));
    stage.pass(Millis::hours(23));
    stage.beat();
    // The sign-in lasts 10 hours: by then there is nobody left to be told.
    assert_eq!(stage.hears_sign_out().await, EndedBy::SignInOver);

    let mut stage = Stage::new();
    stage.grant("pond", SUPPORT, Until::At(START.plus(Millis::minutes(5))));
    stage.sign_in("tess").await;
    assert_eq!(stage.rows().await.len(), 2);
    stage.pass(Millis::minutes(5));
    stage.tick().await;
    assert_eq!(changes(&mut stage).await.1, ["pond"], "also when the server has said nothing since");
}

#[tokio::test]
async fn names_come_from_the_directory_and_never_from_another_grant() {
    let mut stage = Stage::new();
    let named = |success_by: &str| AccountName {
        account: account("acme"),
        name: "Acme Ltd".to_owned(),
        support_by: Some("Uma".to_owned()),
        success_by: Some(success_by.to_owned()),
    };
    stage.house.inner().names = vec![named("Uma")];
    stage.sign_in("ada").await;
    stage.rows().await;
    let row = loop {
        let rows = stage.rows().await;
        if rows[0].name.is_some() {
            break rows[0].clone();
        }
    };
    assert_eq!((row.name.as_deref(), row.success.unwrap().by.as_deref()), (Some("Acme Ltd"), Some("Uma")));
    // Somebody else switches it on anew, and the directory cannot be asked.
    stage.house.inner().reachable = false;
    stage.grant("acme", SUCCESS, Until::Indefinitely);
    let row = becomes(&mut stage, "acme", |row| row.success.as_ref().is_some_and(|grant| grant.by.is_none())).await;
    assert_eq!(row.name.as_deref(), Some("Acme Ltd"));
    stage.house.inner().names = vec![named("Vera")];
    stage.house.inner().reachable = true;
    stage.pass(Millis::seconds(5));
    stage.tick().await;
    becomes(&mut stage, "acme", |row| row.success.as_ref().and_then(|grant| grant.by.as_deref()) == Some("Vera")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_rows_hold_nobody_up() {
    const MANY: usize = 100_000;
    let mut stage = Stage::with_many(MANY);
    stage.sign_in("tess").await;
    let handle = stage.handle.clone();
    let list = tokio::spawn(async move { handle.ask(Request::Accounts).await });
    let mut answered = 0;
    while !list.is_finished() {
        stage.state().await;
        answered += 1;
    }
    assert_eq!(list.await.unwrap().unwrap().rows.len(), MANY);
    assert!(answered > 10, "only {answered} questions were answered while the list was made");
    stage.heard();
    stage.happens(What::RoleTaken { staff: staff("tess"), role: Role::TechnicalSupport });
    stage.hears(|event| matches!(event, ConsoleEvent::AccountsReplaced).then_some(())).await;
}
