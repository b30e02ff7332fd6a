//! Companies that sign their own people in, by OpenID Connect with real signatures: whoever types an address there is
//! the one. They can be told to be down, and to sign with a key that is not theirs. NO SECURITY.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::response::{IntoResponse, Redirect, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{feed::tree::plain_hash, id::AccountId, wire::Secret};
use doorward_server::app::users::{Provider, ProviderWire, Providers, Unreachable};
use doorward_testkit::{clock::StillClock, house::Fallible};
use futures::future::BoxFuture;
use reqwest::Url;
use serde_json::{Value, json};

use super::{Asked, page, plain};

const CLIENT: &str = "doorward";
/// Accounts of companies are `corp-1` and so on.
const COMPANIES: u32 = 99;

/// Shared: every copy is the same companies.
#[derive(Clone)]
pub struct Companies(Arc<Mutex<Inside>>);

struct Inside {
    clock: StillClock,
    key: EcdsaKeyPair,
    forged: EcdsaKeyPair,
    /// What was asked for, by the code that answers it.
    codes: HashMap<String, Pairs>,
    down: HashSet<String>,
    forging: HashSet<String>,
}

type Pairs = HashMap<String, String>;

impl Companies {
    pub fn new(clock: StillClock) -> Fallible<Self> {
        let key = || EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let inside = Inside {
            clock,
            key: key()?,
            forged: key()?,
            codes: HashMap::new(),
            down: HashSet::new(),
            forging: HashSet::new(),
        };
        Ok(Self(Arc::new(Mutex::new(inside))))
    }

    /// As the server is configured with them.
    pub fn providers(&self) -> Fallible<Providers> {
        let provider = |n: u32| -> Fallible<Provider> {
            let account = format!("corp-{n}");
            let (issuer, domains) = (issuer(&account), vec![format!("{account}.example")]);
            let (client_id, client_secret) = (CLIENT.to_owned(), Secret("between us".to_owned()));
            Ok(Provider { account: AccountId::parse(&account)?, issuer, client_id, client_secret, domains })
        };
        let all = (1..=COMPANIES).map(provider).collect::<Fallible<Vec<_>>>()?;
        Ok(Providers { all, wire: Arc::new(self.clone()) })
    }

    /// How the account's company behaves from now on.
    pub fn behave(&self, account: &str, up: bool, forges: bool) {
        let mut inside = self.inside();
        let _was = if up { inside.down.remove(account) } else { inside.down.insert(account.to_owned()) };
        let _was = if forges { inside.forging.insert(account.to_owned()) } else { inside.forging.remove(account) };
    }

    /// What a browser sees at a company: who are you? And then it goes back, with an answer.
    pub fn shown(&self, asked: &Asked) -> Option<Response> {
        let account = account(&asked.host)?;
        let mut pairs = pairs(&asked.pairs);
        if asked.path == "/authorize" {
            let kept = ["redirect_uri", "state", "nonce", "code_challenge"];
            let kept = kept.map(|name| (name, pairs.get(name).map(|text| plain(text)).unwrap_or_default()));
            let kept = kept.map(|(name, text)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{text}\">"));
            let form = format!(
                "<form method=\"post\" action=\"/go\">{}<label>E-mail address <input name=\"email\"></label>\
                 <button name=\"go\" value=\"yes\">Sign in</button> <button name=\"go\" value=\"no\">Cancel</button></form>",
                kept.concat()
            );
            return Some(page(&format!("Sign in at {account}"), &form));
        }
        let mut back = Url::parse(pairs.get("redirect_uri")?).ok()?;
        back.query_pairs_mut().append_pair("state", pairs.get("state")?).append_pair("iss", &issuer(account));
        if pairs.get("go")? == "yes" {
            let mut inside = self.inside();
            let code = format!("code-{}", inside.codes.len());
            back.query_pairs_mut().append_pair("code", &code);
            pairs.insert("account".to_owned(), account.to_owned());
            inside.codes.insert(code, pairs);
        } else {
            back.query_pairs_mut().append_pair("error", "access_denied");
        }
        Some(Redirect::to(back.as_str()).into_response())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProviderWire for Companies {
    fn send(&self, request: http::Request<Vec<u8>>) -> BoxFuture<'_, Result<http::Response<Vec<u8>>, Unreachable>> {
        let answer = self.inside().answer(&request);
        Box::pin(async move {
            let answer = answer.ok_or(Unreachable("it is down"))?;
            let answer = http::Response::builder()
                .header("content-type", "application/json")
                .body(answer.to_string().into_bytes());
            answer.map_err(|_| Unreachable("no answer can be made"))
        })
    }
}

impl Inside {
    fn answer(&self, request: &http::Request<Vec<u8>>) -> Option<Value> {
        let account = account(request.uri().host()?).filter(|account| !self.down.contains(*account))?;
        let issuer = issuer(account);
        match request.uri().path() {
            "/.well-known/openid-configuration" => Some(json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            })),
            "/keys" => {
                let point = self.key.public_key().as_ref();
                let (x, y) = point.get(1..)?.split_at_checked(32)?;
                let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
                Some(
                    json!({"keys": [{"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": "1", "x": part(x), "y": part(y)}]}),
                )
            }
            "/token" => self.token(account, &pairs(std::str::from_utf8(request.body()).ok()?)),
            _ => None,
        }
    }

    fn token(&self, account: &str, given: &Pairs) -> Option<Value> {
        let asked =
            self.codes.get(given.get("code")?).filter(|asked| asked.get("account").is_some_and(|of| of == account))?;
        let challenge = URL_SAFE_NO_PAD.encode(plain_hash(given.get("code_verifier")?.as_bytes()));
        if asked.get("code_challenge")? != &challenge {
            return None;
        }
        let now = self.clock.now().0 / 1_000;
        let email = asked.get("email")?;
        let claims = json!({
            "iss": issuer(account), "aud": CLIENT, "sub": email, "iat": now, "exp": now + 300,
            "nonce": asked.get("nonce")?, "email": email, "email_verified": true,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", part(&json!({"alg": "ES256", "typ": "JWT", "kid": "1"})), part(&claims));
        let key = if self.forging.contains(account) { &self.forged } else { &self.key };
        let mark = key.sign(&SystemRandom::new(), said.as_bytes()).ok()?;
        let token = format!("{said}.{}", URL_SAFE_NO_PAD.encode(mark));
        Some(json!({"access_token": "none of ours", "token_type": "Bearer", "id_token": token}))
    }
}

fn issuer(account: &str) -> String {
    format!("https://idp.{account}.example")
}

fn account(host: &str) -> Option<&str> {
    host.strip_prefix("idp.")?.strip_suffix(".example")
}

fn pairs(text: &str) -> Pairs {
    Url::parse(&format!("x:?{text}")).map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}
