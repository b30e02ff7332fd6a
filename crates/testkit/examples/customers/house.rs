//! The stand's house: the app, its router for the vendor and staff, its pages on loopback. NO SECURITY.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::{Router, body::Body};
use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    feed::{note::NoteSigner, tree::Hash},
    id::AccountId,
    session::Lengths,
    time::{Millis, UnixMs},
    token::TokenSigner,
    trust::TrustFile,
    wire::Secret,
};
use doorward_server::{
    PeerCertificate, Site,
    app::{
        App, AppParts, Clock, Refusal, SshParts, SystemDice,
        users::{Hardness, Letter, Post, PostFault, Provider, Providers, UserParts},
    },
    pages,
    provider_http::ProviderHttp,
    router,
    secrets::{DataDir, development_certificate},
    store::api_keys::ApiKeyKind,
    stripe::{Stripe, StripeConfig},
    tls::{Edge, page_config, serve},
    webauthn::{RelyingParty, TrustedModel},
};
use doorward_testkit::{
    clock::StillClock,
    house::{Fallible, RP_ID, SITE},
    softkey::SoftBatch,
};
use futures::future::BoxFuture;
use http::Request;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;
use zeroize::Zeroizing;

use crate::{
    outside::{Outside, company::Companies, shop, shop::Shop},
    staff::Staff,
};

/// 25 Nov 2026, 09:30 UTC.
const START: UnixMs = UnixMs(1_795_599_000_000);
const ORIGIN: &str = "feed.test";
/// Where the feed would be followed. Nobody does.
const FEED: &str = "https://doorward.test";
const FRESHNESS: &str = "fresh.test";
const GATEWAY: &str = "g-1";
/// An Ed25519 key (PKCS #8) whose seed is 32 threes.
const TOKEN_KEY: &str = "MC4CAQAwBQYDK2VwBCIEIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD";

/// What the stand is told when it starts.
#[derive(Default, Deserialize)]
pub struct Asked {
    now: Option<i64>,
    company: Option<Company>,
    /// Whether passwords are as hard to hash as they are for people.
    #[serde(default)]
    hard: bool,
    pub certificate: Option<PathBuf>,
}

/// A provider that signs the people of some accounts in, each for the domain `<account>.example`.
#[derive(Deserialize)]
struct Company {
    issuer: String,
    client_id: String,
    client_secret: String,
    accounts: Vec<AccountId>,
}

impl Asked {
    pub fn now(&self) -> UnixMs {
        self.now.map_or(START, UnixMs)
    }

    /// A company that was named is asked as it would be: over TLS, with the roots of this machine. Else there are those
    /// that the stand keeps itself.
    fn providers(self, own: &Companies) -> Fallible<Providers> {
        let Some(company) = self.company else { return own.providers() };
        let of = |account: &AccountId| Provider {
            domains: vec![format!("{account}.example")],
            account: account.clone(),
            issuer: company.issuer.clone(),
            client_id: company.client_id.clone(),
            client_secret: Secret(company.client_secret.clone()),
        };
        Ok(Providers { all: company.accounts.iter().map(of).collect(), wire: Arc::new(ProviderHttp::new()?) })
    }
}

/// Where a certificate for loopback is, its key, and what is to be believed for it.
pub fn certificate(folder: &Path, now: UnixMs) -> Fallible<Value> {
    let made = development_certificate(&DataDir::open(folder)?, "localhost", now)?;
    Ok(json!({"certificate": made.files.certificate, "key": made.files.key, "ca": made.ca}))
}

/// Everything the stand holds.
pub struct House {
    pub app: Arc<App>,
    /// Where the pages are.
    pub url: String,
    /// Who else is on the network.
    pub outside: Outside,
    /// Where a browser finds them.
    pub outside_at: std::net::SocketAddr,
    pub keys: SoftBatch,
    pub staff: tokio::sync::Mutex<Staff>,
    clock: StillClock,
    router: Router,
    pages: Router,
    vendor: String,
    follower: String,
    /// Lines of the gateway's journal.
    noted: tokio::sync::Mutex<u64>,
    _dir: TempDir,
}

struct Hands(StillClock);

impl Clock for Hands {
    fn now(&self) -> UnixMs {
        self.0.now()
    }
}

/// Keeps the letters.
#[derive(Default)]
struct Mailbox(Mutex<Vec<Letter>>);

impl Post for Mailbox {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), PostFault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        Box::pin(async { Ok(()) })
    }
}

impl House {
    pub async fn build(asked: Asked) -> Fallible<Self> {
        let now = asked.now();
        let (dir, keys, clock) = (TempDir::new()?, SoftBatch::make()?, StillClock::at(now));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://{}", listener.local_addr()?);
        let data = DataDir::open(&dir.path().join("data"))?;
        let certificate = development_certificate(&data, "localhost", now)?;
        let tls = page_config(&certificate.files)?;
        let outside = Outside { shop: Shop::default(), companies: Companies::new(clock.clone())? };
        let outside_at = outside.listen(Arc::clone(&tls)).await?;
        let stripe = stripe(&outside.shop, &dir).await?;
        let relying_party = RelyingParty {
            id: RP_ID.to_owned(),
            name: "Doorward".to_owned(),
            origin: SITE.to_owned(),
            models: vec![TrustedModel {
                ca_pem: keys.ca_pem().to_owned(),
                aaguid: keys.aaguid().parse()?,
                name: "Software key".to_owned(),
            }],
        };
        let app = App::open(AppParts {
            clock: Box::new(Hands(clock.clone())),
            dice: Box::new(SystemDice),
            origin: ORIGIN.to_owned(),
            log: NoteSigner::from_seed(ORIGIN, &[1; 32])?,
            freshness: NoteSigner::from_seed(FRESHNESS, &[2; 32])?,
            tokens: TokenSigner::new(ORIGIN, &STANDARD.decode(TOKEN_KEY)?),
            lengths: Lengths::default(),
            relying_party,
            users: UserParts {
                url: url.clone(),
                secret: Zeroizing::new([4; 32]),
                hardness: if asked.hard { Hardness::default() } else { Hardness { kib: 8, passes: 1 } },
                providers: asked.providers(&outside.companies)?,
            },
            ssh: SshParts::new(Zeroizing::new([6; 32])),
            database: data.database(),
        })?;
        let site = Site {
            url: url.clone(),
            vendor: "Northwind".to_owned(),
            security_contact: Some("mailto:security@northwind.example".to_owned()),
            links: Vec::new(),
        };
        let pages = pages(Arc::clone(&app), site, Some(stripe));
        tokio::spawn(serve(pages.clone(), listener, tls, Edge::default(), std::future::pending()));
        let vendor = app.make_api_key(ApiKeyKind::Vendor, "product").await.map_err(refused)?.0;
        let follower = app.make_api_key(ApiKeyKind::Follower, "gateway").await.map_err(refused)?.0;
        let (router, staff) = (router(Arc::clone(&app)), tokio::sync::Mutex::default());
        let noted = tokio::sync::Mutex::default();
        Ok(Self {
            app,
            url,
            outside,
            outside_at,
            keys,
            staff,
            clock,
            router,
            pages,
            vendor,
            follower,
            noted,
            _dir: dir,
        })
    }

    /// Time passes.
    pub fn advance(&self, ms: u64) -> Fallible<Value> {
        self.clock.advance(Millis(ms));
        Ok(json!({"now": self.clock.now().0}))
    }

    /// What a gateway noted in a session, at this moment.
    pub async fn note(&self, session: u64, what: &Value) -> Fallible<Value> {
        let mut noted = self.noted.lock().await;
        let number = *noted + 1;
        let record = json!({"number": number, "session": session, "at": self.clock.now().0, "what": what});
        let batch = json!({"gateway": GATEWAY, "records": [record]});
        self.send("POST", "/v1/journal", Some(&self.follower), None, &batch).await?;
        *noted = number;
        Ok(json!({"number": number}))
    }

    /// Stripe tells that the account's subscription stands so now.
    pub async fn stripe_tells(&self, account: &str, status: &str) -> Fallible<Value> {
        let (body, signature) = self.outside.shop.turns(account, status, self.clock.now());
        let request = Request::post("/stripe/events").header("stripe-signature", signature).body(Body::from(body))?;
        let status = self.pages.clone().oneshot(request).await?.status();
        if status.is_success() { Ok(json!({})) } else { Err(format!("the event was answered {status}").into()) }
    }

    /// Whom `doorward verify` is to believe.
    pub fn trust() -> Fallible<Value> {
        let key = |name: &str, seed: u8| NoteSigner::from_seed(name, &[seed; 32]).map(|signer| signer.verifier());
        let token = Ed25519KeyPair::from_seed_unchecked(&[3; 32])?;
        let (log, freshness) = (key(ORIGIN, 1)?, key(FRESHNESS, 2)?);
        Ok(toml::to_string(&TrustFile::new(ORIGIN, FEED, &log, &freshness, token.public_key().as_ref()))?.into())
    }

    /// What was mailed since it was last asked, oldest first.
    pub async fn letters(&self) -> Fallible<Value> {
        let post = Mailbox::default();
        self.app.send_mail(&post).await.map_err(refused)?;
        let letters = post.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let told = |letter: Letter| json!({"to": letter.to, "subject": letter.subject, "text": letter.text});
        Ok(letters.into_iter().map(told).collect())
    }

    pub async fn as_vendor(&self, method: &str, path: &str, body: Value) -> Fallible<Value> {
        self.send(method, &format!("/v1/vendor/{path}"), Some(&self.vendor), None, &body).await
    }

    /// The answer, which must be a yes.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        certificate: Option<Hash>,
        body: &Value,
    ) -> Fallible<Value> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(PeerCertificate(certificate))
            .header("content-type", "application/json");
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_string()))?).await?;
        let (status, bytes) = (answer.status(), answer.into_body().collect().await?.to_bytes());
        if !status.is_success() {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

async fn stripe(shop: &Shop, dir: &TempDir) -> Fallible<Stripe> {
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).map(|()| path)
    };
    let (key_file, signing_secret_file) =
        (file("stripe-key", shop::KEY)?, file("stripe-secret", shop::SIGNING_SECRET)?);
    let price = "price_premium".to_owned();
    Ok(Stripe::new(&StripeConfig { api: shop.listen().await?, key_file, signing_secret_file, price })?)
}

pub fn refused(refusal: Refusal) -> String {
    format!("refused: {:?}", refusal.code())
}
