//! Histories: the entries about an account, person, key, grant, session, host or certificate, each with the proof that it is
//! in the feed, for whoever holds a checkpoint. What is proven is the log's word; nothing here is decided.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use doorward_core::{
    feed::{
        entry::{Entry, What},
        proof,
        proof_file::ProvenEntry,
        subject::Subject,
    },
    id::{HostId, Seq, StaffId},
    policy::host_role,
    session::Reason,
    state::AccessState,
    time::UnixMs,
    wire::{Code, Consistency, Counts, History, HistoryEntry, Proven, TakenGrant, TakenGrants, hashes_as_text},
};
use rusqlite::Connection;

use super::{Answer, App, Caller, Follower, Refusal};
use crate::store::{StoreFault, Stored, account_log, entries, history, servers, sessions, tiles, tiles::Tiles};

/// Most entries in one answer.
pub const MOST: usize = 200;
/// Most grants in one answer.
const MOST_TAKEN: usize = 500;

/// Which part of a history is asked for.
pub struct Asked {
    /// The size of the tree to prove in, of which the asker has a checkpoint; the newest where none is said.
    pub size: Option<u64>,
    /// The entries before this one; the newest where none is said.
    pub before: Option<u64>,
    pub limit: usize,
}

impl App {
    /// The entries about `subject`. Whoever follows the feed knows them; what a session was opened for is shown to its
    /// owner and to security admins, and what somebody logged in to a server for also to whom that server is listed.
    pub async fn history(self: &Arc<Self>, caller: Caller, subject: Subject, asked: Asked) -> Answer<History> {
        let (size, checkpoint) = self.proven_size(asked.size)?;
        let before = asked.before.unwrap_or(u64::MAX).min(size.saturating_add(1)).min(i64::MAX.unsigned_abs());
        let limit = asked.limit.clamp(1, MOST);
        let everybodys = self.administers(&caller);
        let sees = self.read_state(|state| Sees::of(state, &caller, everybodys));
        self.read(move |db| {
            let found = history::about(db, &subject, before, limit)?;
            let full = found.len() == limit;
            let before = found.last().map(|(seq, _)| *seq).filter(|seq| full && *seq > 1);
            let mut tiles = Tiles::new(db);
            let mut shown = Vec::with_capacity(found.len());
            for (seq, text) in found {
                let Beside { opening, reason, counts } = beside(db, &text, &mut tiles, size, &sees)?;
                shown.push(HistoryEntry { proven: proven(&mut tiles, seq, text, size)?, opening, reason, counts });
            }
            Ok(History { entries: shown, size, checkpoint, before })
        })
        .await
    }

    /// The grants that were taken away after `from`.
    pub async fn taken_grants(
        self: &Arc<Self>,
        _caller: Caller,
        from: UnixMs,
        size: Option<u64>,
    ) -> Answer<TakenGrants> {
        let (size, checkpoint) = self.proven_size(size)?;
        self.read(move |db| {
            let mut tiles = Tiles::new(db);
            let taken = history::taken(db, from, size, MOST_TAKEN)?.into_iter().map(|[given, taken]| {
                let mut proven = |(seq, text)| proven(&mut tiles, seq, text, size);
                Ok(TakenGrant { given: proven(given)?, taken: proven(taken)? })
            });
            Ok(TakenGrants { grants: taken.collect::<Stored<_>>()?, size, checkpoint })
        })
        .await
    }

    /// The proof that the feed of `from` entries is the beginning of the feed of `to`.
    pub async fn consistency(
        self: &Arc<Self>,
        _follower: &Follower,
        from: Option<u64>,
        to: Option<u64>,
    ) -> Answer<Consistency> {
        let from = from.filter(|from| *from > 0).ok_or(Refusal::bad("from"))?;
        let (to, checkpoint) = self.proven_size(to)?;
        let path = self.read(move |db| {
            let mut tiles = Tiles::new(db);
            proof::consistency(from, to, &mut |node| tiles.node(node))
        });
        let path = path.await?.ok_or(Refusal::bad("from"))?;
        Ok(Consistency { from, to, checkpoint, path: hashes_as_text(&path) })
    }

    /// A size that can be proven in, which the feed had; with a checkpoint where it has it now. Of an earlier size the
    /// asker has one.
    fn proven_size(&self, asked: Option<u64>) -> Answer<(u64, Option<String>)> {
        let newest = self.read_head(|head| head.frontier.clone());
        let size = asked.unwrap_or(newest.size());
        match size.cmp(&newest.size()) {
            Ordering::Greater => Err(Refusal::new(Code::Conflict)),
            Ordering::Equal => Ok((size, Some(self.checkpoint(&newest)))),
            Ordering::Less => Ok((size, None)),
        }
    }
}

/// Whose reasons the caller may see.
struct Sees {
    everybodys: bool,
    own: StaffId,
    /// The hosts that are listed to the caller, each with the entry that added it.
    hosts: BTreeMap<HostId, Seq>,
}

impl Sees {
    fn of(state: &AccessState, caller: &Caller, everybodys: bool) -> Self {
        let roles = state.staff_member(&caller.staff);
        let listed = state
            .servers()
            .hosts()
            .filter(|(_, host)| roles.is_some_and(|own| own.role(host_role(host.label)).is_some()));
        Self {
            everybodys,
            own: caller.staff.clone(),
            hosts: listed.map(|(id, host)| (id.clone(), host.added)).collect(),
        }
    }

    fn of_staff(&self, owner: &StaffId) -> bool {
        self.everybodys || *owner == self.own
    }

    /// A host that was removed and added again is another.
    fn on_host(&self, owner: &StaffId, host: &HostId, issued: Seq) -> bool {
        self.of_staff(owner) || self.hosts.get(host).is_some_and(|added| *added < issued)
    }
}

/// What belongs beside an entry: the opening of the session it ends, or the issuing of the certificate it revokes; or of what
/// it opens or issues, why, and how much was done.
#[derive(Default)]
struct Beside {
    opening: Option<Proven>,
    reason: Option<Reason>,
    counts: Option<Counts>,
}

fn beside(db: &Connection, text: &str, tiles: &mut Tiles<'_>, size: u64, sees: &Sees) -> Stored<Beside> {
    let entry = Entry::decode(text.as_bytes()).map_err(|_| StoreFault::Unreadable("entry"))?;
    Ok(match entry.what {
        What::SessionEnded { session, .. } => {
            let opening = history::opening(db, session)?.filter(|(seq, _)| *seq < entry.seq.0);
            let opening = opening.map(|(seq, text)| proven(tiles, seq, text, size)).transpose()?;
            Beside { opening, ..Beside::default() }
        }
        What::SessionOpened { session, staff, .. } => {
            let row = sessions::get(db, session)?.filter(|_| sees.of_staff(&staff));
            let (reads, writes) = account_log::totals(db, session)?;
            Beside { opening: None, reason: row.and_then(|row| row.reason), counts: Some(Counts { reads, writes }) }
        }
        What::CertificateRevoked { certificate, .. } => {
            let issuing = history::issuing(db, certificate)?.filter(|(seq, _)| *seq < entry.seq.0);
            let opening = issuing.map(|(seq, text)| proven(tiles, seq, text, size)).transpose()?;
            Beside { opening, ..Beside::default() }
        }
        What::CertificateIssued { certificate, staff, host, .. } => {
            let row = servers::certificate(db, certificate)?.filter(|_| sees.on_host(&staff, &host, entry.seq));
            Beside { reason: row.and_then(|row| row.reason), ..Beside::default() }
        }
        _ => Beside::default(),
    })
}

fn proven(tiles: &mut Tiles<'_>, seq: u64, text: String, size: u64) -> Stored<Proven> {
    let path = proof::inclusion(seq.saturating_sub(1), size, &mut |node| tiles.node(node))?;
    let path = path.ok_or(StoreFault::Unreadable("entry"))?;
    Ok(ProvenEntry { text, path }.into())
}

/// Notes what stands beside the entries where a database is from before that was kept.
pub(super) fn catch_up(db: &mut Connection) -> Answer<()> {
    if !history::is_empty(db)? {
        return Ok(());
    }
    let tx = db.transaction()?;
    let mut state = AccessState::default();
    entries::each(&tx, |text| {
        let entry = Entry::decode(text.as_bytes()).map_err(Refusal::internal)?;
        let taken: Vec<_> = state.taken_away(&entry.what, entry.at).into_iter().cloned().collect();
        state.apply(&entry).map_err(Refusal::internal)?;
        history::note(&tx, &entry, &taken)?;
        tiles::grow(&tx, entry.seq.0)?;
        Ok::<_, Refusal>(())
    })?;
    Ok(tx.commit()?)
}
