//! What staff's programs are told: one TOML file that names every other file. An unknown word in it is refused. Whom to
//! believe is fixed here, and nothing of it is ever taken from an answer.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use doorward_core::trust::{TrustFault, TrustFile};
use serde::{Deserialize, de::DeserializeOwned};

/// Names the configuration file, where it is not in its usual place.
const FILE: &str = "DOORWARD_CONSOLE";
const NAME: &str = "doorward/console.toml";

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("no home folder is known: name the configuration in {FILE}")]
    Nowhere,
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: io::Error },
    #[error("{path} is not of the documented form: {fault}")]
    Malformed { path: PathBuf, fault: Box<toml::de::Error> },
    #[error(transparent)]
    Trust(#[from] TrustFault),
    #[error("`gateway` is not of the form https://host or https://host:port")]
    Gateway,
    #[error("`webauthn.origin` is not https, or its host does not end in `webauthn.rp_id`")]
    Origin,
    #[error("`security_contact` is not of the form https://… or mailto:…")]
    Contact,
}

/// The file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Whom to believe: made by `doorward admin trust`. It says where the server is, too.
    trust: PathBuf,
    /// The certificates to believe of server and gateway.
    ca: PathBuf,
    /// The gateway's, where they are others.
    gateway_ca: Option<PathBuf>,
    /// Where the gateway is: `https://host:port`.
    gateway: String,
    /// Where the copy of the feed is kept, and below it reviews; the usual places where this is missing.
    data: Option<PathBuf>,
    /// Where staff report a security concern: `https://…` or `mailto:…`.
    security_contact: Option<String>,
    webauthn: WebauthnConfig,
}

/// Who asks for a touch: fixed, whatever a server says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebauthnConfig {
    pub rp_id: String,
    pub origin: String,
}

/// Everything that is told.
#[derive(Debug, Clone)]
pub struct Config {
    pub trust: TrustFile,
    pub server: String,
    pub gateway: String,
    pub ca: Vec<u8>,
    pub gateway_ca: Vec<u8>,
    pub data: PathBuf,
    /// Where reviews are written to.
    pub reviews: PathBuf,
    pub security_contact: Option<String>,
    pub webauthn: WebauthnConfig,
}

impl Config {
    /// The configuration of this machine's user, or the one the environment names.
    pub fn find() -> Result<Self, ConfigFault> {
        let path = match env::var_os(FILE) {
            Some(path) => PathBuf::from(path),
            None => usual("XDG_CONFIG_HOME", ".config").ok_or(ConfigFault::Nowhere)?.join(NAME),
        };
        Self::read(&path)
    }

    /// The configuration in `path`. Other files are found from its folder.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let written: Written = read_toml(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let trust: TrustFile = read_toml(&folder.join(written.trust))?;
        trust.check()?;
        let ca = read(&folder.join(&written.ca))?;
        let gateway_ca = match &written.gateway_ca {
            Some(other) => read(&folder.join(other))?,
            None => ca.clone(),
        };
        let (data, reviews) = match written.data {
            Some(data) => (folder.join(&data), folder.join(data).join("reviews")),
            None => {
                let data = usual("XDG_DATA_HOME", ".local/share").ok_or(ConfigFault::Nowhere)?.join("doorward");
                // The person's documents, where there are any.
                let documents = usual("XDG_DOCUMENTS_DIR", "Documents").filter(|documents| documents.is_dir());
                let reviews = documents.map_or_else(|| data.join("reviews"), |documents| documents.join("Doorward"));
                (data, reviews)
            }
        };
        let server = trust.server_url()?.to_owned();
        let gateway = host_of(&written.gateway).ok_or(ConfigFault::Gateway)?;
        let host = host_of(&written.webauthn.origin).ok_or(ConfigFault::Origin)?;
        if !belongs(host, &written.webauthn.rp_id) {
            return Err(ConfigFault::Origin);
        }
        let gateway = format!("https://{gateway}");
        let security_contact = written.security_contact;
        if security_contact.as_deref().is_some_and(|contact| !is_contact(contact)) {
            return Err(ConfigFault::Contact);
        }
        Ok(Self { trust, server, gateway, ca, gateway_ca, data, reviews, security_contact, webauthn: written.webauthn })
    }
}

/// What people copy and open elsewhere: an address that nobody is misled by.
fn is_contact(text: &str) -> bool {
    let web = text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    let mail = text.strip_prefix("mailto:").is_some_and(|rest| rest.contains('@'));
    (web || mail) && text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Host and port of `https://host:port`; none where there is anything else in it.
fn host_of(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?.trim_end_matches('/');
    let odd = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@');
    (!host.is_empty() && !host.contains(odd)).then_some(host)
}

/// Whether the host is the relying party's or below it.
fn belongs(host: &str, rp_id: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    !rp_id.is_empty() && (name == rp_id || name.strip_suffix(rp_id).is_some_and(|sub| sub.ends_with('.')))
}

fn usual(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(below_home)))
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigFault> {
    fs::read(path).map_err(|fault| ConfigFault::Unreadable { path: path.to_owned(), fault })
}

fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigFault> {
    let text = fs::read_to_string(path).map_err(|fault| ConfigFault::Unreadable { path: path.to_owned(), fault })?;
    toml::from_str(&text).map_err(|fault| ConfigFault::Malformed { path: path.to_owned(), fault: Box::new(fault) })
}

#[cfg(test)]
mod tests {
    use doorward_core::feed::note::NoteSigner;

    use super::*;

    fn written(console: &str) -> Result<Config, ConfigFault> {
        let folder = tempfile::tempdir().unwrap();
        let key = |name: &str, seed| NoteSigner::from_seed(name, &[seed; 32]).unwrap().verifier();
        let trust = TrustFile::new("door.example", "https://door.example:8443", &key("a", 1), &key("b", 2), &[3; 32]);
        fs::write(folder.path().join("trust.toml"), toml::to_string(&trust).unwrap()).unwrap();
        fs::write(folder.path().join("ca.pem"), "pem").unwrap();
        fs::write(folder.path().join("console.toml"), console).unwrap();
        Config::read(&folder.path().join("console.toml"))
    }

    fn plain(gateway: &str, rp_id: &str, origin: &str) -> String {
        format!(
            "trust = \"trust.toml\"\nca = \"ca.pem\"\ngateway = \"{gateway}\"\ndata = \"data\"\n\
             [webauthn]\nrp_id = \"{rp_id}\"\norigin = \"{origin}\"\n"
        )
    }

    #[test]
    fn other_files_are_found_beside_it_and_the_trust_file_says_where_the_server_is() {
        let config = written(&plain("https://gate.example/", "door.example", "https://console.door.example")).unwrap();
        assert_eq!(
            (config.server.as_str(), config.gateway.as_str()),
            ("https://door.example:8443", "https://gate.example")
        );
        assert_eq!((config.ca.as_slice(), config.gateway_ca.as_slice()), (b"pem".as_slice(), b"pem".as_slice()));
        assert!(config.data.ends_with("data"));
    }

    #[test]
    fn the_address_for_security_concerns_is_told_as_it_is_written() {
        let plain = plain("https://gate.example", "d.example", "https://d.example");
        assert_eq!(written(&plain).unwrap().security_contact, None);
        for good in ["https://security.example/report?of=doorward", "mailto:security@example.com"] {
            let config = written(&format!("security_contact = \"{good}\"\n{plain}")).unwrap();
            assert_eq!(config.security_contact.as_deref(), Some(good));
        }
    }

    #[test]
    fn what_would_be_unsafe_is_refused() {
        let good = "https://gate.example";
        let with = |gateway, rp_id, origin| written(&plain(gateway, rp_id, origin)).unwrap_err();
        assert!(matches!(with("http://gate.example", "d.example", "https://d.example"), ConfigFault::Gateway));
        assert!(matches!(with("https://a@gate.example", "d.example", "https://d.example"), ConfigFault::Gateway));
        for (rp_id, origin) in
            [("d.example", "http://d.example"), ("d.example", "https://bad.example"), ("", "https://d")]
        {
            assert!(matches!(with(good, rp_id, origin), ConfigFault::Origin), "{rp_id} {origin}");
        }
        assert!(matches!(with(good, "d.example", "https://evild.example"), ConfigFault::Origin));
        for bad in ["http://a.example", "javascript:alert(1)", "mailto:nobody", "https://", "https://a.example/ b"] {
            let written =
                written(&format!("security_contact = \"{bad}\"\n{}", plain(good, "d.example", "https://d.example")));
            assert!(matches!(written, Err(ConfigFault::Contact)), "{bad}");
        }
        let unknown = format!("colour = 1\n{}", plain(good, "d.example", "https://d.example"));
        assert!(matches!(written(&unknown), Err(ConfigFault::Malformed { .. })));
    }
}
