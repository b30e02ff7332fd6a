//! The tree in tiles: every hash of a complete subtree is a few reads away, however long the feed is.
//!
//! A tile of tier 0 has the hashes of 256 entries, one of tier 1 the roots of 256 such tiles, and so on. A tile is
//! written once, in the transaction of the entry that fills it; what is not full yet is hashed from the entries.

use std::collections::HashMap;

use doorward_core::feed::{
    proof::{Node, complete},
    tree::{Hash, leaf_hash},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreFault, Stored};

/// Hashes in a tile.
const WIDTH: u64 = 256;
/// Levels of the tree in a tile.
const HEIGHT: u32 = 8;

/// Writes the tiles that entry `seq`, which is stored already, has filled.
pub fn grow(db: &Connection, seq: u64) -> Stored<()> {
    let (mut tier, mut full) = (0, seq);
    while full > 0 && full.is_multiple_of(WIDTH) {
        full /= WIDTH;
        let place = full.saturating_sub(1);
        let hashes = row(db, tier, place.saturating_mul(WIDTH), WIDTH)?;
        let root = complete(&hashes).ok_or(StoreFault::Unreadable("tile"))?;
        let put = "INSERT INTO tiles (tier, place, root, hashes) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(put)?.execute(params![tier, place, root, hashes.concat()])?;
        tier = tier.saturating_add(1);
    }
    Ok(())
}

/// Reads the tree. What was read once is kept: the proofs of one answer share most of their way.
pub struct Tiles<'db> {
    db: &'db Connection,
    tiles: HashMap<(u32, u64), Option<Vec<Hash>>>,
    nodes: HashMap<Node, Hash>,
}

impl<'db> Tiles<'db> {
    pub fn new(db: &'db Connection) -> Self {
        Self { db, tiles: HashMap::new(), nodes: HashMap::new() }
    }

    /// The hash of a complete subtree of what is stored.
    pub fn node(&mut self, node: Node) -> Stored<Hash> {
        if let Some(hash) = self.nodes.get(&node) {
            return Ok(*hash);
        }
        let (tier, height) = (node.level / HEIGHT, node.level % HEIGHT);
        let (first, count) = (node.place << height, 1_u64 << height);
        let hash = complete(&self.part(tier, first, count)?).ok_or(StoreFault::Unreadable("tile"))?;
        self.nodes.insert(node, hash);
        Ok(hash)
    }

    /// `count` hashes of a tier, all in one tile: of the tile where it is full.
    fn part(&mut self, tier: u32, first: u64, count: u64) -> Stored<Vec<Hash>> {
        let (place, start) = (first / WIDTH, first % WIDTH);
        let tile = match self.tiles.entry((tier, place)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(unknown) => unknown.insert(tile(self.db, tier, place)?),
        };
        let Some(tile) = tile else { return row(self.db, tier, first, count) };
        let skipped = usize::try_from(start).unwrap_or(usize::MAX);
        Ok(tile.iter().skip(skipped).take(usize::try_from(count).unwrap_or(0)).copied().collect())
    }
}

fn tile(db: &Connection, tier: u32, place: u64) -> Stored<Option<Vec<Hash>>> {
    let select = "SELECT hashes FROM tiles WHERE tier = ?1 AND place = ?2";
    let bytes =
        db.prepare_cached(select)?.query_row(params![tier, place], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    bytes.map(|bytes| bytes.chunks(32).map(read).collect()).transpose()
}

/// `count` hashes of a tier from `first` on, from what lies below it.
fn row(db: &Connection, tier: u32, first: u64, count: u64) -> Stored<Vec<Hash>> {
    let hashes: Vec<Hash> = match tier.checked_sub(1) {
        None => {
            let select = "SELECT text FROM entries WHERE seq > ?1 ORDER BY seq LIMIT ?2";
            let mut select = db.prepare_cached(select)?;
            let leaf = |row: &rusqlite::Row<'_>| Ok(leaf_hash(row.get_ref(0)?.as_str()?.as_bytes()));
            select.query_map(params![first, count], leaf)?.collect::<Result<_, _>>()?
        }
        Some(below) => {
            let select = "SELECT root FROM tiles WHERE tier = ?1 AND place >= ?2 ORDER BY place LIMIT ?3";
            let mut select = db.prepare_cached(select)?;
            let roots = select.query_map(params![below, first, count], |row| row.get::<_, Vec<u8>>(0))?;
            roots.map(|root| read(&root?)).collect::<Stored<_>>()?
        }
    };
    let whole = u64::try_from(hashes.len()) == Ok(count);
    if whole { Ok(hashes) } else { Err(StoreFault::Unreadable("entries")) }
}

fn read(bytes: &[u8]) -> Stored<Hash> {
    bytes.try_into().map_err(|_| StoreFault::Unreadable("hash"))
}
