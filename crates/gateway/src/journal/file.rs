//! The journal's SQLite file. Every commit reaches the disk before it returns.

use std::path::Path;

use doorward_core::{
    history::fields::Fields,
    id::{GatewayId, SessionSerial},
    time::UnixMs,
    wire::{JournalBatch, JournalRecord, Journaled, MAX_JOURNAL_BATCH},
};
use rusqlite::{Connection, Row, Transaction, params};

use super::{Answered, Counts, JournalFault, WriteLine};

refinery::embed_migrations!("migrations");

/// So many bytes of records are sent at once; the server takes 64 KiB.
const MAX_BATCH_BYTES: usize = 40 * 1_024;

pub(super) struct JournalFile {
    db: Connection,
    gateway: GatewayId,
}

impl JournalFile {
    pub fn open(path: &Path) -> Result<Self, JournalFault> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        migrations::runner().run(&mut db)?;
        let gateway: String = db.query_row("SELECT gateway FROM identity", [], |row| row.get(0))?;
        let gateway = GatewayId::parse(&gateway).map_err(|_| JournalFault::Identity)?;
        Ok(Self { db, gateway })
    }

    /// All of `lines`, or none; the number of each among the deliveries.
    pub fn writes(&mut self, lines: &[WriteLine]) -> rusqlite::Result<Vec<u64>> {
        let change = self.db.transaction()?;
        let mut numbers = Vec::with_capacity(lines.len());
        for WriteLine { at, request, act, fields } in lines {
            change
                .prepare_cached(
                    "INSERT INTO writes (at, request, session, staff, account, verb, path, fields)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    at.0,
                    request,
                    act.session.0.cast_signed(),
                    act.staff.as_str(),
                    act.account.as_str(),
                    act.verb,
                    act.path,
                    serde_json::to_string(fields).unwrap_or_default()
                ])?;
            numbers.push(number(&change, "write")?);
        }
        change.commit()?;
        Ok(numbers)
    }

    /// All of `counts`, or none.
    pub fn reads(&mut self, counts: &Counts) -> rusqlite::Result<()> {
        let change = self.db.transaction()?;
        for (act, count) in counts {
            change
                .prepare_cached(
                    "INSERT INTO reads (first, last, session, staff, account, verb, path, count)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    count.first.0,
                    count.last.0,
                    act.session.0.cast_signed(),
                    act.staff.as_str(),
                    act.account.as_str(),
                    act.verb,
                    act.path,
                    count.times.cast_signed()
                ])?;
            number(&change, "reads")?;
        }
        change.commit()
    }

    /// What the upstream answered to a write.
    pub fn answered(&mut self, answer: &Answered) -> rusqlite::Result<()> {
        let change = self.db.transaction()?;
        let put = "INSERT INTO answers (at, session, number, status) VALUES (?1, ?2, ?3, ?4)";
        let Answered { at, session, write, status } = answer;
        change.prepare_cached(put)?.execute(params![at.0, session.0.cast_signed(), write.cast_signed(), status])?;
        number(&change, "answer")?;
        change.commit()
    }

    /// What follows delivery `after`, as far as fits into one batch.
    pub fn after(&self, after: u64) -> rusqlite::Result<JournalBatch> {
        let mut select = self.db.prepare_cached(
            "SELECT d.number, d.kind, w.session, w.at, w.verb, w.path, w.fields,
                    r.session, r.first, r.last, r.verb, r.path, r.count, a.session, a.at, a.number, a.status
             FROM deliveries d
             LEFT JOIN writes w ON d.kind = 'write' AND w.id = d.line
             LEFT JOIN reads r ON d.kind = 'reads' AND r.id = d.line
             LEFT JOIN answers a ON d.kind = 'answer' AND a.id = d.line
             WHERE d.number > ?1 ORDER BY d.number LIMIT ?2",
        )?;
        let mut rows = select.query(params![after.cast_signed(), MAX_JOURNAL_BATCH as i64])?;
        let (mut records, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let record = record(row)?;
            bytes = bytes.saturating_add(serde_json::to_string(&record).map_or(0, |text| text.len()));
            if bytes > MAX_BATCH_BYTES && !records.is_empty() {
                break;
            }
            records.push(record);
        }
        Ok(JournalBatch { gateway: self.gateway.clone(), records })
    }
}

/// Gives the line that was just written its number among the deliveries.
fn number(change: &Transaction<'_>, kind: &str) -> rusqlite::Result<u64> {
    let line = change.last_insert_rowid();
    change.prepare_cached("INSERT INTO deliveries (kind, line) VALUES (?1, ?2)")?.execute(params![kind, line])?;
    Ok(change.last_insert_rowid().cast_unsigned())
}

fn record(row: &Row<'_>) -> rusqlite::Result<JournalRecord> {
    let serial = |at: usize| row.get::<_, i64>(at).map(|serial| SessionSerial(serial.cast_unsigned()));
    let number = row.get::<_, i64>(0)?.cast_unsigned();
    let kind: String = row.get(1)?;
    let (session, at, what) = match kind.as_str() {
        "write" => {
            let fields: Fields = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
            (serial(2)?, UnixMs(row.get(3)?), Journaled::Write { verb: row.get(4)?, route: row.get(5)?, fields })
        }
        "reads" => {
            let count = row.get::<_, i64>(12)?.cast_unsigned();
            let (first, verb, route) = (UnixMs(row.get(8)?), row.get(10)?, row.get(11)?);
            (serial(7)?, UnixMs(row.get(9)?), Journaled::Reads { verb, route, first, count })
        }
        _ => {
            let write = row.get::<_, i64>(15)?.cast_unsigned();
            (serial(13)?, UnixMs(row.get(14)?), Journaled::Answered { write, status: row.get(16)? })
        }
    };
    Ok(JournalRecord { number, session, at, what })
}
