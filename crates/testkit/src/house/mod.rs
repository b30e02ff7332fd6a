//! A running house: the real programs, `doorward serve` and `doorward gateway`, on free loopback ports in a folder,
//! with the sample account-data API behind them.
//!
//! NO SECURITY: it trusts software keys of its own CA. It is for tests and the demo alone.

mod customer;
mod factory;
mod files;
mod mailbox;
mod populate;
mod ports;
mod process;
mod servers;
mod staff;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use doorward_client::{api::Api, clocks::MachineClocks, identity::ClientIdentity, keys::KeySite, standing::Standing};
use doorward_core::{
    grant::{Plan, Setting, Until},
    id::{AccountId, UserId},
    policy::Membership,
    trust::TrustFile,
    wire::{AccountStanding, PutAccount, SwitchOff, SwitchOn, SwitchedBy},
};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{
    softkey::{Manners, SoftBatch},
    upstream::{RunningUpstream, Upstream},
};

pub use customer::{Customer, PASSWORD};
pub use factory::{PIN, TestKey};
pub use files::{GATEWAY_LEASE_SECONDS, Ports, RP_ID, SITE};
pub use mailbox::{Mail, Mailbox};
pub use ports::HeldPort;
pub use process::{Program, wait_until};
pub use staff::Person;

/// Whatever went wrong, in words.
pub type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long a program may take until it answers.
pub const READY: Duration = Duration::from_secs(60);
const UPSTREAM_KEY: &str = "sample-upstream-key-0123456789";

/// The whole house on one machine.
pub struct House {
    pub folder: PathBuf,
    pub ports: Ports,
    pub server: Program,
    pub gateway: Program,
    pub upstream: Upstream,
    /// Where the server hands its mail in.
    pub mailbox: Mailbox,
    /// The software keys that the house trusts.
    pub keys: SoftBatch,
    /// The first security admin's one-time enrolment code.
    pub first_code: String,
    vendor: Option<reqwest::Client>,
    vendor_key: SecretString,
    _upstream: RunningUpstream,
    _held: [HeldPort; 4],
}

impl House {
    /// Builds a house in `folder` out of the programs beside `doorward`, serving `upstream`'s world; it stops when
    /// it is dropped.
    pub async fn build(folder: &Path, doorward: &Path, world: Arc<crate::world::World>) -> Fallible<Self> {
        fs::create_dir_all(folder)?;
        let keys = SoftBatch::make()?;
        let clocks = MachineClocks::new()?;
        let now = move || doorward_client::clocks::Clocks::wall(&clocks);
        let upstream = Upstream::new(world, SecretString::from(UPSTREAM_KEY), now);
        let running = upstream.spawn().await?;
        let (ports, held) = Ports::hold(running.address)?;
        let (mailbox, mail) = Mailbox::open(&folder.join("mail")).await?;
        files::write(folder, &ports, &keys, UPSTREAM_KEY, mail)?;

        let server = Program::new(doorward, &["serve", "--config"], &folder.join("server.toml"), folder, "server");
        let admin = ["--handle", "ada", "--name", "Ada Admin", "--staff", "s-ada"];
        let first_code = server.ask(&["admin", "init", "--config"], &admin)?;
        let vendor_key = server.ask(&["admin", "api-key", "--config"], &["vendor", "product"])?;
        let follower_key = server.ask(&["admin", "api-key", "--config"], &["follower", "gateway"])?;
        files::secret(&folder.join("follower-key"), &follower_key)?;
        fs::write(folder.join("trust.toml"), server.ask(&["admin", "trust", "--config"], &[])?)?;
        let gateway = Program::new(doorward, &["gateway", "--config"], &folder.join("gateway.toml"), folder, "gateway");

        let mut house = Self {
            folder: folder.to_owned(),
            ports,
            server,
            gateway,
            upstream,
            mailbox,
            keys,
            first_code,
            vendor: None,
            vendor_key: SecretString::from(vendor_key),
            _upstream: running,
            _held: held,
        };
        house.open_server().await?;
        house.open_gateway().await?;
        Ok(house)
    }

    /// Starts the server and waits until it answers.
    pub async fn open_server(&mut self) -> Fallible<()> {
        self.server.start()?;
        // The development CA is made at the first start, so the client that believes it comes after.
        let (folder, server) = (self.folder.clone(), self.server_url());
        wait_until("the server's CA is there", READY, async || folder.join("data/development-ca.pem").exists()).await?;
        let (http, url) = (files::http(&self.ca_pem()?)?, format!("{server}/v1/ready"));
        self.vendor = Some(http.clone());
        let mut ended = false;
        let ready = async || {
            ended = self.server.has_ended();
            ended || http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success())
        };
        wait_until("the server is ready", READY, ready).await?;
        if ended { Err(format!("the server has ended: {}", self.server.last_words()?).into()) } else { Ok(()) }
    }

    /// Starts the gateway and waits until it is fresh.
    pub async fn open_gateway(&mut self) -> Fallible<()> {
        self.gateway.start()?;
        self.gateway_is_fresh().await
    }

    /// Waits until the gateway has caught up.
    pub async fn gateway_is_fresh(&self) -> Fallible<()> {
        let url = format!("http://127.0.0.1:{}/readyz", self.ports.gateway_admin);
        let http = files::http(&self.ca_pem()?)?;
        let ready = async || http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success());
        wait_until("the gateway is ready", READY, ready).await
    }

    /// Where keys are asked for the house.
    pub fn site() -> KeySite {
        KeySite { rp_id: RP_ID.to_owned(), origin: SITE.to_owned() }
    }

    /// A new key that the house trusts, touched at once.
    pub fn key(&self) -> Fallible<TestKey> {
        Ok(self.keys.key(Self::site(), Some(SecretString::from(PIN)), Manners::default())?.into())
    }

    /// Where the server is.
    pub fn server_url(&self) -> String {
        format!("https://localhost:{}", self.ports.server)
    }

    /// Where the gateway is.
    pub fn gateway_url(&self) -> String {
        format!("https://localhost:{}", self.ports.gateway)
    }

    /// The CA whose certificates server and gateway show.
    pub fn ca_pem(&self) -> Fallible<Vec<u8>> {
        Ok(fs::read(self.folder.join("data/development-ca.pem"))?)
    }

    /// Whom to believe.
    pub fn trust(&self) -> Fallible<TrustFile> {
        Ok(toml::from_str(&fs::read_to_string(self.folder.join("trust.toml"))?)?)
    }

    /// A client of the server over `identity`.
    pub fn api(&self, identity: &ClientIdentity) -> Fallible<Api> {
        Ok(Api::new(&self.server_url(), &self.ca_pem()?, identity)?)
    }

    /// A client of the gateway over `identity`.
    pub fn gateway_api(&self, identity: &ClientIdentity) -> Fallible<Api> {
        Ok(Api::new(&self.gateway_url(), &self.ca_pem()?, identity)?)
    }

    /// A standing by the machine's own clocks, with nothing in it yet.
    pub fn standing(&self) -> Fallible<Standing> {
        Ok(Standing::new(Arc::new(MachineClocks::new()?)))
    }

    /// The vendor's product registers an account, and hears how it stands.
    pub async fn register(&self, account: &AccountId, name: &str, plan: Plan) -> Fallible<AccountStanding> {
        let body = PutAccount { name: name.to_owned(), plan };
        self.as_vendor(Method::PUT, &format!("accounts/{account}"), &body).await
    }

    /// An account admin switches a setting on.
    pub async fn switch_on(&self, account: &AccountId, setting: Setting, until: Until) -> Fallible<AccountStanding> {
        let path = setting_path(account, setting)?;
        self.as_vendor(Method::PUT, &path, &SwitchOn { by: account_admin()?, until }).await
    }

    /// An account admin switches a setting off.
    pub async fn switch_off(&self, account: &AccountId, setting: Setting) -> Fallible<AccountStanding> {
        let path = setting_path(account, setting)?;
        self.as_vendor(Method::DELETE, &path, &SwitchOff { by: account_admin()? }).await
    }

    async fn as_vendor(&self, method: Method, path: &str, body: &impl Serialize) -> Fallible<AccountStanding> {
        Ok(serde_json::from_str(&self.ask_vendor(method, path, body).await?)?)
    }

    async fn ask_vendor(&self, method: Method, path: &str, body: &impl Serialize) -> Fallible<String> {
        let url = format!("{}/v1/vendor/{path}", self.server_url());
        let vendor = self.vendor.as_ref().ok_or("the server was never started")?;
        let request = vendor.request(method, url).bearer_auth(self.vendor_key.expose_secret()).json(body);
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            return Err(format!("the vendor's product was refused ({status}): {text}").into());
        }
        Ok(text)
    }
}

fn setting_path(account: &AccountId, setting: Setting) -> Fallible<String> {
    let setting = serde_json::to_value(setting)?;
    Ok(format!("accounts/{account}/settings/{}", setting.as_str().unwrap_or_default()))
}

fn account_admin() -> Fallible<SwitchedBy> {
    let (user, name) = (UserId::parse("u-admin")?, "Alex Admin".to_owned());
    Ok(SwitchedBy { user, name, membership: Membership::AccountAdmin })
}
