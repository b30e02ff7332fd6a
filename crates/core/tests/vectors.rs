//! The signed formats, pinned: committed vectors that every later version must still read and write byte for byte.
//!
//! A vector that no longer holds means the code is to be mended, not the vector. The first writing, and additions:
//! `DOORWARD_WRITE=1 cargo nextest run -p doorward-core vectors`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{START, World, account, staff, user};
use doorward_core::{
    feed::{
        batch::{Batch, verify},
        checkpoint::{Checkpoint, FeedTrust},
        entry::{Entry, What},
        freshness::Freshness,
        note::{NoteSigner, NoteVerifier},
        snapshot::Snapshot,
        tree::{Frontier, leaf_hash},
    },
    grant::{Plan, Setting, Until},
    id::{CertificateSerial, GrantSerial, KeySerial, Seq, SessionSerial},
    policy::HostLabel,
    session::{Basis, EndCause, Mode, Session, Stands},
    ssh::{SshCa, SshFingerprint},
    staff::Role,
    time::{Millis, UnixMs},
    token::{TokenFault, TokenSigner, TokenVerifier},
};
use serde::{Deserialize, Serialize};

const ORIGIN: &str = "doorward.example/feed";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vectors {
    log_key: String,
    freshness_key: String,
    entries: Vec<String>,
    leaves: Vec<String>,
    roots: Vec<String>,
    checkpoint: String,
    freshness: String,
    snapshot_note: String,
    snapshot_body: String,
    token_key: String,
    token: String,
}

/// One entry of each kind, in an order that folds.
fn entries() -> Vec<Entry> {
    let mut world = World::default();
    world.register("a-1", Plan::Premium);
    let key = world.hire("maya", &[Role::Csm, Role::TechnicalSupport]);
    let grant = world.grant("a-1", Setting::SupportTeamAccess, START, Until::At(START.plus(Millis::days(180))));
    world.grant("a-1", Setting::CustomerSuccessTeamAccess, START, Until::Indefinitely);
    let (who, id) = (staff("maya"), account("a-1"));
    let from = START;
    let until = START.plus(Millis::hours(8));
    let setting = Setting::SupportTeamAccess;
    let mut tell = |what| world.tell(START, what).unwrap();
    tell(What::PrimaryCsmAssigned { account: id.clone(), staff: who.clone() });
    let opened = tell(What::DutyOpened { staff: who.clone(), from, until });
    tell(What::DutyClosed { staff: who.clone(), opened });
    tell(What::GrantDisabled { grant, account: id.clone(), setting, by: user() });
    tell(What::SessionEnded { session: SessionSerial(7), cause: EndCause::EndedBySecurity });
    tell(What::PrimaryCsmUnassigned { account: id.clone() });
    tell(What::RoleTaken { staff: who.clone(), role: Role::TechnicalSupport });
    tell(What::StaffSuspended { staff: who.clone() });
    tell(What::StaffReinstated { staff: who.clone() });
    tell(What::KeyRevoked { key, by: who });
    tell(What::PlanChanged { account: id.clone(), plan: Plan::Standard });
    tell(What::AccountRegistered { account: account("a-2"), plan: Plan::Standard });
    tell(What::AccountClosed { account: account("a-2") });
    let (session, ends) = (SessionSerial(8), until);
    tell(What::SessionOpened { session, staff: staff("maya"), key, account: id, mode: Mode::ReadWrite, grant, ends });
    servers(&mut world);
    world.entries
}

fn servers(world: &mut World) {
    let key = world.hire("ines", &[Role::InfrastructureEngineer]);
    let (ca, ssh_key) = (SshCa::new([6; 32]), SshFingerprint::of(b"an SSH key"));
    let (host, certificate) = (common::host("web-1"), CertificateSerial(1));
    let ends = START.plus(Millis::minutes(10));
    let connection_ends = START.plus(Millis::hours(8));
    let issued = What::CertificateIssued {
        certificate,
        staff: staff("ines"),
        key,
        ssh_key,
        host: host.clone(),
        ends,
        connection_ends,
    };
    for what in [
        What::HostAdded { host: host.clone(), label: HostLabel::Infrastructure },
        What::HostRemoved { host: host.clone() },
        What::HostAdded { host, label: HostLabel::Maintenance },
        What::HostAdded { host: common::host("web-2"), label: HostLabel::Infrastructure },
        What::SshCaTrusted { ca },
        What::SshKeyEnrolled { key, ssh_key },
    ] {
        world.tell(START, what).unwrap();
    }
    world.tell(START, What::RoleGiven { staff: staff("ines"), role: Role::Maintenance }).unwrap();
    world.tell(START, issued).unwrap();
    world.tell(START, What::CertificateRevoked { certificate, by: staff("ines") }).unwrap();
    world.tell(START, What::SshCaRevoked { ca }).unwrap();
}

fn session() -> Session {
    let stands = Stands {
        standing: Seq(2),
        key: KeySerial(1),
        grant: GrantSerial(2),
        basis: Basis::PrimaryCsm { role: Seq(3), assigned: Seq(8) },
    };
    let ends = START.plus(Millis::minutes(15));
    let (staff, account) = (staff("maya"), account("a-1"));
    Session { serial: SessionSerial(9), staff, account, mode: Mode::ReadWrite, stands, opened: START, ends }
}

/// An Ed25519 seed in PKCS #8 (RFC 8410 section 7).
fn pkcs8(seed: [u8; 32]) -> Vec<u8> {
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend(seed);
    der
}

fn write() -> Vectors {
    let log = NoteSigner::from_seed("doorward.example/log", &[1; 32]).unwrap();
    let fresh = NoteSigner::from_seed("doorward.example/fresh", &[2; 32]).unwrap();
    let token = NoteSigner::from_seed("token", &[3; 32]).unwrap();
    let entries = entries();
    let texts: Vec<String> = entries.iter().map(|e| String::from_utf8(e.encode()).unwrap()).collect();
    let mut frontier = Frontier::default();
    let mut roots = Vec::new();
    let mut state = doorward_core::state::AccessState::default();
    for (entry, text) in entries.iter().zip(&texts) {
        frontier.push(leaf_hash(text.as_bytes()));
        roots.push(hex::encode(frontier.root()));
        state.apply(entry).unwrap();
    }
    let (size, root) = (frontier.size(), frontier.root());
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root, at: START }.sign(&log);
    let expires = START.plus(Millis::seconds(12));
    let freshness = Freshness { origin: ORIGIN.into(), epoch: 3, size, root, issued: START, expires }.sign(&fresh);
    let snapshot = Snapshot { frontier, state, at: START };
    let body = snapshot.encode();
    let (token_text, _) = TokenSigner::new(ORIGIN, &pkcs8([3; 32])).sign(&session(), &[5; 32], START).unwrap();
    Vectors {
        log_key: log.verifier().vkey(),
        freshness_key: fresh.verifier().vkey(),
        leaves: texts.iter().map(|t| hex::encode(leaf_hash(t.as_bytes()))).collect(),
        entries: texts,
        roots,
        checkpoint,
        freshness,
        snapshot_note: snapshot.sign(&body, ORIGIN, &log),
        snapshot_body: String::from_utf8(body).unwrap(),
        token_key: token.verifier().vkey(),
        token: token_text,
    }
}

fn committed() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/feed.json");
    if std::env::var_os("DOORWARD_WRITE").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&write()).unwrap() + "\n").unwrap();
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn what_is_written_today_is_what_was_committed() {
    assert_eq!(write(), committed());
}

#[test]
fn what_was_committed_can_be_read_today() {
    let vectors = committed();
    let key = |text: &str| NoteVerifier::parse(text).unwrap();
    let trust = FeedTrust { origin: ORIGIN.into(), log: key(&vectors.log_key), freshness: key(&vectors.freshness_key) };
    let batch = Batch { entries: vectors.entries.clone(), checkpoint: vectors.checkpoint };
    let verified = verify(&batch, &Frontier::default(), &trust).unwrap();
    assert_eq!(hex::encode(verified.checkpoint().root), *vectors.roots.last().unwrap());
    assert_eq!(Freshness::open(&vectors.freshness, &trust).unwrap().epoch, 3);
    let snapshot = Snapshot::open(&vectors.snapshot_note, vectors.snapshot_body.as_bytes(), &trust).unwrap();
    assert_eq!(snapshot.frontier, *verified.frontier());
    let mut folded = doorward_core::state::AccessState::default();
    verified.entries().iter().for_each(|(_, entry)| folded.apply(entry).unwrap());
    assert_eq!(snapshot.state, folded);
}

#[test]
fn a_snapshot_that_was_touched_is_refused() {
    let vectors = committed();
    let key = |text: &str| NoteVerifier::parse(text).unwrap();
    let trust = FeedTrust { origin: ORIGIN.into(), log: key(&vectors.log_key), freshness: key(&vectors.freshness_key) };
    let touched = vectors.snapshot_body.replacen("maya", "mayo", 1);
    assert!(Snapshot::open(&vectors.snapshot_note, touched.as_bytes(), &trust).is_err());
    let elsewhere = FeedTrust { origin: "other".into(), ..trust };
    assert!(Snapshot::open(&vectors.snapshot_note, vectors.snapshot_body.as_bytes(), &elsewhere).is_err());
}

#[test]
fn a_token_is_believed_only_whole_in_time_and_over_its_certificate() {
    let public = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&public).as_ref().to_vec();
    let verifier = TokenVerifier::new(ORIGIN, &public);
    let token = committed().token;
    let verified = verifier.verify(&token).unwrap();
    assert_eq!(verified.session(&[5; 32], START), Ok(&session()));
    assert_eq!(verified.session(&[6; 32], START), Err(TokenFault::OtherCertificate));
    let minutes = |n| START.plus(Millis::minutes(n));
    assert!(verified.session(&[5; 32], UnixMs(minutes(5).0 - 1)).is_ok());
    assert_eq!(verified.session(&[5; 32], minutes(5)), Err(TokenFault::Expired));
    assert_eq!(TokenVerifier::new("other", &public).verify(&token).unwrap_err(), TokenFault::NotForUs);
    assert_eq!(TokenVerifier::new(ORIGIN, &[9; 32]).verify(&token).unwrap_err(), TokenFault::NotOurs);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("not a JWT") };
    // {"alg":"none"} and {"alg":"HS256"}
    for alg in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
        let forged = format!("{alg}.{body}.{signature}");
        assert_eq!(verifier.verify(&forged).unwrap_err(), TokenFault::NotOurs);
        assert_eq!(verifier.verify(&format!("{alg}.{body}.")).unwrap_err(), TokenFault::NotOurs);
    }
    assert_eq!(verifier.verify(&format!("{head}.{body}.")).unwrap_err(), TokenFault::NotOurs);
}
