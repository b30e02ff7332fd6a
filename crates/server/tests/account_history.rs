//! An account's own history: that everything is in it before anybody is told, that its bundle verifies and goes on from
//! an earlier one, and that a gateway's journal is taken over once, in order and whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use doorward_core::{
    grant::Plan,
    history::{
        bundle::{VerifiedHistory, verify},
        record::{AsWhat, Ending, Happened, Record},
    },
    id::{AccountId, StaffId},
    time::Millis,
    wire::Code,
};
use doorward_server::app::{HistoryFilter, HistoryRow, SessionSummary, Shown, Shows};
use house::{House, Person, ok, open_read_write, refused, trust};
use serde_json::{Value, json};
use tokio::sync::mpsc;

fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

async fn whole(mut parts: mpsc::Receiver<String>) -> String {
    let mut text = String::new();
    while let Some(part) = parts.recv().await {
        text.push_str(&part);
    }
    text
}

async fn verified(house: &House, id: &str, earlier: Option<&VerifiedHistory>) -> VerifiedHistory {
    verify(&house.bundle(id).await, &trust(), earlier).unwrap()
}

fn records(bundle: &str) -> Vec<Record> {
    bundle.lines().filter(|line| line.starts_with("{\"n\"")).map(|line| Record::decode(line).unwrap()).collect()
}

async fn kinds(house: &House, id: &str) -> Vec<&'static str> {
    records(&house.bundle(id).await).iter().map(|record| record.what.kind()).collect()
}

async fn rows(house: &House, id: &str, shows: Shows) -> Vec<HistoryRow> {
    let filter = HistoryFilter { shows, ..HistoryFilter::default() };
    house.app.account_history(&account(id), filter, None, 100).await.unwrap().rows
}

async fn sessions(house: &House, id: &str) -> Vec<SessionSummary> {
    let summary = |row: HistoryRow| match row.what {
        Shown::Session(session) => *session,
        other => panic!("{other:?}"),
    };
    rows(house, id, Shows::Sessions).await.into_iter().map(summary).collect()
}

async fn open(house: &House, who: &Person, id: &str) -> u64 {
    ok(house.open_read_only(who, id).await)["session"]["serial"].as_u64().unwrap()
}

/// A house with a support member who may enter acme.
async fn invited() -> (House, Person, Person) {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    house.account("acme", Plan::Premium).await;
    house.switch_on("acme", "support-team-access").await;
    (house, admin, sam)
}

fn write(number: u64, session: u64) -> Value {
    let fields = json!({"names": ["attributes.tier", "name"], "all": true});
    let what = json!({"is": "write", "verb": "change-person", "route": "/accounts/{account}/people/{person}", "fields": fields});
    json!({"number": number, "session": session, "at": house::START.0, "what": what})
}

fn reads(number: u64, session: u64, count: u64) -> Value {
    let what =
        json!({"is": "reads", "verb": "list-people", "route": "/people", "first": house::START.0, "count": count});
    json!({"number": number, "session": session, "at": house::START.0 + 500, "what": what})
}

fn answered(number: u64, session: u64, write: u64) -> Value {
    let what = json!({"is": "answered", "write": write, "status": 204});
    json!({"number": number, "session": session, "at": house::START.0, "what": what})
}

async fn deliver(house: &House, records: Vec<Value>) -> (axum::http::StatusCode, Value) {
    let batch = json!({"gateway": "g-1", "records": records});
    house.send("POST", "/v1/journal", Some(&house.follower), None, Some(&batch)).await
}

#[tokio::test]
async fn an_account_s_history_has_everything_in_it_and_its_bundle_goes_on_from_an_earlier_one() {
    let (house, mut admin, sam) = invited().await;
    let session = open(&house, &sam, "acme").await;
    let earlier = verified(&house, "acme", None).await;
    ok(house.as_person(&sam, "DELETE", &format!("/v1/sessions/{session}"), None).await);
    ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": "acme", "staff": "sam"})).await);
    house.clock.advance(Millis::days(1));
    house.switch_off("acme", "support-team-access").await;
    house.account("acme", Plan::Standard).await;
    assert_eq!(
        kinds(&house, "acme").await,
        [
            "account-registered",
            "switched-on",
            "session-opened",
            "session-ended",
            "primary-csm-assigned",
            "switched-off",
            "plan-changed"
        ]
    );
    let later = verified(&house, "acme", Some(&earlier)).await;
    assert_eq!((later.checkpoint().size, later.checkpoints(), later.counts().sessions), (7, 2, 1));
    assert!(verify(&house.bundle("acme").await.replace("Name sam", "Name tom"), &trust(), None).is_err());
    let found = sessions(&house, "acme").await;
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (only.name.as_deref(), only.role, only.ticket.as_deref()),
        (Some("Name sam"), AsWhat::TechnicalSupport, Some("T-17"))
    );
    assert_eq!((only.reason.as_deref(), only.ended.unwrap().1), (Some("Call about imports"), Ending::Ended));
    let nobody = house.app.account_bundle(&account("bolt")).await;
    assert_eq!(nobody.err().map(|refusal| refusal.code()), Some(Code::NotFound));
}

#[tokio::test]
async fn a_session_whose_ground_is_taken_away_is_ended_in_the_history_of_its_account_alone() {
    let (house, mut admin, sam) = invited().await;
    house.account("bolt", Plan::Premium).await;
    house.switch_on("bolt", "support-team-access").await;
    open(&house, &sam, "acme").await;
    open(&house, &sam, "bolt").await;
    house.switch_off("acme", "support-team-access").await;
    let endings = async |house: &House, id: &str| -> Vec<_> {
        sessions(house, id).await.into_iter().map(|session| session.ended.map(|(_, why)| why)).collect()
    };
    assert_eq!(endings(&house, "acme").await, [Some(Ending::GroundTaken)]);
    assert_eq!(endings(&house, "bolt").await, [None]);
    ok(house.intend(&mut admin, json!({"do": "revoke-key", "key": sam.key_serial})).await);
    assert_eq!(endings(&house, "bolt").await, [Some(Ending::GroundTaken)]);
    assert_eq!(kinds(&house, "acme").await.len(), 5, "nothing ends twice");
}

#[tokio::test]
async fn no_token_is_given_whose_opening_a_kill_can_take_from_the_history() {
    let (house, mut admin, sam) = invited().await;
    let mut csm = house.staff(&mut admin, "cleo", &["csm"]).await;
    ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": "acme", "staff": "cleo"})).await);
    let grant = house.switch_on("acme", "customer-success-team-access").await;
    for round in 1..=3 {
        ok(house.open_read_only(&sam, "acme").await);
        let killed = house.killed();
        assert_eq!(sessions(&killed, "acme").await.len(), 2 * round - 1, "read-only, killed right behind its token");
        ok(house.intend(&mut csm, open_read_write("acme", grant)).await);
        let killed = house.killed();
        assert_eq!(sessions(&killed, "acme").await.len(), 2 * round, "read-write, the same");
        verified(&killed, "acme", None).await;
    }
}

#[tokio::test]
async fn a_journal_is_taken_over_once_in_order_and_whole() {
    let (house, _admin, sam) = invited().await;
    let session = open(&house, &sam, "acme").await;
    let first = vec![reads(1, session, 12), write(2, session), answered(3, session, 2)];
    let upto = |answer| ok(answer)["upto"].as_u64().unwrap();
    assert_eq!(upto(deliver(&house, vec![]).await), 0);
    assert_eq!(upto(deliver(&house, first.clone()).await), 3);
    assert_eq!(upto(deliver(&house, first.clone()).await), 3, "sent twice, taken once");
    let killed = house.killed();
    assert_eq!(upto(deliver(&killed, vec![]).await), 3, "what was acknowledged is durable");
    for (bad, code) in [
        (vec![reads(5, session, 1)], Code::Conflict),
        (vec![reads(4, session, 1), reads(6, session, 1)], Code::Conflict),
        (vec![reads(4, session, 1), reads(5, 99, 1)], Code::Conflict),
        (vec![write(1, session)], Code::Conflict),
        (vec![reads(3, session, 1)], Code::Conflict),
        (vec![reads(4, session, 0)], Code::BadRequest),
        (vec![answered(4, session, 4)], Code::BadRequest),
    ] {
        let status = if code == Code::Conflict { 409 } else { 400 };
        refused(deliver(&house, bad).await, status, code);
    }
    let mut address = write(4, session);
    address["what"]["fields"]["names"] = json!(["maya@example.com"]);
    refused(deliver(&house, vec![address]).await, 400, Code::BadRequest);
    assert_eq!(upto(deliver(&house, vec![]).await), 3, "of a batch that is refused nothing is taken");
    assert_eq!(kinds(&house, "acme").await[3..], ["reads", "write", "write-answered"]);
    let counts = verified(&house, "acme", None).await.counts();
    assert_eq!((counts.reads, counts.writes), (12, 1));
    let seen = ok(house.as_person(&sam, "GET", "/v1/history/account/acme", None).await);
    let told = seen["entries"].as_array().unwrap().iter().filter_map(|entry| entry["counts"].as_object());
    let told: Vec<_> = told.map(|counts| (counts["reads"].as_u64(), counts["writes"].as_u64())).collect();
    assert_eq!(told, [(Some(12), Some(1))], "staff are told the same");
    let [found] = &rows(&house, "acme", Shows::Writes).await[..] else { panic!("one write") };
    let Shown::Write { by, fields, status, .. } = &found.what else { panic!("{found:?}") };
    assert_eq!((by.reads, by.writes, by.staff.as_str(), *status), (12, 1, "sam", Some(204)));
    assert_eq!(fields.names, ["attributes.tier", "name"]);
}

#[tokio::test]
async fn a_journal_s_record_that_is_not_of_the_documented_shape_is_refused_with_everything_beside_it() {
    let (house, _admin, sam) = invited().await;
    let session = open(&house, &sam, "acme").await;
    let changed = |mut record: Value, pointer: &str, to: Value| {
        *record.pointer_mut(pointer).unwrap() = to;
        record
    };
    let (read, wrote) = (reads(2, session, 1), write(2, session));
    let most = doorward_core::wire::MAX_JOURNAL_BATCH as u64;
    let verb = |text: &str| {
        vec![changed(wrote.clone(), "/what/verb", json!(text)), changed(read.clone(), "/what/verb", json!(text))]
    };
    let route = |text: &str| {
        vec![changed(wrote.clone(), "/what/route", json!(text)), changed(read.clone(), "/what/route", json!(text))]
    };
    let mut bad = [
        vec![changed(read.clone(), "/number", json!(0))],
        vec![changed(read.clone(), "/number", json!(1_u64 << 63))],
        vec![changed(read.clone(), "/what/count", json!(0))],
        vec![changed(read.clone(), "/what/count", json!(1_u64 << 63))],
        vec![changed(answered(2, session, 1), "/what/status", json!(99))],
        vec![changed(answered(2, session, 1), "/what/status", json!(600))],
        vec![answered(2, session, 2)],
        vec![changed(wrote.clone(), "/what/fields/names", json!(["a b"]))],
    ]
    .concat();
    for text in ["", "List-people", "list people", "list_people", "l\u{ef}st", &"v".repeat(64)] {
        bad.extend(verb(text));
    }
    for text in ["", "/people/maya moreau", "/people/\u{e9}", "/people\n", &"/".repeat(513)] {
        bad.extend(route(text));
    }
    for record in bad {
        let batch = vec![reads(1, session, 1), record.clone()];
        let (status, body) = deliver(&house, batch).await;
        assert_eq!((status.as_u16(), &body["code"]), (400, &json!("bad-request")), "{record}");
    }
    refused(deliver(&house, (1..=most + 1).map(|n| reads(n, session, 1)).collect()).await, 400, Code::BadRequest);
    assert_eq!(kinds(&house, "acme").await.len(), 3, "nothing of them was taken");
    assert_eq!(ok(deliver(&house, (1..=most).map(|n| reads(n, session, 1)).collect()).await)["upto"], most);
}

#[tokio::test]
async fn a_long_history_is_written_out_in_parts_and_as_a_table() {
    let (house, _admin, sam) = invited().await;
    let session = open(&house, &sam, "acme").await;
    for batch in 0..6 {
        let batch = (1..=200).map(|n| reads(batch * 200 + n, session, 1)).collect();
        ok(deliver(&house, batch).await);
    }
    let mut parts = house.app.account_bundle(&account("acme")).await.unwrap();
    let (mut text, mut count) = (String::new(), 0);
    while let Some(part) = parts.recv().await {
        (text, count) = (text + &part, count + 1);
    }
    assert_eq!((count, verify(&text, &trust(), None).unwrap().counts().reads), (5, 1_200));
    let table = whole(house.app.account_table(&account("acme")).await.unwrap()).await;
    assert_eq!(table.lines().count(), 1 + 3 + 1_200);
    assert!(table.lines().nth(3).unwrap().contains("session-opened,1,sam,Name sam,technical-support,read-only,T-17"));
    let of_nobody = HistoryFilter { staff: Some(StaffId::parse("tom").unwrap()), ..HistoryFilter::default() };
    assert!(house.app.account_history(&account("acme"), of_nobody, None, 10).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_record_that_is_changed_in_the_database_verifies_no_more() {
    let (house, _admin, sam) = invited().await;
    open(&house, &sam, "acme").await;
    verified(&house, "acme", None).await;
    let changed = house.killed_and("UPDATE account_records SET text = replace(text, 'sam', 'tom') WHERE n = 3");
    assert!(verify(&changed.bundle("acme").await, &trust(), None).is_err(), "a record changed in the database");
}

#[tokio::test]
async fn a_database_from_before_histories_gets_them_from_its_entries() {
    let (house, _admin, sam) = invited().await;
    open(&house, &sam, "acme").await;
    house.clock.advance(Millis::minutes(5));
    house.switch_off("acme", "support-team-access").await;
    let older = "DELETE FROM account_logs; DELETE FROM account_records; DELETE FROM account_told;
        DELETE FROM account_checkpoints;";
    let after = house.killed_and(older);
    assert_eq!(kinds(&after, "acme").await, kinds(&house, "acme").await);
    assert_eq!(verified(&after, "acme", None).await.counts(), verified(&house, "acme", None).await.counts());
    let ended = |record: &Record| matches!(record.what, Happened::SessionEnded { cause: Ending::GroundTaken, .. });
    assert!(records(&after.bundle("acme").await).iter().any(ended));
}
