//! Proofs as text, pinned: committed files that every later version must still believe, and such as it must refuse,
//! each with its reason.
//!
//! The first writing, and additions: `DOORWARD_WRITE=1 cargo nextest run -p doorward-core proof_files`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod committed;
mod common;

use std::{collections::BTreeMap, convert::Infallible};

use committed::{Committed, ORIGIN, key, trust};
use common::{START, World, account, staff, user};
use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        entry::What,
        note::NoteSigner,
        proof::{Node, complete, consistency, inclusion},
        proof_file::{Older, Proof, ProofFileFault, ProvenEntry},
        tree::{Frontier, Hash, leaf_hash},
    },
    grant::{Plan, Setting, Until},
    id::SessionSerial,
    session::{EndCause, Mode},
    staff::Role,
    time::Millis,
};

const PROOFS: Committed = Committed { folder: "proofs", ending: "proof" };

/// A feed of eleven entries about one account and who entered it.
fn texts() -> Vec<String> {
    let mut world = World::default();
    world.register("acme", Plan::Premium);
    let key = world.hire("maya", &[Role::Csm, Role::TechnicalSupport]);
    let until = Until::At(START.plus(Millis::days(30)));
    let grant = world.grant("acme", Setting::SupportTeamAccess, START, until);
    let mut tell = |minutes, what| world.tell(START.plus(Millis::minutes(minutes)), what).unwrap();
    for n in 1..3 {
        let session = SessionSerial(n);
        let (who, id, ends) = (staff("maya"), account("acme"), START.plus(Millis::minutes(60 + n)));
        let (staff, account) = (who, id);
        tell(n, What::SessionOpened { session, staff, key, account, mode: Mode::ReadOnly, grant, ends });
        tell(n + 5, What::SessionEnded { session, cause: EndCause::Ended });
    }
    let setting = Setting::SupportTeamAccess;
    tell(9, What::GrantDisabled { grant, account: account("acme"), setting, by: user() });
    world.entries.iter().map(|entry| String::from_utf8(entry.encode()).unwrap()).collect()
}

fn node(leaves: &[Hash]) -> impl FnMut(Node) -> Result<Hash, Infallible> + '_ {
    |Node { level, place }| {
        let start = (place << level) as usize;
        Ok(complete(&leaves[start..start + (1 << level)]).unwrap())
    }
}

fn checkpoint(leaves: &[Hash], origin: &str, key: &NoteSigner) -> String {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    Checkpoint { origin: origin.to_owned(), size: frontier.size(), root: frontier.root(), at: START }.sign(key)
}

fn leaves() -> Vec<Hash> {
    texts().iter().map(|text| leaf_hash(text.as_bytes())).collect()
}

fn proven(seqs: &[usize]) -> Vec<ProvenEntry> {
    let (texts, leaves) = (texts(), leaves());
    let path = |seq: usize| inclusion(seq as u64 - 1, leaves.len() as u64, &mut node(&leaves)).unwrap().unwrap();
    seqs.iter().map(|seq| ProvenEntry { text: texts[seq - 1].clone(), path: path(*seq) }).collect()
}

fn older(size: usize) -> Older {
    let leaves = leaves();
    let path = consistency(size as u64, leaves.len() as u64, &mut node(&leaves)).unwrap().unwrap();
    Older { note: checkpoint(&leaves[..size], ORIGIN, &key(1)), path }
}

fn note() -> String {
    checkpoint(&leaves(), ORIGIN, &key(1))
}

fn one() -> Proof {
    Proof { entries: proven(&[7]), older: None, note: note() }
}

fn several() -> Proof {
    Proof { entries: proven(&[1, 6, 7, 10]), older: Some(older(6)), note: note() }
}

/// Every file, and the reason for which it is refused; none for those that are believed.
fn files() -> BTreeMap<&'static str, (String, Option<&'static str>)> {
    let (one, several) = (one(), several());
    let with = |proof: &Proof, change: &dyn Fn(&mut Proof)| {
        let mut proof = proof.clone();
        change(&mut proof);
        proof.to_text()
    };
    let root = "entry 7: the proof does not lead to the signed root";
    let length = "entry 7: the proof has too many or too few hashes";
    let form = "it is not in a proof's form";
    let mut files = BTreeMap::new();
    let mut good = |name, text| files.insert(name, (text, None));
    good("good-one-entry", one.to_text());
    good("good-history", several.to_text());
    good("good-no-entry", with(&several, &|proof| proof.entries.clear()));
    let mut bad = |name, text, reason| files.insert(name, (text, Some(reason)));
    bad(
        "bad-entry-changed",
        with(&one, &|proof| proof.entries[0].text = proof.entries[0].text.replace("maya", "mayo")),
        root,
    );
    bad("bad-path-changed", with(&one, &|proof| proof.entries[0].path[1][0] ^= 16), root);
    bad("bad-path-reordered", with(&one, &|proof| proof.entries[0].path.swap(0, 1)), root);
    bad("bad-path-truncated", with(&one, &|proof| proof.entries[0].path.truncate(3)), length);
    bad("bad-path-empty", with(&one, &|proof| proof.entries[0].path.clear()), length);
    bad("bad-path-longer", with(&one, &|proof| proof.entries[0].path.push([0; 32])), length);
    bad(
        "bad-place",
        with(&one, &|proof| {
            proof.entries[0].text = proof.entries[0].text.replace("\"seq\":7", "\"seq\":70");
        }),
        "entry 70: the entry's place is not in a tree of this size",
    );
    bad("bad-index-line", one.to_text().replace("index 6\n", "index 5\n"), form);
    bad(
        "bad-entry-spelled-otherwise",
        with(&several, &|proof| {
            proof.entries[0].text = proof.entries[0].text.replace("\"at\":", "\"at\": ");
        }),
        "an entry: the entry is not written in the one canonical way",
    );
    bad(
        "bad-entries-reordered",
        with(&several, &|proof| proof.entries.swap(0, 1)),
        "the entries are not in the order of the feed, or one is there twice",
    );
    bad(
        "bad-entry-twice",
        with(&several, &|proof| proof.entries.insert(0, proof.entries[0].clone())),
        "the entries are not in the order of the feed, or one is there twice",
    );
    bad("bad-truncated", one.to_text()[..200].to_owned(), form);
    bad("bad-garbage-before", format!("x\n{}", one.to_text()), form);
    bad(
        "bad-garbage-behind",
        format!("{}x\n", one.to_text()),
        "the checkpoint: the note is not in the signed-note form",
    );
    bad(
        "bad-nothing",
        with(&several, &|proof| (proof.entries.clear(), proof.older = None).1),
        "it holds nothing to be proven",
    );
    bad("bad-unknown-kind", several.to_text().replace("doorward-proof/v1", "doorward-proof/v2"), form);
    bad(
        "bad-signature",
        one.to_text().replace("\n11\n", "\n12\n"),
        "the checkpoint: the note's signature does not verify",
    );
    bad("bad-root", with(&one, &|proof| proof.note = checkpoint(&leaves()[..10], ORIGIN, &key(1))), root);
    bad(
        "bad-origin",
        with(&one, &|proof| proof.note = checkpoint(&leaves(), "other.example/feed", &key(1))),
        "the checkpoint: the statement is of another origin",
    );
    bad(
        "bad-key",
        with(&one, &|proof| proof.note = checkpoint(&leaves(), ORIGIN, &key(9))),
        "the checkpoint: the note carries no signature by the trusted key",
    );
    bad(
        "bad-older-key",
        with(&several, &|proof| {
            proof.older.as_mut().unwrap().note = checkpoint(&leaves()[..6], ORIGIN, &key(9));
        }),
        "the older checkpoint: the note carries no signature by the trusted key",
    );
    bad(
        "bad-rolled-back",
        with(&several, &|proof| {
            let (old, new) = (proof.older.as_ref().unwrap().note.clone(), proof.note.clone());
            proof.entries.clear();
            (proof.older.as_mut().unwrap().note, proof.note) = (new, old);
        }),
        "from the older checkpoint to the newer: the newer checkpoint is of a smaller feed than the older: a rollback",
    );
    bad(
        "bad-forked",
        with(&several, &|proof| {
            let mut leaves = leaves()[..6].to_vec();
            leaves[2] = leaf_hash(b"said to somebody else");
            proof.older.as_mut().unwrap().note = checkpoint(&leaves, ORIGIN, &key(1));
        }),
        "from the older checkpoint to the newer: the older checkpoint's root is not the beginning of the newer tree: a fork",
    );
    bad(
        "bad-consistency-truncated",
        with(&several, &|proof| proof.older.as_mut().unwrap().path.truncate(3)),
        "from the older checkpoint to the newer: the proof has too many or too few hashes",
    );
    files
}

#[test]
fn the_files_are_those_that_were_committed() {
    let told = |(text, reason): (String, Option<&str>)| (text, reason.map(str::to_owned));
    PROOFS.holds(&files().into_iter().map(|(name, file)| (name, told(file))).collect());
}

#[test]
fn each_committed_file_is_believed_or_refused_for_its_reason() {
    PROOFS.each(20, |_, text| {
        let verified = Proof::parse(text).and_then(|proof| proof.verify(&trust()));
        verified.err().map(|fault| fault.to_string())
    });
}

#[test]
fn what_a_proof_says_can_be_read_from_it() {
    let verified = Proof::parse(&several().to_text()).unwrap().verify(&trust()).unwrap();
    assert_eq!((verified.checkpoint().size, verified.older().unwrap().size), (11, 6));
    let seqs: Vec<u64> = verified.entries().iter().map(|entry| entry.seq.0).collect();
    assert_eq!(seqs, [1, 6, 7, 10]);
    // The form of C2SP's tlog-proof.md.
    let text = one().to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    assert!(lines[1].starts_with("extra ") && lines[2] == "index 6" && lines[2 + 4 + 1].is_empty(), "{text}");
}

#[test]
fn a_proof_has_its_limits() {
    let long = "x".repeat(8 << 20) + "y";
    assert_eq!(Proof::parse(&long), Err(ProofFileFault::TooLong));
    let one = one();
    let many = Proof { entries: vec![one.entries[0].clone(); 1_001], older: None, note: note() };
    assert_eq!(Proof::parse(&many.to_text()), Err(ProofFileFault::TooLong));
    let note = note() + &"— x AAAAAAAA\n".repeat(400);
    assert_eq!(Proof::parse(&Proof { note, ..one }.to_text()), Err(ProofFileFault::TooLong));
}
