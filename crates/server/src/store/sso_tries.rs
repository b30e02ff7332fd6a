//! Sign-ins at a company's own provider that have not come back.

use doorward_core::{feed::tree::Hash, id::AccountId, time::UnixMs};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// Keeps what was begun, and forgets what is too old.
pub fn add(
    db: &Connection,
    state: &Hash,
    browser: &Hash,
    account: &AccountId,
    now: UnixMs,
    expires: UnixMs,
) -> Stored<()> {
    db.execute("DELETE FROM sso_tries WHERE expires <= ?1", [now.0])?;
    let insert = "INSERT INTO sso_tries (state, browser, account, expires) VALUES (?1, ?2, ?3, ?4)";
    db.execute(insert, params![state, browser, account.as_str(), expires.0])?;
    Ok(())
}

/// Takes what this browser began away, with its account and its end: it comes back once.
pub fn take(db: &Connection, state: &Hash, browser: &Hash) -> Stored<Option<(AccountId, UnixMs)>> {
    let delete = "DELETE FROM sso_tries WHERE state = ?1 AND browser = ?2 RETURNING account, expires";
    let row = db.query_row(delete, params![state, browser], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
    row.optional()?.map(|(account, expires)| Ok((parsed(&account, "account")?, UnixMs(expires)))).transpose()
}
