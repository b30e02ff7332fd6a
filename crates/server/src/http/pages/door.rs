//! Coming and going: password, the mail that confirms it, a new password, and out again.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use doorward_core::wire::Code;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{
    Pages,
    frame::{Fault, Frame, Said, Told, page},
    input::{Browser, Filled, SIGNED_IN, Signed, WAITING, cookie, gone},
    sso,
};
use crate::app::{
    Refusal,
    users::{Factor, Opened, Passed, SignInTry},
};

type Shown = Result<Response, Fault>;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    email: String,
    /// Whether there is a company that signs its own people in.
    companies: bool,
}

impl SignInPage {
    fn of(pages: &Pages, said: Option<Said>, email: String) -> Self {
        Self { frame: Frame::outside(pages, said), email, companies: pages.app.knows_companies() }
    }
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    frame: Frame,
    link: String,
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "forgot.html")]
struct ForgotPage {
    frame: Frame,
    asked: bool,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct ChoosePage {
    frame: Frame,
    link: String,
}

const DONE: &[(&str, &str)] = &[
    ("signed-out", "You are signed out."),
    ("ended", "Your 14 days are over, and you are signed out. What was not saved is gone."),
    ("password-chosen", "Your password is set. Sign in with it."),
];

#[derive(Deserialize)]
pub(super) struct SignInForm {
    email: String,
    #[serde(default)]
    password: Zeroizing<String>,
    /// The button that leads to one's own company.
    by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LinkForm {
    link: String,
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct ForgotForm {
    email: String,
}

#[derive(Deserialize)]
pub(super) struct ChooseForm {
    link: String,
    password: Zeroizing<String>,
}

pub(super) async fn sign_in_form(State(pages): State<Pages>, Query(told): Query<Told>) -> Response {
    page(&pages, StatusCode::OK, &SignInPage::of(&pages, told.said(DONE), String::new()))
}

/// The page to sign in by, with why it did not work out.
pub(super) fn sign_in_again(pages: &Pages, status: StatusCode, text: &'static str) -> Response {
    page(pages, status, &SignInPage::of(pages, Some(Said { bad: true, text }), String::new()))
}

pub(super) async fn sign_in(
    State(pages): State<Pages>,
    jar: CookieJar,
    browser: Browser,
    Filled(form): Filled<SignInForm>,
) -> Shown {
    let email = form.email.clone();
    if let Some(sent) = sso::send_away(&pages, &jar, &email).await {
        return Ok(sent);
    }
    if form.by.is_some() {
        // Said of every such address, whether or not somebody here has it.
        let text = "No company that we know signs in people of this address. Sign in with your password.";
        let body = SignInPage::of(&pages, Some(Said { bad: true, text }), email);
        return Ok(page(&pages, StatusCode::UNPROCESSABLE_ENTITY, &body));
    }
    let wish = SignInTry { email: form.email, password: form.password, network: browser.network };
    match pages.app.begin_user_sign_in(wish).await {
        Ok(begun) => {
            let kept = cookie(WAITING, begun.browser, pages.app.now(), begun.expires);
            let next = match begun.asks {
                Factor::Mail => "/sign-in/check",
                Factor::Authenticator => "/sign-in/totp",
            };
            Ok((jar.add(kept), Redirect::to(next)).into_response())
        }
        Err(refusal) if refusal.code() == Code::KeyRefused => {
            let text = "E-mail address or password is not right. Try again, or choose a new password.";
            Ok(page(&pages, StatusCode::FORBIDDEN, &SignInPage::of(&pages, Some(Said { bad: true, text }), email)))
        }
        Err(refusal) => Err(Fault::new(&pages, refusal)),
    }
}

pub(super) async fn check(State(pages): State<Pages>) -> Response {
    page(&pages, StatusCode::OK, &CheckPage { frame: Frame::outside(&pages, None) })
}

/// Changes nothing: whoever follows links for others may follow this one.
pub(super) async fn link(State(pages): State<Pages>, browser: Browser, Query(form): Query<LinkForm>) -> Shown {
    let opened = pages.app.look_behind(&form.link, browser.waiting.as_ref()).await;
    let code = match opened.map_err(|refusal| Fault::new(&pages, refusal))? {
        Opened::Here(_) => None,
        Opened::Elsewhere { code } => Some(code),
    };
    Ok(page(&pages, StatusCode::OK, &LinkPage { frame: Frame::outside(&pages, None), link: form.link, code }))
}

pub(super) async fn pass_by_link(
    State(pages): State<Pages>,
    jar: CookieJar,
    browser: Browser,
    Filled(form): Filled<LinkForm>,
) -> Shown {
    let passed = pages.app.pass_by_link(&form.link, browser.waiting, browser.agent).await;
    Ok(let_in(&pages, jar, passed.map_err(|refusal| Fault::new(&pages, refusal))?))
}

pub(super) async fn pass_by_code(
    State(pages): State<Pages>,
    jar: CookieJar,
    browser: Browser,
    Filled(form): Filled<CodeForm>,
) -> Shown {
    match pages.app.pass_by_code(&form.code, browser.waiting, browser.agent).await {
        Ok(passed) => Ok(let_in(&pages, jar, passed)),
        Err(refusal) if refusal.code() == Code::CodeRefused => {
            let text = "This is not the code. Look at the page that your link opened.";
            let frame = Frame::outside(&pages, Some(Said { bad: true, text }));
            Ok(page(&pages, StatusCode::FORBIDDEN, &CheckPage { frame }))
        }
        Err(refusal) => Err(Fault::new(&pages, refusal)),
    }
}

fn let_in(pages: &Pages, jar: CookieJar, passed: Passed) -> Response {
    admitted(pages, jar, passed, "/")
}

/// Gives the browser what it is known by from now on, and shows it `to`.
pub(super) fn admitted(pages: &Pages, jar: CookieJar, passed: Passed, to: &str) -> Response {
    let kept = cookie(SIGNED_IN, passed.secret, pages.app.now(), passed.ends);
    (jar.add(kept).add(gone(WAITING)), Redirect::to(to)).into_response()
}

pub(super) async fn sign_out(State(pages): State<Pages>, jar: CookieJar, Signed(caller): Signed) -> Shown {
    let done = pages.app.end_user_session(caller, None).await;
    done.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok((jar.add(gone(SIGNED_IN)), Redirect::to("/sign-in?said=signed-out")).into_response())
}

pub(super) async fn forgot_form(State(pages): State<Pages>) -> Response {
    page(&pages, StatusCode::OK, &ForgotPage { frame: Frame::outside(&pages, None), asked: false })
}

pub(super) async fn forgot(State(pages): State<Pages>, browser: Browser, Filled(form): Filled<ForgotForm>) -> Shown {
    let asked = pages.app.ask_new_password(&form.email, &browser.network).await;
    asked.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok(page(&pages, StatusCode::OK, &ForgotPage { frame: Frame::outside(&pages, None), asked: true }))
}

pub(super) async fn choose_form(State(pages): State<Pages>, browser: Browser, Query(form): Query<LinkForm>) -> Shown {
    let opened = pages.app.look_behind(&form.link, browser.waiting.as_ref()).await;
    match opened.map_err(|refusal| Fault::new(&pages, refusal))? {
        Opened::Here(purpose) if purpose.gives_password() => {}
        _ => return Err(Fault::new(&pages, Refusal::new(Code::CeremonyGone))),
    }
    Ok(page(&pages, StatusCode::OK, &ChoosePage { frame: Frame::outside(&pages, None), link: form.link }))
}

pub(super) async fn choose(State(pages): State<Pages>, jar: CookieJar, Filled(form): Filled<ChooseForm>) -> Shown {
    match pages.app.choose_password(&form.link, form.password, &pages.site.vendor).await {
        Ok(()) => Ok((jar.add(gone(SIGNED_IN)), Redirect::to("/sign-in?said=password-chosen")).into_response()),
        Err(refusal) if refusal.code() == Code::BadRequest => {
            let text = match refusal.detail() {
                Some("password-short") => "This password is too short: ten characters at least.",
                Some("password-long") => "This password is too long: 256 bytes at most.",
                Some("password-common") => "Very many people have this password, so it is tried first. Take another.",
                Some("password-names") => {
                    "This password is made of your own name, your company's or ours, which are tried first. Take another."
                }
                _ => "This password would soon be guessed. Take several unusual words.",
            };
            let frame = Frame::outside(&pages, Some(Said { bad: true, text }));
            Ok(page(&pages, StatusCode::UNPROCESSABLE_ENTITY, &ChoosePage { frame, link: form.link }))
        }
        Err(refusal) => Err(Fault::new(&pages, refusal)),
    }
}
