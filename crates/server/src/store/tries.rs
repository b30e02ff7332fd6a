//! Failed tries at users' doors. Kept on disk, so that a restart gives nobody new ones.

use doorward_core::{feed::tree::Hash, time::UnixMs};
use rusqlite::{Connection, params};

use super::Stored;

/// Counts a failed try.
pub fn add(db: &Connection, whose: &Hash, now: UnixMs) -> Stored<()> {
    db.execute("INSERT INTO tries (whose, at) VALUES (?1, ?2)", params![whose, now.0])?;
    Ok(())
}

/// How many there were after `since`.
pub fn count(db: &Connection, whose: &Hash, since: UnixMs) -> Stored<u32> {
    let count = "SELECT count(*) FROM tries WHERE whose = ?1 AND at > ?2";
    Ok(db.prepare_cached(count)?.query_row(params![whose, since.0], |row| row.get(0))?)
}

/// Forgets those before `since`.
pub fn sweep(db: &Connection, since: UnixMs) -> Stored<()> {
    db.execute("DELETE FROM tries WHERE at <= ?1", [since.0])?;
    Ok(())
}
