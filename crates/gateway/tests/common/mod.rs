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
pub mod standing;
pub mod upstream;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use aws_lc_rs::{
    encoding::AsDer,
    signature::{Ed25519KeyPair, KeyPair},
};
use browser::{Browser, Certificate, Reply};
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
use doorward_gateway::{Credential, Gate, GateParts, Journal, Limits, Listeners, Upstream, serve, server_config};
use standing::Held;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use upstream::TestUpstream;

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
    _shutdown: oneshot::Sender<()>,
    _serving: JoinHandle<()>,
    _dir: tempfile::TempDir,
}

impl House {
    pub async fn stands() -> Self {
        Self::with(Limits { head_seconds: 5, ..Limits::default() }).await
    }

    pub async fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("journal.db");
        let upstream = TestUpstream::start(journal.clone()).await;
        let standing = Arc::new(Held::new(START));
        let (support, primary) = people(&standing);
        let pair = Ed25519KeyPair::generate().unwrap();
        let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (chain, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
        std::fs::write(&chain, own.cert.pem()).unwrap();
        std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
        let credential = Credential::new("authorization", SECRET.to_owned().into()).unwrap();
        let also = ["x-vendor-version".to_owned()];
        let url = format!("http://{}/api", upstream.address);
        let gate = Gate::new(GateParts {
            standing: standing.clone(),
            verifier: TokenVerifier::new("house.example", pair.public_key().as_ref()),
            routes: toml::from_str::<RouteTableSpec>(ROUTES).unwrap(),
            upstream: Upstream::new(&url, None, credential, &also, limits.forward()).unwrap(),
            journal: Journal::open(&journal).unwrap(),
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
        let (shutdown, asked) = oneshot::channel::<()>();
        let tls = Arc::new(server_config(&chain, &key).unwrap());
        let gate = Arc::new(gate.unwrap());
        let serving = tokio::spawn(async move {
            serve(gate, listeners, tls, &limits, async move { drop(asked.await) }).await;
        });
        Self {
            standing,
            upstream,
            console: Certificate::new(),
            address,
            admin,
            journal,
            support,
            primary,
            signer: TokenSigner::new("house.example", private.as_ref()),
            root: own.cert,
            _shutdown: shutdown,
            _serving: serving,
            _dir: dir,
        }
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

    /// Nothing of what was just refused was seen by the upstream or written down as a write.
    pub fn assert_nothing_passed(&self, why: &str) {
        assert!(self.upstream.seen().is_empty(), "the upstream saw a refused request: {why}");
        assert_eq!(self.rows("SELECT count(*) FROM writes"), 0, "{why}");
    }
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
