//! Histories: asked of the server, or read from the tail of the copy, and shown only where everything verified.
//!
//! What came is kept as long as it is the last that was shown, so that its proof can be copied and checked again.

mod check;
mod proven;
mod rows;
mod taken;

pub(super) use taken::Taken;

use std::{collections::BTreeMap, sync::Arc};

use doorward_client::standing::Standing;
use doorward_core::feed::{
    checkpoint::FeedTrust,
    proof_file::{Older, Proof, ProvenEntry},
    subject::Subject,
};

use self::{
    proven::{Came, NotProven, Verified},
    rows::Looker,
};
use super::{
    Controller, answer, ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{ErrorCode, HistoryAsk, HistoryView, Problem, SubjectName};

/// Most entries of the tail in one answer.
const MOST_LOCAL: usize = 500;

/// The history that was shown last, with its proofs.
#[derive(Default)]
pub(super) struct Shown {
    subject: Option<Subject>,
    note: String,
    entries: BTreeMap<u64, ProvenEntry>,
    older: Option<Older>,
}

impl Controller {
    /// Entries about one thing, the newest first, or those before an entry.
    pub(super) fn history(&mut self, ask: HistoryAsk, reply: Reply<HistoryView>) {
        let Some(subject) = subject(&ask) else { return answer(reply, Err(ErrorCode::BadRequest.into())) };
        if self.viewer().is_none() {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        }
        let online = self.signed_in_online().ok().map(|here| (Arc::clone(&here.line), here.token.clone()));
        let Some((line, token)) = online else { return self.local_history(subject, reply) };
        let (trust, standing) = (self.parts.trust.clone(), self.parts.standing.clone());
        // What came before is proven under the same checkpoint, so that one note covers all that is shown.
        let before = ask.before.map(u64::from);
        let same = before.is_some() && self.shown.subject.as_ref() == Some(&subject);
        let known = same.then(|| self.shown.note.clone());
        let of = subject.clone();
        let work = async move {
            let came = proven::ask(&*line, &token, &trust, &of, before, known).await?;
            let copy = standing.with_tail(|tail| tail.head());
            let beside = proven::beside(&*line, &token, copy, came.checkpoint.head()).await?;
            let verified = tokio::task::spawn_blocking(move || proven::verify(came, copy, beside)).await;
            verified.unwrap_or_else(|_| Err(NotProven::Asking(ErrorCode::Internal.into())))
        };
        self.after(work, move |console, told: Result<Verified, NotProven>| {
            let view =
                told.map_err(Problem::from).and_then(|verified| console.show(subject, verified, before.is_some()));
            answer(reply, view);
        });
    }

    /// The same from the tail of the copy.
    fn local_history(&mut self, subject: Subject, reply: Reply<HistoryView>) {
        let (standing, trust, of) = (self.parts.standing.clone(), self.parts.trust.clone(), subject.clone());
        let work = tokio::task::spawn_blocking(move || local(&standing, &trust, &of));
        self.after(work, move |console, told| {
            let told = told.unwrap_or_else(|_| Err(NotProven::Asking(ErrorCode::Internal.into())));
            let view = told.map_err(Problem::from).and_then(|(verified, begins)| {
                let view = console.show(subject, verified, false)?;
                Ok(HistoryView { since: Some(short(begins)), ..view })
            });
            answer(reply, view);
        });
    }

    fn show(&mut self, subject: Subject, verified: Verified, more: bool) -> Answer<HistoryView> {
        // Whoever has signed out since is shown nothing.
        self.viewer().ok_or(ErrorCode::SignedOut)?;
        let now = self.now().ok_or(ErrorCode::Offline)?;
        let Verified { note, checkpoint, entries, before } = verified;
        let looker = Looker { names: &self.directory.names, standing: &self.parts.standing, now };
        let rows = entries.iter().map(|entry| looker.row(entry)).collect();
        if !more || self.shown.note != note {
            self.shown = Shown { subject: Some(subject), note, ..Shown::default() };
        }
        self.shown.entries.extend(entries.into_iter().map(|entry| (entry.entry.seq.0, entry.proven)));
        let (size, signed) = (short(checkpoint.size), ms(checkpoint.at));
        Ok(HistoryView { rows, before: before.map(short), since: None, size, signed })
    }

    /// The proof of one entry that is shown, or of all of them and the feed's growth, as text.
    pub(super) fn proof(&self, seq: Option<u32>) -> Answer<String> {
        self.viewer().ok_or(ErrorCode::SignedOut)?;
        let Shown { note, entries, older, .. } = &self.shown;
        let proof = match seq {
            Some(seq) => {
                let one = entries.get(&u64::from(seq)).cloned().ok_or(ErrorCode::NotFound)?;
                Proof { entries: vec![one], older: None, note: note.clone() }
            }
            None => {
                let entries: Vec<_> = entries.values().cloned().collect();
                Proof { entries, older: older.clone(), note: note.clone() }
            }
        };
        if proof.entries.is_empty() && proof.older.is_none() {
            return Err(ErrorCode::NotFound.into());
        }
        Ok(proof.to_text())
    }

    /// What was shown of whoever is no longer here is forgotten.
    pub(super) fn watch_shown(&mut self) {
        if self.viewer().is_none() {
            (self.shown, self.taken) = (Shown::default(), Taken::default());
        }
    }
}

/// What the tail has about `subject`, verified like anything else, and where the tail begins.
fn local(standing: &Standing, trust: &FeedTrust, subject: &Subject) -> Result<(Verified, u64), NotProven> {
    let held = standing.with_tail(|tail| {
        let note = tail.note()?.to_owned();
        let with = |proven: ProvenEntry| {
            let opening = proven::ending(&proven.text).and_then(|end| tail.opening(&end));
            (proven, opening)
        };
        let entries: Vec<_> = tail.about(subject, MOST_LOCAL).into_iter().map(with).collect();
        Some((note, entries, tail.head(), tail.begins()))
    });
    let (note, entries, copy, begins) = held.ok_or(NotProven::Asking(ErrorCode::Offline.into()))?;
    Ok((proven::verify(Came::local(trust, note, entries)?, copy, None)?, begins))
}

fn subject(ask: &HistoryAsk) -> Option<Subject> {
    let kind = match ask.of {
        SubjectName::Account => "account",
        SubjectName::Staff => "staff",
        SubjectName::Grant => "grant",
        SubjectName::Key => "key",
        SubjectName::Session => "session",
        SubjectName::Host => "host",
    };
    Subject::parse(kind, &ask.id)
}
