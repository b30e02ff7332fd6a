//! What anybody may see: how to report a security concern (RFC 9116), the pages' looks, and that there is nothing here.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use doorward_core::{time::Millis, wire::Code};

use super::{
    Pages,
    frame::{Fault, Frame, page},
    when::When,
};
use crate::app::Refusal;

/// For how long the security contact may be relied on: less than a year (RFC 9116, section 2.5.5).
const GOOD_FOR: Millis = Millis::days(180);

const STYLE: &str = concat!(include_str!("../../../../../ui/src/tokens.css"), include_str!("../../../assets/page.css"));
const SCRIPT: &str = include_str!("../../../assets/page.mjs");
const ICON: &str = include_str!("../../../assets/icon.svg");
const LASTING: (header::HeaderName, &str) = (header::CACHE_CONTROL, "max-age=600");

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    frame: Frame,
    contact: Option<String>,
    contact_text: String,
}

pub(super) async fn security(State(pages): State<Pages>) -> Response {
    let contact = pages.site.security_contact.clone();
    let contact_text = contact.as_deref().unwrap_or_default().trim_start_matches("mailto:").to_owned();
    page(&pages, StatusCode::OK, &SecurityPage { frame: Frame::outside(&pages, None), contact, contact_text })
}

pub(super) async fn security_txt(State(pages): State<Pages>) -> Response {
    let Some(contact) = &pages.site.security_contact else { return nothing(State(pages)).await };
    let (expires, url) = (When::of(pages.app.now().plus(GOOD_FOR)).machine, &pages.site.url);
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {url}/.well-known/security.txt\nPolicy: {url}/security\n"
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), LASTING], STYLE).into_response()
}

pub(super) async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), LASTING], SCRIPT).into_response()
}

pub(super) async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml"), LASTING], ICON).into_response()
}

pub(super) async fn nothing(State(pages): State<Pages>) -> Response {
    Fault::new(&pages, Refusal::new(Code::NotFound)).into_response()
}
