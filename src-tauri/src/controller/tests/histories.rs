//! The server's histories on the stage: every entry with a proof made from all the leaves.

use std::convert::Infallible;

use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        entry::{Entry, What},
        proof::{Node, complete, consistency, inclusion},
        proof_file::ProvenEntry,
        subject::Subject,
        tree::{Frontier, Hash, leaf_hash},
    },
    session::Reason,
    time::UnixMs,
    wire::{Consistency, Counts, History, HistoryEntry, Proven, TakenGrant, TakenGrants, hashes_as_text},
};

use super::stage::{Feed, ORIGIN, log_key};

const PAGE: usize = 5;

fn node(leaves: &[Hash]) -> impl FnMut(Node) -> Result<Hash, Infallible> + '_ {
    |Node { level, place }| {
        let start = (place << level) as usize;
        Ok(complete(&leaves[start..start + (1 << level)]).unwrap())
    }
}

impl Feed {
    fn leaves(&self) -> Vec<Hash> {
        self.texts.iter().map(|text| leaf_hash(text.as_bytes())).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        self.texts.iter().map(|text| Entry::decode(text.as_bytes()).unwrap()).collect()
    }

    fn newest(&self) -> u64 {
        self.texts.len() as u64
    }

    fn proven(&self, entry: &Entry, size: u64) -> Proven {
        let leaves = self.leaves();
        let path = inclusion(entry.seq.0 - 1, size, &mut node(&leaves)).unwrap().unwrap();
        ProvenEntry { text: String::from_utf8(entry.encode()).unwrap(), path }.into()
    }

    /// A checkpoint where `size` is the newest, as the server gives one.
    fn note(&self, size: u64) -> Option<String> {
        (size == self.newest()).then(|| self.checkpoint(size))
    }

    pub fn checkpoint(&self, size: u64) -> String {
        let mut frontier = Frontier::default();
        self.leaves().iter().take(size as usize).for_each(|leaf| frontier.push(*leaf));
        Checkpoint { origin: ORIGIN.to_owned(), size, root: frontier.root(), at: UnixMs(5) }.sign(&log_key())
    }

    pub fn history(&self, subject: &Subject, size: Option<u64>, before: Option<u64>) -> History {
        let (size, entries) = (size.unwrap_or(self.newest()), self.entries());
        let opening = |end: &Entry| {
            let over = end.what.ends()?;
            entries.iter().find(|entry| entry.what.opens().as_ref() == Some(&over))
        };
        // Whose a key is, the server knows beside the feed.
        let owner = |entry: &Entry| match entry.what {
            What::KeyRevoked { key, .. } | What::SshKeyEnrolled { key, .. } => self.state.key_owner(key).cloned(),
            _ => None,
        };
        let about = |entry: &&Entry| {
            let names = |entry: &Entry| entry.what.subjects().contains(subject);
            let owns = owner(entry).is_some_and(|staff| *subject == Subject::Staff(staff));
            names(entry) || owns || opening(entry).is_some_and(names)
        };
        let until = before.unwrap_or(u64::MAX).min(size + 1);
        let found: Vec<_> = entries.iter().rev().filter(|entry| entry.seq.0 < until).filter(about).take(PAGE).collect();
        let before = found.last().map(|entry| entry.seq.0).filter(|_| found.len() == PAGE);
        let shown = found.into_iter().map(|entry| HistoryEntry {
            proven: self.proven(entry, size),
            opening: opening(entry).map(|opening| self.proven(opening, size)),
            counts: Some(Counts { reads: 12, writes: 1 }),
            reason: matches!(entry.what, What::CertificateIssued { .. })
                .then(|| Reason::new(Some("T-9"), "the disk is full").unwrap()),
        });
        History { entries: shown.collect(), size, checkpoint: self.note(size), before }
    }

    pub fn taken(&self, from: UnixMs) -> TakenGrants {
        let (size, entries) = (self.newest(), self.entries());
        let taken = entries.iter().filter(|entry| entry.at > from).filter_map(|entry| {
            let What::GrantDisabled { grant: off, .. } = entry.what else { return None };
            let given = entries.iter().find(|e| matches!(e.what, What::GrantEnabled { grant, .. } if grant == off))?;
            Some(TakenGrant { given: self.proven(given, size), taken: self.proven(entry, size) })
        });
        TakenGrants { grants: taken.collect(), size, checkpoint: self.note(size) }
    }

    pub fn consistency(&self, from: u64, to: Option<u64>) -> Consistency {
        let (to, leaves) = (to.unwrap_or(self.newest()), self.leaves());
        let path = consistency(from, to, &mut node(&leaves)).unwrap().unwrap();
        Consistency { from, to, checkpoint: self.note(to), path: hashes_as_text(&path) }
    }
}
