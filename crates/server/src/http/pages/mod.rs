//! The customers' pages: plain HTML made on the server, forms that work without a script, the strictest policy.
//!
//! Who is asking comes from a cookie alone. A page shows its own account and nothing else; it decides nothing.

mod billing;
mod door;
mod factor;
mod frame;
mod history;
mod input;
mod members;
mod outside;
mod privacy;
mod renewal;
mod sessions;
mod shield;
mod sso;
mod table;
mod when;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::post};
use serde::{Deserialize, Serialize};

pub use self::{
    frame::Link,
    table::{PageRoute, Reach, page_routes},
};
use crate::{app::App, stripe::Stripe};

const MAX_FORM: usize = 16 * 1_024;
/// What Stripe tells is larger than a form.
const MAX_EVENT: usize = 256 * 1_024;

/// What the pages are told by the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The pages' own origin: `https://host` and perhaps a port.
    pub url: String,
    /// Who runs this, as customers know them.
    pub vendor: String,
    /// Where security concerns go: `mailto:` or `https:`.
    #[serde(default)]
    pub security_contact: Option<String>,
    /// Policies and compliance documents, at the foot of each page.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// What the pages' handlers share.
#[derive(Clone)]
struct Pages {
    app: Arc<App>,
    site: Arc<Site>,
    stripe: Option<Arc<Stripe>>,
}

/// Every page over `app`, as `site` says; billing where there is `stripe` to pay at.
pub fn pages(app: Arc<App>, site: Site, stripe: Option<Stripe>) -> Router {
    let pages = Pages { app, site: Arc::new(site), stripe: stripe.map(Arc::new) };
    table::router()
        .fallback(outside::nothing)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(pages.clone(), shield::shield))
        .route("/stripe/events", post(billing::events).layer(DefaultBodyLimit::max(MAX_EVENT)))
        .with_state(pages)
}
