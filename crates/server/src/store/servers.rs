//! Servers: how hosts are reached, which SSH key goes with a staff key, why certificates were issued, who is connected.

use doorward_core::{
    id::{CertificateSerial, HostId, KeySerial, StaffId},
    session::Reason,
    time::UnixMs,
    wire::{HostConnection, HostReach},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, from_text, parsed, to_text};

/// How a host is reached, and when its agent last told who is connected.
pub struct HostRow {
    pub host: HostId,
    pub reach: HostReach,
    pub told: Option<UnixMs>,
}

/// Keeps how the host is reached.
pub fn put(db: &Connection, host: &HostId, reach: &HostReach) -> Stored<()> {
    let put = "INSERT INTO hosts (host, reach) VALUES (?1, ?2) ON CONFLICT (host) DO UPDATE SET reach = excluded.reach";
    db.execute(put, params![host.as_str(), to_text(reach, "reach")?])?;
    Ok(())
}

/// Forgets the host and who was connected.
pub fn remove(db: &Connection, host: &HostId) -> Stored<()> {
    db.execute("DELETE FROM hosts WHERE host = ?1", [host.as_str()])?;
    Ok(())
}

/// Every host.
pub fn all(db: &Connection) -> Stored<Vec<HostRow>> {
    let mut select = db.prepare_cached("SELECT host, reach, told FROM hosts ORDER BY host")?;
    let rows = select
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<i64>>(2)?)))?;
    rows.map(|row| {
        let (host, reach, told) = row?;
        let (host, reach) = (parsed(&host, "host")?, from_text(&reach, "reach")?);
        Ok(HostRow { host, reach, told: told.map(UnixMs) })
    })
    .collect()
}

/// How the host is reached.
pub fn reach(db: &Connection, host: &HostId) -> Stored<Option<HostReach>> {
    let select = "SELECT reach FROM hosts WHERE host = ?1";
    let text: Option<String> = db.query_row(select, [host.as_str()], |row| row.get(0)).optional()?;
    text.map(|text| from_text(&text, "reach")).transpose()
}

/// The SSH key that goes with `key`, as one line.
pub fn ssh_key(db: &Connection, key: KeySerial) -> Stored<Option<String>> {
    let select = "SELECT public_key FROM ssh_keys WHERE key = ?1";
    Ok(db.query_row(select, [key.0], |row| row.get(0)).optional()?)
}

/// Lets the SSH key go with `key`, in place of the one before.
pub fn put_ssh_key(db: &Connection, key: KeySerial, public_key: &str) -> Stored<()> {
    let put = "INSERT INTO ssh_keys (key, public_key) VALUES (?1, ?2)
        ON CONFLICT (key) DO UPDATE SET public_key = excluded.public_key";
    db.execute(put, params![key.0, public_key])?;
    Ok(())
}

/// Why a certificate was issued, whose it is and where it admits.
pub struct CertificateRow {
    pub staff: StaffId,
    pub host: HostId,
    /// Nothing where it was erased.
    pub reason: Option<Reason>,
}

/// A certificate whose reason is there, and whether somebody is connected by it, as the host's agent last told.
pub struct ToldCertificate {
    pub serial: CertificateSerial,
    pub host: HostId,
    pub connected: bool,
}

/// Keeps why a certificate was issued.
pub fn add_certificate(
    db: &Connection,
    serial: CertificateSerial,
    staff: &StaffId,
    host: &HostId,
    reason: &Reason,
) -> Stored<()> {
    let add = "INSERT INTO certificates (serial, staff, host, reason) VALUES (?1, ?2, ?3, ?4)";
    db.execute(add, params![serial.0, staff.as_str(), host.as_str(), to_text(reason, "reason")?])?;
    Ok(())
}

/// What is kept of a certificate.
pub fn certificate(db: &Connection, serial: CertificateSerial) -> Stored<Option<CertificateRow>> {
    let select = "SELECT staff, host, reason FROM certificates WHERE serial = ?1";
    let text = |row: &rusqlite::Row<'_>, at| row.get::<_, String>(at);
    let row = db.query_row(select, [serial.0], |row| Ok((text(row, 0)?, text(row, 1)?, text(row, 2)?))).optional()?;
    row.map(|(staff, host, reason)| {
        let (staff, host) = (parsed(&staff, "staff")?, parsed(&host, "host")?);
        let reason = Some(reason).filter(|text: &String| !text.is_empty());
        Ok(CertificateRow { staff, host, reason: reason.map(|text| from_text(&text, "reason")).transpose()? })
    })
    .transpose()
}

/// The person's certificates, all or those that were issued before, as far as their reasons are there.
pub fn told(db: &Connection, staff: &StaffId, before: Option<UnixMs>) -> Stored<Vec<ToldCertificate>> {
    let mut select = db.prepare_cached(
        "SELECT c.serial, c.host, EXISTS (SELECT 1 FROM connections k WHERE k.certificate = c.serial)
         FROM certificates c WHERE c.reason <> '' AND c.staff = ?1 AND (?2 IS NULL OR ?2 >
         (SELECT json_extract(e.text, '$.at') FROM subjects s JOIN entries e ON e.seq = s.seq
          WHERE s.kind = 'certificate' AND s.id = CAST(c.serial AS TEXT) ORDER BY s.seq LIMIT 1))",
    )?;
    let rows = select.query_map(params![staff.as_str(), before.map(|at| at.0)], |row| {
        Ok((CertificateSerial(row.get(0)?), row.get::<_, String>(1)?, row.get(2)?))
    })?;
    rows.map(|row| {
        let (serial, host, connected) = row?;
        Ok(ToldCertificate { serial, host: parsed(&host, "host")?, connected })
    })
    .collect()
}

/// Erases what the certificate was issued for.
pub fn erase_reason(db: &Connection, serial: CertificateSerial) -> Stored<()> {
    db.execute("UPDATE certificates SET reason = '' WHERE serial = ?1", [serial.0])?;
    Ok(())
}

/// What the host's agent told, in place of what it told before. Nothing where the host is not there.
pub fn tell(db: &Connection, host: &HostId, connections: &[HostConnection], at: UnixMs) -> Stored<bool> {
    let known = db.execute("UPDATE hosts SET told = ?2 WHERE host = ?1", params![host.as_str(), at.0])? > 0;
    db.execute("DELETE FROM connections WHERE host = ?1", [host.as_str()])?;
    let mut add = db.prepare_cached("INSERT INTO connections (certificate, host, since) VALUES (?1, ?2, ?3)")?;
    for HostConnection { certificate, since } in connections.iter().filter(|_| known) {
        add.execute(params![certificate.0, host.as_str(), since.0])?;
    }
    Ok(known)
}

/// Who is connected to `host`, as its agent last told.
pub fn connections(db: &Connection, host: &HostId) -> Stored<Vec<HostConnection>> {
    let mut select = db.prepare_cached("SELECT certificate, since FROM connections WHERE host = ?1")?;
    let rows = select.query_map([host.as_str()], |row| {
        Ok(HostConnection { certificate: CertificateSerial(row.get(0)?), since: UnixMs(row.get(1)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
