//! The journal's SQLite file. Every commit reaches the disk before it returns.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Counts, JournalFault, WriteLine};

refinery::embed_migrations!("migrations");

pub(super) struct JournalFile {
    db: Connection,
}

impl JournalFile {
    pub fn open(path: &Path) -> Result<Self, JournalFault> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        migrations::runner().run(&mut db)?;
        Ok(Self { db })
    }

    /// All of `lines`, or none.
    pub fn writes(&mut self, lines: &[WriteLine]) -> rusqlite::Result<()> {
        let change = self.db.transaction()?;
        for WriteLine { at, request, act } in lines {
            change
                .prepare_cached(
                    "INSERT INTO writes (at, request, session, staff, account, verb, path)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    at.0,
                    request,
                    act.session.0.cast_signed(),
                    act.staff.as_str(),
                    act.account.as_str(),
                    act.verb,
                    act.path
                ])?;
        }
        change.commit()
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
        }
        change.commit()
    }
}
