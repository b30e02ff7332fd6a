//! Feed cases drawn as text. A letter is an entry; `B'` is another entry in B's place. A drawing says what the
//! follower has, what it is sent, which feed the checkpoint covers, and what must come of it:
//!
//! ```text
//! has A B | sent C D | covers A B C D | follows
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use doorward_core::{
    feed::{
        batch::{Batch, BatchFault, MAX_BATCH, verify},
        checkpoint::{Checkpoint, FeedTrust, StatementFault},
        entry::{Entry, EntryFault, MAX_ENTRY_BYTES, What},
        note::{NoteFault, NoteSigner},
        tree::{Frontier, leaf_hash},
    },
    id::{Seq, StaffId},
    time::UnixMs,
};

const ORIGIN: &str = "feed.example";

fn signer(seed: u8) -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

fn trust() -> FeedTrust {
    FeedTrust { origin: ORIGIN.into(), log: signer(1).verifier(), freshness: signer(2).verifier() }
}

/// The canonical text of the entry drawn as `letter` (A is the first).
fn entry(letter: &str) -> String {
    let place = u64::from(letter.as_bytes()[0] - b'A') + 1;
    let name = letter.to_lowercase().replace('\'', "-2");
    let what = What::StaffAdded { staff: StaffId::parse(&name).unwrap() };
    String::from_utf8(Entry { seq: Seq(place), at: UnixMs(place as i64), what }.encode()).unwrap()
}

fn entries(drawing: &str) -> Vec<String> {
    drawing.split_whitespace().map(entry).collect()
}

fn frontier(texts: &[String]) -> Frontier {
    let mut frontier = Frontier::default();
    texts.iter().for_each(|text| frontier.push(leaf_hash(text.as_bytes())));
    frontier
}

fn checkpoint(covered: &Frontier, origin: &str, key: &NoteSigner) -> String {
    Checkpoint { origin: origin.into(), size: covered.size(), root: covered.root(), at: UnixMs(9) }.sign(key)
}

fn outcome(has: &str, sent: &str, covers: &str) -> String {
    let batch =
        Batch { entries: entries(sent), checkpoint: checkpoint(&frontier(&entries(covers)), ORIGIN, &signer(1)) };
    match verify(&batch, &frontier(&entries(has)), &trust()) {
        Ok(_) => "follows".into(),
        Err(BatchFault::Gap(_)) => "gap".into(),
        Err(BatchFault::Rollback) => "rollback".into(),
        Err(BatchFault::Fork) => "fork".into(),
        Err(BatchFault::SizeMismatch) => "size".into(),
        Err(other) => format!("{other:?}"),
    }
}

const DRAWINGS: &str = "
has         | sent A B C | covers A B C    | follows
has A B     | sent C D   | covers A B C D  | follows
has A B     | sent       | covers A B      | follows
has A B     | sent D     | covers A B C D  | gap
has A B     | sent B C   | covers A B C    | gap
has A B     | sent D C   | covers A B C D  | gap
has A B     | sent C C   | covers A B C    | gap
has A B C   | sent       | covers A B      | rollback
has A B C   | sent       | covers A B' C   | fork
has A B     | sent C     | covers A B' C   | fork
has A B'    | sent C     | covers A B C    | fork
has A B     | sent C'    | covers A B C    | fork
has A B     | sent C     | covers A B C D  | size
has A B     | sent C D   | covers A B C    | size
";

#[test]
fn the_drawings_hold() {
    let drawings: Vec<_> = DRAWINGS.lines().filter(|line| !line.is_empty()).collect();
    assert!(drawings.len() > 10);
    for line in drawings {
        let parts: Vec<_> = line.split('|').map(str::trim).collect();
        let [has, sent, covers, expected] = parts[..] else { panic!("not a drawing: {line}") };
        let after = |part: &str, word: &str| part.strip_prefix(word).unwrap().trim().to_owned();
        assert_eq!(outcome(&after(has, "has"), &after(sent, "sent"), &after(covers, "covers")), expected, "{line}");
    }
}

fn refusal(texts: Vec<String>, note: String) -> BatchFault {
    verify(&Batch { entries: texts, checkpoint: note }, &Frontier::default(), &trust()).unwrap_err()
}

#[test]
fn another_key_another_origin_and_a_touched_note_are_refused() {
    let covered = frontier(&entries("A"));
    let other_key = refusal(entries("A"), checkpoint(&covered, ORIGIN, &signer(2)));
    assert_eq!(other_key, BatchFault::Checkpoint(StatementFault::Note(NoteFault::NotSigned)));
    let elsewhere = refusal(entries("A"), checkpoint(&covered, "other.example", &signer(1)));
    assert_eq!(elsewhere, BatchFault::Checkpoint(StatementFault::WrongOrigin));
    let touched = checkpoint(&covered, ORIGIN, &signer(1)).replacen("\n1\n", "\n2\n", 1);
    assert_eq!(refusal(entries("A"), touched), BatchFault::Checkpoint(StatementFault::Note(NoteFault::BadSignature)));
}

#[test]
fn oversize_unreadable_and_too_many_entries_are_refused() {
    let note = || checkpoint(&frontier(&entries("A")), ORIGIN, &signer(1));
    let big = " ".repeat(MAX_ENTRY_BYTES + 1);
    assert_eq!(refusal(vec![big], note()), BatchFault::Entry(EntryFault::Oversize));
    assert_eq!(refusal(vec!["{}".into()], note()), BatchFault::Entry(EntryFault::Unreadable));
    assert_eq!(refusal(vec![format!("{} ", entry("A"))], note()), BatchFault::Entry(EntryFault::NotCanonical));
    assert_eq!(refusal(vec![entry("A"); MAX_BATCH + 1], note()), BatchFault::TooMany);
}
