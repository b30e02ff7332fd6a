//! Authenticator apps of users, sealed; the last step each served; and the hashes of recovery codes.

use doorward_core::{feed::tree::Hash, id::UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::Stored;

/// A user's authenticator as it is kept.
#[derive(Default)]
pub struct FactorRow {
    /// The sealed secret that is asked for.
    pub sealed: Option<Vec<u8>>,
    /// The sealed secret that is being set up.
    pub fresh: Option<Vec<u8>>,
}

/// What is kept of `user`'s authenticator.
pub fn get(db: &Connection, user: &UserId) -> Stored<FactorRow> {
    let select = "SELECT totp, totp_new FROM users WHERE user = ?1";
    let row = db
        .prepare_cached(select)?
        .query_row([user.as_str()], |row| Ok(FactorRow { sealed: row.get(0)?, fresh: row.get(1)? }));
    Ok(row.optional()?.unwrap_or_default())
}

/// Keeps a sealed secret that is to be confirmed.
pub fn begin(db: &Connection, user: &UserId, sealed: &[u8]) -> Stored<()> {
    db.execute("UPDATE users SET totp_new = ?2 WHERE user = ?1", params![user.as_str(), sealed])?;
    Ok(())
}

/// From now on the secret that was to be confirmed is asked for. `step` has served.
pub fn confirm(db: &Connection, user: &UserId, step: u64) -> Stored<()> {
    let update = "UPDATE users SET totp = totp_new, totp_new = NULL, totp_step = ?2 WHERE user = ?1";
    db.execute(update, params![user.as_str(), step])?;
    Ok(())
}

/// Lets `step` serve, once: false where it, or a later one, has.
pub fn serve(db: &Connection, user: &UserId, step: u64) -> Stored<bool> {
    let update = "UPDATE users SET totp_step = ?2 WHERE user = ?1 AND (totp_step IS NULL OR totp_step < ?2)";
    Ok(db.execute(update, params![user.as_str(), step])? > 0)
}

/// Forgets the authenticator and the recovery codes.
pub fn remove(db: &Connection, user: &UserId) -> Stored<()> {
    let update = "UPDATE users SET totp = NULL, totp_new = NULL, totp_step = NULL WHERE user = ?1";
    db.execute(update, [user.as_str()])?;
    put_codes(db, user, &[])
}

/// Keeps these recovery codes in place of all others.
pub fn put_codes(db: &Connection, user: &UserId, hashes: &[Hash]) -> Stored<()> {
    db.execute("DELETE FROM recovery_codes WHERE user = ?1", [user.as_str()])?;
    for hash in hashes {
        db.execute("INSERT INTO recovery_codes (user, hash) VALUES (?1, ?2)", params![user.as_str(), hash])?;
    }
    Ok(())
}

/// Lets a recovery code serve, once.
pub fn take_code(db: &Connection, user: &UserId, hash: &Hash) -> Stored<bool> {
    let delete = "DELETE FROM recovery_codes WHERE user = ?1 AND hash = ?2";
    Ok(db.execute(delete, params![user.as_str(), hash])? > 0)
}

/// How many recovery codes are left.
pub fn codes_left(db: &Connection, user: &UserId) -> Stored<u32> {
    let count = "SELECT count(*) FROM recovery_codes WHERE user = ?1";
    Ok(db.prepare_cached(count)?.query_row([user.as_str()], |row| row.get(0))?)
}
