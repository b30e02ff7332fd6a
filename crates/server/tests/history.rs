//! Histories: whose entries they are, that each is proven under any checkpoint the feed had, and who sees a reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        entry::{Entry, What},
        proof::{Head, verify_consistency, verify_inclusion},
        tree::{Frontier, Hash, leaf_hash},
    },
    grant::Plan,
    time::Millis,
    wire::{Code, Consistency, History, Proven, TakenGrants},
};
use house::{House, Person, by, ok, refused};
use serde_json::{Value, json};

/// The roots of every size, hashed by the test itself.
async fn roots(house: &House) -> Vec<Hash> {
    let (mut frontier, mut roots) = (Frontier::default(), vec![Frontier::default().root()]);
    while frontier.size() < house.app.size() {
        let path = format!("/v1/feed/entries?after={}", frontier.size());
        let delta = ok(house.send("GET", &path, Some(&house.follower), None, None).await);
        for text in delta["batch"]["entries"].as_array().unwrap() {
            frontier.push(leaf_hash(text.as_str().unwrap().as_bytes()));
            roots.push(frontier.root());
        }
    }
    roots
}

/// The entry, where it is proven in the tree of `size`.
fn proven(proven: Proven, size: u64, roots: &[Hash]) -> Entry {
    let proven = proven.read().unwrap();
    let entry = Entry::decode(proven.text.as_bytes()).unwrap();
    let (leaf, root) = (leaf_hash(proven.text.as_bytes()), &roots[size as usize]);
    verify_inclusion(&leaf, entry.seq.0 - 1, size, &proven.path, root).unwrap();
    entry
}

async fn history(house: &House, who: &Person, of: &str) -> History {
    serde_json::from_value(ok(house.as_person(who, "GET", &format!("/v1/history/{of}"), None).await)).unwrap()
}

async fn open(house: &House, who: &Person, account: &str) -> u64 {
    ok(house.open_read_only(who, account).await)["session"]["serial"].as_u64().unwrap()
}

fn kinds(history: &History) -> Vec<String> {
    let kind = |entry: &doorward_core::wire::HistoryEntry| {
        let entry: Value = serde_json::from_str(&entry.proven.entry).unwrap();
        entry["what"]["is"].as_str().unwrap().to_owned()
    };
    history.entries.iter().map(kind).collect()
}

#[tokio::test]
async fn an_account_s_history_is_everything_about_it_and_nothing_else_each_entry_proven() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let tom = house.staff(&mut admin, "tom", &["technical-support"]).await;
    house.account("acme", Plan::Premium).await;
    house.account("bolt", Plan::Premium).await;
    house.switch_on("acme", "support-team-access").await;
    house.switch_on("bolt", "support-team-access").await;
    let session = open(&house, &sam, "acme").await;
    open(&house, &tom, "bolt").await;
    ok(house.as_person(&sam, "DELETE", &format!("/v1/sessions/{session}"), None).await);
    house.switch_off("acme", "support-team-access").await;

    let roots = roots(&house).await;
    let told = history(&house, &sam, "account/acme").await;
    let note = Checkpoint::open(told.checkpoint.as_ref().unwrap(), &house::trust()).unwrap();
    assert_eq!((note.size, note.root), (told.size, *roots.last().unwrap()));
    let wanted = ["grant-disabled", "session-ended", "session-opened", "grant-enabled", "account-registered"];
    assert_eq!((kinds(&told), told.before, told.size), (wanted.map(str::to_owned).to_vec(), None, house.app.size()));
    for entry in told.entries {
        let ended = matches!(proven(entry.proven, told.size, &roots).what, What::SessionEnded { .. });
        let opening = entry.opening.map(|opening| proven(opening, told.size, &roots).what);
        assert_eq!(ended, opening.is_some());
        if let Some(What::SessionOpened { session: opened, staff, account, .. }) = opening {
            assert_eq!((opened.0, staff.as_str(), account.as_str()), (session, "sam", "acme"));
        }
    }
    for (of, wanted) in [
        (format!("session/{session}"), vec!["session-ended", "session-opened"]),
        (format!("key/{}", sam.key_serial), vec!["session-ended", "session-opened", "key-enrolled"]),
        ("staff/sam".to_owned(), vec!["session-ended", "session-opened", "key-enrolled", "role-given", "staff-added"]),
        ("grant/1".to_owned(), vec!["grant-disabled", "session-ended", "session-opened", "grant-enabled"]),
        ("account/nobody".to_owned(), vec![]),
    ] {
        assert_eq!(kinds(&history(&house, &sam, &of).await), wanted, "{of}");
    }
    for bad in ["accounts/acme", "account/A", "grant/0", "key/x"] {
        refused(house.as_person(&sam, "GET", &format!("/v1/history/{bad}"), None).await, 400, Code::BadRequest);
    }
}

#[tokio::test]
async fn a_revoked_key_is_in_its_owner_s_history_too() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    ok(house.intend(&mut admin, json!({"do": "revoke-key", "key": sam.key_serial})).await);
    assert_eq!(kinds(&history(&house, &admin, "staff/sam").await)[0], "key-revoked");
}

const SSH_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";

async fn put_host(house: &House, id: &str, label: &str) {
    let reach = json!({"address": "10.0.0.7", "port": 22, "login": "ops", "host_keys": [SSH_KEY]});
    let put = json!({"label": label, "reach": reach});
    ok(house.as_vendor("PUT", &format!("/v1/vendor/hosts/{id}"), put).await);
}

async fn certified(house: &House, who: &mut Person, host: &str) {
    let wish = json!({"do": "issue-certificate", "host": host, "reason": house::reason()});
    ok(house.intend(who, wish).await);
}

/// Ines has an SSH key and may log in to web-1.
async fn engineer(house: &House, admin: &mut Person) -> Person {
    put_host(house, "web-1", "infrastructure").await;
    let mut ines = house.staff(admin, "ines", &["infrastructure-engineer"]).await;
    ok(house.intend(&mut ines, json!({"do": "enrol-ssh-key", "public_key": SSH_KEY})).await);
    ines
}

#[tokio::test]
async fn a_server_s_history_is_who_was_let_in_and_what_was_revoked_each_entry_proven() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut ines = engineer(&house, &mut admin).await;
    put_host(&house, "web-2", "infrastructure").await;
    for host in ["web-1", "web-2", "web-1"] {
        certified(&house, &mut ines, host).await;
    }
    ok(house.intend(&mut admin, json!({"do": "revoke-certificate", "certificate": 1})).await);
    ok(house.as_person(&ines, "DELETE", "/v1/certificates/2", None).await);
    let roots = roots(&house).await;
    let told = history(&house, &admin, "host/web-1").await;
    let wanted = ["certificate-revoked", "certificate-issued", "certificate-issued", "host-added"];
    assert_eq!((kinds(&told), told.before, told.size), (wanted.map(str::to_owned).to_vec(), None, house.app.size()));
    for entry in told.entries {
        let revoked = matches!(proven(entry.proven, told.size, &roots).what, What::CertificateRevoked { .. });
        let issued = entry.opening.map(|opening| proven(opening, told.size, &roots).what);
        assert_eq!(revoked, issued.is_some(), "whose and for which host it was, the feed says with it");
        if let Some(What::CertificateIssued { certificate, staff, host, .. }) = issued {
            assert_eq!((certificate.0, staff.as_str(), host.as_str()), (1, "ines", "web-1"));
        }
    }
    for (of, wanted) in [
        ("certificate/1", vec!["certificate-revoked", "certificate-issued"]),
        ("certificate/3", vec!["certificate-issued"]),
        ("host/web-2", vec!["certificate-revoked", "certificate-issued", "host-added"]),
        ("host/web-9", vec![]),
    ] {
        assert_eq!(kinds(&history(&house, &ines, of).await), wanted, "{of}");
    }
    let hers = history(&house, &admin, "staff/ines").await;
    assert_eq!(kinds(&hers)[..3], ["certificate-revoked", "certificate-revoked", "certificate-issued"]);
}

#[tokio::test]
async fn why_somebody_logged_in_is_seen_by_them_by_whoever_may_see_the_server_and_by_security_admins_alone() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut ines = engineer(&house, &mut admin).await;
    let otto = house.staff(&mut admin, "otto", &["infrastructure-engineer"]).await;
    let maya = house.staff(&mut admin, "maya", &["maintenance"]).await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    certified(&house, &mut ines, "web-1").await;
    let sees = async |who: &Person| {
        let told = history(&house, who, "host/web-1").await;
        let issued = told.entries.iter().find(|entry| entry.proven.entry.contains("certificate-issued"));
        assert!(told.entries.iter().all(|entry| entry.reason.is_none() || Some(entry) == issued));
        issued.unwrap().reason.is_some()
    };
    for (who, wanted) in [(&ines, true), (&otto, true), (&admin, true), (&maya, false), (&sam, false)] {
        assert_eq!(sees(who).await, wanted, "{}", who.id);
    }
    // With another label it is another host, and what was done on the one before is no matter of whoever gets this one.
    put_host(&house, "web-1", "maintenance").await;
    for (who, wanted) in [(&ines, true), (&otto, false), (&admin, true), (&maya, false)] {
        assert_eq!(sees(who).await, wanted, "{}, of the one before", who.id);
    }
}

#[tokio::test]
async fn a_database_from_before_certificates_were_noted_gets_them() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut ines = engineer(&house, &mut admin).await;
    for _ in 0..2 {
        certified(&house, &mut ines, "web-1").await;
    }
    ok(house.intend(&mut admin, json!({"do": "revoke-certificate", "certificate": 1})).await);
    let older = house.before_certificates_were_noted();
    for of in ["certificate/1", "certificate/2", "host/web-1"] {
        let path = format!("/v1/history/{of}");
        let new = ok(house.as_person(&admin, "GET", &path, None).await);
        assert_eq!(ok(older.as_person(&admin, "GET", &path, None).await), new, "{of}");
    }
}

#[tokio::test]
async fn a_reason_is_seen_by_its_owner_and_by_security_admins_alone() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let tom = house.staff(&mut admin, "tom", &["technical-support"]).await;
    house.account("acme", Plan::Standard).await;
    house.switch_on("acme", "support-team-access").await;
    open(&house, &sam, "acme").await;
    for (who, sees) in [(&sam, true), (&admin, true), (&tom, false)] {
        let told = history(&house, who, "account/acme").await;
        assert_eq!(told.entries[0].reason.is_some(), sees, "{}", who.id);
        assert!(told.entries[1..].iter().all(|entry| entry.reason.is_none()));
    }
}

#[tokio::test]
async fn a_page_follows_a_page_and_an_older_size_is_proven_too() {
    let house = House::new().await;
    let admin = house.admin().await;
    house.account("acme", Plan::Standard).await;
    for _ in 0..5 {
        house.switch_on("acme", "support-team-access").await;
    }
    let roots = roots(&house).await;
    let size = house.app.size() - 2;
    let (mut seqs, mut before) = (Vec::new(), None);
    loop {
        let after = before.map(|before: u64| format!("&before={before}")).unwrap_or_default();
        let told = history(&house, &admin, &format!("account/acme?limit=2&size={size}{after}")).await;
        assert_eq!((told.size, told.checkpoint), (size, None));
        seqs.extend(told.entries.into_iter().map(|entry| proven(entry.proven, size, &roots).seq.0));
        before = told.before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seqs, (size - 3..=size).rev().collect::<Vec<_>>());
    let ahead = format!("/v1/history/account/acme?size={}", house.app.size() + 1);
    refused(house.as_person(&admin, "GET", &ahead, None).await, 409, Code::Conflict);
    assert_eq!(history(&house, &admin, "account/acme?size=0").await.entries, []);
}

#[tokio::test]
async fn every_place_and_every_beginning_is_proven_over_full_tiles_and_after_a_kill() {
    let house = House::new().await;
    let admin = house.admin().await;
    for number in 0..790 {
        house.account(&format!("a-{number}"), Plan::Standard).await;
    }
    let (roots, size) = (roots(&house).await, house.app.size());
    assert!(size > 3 * 256, "{size}");
    for house in [&house, &house.killed()] {
        for number in [0, 100, 250, 251, 252, 253, 254, 255, 256, 507, 508, 509, 510, 511, 512, 789] {
            for size in [size, 768, 767, 513, 512, 511, 257, 256, 255] {
                let told = history(house, &admin, &format!("account/a-{number}?size={size}")).await;
                told.entries.into_iter().for_each(|entry| drop(proven(entry.proven, size, &roots)));
            }
        }
        for (from, to) in [(1, size), (255, 256), (256, 257), (256, 512), (300, 700), (511, 513), (768, size), (5, 5)] {
            let path = format!("/v1/feed/consistency?from={from}&to={to}");
            let told = ok(house.send("GET", &path, Some(&house.follower), None, None).await);
            let told: Consistency = serde_json::from_value(told).unwrap();
            let head = |size: u64| Head { size, root: roots[size as usize] };
            assert_eq!(verify_consistency(head(from), head(to), &told.hashes().unwrap()), Ok(()), "{from} to {to}");
        }
    }
    for (query, status, code) in [
        ("", 400, Code::BadRequest),
        ("?from=0", 400, Code::BadRequest),
        ("?from=5&to=4", 400, Code::BadRequest),
        ("?from=1&to=99999", 409, Code::Conflict),
        ("?from=1&to=2&x=1", 400, Code::BadRequest),
    ] {
        let path = format!("/v1/feed/consistency{query}");
        refused(house.send("GET", &path, Some(&house.follower), None, None).await, status, code);
    }
}

#[tokio::test]
async fn a_database_from_before_histories_gets_the_ones_that_a_new_one_has() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let tom = house.staff(&mut admin, "tom", &["csm"]).await;
    house.account("acme", Plan::Premium).await;
    house.switch_on("acme", "support-team-access").await;
    house.switch_on("acme", "customer-success-team-access").await;
    let session = open(&house, &sam, "acme").await;
    ok(house.as_person(&sam, "DELETE", &format!("/v1/sessions/{session}"), None).await);
    open(&house, &tom, "acme").await;
    house.clock.advance(Millis::minutes(1));
    house.switch_on("acme", "support-team-access").await;
    house.account("acme", Plan::Standard).await;
    ok(house.intend(&mut admin, json!({"do": "revoke-key", "key": sam.key_serial})).await);
    for number in 0..600 {
        house.account(&format!("a-{number}"), Plan::Standard).await;
    }
    let older = house.as_the_first_migration_left_it();
    let twice = older.killed();
    for house in [&older, &twice] {
        house.account("new", Plan::Standard).await;
    }
    house.account("new", Plan::Standard).await;
    let size = house.app.size();
    let mut asked: Vec<_> = [
        "history/account/acme",
        "history/account/new",
        "history/staff/sam",
        "history/staff/tom",
        "history/grant/1",
        "history/grant/2",
        "history/grant/3",
        "history/session/1",
        "history/session/2",
        "history/grants",
    ]
    .map(str::to_owned)
    .into();
    asked.push(format!("history/key/{}", sam.key_serial));
    asked.extend([0, 200, 255, 256, 500, 599].map(|number| format!("history/account/a-{number}")));
    let ask = async |house: &House, path: &str| {
        let told = ok(house.as_person(&admin, "GET", &format!("/v1/{path}?size={size}"), None).await);
        assert!(
            told["entries"].as_array().or(told["grants"].as_array()).is_some_and(|rows| !rows.is_empty()),
            "{path}"
        );
        told
    };
    for path in asked {
        let new = ask(&house, &path).await;
        assert_eq!(ask(&older, &path).await, new, "{path}");
        assert_eq!(ask(&twice, &path).await, new, "{path}, noted once");
    }
    let path = format!("/v1/feed/consistency?from=300&to={size}");
    let beginning = async |house: &House| ok(house.send("GET", &path, Some(&house.follower), None, None).await);
    assert_eq!(beginning(&older).await, beginning(&house).await);
}

#[tokio::test]
async fn grants_that_were_taken_away_are_told_with_what_gave_them_and_those_that_ran_out_are_not() {
    let house = House::new().await;
    let admin = house.admin().await;
    house.account("acme", Plan::Premium).await;
    let setting = |setting: &str| format!("/v1/vendor/accounts/acme/settings/{setting}");
    let short = json!({"by": by("account-admin"), "until": {"at": house::START.plus(Millis::hours(1)).0}});
    ok(house.as_vendor("PUT", &setting("support-team-access"), short).await);
    house.clock.advance(Millis::hours(2));
    let from = house::START.plus(Millis::hours(2)).0;
    // The first has run out by now; the second is taken away by a third, and the success grant by the plan.
    house.switch_on("acme", "support-team-access").await;
    house.switch_on("acme", "customer-success-team-access").await;
    house.clock.advance(Millis::minutes(1));
    house.switch_on("acme", "support-team-access").await;
    house.account("acme", Plan::Standard).await;
    let roots = roots(&house).await;
    let told = async |query: &str| -> TakenGrants {
        let path = format!("/v1/history/grants{query}");
        serde_json::from_value(ok(house.as_person(&admin, "GET", &path, None).await)).unwrap()
    };
    let all = told("").await;
    let pairs: Vec<_> = all
        .grants
        .into_iter()
        .map(|taken| (proven(taken.given, all.size, &roots), proven(taken.taken, all.size, &roots)))
        .map(|(given, taken)| match (given.what, taken.what) {
            (What::GrantEnabled { grant, .. }, What::PlanChanged { .. }) => (grant.0, "plan"),
            (What::GrantEnabled { grant, .. }, What::GrantEnabled { .. }) => (grant.0, "another"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(pairs, [(3, "plan"), (2, "another")]);
    assert_eq!(told(&format!("?from={}", from + 60_000)).await.grants, []);
    assert_eq!(told(&format!("?from={}&size={}", from, house.app.size() - 1)).await.grants.len(), 1);
}
