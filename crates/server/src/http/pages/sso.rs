//! To one's own company's sign-in, and back.
//!
//! The way there is a page of ours, not a redirect: a form may lead nowhere but here (`form-action`).

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use doorward_core::{time::Millis, wire::Code};
use serde::Deserialize;

use super::{
    Pages,
    door::sign_in_again,
    frame::{Fault, Frame, page},
    input::{AWAY, Browser, SIGNED_IN, WAITING, cookie, gone, secret},
};
use crate::app::{Refusal, users::CameBack};

/// As long as browsers keep anything. The session ends by revocation, on the server.
const KEPT: Millis = Millis::days(400);

#[derive(Template)]
#[template(path = "away.html")]
struct AwayPage {
    frame: Frame,
    to: String,
    /// Whose sign-in it is, by the name that the address bar will show.
    host: String,
}

#[derive(Deserialize)]
pub(super) struct Brought {
    #[serde(default)]
    state: String,
    code: Option<String>,
    iss: Option<String>,
}

/// The page that leads to the company, where this address has one that signs it in.
pub(super) async fn send_away(pages: &Pages, jar: &CookieJar, email: &str) -> Option<Response> {
    match pages.app.begin_company_sign_in(email).await {
        Ok(None) => None,
        Ok(Some(away)) => {
            let kept = cookie(AWAY, away.browser, pages.app.now(), away.expires);
            let host = away.to.parse::<Uri>().ok().and_then(|to| to.host().map(str::to_owned)).unwrap_or_default();
            let body = AwayPage { frame: Frame::outside(pages, None), to: away.to, host };
            Some((jar.clone().add(kept), page(pages, StatusCode::OK, &body)).into_response())
        }
        Err(refusal) => Some(refused(pages, refusal)),
    }
}

pub(super) async fn come_back(
    State(pages): State<Pages>,
    jar: CookieJar,
    browser: Browser,
    Query(brought): Query<Brought>,
) -> Response {
    let away = secret(&jar, AWAY);
    let came = CameBack { state: brought.state, code: brought.code, issuer: brought.iss };
    match pages.app.finish_company_sign_in(came, away, browser.agent).await {
        Ok(secret) => {
            let now = pages.app.now();
            let kept = cookie(SIGNED_IN, secret, now, now.plus(KEPT));
            (jar.add(kept).add(gone(AWAY)).add(gone(WAITING)), Redirect::to("/")).into_response()
        }
        Err(refusal) => refused(&pages, refusal),
    }
}

fn refused(pages: &Pages, refusal: Refusal) -> Response {
    let (status, text) = match refusal.code() {
        Code::KeyRefused => {
            (StatusCode::FORBIDDEN, "Your company's sign-in did not confirm that you are a member here. Begin again.")
        }
        Code::BadRequest if refusal.detail() == Some("other-person") => (
            StatusCode::FORBIDDEN,
            "Your company's sign-in names somebody else than whoever first signed in by this address. If that is right, an admin of your account can forget who that was, under Members. If no admin can sign in, ask us.",
        ),
        Code::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, "Your company's sign-in cannot be reached now. Try again in a minute.")
        }
        Code::CeremonyGone => (
            StatusCode::GONE,
            "Your way to your company and back serves once, within ten minutes, in one browser. Begin again.",
        ),
        _ => return Fault::new(pages, refusal).into_response(),
    };
    tracing::info!(code = ?refusal.code(), inside = refusal.inside().unwrap_or_default(), "a company's sign-in was refused");
    sign_in_again(pages, status, text)
}
