//! What stands around every page: nothing is changed for another site's page, and the browser is told to be strict.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use doorward_core::wire::Code;

use super::{Pages, frame::Fault};
use crate::app::Refusal;

/// Refuses what another site's page sends, and sets the headers of every answer.
pub(super) async fn shield(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut response = if safe || is_our_own(request.headers(), &pages.site.url) {
        next.run(request).await
    } else {
        Fault::new(&pages, Refusal::new(Code::OtherCertificate).because("a form of another site")).into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

const HEADERS: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self' https://checkout.stripe.com https://billing.stripe.com; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    // Forms must say where they come from, and nobody else learns a link.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cache-control", "no-store"),
];

/// By `Sec-Fetch-Site`, which every browser of today sends, else by `Origin`. Neither means no.
fn is_our_own(headers: &HeaderMap, url: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() == url.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_change_something() {
        let url = "https://account.example";
        let with = |name: &'static str, value: &'static str| {
            is_our_own(&HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))]), url)
        };
        assert!(with("sec-fetch-site", "same-origin") && with("sec-fetch-site", "none") && with("origin", url));
        assert!(!with("sec-fetch-site", "cross-site") && !with("sec-fetch-site", "same-site"));
        assert!(!with("origin", "https://account.example.evil") && !with("origin", "null"));
        assert!(!is_our_own(&HeaderMap::new(), url));
    }
}
