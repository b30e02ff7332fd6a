//! Users of accounts: who may sign in for one. Addresses stay here; nothing else in the store holds one.

use doorward_core::{
    id::{AccountId, UserId},
    policy::Membership,
    time::UnixMs,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{Stored, from_text, parsed, to_text};

/// A user as they are kept.
#[derive(Clone)]
pub struct UserRow {
    pub user: UserId,
    pub account: AccountId,
    pub email: String,
    pub name: String,
    pub membership: Membership,
    /// A PHC string; none until the invitation was taken up, or where only SSO is used.
    pub password: Option<String>,
}

const COLUMNS: &str = "SELECT user, account, email, name, membership, password FROM users";

/// Keeps a user.
pub fn add(db: &Connection, row: &UserRow, now: UnixMs) -> Stored<()> {
    let insert = "INSERT INTO users (user, account, email, name, membership, made) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let membership = to_text(&row.membership, "membership")?;
    let values = params![row.user.as_str(), row.account.as_str(), row.email, row.name, membership, now.0];
    db.execute(insert, values)?;
    Ok(())
}

/// Changes name and membership of a user of `account`. False where there is no such user.
pub fn change(db: &Connection, account: &AccountId, user: &UserId, name: &str, membership: Membership) -> Stored<bool> {
    let update = "UPDATE users SET name = ?3, membership = ?4 WHERE account = ?1 AND user = ?2";
    let membership = to_text(&membership, "membership")?;
    Ok(db.execute(update, params![account.as_str(), user.as_str(), name, membership])? > 0)
}

/// Forgets a user of `account`, with their sessions and whatever they began.
pub fn remove(db: &Connection, account: &AccountId, user: &UserId) -> Stored<bool> {
    let delete = "DELETE FROM users WHERE account = ?1 AND user = ?2";
    Ok(db.execute(delete, params![account.as_str(), user.as_str()])? > 0)
}

/// Sets the password.
pub fn set_password(db: &Connection, user: &UserId, phc: &str) -> Stored<()> {
    db.execute("UPDATE users SET password = ?2 WHERE user = ?1", params![user.as_str(), phc])?;
    Ok(())
}

/// The user with this address, in lower case.
pub fn by_email(db: &Connection, email: &str) -> Stored<Option<UserRow>> {
    one(db, "WHERE email = ?1", params![email])
}

/// The user.
pub fn get(db: &Connection, user: &UserId) -> Stored<Option<UserRow>> {
    one(db, "WHERE user = ?1", params![user.as_str()])
}

/// The users of `account`, by name.
pub fn of(db: &Connection, account: &AccountId) -> Stored<Vec<UserRow>> {
    let mut select = db.prepare_cached(&format!("{COLUMNS} WHERE account = ?1 ORDER BY name, user"))?;
    let rows = select.query_map([account.as_str()], texts)?;
    rows.map(|row| user(row?)).collect()
}

fn one(db: &Connection, rest: &str, values: impl Params) -> Stored<Option<UserRow>> {
    db.prepare_cached(&format!("{COLUMNS} {rest}"))?.query_row(values, texts).optional()?.map(user).transpose()
}

type Texts = (String, String, String, String, String, Option<String>);

fn texts(row: &Row<'_>) -> rusqlite::Result<Texts> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn user((user, account, email, name, membership, password): Texts) -> Stored<UserRow> {
    let (user, account) = (parsed(&user, "user")?, parsed(&account, "account")?);
    Ok(UserRow { user, account, email, name, membership: from_text(&membership, "membership")?, password })
}
