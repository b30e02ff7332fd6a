//! The feed's entries as they were hashed, and the tree's edge at sparse sizes.

use doorward_core::feed::{
    batch::MAX_BATCH,
    tree::{Frontier, Hash, leaf_hash},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreFault, Stored};

/// At every multiple of this size the tree's edge is kept.
const EVERY: u64 = 1_000;

/// Keeps the entry with sequence number `seq`, after which the tree's edge is `edge`.
pub fn append(db: &Connection, seq: u64, text: &str, edge: &Frontier) -> Stored<()> {
    let mut insert = db.prepare_cached("INSERT INTO entries (seq, text) VALUES (?1, ?2)")?;
    insert.execute(params![seq, text])?;
    if seq.is_multiple_of(EVERY) {
        db.execute("INSERT INTO frontiers (size, peaks) VALUES (?1, ?2)", params![seq, edge.peaks().concat()])?;
    }
    Ok(())
}

/// Shows every entry to `each`, in order.
pub fn each<E: From<StoreFault>>(db: &Connection, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut select = db.prepare("SELECT text FROM entries ORDER BY seq").map_err(StoreFault::from)?;
    let mut rows = select.query([]).map_err(StoreFault::from)?;
    while let Some(row) = rows.next().map_err(StoreFault::from)? {
        each(row.get_ref(0).and_then(|text| Ok(text.as_str()?)).map_err(StoreFault::from)?)?;
    }
    Ok(())
}

/// At most `limit` entries after `after`, and the tree's edge after the last of them.
pub fn after(db: &Connection, after: u64, limit: usize) -> Stored<(Vec<String>, Frontier)> {
    let limit = limit.min(MAX_BATCH);
    let mut edge = edge_at(db, after)?;
    let texts = texts(db, after, limit)?;
    for text in &texts {
        edge.push(leaf_hash(text.as_bytes()));
    }
    Ok((texts, edge))
}

fn edge_at(db: &Connection, size: u64) -> Stored<Frontier> {
    let kept = "SELECT size, peaks FROM frontiers WHERE size <= ?1 ORDER BY size DESC LIMIT 1";
    let kept: Option<(u64, Vec<u8>)> = db.query_row(kept, [size], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let mut edge = match kept {
        Some((size, bytes)) => edge_from(size, &bytes).ok_or(StoreFault::Unreadable("frontier"))?,
        None => Frontier::default(),
    };
    let missing = usize::try_from(size.saturating_sub(edge.size())).unwrap_or(0);
    for text in texts(db, edge.size(), missing)? {
        edge.push(leaf_hash(text.as_bytes()));
    }
    if edge.size() == size { Ok(edge) } else { Err(StoreFault::Unreadable("entries")) }
}

fn edge_from(size: u64, bytes: &[u8]) -> Option<Frontier> {
    let peaks: Option<Vec<Hash>> = bytes.chunks(32).map(|peak| peak.try_into().ok()).collect();
    Frontier::from_parts(size, peaks?)
}

fn texts(db: &Connection, after: u64, limit: usize) -> Stored<Vec<String>> {
    let mut select = db.prepare_cached("SELECT text FROM entries WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let rows = select.query_map(params![after, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
