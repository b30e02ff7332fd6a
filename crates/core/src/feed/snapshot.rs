//! Snapshots: the fold at one size, signed by the log key, so that a new follower need not read all entries.
//!
//! The note says origin, size, root and the hash of the body; the body carries the frontier and the fold. A replica
//! on disk is a snapshot and the entries after it, and is verified by the same function when it is opened.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use super::{
    checkpoint::{FeedTrust, StatementFault, read_hash},
    note::NoteSigner,
    tree::{Frontier, Hash, plain_hash},
};
use crate::{
    id::{AccountId, KeySerial, StaffId},
    ssh::Servers,
    state::{AccessState, AccountState, StaffState},
    time::UnixMs,
};

const KIND: &str = "doorward-snapshot/v1";

/// A verified snapshot: where the feed stood, and the fold there.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub frontier: Frontier,
    pub state: AccessState,
    pub at: UnixMs,
}

/// Why a snapshot is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotFault {
    #[error(transparent)]
    Statement(#[from] StatementFault),
    #[error("the body is not the one that was signed")]
    WrongBody,
    #[error("the body cannot be read")]
    Unreadable,
    #[error("the body's frontier and fold do not fit the signed size and root")]
    Inconsistent,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    frontier: Frontier,
    accounts: BTreeMap<AccountId, AccountState>,
    staff: BTreeMap<StaffId, StaffState>,
    keys: BTreeMap<KeySerial, StaffId>,
    revoked_keys: String,
    ended_sessions: String,
    last_grant: u64,
    last_key: u64,
    /// Missing where there are none.
    #[serde(default, skip_serializing_if = "Servers::is_empty")]
    servers: Servers,
}

fn pack(serials: &RoaringTreemap) -> String {
    let mut bytes = Vec::with_capacity(serials.serialized_size());
    // Writing to memory does not fail.
    let _written = serials.serialize_into(&mut bytes);
    STANDARD.encode(bytes)
}

fn unpack(text: &str) -> Option<RoaringTreemap> {
    RoaringTreemap::deserialize_from(STANDARD.decode(text).ok()?.as_slice()).ok()
}

impl Snapshot {
    /// The body's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let state = &self.state;
        let body = Body {
            frontier: self.frontier.clone(),
            accounts: state.accounts.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            staff: state.staff.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            keys: state.key_owners.iter().map(|(k, v)| (*k, v.clone())).collect(),
            revoked_keys: pack(&state.revoked_keys),
            ended_sessions: pack(&state.ended_sessions),
            last_grant: state.last_grant,
            last_key: state.last_key,
            servers: state.servers.clone(),
        };
        // Serialising to memory fails only for maps with keys that are no strings; these have none.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The signed note for `body`, which must be what [`Snapshot::encode`] gave.
    pub fn sign(&self, body: &[u8], origin: &str, log: &NoteSigner) -> String {
        log.sign(&note_text(origin, self.frontier.size(), &self.frontier.root(), &plain_hash(body), self.at))
    }

    /// The snapshot in `body`, where the log key of `trust` signed `note` for exactly these bytes.
    pub fn open(note: &str, body: &[u8], trust: &FeedTrust) -> Result<Self, SnapshotFault> {
        let text = trust.log.open(note).map_err(StatementFault::from)?;
        let said = read_note(text).ok_or(StatementFault::Malformed)?;
        if note_text(&said.origin, said.size, &said.root, &said.body, said.at) != text {
            return Err(StatementFault::Malformed.into());
        }
        if said.origin != trust.origin {
            return Err(StatementFault::WrongOrigin.into());
        }
        if plain_hash(body) != said.body {
            return Err(SnapshotFault::WrongBody);
        }
        let body: Body = serde_json::from_slice(body).map_err(|_| SnapshotFault::Unreadable)?;
        let parts = (body.frontier.size(), body.frontier.peaks().to_vec());
        let frontier = Frontier::from_parts(parts.0, parts.1).ok_or(SnapshotFault::Inconsistent)?;
        if frontier.size() != said.size || frontier.root() != said.root {
            return Err(SnapshotFault::Inconsistent);
        }
        let state = AccessState {
            size: said.size,
            accounts: body.accounts.into_iter().collect(),
            staff: body.staff.into_iter().collect(),
            key_owners: body.keys.into_iter().collect(),
            revoked_keys: unpack(&body.revoked_keys).ok_or(SnapshotFault::Unreadable)?,
            ended_sessions: unpack(&body.ended_sessions).ok_or(SnapshotFault::Unreadable)?,
            last_grant: body.last_grant,
            last_key: body.last_key,
            servers: body.servers,
        };
        Ok(Self { frontier, state, at: said.at })
    }
}

struct Said {
    origin: String,
    size: u64,
    root: Hash,
    body: Hash,
    at: UnixMs,
}

fn note_text(origin: &str, size: u64, root: &Hash, body: &Hash, at: UnixMs) -> String {
    format!("{KIND}\n{origin}\n{size}\n{}\n{}\n{}\n", STANDARD.encode(root), STANDARD.encode(body), at.0)
}

fn read_note(text: &str) -> Option<Said> {
    let mut lines = text.lines();
    lines.next().filter(|kind| *kind == KIND)?;
    let origin = lines.next()?.to_owned();
    let size = lines.next()?.parse().ok()?;
    let root = read_hash(lines.next()?)?;
    let body = read_hash(lines.next()?)?;
    let at = UnixMs(lines.next()?.parse().ok()?);
    lines.next().is_none().then_some(Said { origin, size, root, body, at })
}
