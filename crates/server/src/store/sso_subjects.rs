//! Whom companies' providers named when users first signed in there.

use doorward_core::{
    feed::tree::Hash,
    id::{AccountId, UserId},
    time::UnixMs,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// Who `user` is bound to: by which issuer, and the hash of whom it named.
pub fn of(db: &Connection, user: &UserId) -> Stored<Option<(String, Hash)>> {
    let select = "SELECT issuer, subject FROM sso_subjects WHERE user = ?1";
    let row = db.prepare_cached(select)?.query_row([user.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(row.optional()?)
}

/// The user of `account` who is bound to this subject.
pub fn by_subject(db: &Connection, account: &AccountId, subject: &Hash) -> Stored<Option<UserId>> {
    let select = "SELECT s.user FROM sso_subjects s JOIN users u ON u.user = s.user
        WHERE s.subject = ?1 AND u.account = ?2";
    let row = db.prepare_cached(select)?.query_row(params![subject, account.as_str()], |row| row.get::<_, String>(0));
    row.optional()?.map(|user| parsed(&user, "user")).transpose()
}

/// Binds `user` to whom the issuer named, in place of whomever another issuer did.
pub fn bind(db: &Connection, user: &UserId, issuer: &str, subject: &Hash, now: UnixMs) -> Stored<()> {
    let put = "INSERT INTO sso_subjects (user, issuer, subject, bound) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (user) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject, bound = excluded.bound";
    db.execute(put, params![user.as_str(), issuer, subject, now.0])?;
    Ok(())
}

/// Forgets whom `user` is bound to. False where they are bound to nobody.
pub fn forget(db: &Connection, user: &UserId) -> Stored<bool> {
    Ok(db.execute("DELETE FROM sso_subjects WHERE user = ?1", [user.as_str()])? > 0)
}
