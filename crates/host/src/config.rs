//! The agent's configuration: one TOML file that names every other file. An unknown word in it is refused, and so is a
//! value that would weaken what the agent promises.

use std::path::{Path, PathBuf};

use doorward_core::{
    feed::freshness::{DEFAULT_LEASE, LONGEST_LIFE},
    id::HostId,
    policy::HostLabel,
    time::Millis,
};
use serde::Deserialize;

/// Where the agent is asked, where nothing else is said.
pub const DEFAULT_SOCKET: &str = "/run/doorward-host/admit.sock";
/// Longest path of a unix socket (`sun_path`), without the zero at its end.
const LONGEST_SOCKET: usize = 107;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: std::io::Error },
    #[error("{path} is not of the documented form: {fault}")]
    Malformed { path: PathBuf, fault: Box<toml::de::Error> },
    #[error("lease_seconds must be from 1 to 60")]
    Lease,
    #[error("logins must name one user at least")]
    NoLogins,
    #[error("sshd.socket is longer than a unix socket's path may be (107 bytes)")]
    Socket,
}

/// Everything the agent is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The host's id, as the operator registered it.
    pub host: HostId,
    /// Its label there; only `doorward host check` looks at it.
    pub label: HostLabel,
    /// The local users whom sshd may log in by a certificate, and nobody else.
    pub logins: Vec<String>,
    /// Whom to believe: made by `doorward admin trust`.
    pub trust: PathBuf,
    /// A folder of the agent's own: the replica, who is connected, and the files that sshd reads.
    pub state: PathBuf,
    /// How old the newest word of the server may be before nobody gets in.
    #[serde(default = "default_lease")]
    pub lease_seconds: u64,
    /// Whether what is open is ended as well once the replica is not fresh.
    #[serde(default)]
    pub strict: bool,
    pub server: ServerConfig,
    pub sshd: SshdConfig,
}

/// Doorward's server, as the agent follows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The certificates to believe.
    pub ca: PathBuf,
    /// A file with the follower's key.
    pub follower_key: PathBuf,
}

/// sshd, as the agent stands beside it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshdConfig {
    /// The local user who runs `doorward host admit`: `AuthorizedPrincipalsCommandUser`.
    pub admit_user: String,
    /// Where the agent is asked.
    #[serde(default = "default_socket")]
    pub socket: PathBuf,
    /// Looked at by `doorward host check`.
    #[serde(default = "default_program")]
    pub program: PathBuf,
    /// sshd's own configuration, where it is not the usual one; looked at by `doorward host check`.
    pub config: Option<PathBuf>,
}

impl Config {
    /// Reads and checks the file at `path`. Files it names are taken from its own directory where they are relative.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let mut config: Self = read_toml(path)?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        config.check()?;
        Ok(config)
    }

    fn resolve(&mut self, base: &Path) {
        let own = [&mut self.trust, &mut self.state, &mut self.server.ca, &mut self.server.follower_key];
        let sshd = [&mut self.sshd.socket, &mut self.sshd.program].into_iter().chain(self.sshd.config.as_mut());
        own.into_iter().chain(sshd).for_each(|file| *file = base.join(&*file));
    }

    fn check(&self) -> Result<(), ConfigFault> {
        if self.lease() < Millis::seconds(1) || self.lease() > LONGEST_LIFE {
            return Err(ConfigFault::Lease);
        }
        if self.logins.is_empty() {
            return Err(ConfigFault::NoLogins);
        }
        if self.sshd.socket.as_os_str().len() > LONGEST_SOCKET { Err(ConfigFault::Socket) } else { Ok(()) }
    }

    /// The lease.
    pub fn lease(&self) -> Millis {
        Millis::seconds(self.lease_seconds)
    }

    /// Where `TrustedUserCAKeys` points.
    pub fn trusted(&self) -> PathBuf {
        self.state.join(crate::lists::TRUSTED)
    }

    /// Where `RevokedKeys` points.
    pub fn revoked(&self) -> PathBuf {
        self.state.join(crate::lists::REVOKED)
    }

    /// The replica.
    pub fn replica(&self) -> PathBuf {
        self.state.join("replica.db")
    }

    /// Who is connected.
    pub fn connections(&self) -> PathBuf {
        self.state.join("connections")
    }
}

/// Reads the TOML file at `path` into `T`.
pub fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ConfigFault> {
    let unreadable = |fault| ConfigFault::Unreadable { path: path.to_owned(), fault };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    toml::from_str(&text).map_err(|fault| ConfigFault::Malformed { path: path.to_owned(), fault: Box::new(fault) })
}

fn default_lease() -> u64 {
    DEFAULT_LEASE.0 / 1_000
}

fn default_socket() -> PathBuf {
    PathBuf::from(DEFAULT_SOCKET)
}

fn default_program() -> PathBuf {
    PathBuf::from("/usr/sbin/sshd")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        host = "web-1"
        label = "infrastructure"
        logins = ["ops"]
        trust = "trust.toml"
        state = "/var/lib/doorward-host"
        server = { ca = "ca.pem", follower_key = "f" }
        sshd = { admit_user = "doorward-admit" }
    "#;

    fn read(text: &str) -> Result<Config, ConfigFault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("host.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).inspect(|config| assert_eq!(config.trust, dir.path().join("trust.toml")))
    }

    #[test]
    fn what_would_weaken_the_agent_is_refused() {
        let good = read(GOOD).unwrap();
        assert_eq!((good.lease(), good.strict), (Millis::seconds(10), false));
        assert_eq!(good.sshd.socket, Path::new(DEFAULT_SOCKET));
        assert_eq!(good.revoked(), Path::new("/var/lib/doorward-host/revoked_keys"));
        let with = |line: &str| read(&format!("{line}\n{GOOD}"));
        assert!(with("lease_seconds = 60\nstrict = true").is_ok());
        assert!(matches!(with("lease_seconds = 61"), Err(ConfigFault::Lease)));
        assert!(matches!(with("lease_seconds = 0"), Err(ConfigFault::Lease)));
        assert!(matches!(with("leese_seconds = 5"), Err(ConfigFault::Malformed { .. })));
        assert!(matches!(read(&GOOD.replace("[\"ops\"]", "[]")), Err(ConfigFault::NoLogins)));
        assert!(matches!(read(&GOOD.replace("trust =", "# trust =")), Err(ConfigFault::Malformed { .. })));
        let long = GOOD.replace("admit_user =", &format!("socket = \"/{}\", admit_user =", "x".repeat(107)));
        assert!(matches!(read(&long), Err(ConfigFault::Socket)));
    }
}
