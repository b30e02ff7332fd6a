//! The store: SQLite in WAL mode, one writer, a pool of readers. It keeps rows; it decides nothing.
//!
//! Everything here blocks: callers go through `spawn_blocking`. Secrets are kept as SHA-256 alone.

pub mod account_log;
pub mod accounts;
pub mod api_keys;
pub mod billing;
pub mod ceremonies;
pub mod entries;
pub mod history;
pub mod keys;
pub mod mails;
pub mod servers;
pub mod sessions;
pub mod sign_ins;
pub mod sso_subjects;
pub mod sso_tries;
pub mod staff;
pub mod tiles;
pub mod tries;
pub mod user_doors;
pub mod user_factors;
pub mod user_sessions;
pub mod users;

use std::path::Path;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

mod migrations {
    refinery::embed_migrations!("migrations");
}

const READERS: u32 = 4;

/// What went wrong in the store. The text is for the server's log alone; it carries no row's content.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the pool of readers: {0}")]
    Pool(#[from] r2d2::Error),
    #[error("the migrations: {0}")]
    Migration(#[from] Box<refinery::Error>),
    #[error("a stored row cannot be read: {0}")]
    Unreadable(&'static str),
}

impl StoreFault {
    /// Whether a row was refused because one like it is there already.
    pub fn is_conflict(&self) -> bool {
        let Self::Database(rusqlite::Error::SqliteFailure(failure, _)) = self else { return false };
        failure.code == rusqlite::ErrorCode::ConstraintViolation
    }
}

/// What a store call gives.
pub type Stored<T> = Result<T, StoreFault>;

/// The pool of readers; what they see is what was durable when they looked.
#[derive(Clone)]
pub struct Readers(r2d2::Pool<SqliteConnectionManager>);

impl Readers {
    /// Asks `question` of the newest durable state.
    pub fn read<T>(&self, question: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        question(&*self.0.get()?)
    }
}

/// Opens the database at `path` and brings it to this version's schema; a newer schema is refused.
pub fn open(path: &Path) -> Stored<(Connection, Readers)> {
    let mut writer = Connection::open(path)?;
    prepare(&writer)?;
    migrations::migrations::runner().run(&mut writer).map_err(Box::new)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let manager = SqliteConnectionManager::file(path)
        .with_flags(flags)
        .with_init(|reader| reader.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;"));
    let pool = r2d2::Pool::builder().max_size(READERS).build(manager)?;
    Ok((writer, Readers(pool)))
}

fn prepare(writer: &Connection) -> rusqlite::Result<()> {
    writer.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA busy_timeout = 5000;",
    )
}

/// Takes the log of changes over into the database and empties it: old pages may hold what was erased since. False where
/// somebody is reading from it for too long.
pub fn drop_changes(writer: &Connection) -> Stored<bool> {
    let busy: i64 = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Starts a new epoch and says which.
pub fn next_epoch(db: &Connection) -> Stored<u64> {
    let epoch = "INSERT INTO meta (name, value) VALUES ('epoch', x'31')
         ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(CAST(value AS TEXT) AS INTEGER) + 1 AS BLOB)
         RETURNING CAST(CAST(value AS TEXT) AS INTEGER)";
    Ok(db.query_row(epoch, [], |row| row.get(0))?)
}

/// The value kept under `name`, which is `fresh` from the first time on.
pub fn keep(db: &Connection, name: &str, fresh: &[u8]) -> Stored<Vec<u8>> {
    db.execute("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", params![name, fresh])?;
    let kept = db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    kept.ok_or(StoreFault::Unreadable("meta"))
}

fn to_text<T: Serialize>(value: &T, what: &'static str) -> Stored<String> {
    serde_json::to_string(value).map_err(|_| StoreFault::Unreadable(what))
}

fn from_text<T: DeserializeOwned>(text: &str, what: &'static str) -> Stored<T> {
    serde_json::from_str(text).map_err(|_| StoreFault::Unreadable(what))
}

fn parsed<T: std::str::FromStr>(text: &str, what: &'static str) -> Stored<T> {
    text.parse().map_err(|_| StoreFault::Unreadable(what))
}
