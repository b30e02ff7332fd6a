//! The replica's SQLite file: a snapshot, the entries after it, and the newest signed statements.

use std::path::PathBuf;

use doorward_core::{
    feed::{
        batch::VerifiedBatch,
        checkpoint::{Checkpoint, FeedTrust},
        entry::Entry,
        tree::{Frontier, leaf_hash},
    },
    id::Seq,
    state::AccessState,
    time::{SignedClock, UnixMs},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{ReplicaFault, place::Place};
use crate::{seal::Row, tail::Tail};

refinery::embed_migrations!("migrations");

#[derive(Debug)]
pub(super) struct ReplicaFile {
    db: Connection,
    place: Place,
}

/// What was found on disk, not verified yet.
pub(super) struct Kept {
    pub snapshot: Option<(String, Vec<u8>)>,
    pub fresh: Option<String>,
    pub clock: Option<SignedClock>,
    checkpoint: Option<String>,
    tail: Vec<Vec<u8>>,
}

impl Kept {
    /// Replays the tail onto `frontier` and `state` and holds it against the checkpoint, whose time it returns.
    pub fn replay(
        &self,
        trust: &FeedTrust,
        frontier: &mut Frontier,
        state: &mut AccessState,
    ) -> Result<Option<UnixMs>, ReplicaFault> {
        for text in &self.tail {
            let entry = Entry::decode(text).map_err(|_| ReplicaFault::Damaged)?;
            if entry.seq != Seq(frontier.size()).next() {
                return Err(ReplicaFault::Damaged);
            }
            frontier.push(leaf_hash(text));
            state.apply(&entry)?;
        }
        let Some(note) = &self.checkpoint else {
            return if self.tail.is_empty() { Ok(None) } else { Err(ReplicaFault::Damaged) };
        };
        let checkpoint = Checkpoint::open(note, trust)?;
        let covers = checkpoint.size == frontier.size() && checkpoint.root == frontier.root();
        if covers { Ok(Some(checkpoint.at)) } else { Err(ReplicaFault::Damaged) }
    }
}

impl Kept {
    /// The tail behind a snapshot with this edge; to be called where it has been replayed.
    pub fn tail(&self, begins: Frontier) -> Tail {
        let mut tail = Tail::behind(begins);
        if let Some(note) = &self.checkpoint {
            // What is no text was refused when it was replayed.
            let texts = self.tail.iter().filter_map(|bytes| std::str::from_utf8(bytes).ok());
            tail.extend(texts, note);
        }
        tail
    }
}

impl ReplicaFile {
    pub fn open(place: &Place) -> Result<Self, ReplicaFault> {
        let mut db = match place.path() {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        migrations::runner().run(&mut db)?;
        Ok(Self { db, place: place.clone() })
    }

    pub fn read(&self) -> Result<Kept, ReplicaFault> {
        let text = |kind| self.statement(kind).map(|value| value.map(String::from_utf8));
        let decoded = |kind| text(kind)?.transpose().map_err(|_| ReplicaFault::Damaged);
        let snapshot = decoded("snapshot-note")?.zip(self.statement("snapshot-body")?);
        let clock = self.statement("clock")?.map(|json| serde_json::from_slice(&json));
        let mut rows = self.db.prepare("SELECT seq, body FROM entries ORDER BY seq")?;
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let tail = rows.map(|row| {
            let (seq, body): (i64, Vec<u8>) = row?;
            self.place.open("entries", numbered(seq)?, body)
        });
        let tail = tail.collect::<Result<_, ReplicaFault>>()?;
        Ok(Kept {
            snapshot,
            fresh: decoded("fresh")?,
            clock: clock.transpose().map_err(|_| ReplicaFault::Damaged)?,
            checkpoint: decoded("checkpoint")?,
            tail,
        })
    }

    fn statement(&self, kind: &str) -> Result<Option<Vec<u8>>, ReplicaFault> {
        let sql = "SELECT value FROM statements WHERE kind = ?1";
        let kept: Option<Vec<u8>> = self.db.query_row(sql, [kind], |row| row.get(0)).optional()?;
        kept.map(|value| self.place.open("statements", Row::Named(kind), value)).transpose()
    }

    /// Appends verified batches that follow each other and the checkpoint that covers them, in one durable transaction.
    pub fn append(&mut self, batches: &[VerifiedBatch]) -> Result<(), ReplicaFault> {
        let Some(newest) = batches.last() else { return Ok(()) };
        let tx = self.db.transaction()?;
        for (text, entry) in batches.iter().flat_map(VerifiedBatch::entries) {
            let seq = i64::try_from(entry.seq.0).map_err(|_| ReplicaFault::Damaged)?;
            let body = self.place.close("entries", numbered(seq)?, text.as_bytes())?;
            tx.prepare_cached("INSERT INTO entries (seq, body) VALUES (?1, ?2)")?.execute(params![seq, body])?;
        }
        put(&tx, &self.place, "checkpoint", newest.note().as_bytes())?;
        Ok(tx.commit()?)
    }

    /// Puts a snapshot in place of everything held.
    pub fn replace(&mut self, note: &str, body: &[u8]) -> Result<(), ReplicaFault> {
        let tx = self.db.transaction()?;
        tx.execute("DELETE FROM entries", [])?;
        tx.execute("DELETE FROM statements WHERE kind = 'checkpoint'", [])?;
        put(&tx, &self.place, "snapshot-note", note.as_bytes())?;
        put(&tx, &self.place, "snapshot-body", body)?;
        Ok(tx.commit()?)
    }

    pub fn hear(&mut self, note: &str, clock: &SignedClock) -> Result<(), ReplicaFault> {
        let json = serde_json::to_vec(clock).map_err(|_| ReplicaFault::Damaged)?;
        let tx = self.db.transaction()?;
        put(&tx, &self.place, "fresh", note.as_bytes())?;
        put(&tx, &self.place, "clock", &json)?;
        Ok(tx.commit()?)
    }
}

fn numbered(seq: i64) -> Result<Row<'static>, ReplicaFault> {
    Ok(Row::Numbered(u64::try_from(seq).map_err(|_| ReplicaFault::Damaged)?))
}

fn put(db: &Connection, place: &Place, kind: &str, value: &[u8]) -> Result<(), ReplicaFault> {
    let value = place.close("statements", Row::Named(kind), value)?;
    let sql = "INSERT INTO statements (kind, value) VALUES (?1, ?2)
               ON CONFLICT (kind) DO UPDATE SET value = excluded.value";
    db.prepare_cached(sql)?.execute(params![kind, value])?;
    Ok(())
}

/// Removes the file and what SQLite keeps beside it.
pub(super) fn discard(place: &Place) -> Result<(), ReplicaFault> {
    let Some(path) = place.path() else { return Ok(()) };
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
