//! The files a house is configured with.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::{Fallible, HeldPort};
use crate::{softkey::SoftBatch, upstream::SAMPLE_ROUTES};

/// The relying party's ID and origin.
pub const RP_ID: &str = "doorward.example";
pub const SITE: &str = "https://doorward.example";
/// The gateway's lease in a house.
pub const GATEWAY_LEASE_SECONDS: u64 = 10;

/// Where everything listens, on loopback.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub server: u16,
    pub pages: u16,
    pub gateway: u16,
    pub gateway_admin: u16,
    pub upstream: SocketAddr,
}

impl Ports {
    /// Ports for a house, and what holds them.
    pub fn hold(upstream: SocketAddr) -> Fallible<(Self, [HeldPort; 4])> {
        let held = [HeldPort::new()?, HeldPort::new()?, HeldPort::new()?, HeldPort::new()?];
        let [server, pages, gateway, gateway_admin] = held.each_ref().map(HeldPort::port);
        Ok((Self { server, pages, gateway, gateway_admin, upstream }, held))
    }
}

/// Writes everything server and gateway read.
pub fn write(folder: &Path, ports: &Ports, keys: &SoftBatch, upstream_key: &str, mail: SocketAddr) -> Fallible<()> {
    let Ports { server, pages, gateway, gateway_admin, upstream } = ports;
    let mail = mail.port();
    fs::write(folder.join("soft-ca.pem"), keys.ca_pem())?;
    fs::write(folder.join("routes.toml"), SAMPLE_ROUTES)?;
    secret(&folder.join("upstream-credential"), &format!("Bearer {upstream_key}"))?;
    let aaguid = keys.aaguid();
    let server_toml = format!(
        r#"listen = "127.0.0.1:{server}"
data = "data"
origin = "doorward.example/feed"
url = "https://localhost:{server}"

[relying_party]
id = "{RP_ID}"
origin = "{SITE}"

[limits.rates]
doors_per_minute = 6000
address_per_minute = 600000
token_per_minute = 600000

[customers]
listen = "127.0.0.1:{pages}"

[customers.site]
url = "https://localhost:{pages}"
vendor = "Doorward sample"
security_contact = "mailto:security@doorward.example"

[customers.mail]
host = "127.0.0.1"
port = {mail}
encryption = "loopback-only"
from = "Doorward sample <door@doorward.example>"

[[key_model]]
name = "Software key (danger: demo only)"
aaguid = "{aaguid}"
ca = "soft-ca.pem"
"#
    );
    let gateway_toml = format!(
        r#"listen = "127.0.0.1:{gateway}"
admin = "127.0.0.1:{gateway_admin}"
trust = "trust.toml"
routes = "routes.toml"
replica = "gateway-replica.db"
journal = "gateway-journal.db"
lease_seconds = {GATEWAY_LEASE_SECONDS}

[tls]
certificate = "data/development-certificate.pem"
key = "data/development-key.pem"

[server]
ca = "data/development-ca.pem"
follower_key = "follower-key"

[upstream]
url = "http://{upstream}"
credential = "upstream-credential"
"#
    );
    fs::write(folder.join("server.toml"), server_toml)?;
    Ok(fs::write(folder.join("gateway.toml"), gateway_toml)?)
}

/// Writes a file that only its owner may read.
pub fn secret(path: &Path, text: &str) -> Fallible<()> {
    let mut file = File::create(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file.write_all(text.as_bytes())?)
}

/// An HTTP client that believes the CA in `ca_pem` alone.
pub fn http(ca_pem: &[u8]) -> Fallible<reqwest::Client> {
    Ok(client(ca_pem)?.build()?)
}

/// The same, which goes nowhere by itself.
pub fn http_without_redirects(ca_pem: &[u8]) -> Fallible<reqwest::Client> {
    Ok(client(ca_pem)?.redirect(reqwest::redirect::Policy::none()).build()?)
}

fn client(ca_pem: &[u8]) -> Fallible<reqwest::ClientBuilder> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in <rustls::pki_types::CertificateDer as rustls::pki_types::pem::PemObject>::pem_slice_iter(ca_pem)
    {
        roots.add(certificate?)?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy())
}
