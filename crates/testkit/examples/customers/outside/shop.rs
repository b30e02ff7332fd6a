//! A Stripe of the stand's own making: what the server asks of it, where a browser pays, and what it tells by itself.
//! No card is asked for. NO SECURITY.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::hmac;
use axum::{
    Form, Json, Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use doorward_core::time::UnixMs;
use doorward_testkit::house::Fallible;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Asked, page, plain};

pub const KEY: &str = "sk_test_key";
pub const SIGNING_SECRET: &str = "whsec_of_the_stand";

/// Shared: every copy is the same shop.
#[derive(Clone, Default)]
pub struct Shop(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    visits: Vec<Visit>,
    /// How each customer's subscription stands.
    stands: HashMap<String, String>,
    told: u64,
    down: bool,
}

/// A browser that was sent here: where it goes when it has paid, and when it has not.
struct Visit {
    paid: Option<String>,
    back: String,
}

type Wish = Form<HashMap<String, String>>;
type Told = Result<Json<Value>, StatusCode>;

impl Shop {
    /// Answers the server on loopback. Gives where.
    pub async fn listen(&self) -> Fallible<String> {
        let router = Router::new()
            .route("/v1/customers", post(customer))
            .route("/v1/checkout/sessions", post(checkout))
            .route("/v1/billing_portal/sessions", post(portal))
            .route("/v1/subscriptions/{id}", get(subscription))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(format!("http://{address}"))
    }

    /// It answers the server, or not.
    pub fn is_up(&self, up: bool) {
        self.inside().down = !up;
    }

    /// From now on the account's subscription stands so. Gives the event that says that it changed, and its signature.
    pub fn turns(&self, account: &str, status: &str, now: UnixMs) -> (String, String) {
        let mut inside = self.inside();
        inside.stands.insert(named("cus", account), status.to_owned());
        inside.told += 1;
        let object = json!({"id": named("sub", account)});
        let id = format!("evt_{}", inside.told);
        let body = json!({"id": id, "type": "customer.subscription.updated", "data": {"object": object}}).to_string();
        let (key, at) = (hmac::Key::new(hmac::HMAC_SHA256, SIGNING_SECRET.as_bytes()), now.0 / 1_000);
        let mark = hmac::sign(&key, format!("{at}.{body}").as_bytes());
        (body, format!("t={at},v1={}", hex::encode(mark)))
    }

    /// What a browser sees here.
    pub fn shown(&self, asked: &Asked) -> Option<Response> {
        let inside = self.inside();
        let visit = inside.visits.get(asked.path.rsplit('/').next()?.parse::<usize>().ok()?)?;
        let back = plain(&visit.back);
        Some(match &visit.paid {
            Some(paid) => {
                let paid = plain(paid);
                page("Pay for Premium", &format!("<p><a href=\"{paid}\">Pay</a> <a href=\"{back}\">Not now</a></p>"))
            }
            None => page("Your invoices", &format!("<p><a href=\"{back}\">Back to the shop</a></p>")),
        })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visited(&self, host: &str, paid: Option<String>, back: Option<&String>) -> Told {
        let mut inside = self.inside();
        if inside.down {
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let back = back.ok_or(StatusCode::BAD_REQUEST)?.clone();
        inside.visits.push(Visit { paid, back });
        Ok(Json(json!({"url": format!("https://{host}/pay/{}", inside.visits.len() - 1)})))
    }
}

async fn customer(State(shop): State<Shop>, Form(wish): Wish) -> Told {
    let account = wish.get("metadata[account]").ok_or(StatusCode::BAD_REQUEST)?;
    let up = !shop.inside().down;
    if up { Ok(Json(json!({"id": named("cus", account)}))) } else { Err(StatusCode::INTERNAL_SERVER_ERROR) }
}

async fn checkout(State(shop): State<Shop>, Form(wish): Wish) -> Told {
    shop.visited("checkout.stripe.com", wish.get("success_url").cloned(), wish.get("cancel_url"))
}

async fn portal(State(shop): State<Shop>, Form(wish): Wish) -> Told {
    shop.visited("billing.stripe.com", None, wish.get("return_url"))
}

async fn subscription(State(shop): State<Shop>, Path(id): Path<String>) -> Told {
    let customer = id.replacen("sub", "cus", 1);
    let status = shop.inside().stands.get(&customer).cloned().ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({"id": id, "customer": customer, "status": status})))
}

/// An id as Stripe's are: letters, digits and low lines.
fn named(kind: &str, account: &str) -> String {
    format!("{kind}_{}", account.replace('-', "_"))
}
