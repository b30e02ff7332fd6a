//! Sessions: what was opened, for which reason, and why it was ended before its time.

use doorward_core::{
    id::{AccountId, SessionSerial, SignInSerial, StaffId},
    session::{EndCause, Reason, Session},
    time::UnixMs,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{Stored, from_text, to_text};

/// A session as it is kept.
pub struct SessionRow {
    pub session: Session,
    pub sign_in: SignInSerial,
    /// Nothing where it was erased.
    pub reason: Option<Reason>,
    pub ended: Option<EndCause>,
}

/// Sessions by whose they are and when they were opened. Each part that is missing means all.
pub struct Which<'a> {
    pub account: Option<&'a AccountId>,
    pub staff: Option<&'a StaffId>,
    /// Opened before this.
    pub before: Option<UnixMs>,
}

/// What has its reason still: those that are over, and how many are not.
pub struct Over<T = SessionSerial> {
    pub over: Vec<T>,
    pub open: usize,
}

const COLUMNS: &str = "SELECT session, sign_in, reason, cause FROM sessions";

/// The serial the next session gets.
pub fn next_serial(db: &Connection) -> Stored<SessionSerial> {
    let next = "SELECT coalesce(max(serial), 0) + 1 FROM sessions";
    Ok(SessionSerial(db.query_row(next, [], |row| row.get(0))?))
}

/// Keeps a session.
pub fn add(db: &Connection, session: &Session, sign_in: SignInSerial, reason: &Reason) -> Stored<()> {
    let insert = "INSERT INTO sessions (serial, sign_in, staff, session, reason, ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (text, reason) = (to_text(session, "session")?, to_text(reason, "reason")?);
    db.execute(insert, params![session.serial.0, sign_in.0, session.staff.as_str(), text, reason, session.ends.0])?;
    Ok(())
}

/// The session.
pub fn get(db: &Connection, serial: SessionSerial) -> Stored<Option<SessionRow>> {
    let row = db.query_row(&format!("{COLUMNS} WHERE serial = ?1"), [serial.0], texts).optional()?;
    row.map(session).transpose()
}

/// The newest sessions of `staff`, or everybody's.
pub fn newest(db: &Connection, staff: Option<&StaffId>, limit: usize) -> Stored<Vec<SessionRow>> {
    let staff = staff.map(StaffId::as_str);
    many(db, "WHERE ?1 IS NULL OR staff = ?1 ORDER BY serial DESC LIMIT ?2", params![staff, limit])
}

/// The sessions that nobody ended and whose time is not up.
pub fn open(db: &Connection, now: UnixMs) -> Stored<Vec<SessionRow>> {
    many(db, "WHERE cause IS NULL AND ends > ?1 ORDER BY serial", params![now.0])
}

/// The same, of one sign-in.
pub fn open_of_sign_in(db: &Connection, sign_in: SignInSerial, now: UnixMs) -> Stored<Vec<SessionRow>> {
    many(db, "WHERE cause IS NULL AND ends > ?1 AND sign_in = ?2 ORDER BY serial", params![now.0, sign_in.0])
}

/// The same, of one person.
pub fn open_of(db: &Connection, staff: &StaffId, now: UnixMs) -> Stored<Vec<SessionRow>> {
    many(db, "WHERE cause IS NULL AND ends > ?1 AND staff = ?2 ORDER BY serial", params![now.0, staff.as_str()])
}

/// Says that the session was ended, and why.
pub fn end(db: &Connection, serial: SessionSerial, cause: EndCause, now: UnixMs) -> Stored<()> {
    let cause = to_text(&cause, "cause")?;
    let end = "UPDATE sessions SET cause = ?2, ended = ?3 WHERE serial = ?1 AND cause IS NULL";
    db.execute(end, params![serial.0, cause, now.0])?;
    Ok(())
}

/// The sessions that are meant, as far as their reasons are there.
pub fn told(db: &Connection, which: &Which<'_>, now: UnixMs) -> Stored<Over> {
    let mut select = db.prepare_cached(
        "SELECT serial, cause IS NOT NULL OR ends <= ?4 FROM sessions WHERE reason <> ''
         AND (?1 IS NULL OR json_extract(session, '$.account') = ?1) AND (?2 IS NULL OR staff = ?2)
         AND (?3 IS NULL OR json_extract(session, '$.opened') < ?3)",
    )?;
    let (account, staff) = (which.account.map(AccountId::as_str), which.staff.map(StaffId::as_str));
    let values = params![account, staff, which.before.map(|at| at.0), now.0];
    let rows = select.query_map(values, |row| Ok((SessionSerial(row.get(0)?), row.get::<_, bool>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let over: Vec<_> = rows.iter().filter(|(_, over)| *over).map(|(serial, _)| *serial).collect();
    Ok(Over { open: rows.len().saturating_sub(over.len()), over })
}

/// Erases what the session was opened for.
pub fn erase_reason(db: &Connection, serial: SessionSerial) -> Stored<()> {
    db.execute("UPDATE sessions SET reason = '' WHERE serial = ?1", [serial.0])?;
    Ok(())
}

fn many(db: &Connection, rest: &str, values: impl Params) -> Stored<Vec<SessionRow>> {
    let mut select = db.prepare_cached(&format!("{COLUMNS} {rest}"))?;
    let rows = select.query_map(values, texts)?;
    rows.map(|row| session(row?)).collect()
}

type Texts = (String, u64, String, Option<String>);

fn texts(row: &Row<'_>) -> rusqlite::Result<Texts> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn session((session, sign_in, reason, cause): Texts) -> Stored<SessionRow> {
    Ok(SessionRow {
        session: from_text(&session, "session")?,
        sign_in: SignInSerial(sign_in),
        reason: Some(reason).filter(|text| !text.is_empty()).map(|text| from_text(&text, "reason")).transpose()?,
        ended: cause.map(|cause| from_text(&cause, "cause")).transpose()?,
    })
}
