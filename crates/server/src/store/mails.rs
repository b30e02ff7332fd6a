//! Mail that is to be sent: to whom by their id, and what it is about.

use doorward_core::{id::UserId, time::UnixMs};
use rusqlite::{Connection, params};

use super::{Stored, parsed};

/// A mail as it is kept.
pub struct MailRow {
    pub id: i64,
    pub user: UserId,
    /// What it is about, as JSON.
    pub what: String,
    pub tries: u32,
}

/// Keeps a mail that is due at `due`.
pub fn add(db: &Connection, user: &UserId, what: &str, due: UnixMs) -> Stored<()> {
    db.execute("INSERT INTO mails (user, what, due) VALUES (?1, ?2, ?3)", params![user.as_str(), what, due.0])?;
    Ok(())
}

/// The first mail that is due.
pub fn due(db: &Connection, now: UnixMs) -> Stored<Option<MailRow>> {
    let select = "SELECT id, user, what, tries FROM mails WHERE due <= ?1 ORDER BY due, id LIMIT 1";
    let mut select = db.prepare_cached(select)?;
    let mut rows = select.query([now.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let user: String = row.get(1)?;
    Ok(Some(MailRow { id: row.get(0)?, user: parsed(&user, "user")?, what: row.get(2)?, tries: row.get(3)? }))
}

/// Takes a mail away.
pub fn remove(db: &Connection, id: i64) -> Stored<()> {
    db.execute("DELETE FROM mails WHERE id = ?1", [id])?;
    Ok(())
}

/// Another try later.
pub fn later(db: &Connection, id: i64, due: UnixMs) -> Stored<()> {
    db.execute("UPDATE mails SET due = ?2, tries = tries + 1 WHERE id = ?1", params![id, due.0])?;
    Ok(())
}
