//! API keys of the vendor's product and of followers, by hash.

use doorward_core::feed::tree::Hash;
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreFault, Stored};

/// What an API key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyKind {
    /// Registers accounts and switches settings.
    Vendor,
    /// Follows the feed.
    Follower,
}

impl ApiKeyKind {
    fn text(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Follower => "follower",
        }
    }
}

/// Keeps a key.
pub fn add(db: &Connection, hash: &Hash, kind: ApiKeyKind, name: &str) -> Stored<()> {
    db.execute("INSERT INTO api_keys (hash, kind, name) VALUES (?1, ?2, ?3)", params![hash, kind.text(), name])?;
    Ok(())
}

/// What the key is for, where it is known.
pub fn kind(db: &Connection, hash: &Hash) -> Stored<Option<ApiKeyKind>> {
    let select = "SELECT kind FROM api_keys WHERE hash = ?1";
    let text: Option<String> = db.query_row(select, params![hash], |row| row.get(0)).optional()?;
    match text.as_deref() {
        None => Ok(None),
        Some("vendor") => Ok(Some(ApiKeyKind::Vendor)),
        Some("follower") => Ok(Some(ApiKeyKind::Follower)),
        Some(_) => Err(StoreFault::Unreadable("API key")),
    }
}
