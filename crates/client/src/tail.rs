//! The tail: the entries behind the snapshot, kept in memory as they came. Of these a console can show the history and
//! prove each by itself, with no server in reach; what came before the snapshot only the server can tell.

use std::collections::BTreeSet;

use doorward_core::feed::{
    entry::{Entry, What},
    proof::{Head, Node, complete, consistency, inclusion},
    proof_file::ProvenEntry,
    subject::Subject,
    tree::{Frontier, Hash, leaf_hash, node_hash},
};

/// Verified entries and the tree they stand in.
#[derive(Debug, Default)]
pub struct Tail {
    begins: Frontier,
    reached: Frontier,
    leaves: Vec<Hash>,
    texts: Vec<String>,
    note: Option<String>,
}

/// A part of the tree that lies before the tail, and that nobody here can know.
struct Unknown;

impl Tail {
    /// The tail of a snapshot with this edge.
    pub(crate) fn behind(begins: Frontier) -> Self {
        Self { reached: begins.clone(), begins, ..Self::default() }
    }

    /// Takes entries that were verified, and the checkpoint that covers exactly up to the last.
    pub(crate) fn extend<'t>(&mut self, texts: impl Iterator<Item = &'t str>, note: &str) {
        for text in texts {
            let leaf = leaf_hash(text.as_bytes());
            self.reached.push(leaf);
            self.leaves.push(leaf);
            self.texts.push(text.to_owned());
        }
        self.note = Some(note.to_owned());
    }

    /// The size and root of the whole feed up to the last entry.
    pub fn head(&self) -> Head {
        Head { size: self.reached.size(), root: self.reached.root() }
    }

    /// How many entries lie before the tail.
    pub fn begins(&self) -> u64 {
        self.begins.size()
    }

    /// The newest verified checkpoint as a signed note; none where nothing came since the snapshot.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The entries that `wanted` takes, the newest first, at most `limit` of them.
    pub fn entries(&self, limit: usize, mut wanted: impl FnMut(&What) -> bool) -> Vec<ProvenEntry> {
        let decoded = self.texts.iter().rev().filter_map(|text| Some((Entry::decode(text.as_bytes()).ok()?, text)));
        let found = decoded.filter(|(entry, _)| wanted(&entry.what)).take(limit);
        found.filter_map(|(entry, text)| self.proven(&entry, text)).collect()
    }

    /// The entries about `subject`, the newest first. An entry that ends a session, or revokes a certificate, is about what
    /// its opening is about, where that is in the tail too.
    pub fn about(&self, subject: &Subject, limit: usize) -> Vec<ProvenEntry> {
        let opened = self.opened(subject);
        self.entries(limit, |what| {
            what.ends().is_some_and(|over| opened.contains(&over)) || what.subjects().contains(subject)
        })
    }

    /// The entry that opened the session which `end` ends, or that issued the certificate which it revokes.
    pub fn opening(&self, end: &What) -> Option<ProvenEntry> {
        let over = end.ends()?;
        self.entries(1, |what| what.opens().as_ref() == Some(&over)).pop()
    }

    /// The proof that the feed of `from` entries is the beginning of this one, where that can be known here.
    pub fn grown_since(&self, from: u64) -> Option<Vec<Hash>> {
        let node = &mut |node| self.node(node).ok_or(Unknown);
        consistency(from, self.reached.size(), node).ok().flatten()
    }

    /// The sessions and certificates whose openings are about `subject`.
    fn opened(&self, subject: &Subject) -> BTreeSet<Subject> {
        let all = self.texts.iter().filter_map(|text| Entry::decode(text.as_bytes()).ok());
        all.filter(|entry| entry.what.subjects().contains(subject)).filter_map(|entry| entry.what.opens()).collect()
    }

    fn proven(&self, entry: &Entry, text: &str) -> Option<ProvenEntry> {
        let node = &mut |node| self.node(node).ok_or(Unknown);
        let path = inclusion(entry.seq.0.checked_sub(1)?, self.reached.size(), node).ok()??;
        Some(ProvenEntry { text: text.to_owned(), path })
    }

    /// A complete subtree: of the tail's leaves, a peak of what lies before, or put together from both.
    fn node(&self, node: Node) -> Option<Hash> {
        let start = node.place.checked_shl(node.level)?;
        let end = start.checked_add(1_u64.checked_shl(node.level)?)?;
        if let Some(first) = start.checked_sub(self.begins.size()) {
            let last = end.checked_sub(self.begins.size())?;
            return complete(self.leaves.get(usize::try_from(first).ok()?..usize::try_from(last).ok()?)?);
        }
        if end <= self.begins.size() {
            return self.peak(start, node.level);
        }
        let (level, left) = (node.level.checked_sub(1)?, node.place.checked_mul(2)?);
        let half = |place| self.node(Node { level, place });
        Some(node_hash(&half(left)?, &half(left.checked_add(1)?)?))
    }

    fn peak(&self, start: u64, level: u32) -> Option<Hash> {
        let size = self.begins.size();
        let levels = (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1);
        let mut at = 0_u64;
        for (of, hash) in levels.zip(self.begins.peaks()) {
            if at == start {
                return (of == level).then_some(*hash);
            }
            at = at.saturating_add(1_u64 << of);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::{
        feed::proof::{verify_consistency, verify_inclusion},
        id::{Seq, StaffId},
        time::UnixMs,
    };

    use super::*;

    fn text(seq: u64) -> String {
        let what = What::StaffAdded { staff: StaffId::parse(&format!("s-{seq}")).unwrap() };
        String::from_utf8(Entry { seq: Seq(seq), at: UnixMs(1), what }.encode()).unwrap()
    }

    #[test]
    fn wherever_the_tail_begins_each_of_its_entries_is_proven_and_so_is_its_growth() {
        for size in 1..40_u64 {
            let mut heads = vec![Frontier::default()];
            for seq in 1..=size {
                let mut next = heads.last().unwrap().clone();
                next.push(leaf_hash(text(seq).as_bytes()));
                heads.push(next);
            }
            for begins in 0..size {
                let mut tail = Tail::behind(heads[begins as usize].clone());
                let texts: Vec<_> = (begins + 1..=size).map(text).collect();
                tail.extend(texts.iter().map(String::as_str), "note");
                let head = tail.head();
                assert_eq!((head.size, head.root), (size, heads[size as usize].root()));
                let shown = tail.entries(100, |_| true);
                assert_eq!(shown.len() as u64, size - begins);
                for (seq, proven) in (begins + 1..=size).rev().zip(shown) {
                    assert_eq!(proven.text, text(seq));
                    let leaf = leaf_hash(proven.text.as_bytes());
                    assert_eq!(verify_inclusion(&leaf, seq - 1, size, &proven.path, &head.root), Ok(()));
                }
                for from in begins.max(1)..=size {
                    let older = Head { size: from, root: heads[from as usize].root() };
                    assert_eq!(verify_consistency(older, head, &tail.grown_since(from).unwrap()), Ok(()));
                }
            }
        }
    }

    #[test]
    fn what_lies_before_the_tail_is_not_guessed() {
        let mut frontier = Frontier::default();
        (1..=11).for_each(|seq| frontier.push(leaf_hash(text(seq).as_bytes())));
        let mut tail = Tail::behind(frontier);
        tail.extend([text(12)].iter().map(String::as_str), "note");
        assert_eq!(tail.grown_since(7), None);
        assert!(tail.grown_since(11).is_some());
        assert_eq!(tail.grown_since(0), None);
    }
}
