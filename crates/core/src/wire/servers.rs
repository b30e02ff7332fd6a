//! Servers on the wire: hosts, the certificates for them, and who is connected.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{CertificateSerial, HostId, StaffId},
    policy::HostLabel,
    session::Reason,
    ssh::SshFingerprint,
    time::UnixMs,
};

/// `PUT /v1/vendor/hosts/{host}`: adds the host, or changes how it is reached. Another label makes it another host:
/// whoever is connected is out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutHost {
    pub label: HostLabel,
    pub reach: HostReach,
}

/// How a host is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostReach {
    /// A name or an IP address, without a port.
    pub address: String,
    pub port: u16,
    /// The user whom sshd logs in.
    pub login: String,
    /// The host's own public keys, a line each as in `/etc/ssh/ssh_host_*_key.pub`: one at least.
    pub host_keys: Vec<String>,
}

/// `GET /v1/servers`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Servers {
    pub servers: Vec<ServerView>,
    /// The SSH key that goes with the caller's staff key.
    pub ssh_key: Option<SshFingerprint>,
}

/// A host, and who may be on it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServerView {
    pub host: HostId,
    pub label: HostLabel,
    pub reach: HostReach,
    /// When the host's agent last told who is connected; none before it ever did.
    pub told: Option<UnixMs>,
    /// Newest first: whoever has a certificate that admits, or is connected by one.
    pub certificates: Vec<CertificateView>,
}

/// A certificate as the server keeps it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CertificateView {
    pub certificate: CertificateSerial,
    pub staff: StaffId,
    /// Absent where it was erased.
    pub reason: Option<Reason>,
    pub issued: UnixMs,
    /// From then on it opens nothing.
    pub ends: UnixMs,
    /// By then whoever came by it is out.
    pub connection_ends: UnixMs,
    /// Since when somebody is connected by it, as the host's agent last told; none where nobody is.
    pub connected: Option<UnixMs>,
}

/// A certificate that was issued, and all that a connection needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuedCertificate {
    pub certificate: CertificateSerial,
    /// One line, as `ssh-keygen` writes it to `…-cert.pub`.
    pub text: String,
    pub host: HostId,
    pub reach: HostReach,
    pub ends: UnixMs,
    pub connection_ends: UnixMs,
}

/// `PUT /v1/hosts/{host}/connections`: everybody who is connected, as the host's agent sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostConnections {
    pub connections: Vec<HostConnection>,
}

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostConnection {
    pub certificate: CertificateSerial,
    pub since: UnixMs,
}
