//! Histories as files, pinned: committed bundles that every later version must still believe, and such as it must
//! refuse, each with its reason.
//!
//! The first writing, and additions: `DOORWARD_WRITE=1 cargo nextest run -p doorward-core history_bundles`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod committed;

use std::collections::BTreeMap;

use committed::{Committed, ORIGIN, key, trust};
use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        note::NoteSigner,
        tree::{Frontier, leaf_hash},
    },
    grant::{Plan, Setting, Until},
    history::{
        bundle::{HistoryFault, MAX_LINE_BYTES, checkpoint_line, end_line, head_line, told_line, verify},
        fields::Fields,
        record::{AsWhat, Ending, Happened, Record, origin_of},
        told::{Opened, Told},
    },
    id::{AccountId, GatewayId, GrantSerial, SessionSerial, StaffId, UserId},
    session::Mode,
    time::{Millis, UnixMs},
};

const HISTORIES: Committed = Committed { folder: "histories", ending: "history" };
const START: UnixMs = UnixMs(1_764_000_000_000);
/// How many of the records the earlier bundle has.
const EARLIER: usize = 6;

fn acme() -> AccountId {
    AccountId::parse("acme").unwrap()
}

fn opened(salt: u8, ticket: Option<&str>) -> Opened {
    let (name, ticket, reason) = ("Maya Moreau".to_owned(), ticket.map(str::to_owned), "Call about imports".to_owned());
    Opened { salt: [salt; 32], told: Told { name, ticket, reason } }
}

fn opening(session: u64, mode: Mode, role: AsWhat, opened: &Opened) -> Happened {
    Happened::SessionOpened {
        session: SessionSerial(session),
        staff: StaffId::parse("maya").unwrap(),
        mode,
        role,
        grant: GrantSerial(1),
        ends: START.plus(Millis::hours(2)),
        ticketed: opened.told.ticket.is_some(),
        told: opened.commitment(),
    }
}

/// What happened in an account, each kind once at least, and what is told beside it.
fn story() -> Vec<(Happened, Option<Opened>)> {
    let (by, gateway) = (UserId::parse("u-1").unwrap(), GatewayId::parse("g-1").unwrap());
    let maya = StaffId::parse("maya").unwrap();
    let (setting, grant, until) =
        (Setting::CustomerSuccessTeamAccess, GrantSerial(1), Until::At(START.plus(Millis::days(30))));
    let (first, second) = (opened(1, Some("T-17")), opened(2, None));
    let at = |minutes| START.plus(Millis::minutes(minutes));
    let route = "/accounts/{account}/people/{id}".to_owned();
    let (session, read) = (SessionSerial(1), "list-people".to_owned());
    let plain = |what| (what, None);
    vec![
        plain(Happened::AccountRegistered { plan: Plan::Premium }),
        plain(Happened::PrimaryCsmAssigned { staff: maya }),
        plain(Happened::SwitchedOn { grant, setting, by: by.clone(), until }),
        (opening(1, Mode::ReadOnly, AsWhat::Csm, &first), Some(first)),
        plain(Happened::Reads {
            session,
            gateway: gateway.clone(),
            number: 1,
            first: at(1),
            last: at(2),
            verb: read,
            route: route.clone(),
            count: 12,
        }),
        plain(Happened::SessionEnded { session, cause: Ending::Ended }),
        (opening(2, Mode::ReadWrite, AsWhat::PrimaryCsm, &second), Some(second)),
        plain(Happened::Write {
            session: SessionSerial(2),
            gateway: gateway.clone(),
            number: 2,
            passed: at(9),
            verb: "change-person".to_owned(),
            route,
            fields: Fields::of(br#"{"name":"x","attributes":{"tier":"y"}}"#),
        }),
        plain(Happened::WriteAnswered { session: SessionSerial(2), gateway, number: 3, write: 2, status: 200 }),
        plain(Happened::SwitchedOff { grant, setting, by }),
        plain(Happened::SessionEnded { session: SessionSerial(2), cause: Ending::GroundTaken }),
        plain(Happened::PlanChanged { plan: Plan::Standard }),
    ]
}

fn records(story: &[(Happened, Option<Opened>)]) -> Vec<Record> {
    let at = |n: u64| START.plus(Millis::minutes(n));
    (1..).zip(story).map(|(n, (what, _))| Record { n, at: at(n), what: what.clone() }).collect()
}

fn note(frontier: &Frontier, account: &AccountId, key: &NoteSigner) -> String {
    let (origin, at) = (origin_of(ORIGIN, account), START.plus(Millis::hours(frontier.size())));
    Checkpoint { origin, size: frontier.size(), root: frontier.root(), at }.sign(key)
}

/// The bundle of a story, with a checkpoint after each of `signed` records.
fn bundle(story: &[(Happened, Option<Opened>)], signed: &[u64], account: &AccountId, key: &NoteSigner) -> Vec<String> {
    let mut frontier = Frontier::default();
    let mut lines = vec![head_line(account, &trust(), story.len() as u64)];
    for (record, (_, told)) in records(story).iter().zip(story) {
        let text = record.encode();
        frontier.push(leaf_hash(text.as_bytes()));
        lines.push(text + "\n");
        lines.extend(told.as_ref().map(|told| told_line(record.n, told)));
        if signed.contains(&record.n) {
            lines.push(checkpoint_line(&note(&frontier, account, key)));
        }
    }
    lines.push(end_line(frontier.size(), &note(&frontier, account, key)));
    lines
}

fn good() -> Vec<String> {
    bundle(&story(), &[4, 6], &acme(), &key(1))
}

fn earlier() -> Vec<String> {
    bundle(&story()[..EARLIER], &[4], &acme(), &key(1))
}

/// Where the first line is that holds this text.
fn at(lines: &[String], text: &str) -> usize {
    lines.iter().position(|line| line.contains(text)).unwrap()
}

/// A file's text, and the reason for which it is refused; none for those that are believed. What is named `after-` is
/// held against the earlier bundle.
type Files = BTreeMap<&'static str, (String, Option<HistoryFault>)>;

fn files() -> Files {
    let mut files = BTreeMap::new();
    let mut good_one = |name, lines: Vec<String>| files.insert(name, (lines.concat(), None));
    good_one("good", earlier());
    good_one("after-good-continuation", good());
    good_one("after-good-the-same", earlier());
    let mut erased = good();
    erased.remove(at(&erased, "{\"told\":4,"));
    good_one("after-good-erased", erased);
    good_one("good-nothing-happened", bundle(&[], &[], &acme(), &key(1)));

    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = good();
        change(&mut lines);
        lines.concat()
    };
    let replaced = |from: &'static str, to: &'static str| {
        with(&move |lines| {
            let line = at(lines, from);
            lines[line] = lines[line].replace(from, to);
        })
    };
    let mut bad = |name, text: String, fault| files.insert(name, (text, Some(fault)));
    let tampered = |first, last| HistoryFault::Tampered { first, last };
    bad("bad-tampered-count", replaced("\"count\":12", "\"count\":11"), tampered(5, 6));
    bad(
        "bad-tampered-staff",
        replaced("\"staff\":\"maya\",\"mode\":\"read-only\"", "\"staff\":\"mayo\",\"mode\":\"read-only\""),
        tampered(1, 4),
    );
    bad("bad-tampered-field", replaced("attributes.tier", "attributes.name"), tampered(7, 12));
    bad(
        "bad-tampered-spelling",
        replaced("\"count\":12", "\"count\": 12"),
        HistoryFault::Record(5, doorward_core::history::record::RecordFault::NotCanonical),
    );
    bad("bad-told-changed", replaced("Call about imports", "Call about exports"), HistoryFault::Told(4));
    bad("bad-told-salt", replaced("AQEBAQEB", "AgICAgIC"), HistoryFault::Told(4));
    bad(
        "bad-told-moved",
        with(&|lines| {
            let (first, second) = (at(lines, "{\"told\":4,"), at(lines, "{\"told\":7,"));
            lines.swap(first, second);
        }),
        HistoryFault::Told(7),
    );
    bad(
        "bad-told-twice",
        with(&|lines| {
            let told = at(lines, "{\"told\":4,");
            lines.insert(told, lines[told].clone());
        }),
        HistoryFault::Told(4),
    );
    let cut = |held| HistoryFault::Truncated { held, said: 12 };
    bad(
        "bad-truncated-in-a-line",
        {
            let text = good().concat();
            text[..text.len() - 40].to_owned()
        },
        cut(12),
    );
    bad("bad-truncated-after-a-record", with(&|lines| lines.truncate(at(lines, "{\"n\":9,"))), cut(8));
    bad(
        "bad-truncated-records-left-out-at-the-end",
        with(&|lines| drop(lines.remove(at(lines, "{\"n\":12,")))),
        cut(11),
    );
    bad(
        "bad-truncated-and-said-so",
        with(&|lines| {
            lines.remove(at(lines, "{\"n\":12,"));
            lines[0] = lines[0].replace("\"records\":12", "\"records\":11");
        }),
        cut(11),
    );
    let order = |expected, found| HistoryFault::OutOfOrder { expected, found };
    bad(
        "bad-reordered",
        with(&|lines| {
            let (one, other) = (at(lines, "{\"n\":9,"), at(lines, "{\"n\":10,"));
            lines.swap(one, other);
        }),
        order(9, 10),
    );
    bad("bad-record-missing", with(&|lines| drop(lines.remove(at(lines, "{\"n\":5,")))), order(5, 6));
    bad(
        "bad-record-twice",
        with(&|lines| {
            let line = at(lines, "{\"n\":5,");
            lines.insert(line, lines[line].clone());
        }),
        order(6, 5),
    );
    bad(
        "bad-reordered-and-numbered-anew",
        with(&|lines| {
            let (one, other) = (at(lines, "{\"n\":9,"), at(lines, "{\"n\":10,"));
            lines.swap(one, other);
            lines[one] = lines[one].replace("{\"n\":10,", "{\"n\":9,");
            lines[other] = lines[other].replace("{\"n\":9,", "{\"n\":10,");
        }),
        tampered(7, 12),
    );
    let note = |fault| doorward_core::feed::checkpoint::StatementFault::Note(fault);
    use doorward_core::feed::note::NoteFault;
    bad("bad-signature", replaced("\\n6\\n", "\\n06\\n"), HistoryFault::Checkpoint(6, note(NoteFault::BadSignature)));
    bad(
        "bad-key",
        bundle(&story(), &[], &acme(), &key(9)).concat(),
        HistoryFault::Checkpoint(12, note(NoteFault::NotSigned)),
    );
    bad("bad-other-account", replaced("\"account\":\"acme\"", "\"account\":\"bolt\""), HistoryFault::OtherLog);
    bad(
        "bad-other-account-throughout",
        with(&|lines| {
            lines[0] = lines[0].replace("acme", "bolt");
        }),
        HistoryFault::OtherLog,
    );
    bad(
        "bad-other-server",
        replaced("doorward.example/feed/accounts/acme", "other.example/feed/accounts/acme"),
        HistoryFault::OtherLog,
    );
    bad(
        "bad-oversize-line",
        with(&|lines| lines.insert(1, "x".repeat(MAX_LINE_BYTES + 1) + "\n")),
        HistoryFault::Oversize(2),
    );
    bad("bad-garbage-before", format!("x\n{}", good().concat()), HistoryFault::Malformed(1));
    bad("bad-garbage-behind", format!("{}x\n", good().concat()), HistoryFault::Malformed(19));
    bad("bad-nothing", String::new(), HistoryFault::Malformed(1));
    bad("bad-version", replaced("{\"history\":1,", "{\"history\":2,"), HistoryFault::Malformed(1));
    bad(
        "bad-checkpoint-moved",
        with(&|lines| {
            let line = at(lines, "acme\\n4\\n");
            lines.swap(line, line + 1);
        }),
        HistoryFault::Malformed(8),
    );
    bad(
        "bad-checkpoint-too-early",
        with(&|lines| {
            let line = at(lines, "acme\\n6\\n");
            lines.swap(line, line - 1);
        }),
        HistoryFault::Truncated { held: 5, said: 6 },
    );
    // Held against the earlier bundle.
    bad(
        "after-bad-rolled-back",
        bundle(&story()[..4], &[4], &acme(), &key(1)).concat(),
        HistoryFault::RolledBack { now: 4, then: 6 },
    );
    let mut rewritten = story();
    rewritten[5].0 = Happened::SessionEnded { session: SessionSerial(1), cause: Ending::Replaced };
    bad("after-bad-rewritten", bundle(&rewritten, &[4, 6], &acme(), &key(1)).concat(), HistoryFault::Forked(6));
    let bolt = AccountId::parse("bolt").unwrap();
    bad("after-bad-other-account", bundle(&story(), &[4, 6], &bolt, &key(1)).concat(), HistoryFault::OtherAccount);
    files
}

#[test]
fn the_bundles_are_those_that_were_committed() {
    let told = |(text, fault): (String, Option<HistoryFault>)| (text, fault.map(|fault| fault.to_string()));
    HISTORIES.holds(&files().into_iter().map(|(name, file)| (name, told(file))).collect());
}

#[test]
fn each_committed_history_is_believed_or_refused_for_its_reason() {
    let earlier = verify(&HISTORIES.read("good"), &trust(), None).unwrap();
    HISTORIES.each(25, |name, text| {
        let earlier = name.starts_with("after-").then_some(&earlier);
        verify(text, &trust(), earlier).err().map(|fault| fault.to_string())
    });
}

#[test]
fn what_a_history_tells_can_be_counted_from_it_and_what_was_erased_too() {
    let read = |name: &str| HISTORIES.read(name);
    let verified = verify(&read("after-good-continuation"), &trust(), None).unwrap();
    let counts = verified.counts();
    assert_eq!((counts.sessions, counts.erased, counts.reads, counts.writes), (2, 0, 12, 1));
    assert_eq!((verified.account(), verified.checkpoint().size, verified.checkpoints()), (&acme(), 12, 3));
    assert_eq!(verify(&read("after-good-erased"), &trust(), None).unwrap().counts().erased, 1);
    let text = read("after-good-continuation");
    for personal in ["Maya Moreau", "T-17", "imports"] {
        assert!(text.lines().filter(|line| line.starts_with("{\"n\"")).all(|line| !line.contains(personal)));
    }
}

#[test]
fn a_bundle_changed_in_any_byte_is_refused() {
    let text = good().concat();
    for place in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(verify(&changed, &trust(), None).is_err(), "byte {place}: {}", &text[place..]);
        }
    }
}
