//! A gateway as it runs, in front of a small upstream, with a replica that the test holds in its hand.
#![allow(dead_code, reason = "each test program uses its own part of the house")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

pub mod browser;
pub mod server;
pub mod standing;
pub mod upstream;

use std::{net::SocketAddr, path::PathBuf, pin::Pin, sync::Arc};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    signature::{Ed25519KeyPair, KeyPair},
};
use browser::{Browser, Certificate, DEADLINE, Reply};
use doorward_core::{
    feed::entry::What,
    grant::{Plan, Setting, Until},
    id::{AccountId, GrantSerial, KeySerial, Seq, SessionSerial, StaffId, UserId},
    policy::session_setting,
    route::RouteTableSpec,
    session::{Basis, Mode, Session, Stands},
    staff::Role,
    time::{Millis, UnixMs},
    token::{TokenSigner, TokenVerifier},
};
use doorward_gateway::{
    Config, Credential, Gate, GateParts, Journal, Limits, Listeners, Upstream, run, serve, server_config,
};
use rustls::SupportedProtocolVersion;
use server::{FOLLOWER_KEY, TestServer};
use standing::Held;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use upstream::TestUpstream;

pub const ORIGIN: &str = "house.example";
pub const START: UnixMs = UnixMs(1_764_000_000_000);
pub const LEASE: Millis = Millis::seconds(10);
pub const SECRET: &str = "Bearer upstream-s3cret";

const ROUTES: &str = r#"
account = { in = "path", prefix = "/accounts/{account}" }
route = [
  { method = "GET", path = "/people", effect = "read", verb = "list-people" },
  { method = "GET", path = "/people/{id}", effect = "read", verb = "see-person" },
  { method = "GET", path = "/stream", effect = "read", verb = "follow" },
  { method = "POST", path = "/search", effect = "read", verb = "search" },
  { method = "PUT", path = "/people/{id}", effect = "write", verb = "change-person" },
  { method = "GET", path = "/secrets", effect = "refuse", verb = "see-secrets" },
]
"#;

pub struct House {
    pub standing: Arc<Held>,
    pub upstream: TestUpstream,
    pub console: Certificate,
    pub address: SocketAddr,
    pub admin: SocketAddr,
    pub journal: PathBuf,
    pub support: Session,
    pub primary: Session,
    signer: TokenSigner,
    root: rcgen::Certificate,
    shutdown: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _dir: tempfile::TempDir,
}

impl House {
    pub async fn stands() -> Self {
        Self::with(Limits { head_seconds: 5, ..Limits::default() }).await
    }

    /// A gateway whose replica is the test's own.
    pub async fn with(limits: Limits) -> Self {
        let house = Walls::new().await;
        let credential = Credential::new("authorization", SECRET.to_owned().into()).unwrap();
        let also = ["x-vendor-version".to_owned()];
        let gate = Gate::new(GateParts {
            standing: house.standing.clone(),
            verifier: TokenVerifier::new(ORIGIN, house.pair.public_key().as_ref()),
            routes: toml::from_str::<RouteTableSpec>(ROUTES).unwrap(),
            upstream: Upstream::new(&house.upstream_url(), None, credential, &also, limits.forward()).unwrap(),
            journal: Journal::open(&house.file("journal.db")).unwrap(),
            request_ids: Box::new(browser::random_id),
            lease: LEASE,
            tokens: 100,
            requests_per_session: limits.requests_per_session,
        });
        let listeners = Listeners {
            public: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            admin: Some(TcpListener::bind("127.0.0.1:0").await.unwrap()),
        };
        let address = listeners.public.local_addr().unwrap();
        let admin = listeners.admin.as_ref().unwrap().local_addr().unwrap();
        let tls = Arc::new(server_config(&house.file("c.pem"), &house.file("k.pem")).unwrap());
        let gate = Arc::new(gate.unwrap());
        house.stands(address, admin, move |asked| async move { serve(gate, listeners, tls, &limits, asked).await })
    }

    /// A gateway as it is configured and run, which follows a feed server over the network.
    pub async fn following(lease_seconds: u64) -> (Self, Arc<TestServer>) {
        let house = Walls::new().await;
        let tls = server_config(&house.file("c.pem"), &house.file("k.pem")).unwrap();
        let server = TestServer::start(house.standing.clone(), tls).await;
        let (address, admin) = (free_address().await, free_address().await);
        let url = house.upstream_url();
        let config = format!(
            r#"
            listen = "{address}"
            admin = "{admin}"
            trust = "trust.toml"
            routes = "routes.toml"
            replica = "replica.db"
            journal = "journal.db"
            lease_seconds = {lease_seconds}
            tls = {{ certificate = "c.pem", key = "k.pem" }}
            server = {{ ca = "c.pem", follower_key = "follower" }}
            upstream = {{ url = "{url}", credential = "credential" }}
            "#
        );
        for (file, text) in [
            ("gateway.toml", config),
            ("trust.toml", server.trust(house.pair.public_key().as_ref())),
            ("routes.toml", ROUTES.to_owned()),
            ("follower", format!("{FOLLOWER_KEY}\n")),
            ("credential", format!("{SECRET}\n")),
        ] {
            std::fs::write(house.file(file), text).unwrap();
            std::fs::set_permissions(house.file(file), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        let config = Config::read(&house.file("gateway.toml")).unwrap();
        let house = house.stands(address, admin, move |asked| async move { run(config, asked).await.unwrap() });
        (house, server)
    }

    /// The token for `session`, bound to the console's certificate, issued now.
    pub fn token(&self, session: &Session) -> String {
        self.signer.sign(session, &self.console.thumbprint(), self.standing.time()).unwrap().0
    }

    pub async fn connect(&self) -> Browser {
        Browser::connect(self.address, self.root.der(), Some(&self.console)).await
    }

    pub async fn connect_as(&self, certificate: Option<&Certificate>) -> Browser {
        Browser::connect(self.address, self.root.der(), certificate).await
    }

    /// Whether a request that is good in itself is answered over this certificate and version of TLS.
    pub async fn answers(&self, certificate: &Certificate, version: &'static SupportedProtocolVersion) -> bool {
        let request = format!(
            "GET /accounts/a-1/people HTTP/1.1\r\nhost: h\r\nauthorization: Bearer {}\r\n\r\n",
            self.token(&self.support)
        );
        let connected = Browser::try_connect(self.address, self.root.der(), Some(certificate), &[version]).await;
        match connected {
            Ok(mut browser) => browser.is_answered(&request).await,
            Err(_) => false,
        }
    }

    /// Sends `head` (a request line and headers, each line ended) with the token of `session` and reads the answer.
    pub async fn ask(&self, session: &Session, head: &str) -> Reply {
        self.send(&format!("{head}host: localhost\r\nauthorization: Bearer {}\r\n\r\n", self.token(session))).await
    }

    /// Sends exactly `bytes` and reads the answer.
    pub async fn send(&self, bytes: &str) -> Reply {
        let mut browser = self.connect().await;
        browser.send(bytes).await;
        browser.reply().await
    }

    pub fn rows(&self, query: &str) -> i64 {
        let db = rusqlite::Connection::open(&self.journal).unwrap();
        db.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Asks the gateway to end, and waits until it has.
    pub async fn shut_down(self) {
        drop(self.shutdown);
        timeout(DEADLINE, self.serving).await.expect("the gateway does not end").unwrap();
    }

    /// Nothing of what was just refused was seen by the upstream or written down as a write.
    pub fn assert_nothing_passed(&self, why: &str) {
        assert!(self.upstream.seen().is_empty(), "the upstream saw a refused request: {why}");
        assert_eq!(self.rows("SELECT count(*) FROM writes"), 0, "{why}");
    }
}

/// What stands before the gateway does.
struct Walls {
    dir: tempfile::TempDir,
    standing: Arc<Held>,
    upstream: TestUpstream,
    pair: Ed25519KeyPair,
    root: rcgen::Certificate,
    people: (Session, Session),
}

impl Walls {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(dir.path().join("c.pem"), own.cert.pem()).unwrap();
        std::fs::write(dir.path().join("k.pem"), own.signing_key.serialize_pem()).unwrap();
        let standing = Arc::new(Held::new(START));
        let people = people(&standing);
        let upstream = TestUpstream::start(dir.path().join("journal.db")).await;
        Self { dir, standing, upstream, pair: Ed25519KeyPair::generate().unwrap(), root: own.cert, people }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn upstream_url(&self) -> String {
        format!("http://{}/api", self.upstream.address)
    }

    fn stands<F: Future<Output = ()> + Send>(
        self,
        address: SocketAddr,
        admin: SocketAddr,
        serving: impl FnOnce(Asked) -> F + Send + 'static,
    ) -> House {
        let (shutdown, asked) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move { serving(Box::pin(async move { drop(asked.await) })).await });
        let private: Pkcs8V1Der<'_> = self.pair.as_der().unwrap();
        House {
            console: Certificate::new(),
            address,
            admin,
            journal: self.file("journal.db"),
            signer: TokenSigner::new(ORIGIN, private.as_ref()),
            standing: self.standing,
            upstream: self.upstream,
            support: self.people.0,
            primary: self.people.1,
            root: self.root,
            shutdown,
            serving,
            _dir: self.dir,
        }
    }
}

type Asked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An address that nobody listens on at this moment.
async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

pub fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

fn staff(text: &str) -> StaffId {
    StaffId::parse(text).unwrap()
}

/// Two accounts, a support member and a Primary CSM, and a session for each in the first account.
fn people(world: &Held) -> (Session, Session) {
    for id in ["a-1", "a-2"] {
        world.tell(What::AccountRegistered { account: account(id), plan: Plan::Premium });
        for setting in [Setting::SupportTeamAccess, Setting::CustomerSuccessTeamAccess] {
            let (by, until) = (UserId::parse("u-1").unwrap(), Until::At(START.plus(Millis::days(30))));
            let grant = world.look(|state| state.next_grant());
            world.tell(What::GrantEnabled { grant, account: account(id), setting, by, until });
        }
    }
    let (standing, role, key) = hire(world, "sam", Role::TechnicalSupport);
    let support = session(1, "sam", Mode::ReadOnly, (standing, key), Basis::TechnicalSupport { role }, world);
    let (standing, role, key) = hire(world, "pam", Role::Csm);
    let assigned = world.tell(What::PrimaryCsmAssigned { account: account("a-1"), staff: staff("pam") });
    let basis = Basis::PrimaryCsm { role, assigned };
    let primary = session(2, "pam", Mode::ReadWrite, (standing, key), basis, world);
    (support, primary)
}

fn hire(world: &Held, id: &str, role: Role) -> (Seq, Seq, KeySerial) {
    let standing = world.tell(What::StaffAdded { staff: staff(id) });
    let given = world.tell(What::RoleGiven { staff: staff(id), role });
    let key = world.look(|state| state.next_key());
    world.tell(What::KeyEnrolled { key, staff: staff(id) });
    (standing, given, key)
}

fn session(serial: u64, who: &str, mode: Mode, by: (Seq, KeySerial), basis: Basis, world: &Held) -> Session {
    let (standing, key) = by;
    let stands = Stands { standing, key, grant: GrantSerial(0), basis };
    let serial = SessionSerial(serial);
    let (opened, ends) = (START, START.plus(Millis::minutes(15)));
    let mut session = Session { serial, staff: staff(who), account: account("a-1"), mode, stands, opened, ends };
    let setting = session_setting(&session);
    session.stands.grant = world.look(|state| state.account(&account("a-1")).unwrap().grant(setting).unwrap().serial);
    session
}
