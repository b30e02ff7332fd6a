//! Servers: the hosts that somebody's roles are for, who is on them, and a connection that was asked for.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{LabelName, Ms, StaffRef, Why};

/// The hosts that the person at this console may see, by name.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ServersView {
    pub servers: Vec<ServerView>,
    /// The SSH key that goes with the staff key signed in with, by its fingerprint.
    pub ssh_key: Option<String>,
    /// Out of reach: when this was told.
    pub as_of: Option<Ms>,
}

/// A host.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ServerView {
    pub host: String,
    pub label: LabelName,
    pub address: String,
    pub port: u16,
    pub login: String,
    /// When the host last told who is connected. Absent: it never did.
    pub told: Option<Ms>,
    /// Why the person at this console gets no certificate for it; absent where they do.
    pub why_not: Option<Why>,
    /// Newest first: who has a certificate that still admits, or is connected by one.
    pub certificates: Vec<CertificateOn>,
}

/// A certificate for a host, and the connection that was made by it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CertificateOn {
    pub certificate: u32,
    pub staff: StaffRef,
    pub mine: bool,
    pub ticket: Option<String>,
    /// Absent where it was erased.
    pub reason: Option<String>,
    pub issued: Ms,
    /// From then on it opens nothing.
    pub ends: Ms,
    /// By then whoever came by it is out.
    pub connection_ends: Ms,
    /// Since when somebody is connected by it; absent where nobody is.
    pub connected: Option<Ms>,
    /// What connects by it, to copy into a terminal; absent where it lies on another console, or opens nothing any more.
    pub command: Option<String>,
}

/// A wish to connect.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConnectAsk {
    pub host: String,
    pub ticket: Option<String>,
    pub reason: String,
    /// Whether a terminal is to open; otherwise the command is only told.
    pub terminal: bool,
}

/// What came of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Connected {
    pub certificate: u32,
    pub command: String,
    pub ends: Ms,
    pub connection_ends: Ms,
    /// Whether a terminal was opened. On this machine there may be none that is known.
    pub terminal: bool,
    /// Whether the key is in no file here: an agent is to have it.
    pub needs_agent: bool,
}

/// An SSH public key of the person at this console, as it lies on this machine.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct OwnSshKey {
    /// The file, to know it by.
    pub file: String,
    /// What it is enrolled by: one line.
    pub line: String,
    pub fingerprint: String,
    pub in_hardware: bool,
}

/// What ending a connection does: told before it is done.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ConnectionEffects {
    pub host: String,
    pub staff: StaffRef,
    pub mine: bool,
    /// Somebody is connected, and is cut off.
    pub connected: Option<Ms>,
    /// Until then it would have admitted.
    pub ends: Ms,
    /// No server in reach: it is delivered first thing.
    pub queued: bool,
}

macro_rules! silent {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

silent!(ServersView, ServerView, CertificateOn, ConnectAsk, Connected, OwnSshKey, ConnectionEffects);
