//! Connecting to servers with the `ssh` that is installed: what came from the server is checked, and becomes a certificate,
//! a `known_hosts` and a configuration in a private folder, and a short command line.
//!
//! Nothing secret passes through here. The private key stays where its owner has it: in a hardware key, a file or an agent
//! of theirs, and `ssh` asks there. What lies in the private folder of a connection is worth nothing without it.

mod config;
mod folder;
mod issued;
mod own_keys;

pub use config::command_line;
pub use folder::{Connection, Places};
pub use issued::{IssuedFault, Target};
pub use own_keys::{OwnKey, PublicKeyFault, own_keys, public_key};

#[cfg(test)]
mod tests;
