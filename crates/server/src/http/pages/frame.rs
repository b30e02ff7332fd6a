//! What every page has around it, and the page that says why there is no other.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use doorward_core::wire::Code;
use serde::{Deserialize, Serialize};

use super::{Pages, when::span};
use crate::app::{
    Refusal,
    users::{UserCaller, WARN_BEFORE},
};

/// A link to a document of the vendor's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub text: String,
    pub url: String,
}

/// What a page says first: that something was done, or was not.
pub(super) struct Said {
    pub bad: bool,
    pub text: &'static str,
}

/// What a redirect wants said, by a code: what is not among a page's own is not said.
#[derive(Deserialize)]
pub(super) struct Told {
    said: Option<String>,
}

impl Told {
    /// What is said for it, where it is one of `words`.
    pub(super) fn said(&self, words: &[(&str, &'static str)]) -> Option<Said> {
        let code = self.said.as_deref()?;
        let text = words.iter().find(|(of, _)| *of == code).map(|(_, text)| *text)?;
        Some(Said { bad: false, text })
    }
}

/// Whose page it is.
pub(super) struct FrameUser {
    pub name: String,
    /// The number of this browser, by which a page sees that it is another's now.
    pub session: i64,
    /// Unix milliseconds.
    pub ends: Option<i64>,
    /// Whether they change who is a member.
    pub admin: bool,
    /// How many milliseconds before the end they are asked.
    pub warn: u64,
    /// Whether they look after the account's plan, and there is somewhere to.
    pub pays: bool,
    /// How long is left, once they are asked.
    pub left: Option<String>,
}

/// What is around a page.
pub(super) struct Frame {
    pub vendor: String,
    pub links: Vec<Link>,
    pub user: Option<FrameUser>,
    pub now: i64,
    pub at: &'static str,
    pub said: Option<Said>,
}

impl Frame {
    /// Around a page for nobody in particular.
    pub(super) fn outside(pages: &Pages, said: Option<Said>) -> Self {
        let (vendor, links) = (pages.site.vendor.clone(), pages.site.links.clone());
        Self { vendor, links, user: None, now: pages.app.now().0, at: "", said }
    }

    /// Around a page of `caller`, which is at `at`.
    pub(super) fn of(pages: &Pages, caller: &UserCaller, at: &'static str, said: Option<Said>) -> Self {
        let pays = caller.administers() && pages.stripe.is_some();
        let now = pages.app.now();
        let near = caller.ends().filter(|ends| ends.since(now) <= WARN_BEFORE);
        let user = Some(FrameUser {
            name: caller.name().to_owned(),
            session: caller.session(),
            ends: caller.ends().map(|ends| ends.0),
            admin: caller.administers(),
            warn: WARN_BEFORE.0,
            pays,
            left: near.map(|ends| span(now, ends)),
        });
        Self { user, at, ..Self::outside(pages, said) }
    }

    pub(super) fn is_at(&self, path: &str) -> bool {
        self.at == path
    }

    /// Where a signed-in user may go.
    pub(super) fn places(&self) -> Vec<(&'static str, &'static str)> {
        let mut places = vec![
            ("/settings/privacy", "Privacy & Data"),
            ("/settings/history", "Who came in"),
            ("/settings/sessions", "Signed in"),
            ("/settings/security", "Second factor"),
        ];
        if self.user.as_ref().is_some_and(|user| user.admin) {
            places.push(("/settings/members", "Members"));
        }
        if self.user.as_ref().is_some_and(|user| user.pays) {
            places.push(("/settings/billing", "Billing"));
        }
        places
    }
}

/// A page that was made.
pub(super) fn page(pages: &Pages, status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(fault) => Fault::new(pages, Refusal::internal(fault)).into_response(),
    }
}

/// Why there is no page.
pub(super) struct Fault {
    pages: Pages,
    refusal: Refusal,
}

impl Fault {
    pub(super) fn new(pages: &Pages, refusal: Refusal) -> Self {
        Self { pages: pages.clone(), refusal }
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    frame: Frame,
    title: &'static str,
    text: &'static str,
    request: String,
}

impl Fault {
    /// The same for a script: the code alone, the words are its page's.
    pub(super) fn for_script(self) -> Response {
        let code = self.refusal.code();
        let status = if code == Code::NotSignedIn { StatusCode::UNAUTHORIZED } else { words(code).0 };
        self.note();
        (status, axum::Json(serde_json::json!({"code": code}))).into_response()
    }

    /// Notes the refusal under a number that its page tells.
    fn note(&self) -> String {
        let request = self.pages.app.draw_name();
        let (code, denial) = (self.refusal.code(), self.refusal.denial());
        let inside = self.refusal.inside().unwrap_or_default();
        if code == Code::Internal {
            tracing::error!(request, inside, "a page failed");
        } else {
            tracing::info!(request, ?code, ?denial, inside, "a page was refused");
        }
        request
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let code = self.refusal.code();
        if code == Code::NotSignedIn {
            return Redirect::to("/sign-in").into_response();
        }
        let request = self.note();
        let (status, title, text) = if self.refusal.is_a_card() {
            A_CARD
        } else if self.refusal.is_for_admins() {
            FOR_ADMINS
        } else {
            words(code)
        };
        let fault = FaultPage { frame: Frame::outside(&self.pages, None), title, text, request };
        match fault.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

const A_CARD: (StatusCode, &str, &str) = (
    StatusCode::UNPROCESSABLE_ENTITY,
    "This looks like a card number",
    "Card numbers are never kept here. Go back and leave it out; nothing was changed.",
);

const FOR_ADMINS: (StatusCode, &str, &str) = (
    StatusCode::FORBIDDEN,
    "This is for the admins of your account",
    "Ask one of them to do it, or to make you an admin. Nothing was changed.",
);

fn words(code: Code) -> (StatusCode, &'static str, &'static str) {
    match code {
        Code::NotFound => {
            (StatusCode::NOT_FOUND, "There is nothing here", "The address is wrong, or what was here is gone.")
        }
        Code::CeremonyGone => (
            StatusCode::GONE,
            "This link is used up or too old",
            "A link serves once, for a short time, and a newer one takes its place. Begin again.",
        ),
        Code::KeyRefused | Code::CodeRefused => {
            (StatusCode::FORBIDDEN, "That was not right", "Go back and type it again. Nothing was changed.")
        }
        Code::Denied => (
            StatusCode::FORBIDDEN,
            "This is not yours to change",
            "An admin of your account, or a member with the permission for it, can. Nothing was changed.",
        ),
        Code::TooManyRequests => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries",
            "Wait a quarter of an hour and try again. Nothing else is wrong with your account.",
        ),
        Code::OtherCertificate => (
            StatusCode::FORBIDDEN,
            "This came from another page",
            "For your safety only this site's own pages may change something here. Go on from our own page.",
        ),
        Code::UpstreamUnreachable => (
            StatusCode::BAD_GATEWAY,
            "Stripe cannot be reached",
            "Nothing was changed and nothing was paid. Try again in a minute.",
        ),
        Code::BadRequest | Code::TooLarge | Code::Conflict => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "That could not be used",
            "Go back and look at what you filled in. Nothing was changed.",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something failed on our side",
            "Nothing was changed. Try again; if it stays so, tell us the number below.",
        ),
    }
}
