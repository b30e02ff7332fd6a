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
use serde_json::{Value, json};

const NOTHING: Erased = Erased { sessions: 0, certificates: 0, open: 0, person: false };
const SSH_KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPzMHZD2LUjsgKv2A+uaMgNJrg2V3iuO4uq2ecwfHaNs",
];

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
    assert_eq!(erased, Erased { sessions: 40, ..NOTHING });
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
    assert_eq!(house.app.erase_told(wish).await.unwrap(), Erased { sessions: 1, ..NOTHING });
    let left = house.app.erase_told(of_account("acme")).await.unwrap();
    assert_eq!(left, Erased { open: 1, ..NOTHING }, "who is in stays told of");
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
    assert_eq!(house.app.erase_told(wish).await.unwrap(), Erased { sessions: 1, ..NOTHING });
    assert_eq!(house.app.erase_told(of_staff("sam")).await.unwrap(), Erased { sessions: 1, ..NOTHING });
    assert_eq!(found(&house, &["Quinces", "Plums", "Name sam", "Name tess"]), ["Name sam", "Name tess", "Plums"]);
    ok(house.intend(&mut admin, json!({"do": "suspend", "staff": "sam"})).await);
    let erased = house.app.erase_told(of_staff("sam")).await.unwrap();
    assert_eq!(erased, Erased { person: true, ..NOTHING });
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

fn log_in(text: &str) -> Value {
    json!({"do": "issue-certificate", "host": "web-1", "reason": {"ticket": "OPS-77", "text": text}})
}

/// Ines and Otto, who may log in to web-1.
async fn engineers() -> (House, Person, Person, Person) {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let reach = json!({"address": "10.0.0.7", "port": 22, "login": "ops", "host_keys": [SSH_KEYS[0]]});
    let put = json!({"label": "infrastructure", "reach": reach});
    ok(house.as_vendor("PUT", "/v1/vendor/hosts/web-1", put).await);
    let mut ines = house.staff(&mut admin, "ines", &["infrastructure-engineer"]).await;
    let mut otto = house.staff(&mut admin, "otto", &["infrastructure-engineer"]).await;
    for (who, key) in [&mut ines, &mut otto].into_iter().zip(SSH_KEYS) {
        ok(house.intend(who, json!({"do": "enrol-ssh-key", "public_key": key})).await);
    }
    (house, admin, ines, otto)
}

async fn tells(house: &House, connected: Value) {
    let told = json!({"connections": connected});
    ok(house.send("PUT", "/v1/hosts/web-1/connections", Some(&house.follower), None, Some(&told)).await);
}

#[tokio::test]
async fn why_somebody_logged_in_to_a_server_is_erased_once_nobody_can_be_connected_by_it() {
    let (house, admin, mut ines, mut otto) = engineers().await;
    ok(house.intend(&mut ines, log_in("Quinces for Mr Quill")).await);
    ok(house.intend(&mut otto, log_in("Plums for Otto")).await);
    ok(house.begin(&ines, log_in("Medlars that nobody touched for")).await);
    let words = ["Quinces", "Mr Quill", "OPS-77", "Plums", "Medlars"];
    assert_eq!(found(&house, &words).len(), words.len(), "the words can be found at all");
    let left = Erased { open: 1, ..NOTHING };
    assert_eq!(house.app.erase_told(of_staff("ines")).await.unwrap(), left, "she may come, or be there");
    tells(&house, json!([{"certificate": 1, "since": house::START.0}])).await;
    house.clock.advance(Millis::hours(8));
    assert_eq!(house.app.erase_told(of_staff("ines")).await.unwrap(), left, "whoever is in is told of");
    assert_eq!(found(&house, &words).len(), words.len() - 1, "what nobody touched for is over by itself");
    tells(&house, json!([])).await;
    for whose in [of_account("acme"), Erase { account: Some(account("acme")), ..of_staff("ines") }] {
        assert_eq!(house.app.erase_told(whose).await.unwrap(), NOTHING, "a log-in is in no account");
    }
    let erased = Erased { certificates: 1, ..NOTHING };
    assert_eq!(house.app.erase_told(of_staff("ines")).await.unwrap(), erased);
    assert_eq!(house.app.erase_told(of_staff("ines")).await.unwrap(), NOTHING, "once");
    assert_eq!(found(&house, &words), ["OPS-77", "Plums"], "of hers nothing is in any file, and of his everything");
    let issued = ok(house.as_person(&admin, "GET", "/v1/history/certificate/1", None).await);
    assert_eq!(issued["entries"].as_array().unwrap().len(), 1, "that there was one stays: {issued}");
    let killed = house.killed();
    tells(&killed, json!([{"certificate": 2, "since": house::START.0}])).await;
    assert_eq!(killed.app.erase_told(of_staff("otto")).await.unwrap(), left);
    tells(&killed, json!([])).await;
    assert_eq!(killed.app.erase_told(of_staff("otto")).await.unwrap(), erased);
    assert!(found(&killed, &words).is_empty());
}

#[tokio::test]
async fn of_log_ins_too_what_is_newer_than_asked_stays_and_a_revoked_one_is_over() {
    let (house, _admin, mut ines, _) = engineers().await;
    for text in ["Quinces", "Plums", "Medlars"] {
        ok(house.intend(&mut ines, log_in(text)).await);
        house.clock.advance(Millis::minutes(1));
    }
    for certificate in [1, 2] {
        ok(house.as_person(&ines, "DELETE", &format!("/v1/certificates/{certificate}"), None).await);
    }
    let erased = Erased { certificates: 1, ..NOTHING };
    let wish = Erase { before: Some(UnixMs(house::START.0 + 60_000)), ..of_staff("ines") };
    assert_eq!(house.app.erase_told(wish.clone()).await.unwrap(), erased);
    assert_eq!(found(&house, &["Quinces", "Plums", "Medlars"]), ["Medlars", "Plums"]);
    assert_eq!(house.app.erase_told(wish).await.unwrap(), NOTHING);
    assert_eq!(house.app.erase_told(of_staff("ines")).await.unwrap(), Erased { open: 1, ..erased });
    assert_eq!(found(&house, &["Quinces", "Plums", "Medlars"]), ["Medlars"]);
    let listed = ok(house.as_person(&ines, "GET", "/v1/servers", None).await);
    assert_eq!(listed["servers"][0]["certificates"][0]["reason"]["text"], "Medlars");
    // Somebody of whom the agent tells late is listed, without what is gone.
    tells(&house, json!([{"certificate": 1, "since": house::START.0}])).await;
    let listed = ok(house.as_person(&ines, "GET", "/v1/servers", None).await);
    let late = &listed["servers"][0]["certificates"][1];
    assert_eq!((&late["certificate"], &late["reason"]), (&json!(1), &Value::Null));
}
