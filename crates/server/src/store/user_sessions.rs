//! Signed-in browsers of users: a secret's hash, since when, and when it ends.

use doorward_core::{feed::tree::Hash, id::UserId, time::UnixMs};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// A signed-in browser as it is kept.
pub struct UserSessionRow {
    pub id: i64,
    pub user: UserId,
    /// The browser and system as the browser named them, cut short.
    pub agent: String,
    pub made: UnixMs,
    /// None where SSO says when it is over.
    pub ends: Option<UnixMs>,
}

/// Keeps a signed-in browser.
pub fn add(db: &Connection, hash: &Hash, user: &UserId, agent: &str, now: UnixMs, ends: Option<UnixMs>) -> Stored<()> {
    let insert = "INSERT INTO user_sessions (hash, user, agent, made, ends) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.execute(insert, params![hash, user.as_str(), agent, now.0, ends.map(|ends| ends.0)])?;
    Ok(())
}

/// The signed-in browser that holds this secret. Whether its time is up is for the caller to see.
pub fn by_hash(db: &Connection, hash: &Hash) -> Stored<Option<UserSessionRow>> {
    let select = "SELECT id, user, agent, made, ends FROM user_sessions WHERE hash = ?1";
    let row = db.prepare_cached(select)?.query_row(params![hash], texts).optional()?;
    row.map(session).transpose()
}

/// Signed-in browsers of `user` whose time is not up, the newest first.
pub fn of(db: &Connection, user: &UserId, now: UnixMs) -> Stored<Vec<UserSessionRow>> {
    let select = "SELECT id, user, agent, made, ends FROM user_sessions
        WHERE user = ?1 AND (ends IS NULL OR ends > ?2) ORDER BY id DESC";
    let mut select = db.prepare_cached(select)?;
    let rows = select.query_map(params![user.as_str(), now.0], texts)?;
    rows.map(|row| session(row?)).collect()
}

/// Gives `user`'s browser another secret and another end. False where it is signed out, or never is.
pub fn renew(db: &Connection, user: &UserId, id: i64, hash: &Hash, now: UnixMs, ends: UnixMs) -> Stored<bool> {
    let update = "UPDATE user_sessions SET hash = ?3, ends = ?4 WHERE id = ?1 AND user = ?2 AND ends > ?5";
    Ok(db.execute(update, params![id, user.as_str(), hash, ends.0, now.0])? > 0)
}

/// Signs `user`'s browser out. False where they have no such.
pub fn end(db: &Connection, user: &UserId, id: i64) -> Stored<bool> {
    Ok(db.execute("DELETE FROM user_sessions WHERE id = ?1 AND user = ?2", params![id, user.as_str()])? > 0)
}

/// Signs `user` out everywhere.
pub fn end_all(db: &Connection, user: &UserId) -> Stored<()> {
    db.execute("DELETE FROM user_sessions WHERE user = ?1", [user.as_str()])?;
    Ok(())
}

/// Forgets what is over.
pub fn sweep(db: &Connection, now: UnixMs) -> Stored<()> {
    db.execute("DELETE FROM user_sessions WHERE ends <= ?1", [now.0])?;
    Ok(())
}

type Texts = (i64, String, String, i64, Option<i64>);

fn texts(row: &rusqlite::Row<'_>) -> rusqlite::Result<Texts> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn session((id, user, agent, made, ends): Texts) -> Stored<UserSessionRow> {
    Ok(UserSessionRow { id, user: parsed(&user, "user")?, agent, made: UnixMs(made), ends: ends.map(UnixMs) })
}
