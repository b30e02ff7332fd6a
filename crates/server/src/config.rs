//! The server's configuration: one TOML file. An unknown word in it is refused, and so is a value that would weaken
//! what the server promises. It holds no secret: those live in the data directory alone.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use doorward_core::{
    id::AccountId,
    session::Lengths as SessionLengths,
    ssh::{LONGEST_CERTIFICATE, LONGEST_CONNECTION, SHORTEST_CERTIFICATE},
    time::Millis,
    wire::Secret,
};
use http::Uri;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    app::users::{Provider, Providers},
    http::Site,
    mail::MailConfig,
    provider_http::{ProviderHttp, ProviderHttpFault},
    rate::Rates,
    stripe::StripeConfig,
    tls::{Edge, Files},
    webauthn::{RelyingParty, TrustedModel},
};

const LONGEST_READ_ONLY: u64 = 8 * 60;
const LONGEST_READ_WRITE: u64 = 60;
const LONGEST_SIGN_IN: u64 = 24;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: std::io::Error },
    #[error("{path} is not of the documented form: {fault}")]
    Malformed { path: PathBuf, fault: Box<toml::de::Error> },
    #[error("{path}: `{field}` {what}")]
    Field { path: PathBuf, field: &'static str, what: &'static str },
    #[error("{path}: the `ca` of key model `{model}` cannot be read from {ca}: {fault}")]
    Ca { path: PathBuf, model: String, ca: PathBuf, fault: std::io::Error },
    #[error("{path}: the `client_secret_file` of account `{account}` cannot be read from {file}: {fault}")]
    ClientSecret { path: PathBuf, account: AccountId, file: PathBuf, fault: std::io::Error },
    #[error(transparent)]
    ProviderHttp(#[from] ProviderHttpFault),
    #[error("the configuration cannot be written down: {0}")]
    Unwritable(#[from] toml::ser::Error),
}

/// Everything the server is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(skip)]
    path: PathBuf,
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Keys, database and lock. Made at the first start, for the server's own user alone.
    pub data: PathBuf,
    /// The feed's name for ever: part of every signature.
    pub origin: String,
    /// Where consoles and gateways find the server.
    pub url: String,
    pub relying_party: RelyingPartyConfig,
    #[serde(default)]
    pub lengths: LengthsConfig,
    #[serde(default)]
    pub limits: LimitsConfig,
    #[serde(default)]
    pub ssh: SshConfig,
    /// The customers' pages, on a listener of their own.
    pub customers: Option<CustomersConfig>,
    /// A development certificate is made where this is missing.
    pub tls: Option<Files>,
    /// The models of keys that may be enrolled.
    #[serde(default)]
    pub key_model: Vec<KeyModelConfig>,
}

/// Certificates for servers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SshConfig {
    /// How long a certificate is good for a log-in.
    pub certificate_minutes: u64,
    /// How long one connection may last.
    pub connection_hours: u64,
    /// Where certificates are good from: IP addresses and networks. From anywhere where there are none.
    pub source_addresses: Vec<String>,
}

impl Default for SshConfig {
    fn default() -> Self {
        Self { certificate_minutes: 10, connection_hours: 8, source_addresses: Vec::new() }
    }
}

impl SshConfig {
    /// How long a certificate is good for, and a connection.
    pub fn lengths(&self) -> (Millis, Millis) {
        (Millis::minutes(self.certificate_minutes), Millis::hours(self.connection_hours))
    }
}

/// The customers' pages. They have a listener of their own: no browser is asked for a certificate there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomersConfig {
    pub listen: SocketAddr,
    pub site: Site,
    pub mail: MailConfig,
    /// Where accounts pay; without it nothing of billing is shown.
    pub billing: Option<StripeConfig>,
    /// The server's own certificate where this is missing.
    pub tls: Option<Files>,
    /// Accounts whose users sign in at their own company.
    #[serde(default)]
    pub sso: Vec<SsoConfig>,
}

/// The OpenID provider of an account. Its users have no password here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoConfig {
    pub account: AccountId,
    /// `https:`, exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    /// A file that holds the client's secret.
    pub client_secret_file: PathBuf,
    /// The domains of e-mail addresses that this provider and no other speaks for.
    pub domains: Vec<String>,
}

impl CustomersConfig {
    /// The certificate, and the files that hold secrets.
    fn files(&mut self) -> (Option<&mut Files>, Vec<&mut PathBuf>) {
        let stripe = self.billing.iter_mut().flat_map(|on| [&mut on.key_file, &mut on.signing_secret_file]);
        let sso = self.sso.iter_mut().map(|one| &mut one.client_secret_file);
        (self.tls.as_mut(), self.mail.password_file.iter_mut().chain(stripe).chain(sso).collect())
    }
}

/// Who asks for a touch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelyingPartyConfig {
    pub id: String,
    #[serde(default = "default_name")]
    pub name: String,
    /// `https://` and the ID where this is missing.
    pub origin: Option<String>,
}

/// A model of keys on the trust list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyModelConfig {
    pub name: String,
    pub aaguid: Uuid,
    /// The attestation CA in PEM.
    pub ca: PathBuf,
}

/// How long sessions and sign-ins last.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LengthsConfig {
    pub read_only_minutes: u64,
    pub read_write_minutes: u64,
    pub sign_in_hours: u64,
}

impl Default for LengthsConfig {
    fn default() -> Self {
        Self { read_only_minutes: 60, read_write_minutes: 15, sign_in_hours: 10 }
    }
}

/// How much and how long.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub connections: usize,
    /// For the handshake, and for each request's head.
    pub head_seconds: u64,
    /// Without a byte in either direction.
    pub idle_seconds: u64,
    pub rates: Rates,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        let edge = Edge::default();
        Self {
            connections: edge.connections,
            head_seconds: edge.head.as_secs(),
            idle_seconds: edge.idle.as_secs(),
            rates: Rates::default(),
        }
    }
}

impl Config {
    /// Reads and checks the file at `path`. Files it names are taken from its own directory where they are relative.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let unreadable = |fault| ConfigFault::Unreadable { path: path.to_owned(), fault };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let malformed = |fault| ConfigFault::Malformed { path: path.to_owned(), fault: Box::new(fault) };
        let mut config: Self = toml::from_str(&text).map_err(malformed)?;
        config.path = path.to_owned();
        config.resolve(path.parent().unwrap_or(Path::new("")));
        config.check()?;
        Ok(config)
    }

    fn resolve(&mut self, base: &Path) {
        let customers = self.customers.as_mut();
        let (own, secrets) = customers.map(CustomersConfig::files).unzip();
        let tls = self.tls.iter_mut().chain(own.into_iter().flatten());
        let tls = tls.flat_map(|tls| [&mut tls.certificate, &mut tls.key]);
        let tls = tls.chain(secrets.into_iter().flatten());
        let models = self.key_model.iter_mut().map(|model| &mut model.ca);
        tls.chain(models).chain([&mut self.data]).for_each(|file| *file = base.join(&*file));
        let RelyingPartyConfig { id, origin, .. } = &mut self.relying_party;
        origin.get_or_insert_with(|| format!("https://{id}"));
    }

    fn check(&self) -> Result<(), ConfigFault> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':');
        self.expect(
            !self.origin.is_empty() && self.origin.len() <= 200 && self.origin.chars().all(plain),
            "origin",
            "must be a plain name of this server's own, such as doorward.example.com",
        )?;
        self.expect(self.host().is_some(), "url", "must be https://host or https://host:port")?;
        self.expect(
            !self.key_model.is_empty(),
            "key_model",
            "must name at least one model of keys: nobody could sign in otherwise",
        )?;
        if let Some(customers) = &self.customers {
            let url = &customers.site.url;
            self.expect(
                host_of(url).is_some() && !url.ends_with('/'),
                "customers.site.url",
                "must be https://host or https://host:port",
            )?;
            let contact = customers.site.security_contact.as_deref();
            let plain = contact.is_none_or(|to| to.starts_with("mailto:") || to.starts_with("https://"));
            self.expect(plain, "customers.site.security_contact", "must begin with mailto: or https://")?;
            let links = customers.site.links.iter().all(|link| link.url.starts_with("https://"));
            self.expect(links, "customers.site.links", "must begin with https://")?;
            self.check_sso(&customers.sso)?;
        }
        let Lengths { read_only, read_write, sign_in } = self.lengths_within();
        self.expect(read_only, "lengths.read_only_minutes", "must be from 1 to 480")?;
        self.expect(read_write, "lengths.read_write_minutes", "must be from 1 to 60")?;
        self.expect(sign_in, "lengths.sign_in_hours", "must be from 1 to 24")?;
        self.check_ssh()?;
        let LimitsConfig { connections, head_seconds, idle_seconds, .. } = self.limits;
        self.expect(connections > 0, "limits.connections", "must be 1 at least")?;
        self.expect((1..=60).contains(&head_seconds), "limits.head_seconds", "must be from 1 to 60")?;
        // Followers hear something every two seconds; an idle end below that would cut them.
        self.expect((10..=600).contains(&idle_seconds), "limits.idle_seconds", "must be from 10 to 600")
    }

    fn check_ssh(&self) -> Result<(), ConfigFault> {
        let (certificate, connection) = self.ssh.lengths();
        let short = (SHORTEST_CERTIFICATE..=LONGEST_CERTIFICATE).contains(&certificate);
        self.expect(short, "ssh.certificate_minutes", "must be from 5 to 15")?;
        let stays = (Millis::hours(1)..=LONGEST_CONNECTION).contains(&connection);
        self.expect(stays, "ssh.connection_hours", "must be from 1 to 24")?;
        let sources = self.ssh.source_addresses.iter().all(|text| is_network(text));
        self.expect(sources, "ssh.source_addresses", "must be IP addresses, or networks such as 10.0.0.0/8")
    }

    fn check_sso(&self, sso: &[SsoConfig]) -> Result<(), ConfigFault> {
        let (mut accounts, mut domains) = (BTreeSet::new(), BTreeSet::new());
        for one in sso {
            let issuer =
                one.issuer.parse::<Uri>().is_ok_and(|url| url.scheme_str() == Some("https") && url.query().is_none());
            self.expect(issuer, "customers.sso.issuer", "must be an https:// URL")?;
            self.expect(accounts.insert(&one.account), "customers.sso.account", "must be named once")?;
            self.expect(!one.domains.is_empty(), "customers.sso.domains", "must name one at least")?;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
            let own = one.domains.iter().all(|own| own.contains('.') && own.chars().all(plain) && domains.insert(own));
            self.expect(own, "customers.sso.domains", "must be in lower case, and each belong to one account")?;
        }
        Ok(())
    }

    fn expect(&self, holds: bool, field: &'static str, what: &'static str) -> Result<(), ConfigFault> {
        if holds { Ok(()) } else { Err(ConfigFault::Field { path: self.path.clone(), field, what }) }
    }

    fn lengths_within(&self) -> Lengths {
        let LengthsConfig { read_only_minutes, read_write_minutes, sign_in_hours } = self.lengths;
        Lengths {
            read_only: (1..=LONGEST_READ_ONLY).contains(&read_only_minutes),
            read_write: (1..=LONGEST_READ_WRITE).contains(&read_write_minutes),
            sign_in: (1..=LONGEST_SIGN_IN).contains(&sign_in_hours),
        }
    }

    /// The host of the server's URL.
    pub fn host(&self) -> Option<String> {
        host_of(&self.url)
    }

    /// How long sessions and sign-ins last.
    pub fn lengths(&self) -> SessionLengths {
        SessionLengths {
            read_only: Millis::minutes(self.lengths.read_only_minutes),
            read_write: Millis::minutes(self.lengths.read_write_minutes),
            sign_in: Millis::hours(self.lengths.sign_in_hours),
        }
    }

    /// The listener's limits.
    pub fn edge(&self) -> Edge {
        Edge {
            connections: self.limits.connections,
            head: Duration::from_secs(self.limits.head_seconds),
            idle: Duration::from_secs(self.limits.idle_seconds),
            ..Edge::default()
        }
    }

    /// The relying party, with the CA of each model read from its file.
    pub fn relying_party(&self) -> Result<RelyingParty, ConfigFault> {
        let RelyingPartyConfig { id, name, origin } = self.relying_party.clone();
        let origin = origin.unwrap_or_default();
        let models = self.key_model.iter().map(|model| self.trusted(model)).collect::<Result<_, _>>()?;
        Ok(RelyingParty { id, name, origin, models })
    }

    /// The companies that sign their own people in, with the secret of each read from its file.
    pub fn providers(&self) -> Result<Providers, ConfigFault> {
        let sso = self.customers.as_ref().map(|on| on.sso.as_slice()).unwrap_or_default();
        if sso.is_empty() {
            return Ok(Providers::default());
        }
        let all = sso.iter().map(|one| self.provider(one)).collect::<Result<_, _>>()?;
        Ok(Providers { all, wire: Arc::new(ProviderHttp::new()?) })
    }

    fn provider(&self, one: &SsoConfig) -> Result<Provider, ConfigFault> {
        let SsoConfig { account, issuer, client_id, client_secret_file: file, domains } = one.clone();
        let secret = std::fs::read_to_string(&file).map_err(|fault| ConfigFault::ClientSecret {
            path: self.path.clone(),
            account: account.clone(),
            file,
            fault,
        })?;
        let client_secret = Secret(secret.trim_end().to_owned());
        Ok(Provider { account, issuer, client_id, client_secret, domains })
    }

    fn trusted(&self, model: &KeyModelConfig) -> Result<TrustedModel, ConfigFault> {
        let KeyModelConfig { name, aaguid, ca } = model.clone();
        let ca_pem = std::fs::read_to_string(&ca).map_err(|fault| ConfigFault::Ca {
            path: self.path.clone(),
            model: name.clone(),
            ca,
            fault,
        })?;
        Ok(TrustedModel { ca_pem, aaguid, name })
    }

    /// What holds, defaults and all.
    pub fn effective(&self) -> Result<String, ConfigFault> {
        Ok(toml::to_string_pretty(self)?)
    }
}

/// Whether `text` is an IP address, or a network as `address/bits`.
fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// The host of an `https:` URL that is nothing but scheme, host and port.
fn host_of(text: &str) -> Option<String> {
    let url: Uri = text.parse().ok()?;
    let bare = url.path_and_query().is_none_or(|rest| rest.as_str() == "/");
    let https = url.scheme_str() == Some("https") && !text.contains('@');
    let host = url.host().filter(|host| !host.is_empty() && https && bare)?;
    Some(host.trim_matches(['[', ']']).to_owned())
}

/// Which lengths are within bounds.
struct Lengths {
    read_only: bool,
    read_write: bool,
    sign_in: bool,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8443))
}

fn default_name() -> String {
    "Doorward".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        data = "data"
        origin = "door.example"
        url = "https://door.example:8443"
        relying_party = { id = "door.example" }
        [[key_model]]
        name = "Key"
        aaguid = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
        ca = "ca.pem"
    "#;

    fn read(text: &str) -> Result<Config, ConfigFault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).inspect(|config| assert_eq!(config.data, dir.path().join("data")))
    }

    fn field(text: &str) -> &'static str {
        match read(text) {
            Err(ConfigFault::Field { field, .. }) => field,
            Err(ConfigFault::Malformed { .. }) => "malformed",
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let config = read(GOOD).unwrap();
        assert_eq!(config.lengths(), SessionLengths::default());
        assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
        assert_eq!(config.host().as_deref(), Some("door.example"));
        assert_eq!(config.relying_party.origin.as_deref(), Some("https://door.example"));
        let effective = config.effective().unwrap();
        let again: Config = toml::from_str(&effective).unwrap();
        assert_eq!(again.effective().unwrap(), effective);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |line: &str| field(&format!("{line}\n{GOOD}"));
        assert_eq!(with("listne = \"x\""), "malformed");
        assert_eq!(with("lengths = { read_only_minutes = 481 }"), "lengths.read_only_minutes");
        assert_eq!(with("lengths = { read_write_minutes = 0 }"), "lengths.read_write_minutes");
        assert_eq!(with("lengths = { sign_in_hours = 25 }"), "lengths.sign_in_hours");
        assert_eq!(with("ssh = { certificate_minutes = 4 }"), "ssh.certificate_minutes");
        assert_eq!(with("ssh = { certificate_minutes = 16 }"), "ssh.certificate_minutes");
        assert_eq!(with("ssh = { connection_hours = 25 }"), "ssh.connection_hours");
        assert_eq!(with("ssh = { connection_hours = 0 }"), "ssh.connection_hours");
        for bad in ["10.0.0.0/33", "::1/129", "10.0.0", "*", "10.0.0.1,0.0.0.0/0", ""] {
            assert_eq!(with(&format!("ssh = {{ source_addresses = [\"{bad}\"] }}")), "ssh.source_addresses", "{bad}");
        }
        assert_eq!(with("limits = { connections = 0 }"), "limits.connections");
        assert_eq!(with("limits = { idle_seconds = 1 }"), "limits.idle_seconds");
        assert_eq!(with("limits = { rates = { doors_per_minute = 0 } }"), "malformed");
        let bad = |from: &str, to: &str| field(&GOOD.replace(from, to));
        assert_eq!(bad("\"door.example\"\n        url", "\"door example\"\n        url"), "origin");
        assert_eq!(bad("https://door.example:8443", "http://door.example"), "url");
        assert_eq!(bad("https://door.example:8443", "https://door.example/path"), "url");
        assert_eq!(bad("2fc0579f", "nonsense"), "malformed");
        let (bare, _) = GOOD.split_once("[[").unwrap();
        assert_eq!(field(bare), "key_model");
    }

    const SITE: &str = r#"
        [customers]
        listen = "127.0.0.1:0"
        mail = { host = "localhost", port = 25, encryption = "loopback-only", from = "N <n@n.example>" }
        [customers.site]
        url = "https://account.example"
        vendor = "Northwind"
    "#;

    #[test]
    fn the_customers_site_is_https_throughout() {
        let site = |from: &str, to: &str| format!("{GOOD}{}", SITE.replace(from, to));
        assert!(read(&site("", "")).is_ok());
        for url in [
            "http://account.example",
            "https://account.example/",
            "https://account.example/x",
            "https://a@b.example",
            "",
        ] {
            assert_eq!(field(&site("https://account.example", url)), "customers.site.url", "{url}");
        }
        let more = |line: &str| site("vendor =", &format!("{line}\nvendor ="));
        for good in ["mailto:security@northwind.example", "https://northwind.example/security"] {
            assert!(read(&more(&format!("security_contact = \"{good}\""))).is_ok());
        }
        for bad in ["security@northwind.example", "http://northwind.example", "javascript:alert(1)"] {
            assert_eq!(field(&more(&format!("security_contact = \"{bad}\""))), "customers.site.security_contact");
            let link = format!("links = [{{ text = \"Terms\", url = \"{bad}\" }}]");
            assert_eq!(field(&more(&link)), "customers.site.links");
        }
    }

    #[test]
    fn a_company_is_named_once_and_wholly() {
        const ACME: &str = r#"
            [[customers.sso]]
            account = "acme"
            issuer = "https://idp.acme.example"
            client_id = "doorward"
            client_secret_file = "acme.secret"
            domains = ["acme.example"]
        "#;
        let config = read(&format!("{GOOD}{SITE}{ACME}")).unwrap();
        assert!(config.effective().unwrap().contains("acme.secret"));
        assert!(
            matches!(config.providers(), Err(ConfigFault::ClientSecret { account, .. }) if account.as_str() == "acme")
        );
        assert_eq!(read(GOOD).unwrap().providers().unwrap().all.len(), 0);
        let bad = |acme: &str| field(&format!("{GOOD}{SITE}{acme}"));
        for issuer in
            ["http://idp.acme.example", "https://idp.acme.example?tenant=1", "idp.acme.example", "https://", ""]
        {
            assert_eq!(bad(&ACME.replace("https://idp.acme.example", issuer)), "customers.sso.issuer", "{issuer}");
        }
        for domain in ["acme", "*.acme.example", "ada@acme.example", "acme.example ", "\u{e4}cme.example"] {
            assert_eq!(
                bad(&ACME.replace("\"acme.example\"", &format!("\"{domain}\""))),
                "customers.sso.domains",
                "{domain}"
            );
        }
        assert_eq!(
            bad(&ACME.replace("\"acme.example\"", "\"acme.example\", \"acme.example\"")),
            "customers.sso.domains"
        );
        assert_eq!(bad(&ACME.replace("client_id", "client_ident")), "malformed");
        assert_eq!(bad(&ACME.replace("\"acme.example\"", "")), "customers.sso.domains");
        assert_eq!(bad(&ACME.replace("\"acme.example\"", "\"Acme.example\"")), "customers.sso.domains");
        assert_eq!(bad(&format!("{ACME}{ACME}")), "customers.sso.account");
        assert_eq!(bad(&format!("{ACME}{}", ACME.replace("\"acme\"", "\"bolt\""))), "customers.sso.domains");
    }

    #[test]
    fn a_model_whose_ca_is_missing_is_named() {
        let fault = read(GOOD).unwrap().relying_party().unwrap_err();
        assert!(matches!(fault, ConfigFault::Ca { model, .. } if model == "Key"));
    }
}
