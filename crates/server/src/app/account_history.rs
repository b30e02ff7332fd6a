//! Who came in: an account's history as rows for a page, as a table, and as the bundle that its customer checks alone.
//!
//! Whoever calls these has found out that the asker may see the account: nothing here decides that.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    feed::checkpoint::FeedTrust,
    history::{
        bundle::{checkpoint_line, end_line, head_line, told_line},
        csv::{self, Opening},
        fields::Fields,
        record::{AsWhat, Ending, Happened},
    },
    id::{AccountId, GrantSerial, SessionSerial, StaffId},
    session::Mode,
    time::UnixMs,
    wire::Code,
};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{Answer, App, Refusal};
use crate::store::{
    StoreFault, Stored,
    account_log::{self, Kept, Looked},
    staff,
};

/// Most rows in one page.
const MOST: usize = 200;
/// Records that are read at once for a download.
const PART: usize = 500;
/// Parts of a download that wait for a slow reader before reading goes on.
const WAITING: usize = 4;
/// Openings that a table remembers.
const REMEMBERED: usize = 1_000;

/// Which rows are asked for; each part that is missing asks for all.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    pub shows: Shows,
    pub staff: Option<StaffId>,
    pub session: Option<SessionSerial>,
    /// Not before this.
    pub from: Option<UnixMs>,
    /// Before this.
    pub until: Option<UnixMs>,
}

/// Which kinds of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shows {
    #[default]
    Everything,
    Sessions,
    /// What the account's own people and its plan gave and took.
    Settings,
    Writes,
}

/// Rows, the newest first.
#[derive(Debug, Clone)]
pub struct HistoryPage {
    pub rows: Vec<HistoryRow>,
    /// Ask for the rows before this record next; absent on the last page.
    pub before: Option<u64>,
}

/// One row of a history.
#[derive(Debug, Clone)]
pub struct HistoryRow {
    /// The record's place in the account's log.
    pub n: u64,
    pub at: UnixMs,
    pub what: Shown,
}

/// What a row shows.
#[derive(Debug, Clone)]
pub enum Shown {
    Session(Box<SessionSummary>),
    Write {
        by: Box<SessionSummary>,
        verb: String,
        route: String,
        fields: Fields,
        /// What the vendor's API answered, where it is known.
        status: Option<u16>,
    },
    /// A setting, a plan or an assignment.
    Setting(Happened),
}

/// A session as a page shows it. Its Debug is silent where people are named: see `Told`.
#[derive(Clone)]
pub struct SessionSummary {
    pub session: SessionSerial,
    pub staff: StaffId,
    /// As it was told at the opening; where that was erased, as the directory has it now.
    pub name: Option<String>,
    pub role: AsWhat,
    pub mode: Mode,
    pub grant: GrantSerial,
    pub opened: UnixMs,
    /// When it ends by itself.
    pub ends: UnixMs,
    /// When and why it was over before that.
    pub ended: Option<(UnixMs, Ending)>,
    pub ticket: Option<String>,
    /// Nothing where it was erased.
    pub reason: Option<String>,
    /// How many requests read in it, as far as the gateways have told.
    pub reads: u64,
    /// How many writes were let through in it, as far as the gateways have told.
    pub writes: u64,
}

impl std::fmt::Debug for SessionSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionSummary").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Shows {
    fn kinds(self) -> Vec<&'static str> {
        let (sessions, writes) = (["session-opened"], ["write"]);
        let settings = [
            "account-registered",
            "plan-changed",
            "account-closed",
            "switched-on",
            "switched-off",
            "grant-ended",
            "primary-csm-assigned",
            "primary-csm-unassigned",
        ];
        match self {
            Self::Everything => [&sessions[..], &writes, &settings].concat(),
            Self::Sessions => sessions.to_vec(),
            Self::Settings => settings.to_vec(),
            Self::Writes => writes.to_vec(),
        }
    }
}

impl App {
    /// At most `limit` (1 to 200) rows of the account's history before record `before`, the newest first. An account
    /// without a history has no rows. The caller has found out that the asker may see the account.
    pub async fn account_history(
        self: &Arc<Self>,
        account: &AccountId,
        filter: HistoryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Answer<HistoryPage> {
        let (account, limit) = (account.clone(), limit.clamp(1, MOST));
        let before = before.unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs());
        let HistoryFilter { shows, staff, session, from, until } = filter;
        let looked = Looked { kinds: shows.kinds(), staff, session, from, until };
        self.read(move |db| {
            let found = account_log::before(db, &account, &looked, before, limit)?;
            let before = found.last().map(|kept| kept.n).filter(|n| found.len() == limit && *n > 1);
            Ok(HistoryPage { rows: found.iter().map(|kept| row(db, kept)).collect::<Stored<_>>()?, before })
        })
        .await
    }

    /// The account's whole history as a bundle (see `core::history::bundle`), in parts of text, up to its newest record
    /// of this moment and under a checkpoint of this moment. The parts end early where the store fails; a bundle that
    /// was cut does not verify. Refused with `NotFound` where the account has no history. The caller has found out that
    /// the asker may see the account.
    pub async fn account_bundle(self: &Arc<Self>, account: &AccountId) -> Answer<mpsc::Receiver<String>> {
        let (account, at) = (account.clone(), self.now());
        let of = account.clone();
        let (edge, signed) = self
            .read(move |db| {
                let edge = account_log::edge(db, &of)?;
                let signed = account_log::checkpoints(db, &of, edge.size())?;
                Ok((edge, signed))
            })
            .await?;
        if edge.size() == 0 {
            return Err(Refusal::new(Code::NotFound));
        }
        let trust =
            FeedTrust { origin: self.origin.clone(), log: self.log.verifier(), freshness: self.freshness.verifier() };
        let note = self.pen().checkpoint(&account, edge.size(), edge.root(), at);
        let size = edge.size();
        let mut signed: HashMap<u64, String> = signed.into_iter().filter(|(of, _)| *of < size).collect();
        let write = move |_: &Connection, kept: &Kept| {
            let mut text = kept.text.clone() + "\n";
            text.extend(kept.opened.as_ref().map(|opened| told_line(kept.n, opened)));
            text.extend(signed.remove(&kept.n).map(|note| checkpoint_line(&note)));
            Ok(text)
        };
        let (head, end) = (head_line(&account, &trust, size), end_line(size, &note));
        Ok(self.download(account, size, head, write, end))
    }

    /// The account's whole history as a table (RFC 4180), in parts of text; no cell is a formula. Refused with
    /// `NotFound` where the account has no history. The caller has found out that the asker may see the account.
    pub async fn account_table(self: &Arc<Self>, account: &AccountId) -> Answer<mpsc::Receiver<String>> {
        let (account, of) = (account.clone(), account.clone());
        let size = self.read(move |db| Ok(account_log::edge(db, &of)?.size())).await?;
        if size == 0 {
            return Err(Refusal::new(Code::NotFound));
        }
        let mut known = HashMap::new();
        let write = move |db: &Connection, kept: &Kept| {
            let record = kept.record()?;
            let opening = match record.what.session() {
                Some(session) => opening(db, session, &mut known)?,
                None => None,
            };
            Ok(csv::row(&record, opening.as_ref()))
        };
        Ok(self.download(account, size, csv::header(), write, String::new()))
    }

    /// Writes the first `size` records, a part at a time, between `head` and `end`. What is in memory does not grow
    /// with the history.
    fn download(
        self: &Arc<Self>,
        account: AccountId,
        size: u64,
        head: String,
        mut write: impl FnMut(&Connection, &Kept) -> Stored<String> + Send + 'static,
        end: String,
    ) -> mpsc::Receiver<String> {
        let (send, receive) = mpsc::channel(WAITING);
        let app = Arc::clone(self);
        let work = move || -> Stored<()> {
            let mut told = send.blocking_send(head).is_ok();
            let mut at = 0;
            while told && at < size {
                let part = app.readers.read(|db| {
                    let mut text = String::new();
                    for kept in account_log::after(db, &account, at, PART)?.iter().filter(|kept| kept.n <= size) {
                        text.push_str(&write(db, kept)?);
                        at = kept.n;
                    }
                    Ok(text)
                })?;
                if part.is_empty() {
                    return Err(StoreFault::Unreadable("record"));
                }
                told = send.blocking_send(part).is_ok();
            }
            if told && !end.is_empty() {
                // Whoever went away has heard enough.
                let _heard = send.blocking_send(end);
            }
            Ok(())
        };
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = work() {
                tracing::error!(%fault, "a history was cut while it was written out");
            }
        });
        receive
    }
}

fn row(db: &Connection, kept: &Kept) -> Stored<HistoryRow> {
    let record = kept.record()?;
    let what = match record.what {
        Happened::SessionOpened { session, .. } => Shown::Session(Box::new(summary(db, session)?)),
        Happened::Write { session, gateway, number, verb, route, fields, .. } => {
            let answered = account_log::answer(db, session, &gateway, number)?;
            let status = match answered.map(|kept| kept.record()).transpose()?.map(|record| record.what) {
                Some(Happened::WriteAnswered { status, .. }) => Some(status),
                _ => None,
            };
            Shown::Write { by: Box::new(summary(db, session)?), verb, route, fields, status }
        }
        other => Shown::Setting(other),
    };
    Ok(HistoryRow { n: record.n, at: record.at, what })
}

fn summary(db: &Connection, session: SessionSerial) -> Stored<SessionSummary> {
    let kept = account_log::opening(db, session)?.ok_or(StoreFault::Unreadable("opening"))?;
    let record = kept.record()?;
    let Happened::SessionOpened { staff, mode, role, grant, ends, .. } = record.what else {
        return Err(StoreFault::Unreadable("opening"));
    };
    let ended = account_log::ending(db, session)?.map(|kept| kept.record()).transpose()?;
    let ended = ended.and_then(|record| match record.what {
        Happened::SessionEnded { cause, .. } => Some((record.at, cause)),
        _ => None,
    });
    let told = kept.opened.map(|opened| opened.told);
    let (reads, writes) = account_log::totals(db, session)?;
    let name = match &told {
        Some(told) => Some(told.name.clone()),
        None => staff::by_id(db, &staff)?.map(|row| row.name),
    };
    let ticket = told.as_ref().and_then(|told| told.ticket.clone());
    let (opened, reason) = (record.at, told.map(|told| told.reason));
    Ok(SessionSummary { session, staff, name, role, mode, grant, opened, ends, ended, ticket, reason, reads, writes })
}

fn opening(
    db: &Connection,
    session: SessionSerial,
    known: &mut HashMap<SessionSerial, Option<Opening>>,
) -> Stored<Option<Opening>> {
    if let Some(found) = known.get(&session) {
        return Ok(found.clone());
    }
    let kept = account_log::opening(db, session)?;
    let record = kept.as_ref().map(Kept::record).transpose()?;
    let found = match record.map(|record| record.what) {
        Some(Happened::SessionOpened { staff, role, mode, .. }) => {
            let told = kept.and_then(|kept| kept.opened).map(|opened| opened.told);
            Some(Opening { staff, role, mode, told })
        }
        _ => None,
    };
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(session, found.clone());
    Ok(found)
}
