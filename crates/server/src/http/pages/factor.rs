//! The second factor: setting up an authenticator app, its recovery codes, and signing in by them.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use doorward_core::wire::{Code, Secret};
use qrcode::{QrCode, render::svg};

use super::{
    Pages,
    door::{CodeForm, admitted},
    frame::{Fault, Frame, Said, Told, page},
    input::{Browser, Filled, Signed},
};
use crate::app::{
    Answer, Refusal,
    users::{SecondFactor, Shown, UserCaller},
};

const AT: &str = "/settings/security";
const DONE: &[(&str, &str)] = &[
    ("recovery-code-used", "You are signed in by a recovery code. It serves no more."),
    ("removed", "The app is removed. A mail confirms your sign-in again."),
];
type Page = Result<Response, Fault>;

#[derive(Template)]
#[template(path = "totp.html")]
struct TotpPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorPage {
    frame: Frame,
    by_company: bool,
    on: bool,
    left: u32,
    secret: Option<String>,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    codes: Vec<Secret>,
}

pub(super) async fn ask(State(pages): State<Pages>) -> Response {
    page(&pages, StatusCode::OK, &TotpPage { frame: Frame::outside(&pages, None) })
}

pub(super) async fn pass(
    State(pages): State<Pages>,
    jar: CookieJar,
    browser: Browser,
    Filled(form): Filled<CodeForm>,
) -> Page {
    let Browser { waiting, agent, network } = browser;
    match pages.app.pass_by_authenticator(&form.code, waiting, &network, agent).await {
        Ok((passed, Shown::Code)) => Ok(admitted(&pages, jar, passed, "/")),
        Ok((passed, Shown::RecoveryCode)) => {
            Ok(admitted(&pages, jar, passed, "/settings/security?said=recovery-code-used"))
        }
        Err(refusal) if refusal.code() == Code::CodeRefused => {
            let text = "This code is wrong, or was used before. Wait for the next one in your app.";
            let frame = Frame::outside(&pages, Some(Said { bad: true, text }));
            Ok(page(&pages, StatusCode::FORBIDDEN, &TotpPage { frame }))
        }
        Err(refusal) => Err(Fault::new(&pages, refusal)),
    }
}

pub(super) async fn show(State(pages): State<Pages>, Signed(caller): Signed, Query(told): Query<Told>) -> Page {
    shown(&pages, &caller, StatusCode::OK, told.said(DONE)).await
}

pub(super) async fn qr(State(pages): State<Pages>, Signed(caller): Signed) -> Page {
    let fault = |refusal| Fault::new(&pages, refusal);
    let factor = pages.app.second_factor(&caller, &pages.site.vendor).await.map_err(fault)?;
    let SecondFactor::Begun { uri, .. } = factor else { return Err(fault(Refusal::new(Code::NotFound))) };
    let code = QrCode::new(uri.as_bytes()).map_err(|_| fault(Refusal::internal("no QR code")))?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

pub(super) async fn begin(State(pages): State<Pages>, Signed(caller): Signed) -> Page {
    pages.app.begin_authenticator(caller).await.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok(Redirect::to(AT).into_response())
}

pub(super) async fn confirm(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Filled(form): Filled<CodeForm>,
) -> Page {
    let made = pages.app.confirm_authenticator(caller.clone(), &form.code).await;
    codes(&pages, &caller, made).await
}

pub(super) async fn renew(State(pages): State<Pages>, Signed(caller): Signed, Filled(form): Filled<CodeForm>) -> Page {
    let made = pages.app.renew_recovery_codes(caller.clone(), &form.code).await;
    codes(&pages, &caller, made).await
}

pub(super) async fn remove(State(pages): State<Pages>, Signed(caller): Signed, Filled(form): Filled<CodeForm>) -> Page {
    match pages.app.remove_authenticator(caller.clone(), &form.code).await {
        Ok(()) => Ok(Redirect::to("/settings/security?said=removed").into_response()),
        Err(refusal) => wrong(&pages, &caller, refusal).await,
    }
}

async fn codes(pages: &Pages, caller: &UserCaller, made: Answer<Vec<Secret>>) -> Page {
    match made {
        Ok(codes) => {
            let frame = Frame::of(pages, caller, AT, None);
            Ok(page(pages, StatusCode::OK, &RecoveryPage { frame, codes }))
        }
        Err(refusal) => wrong(pages, caller, refusal).await,
    }
}

async fn wrong(pages: &Pages, caller: &UserCaller, refusal: Refusal) -> Page {
    if refusal.code() != Code::CodeRefused {
        return Err(Fault::new(pages, refusal));
    }
    let text = "This code is wrong, or was used before. Wait for the next one in your app.";
    shown(pages, caller, StatusCode::FORBIDDEN, Some(Said { bad: true, text })).await
}

async fn shown(pages: &Pages, caller: &UserCaller, status: StatusCode, said: Option<Said>) -> Page {
    let factor = pages.app.second_factor(caller, &pages.site.vendor).await;
    let (on, left, secret) = match factor.map_err(|refusal| Fault::new(pages, refusal))? {
        SecondFactor::Mail => (false, 0, None),
        SecondFactor::Begun { secret, .. } => (false, 0, Some(in_fours(&secret))),
        SecondFactor::Authenticator { recovery_codes } => (true, recovery_codes, None),
    };
    Ok(page(
        pages,
        status,
        &FactorPage { frame: Frame::of(pages, caller, AT, said), by_company: caller.by_company(), on, left, secret },
    ))
}

/// The text in groups that can be typed.
fn in_fours(text: &str) -> String {
    let mut spaced = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            spaced.push(' ');
        }
        spaced.push(letter);
    }
    spaced
}
