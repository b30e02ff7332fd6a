//! Sign-ins: a token's hash, the certificate it is bound to, and when it ends.

use doorward_core::{
    feed::tree::Hash,
    id::{KeySerial, SignInSerial, StaffId},
    time::UnixMs,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// A sign-in as it is kept.
pub struct SignInRow {
    pub serial: SignInSerial,
    pub thumbprint: Hash,
    pub staff: StaffId,
    pub key: KeySerial,
    pub ends: UnixMs,
    pub ended: bool,
}

/// A sign-in that is to be kept.
pub struct NewSignIn<'a> {
    pub token: &'a Hash,
    pub thumbprint: &'a Hash,
    pub staff: &'a StaffId,
    pub key: KeySerial,
    pub made: UnixMs,
    pub ends: UnixMs,
}

/// Keeps a sign-in under the next serial.
pub fn add(db: &Connection, new: &NewSignIn<'_>) -> Stored<SignInSerial> {
    let insert = "INSERT INTO sign_ins (serial, token, thumbprint, staff, key, made, ends)
        VALUES ((SELECT coalesce(max(serial), 0) + 1 FROM sign_ins), ?1, ?2, ?3, ?4, ?5, ?6) RETURNING serial";
    let values = params![new.token, new.thumbprint, new.staff.as_str(), new.key.0, new.made.0, new.ends.0];
    Ok(SignInSerial(db.query_row(insert, values, |row| row.get(0))?))
}

/// The sign-in with this token.
pub fn by_token(db: &Connection, token: &Hash) -> Stored<Option<SignInRow>> {
    let select = "SELECT serial, thumbprint, staff, key, ends, ended IS NOT NULL FROM sign_ins WHERE token = ?1";
    let row = db.prepare_cached(select)?.query_row(params![token], |row| {
        let staff: String = row.get(2)?;
        Ok((row.get(0)?, row.get(1)?, staff, row.get(3)?, row.get(4)?, row.get(5)?))
    });
    let Some((serial, thumbprint, staff, key, ends, ended)) = row.optional()? else { return Ok(None) };
    let staff = parsed(&staff, "staff")?;
    let (serial, key) = (SignInSerial(serial), KeySerial(key));
    Ok(Some(SignInRow { serial, thumbprint, staff, key, ends: UnixMs(ends), ended }))
}

/// Whether the sign-in was ended before its time.
pub fn ended(db: &Connection, serial: SignInSerial) -> Stored<bool> {
    let select = "SELECT ended IS NOT NULL FROM sign_ins WHERE serial = ?1";
    let ended = db.prepare_cached(select)?.query_row([serial.0], |row| row.get(0)).optional()?;
    Ok(ended.unwrap_or(true))
}

/// Ends the sign-in.
pub fn end(db: &Connection, serial: SignInSerial, now: UnixMs) -> Stored<()> {
    db.execute("UPDATE sign_ins SET ended = ?2 WHERE serial = ?1 AND ended IS NULL", params![serial.0, now.0])?;
    Ok(())
}

/// Ends every sign-in of `staff`, or only those made by `key`.
pub fn end_of(db: &Connection, staff: &StaffId, key: Option<KeySerial>, now: UnixMs) -> Stored<()> {
    let end = "UPDATE sign_ins SET ended = ?3 WHERE staff = ?1 AND (?2 IS NULL OR key = ?2) AND ended IS NULL";
    db.execute(end, params![staff.as_str(), key.map(|key| key.0), now.0])?;
    Ok(())
}

/// How many sign-ins `staff` has now, or has made by `key`.
pub fn count(db: &Connection, staff: &StaffId, key: Option<KeySerial>, now: UnixMs) -> Stored<u64> {
    let count = "SELECT count(*) FROM sign_ins
        WHERE staff = ?1 AND (?2 IS NULL OR key = ?2) AND ended IS NULL AND ends > ?3";
    Ok(db.query_row(count, params![staff.as_str(), key.map(|key| key.0), now.0], |row| row.get(0))?)
}
