//! A house for tests: the server's inside with a clock that stands still, driven through its router without a network.
//!
//! Software keys take the production path: attested, PIN verified, under a CA of their own.
#![allow(dead_code, reason = "each story uses a part of the house")]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, engine::general_purpose as base64s};
use doorward_core::{
    feed::{checkpoint::FeedTrust, note::NoteSigner, tree::Hash},
    grant::Plan,
    session::Lengths,
    time::{Millis, UnixMs},
    token::{TokenSigner, TokenVerifier},
    wire::{Code, Problem},
};
use doorward_server::{
    PeerCertificate,
    app::{App, AppParts, Clock, SshParts, SystemDice, users::Providers},
    router,
    store::api_keys::ApiKeyKind,
    webauthn::{RelyingParty, TrustedModel},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use webauthn_authenticator_rs::{
    WebauthnAuthenticator,
    softtoken::{AAGUID, SoftToken},
};
use webauthn_rs::prelude::{AttestationCaListBuilder, Url};

pub const ORIGIN: &str = "feed.test";
const SITE: &str = "https://doorward.test";
pub const START: UnixMs = UnixMs(1_750_000_000_000);

#[derive(Clone)]
pub struct Still(Arc<AtomicI64>);

impl Still {
    pub fn advance(&self, length: Millis) {
        self.0.fetch_add(i64::try_from(length.0).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(Ordering::SeqCst))
    }
}

/// A software key whose model is trusted by the house.
pub struct Key(SoftToken);

pub struct House {
    pub app: Arc<App>,
    pub clock: Still,
    pub vendor: String,
    pub follower: String,
    router: Router,
    dir: Arc<TempDir>,
    keys: Vec<u8>,
    models: Vec<TrustedModel>,
    pub providers: Providers,
}

/// Somebody who signed in.
pub struct Person {
    pub id: String,
    pub handle: String,
    pub token: String,
    pub certificate: Hash,
    pub key_serial: u64,
    pub key: Key,
}

fn ed25519_pkcs8(seed: [u8; 32]) -> Vec<u8> {
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend(seed);
    der
}

pub fn trust() -> FeedTrust {
    let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap().verifier();
    let freshness = NoteSigner::from_seed("fresh.test", &[2; 32]).unwrap().verifier();
    FeedTrust { origin: ORIGIN.to_owned(), log, freshness }
}

pub fn token_verifier() -> TokenVerifier {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    let pair = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
    TokenVerifier::new(ORIGIN, pair.public_key().as_ref())
}

fn parts(database: &Path, clock: Still, models: Vec<TrustedModel>, providers: Providers) -> AppParts {
    AppParts {
        clock: Box::new(clock),
        dice: Box::new(SystemDice),
        origin: ORIGIN.to_owned(),
        log: NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap(),
        freshness: NoteSigner::from_seed("fresh.test", &[2; 32]).unwrap(),
        tokens: TokenSigner::new(ORIGIN, &ed25519_pkcs8([3; 32])),
        lengths: Lengths::default(),
        relying_party: RelyingParty {
            id: "doorward.test".to_owned(),
            name: "Doorward".to_owned(),
            origin: SITE.to_owned(),
            models,
        },
        users: doorward_server::app::users::UserParts {
            url: "https://account.test".to_owned(),
            secret: zeroize::Zeroizing::new([4; 32]),
            hardness: doorward_server::app::users::Hardness { kib: 8, passes: 1 },
            providers,
        },
        ssh: SshParts { sources: vec!["127.0.0.0/8".to_owned()], ..SshParts::new(zeroize::Zeroizing::new([6; 32])) },
        database: database.to_owned(),
    }
}

/// A batch of software keys: one CA, from which every key of the house is made.
fn factory() -> (Vec<u8>, TrustedModel) {
    let (token, ca) = SoftToken::new(true).unwrap();
    let mut list = AttestationCaListBuilder::new();
    list.insert_device_x509(ca, AAGUID, "soft".to_owned(), Default::default()).unwrap();
    let list = serde_json::to_value(list.build()).unwrap();
    let ca = list["cas"].as_object().unwrap().values().next().unwrap()["ca"].as_str().unwrap().to_owned();
    let der = base64s::URL_SAFE_NO_PAD.decode(ca).unwrap();
    let ca_pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", wrap(&der));
    (token.to_cbor().unwrap(), TrustedModel { ca_pem, aaguid: AAGUID, name: "Soft key".to_owned() })
}

fn wrap(der: &[u8]) -> String {
    let text = base64s::STANDARD.encode(der);
    text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
}

/// A key of a model that nobody trusts.
pub fn foreign_key() -> Key {
    Key(SoftToken::new(true).unwrap().0)
}

impl Key {
    pub fn register(&mut self, options: &Value) -> Value {
        let options = serde_json::from_value(options.clone()).unwrap();
        serde_json::to_value(self.0.do_registration(Url::parse(SITE).unwrap(), options).unwrap()).unwrap()
    }

    pub fn touch(&mut self, options: &Value) -> Value {
        self.touch_at(SITE, options)
    }

    pub fn touch_at(&mut self, site: &str, options: &Value) -> Value {
        let options = serde_json::from_value(options.clone()).unwrap();
        serde_json::to_value(self.0.do_authentication(Url::parse(site).unwrap(), options).unwrap()).unwrap()
    }
}

impl House {
    pub async fn new() -> Self {
        Self::with(Providers::default()).await
    }

    /// A house in which these companies sign their own people in.
    pub async fn with(providers: Providers) -> Self {
        let clock = Still(Arc::new(AtomicI64::new(START.0)));
        let dir = Arc::new(TempDir::new().unwrap());
        let (keys, model) = factory();
        let models = vec![model];
        let app =
            App::open(parts(&dir.path().join("house.db"), clock.clone(), models.clone(), providers.clone())).unwrap();
        let vendor = app.make_api_key(ApiKeyKind::Vendor, "product").await.unwrap().0;
        let follower = app.make_api_key(ApiKeyKind::Follower, "gateway").await.unwrap().0;
        Self { router: router(Arc::clone(&app)), app, clock, vendor, follower, dir, keys, models, providers }
    }

    /// The same house after its process was killed: nothing but the disk is kept.
    pub fn killed(&self) -> Self {
        self.killed_and("")
    }

    /// The same, after somebody has changed its database by `sql`.
    pub fn killed_and(&self, sql: &str) -> Self {
        self.reopened(|database| rusqlite::Connection::open(database).unwrap().execute_batch(sql).unwrap())
    }

    /// The same house as a version left it that knew the first migration alone, opened by this version.
    pub fn as_the_first_migration_left_it(&self) -> Self {
        self.reopened(|database| {
            let db = rusqlite::Connection::open(database).unwrap();
            db.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM refinery_schema_history WHERE version > 1;")
                .unwrap();
            let first = include_str!("../../migrations/V1__house.sql");
            let mut select = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
            let names = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
            let later = |name: &String| {
                let kept = name.starts_with("sqlite_") || name == "refinery_schema_history";
                !kept && !first.contains(&format!("CREATE TABLE {name} ("))
            };
            for name in names.map(Result::unwrap).filter(later).collect::<Vec<_>>() {
                db.execute_batch(&format!("DROP TABLE {name}")).unwrap();
            }
        })
    }

    /// The same house, whose database is from before it was noted which entries are about which certificate.
    pub fn before_certificates_were_noted(&self) -> Self {
        self.reopened(|database| {
            let db = rusqlite::Connection::open(database).unwrap();
            let undo = "DELETE FROM subjects WHERE kind = 'certificate';
                DELETE FROM refinery_schema_history WHERE name = 'certificates_are_subjects';";
            db.execute_batch(undo).unwrap();
        })
    }

    fn reopened(&self, meanwhile: impl FnOnce(&Path)) -> Self {
        let copy = Arc::new(TempDir::new().unwrap());
        for file in std::fs::read_dir(self.dir.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        let database = copy.path().join("house.db");
        meanwhile(&database);
        let app = App::open(parts(&database, self.clock.clone(), self.models.clone(), self.providers.clone())).unwrap();
        Self {
            router: router(Arc::clone(&app)),
            app,
            clock: self.clock.clone(),
            vendor: self.vendor.clone(),
            follower: self.follower.clone(),
            dir: copy,
            keys: self.keys.clone(),
            models: self.models.clone(),
            providers: self.providers.clone(),
        }
    }

    pub fn new_key(&self) -> Key {
        Key(SoftToken::from_cbor(&self.keys).unwrap())
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.dir.path().join("house.db")
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        certificate: Option<Hash>,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).extension(PeerCertificate(certificate));
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// As the person, over their certificate.
    pub async fn as_person(&self, who: &Person, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.send(method, path, Some(&who.token), Some(who.certificate), body.as_ref()).await
    }

    pub async fn as_vendor(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(method, path, Some(&self.vendor), None, Some(&body)).await
    }

    /// Enrols a new key by `code` and signs in with it.
    pub async fn join(&self, code: &str, certificate: Hash) -> Person {
        let mut key = self.new_key();
        let (id, handle) = self.enrol(code, &mut key).await;
        self.sign_in(&id, &handle, key, certificate).await
    }

    pub async fn enrol(&self, code: &str, key: &mut Key) -> (String, String) {
        let begun = ok(self.send("POST", "/v1/enrolments/begin", None, None, Some(&json!({"code": code}))).await);
        let credential = key.register(&begun["options"]);
        let answer = json!({"ceremony": begun["ceremony"], "credential": credential, "name": "blue"});
        let enrolled = ok(self.send("POST", "/v1/enrolments/finish", None, None, Some(&answer)).await);
        (enrolled["staff"].as_str().unwrap().to_owned(), enrolled["handle"].as_str().unwrap().to_owned())
    }

    pub async fn sign_in(&self, id: &str, handle: &str, mut key: Key, certificate: Hash) -> Person {
        let answer = self.answer_sign_in(handle, &mut key).await;
        let signed_in = ok(self.send("POST", "/v1/sign-ins/finish", None, Some(certificate), Some(&answer)).await);
        Person {
            id: id.to_owned(),
            handle: handle.to_owned(),
            token: signed_in["token"].as_str().unwrap().to_owned(),
            certificate,
            key_serial: signed_in["key"].as_u64().unwrap(),
            key,
        }
    }

    pub async fn answer_sign_in(&self, handle: &str, key: &mut Key) -> Value {
        let begun = ok(self.send("POST", "/v1/sign-ins/begin", None, None, Some(&json!({"handle": handle}))).await);
        json!({"ceremony": begun["ceremony"], "credential": key.touch(&begun["options"])})
    }

    /// The first security admin, signed in.
    pub async fn admin(&self) -> Person {
        let id = doorward_core::id::StaffId::parse("ada").unwrap();
        let code = self.app.init_first_admin("ada@vendor", "Ada Admin", id).await.unwrap();
        self.join(&code.0, [9; 32]).await
    }

    /// A new staff member with these roles, enrolled and signed in.
    pub async fn staff(&self, admin: &mut Person, id: &str, roles: &[&str]) -> Person {
        let add =
            json!({"do": "add-staff", "staff": id, "handle": format!("{id}@vendor"), "name": format!("Name {id}")});
        ok(self.intend(admin, add).await);
        for role in roles {
            ok(self.intend(admin, json!({"do": "give-role", "staff": id, "role": role})).await);
        }
        let issued = ok(self.intend(admin, json!({"do": "issue-enrolment-code", "staff": id})).await);
        let mut certificate = [0; 32];
        certificate.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
        self.join(issued["code"].as_str().unwrap(), certificate).await
    }

    pub async fn begin(&self, who: &Person, intent: Value) -> (StatusCode, Value) {
        self.as_person(who, "POST", "/v1/intents", Some(json!({"intent": intent}))).await
    }

    pub async fn confirm(&self, who: &mut Person, begun: &Value) -> (StatusCode, Value) {
        let credential = who.key.touch(&begun["options"]);
        self.confirm_with(who, begun, credential).await
    }

    pub async fn confirm_with(&self, who: &Person, begun: &Value, credential: Value) -> (StatusCode, Value) {
        let path = format!("/v1/intents/{}/confirm", begun["ceremony"].as_str().unwrap());
        self.as_person(who, "POST", &path, Some(json!({"credential": credential}))).await
    }

    /// Begins and confirms an intent with a touch.
    pub async fn intend(&self, who: &mut Person, intent: Value) -> (StatusCode, Value) {
        let (status, begun) = self.begin(who, intent).await;
        if status != StatusCode::OK {
            return (status, begun);
        }
        self.confirm(who, &begun).await
    }

    pub async fn account(&self, id: &str, plan: Plan) {
        ok(self.as_vendor("PUT", &format!("/v1/vendor/accounts/{id}"), json!({"name": "Acme", "plan": plan})).await);
    }

    /// Switches a setting on for ten days, and gives the grant's serial.
    pub async fn switch_on(&self, account: &str, setting: &str) -> u64 {
        let until = Clock::now(&self.clock).plus(Millis::days(10)).0;
        let path = format!("/v1/vendor/accounts/{account}/settings/{setting}");
        let standing =
            ok(self.as_vendor("PUT", &path, json!({"by": by("account-admin"), "until": {"at": until}})).await);
        let slot = if setting == "support-team-access" { "support" } else { "success" };
        standing[slot]["serial"].as_u64().unwrap()
    }

    pub async fn switch_off(&self, account: &str, setting: &str) {
        let path = format!("/v1/vendor/accounts/{account}/settings/{setting}");
        ok(self.as_vendor("DELETE", &path, json!({"by": by("account-admin")})).await);
    }

    /// The account's history as its users download it.
    pub async fn bundle(&self, account: &str) -> String {
        let account = doorward_core::id::AccountId::parse(account).unwrap();
        let mut parts = self.app.account_bundle(&account).await.unwrap();
        let mut text = String::new();
        while let Some(part) = parts.recv().await {
            text.push_str(&part);
        }
        text
    }

    pub async fn open_read_only(&self, who: &Person, account: &str) -> (StatusCode, Value) {
        let wish = json!({"account": account, "reason": reason()});
        self.as_person(who, "POST", "/v1/sessions", Some(wish)).await
    }
}

pub fn by(membership: &str) -> Value {
    json!({"user": "u-1", "name": "Uma User", "membership": membership})
}

pub fn reason() -> Value {
    json!({"ticket": "T-17", "text": "Call about imports"})
}

pub fn open_read_write(account: &str, grant: u64) -> Value {
    json!({"do": "open-read-write", "account": account, "grant": grant, "reason": reason()})
}

/// The answer, which must be a yes.
#[track_caller]
pub fn ok((status, body): (StatusCode, Value)) -> Value {
    assert!(status.is_success(), "{status}: {body}");
    body
}

/// The problem, which must have this status and code.
#[track_caller]
pub fn refused((status, body): (StatusCode, Value), wanted: u16, code: Code) -> Problem {
    let problem: Problem = serde_json::from_value(body.clone()).unwrap_or_else(|_| panic!("{status}: {body}"));
    assert_eq!((status.as_u16(), problem.code), (wanted, code), "{body}");
    assert!(!problem.request.is_empty());
    problem
}

/// The denial of a refusal, as its code on the wire.
#[track_caller]
pub fn denied(answer: (StatusCode, Value)) -> String {
    let problem = refused(answer, 403, Code::Denied);
    serde_json::to_value(problem.denial.unwrap()).unwrap().as_str().unwrap().to_owned()
}
