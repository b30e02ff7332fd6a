//! Billing against a Stripe of our own making; its signatures against those of Stripe's own library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod house;

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, Request, StatusCode},
    routing::{get, post},
};
use customers::{Browser, Customers};
use doorward_core::{grant::Plan, id::AccountId, time::UnixMs};
use doorward_server::stripe::{
    Stripe, StripeConfig,
    signature::{SignatureFault, SigningSecret},
};
use house::{House, START};
use serde_json::{Value, json};

const SECRET: &str = "whsec_of_the_test";

/// What the other side saw and says.
#[derive(Default)]
struct Other {
    status: String,
    asked: Vec<String>,
    down: bool,
}

type Shared = Arc<Mutex<Other>>;

struct Shop {
    site: Customers,
    other: Shared,
}

async fn other_side(other: Shared) -> String {
    async fn made(State(other): State<Shared>, headers: HeaderMap, path: http::Uri, body: String) -> Json<Value> {
        assert_eq!(headers["authorization"], "Bearer sk_test_key");
        other.lock().unwrap().asked.push(format!("{path} {body}"));
        Json(json!({"id": "cus_1", "url": "https://checkout.stripe.com/c/pay/1"}))
    }
    async fn subscription(State(other): State<Shared>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
        let other = other.lock().unwrap();
        let stands = json!({"id": id, "customer": "cus_1", "status": other.status, "items": {}});
        if other.down { Err(StatusCode::INTERNAL_SERVER_ERROR) } else { Ok(Json(stands)) }
    }
    let router = Router::new()
        .route("/v1/customers", post(made))
        .route("/v1/checkout/sessions", post(made))
        .route("/v1/billing_portal/sessions", post(made))
        .route("/v1/subscriptions/{id}", get(subscription))
        .with_state(other);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

impl Shop {
    async fn new() -> Self {
        let _one = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (other, dir) = (Shared::default(), tempfile::TempDir::new().unwrap());
        let file = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).unwrap();
            dir.path().join(name)
        };
        let config = StripeConfig {
            api: other_side(Arc::clone(&other)).await,
            key_file: file("key", "sk_test_key\n"),
            signing_secret_file: file("secret", SECRET),
            price: "price_premium".to_owned(),
        };
        let site = Customers::paying(House::new().await, "standard", Some(Stripe::new(&config).unwrap())).await;
        Self { site, other }
    }

    async fn signed_in(&self, user: &str, membership: &str) -> Browser {
        self.site.user(user, membership).await;
        self.site.signed_in(user).await
    }

    /// What is answered to an event with this signature.
    async fn hears(&self, signature: &str, body: String) -> StatusCode {
        let request = Request::post("/stripe/events").header("stripe-signature", signature);
        Browser::default().ask(&self.site, request, body).await.status
    }

    async fn told(&self, id: &str, kind: &str, status: &str) -> StatusCode {
        self.other.lock().unwrap().status = status.to_owned();
        let body = event(id, kind);
        self.hears(&sign(&body, self.site.house.app.now()), body).await
    }

    fn plan(&self) -> Plan {
        self.site.house.app.read_state(|state| state.account(&AccountId::parse("acme").unwrap()).unwrap().plan)
    }
}

fn event(id: &str, kind: &str) -> String {
    json!({"id": id, "type": kind, "data": {"object": {"id": "sub_1", "subscription": "sub_1"}}}).to_string()
}

fn sign(body: &str, now: UnixMs) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let at = now.0 / 1_000;
    format!("t={at},v1={}", hex::encode(aws_lc_rs::hmac::sign(&key, format!("{at}.{body}").as_bytes())))
}

#[test]
fn what_stripes_own_library_signs_is_taken_and_nothing_else() {
    let vectors: Value = serde_json::from_str(include_str!("vectors/stripe-signatures.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap().to_owned();
        let secret = SigningSecret::new(text("secret"));
        let (body, header) = (text("payload"), text("header"));
        let at = |off: i64| UnixMs((case["timestamp"].as_i64().unwrap() + off) * 1_000);
        let verify = |header: &str, body: &str, now| secret.verify(header, body.as_bytes(), now);
        assert_eq!(verify(&header, &body, at(0)), Ok(()));
        assert_eq!(verify(&header, &body, at(300)), Ok(()));
        assert_eq!(verify(&header, &body, at(301)), Err(SignatureFault::Time));
        assert_eq!(verify(&header, &body, at(-301)), Err(SignatureFault::Time));
        assert_eq!(verify(&header, &format!("{body} "), at(0)), Err(SignatureFault::Wrong));
        assert_eq!(verify(&header.replace("t=1", "t=2"), &body, at(0)), Err(SignatureFault::Wrong));
        assert_eq!(verify(&header.replace("v1=", "v0="), &body, at(0)), Err(SignatureFault::Form));
        assert_eq!(verify(&format!("{header},t=1"), &body, at(0)), Err(SignatureFault::Form));
        assert_eq!(verify("", &body, at(0)), Err(SignatureFault::Form));
        assert_eq!(verify(&format!("v1={},{header}", "00".repeat(32)), &body, at(0)), Ok(()));
        let other = SigningSecret::new("whsec_other".to_owned());
        assert_eq!(other.verify(&header, body.as_bytes(), at(0)), Err(SignatureFault::Wrong));
    }
}

#[tokio::test]
async fn an_admin_pays_at_stripe_and_the_plan_follows_what_stripe_says() {
    let shop = Shop::new().await;
    let mut ada = shop.signed_in("ada", "account-admin").await;
    let gone = ada.post(&shop.site, "/settings/billing/checkout", &[]).await;
    assert_eq!((gone.status, gone.to.as_str()), (StatusCode::SEE_OTHER, "https://checkout.stripe.com/c/pay/1"));
    let asked = shop.other.lock().unwrap().asked.clone();
    assert!(asked[1].contains("price_premium") && asked[1].contains("client_reference_id=acme"), "{asked:?}");
    assert!(!asked.iter().any(|line| line.contains("example")), "Stripe is told no address of ours");
    assert_eq!(shop.plan(), Plan::Standard);
    assert_eq!(shop.told("evt_1", "checkout.session.completed", "active").await, 204);
    assert_eq!(shop.plan(), Plan::Premium);
}

#[tokio::test]
async fn leaving_premium_ends_customer_success_grants_at_once_and_says_so_before() {
    let shop = Shop::new().await;
    let mut ada = shop.signed_in("ada", "account-admin").await;
    ada.post(&shop.site, "/settings/billing/checkout", &[]).await;
    shop.told("evt_1", "customer.subscription.created", "active").await;
    let (path, form) = ("/settings/privacy/customer-success-team-access", [("choice", "indefinitely")]);
    assert_eq!(ada.post(&shop.site, path, &form).await.to, "/settings/privacy?said=on");
    let page = ada.get(&shop.site, "/settings/billing").await.text;
    assert!(page.contains("Customer Success Team Access ends at once") && page.contains("It is switched on now."));
    assert_eq!(shop.told("evt_2", "customer.subscription.updated", "past_due").await, 204);
    assert_eq!(shop.plan(), Plan::Premium);
    assert_eq!(shop.told("evt_3", "customer.subscription.deleted", "canceled").await, 204);
    assert_eq!(shop.plan(), Plan::Standard);
    let acme = AccountId::parse("acme").unwrap();
    assert!(shop.site.house.app.read_state(|state| state.account(&acme).unwrap().success.is_none()));
}

#[tokio::test]
async fn a_repeated_event_changes_nothing_and_events_may_come_in_any_order() {
    let shop = Shop::new().await;
    let mut ada = shop.signed_in("ada", "account-admin").await;
    ada.post(&shop.site, "/settings/billing/checkout", &[]).await;
    // The older event comes last; what is so is asked for, not what the event says.
    assert_eq!(shop.told("evt_2", "customer.subscription.deleted", "canceled").await, 204);
    assert_eq!(shop.told("evt_1", "customer.subscription.created", "canceled").await, 204);
    assert_eq!(shop.plan(), Plan::Standard);
    assert_eq!(shop.told("evt_1", "customer.subscription.created", "active").await, 204);
    assert_eq!(shop.plan(), Plan::Standard, "evt_1 was heard before");
}

#[tokio::test]
async fn an_event_that_is_not_stripes_is_refused_and_one_that_cannot_be_looked_into_is_told_again() {
    let shop = Shop::new().await;
    let mut ada = shop.signed_in("ada", "account-admin").await;
    ada.post(&shop.site, "/settings/billing/checkout", &[]).await;
    shop.other.lock().unwrap().status = "active".to_owned();
    let body = event("evt_1", "customer.subscription.created");
    for header in ["", "t=1,v1=00", &sign(&body, UnixMs(START.0 - 301_000)), &sign("{}", START)] {
        assert_eq!(shop.hears(header, body.clone()).await, 400, "{header}");
    }
    shop.other.lock().unwrap().down = true;
    assert_eq!(shop.told("evt_1", "customer.subscription.created", "active").await, 503);
    assert_eq!(shop.plan(), Plan::Standard);
    shop.other.lock().unwrap().down = false;
    assert_eq!(shop.told("evt_1", "customer.subscription.created", "active").await, 204);
    assert_eq!(shop.plan(), Plan::Premium);
}

#[tokio::test]
async fn only_admins_see_billing() {
    let shop = Shop::new().await;
    let mut eve = shop.signed_in("eve", "member-with-permission").await;
    let page = eve.get(&shop.site, "/settings/billing").await;
    assert!(page.status == StatusCode::FORBIDDEN && !page.text.contains("Go to Premium"));
    assert_eq!(eve.post(&shop.site, "/settings/billing/checkout", &[]).await.status, 403);
    assert_eq!(eve.post(&shop.site, "/settings/billing/portal", &[]).await.status, 403);
    assert!(shop.other.lock().unwrap().asked.is_empty());
}

#[test]
fn stripe_is_asked_over_tls_alone() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("key");
    std::fs::write(&path, "k").unwrap();
    let api = "http://api.stripe.com".to_owned();
    let config = StripeConfig { api, key_file: path.clone(), signing_secret_file: path, price: "p".to_owned() };
    assert!(Stripe::new(&config).is_err());
}
