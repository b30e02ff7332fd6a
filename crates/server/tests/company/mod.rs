//! A company's provider for tests: OpenID Connect in this process, with real signatures; it can be told to lie.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use doorward_core::{feed::tree::plain_hash, id::AccountId, wire::Secret};
use doorward_server::app::users::{Provider, ProviderWire, Providers, Unreachable};
use futures::future::BoxFuture;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openidconnect::{HttpRequest, HttpResponse, url::Url};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://idp.acme.example";

/// What an ID token says wrongly.
#[derive(Clone, Default)]
pub enum Lie {
    #[default]
    None,
    /// This claim is replaced; null leaves it out.
    Claim(&'static str, Value),
    /// No signature.
    AlgNone,
    /// By the client's secret, which is no key of the provider's.
    ByClientSecret,
    /// By another key under the same name.
    ForgedKey,
    /// By a key nobody was told of.
    UnknownKey,
}

struct Key {
    name: String,
    pkcs8: Vec<u8>,
}

impl Key {
    fn new(name: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { name: name.to_owned(), pkcs8: pkcs8.as_ref().to_vec() }
    }

    fn public(&self) -> Value {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": self.name, "x": part(&point[1..33]), "y": part(&point[33..])})
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.name.clone());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8)).unwrap()
    }
}

struct Inside {
    key: Key,
    codes: HashMap<String, BTreeMap<String, String>>,
    lie: Lie,
    /// What it says of itself instead.
    says: Option<(&'static str, String)>,
    email: String,
    /// Who has the address, where it is not whoever always had it.
    sub: Option<String>,
    issuer: &'static str,
    now: i64,
    /// What it says to whoever asks by the access token.
    told: Option<Value>,
    keys_asked: u32,
    up: bool,
}

/// The provider of Acme.
#[derive(Clone)]
pub struct Company(Arc<Mutex<Inside>>);

impl Company {
    pub fn new() -> Self {
        Self::at(ISSUER)
    }

    pub fn at(issuer: &'static str) -> Self {
        let (key, now) = (Key::new("first"), super::house::START.0 / 1_000);
        let email = "ada@acme.example".to_owned();
        let inside = Inside {
            key,
            codes: HashMap::new(),
            lie: Lie::None,
            says: None,
            email,
            sub: None,
            issuer,
            now,
            told: None,
            keys_asked: 0,
            up: true,
        };
        Self(Arc::new(Mutex::new(inside)))
    }

    pub fn providers(&self) -> Providers {
        let acme = Provider {
            account: AccountId::parse("acme").unwrap(),
            issuer: self.0.lock().unwrap().issuer.to_owned(),
            client_id: "doorward".to_owned(),
            client_secret: Secret("between us".to_owned()),
            domains: vec!["acme.example".to_owned()],
        };
        Providers { all: vec![acme], wire: Arc::new(self.clone()) }
    }

    pub fn lies(&self, lie: Lie) {
        self.0.lock().unwrap().lie = lie;
    }

    /// Says this of itself.
    pub fn says(&self, what: &'static str, value: &str) {
        self.0.lock().unwrap().says = Some((what, value.to_owned()));
    }

    /// Keeps the address for whoever asks by the access token, and says this then.
    pub fn tells(&self, told: Value) {
        self.lies(Lie::Claim("email", Value::Null));
        self.says("userinfo_endpoint", &format!("{ISSUER}/me"));
        self.0.lock().unwrap().told = Some(told);
    }

    pub fn signs_in(&self, email: &str) {
        let mut inside = self.0.lock().unwrap();
        (inside.email, inside.sub) = (email.to_owned(), None);
    }

    /// Somebody else has the address from now on.
    pub fn names(&self, sub: &str) {
        self.0.lock().unwrap().sub = Some(sub.to_owned());
    }

    pub fn is_up(&self, up: bool) {
        self.0.lock().unwrap().up = up;
    }

    /// Signs by a new key from now on.
    pub fn turns_key(&self) {
        self.0.lock().unwrap().key = Key::new("second");
    }

    pub fn keys_asked(&self) -> u32 {
        self.0.lock().unwrap().keys_asked
    }

    /// A person signs in there: where their browser is sent back to.
    pub fn sends_back(&self, to: &str) -> String {
        let url = Url::parse(to).unwrap();
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!(asked["redirect_uri"], "https://account.test/sign-in/sso");
        assert!(asked["scope"].contains("openid") && asked["scope"].contains("email") && !to.contains('@'));
        let mut inside = self.0.lock().unwrap();
        let issuer = inside.issuer;
        assert_eq!(url.origin().ascii_serialization(), issuer);
        let code = format!("code-{}", inside.codes.len());
        let back = format!("/sign-in/sso?state={}&code={code}&iss={issuer}", asked["state"]);
        inside.codes.insert(code, asked);
        back
    }

    fn answer(&self, request: &HttpRequest) -> Option<Value> {
        let mut inside = self.0.lock().unwrap();
        match request.uri().path() {
            _ if !inside.up => None,
            "/.well-known/openid-configuration" => Some(inside.metadata()),
            "/keys" => {
                inside.keys_asked += 1;
                Some(json!({"keys": [inside.key.public()]}))
            }
            "/token" => inside.token(request),
            "/me" => {
                assert_eq!(request.headers()["authorization"], "Bearer none of ours");
                inside.told.clone()
            }
            _ => None,
        }
    }
}

impl Inside {
    fn metadata(&self) -> Value {
        let issuer = self.issuer;
        let mut metadata = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        });
        if let Some((what, value)) = &self.says {
            metadata[what] = json!(value);
        }
        metadata
    }

    fn sub(&self) -> String {
        self.sub.clone().unwrap_or_else(|| format!("whoever has {}", self.email))
    }

    fn token(&mut self, request: &HttpRequest) -> Option<Value> {
        let secret = format!("Basic {}", STANDARD.encode("doorward:between+us"));
        assert_eq!(request.headers()["authorization"].to_str().unwrap(), secret);
        let body = Url::parse(&format!("x:?{}", String::from_utf8(request.body().clone()).unwrap())).unwrap();
        let body: BTreeMap<String, String> = body.query_pairs().into_owned().collect();
        let asked = self.codes.remove(&body["code"])?;
        let challenge = URL_SAFE_NO_PAD.encode(plain_hash(body["code_verifier"].as_bytes()));
        assert_eq!(challenge, asked["code_challenge"], "the code verifier is the challenge's");
        let mut claims = json!({
            "iss": self.issuer, "aud": "doorward", "sub": self.sub(), "iat": self.now, "exp": self.now + 300,
            "nonce": asked["nonce"], "email": self.email, "email_verified": true,
        });
        if let Lie::Claim(name, value) = &self.lie {
            claims[name] = value.clone();
            claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = match &self.lie {
            Lie::None | Lie::Claim(..) => self.key.sign(&claims),
            Lie::AlgNone => format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims)),
            Lie::ByClientSecret => {
                jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"between us"))
                    .unwrap()
            }
            Lie::ForgedKey => Key::new(&self.key.name).sign(&claims),
            Lie::UnknownKey => Key::new("never heard of").sign(&claims),
        };
        Some(json!({"access_token": "none of ours", "token_type": "Bearer", "id_token": token}))
    }
}

impl ProviderWire for Company {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, Unreachable>> {
        let answer = self.answer(&request);
        Box::pin(async move {
            let answer = answer.ok_or(Unreachable("told to be"))?;
            let mut response = HttpResponse::new(answer.to_string().into_bytes());
            response.headers_mut().insert("content-type", "application/json".parse().unwrap());
            Ok(response)
        })
    }
}
