//! What a user has begun and finishes from a mail: a door stands between the first factor and the second.

use doorward_core::{feed::tree::Hash, id::UserId, time::UnixMs};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::{Deserialize, Serialize};

use super::{Stored, parsed};

/// What a door leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    SignIn,
    Renew,
    Invitation,
    NewPassword,
}

impl Purpose {
    /// Whether a password is chosen behind the door.
    pub fn gives_password(self) -> bool {
        matches!(self, Self::Invitation | Self::NewPassword)
    }

    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Renew => "renew",
            Self::Invitation => "invitation",
            Self::NewPassword => "new-password",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::SignIn, Self::Renew, Self::Invitation, Self::NewPassword].into_iter().find(|one| one.name() == text)
    }
}

/// A door as it is kept.
pub struct DoorRow {
    pub id: i64,
    pub user: UserId,
    pub purpose: Purpose,
    pub browser: Option<Hash>,
    pub tries: u32,
    pub expires: UnixMs,
}

/// Opens a door in place of whatever `user` began for the same purpose, and says which it is.
pub fn open(db: &Connection, user: &UserId, purpose: Purpose, browser: Option<&Hash>, expires: UnixMs) -> Stored<i64> {
    db.execute("DELETE FROM user_doors WHERE user = ?1 AND purpose = ?2", params![user.as_str(), purpose.name()])?;
    let insert = "INSERT INTO user_doors (user, purpose, browser, expires) VALUES (?1, ?2, ?3, ?4) RETURNING id";
    let values = params![user.as_str(), purpose.name(), browser, expires.0];
    Ok(db.query_row(insert, values, |row| row.get(0))?)
}

/// The door that the browser with this secret has begun.
pub fn by_browser(db: &Connection, browser: &Hash) -> Stored<Option<DoorRow>> {
    one(db, "WHERE browser = ?1", params![browser])
}

/// The door with this number. Looking changes nothing.
pub fn get(db: &Connection, id: i64) -> Stored<Option<DoorRow>> {
    one(db, "WHERE id = ?1", [id])
}

/// What `user` was sent for this purpose.
pub fn of(db: &Connection, user: &UserId, purpose: Purpose) -> Stored<Option<DoorRow>> {
    one(db, "WHERE user = ?1 AND purpose = ?2", params![user.as_str(), purpose.name()])
}

/// Counts a wrong code.
pub fn failed(db: &Connection, id: i64) -> Stored<()> {
    db.execute("UPDATE user_doors SET tries = tries + 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// Takes the door away: whoever does it first has gone through.
pub fn take(db: &Connection, id: i64) -> Stored<bool> {
    Ok(db.execute("DELETE FROM user_doors WHERE id = ?1", [id])? > 0)
}

/// Takes every door of `user` away.
pub fn take_all(db: &Connection, user: &UserId) -> Stored<()> {
    db.execute("DELETE FROM user_doors WHERE user = ?1", [user.as_str()])?;
    Ok(())
}

/// Forgets doors whose time is up.
pub fn sweep(db: &Connection, now: UnixMs) -> Stored<()> {
    db.execute("DELETE FROM user_doors WHERE expires <= ?1", [now.0])?;
    Ok(())
}

fn one(db: &Connection, rest: &str, values: impl Params) -> Stored<Option<DoorRow>> {
    let select = format!("SELECT id, user, purpose, browser, tries, expires FROM user_doors {rest}");
    let row = db.prepare_cached(&select)?.query_row(values, |row| {
        let (user, purpose): (String, String) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, user, purpose, row.get(3)?, row.get(4)?, row.get(5)?))
    });
    let Some((id, user, purpose, browser, tries, expires)) = row.optional()? else { return Ok(None) };
    let purpose = Purpose::parse(&purpose).ok_or(super::StoreFault::Unreadable("purpose"))?;
    Ok(Some(DoorRow { id, user: parsed(&user, "user")?, purpose, browser, tries, expires: UnixMs(expires) }))
}
