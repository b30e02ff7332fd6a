//! What pages take from a request: the user behind the cookie, what a browser began, where it connects from, a form.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use doorward_core::{time::UnixMs, wire::Secret};
use serde::de::DeserializeOwned;

use super::{Pages, frame::Fault};
use crate::{
    app::{Refusal, users::UserCaller},
    tls::PeerAddress,
};

/// The browser's secret while it is signed in.
pub(super) const SIGNED_IN: &str = "__Host-doorward";
/// The browser's secret while it waits for a second factor.
pub(super) const WAITING: &str = "__Host-doorward-waiting";

/// The browser's secret while it is at its company's own sign-in.
pub(super) const AWAY: &str = "__Host-doorward-away";

/// The user who asks. Whoever is not signed in is led to the door.
pub(super) struct Signed(pub UserCaller);

impl FromRequestParts<Pages> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Fault> {
        let secret = secret(&CookieJar::from_headers(&parts.headers), SIGNED_IN);
        let caller = pages.app.user_caller(secret.as_ref()).await;
        caller.map(Self).map_err(|refusal| Fault::new(pages, refusal))
    }
}

/// What the browser says of itself and what the connection says of it.
pub(super) struct Browser {
    pub waiting: Option<Secret>,
    pub agent: String,
    pub network: String,
}

impl FromRequestParts<Pages> for Browser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Pages) -> Result<Self, Self::Rejection> {
        let waiting = secret(&CookieJar::from_headers(&parts.headers), WAITING);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let address = parts.extensions.get::<PeerAddress>().map(|peer| peer.0.ip());
        let network = crate::rate::network(address).to_string();
        Ok(Self { waiting, agent: agent.to_owned(), network })
    }
}

/// A form of the expected shape.
pub(super) struct Filled<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Pages> for Filled<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Fault> {
        let form = Form::<T>::from_request(request, pages).await;
        form.map(|form| Self(form.0)).map_err(|_| Fault::new(pages, Refusal::bad("form")))
    }
}

pub(super) fn secret(jar: &CookieJar, name: &str) -> Option<Secret> {
    jar.get(name).map(|cookie| Secret(cookie.value().to_owned()))
}

/// A cookie for this host alone, out of reach of scripts, until `ends`.
pub(super) fn cookie(name: &'static str, secret: Secret, now: UnixMs, ends: UnixMs) -> Cookie<'static> {
    let seconds = i64::try_from(ends.since(now).0 / 1_000).unwrap_or(0);
    let mut cookie = bare(name, secret.0.clone());
    cookie.set_max_age(Some(time::Duration::seconds(seconds)));
    cookie
}

/// The same, gone.
pub(super) fn gone(name: &'static str) -> Cookie<'static> {
    let mut cookie = bare(name, String::new());
    cookie.make_removal();
    cookie
}

fn bare(name: &'static str, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_path("/");
    cookie.set_secure(true);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie
}
