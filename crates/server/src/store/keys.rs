//! Staff keys: the attested credential and what its owner calls it. Whether it is revoked only the fold knows.

use doorward_core::{
    id::{KeySerial, StaffId},
    time::UnixMs,
};
use rusqlite::{Connection, Row, params};
use webauthn_rs::prelude::AttestedPasskey;

use super::{Stored, from_text, parsed, to_text};

/// A key that is to be kept.
pub struct NewKey<'a> {
    pub serial: KeySerial,
    pub staff: &'a StaffId,
    pub name: &'a str,
    pub model: &'a str,
    pub passkey: &'a AttestedPasskey,
    pub enrolled: UnixMs,
}

/// A key as it is kept.
pub struct KeyRow {
    pub serial: KeySerial,
    pub staff: StaffId,
    pub name: String,
    pub model: String,
    pub passkey: AttestedPasskey,
    pub enrolled: UnixMs,
    pub last_used: Option<UnixMs>,
}

/// Keeps a new key.
pub fn add(db: &Connection, key: &NewKey<'_>) -> Stored<()> {
    let insert = "INSERT INTO keys (serial, staff, name, model, passkey, enrolled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let passkey = to_text(key.passkey, "passkey")?;
    db.execute(insert, params![key.serial.0, key.staff.as_str(), key.name, key.model, passkey, key.enrolled.0])?;
    Ok(())
}

/// Keeps the key's counter, and when it was used.
pub fn used(db: &Connection, serial: KeySerial, passkey: &AttestedPasskey, now: UnixMs) -> Stored<()> {
    let passkey = to_text(passkey, "passkey")?;
    db.execute("UPDATE keys SET passkey = ?2, last_used = ?3 WHERE serial = ?1", params![serial.0, passkey, now.0])?;
    Ok(())
}

/// The keys of `staff`, or everybody's.
pub fn of(db: &Connection, staff: Option<&StaffId>) -> Stored<Vec<KeyRow>> {
    let select = "SELECT serial, staff, name, model, passkey, enrolled, last_used FROM keys
        WHERE ?1 IS NULL OR staff = ?1 ORDER BY serial";
    let mut select = db.prepare_cached(select)?;
    let mut rows = select.query(params![staff.map(StaffId::as_str)])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(key(row)?);
    }
    Ok(keys)
}

fn key(row: &Row<'_>) -> Stored<KeyRow> {
    let staff: String = row.get(1)?;
    let passkey: String = row.get(4)?;
    Ok(KeyRow {
        serial: KeySerial(row.get(0)?),
        staff: parsed(&staff, "staff")?,
        name: row.get(2)?,
        model: row.get(3)?,
        passkey: from_text(&passkey, "passkey")?,
        enrolled: UnixMs(row.get(5)?),
        last_used: row.get::<_, Option<i64>>(6)?.map(UnixMs),
    })
}
