//! The client room: whatever follows the feed. It believes nothing that does not verify, and keeps no secret on disk.

pub mod api;
pub mod clocks;
pub mod follower;
pub mod identity;
pub mod keys;
pub mod replica;
pub mod standing;
