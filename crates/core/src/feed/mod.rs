//! The feed: the signed sequence of entries that gives and takes away access.
//!
//! Entries are hashed into an RFC 6962 tree, covered by checkpoints in the C2SP signed-note form, and followed by
//! replicas that verify every byte before they use it.

pub mod batch;
pub mod checkpoint;
pub mod entry;
pub mod freshness;
pub mod note;
pub mod proof;
pub mod proof_file;
pub mod snapshot;
pub mod subject;
pub mod tree;
