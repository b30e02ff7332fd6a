//! Erasure: what was told of sessions goes, out of the files too, and everything that was proven is proven still.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use std::fs;

use doorward_core::{
    grant::Plan,
    history::bundle::{VerifiedHistory, verify},
    id::{AccountId, StaffId},
    time::{Millis, UnixMs},
    wire::Code,
};
use doorward_server::app::{Erase, Erased, HistoryFilter, Shown, Shows};
use house::{House, Person, ok, trust};
use serde_json::json;

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn staff(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

fn of_account(id: &str) -> Erase {
    Erase { account: Some(account(id)), ..Erase::default() }
}

fn of_staff(id: &str) -> Erase {
    Erase { staff: Some(staff(id)), ..Erase::default() }
}

/// The history, which must verify, and how many of its openings are erased.
async fn verified(house: &House, id: &str, earlier: Option<&VerifiedHistory>) -> (VerifiedHistory, u64) {
    let found = verify(&house.bundle(id).await, &trust(), earlier).unwrap();
    let erased = found.counts().erased;
    (found, erased)
}

async fn told(house: &House, id: &str) -> Vec<(Option<String>, Option<String>)> {
    let filter = HistoryFilter { shows: Shows::Sessions, ..HistoryFilter::default() };
    let rows = house.app.account_history(&account(id), filter, None, 100).await.unwrap().rows;
    let told = rows.into_iter().map(|row| match row.what {
        Shown::Session(session) => (session.name, session.reason),
        other => panic!("{other:?}"),
    });
    told.collect()
}

/// Opens a session in the account for a reason of its own.
async fn opens(house: &House, who: &Person, id: &str, ticket: &str, text: &str) -> u64 {
    let wish = json!({"account": id, "reason": {"ticket": ticket, "text": text}});
    ok(house.as_person(who, "POST", "/v1/sessions", Some(wish)).await)["session"]["serial"].as_u64().unwrap()
}

/// Which of the words stand in any file of the database.
fn found(house: &House, words: &[&str]) -> Vec<String> {
    let folder = house.database().parent().unwrap().to_owned();
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let has = |word: &&&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        found.extend(words.iter().filter(has).map(|word| (*word).to_owned()));
    }
    found.sort();
    found.dedup();
    found
}

/// Sam and Tess, who may enter acme and bolt.
async fn invited() -> (House, Person, Person, Person) {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let tess = house.staff(&mut admin, "tess", &["technical-support"]).await;
    for id in ["acme", "bolt"] {
        house.account(id, Plan::Premium).await;
        house.switch_on(id, "support-team-access").await;
    }
    (house, admin, sam, tess)
}

#[tokio::test]
async fn what_is_told_can_be_erased_and_the_history_still_verifies() {
    let (house, _admin, sam, _) = invited().await;
    for n in 0..40 {
        opens(&house, &sam, "acme", &format!("ACME-{n}"), &format!("Marmalade {n} for Mr Quill of Acme")).await;
    }
    opens(&house, &sam, "bolt", "BOLT-1", "Nutmeg for Bolt").await;
    let words = ["Marmalade", "Mr Quill", "ACME-3", "Nutmeg", "BOLT-1"];
    assert_eq!(found(&house, &words).len(), words.len(), "the words can be found at all");
    house.clock.advance(Millis::minutes(60));
    let earlier = verified(&house, "acme", None).await;
    assert_eq!(earlier.1, 0);
    let erased = house.app.erase_told(of_account("acme")).await.unwrap();
    assert_eq!(erased, Erased { sessions: 40, open: 0, person: false });
    let text = house.bundle("acme").await;
    assert!(!text.contains("Marmalade") && !text.contains("ACME-") && !text.contains("Name sam"));
    assert_eq!(verified(&house, "acme", Some(&earlier.0)).await.1, 40);
    assert_eq!(
        found(&house, &words),
        ["BOLT-1", "Nutmeg"],
        "nothing of it is in any file, and nothing else is missing"
    );
    let of_acme = told(&house, "acme").await;
    assert!(of_acme.iter().all(|(name, reason)| name.as_deref() == Some("Name sam") && reason.is_none()));
    assert_eq!(told(&house, "bolt").await[0].1.as_deref(), Some("Nutmeg for Bolt"));
    // Staff's own history of it, and their list of sessions.
    let seen = ok(house.as_person(&sam, "GET", "/v1/history/account/acme", None).await).to_string();
    assert!(!seen.contains("Marmalade") && seen.contains("session-opened"));
    let listed = ok(house.as_person(&sam, "GET", "/v1/sessions", None).await);
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1, "what is in the histories alone");
    // Asked twice, killed, and written on: the same.
    let again = house.app.erase_told(of_account("acme")).await.unwrap();
    assert_eq!(again.sessions, 0);
    let killed = house.killed();
    opens(&killed, &sam, "acme", "T-9", "Another call").await;
    assert_eq!(verified(&killed, "acme", Some(&earlier.0)).await.1, 40);
}

#[tokio::test]
async fn whoever_is_in_is_told_of_and_what_is_newer_than_asked_stays() {
    let (house, _admin, sam, _) = invited().await;
    opens(&house, &sam, "acme", "T-1", "An old call").await;
    house.clock.advance(Millis::minutes(90));
    let day = UnixMs(house::START.0 + 60_000 * 90);
    opens(&house, &sam, "acme", "T-2", "A call of today").await;
    let wish = Erase { before: Some(day), ..of_account("acme") };
    assert_eq!(house.app.erase_told(wish).await.unwrap(), Erased { sessions: 1, open: 0, person: false });
    let left = house.app.erase_told(of_account("acme")).await.unwrap();
    assert_eq!(left, Erased { sessions: 0, open: 1, person: false }, "who is in stays told of");
    let reasons: Vec<_> = told(&house, "acme").await.into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [Some("A call of today".to_owned()), None]);
    let nobodys = house.app.erase_told(Erase::default()).await;
    assert_eq!(nobodys.err().map(|refusal| refusal.code()), Some(Code::BadRequest), "never everything at once");
}

#[tokio::test]
async fn of_a_person_everything_told_is_erased_and_their_name_once_they_are_suspended() {
    let (house, mut admin, sam, tess) = invited().await;
    for id in ["acme", "bolt"] {
        opens(&house, &sam, id, "T-1", "Quinces by Sam").await;
        opens(&house, &tess, id, "T-2", "Plums by Tess").await;
    }
    house.clock.advance(Millis::minutes(60));
    let wish = Erase { account: Some(account("bolt")), ..of_staff("sam") };
    assert_eq!(house.app.erase_told(wish).await.unwrap(), Erased { sessions: 1, open: 0, person: false });
    assert_eq!(house.app.erase_told(of_staff("sam")).await.unwrap(), Erased { sessions: 1, open: 0, person: false });
    assert_eq!(found(&house, &["Quinces", "Plums", "Name sam", "Name tess"]), ["Name sam", "Name tess", "Plums"]);
    ok(house.intend(&mut admin, json!({"do": "suspend", "staff": "sam"})).await);
    let erased = house.app.erase_told(of_staff("sam")).await.unwrap();
    assert_eq!(erased, Erased { sessions: 0, open: 0, person: true });
    assert_eq!(found(&house, &["Name sam", "Name tess", "Plums"]), ["Name tess", "Plums"]);
    for id in ["acme", "bolt"] {
        assert_eq!(verified(&house, id, None).await.1, 1);
        assert_eq!(told(&house, id).await[1].0.as_deref(), Some("sam"), "the id, which is in the records");
    }
}

#[tokio::test]
async fn a_closed_account_is_erased_too_and_its_history_verifies() {
    let (house, _admin, sam, _) = invited().await;
    opens(&house, &sam, "acme", "T-1", "Quinces for Acme").await;
    house.as_vendor("DELETE", "/v1/vendor/accounts/acme", json!({})).await;
    house.clock.advance(Millis::minutes(60));
    assert_eq!(house.app.erase_told(of_account("acme")).await.unwrap().sessions, 1);
    assert_eq!(verified(&house, "acme", None).await.1, 1);
    assert!(found(&house, &["Quinces"]).is_empty());
}
