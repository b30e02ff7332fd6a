//! The client room: whatever follows the feed. It believes nothing that does not verify, and keeps nothing secret on a disk
//! but sealed.

pub mod api;
pub mod cache;
pub mod clocks;
pub mod config;
pub mod endpoint;
pub mod files;
pub mod follower;
pub mod identity;
pub mod keys;
pub mod replica;
pub mod seal;
pub mod servers;
pub mod standing;
pub mod tail;
