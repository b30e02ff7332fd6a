//! Accounts' own histories: records as they were hashed, the edge of each tree, its checkpoints, and what is told beside
//! a record and can be erased.

use doorward_core::{
    feed::tree::{Frontier, Hash, leaf_hash},
    history::{
        record::{Happened, Record},
        told::{Opened, Told},
    },
    id::{AccountId, GatewayId, SessionSerial, StaffId},
    time::{Millis, UnixMs},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreFault, Stored, from_text, parsed, to_text};

/// What is appended.
pub struct Appended<'a> {
    pub account: &'a AccountId,
    pub at: UnixMs,
    pub what: Happened,
    /// Whose session it is about, or who was assigned.
    pub staff: Option<&'a StaffId>,
    pub opened: Option<&'a Opened>,
}

/// A record as it is kept.
pub struct Kept {
    pub n: u64,
    /// The leaf's bytes.
    pub text: String,
    pub opened: Option<Opened>,
}

impl Kept {
    /// What the text says.
    pub fn record(&self) -> Stored<Record> {
        Record::decode(&self.text).map_err(|_| StoreFault::Unreadable("record"))
    }
}

/// Which records are looked for; each part that is missing asks for all.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Names of kinds, as they stand in the records.
    pub kinds: Vec<&'static str>,
    pub staff: Option<StaffId>,
    pub session: Option<SessionSerial>,
    /// Not before this.
    pub from: Option<UnixMs>,
    /// Before this.
    pub until: Option<UnixMs>,
}

/// Appends a record to its account's log, and gives its number.
pub fn append(db: &Connection, appended: Appended<'_>) -> Stored<u64> {
    let Appended { account, at, what, staff, opened } = appended;
    let mut edge = edge(db, account)?;
    let n = edge.size().saturating_add(1);
    let (kind, session) = (what.kind(), what.session().map(|session| session.0));
    let amount = match &what {
        Happened::Reads { count, .. } => Some(*count),
        Happened::WriteAnswered { write, .. } => Some(*write),
        _ => None,
    };
    let journaled = what.journaled().map(|(gateway, number)| (gateway.to_string(), number));
    let (gateway, number) = journaled.unzip();
    let text = Record { n, at, what }.encode();
    edge.push(leaf_hash(text.as_bytes()));
    let put = "INSERT INTO account_records (account, n, at, kind, session, staff, gateway, number, amount, text)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let id = account.as_str();
    let staff = staff.map(StaffId::as_str);
    db.prepare_cached(put)?.execute(params![id, n, at.0, kind, session, staff, gateway, number, amount, text])?;
    let put = "INSERT INTO account_logs (account, size, peaks, signed) VALUES (?1, ?2, ?3, 0)
        ON CONFLICT (account) DO UPDATE SET size = excluded.size, peaks = excluded.peaks";
    db.prepare_cached(put)?.execute(params![id, n, edge.peaks().concat()])?;
    if let Some(Opened { salt, told }) = opened {
        let put = "INSERT INTO account_told (account, n, salt, told) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(put)?.execute(params![id, n, salt, to_text(told, "told")?])?;
    }
    Ok(n)
}

/// The edge of the account's tree; an empty one where nothing is known of it.
pub fn edge(db: &Connection, account: &AccountId) -> Stored<Frontier> {
    let select = "SELECT size, peaks FROM account_logs WHERE account = ?1";
    let row = db
        .prepare_cached(select)?
        .query_row([account.as_str()], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)));
    match row.optional()? {
        Some((size, peaks)) => read_edge(size, &peaks),
        None => Ok(Frontier::default()),
    }
}

/// Whether no account has any record.
pub fn is_empty(db: &Connection) -> Stored<bool> {
    Ok(db.query_row("SELECT NOT EXISTS (SELECT 1 FROM account_logs)", [], |row| row.get(0))?)
}

/// The accounts whose newest records no checkpoint covers, with their edges.
pub fn unsigned(db: &Connection) -> Stored<Vec<(AccountId, Frontier)>> {
    let mut select = db.prepare_cached("SELECT account, size, peaks FROM account_logs WHERE signed < size")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
    rows.map(|row| {
        let (account, size, peaks) = row?;
        Ok((parsed(&account, "account")?, read_edge(size, &peaks)?))
    })
    .collect()
}

/// Keeps a checkpoint over the first `size` records, in place of an earlier one of the same day (UTC).
pub fn sign(db: &Connection, account: &AccountId, at: UnixMs, size: u64, note: &str) -> Stored<()> {
    let day = at.0.div_euclid(Millis::days(1).0.cast_signed());
    let put = "INSERT INTO account_checkpoints (account, day, size, note) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account, day) DO UPDATE SET size = excluded.size, note = excluded.note";
    db.prepare_cached(put)?.execute(params![account.as_str(), day, size, note])?;
    let signed = "UPDATE account_logs SET signed = ?2 WHERE account = ?1";
    db.prepare_cached(signed)?.execute(params![account.as_str(), size])?;
    Ok(())
}

/// The kept checkpoints over at most the first `size` records, by their sizes, the smallest first.
pub fn checkpoints(db: &Connection, account: &AccountId, size: u64) -> Stored<Vec<(u64, String)>> {
    let select = "SELECT size, note FROM account_checkpoints WHERE account = ?1 AND size <= ?2 ORDER BY size";
    let mut select = db.prepare_cached(select)?;
    let rows = select.query_map(params![account.as_str(), size], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const KEPT: &str = "SELECT r.n, r.text, t.salt, t.told FROM account_records r
    LEFT JOIN account_told t ON t.account = r.account AND t.n = r.n";

/// At most `limit` records after `after`, the oldest first.
pub fn after(db: &Connection, account: &AccountId, after: u64, limit: usize) -> Stored<Vec<Kept>> {
    let mut select = db.prepare_cached(&format!("{KEPT} WHERE r.account = ?1 AND r.n > ?2 ORDER BY r.n LIMIT ?3"))?;
    let mut rows = select.query(params![account.as_str(), after, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(kept(row)?);
    }
    Ok(found)
}

/// At most `limit` records before record `before`, the newest first.
pub fn before(db: &Connection, account: &AccountId, looked: &Looked, before: u64, limit: usize) -> Stored<Vec<Kept>> {
    let kinds = to_text(&looked.kinds, "kinds")?;
    let mut select = db.prepare_cached(&format!(
        "{KEPT} WHERE r.account = ?1 AND r.n < ?2
         AND (?3 = '[]' OR r.kind IN (SELECT value FROM json_each(?3)))
         AND (?4 IS NULL OR r.staff = ?4) AND (?5 IS NULL OR r.session = ?5)
         AND (?6 IS NULL OR r.at >= ?6) AND (?7 IS NULL OR r.at < ?7)
         ORDER BY r.n DESC LIMIT ?8"
    ))?;
    let (staff, session) = (looked.staff.as_ref().map(StaffId::as_str), looked.session.map(|session| session.0));
    let (from, until) = (looked.from.map(|at| at.0), looked.until.map(|at| at.0));
    let mut rows = select.query(params![account.as_str(), before, kinds, staff, session, from, until, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(kept(row)?);
    }
    Ok(found)
}

/// The record that opened the session.
pub fn opening(db: &Connection, session: SessionSerial) -> Stored<Option<Kept>> {
    of_session(db, session, "session-opened")
}

/// The first record that ended the session before its time.
pub fn ending(db: &Connection, session: SessionSerial) -> Stored<Option<Kept>> {
    of_session(db, session, "session-ended")
}

/// How many reads and how many writes were noted of the session.
pub fn totals(db: &Connection, session: SessionSerial) -> Stored<(u64, u64)> {
    let select = "SELECT coalesce(sum(amount) FILTER (WHERE kind = 'reads'), 0), count(*) FILTER (WHERE kind = 'write')
        FROM account_records WHERE session = ?1 AND kind IN ('reads', 'write')";
    Ok(db.prepare_cached(select)?.query_row([session.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The answer to a write, where it is known.
pub fn answer(db: &Connection, session: SessionSerial, gateway: &GatewayId, write: u64) -> Stored<Option<Kept>> {
    let mut select = db.prepare_cached(&format!(
        "{KEPT} WHERE r.session = ?1 AND r.kind = 'write-answered' AND r.gateway = ?2 AND r.amount = ?3 LIMIT 1"
    ))?;
    let mut rows = select.query(params![session.0, gateway.as_str(), write])?;
    rows.next()?.map(kept).transpose()
}

/// The record that came from this place of a gateway's journal.
pub fn journaled(db: &Connection, gateway: &GatewayId, number: u64) -> Stored<Option<Kept>> {
    let mut select = db.prepare_cached(&format!("{KEPT} WHERE r.gateway = ?1 AND r.number = ?2"))?;
    let mut rows = select.query(params![gateway.as_str(), number])?;
    rows.next()?.map(kept).transpose()
}

/// Erases what is told beside the session's opening, and the salt with it.
pub fn erase_told(db: &Connection, session: SessionSerial) -> Stored<()> {
    let delete = "DELETE FROM account_told WHERE (account, n) IN
        (SELECT account, n FROM account_records WHERE session = ?1 AND kind = 'session-opened')";
    db.prepare_cached(delete)?.execute([session.0])?;
    Ok(())
}

/// How far the gateway's journal was taken over.
pub fn taken_upto(db: &Connection, gateway: &GatewayId) -> Stored<u64> {
    let select = "SELECT upto FROM journals WHERE gateway = ?1";
    Ok(db.prepare_cached(select)?.query_row([gateway.as_str()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Says that the gateway's journal was taken over up to `upto`.
pub fn take_upto(db: &Connection, gateway: &GatewayId, upto: u64) -> Stored<()> {
    let put = "INSERT INTO journals (gateway, upto) VALUES (?1, ?2)
        ON CONFLICT (gateway) DO UPDATE SET upto = excluded.upto";
    db.prepare_cached(put)?.execute(params![gateway.as_str(), upto])?;
    Ok(())
}

fn of_session(db: &Connection, session: SessionSerial, kind: &str) -> Stored<Option<Kept>> {
    let mut select = db.prepare_cached(&format!("{KEPT} WHERE r.session = ?1 AND r.kind = ?2 ORDER BY r.n LIMIT 1"))?;
    let mut rows = select.query(params![session.0, kind])?;
    rows.next()?.map(kept).transpose()
}

fn kept(row: &Row<'_>) -> Stored<Kept> {
    let (salt, told): (Option<Vec<u8>>, Option<String>) = (row.get(2)?, row.get(3)?);
    let opened = salt.zip(told).map(|(salt, told)| {
        let salt = salt.try_into().map_err(|_| StoreFault::Unreadable("salt"))?;
        Ok::<_, StoreFault>(Opened { salt, told: from_text::<Told>(&told, "told")? })
    });
    Ok(Kept { n: row.get(0)?, text: row.get(1)?, opened: opened.transpose()? })
}

fn read_edge(size: u64, peaks: &[u8]) -> Stored<Frontier> {
    let peaks: Option<Vec<Hash>> = peaks.chunks(32).map(|peak| peak.try_into().ok()).collect();
    peaks.and_then(|peaks| Frontier::from_parts(size, peaks)).ok_or(StoreFault::Unreadable("account's frontier"))
}
