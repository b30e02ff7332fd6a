//! Ceremonies that wait for a key's answer, and enrolment codes: each can be taken once.

use doorward_core::{
    feed::tree::Hash,
    id::{SignInSerial, StaffId},
    time::UnixMs,
    wire::Intent,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{AttestedPasskeyAuthentication, AttestedPasskeyRegistration};

use super::{Stored, from_text, parsed, to_text};

/// What a ceremony was begun for. The answer serves exactly this and nothing else.
#[derive(Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Begun {
    Enrolment {
        code: Hash,
        staff: StaffId,
        state: Box<AttestedPasskeyRegistration>,
    },
    SignIn {
        staff: StaffId,
        state: Box<AttestedPasskeyAuthentication>,
    },
    /// Nobody has this handle or a key: no answer can be right.
    Nobody,
    Intent {
        sign_in: SignInSerial,
        intent: Intent,
        state: Box<AttestedPasskeyAuthentication>,
    },
}

/// Keeps what was begun until `expires`, and drops what ran out before `now`.
pub fn put(db: &Connection, id: &Hash, begun: &Begun, expires: UnixMs, now: UnixMs) -> Stored<()> {
    drop_over(db, now)?;
    let body = to_text(begun, "ceremony")?;
    db.execute("INSERT INTO ceremonies (hash, body, expires) VALUES (?1, ?2, ?3)", params![id, body, expires.0])?;
    Ok(())
}

/// Drops what ran out before `now`.
pub fn drop_over(db: &Connection, now: UnixMs) -> Stored<()> {
    db.execute("DELETE FROM ceremonies WHERE expires <= ?1", [now.0])?;
    Ok(())
}

/// Takes the ceremony out: whoever comes second gets nothing.
pub fn take(db: &Connection, id: &Hash, now: UnixMs) -> Stored<Option<Begun>> {
    let take = "DELETE FROM ceremonies WHERE hash = ?1 RETURNING body, expires";
    let row: Option<(String, i64)> =
        db.query_row(take, params![id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match row {
        Some((body, expires)) if now < UnixMs(expires) => from_text(&body, "ceremony").map(Some),
        _ => Ok(None),
    }
}

/// Keeps an enrolment code in place of the person's earlier ones.
pub fn put_code(db: &Connection, code: &Hash, staff: &StaffId, expires: UnixMs) -> Stored<()> {
    drop_codes(db, staff)?;
    let put = "INSERT INTO enrolment_codes (hash, staff, expires) VALUES (?1, ?2, ?3)";
    db.execute(put, params![code, staff.as_str(), expires.0])?;
    Ok(())
}

/// Makes the person's enrolment codes worthless.
pub fn drop_codes(db: &Connection, staff: &StaffId) -> Stored<()> {
    db.execute("DELETE FROM enrolment_codes WHERE staff = ?1", [staff.as_str()])?;
    Ok(())
}

/// Whose enrolment code it is, where it still holds.
pub fn code(db: &Connection, code: &Hash, now: UnixMs) -> Stored<Option<StaffId>> {
    let select = "SELECT staff FROM enrolment_codes WHERE hash = ?1 AND expires > ?2";
    let staff: Option<String> = db.query_row(select, params![code, now.0], |row| row.get(0)).optional()?;
    staff.map(|staff| parsed(&staff, "staff")).transpose()
}

/// Takes the enrolment code out, and says whose it was where it still held.
pub fn take_code(db: &Connection, code_hash: &Hash, now: UnixMs) -> Stored<Option<StaffId>> {
    let staff = code(db, code_hash, now)?;
    db.execute("DELETE FROM enrolment_codes WHERE hash = ?1", params![code_hash])?;
    Ok(staff)
}
