//! Histories: shown only where every entry is proven under a checkpoint of the very feed the copy is of.

use doorward_core::{
    feed::{entry::What, proof_file::Proof, subject::Subject},
    grant::{Setting, Until},
    id::{CertificateSerial, GrantSerial, HostId, KeySerial, SessionSerial},
    policy::HostLabel,
    session::{EndCause, Mode},
    ssh::{SshCa, SshFingerprint},
    staff::Role,
    time::Millis,
    wire::History,
};

use super::stage::{START, Stage, account, staff, trust};
use crate::{controller::Request, view::*};

fn ask(of: SubjectName, id: &str, before: Option<u32>) -> HistoryAsk {
    HistoryAsk { of, id: id.to_owned(), before }
}

async fn acme(stage: &Stage, before: Option<u32>) -> Result<HistoryView, Problem> {
    stage.ask(|reply| Request::History(ask(SubjectName::Account, "acme", before), reply)).await
}

fn opened(session: u64, grant: u64) -> What {
    What::SessionOpened {
        session: SessionSerial(session),
        staff: staff("tess"),
        key: KeySerial(3),
        account: account("acme"),
        mode: Mode::ReadOnly,
        grant: GrantSerial(grant),
        ends: START.plus(Millis::hours(1)),
    }
}

/// acme was entered twice, of which the first is over; support was switched off.
async fn lived_in() -> Stage {
    let mut stage = Stage::new();
    stage.happens(opened(1, 2));
    stage.happens(What::SessionEnded { session: SessionSerial(1), cause: EndCause::EndedBySecurity });
    stage.happens(opened(2, 2));
    stage.switch_off("acme", Setting::SupportTeamAccess);
    stage.sign_in("carl").await;
    stage.rows().await;
    stage
}

fn kinds(view: &HistoryView) -> Vec<String> {
    let kind = |row: &HistoryRow| serde_json::to_value(&row.what).unwrap()["is"].as_str().unwrap().to_owned();
    view.rows.iter().map(kind).collect()
}

#[tokio::test]
async fn an_account_s_history_says_who_when_and_how_it_stands_page_by_page() {
    let stage = lived_in().await;
    let first = acme(&stage, None).await.unwrap();
    let wanted = ["grant-disabled", "session-opened", "session-ended", "session-opened", "grant-enabled"];
    assert_eq!((kinds(&first), first.since), (wanted.map(str::to_owned).to_vec(), None));
    assert_eq!(first.size, stage.state().await.feed_size);
    let Happened::SessionEnded { staff, opened, by, .. } = &first.rows[2].what else { panic!() };
    assert_eq!((staff.as_ref().unwrap().id.as_str(), *by), ("tess", EndedWhy::SecurityAdmin));
    assert!(opened.is_some() && first.rows[2].account.as_ref().unwrap().id == "acme");
    let over = |row: &HistoryRow| match &row.what {
        Happened::SessionOpened { still_open, .. } => Some(*still_open),
        Happened::GrantEnabled { still_on, .. } => Some(*still_on),
        _ => None,
    };
    assert_eq!(first.rows.iter().filter_map(over).collect::<Vec<_>>(), [false, false, false], "support is off");
    let second = acme(&stage, first.before).await.unwrap();
    assert_eq!(kinds(&second), ["grant-enabled", "primary-csm-assigned", "account-registered"]);
    assert_eq!((over(&second.rows[0]), second.before, second.size), (Some(true), None, first.size));
    let person = ask(SubjectName::Staff, "tess", None);
    let tess = stage.ask(|reply| Request::History(person, reply)).await.unwrap();
    assert_eq!(kinds(&tess), ["session-opened", "session-ended", "session-opened", "role-given", "key-enrolled"]);
}

#[tokio::test]
async fn a_page_is_proven_under_the_checkpoint_of_the_first_though_the_feed_went_on() {
    let mut stage = lived_in().await;
    let first = acme(&stage, None).await.unwrap();
    stage.grant("pond", Setting::SupportTeamAccess, Until::At(START.plus(Millis::days(2))));
    let second = acme(&stage, first.before).await.unwrap();
    assert_eq!((second.size, second.rows.len()), (first.size, 3));
    let all = stage.ask(|reply| Request::Proof(None, reply)).await.unwrap();
    let verified = Proof::parse(&all).unwrap().verify(&trust()).unwrap();
    assert_eq!((verified.entries().len(), verified.checkpoint().size), (8, u64::from(first.size)));
}

#[tokio::test]
async fn what_is_ahead_of_the_copy_is_shown_where_the_copy_is_its_beginning() {
    let stage = lived_in().await;
    let (now, grant) = (stage.now(), stage.house.inner().feed.state.next_grant());
    let (setting, by) = (Setting::SupportTeamAccess, doorward_core::id::UserId::parse("user-1").unwrap());
    let until = Until::At(START.plus(Millis::days(2)));
    stage.house.inner().feed.ahead(What::GrantEnabled { grant, account: account("acme"), setting, by, until }, now);
    let view = acme(&stage, None).await.unwrap();
    assert_eq!((kinds(&view)[0].as_str(), view.size), ("grant-enabled", stage.state().await.feed_size + 1));
}

fn issued(certificate: u64, on: &str) -> What {
    What::CertificateIssued {
        certificate: CertificateSerial(certificate),
        staff: staff("ada"),
        key: KeySerial(1),
        ssh_key: SshFingerprint::of(b"ada's"),
        host: HostId::parse(on).unwrap(),
        ends: START.plus(Millis::minutes(10)),
        connection_ends: START.plus(Millis::hours(8)),
    }
}

/// Ada was let in to web-1 twice and to web-2 once; a security admin revoked the first.
async fn logged_in() -> Stage {
    let mut stage = Stage::new();
    stage.happens(What::RoleGiven { staff: staff("ada"), role: Role::InfrastructureEngineer });
    for host in ["web-1", "web-2"] {
        let host = HostId::parse(host).unwrap();
        stage.happens(What::HostAdded { host, label: HostLabel::Infrastructure });
    }
    stage.happens(What::SshKeyEnrolled { key: KeySerial(1), ssh_key: SshFingerprint::of(b"ada's") });
    stage.happens(What::SshCaTrusted { ca: SshCa::new([1; 32]) });
    stage.happens(issued(1, "web-1"));
    stage.happens(issued(2, "web-2"));
    stage.happens(issued(3, "web-1"));
    stage.happens(What::CertificateRevoked { certificate: CertificateSerial(1), by: staff("sven") });
    stage.beat();
    stage.sign_in("carl").await;
    stage.rows().await;
    stage
}

async fn of_web_1(stage: &Stage) -> Result<HistoryView, Problem> {
    stage.ask(|reply| Request::History(ask(SubjectName::Host, "web-1", None), reply)).await
}

#[tokio::test]
async fn a_server_s_history_says_who_was_let_in_why_and_what_was_revoked() {
    let mut stage = logged_in().await;
    let view = of_web_1(&stage).await.unwrap();
    let wanted = ["certificate-revoked", "certificate-issued", "certificate-issued", "host-added"];
    assert_eq!((kinds(&view), view.since), (wanted.map(str::to_owned).to_vec(), None));
    let open = |row: &HistoryRow| match &row.what {
        Happened::CertificateIssued { certificate, still_open, ticket, .. } => {
            Some((*certificate, *still_open, ticket.clone()))
        }
        _ => None,
    };
    let ticket = Some("T-9".to_owned());
    let told: Vec<_> = view.rows.iter().filter_map(open).collect();
    assert_eq!(told, [(3, true, ticket.clone()), (1, false, ticket)], "a revoked one admits nobody");
    let revoked = |view: &HistoryView| match &view.rows[0].what {
        Happened::CertificateRevoked { certificate: 1, by, staff: Some(staff), host: Some(host), issued: Some(_) } => {
            (by.id.clone(), staff.id.clone(), host.clone())
        }
        _ => panic!("whose it was and where is proven with it"),
    };
    let wanted = ("sven".to_owned(), "ada".to_owned(), "web-1".to_owned());
    assert_eq!(revoked(&view), wanted);
    // The person's own: with the SSH key that goes with hers, and what somebody else revoked.
    let person = ask(SubjectName::Staff, "ada", None);
    let ada = stage.ask(|reply| Request::History(person, reply)).await.unwrap();
    let wanted =
        ["certificate-revoked", "certificate-issued", "certificate-issued", "certificate-issued", "ssh-key-enrolled"];
    assert_eq!(kinds(&ada), wanted);
    // Out of reach the same rows come from the copy, without what only the server knows.
    stage.cut();
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    let local = of_web_1(&stage).await.unwrap();
    assert_eq!((kinds(&local), local.since), (kinds(&view), Some(0)));
    assert_eq!(local.rows.iter().filter_map(open).collect::<Vec<_>>(), [(3, true, None), (1, false, None)]);
    assert_eq!(revoked(&local), ("sven".to_owned(), "ada".to_owned(), "web-1".to_owned()));
}

#[tokio::test]
async fn a_revocation_is_shown_with_the_issuing_of_that_very_certificate_alone() {
    let stage = logged_in().await;
    type Forgery = (&'static str, fn(&mut History));
    let forgeries: [Forgery; 3] = [
        ("none, so that nothing says which host it was for", |told| told.entries[0].opening = None),
        ("another's", |told| told.entries[0].opening = Some(told.entries[1].proven.clone())),
        ("one that is not in the feed", |told| {
            let opening = told.entries[0].opening.as_mut().unwrap();
            opening.entry = opening.entry.replace("ada", "carl");
        }),
    ];
    for (name, forge) in forgeries {
        stage.house.inner().forge = Some(Box::new(forge));
        assert_eq!(of_web_1(&stage).await.unwrap_err().code, ErrorCode::NotProven, "{name}");
    }
    let subject = Subject::Host(HostId::parse("web-2").unwrap());
    let of_web_2 = stage.house.inner().feed.history(&subject, None, None).entries;
    stage.house.inner().forge = Some(Box::new(move |told| told.entries.clone_from(&of_web_2)));
    assert_eq!(of_web_1(&stage).await.unwrap_err().code, ErrorCode::NotProven, "another server's");
}

#[tokio::test]
async fn a_history_that_is_not_proven_is_not_shown() {
    let stage = lived_in().await;
    type Forgery = (&'static str, fn(&mut History));
    let forgeries: [Forgery; 9] = [
        ("an entry changed", |told| {
            told.entries[0].proven.entry = told.entries[0].proven.entry.replace("\"grant\":2", "\"grant\":1");
        }),
        ("a path changed", |told| told.entries[1].proven.path.swap(0, 1)),
        ("a path that is none", |told| told.entries[1].proven.path[0].push('x')),
        ("no checkpoint", |told| told.checkpoint = None),
        ("another's checkpoint", |told| {
            let note = told.checkpoint.as_mut().unwrap();
            *note = note.replace("\ntime 5\n", "\ntime 6\n");
        }),
        ("another order", |told| told.entries.swap(0, 1)),
        ("one entry twice", |told| {
            let twice = told.entries[0].clone();
            told.entries.insert(0, twice);
        }),
        ("the opening of another session", |told| told.entries[2].opening = Some(told.entries[1].proven.clone())),
        ("an opening that is not in the feed", |told| {
            told.entries[2].opening.as_mut().unwrap().path.pop();
        }),
    ];
    for (name, forge) in forgeries {
        stage.house.inner().forge = Some(Box::new(forge));
        let problem = acme(&stage, None).await.unwrap_err();
        assert_eq!(problem.code, ErrorCode::NotProven, "{name}");
        assert!(stage.ask(|reply| Request::Proof(None, reply)).await.is_err(), "{name}: nothing of it can be copied");
    }
    stage.house.inner().forge = None;
    assert!(acme(&stage, None).await.is_ok());
}

#[tokio::test]
async fn another_account_s_entries_are_not_shown_as_this_one_s() {
    let stage = lived_in().await;
    let subject = Subject::Account(account("pond"));
    let of_pond = stage.house.inner().feed.history(&subject, None, None).entries;
    assert!(!of_pond.is_empty());
    stage.house.inner().forge = Some(Box::new(move |told| told.entries.clone_from(&of_pond)));
    assert_eq!(acme(&stage, None).await.unwrap_err().code, ErrorCode::NotProven);
    // A proof is no proof of completeness: what is left out is not noticed, and the page says so.
    stage.house.inner().forge = Some(Box::new(|told| drop(told.entries.remove(0))));
    assert_eq!(acme(&stage, None).await.unwrap().rows.len(), 4);
}

#[tokio::test]
async fn a_feed_that_parted_from_the_copy_is_not_shown() {
    let stage = lived_in().await;
    {
        let mut inner = stage.house.inner();
        // The server tells, and signs, another third entry than the copy has seen.
        inner.feed.texts[2] = inner.feed.texts[2].replace("carl", "carla");
    }
    assert_eq!(acme(&stage, None).await.unwrap_err().code, ErrorCode::NotProven);
}

#[tokio::test]
async fn out_of_reach_the_tail_is_shown_and_each_row_has_its_proof() {
    let mut stage = lived_in().await;
    stage.cut();
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    let view = acme(&stage, None).await.unwrap();
    assert_eq!((view.rows.len(), view.since, view.before), (8, Some(0), None));
    for row in &view.rows {
        let text = stage.ask(|reply| Request::Proof(Some(row.seq), reply)).await.unwrap();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\n"));
        let verified = Proof::parse(&text).unwrap().verify(&trust()).unwrap();
        assert_eq!(verified.entries()[0].seq.0, u64::from(row.seq));
    }
    let unknown = stage.ask(|reply| Request::Proof(Some(9_999), reply)).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn nobody_who_is_signed_out_is_shown_a_history_or_a_proof() {
    let mut stage = lived_in().await;
    acme(&stage, None).await.unwrap();
    stage.ask(Request::SignOut).await.unwrap();
    stage.hears_sign_out().await;
    assert_eq!(acme(&stage, None).await.unwrap_err().code, ErrorCode::SignedOut);
    assert_eq!(stage.ask(|reply| Request::Proof(None, reply)).await.unwrap_err().code, ErrorCode::SignedOut);
    assert_eq!(stage.ask(Request::CheckLog).await.unwrap_err().code, ErrorCode::SignedOut);
    assert_eq!(stage.ask(Request::ExportGrants).await.unwrap_err().code, ErrorCode::SignedOut);
}

fn found(checked: &LogChecked) -> Vec<(CheckName, Found)> {
    checked.steps.iter().map(|step| (step.step, step.found)).collect()
}

#[tokio::test]
async fn the_log_is_checked_step_by_step_and_its_growth_since_the_first_checkpoint_ever_seen() {
    let stage = lived_in().await;
    acme(&stage, None).await.unwrap();
    super::stage::until("the first checkpoint is kept", || stage.path("first-checkpoint.note").exists()).await;
    let first = std::fs::read_to_string(stage.path("first-checkpoint.note")).unwrap();
    let checked = stage.ask(Request::CheckLog).await.unwrap();
    let names = [CheckName::Signature, CheckName::Fresh, CheckName::Copy, CheckName::Entries, CheckName::Grew];
    assert_eq!(found(&checked), names.map(|name| (name, Found::Right)));
    assert_eq!((checked.steps[3].count, checked.copyable), (Some(5), true));
    let mut stage = stage.restart();
    stage.tick().await;
    stage.sign_in("carl").await;
    stage.grant("pond", Setting::SupportTeamAccess, Until::At(START.plus(Millis::days(2))));
    stage.beat();
    let checked = stage.ask(Request::CheckLog).await.unwrap();
    assert_eq!((checked.steps[4].found, checked.steps[3].found), (Found::Right, Found::NotLooked));
    assert_eq!(std::fs::read_to_string(stage.path("first-checkpoint.note")).unwrap(), first, "kept once and for all");
    let text = stage.ask(|reply| Request::Proof(None, reply)).await.unwrap();
    let verified = Proof::parse(&text).unwrap().verify(&trust()).unwrap();
    let (older, newest) = (verified.older().unwrap().size, verified.checkpoint().size);
    assert!(older < newest && checked.steps[4].count == Some(older as u32), "{older} {newest}");
}

#[tokio::test]
async fn a_first_checkpoint_of_another_feed_is_told() {
    let mut stage = lived_in().await;
    super::stage::until("the first checkpoint is kept", || stage.path("first-checkpoint.note").exists()).await;
    let forked = {
        let mut inner = stage.house.inner();
        let honest = inner.feed.texts.clone();
        inner.feed.texts[2] = inner.feed.texts[2].replace("carl", "carla");
        let note = inner.feed.checkpoint(6);
        inner.feed.texts = honest;
        note
    };
    for (note, wanted) in [(forked, Found::Wrong), ("no note".to_owned(), Found::Wrong)] {
        std::fs::write(stage.path("first-checkpoint.note"), note).unwrap();
        stage.beat();
        let checked = stage.ask(Request::CheckLog).await.unwrap();
        assert_eq!((checked.steps[4].step, checked.steps[4].found), (CheckName::Grew, wanted));
        assert_eq!(checked.steps[0].found, Found::Right);
    }
}

#[tokio::test]
async fn out_of_reach_the_log_is_checked_as_far_as_the_copy_goes() {
    let mut stage = lived_in().await;
    super::stage::until("the first checkpoint is kept", || stage.path("first-checkpoint.note").exists()).await;
    stage.cut();
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    acme(&stage, None).await.unwrap();
    let checked = stage.ask(Request::CheckLog).await.unwrap();
    let wanted = [
        (CheckName::Signature, Found::Right),
        (CheckName::Fresh, Found::NotLooked),
        (CheckName::Copy, Found::Right),
        (CheckName::Entries, Found::Right),
        (CheckName::Grew, Found::Right),
    ];
    assert_eq!(found(&checked), wanted);
}

#[tokio::test]
async fn grants_of_the_past_are_told_from_before_this_console_began_to_look() {
    let mut stage = lived_in().await;
    let past = stage.ask(Request::PastGrants).await.unwrap();
    let told: Vec<_> = past.iter().map(|past| (past.account.as_str(), past.serial, past.setting)).collect();
    assert_eq!(told, [("acme", 2, SettingName::SupportTeamAccess)]);
    assert_eq!((past[0].from, past[0].off), (Ms(START.0), Ms(stage.now().0)));
    stage.cut();
    stage.pass(Millis::minutes(1));
    stage.tick().await;
    stage.reaches(|state| state.connection.state == ConnectionState::Offline).await;
    assert_eq!(stage.ask(Request::PastGrants).await.unwrap(), past, "the tail knows them too");
}
