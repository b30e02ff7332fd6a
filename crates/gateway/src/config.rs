//! The gateway's configuration: one TOML file that names every other file. An unknown word in it is refused, and so is
//! a value that would weaken what the gateway promises.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use doorward_core::{
    feed::freshness::{DEFAULT_LEASE, LONGEST_LIFE},
    time::Millis,
};
use serde::Deserialize;

use crate::forward::ForwardLimits;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: std::io::Error },
    #[error("{path} is not of the documented form: {fault}")]
    Malformed { path: PathBuf, fault: Box<toml::de::Error> },
    #[error("lease_seconds must be from 1 to 60")]
    Lease,
    #[error("the admin listener must be on a loopback address")]
    AdminNotLoopback,
    #[error("no limit can be zero, and a head must be allowed 1 KiB at least")]
    Limits,
}

/// Everything the gateway is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where staff's consoles connect.
    pub listen: SocketAddr,
    /// `/healthz` and `/readyz`, on loopback; not served where this is missing.
    pub admin: Option<SocketAddr>,
    /// Whom to believe: made by `doorward admin trust`.
    pub trust: PathBuf,
    /// The route table.
    pub routes: PathBuf,
    pub replica: PathBuf,
    pub journal: PathBuf,
    /// How old the newest word of the server may be before nothing passes.
    #[serde(default = "default_lease")]
    pub lease_seconds: u64,
    pub tls: TlsConfig,
    pub server: ServerConfig,
    pub upstream: UpstreamConfig,
    #[serde(default)]
    pub limits: Limits,
}

/// The gateway's own certificate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Doorward's server, as the gateway follows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The certificates to believe.
    pub ca: PathBuf,
    /// A file with the follower's key.
    pub follower_key: PathBuf,
}

/// The API behind the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamConfig {
    pub url: String,
    /// The certificates to believe; needed for https.
    pub ca: Option<PathBuf>,
    /// A file with the whole value of the credential's header.
    pub credential: PathBuf,
    #[serde(default = "default_credential_header")]
    pub credential_header: String,
    /// Request headers that pass besides the standing ones.
    #[serde(default)]
    pub pass_headers: Vec<String>,
}

/// How much and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub connections: usize,
    pub requests_per_session: usize,
    pub tokens: usize,
    pub headers: usize,
    pub head_bytes: usize,
    pub body_bytes: u64,
    /// For the handshake, for each head, and between two requests of a connection.
    pub head_seconds: u64,
    pub connect_seconds: u64,
    /// From the last of the request to the first of the answer.
    pub answer_seconds: u64,
    /// Between two pieces of a body.
    pub idle_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            requests_per_session: 64,
            tokens: 20_000,
            headers: 64,
            head_bytes: 16 * 1_024,
            body_bytes: 16 * 1_024 * 1_024,
            head_seconds: 15,
            connect_seconds: 5,
            answer_seconds: 30,
            idle_seconds: 60,
        }
    }
}

impl Limits {
    fn check(&self) -> Result<(), ConfigFault> {
        let counts = [self.connections, self.requests_per_session, self.tokens, self.headers];
        let times = [self.head_seconds, self.connect_seconds, self.answer_seconds, self.idle_seconds];
        let usable = !counts.contains(&0) && !times.contains(&0) && self.body_bytes > 0 && self.head_bytes >= 1_024;
        if usable { Ok(()) } else { Err(ConfigFault::Limits) }
    }

    /// The part that is about the upstream.
    pub fn forward(&self) -> ForwardLimits {
        ForwardLimits {
            connect: Duration::from_secs(self.connect_seconds),
            answer: Duration::from_secs(self.answer_seconds),
            idle: Duration::from_secs(self.idle_seconds),
            body_bytes: self.body_bytes,
        }
    }
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
        let own = [&mut self.trust, &mut self.routes, &mut self.replica, &mut self.journal];
        let named = [&mut self.tls.certificate, &mut self.tls.key, &mut self.server.ca, &mut self.server.follower_key];
        let upstream = [&mut self.upstream.credential].into_iter().chain(self.upstream.ca.as_mut());
        own.into_iter().chain(named).chain(upstream).for_each(|file| *file = base.join(&*file));
    }

    fn check(&self) -> Result<(), ConfigFault> {
        if self.lease() < Millis::seconds(1) || self.lease() > LONGEST_LIFE {
            return Err(ConfigFault::Lease);
        }
        if self.admin.is_some_and(|admin| !admin.ip().is_loopback()) {
            return Err(ConfigFault::AdminNotLoopback);
        }
        self.limits.check()
    }

    /// The lease.
    pub fn lease(&self) -> Millis {
        Millis::seconds(self.lease_seconds)
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

fn default_credential_header() -> String {
    "authorization".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        listen = "127.0.0.1:8443"
        trust = "trust.toml"
        routes = "/etc/routes.toml"
        replica = "r.db"
        journal = "j.db"
        tls = { certificate = "c.pem", key = "k.pem" }
        server = { ca = "ca.pem", follower_key = "f" }
        upstream = { url = "http://127.0.0.1:1", credential = "cred" }
    "#;

    fn read(text: &str) -> Result<Config, ConfigFault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).inspect(|config| assert_eq!(config.trust, dir.path().join("trust.toml")))
    }

    #[test]
    fn what_would_weaken_the_gateway_is_refused() {
        let good = read(GOOD).unwrap();
        assert_eq!((good.lease(), good.limits, good.admin), (Millis::seconds(10), Limits::default(), None));
        assert_eq!(good.routes, Path::new("/etc/routes.toml"));
        let with = |line: &str| read(&format!("{line}\n{GOOD}"));
        assert!(with("lease_seconds = 60\nadmin = \"127.0.0.1:1\"").is_ok());
        assert!(matches!(with("lease_seconds = 61"), Err(ConfigFault::Lease)));
        assert!(matches!(with("lease_seconds = 0"), Err(ConfigFault::Lease)));
        assert!(matches!(with("admin = \"0.0.0.0:1\""), Err(ConfigFault::AdminNotLoopback)));
        assert!(matches!(with("limits = { idle_seconds = 0 }"), Err(ConfigFault::Limits)));
        assert!(matches!(with("leese_seconds = 5"), Err(ConfigFault::Malformed { .. })));
        assert!(matches!(read(&GOOD.replace("trust =", "# trust =")), Err(ConfigFault::Malformed { .. })));
    }
}
