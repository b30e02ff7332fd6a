//! A gateway's journal on the wire: what it noted, in numbered order, until the server has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    history::fields::Fields,
    id::{GatewayId, SessionSerial},
    time::UnixMs,
};

/// Most records in one batch.
pub const MAX_JOURNAL_BATCH: usize = 200;
/// Longest verb, and longest template of a route, in bytes.
pub const MAX_VERB_BYTES: usize = 63;
pub const MAX_ROUTE_BYTES: usize = 512;

/// Records of one gateway's journal, by their numbers, without gaps. Without records it asks how far the server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalBatch {
    /// The id that the journal got when it was begun.
    pub gateway: GatewayId,
    pub records: Vec<JournalRecord>,
}

/// One record of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalRecord {
    /// Its place in the journal, from 1 without gaps.
    pub number: u64,
    pub session: SessionSerial,
    /// When it was noted: of reads, the last of them.
    pub at: UnixMs,
    pub what: Journaled,
}

/// What a journal notes: names of routes and fields, and never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Journaled {
    /// So many requests that read since `first`.
    Reads { verb: String, route: String, first: UnixMs, count: u64 },
    /// A write, noted before the upstream saw it.
    Write { verb: String, route: String, fields: Fields },
    /// What the upstream answered to the write of this number.
    Answered { write: u64, status: u16 },
}

/// How far the server has the journal, durably: everything up to this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalTaken {
    pub upto: u64,
}
