//! Billing: what the account pays for, the way to Stripe and back, and what Stripe tells by itself.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use doorward_core::{grant::Plan, wire::Code};

use super::{
    Pages,
    frame::{Fault, Frame, Told, page},
    input::Signed,
};
use crate::{
    app::{Refusal, users::Going},
    stripe::Stripe,
};

const AT: &str = "/settings/billing";
const DONE: &[(&str, &str)] =
    &[("paid", "Thank you. The plan changes here as soon as Stripe has told us, mostly within seconds.")];

#[derive(Template)]
#[template(path = "billing.html")]
struct BillingPage {
    frame: Frame,
    premium: bool,
    known: bool,
    ends_success: bool,
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Query(told): Query<Told>,
) -> Result<Response, Fault> {
    let view = pages.app.billing(&caller).await.map_err(|refusal| Fault::new(&pages, refusal))?;
    stripe(&pages)?;
    let body = BillingPage {
        frame: Frame::of(&pages, &caller, AT, told.said(DONE)),
        premium: view.plan == Plan::Premium,
        known: view.known,
        ends_success: view.ends_success,
    };
    Ok(page(&pages, StatusCode::OK, &body))
}

pub(super) async fn checkout(State(pages): State<Pages>, signed: Signed) -> Result<Response, Fault> {
    go(pages, signed, Going::Checkout).await
}

pub(super) async fn portal(State(pages): State<Pages>, signed: Signed) -> Result<Response, Fault> {
    go(pages, signed, Going::Portal).await
}

async fn go(pages: Pages, Signed(caller): Signed, going: Going) -> Result<Response, Fault> {
    let back = format!("{}{AT}", pages.site.url);
    let place = pages.app.go_to_stripe(pages.stripe.as_deref(), caller, going, &back).await;
    let place = place.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok(Redirect::to(&place).into_response())
}

/// Stripe is no browser: what it sends has its own signature in place of a browser's headers.
pub(super) async fn events(State(pages): State<Pages>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Ok(stripe) = stripe(&pages) else { return StatusCode::NOT_FOUND };
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match pages.app.hear_stripe(stripe, signature, &body).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal) => {
            let (code, inside) = (refusal.code(), refusal.inside().unwrap_or_default());
            tracing::warn!(?code, inside, "what Stripe told was not taken");
            match code {
                Code::KeyRefused | Code::BadRequest => StatusCode::BAD_REQUEST,
                // Anything else makes Stripe tell it again.
                _ => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
    }
}

fn stripe(pages: &Pages) -> Result<&Stripe, Fault> {
    pages.stripe.as_deref().ok_or(Fault::new(pages, Refusal::new(Code::NotFound)))
}
