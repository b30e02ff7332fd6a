//! Access to servers by OpenSSH certificates: what the feed says of hosts, certificate authorities, SSH keys and
//! certificates, and the decision whether one of them still admits.

pub mod krl;
mod names;
mod servers;
mod standing;

pub use names::{InvalidSshName, SshCa, SshFingerprint};
pub use servers::{Authority, Certificate, HostState, Servers};
pub use standing::{Presented, Revocations, revocations};
pub(crate) use standing::{log_in, stay};

use crate::time::Millis;

/// How long a certificate may be good for a log-in, at most. An authority that another has followed is trusted for so
/// much longer: then everything it signed has run out.
pub const LONGEST_CERTIFICATE: Millis = Millis::minutes(15);
/// How long a certificate is good for a log-in at least, so that slow hands and clocks do not lock anybody out.
pub const SHORTEST_CERTIFICATE: Millis = Millis::minutes(5);
/// How long one connection may last, at most.
pub const LONGEST_CONNECTION: Millis = Millis::hours(24);

/// The key ID in a certificate (`staff:serial`): what sshd's own log names whoever came by it.
pub fn key_id(staff: &crate::id::StaffId, certificate: crate::id::CertificateSerial) -> String {
    format!("{staff}:{certificate}")
}
