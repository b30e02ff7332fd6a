//! The log checked here, step by step, with what this console has: signature, freshness, the copy, what is shown, and
//! that the feed only grew since the first checkpoint this console ever saw.

use std::{collections::BTreeMap, fs, io::Write, os::unix::fs::OpenOptionsExt, sync::Arc};

use doorward_core::{
    feed::{
        checkpoint::{Checkpoint, FeedTrust},
        freshness::DEFAULT_LEASE,
        proof::{Head, verify_consistency},
        proof_file::{Older, ProvenEntry},
        tree::Hash,
    },
    time::UnixMs,
};
use secrecy::SecretString;

use super::{
    super::{Controller, answer, house::Line, ms, request::Reply, short},
    proven::{beside, connects, included},
};
use crate::view::{CheckName, CheckStep, ErrorCode, Found, LogChecked, Ms};

/// What lies beside the replica: the first checkpoint that this console ever saw.
const FIRST: &str = "first-checkpoint.note";

/// What the steps are made from.
struct Held {
    trust: FeedTrust,
    copy: Head,
    first: Option<String>,
    shown: BTreeMap<u64, ProvenEntry>,
    as_of: Option<UnixMs>,
    fresh: bool,
}

/// What was found for it: a checkpoint, its way from the copy, and its way from the first one.
#[derive(Default)]
struct Sought {
    note: Option<String>,
    from_copy: Option<Vec<Hash>>,
    from_first: Option<Vec<Hash>>,
}

impl Controller {
    /// Checks the log, asking the server for what it lacks where that is in reach.
    pub(in crate::controller) fn check_log(&mut self, reply: Reply<LogChecked>) {
        let (Some(now), true) = (self.now(), self.viewer().is_some()) else {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        };
        let standing = self.parts.standing.clone();
        let first = self.parts.data.join(FIRST);
        let mut held = Held {
            trust: self.parts.trust.clone(),
            copy: standing.with_tail(|tail| tail.head()),
            first: None,
            shown: self.shown.entries.clone(),
            as_of: standing.as_of(),
            fresh: standing.fresh(now, DEFAULT_LEASE).is_ok(),
        };
        let known = Some(self.shown.note.clone()).filter(|note| !note.is_empty());
        let online = self.signed_in_online().ok().map(|here| (Arc::clone(&here.line), here.token.clone()));
        let work = async move {
            held.first = tokio::fs::read_to_string(first).await.ok();
            let sought = match online {
                Some((line, token)) => ask(&*line, &token, &held, known).await,
                None => standing.with_tail(|tail| {
                    let note = known.or_else(|| tail.note().map(str::to_owned));
                    let same = note.as_ref().and_then(|note| Checkpoint::open(note, &held.trust).ok());
                    let first = held.first.as_ref().and_then(|note| Checkpoint::open(note, &held.trust).ok());
                    let whole = same.is_some_and(|newest| newest.size == tail.head().size);
                    let from_first = first.filter(|_| whole).and_then(|first| tail.grown_since(first.size));
                    Sought { note, from_copy: None, from_first }
                }),
            };
            let steps = steps(&held, &sought);
            let grown = steps.iter().any(|step| step.step == CheckName::Grew && step.found == Found::Right);
            let older = held.first.zip(sought.from_first).filter(|_| grown);
            (steps, older.map(|(note, path)| Older { note, path }), sought.note)
        };
        self.after(work, move |console, (steps, older, note)| {
            if let Some(note) = note
                && (console.shown.note.is_empty() || console.shown.note == note)
            {
                (console.shown.note, console.shown.older) = (note, older);
            }
            let copyable = !console.shown.entries.is_empty() || console.shown.older.is_some();
            answer(reply, Ok(LogChecked { steps, at: ms(now), copyable }));
        });
    }

    /// Keeps the first checkpoint that was seen, once and for all.
    pub(in crate::controller) fn watch_first(&mut self) {
        if self.first_kept {
            return;
        }
        let Some(note) = self.parts.standing.with_tail(|tail| tail.note().map(str::to_owned)) else { return };
        self.first_kept = true;
        let path = self.parts.data.join(FIRST);
        tokio::task::spawn_blocking(move || {
            let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            if let Ok(mut file) = made
                && let Err(fault) = file.write_all(note.as_bytes())
            {
                tracing::warn!(%fault, "the first checkpoint could not be kept");
            }
        });
    }
}

async fn ask(line: &dyn Line, token: &SecretString, held: &Held, known: Option<String>) -> Sought {
    let open = |note: &String| Checkpoint::open(note, &held.trust).ok();
    let first = held.first.as_ref().and_then(open).filter(|first| first.size > 0);
    let from = first.as_ref().map_or(held.copy.size, |first| first.size).max(1);
    let to = known.as_ref().and_then(open).map(|known| known.size);
    let Ok(told) = line.consistency(token, from, to).await else { return Sought { note: known, ..Sought::default() } };
    let path = told.hashes();
    let note = known.or(told.checkpoint);
    let newest = note.as_ref().and_then(open);
    let from_copy = match newest {
        Some(newest) => beside(line, token, held.copy, newest.head()).await.ok().flatten(),
        None => None,
    };
    Sought { note, from_copy, from_first: path.filter(|_| first.is_some()) }
}

fn steps(held: &Held, sought: &Sought) -> Vec<CheckStep> {
    let newest = sought.note.as_ref().map(|note| Checkpoint::open(note, &held.trust).ok());
    let (signature, newest) = match newest {
        None => (Found::NotLooked, None),
        Some(None) => (Found::Wrong, None),
        Some(newest) => (Found::Right, newest),
    };
    let size = newest.as_ref().map(|newest| newest.size);
    let mut steps = vec![step(CheckName::Signature, signature, size, newest.as_ref().map(|newest| newest.at))];
    let fresh = if held.fresh { Found::Right } else { Found::NotLooked };
    steps.push(step(CheckName::Fresh, fresh, None, held.as_of));
    let Some(newest) = newest else {
        let rest = [CheckName::Copy, CheckName::Entries, CheckName::Grew];
        steps.extend(rest.map(|name| step(name, Found::NotLooked, None, None)));
        return steps;
    };
    let copied = match (held.copy.size, &sought.from_copy) {
        (0, _) => Found::NotLooked,
        (size, None) if size != newest.size => Found::NotLooked,
        _ => found(connects(held.copy, newest.head(), sought.from_copy.as_deref())),
    };
    steps.push(step(CheckName::Copy, copied, Some(held.copy.size), None));
    let count = u64::try_from(held.shown.len()).unwrap_or(u64::MAX);
    let all = held.shown.values().all(|proven| included(proven, &newest).is_ok());
    let entries = match count {
        0 => Found::NotLooked,
        _ if all => Found::Right,
        _ => Found::Wrong,
    };
    steps.push(step(CheckName::Entries, entries, Some(count), None));
    steps.push(grew(held, sought, &newest));
    steps
}

fn grew(held: &Held, sought: &Sought, newest: &Checkpoint) -> CheckStep {
    let Some(first) = &held.first else { return step(CheckName::Grew, Found::NotLooked, None, None) };
    // What this console kept and can no longer believe is wrong, whoever changed it.
    let Ok(first) = Checkpoint::open(first, &held.trust) else {
        return step(CheckName::Grew, Found::Wrong, None, None);
    };
    let grew = match &sought.from_first {
        _ if first.size > newest.size => Found::Wrong,
        None => Found::NotLooked,
        Some(path) => found(verify_consistency(first.head(), newest.head(), path)),
    };
    step(CheckName::Grew, grew, Some(first.size), Some(first.at))
}

fn found<E>(checked: Result<(), E>) -> Found {
    if checked.is_ok() { Found::Right } else { Found::Wrong }
}

fn step(step: CheckName, found: Found, count: Option<u64>, signed: Option<UnixMs>) -> CheckStep {
    CheckStep { step, found, count: count.map(short), signed: signed.map(|at| Ms(at.0)) }
}
