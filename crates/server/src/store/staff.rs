//! The directory of staff: handles and names.

use doorward_core::{id::StaffId, wire::StaffName};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Stored, parsed};

/// Names a staff member; a handle belongs to one person only.
pub fn put(db: &Connection, staff: &StaffId, handle: &str, name: &str) -> Stored<()> {
    let put = "INSERT INTO staff (staff, handle, name) VALUES (?1, ?2, ?3)
        ON CONFLICT (staff) DO UPDATE SET handle = excluded.handle, name = excluded.name";
    db.execute(put, params![staff.as_str(), handle, name])?;
    Ok(())
}

/// Erases name and handle; the id stands in their place. False where nobody has this id.
pub fn erase(db: &Connection, staff: &StaffId) -> Stored<bool> {
    Ok(db.execute("UPDATE staff SET handle = staff, name = staff WHERE staff = ?1", [staff.as_str()])? > 0)
}

/// Who has this handle.
pub fn by_handle(db: &Connection, handle: &str) -> Stored<Option<StaffName>> {
    one(db, "SELECT staff, handle, name FROM staff WHERE handle = ?1", handle)
}

/// The staff member's handle and name.
pub fn by_id(db: &Connection, staff: &StaffId) -> Stored<Option<StaffName>> {
    one(db, "SELECT staff, handle, name FROM staff WHERE staff = ?1", staff.as_str())
}

/// Everybody.
pub fn all(db: &Connection) -> Stored<Vec<StaffName>> {
    let mut select = db.prepare_cached("SELECT staff, handle, name FROM staff ORDER BY staff")?;
    let rows = select.query_map([], texts)?;
    rows.map(|row| name(row?)).collect()
}

fn one(db: &Connection, select: &str, by: &str) -> Stored<Option<StaffName>> {
    db.query_row(select, [by], texts).optional()?.map(name).transpose()
}

fn texts(row: &Row<'_>) -> rusqlite::Result<(String, String, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn name((staff, handle, name): (String, String, String)) -> Stored<StaffName> {
    Ok(StaffName { staff: parsed(&staff, "staff")?, handle, name })
}
