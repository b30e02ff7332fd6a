//! Which entries are about what, and which grants were taken away: rows beside the entries, written with them.

use doorward_core::{
    feed::{
        entry::{Entry, What},
        subject::Subject,
    },
    grant::Grant,
    id::{CertificateSerial, GrantSerial, KeySerial, SessionSerial, StaffId},
    time::UnixMs,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreFault, Stored, parsed, sessions};

/// Notes what the entry is about, and the grants it takes away.
pub fn note(db: &Connection, entry: &Entry, taken: &[Grant]) -> Stored<()> {
    let seq = entry.seq.0;
    for subject in entry.what.subjects().into_iter().chain(behind(db, &entry.what)?) {
        let put = "INSERT INTO subjects (kind, id, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        db.prepare_cached(put)?.execute(params![subject.kind(), subject.id(), seq])?;
    }
    for grant in taken {
        let given = first(db, &Subject::Grant(grant.serial))?;
        let put = "INSERT INTO taken_grants (taken, given, at) VALUES (?1, ?2, ?3)";
        db.prepare_cached(put)?.execute(params![seq, given, entry.at.0])?;
    }
    Ok(())
}

/// Whether anything was noted yet.
pub fn is_empty(db: &Connection) -> Stored<bool> {
    Ok(db.query_row("SELECT NOT EXISTS (SELECT 1 FROM subjects)", [], |row| row.get(0))?)
}

/// The entries about `subject` before entry `before`, at most `limit`, the newest first.
pub fn about(db: &Connection, subject: &Subject, before: u64, limit: usize) -> Stored<Vec<(u64, String)>> {
    let select = "SELECT s.seq, e.text FROM subjects s JOIN entries e ON e.seq = s.seq
        WHERE s.kind = ?1 AND s.id = ?2 AND s.seq < ?3 ORDER BY s.seq DESC LIMIT ?4";
    let mut select = db.prepare_cached(select)?;
    let rows = select.query_map(params![subject.kind(), subject.id(), before, limit], both)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether anybody has entered by this grant, which still holds: then there is more about it than its beginning.
pub fn grant_was_used(db: &Connection, grant: GrantSerial) -> Stored<bool> {
    let subject = Subject::Grant(grant);
    let select = "SELECT count(*) > 1 FROM subjects WHERE kind = ?1 AND id = ?2";
    Ok(db.prepare_cached(select)?.query_row(params![subject.kind(), subject.id()], |row| row.get(0))?)
}

/// The entry that opened the session, where its opening is one.
pub fn opening(db: &Connection, session: SessionSerial) -> Stored<Option<(u64, String)>> {
    begins(db, &Subject::Session(session))
}

/// The entry that issued the certificate.
pub fn issuing(db: &Connection, certificate: CertificateSerial) -> Stored<Option<(u64, String)>> {
    begins(db, &Subject::Certificate(certificate))
}

/// The grants that were taken away after `from` by the first `size` entries, the last first, each by the entry that
/// gave it and the one that took it away.
pub fn taken(db: &Connection, from: UnixMs, size: u64, limit: usize) -> Stored<Vec<[(u64, String); 2]>> {
    let select = "SELECT g.seq, g.text, t.seq, t.text FROM taken_grants
        JOIN entries g ON g.seq = given JOIN entries t ON t.seq = taken
        WHERE taken_grants.at > ?1 AND taken <= ?2 ORDER BY taken_grants.at DESC, taken DESC LIMIT ?3";
    let mut select = db.prepare_cached(select)?;
    let rows = select
        .query_map(params![from.0, size, limit], |row| Ok([(row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)]))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn both(row: &rusqlite::Row<'_>) -> rusqlite::Result<(u64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// The first entry about `subject`, and its number.
fn begins(db: &Connection, subject: &Subject) -> Stored<Option<(u64, String)>> {
    let select = "SELECT seq, text FROM entries WHERE seq = ?1";
    Ok(db.prepare_cached(select)?.query_row([first(db, subject)?], both).optional()?)
}

/// The number of the first entry about `subject`.
fn first(db: &Connection, subject: &Subject) -> Stored<Option<u64>> {
    let select = "SELECT min(seq) FROM subjects WHERE kind = ?1 AND id = ?2";
    Ok(db.prepare_cached(select)?.query_row(params![subject.kind(), subject.id()], |row| row.get(0))?)
}

/// What the entry is about without naming it: whose session ended and where, whose key was revoked, whose certificate and
/// for which host.
fn behind(db: &Connection, what: &What) -> Stored<Vec<Subject>> {
    Ok(match what {
        What::SessionEnded { session, .. } => {
            let session = sessions::get(db, *session)?.map(|row| row.session);
            session.map_or_else(Vec::new, |session| {
                vec![
                    Subject::Account(session.account),
                    Subject::Staff(session.staff),
                    Subject::Grant(session.stands.grant),
                    Subject::Key(session.stands.key),
                ]
            })
        }
        What::SshKeyEnrolled { key, .. } | What::KeyRevoked { key, .. } => {
            owner(db, *key)?.map(Subject::Staff).into_iter().collect()
        }
        What::CertificateRevoked { certificate, .. } => {
            let Some((_, text)) = issuing(db, *certificate)? else { return Ok(Vec::new()) };
            match Entry::decode(text.as_bytes()).map_err(|_| StoreFault::Unreadable("entry"))?.what {
                What::CertificateIssued { staff, host, .. } => vec![Subject::Staff(staff), Subject::Host(host)],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    })
}

fn owner(db: &Connection, key: KeySerial) -> Stored<Option<StaffId>> {
    let select = "SELECT staff FROM keys WHERE serial = ?1";
    let staff: Option<String> = db.prepare_cached(select)?.query_row([key.0], |row| row.get(0)).optional()?;
    staff.map(|staff| parsed(&staff, "staff")).transpose()
}
