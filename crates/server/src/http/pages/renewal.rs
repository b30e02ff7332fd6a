//! Staying signed in beyond the end: the password again, then the code. With the page's script in its place, and without.

use askama::Template;
use axum::{
    Json,
    extract::{FromRequestParts, Query, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use doorward_core::wire::Code;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Pages,
    frame::{Fault, Frame, Said, page},
    input::{Browser, Filled, SIGNED_IN, Signed, WAITING, cookie, gone},
};

use crate::app::users::Factor;

const AT: &str = "/session/renew";

#[derive(Template)]
#[template(path = "renew.html")]
struct RenewPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "renew_code.html")]
struct RenewCodePage {
    frame: Frame,
    /// Whether an authenticator app says the code, and no mail.
    by_app: bool,
}

#[derive(Deserialize)]
pub(super) struct Means {
    #[serde(default)]
    by: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    password: Zeroizing<String>,
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

/// Whether the page's script asks, which wants data, or a person, who wants a page.
pub(super) struct ByScript(bool);

impl<S: Sync> FromRequestParts<S> for ByScript {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json")))
    }
}

/// Until when this browser is signed in, by the server's clock. Asking changes nothing.
pub(super) async fn standing(State(pages): State<Pages>, signed: Result<Signed, Fault>) -> Response {
    match signed {
        Ok(Signed(caller)) => {
            let ends = caller.ends().map(|ends| ends.0);
            Json(json!({"session": caller.session(), "now": pages.app.now().0, "ends": ends})).into_response()
        }
        Err(fault) => fault.for_script(),
    }
}

pub(super) async fn password_form(State(pages): State<Pages>, Signed(caller): Signed) -> Response {
    if caller.ends().is_none() {
        return Redirect::to("/").into_response();
    }
    page(&pages, StatusCode::OK, &RenewPage { frame: Frame::of(&pages, &caller, AT, None) })
}

pub(super) async fn begin(
    State(pages): State<Pages>,
    jar: CookieJar,
    by: ByScript,
    signed: Result<Signed, Fault>,
    Filled(form): Filled<PasswordForm>,
) -> Response {
    let caller = match signed {
        Ok(Signed(caller)) => caller,
        Err(fault) => return refused(by, fault),
    };
    let again = Frame::of(&pages, &caller, AT, bad("This is not your password. Try again."));
    match pages.app.begin_renewal(caller, form.password).await {
        Ok(begun) => {
            let jar = jar.add(cookie(WAITING, begun.browser, pages.app.now(), begun.expires));
            let (next, to) = match begun.asks {
                Factor::Mail => ("mailed-code", "/session/renew/code"),
                Factor::Authenticator => ("app-code", "/session/renew/code?by=app"),
            };
            match by {
                ByScript(true) => (jar, Json(json!({ "next": next }))).into_response(),
                ByScript(false) => (jar, Redirect::to(to)).into_response(),
            }
        }
        Err(refusal) if refusal.code() == Code::KeyRefused && !by.0 => {
            page(&pages, StatusCode::FORBIDDEN, &RenewPage { frame: again })
        }
        Err(refusal) => refused(by, Fault::new(&pages, refusal)),
    }
}

pub(super) async fn code_form(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Query(means): Query<Means>,
) -> Response {
    let frame = Frame::of(&pages, &caller, AT, None);
    page(&pages, StatusCode::OK, &RenewCodePage { frame, by_app: means.by == "app" })
}

pub(super) async fn finish(
    State(pages): State<Pages>,
    jar: CookieJar,
    by: ByScript,
    browser: Browser,
    signed: Result<Signed, Fault>,
    Query(means): Query<Means>,
    Filled(form): Filled<CodeForm>,
) -> Response {
    let caller = match signed {
        Ok(Signed(caller)) => caller,
        Err(fault) => return refused(by, fault),
    };
    let again = Frame::of(&pages, &caller, AT, bad("This is not the code."));
    match pages.app.renew_by_code(caller, &form.code, browser.waiting).await {
        Ok(passed) => {
            let now = pages.app.now();
            let jar = jar.add(cookie(SIGNED_IN, passed.secret, now, passed.ends)).add(gone(WAITING));
            match by {
                ByScript(true) => (jar, Json(json!({"now": now.0, "ends": passed.ends.0}))).into_response(),
                ByScript(false) => (jar, Redirect::to("/settings/privacy?said=stays")).into_response(),
            }
        }
        Err(refusal) if refusal.code() == Code::CodeRefused && !by.0 => {
            page(&pages, StatusCode::FORBIDDEN, &RenewCodePage { frame: again, by_app: means.by == "app" })
        }
        Err(refusal) => refused(by, Fault::new(&pages, refusal)),
    }
}

fn bad(text: &'static str) -> Option<Said> {
    Some(Said { bad: true, text })
}

fn refused(by: ByScript, fault: Fault) -> Response {
    if by.0 { fault.for_script() } else { fault.into_response() }
}
