//! The agent on a server, beside Debian's own OpenSSH: it lets in whom the feed admits, and ends whoever may not stay.
//!
//! sshd asks at each log-in (`AuthorizedPrincipalsCommand`), and the agent answers from a fresh replica by
//! `policy::decide`; where there is no agent or no fresh replica, nobody gets in. It writes the two files that sshd reads
//! besides, knows every connection by sshd's process, and ends one whole when it may not stay. It takes part in no
//! handshake, reads nothing of what goes over a connection, and listens on no network.

mod agent;
mod ask;
mod check;
mod compose;
mod config;
mod connections;
mod files;
mod lists;
mod plan;
mod processes;
mod scope;
mod socket;
mod tell;

pub use ask::{LogIn, Refused, Silence, admit};
pub use check::{Finding, Grave, check};
pub use compose::{StartFault, run};
pub use config::{Config, ConfigFault, DEFAULT_SOCKET};
