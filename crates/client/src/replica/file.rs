//! The replica's SQLite file: a snapshot, the entries after it, and the newest signed statements.

use std::path::{Path, PathBuf};

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

use super::ReplicaFault;

refinery::embed_migrations!("migrations");

#[derive(Debug)]
pub(super) struct ReplicaFile {
    db: Connection,
}

/// What was found on disk, not verified yet.
pub(super) struct Kept {
    pub snapshot: Option<(String, Vec<u8>)>,
    pub fresh: Option<String>,
    pub clock: Option<SignedClock>,
    checkpoint: Option<String>,
    tail: Vec<String>,
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
            let entry = Entry::decode(text.as_bytes()).map_err(|_| ReplicaFault::Damaged)?;
            if entry.seq != Seq(frontier.size()).next() {
                return Err(ReplicaFault::Damaged);
            }
            frontier.push(leaf_hash(text.as_bytes()));
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

impl ReplicaFile {
    pub fn open(path: &Path) -> Result<Self, ReplicaFault> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        migrations::runner().run(&mut db)?;
        Ok(Self { db })
    }

    pub fn read(&self) -> Result<Kept, ReplicaFault> {
        let text = |kind| self.statement(kind).map(|value| value.map(String::from_utf8));
        let decoded = |kind| text(kind)?.transpose().map_err(|_| ReplicaFault::Damaged);
        let snapshot = decoded("snapshot-note")?.zip(self.statement("snapshot-body")?);
        let clock = self.statement("clock")?.map(|json| serde_json::from_slice(&json));
        let mut rows = self.db.prepare("SELECT text FROM entries ORDER BY seq")?;
        let tail = rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
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
        Ok(self.db.query_row(sql, [kind], |row| row.get(0)).optional()?)
    }

    /// Appends verified entries and the checkpoint that covers them, in one durable transaction.
    pub fn append(&mut self, verified: &VerifiedBatch) -> Result<(), ReplicaFault> {
        let tx = self.db.transaction()?;
        for (text, entry) in verified.entries() {
            let seq = i64::try_from(entry.seq.0).map_err(|_| ReplicaFault::Damaged)?;
            tx.prepare_cached("INSERT INTO entries (seq, text) VALUES (?1, ?2)")?.execute(params![seq, text])?;
        }
        put(&tx, "checkpoint", verified.note().as_bytes())?;
        Ok(tx.commit()?)
    }

    /// Puts a snapshot in place of everything held.
    pub fn replace(&mut self, note: &str, body: &[u8]) -> Result<(), ReplicaFault> {
        let tx = self.db.transaction()?;
        tx.execute("DELETE FROM entries", [])?;
        tx.execute("DELETE FROM statements WHERE kind = 'checkpoint'", [])?;
        put(&tx, "snapshot-note", note.as_bytes())?;
        put(&tx, "snapshot-body", body)?;
        Ok(tx.commit()?)
    }

    pub fn hear(&mut self, note: &str, clock: &SignedClock) -> Result<(), ReplicaFault> {
        let json = serde_json::to_vec(clock).map_err(|_| ReplicaFault::Damaged)?;
        let tx = self.db.transaction()?;
        put(&tx, "fresh", note.as_bytes())?;
        put(&tx, "clock", &json)?;
        Ok(tx.commit()?)
    }
}

fn put(db: &Connection, kind: &str, value: &[u8]) -> Result<(), ReplicaFault> {
    let sql = "INSERT INTO statements (kind, value) VALUES (?1, ?2)
               ON CONFLICT (kind) DO UPDATE SET value = excluded.value";
    db.prepare_cached(sql)?.execute(params![kind, value])?;
    Ok(())
}

/// Removes the file and what SQLite keeps beside it.
pub(super) fn discard(path: &Path) -> Result<(), ReplicaFault> {
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
