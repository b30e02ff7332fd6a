//! Which headers pass, in both directions.
//!
//! Towards the upstream only what is on a list passes, so an identity header nobody has thought of does not. Back
//! towards staff everything passes but what is about the connection, about the upstream itself, or holds its secret.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE},
};

/// What passes to the upstream without being configured.
const PASSED: [&str; 15] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-encoding",
    "content-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "range",
];

/// What never passes to the upstream, whatever is configured: it would speak of identity, path, method or framing.
const NEVER_PASSED: [&str; 22] = [
    "authorization",
    "client-cert",
    "client-cert-chain",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "remote-user",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "via",
    "x-client-ip",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-real-ip",
];

const NEVER_PASSED_BEGINNINGS: [&str; 8] =
    ["proxy-", "x-auth-", "x-doorward-", "x-forwarded-", "x-original-", "x-override-", "x-remote-", "x-rewrite-"];

/// What does not come back to staff.
const KEPT_BACK: [&str; 16] = [
    "alt-svc",
    "authorization",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
    "server",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
];

const KEPT_BACK_BEGINNINGS: [&str; 2] = ["x-doorward-", "x-powered-"];

/// Whether `name` may be configured to pass to the upstream.
pub fn may_be_passed(name: &HeaderName) -> bool {
    let text = name.as_str();
    !text.contains('_') && !NEVER_PASSED.contains(&text) && !begins(text, &NEVER_PASSED_BEGINNINGS)
}

/// What passes to the upstream: the standing list and `also`, without what the connection header takes for itself.
pub fn towards_upstream(sent: &HeaderMap, also: &[HeaderName]) -> HeaderMap {
    let own = named_by_connection(sent);
    let standing = PASSED.iter().map(|name| HeaderName::from_static(name));
    let mut passed = HeaderMap::with_capacity(16);
    for name in standing.chain(also.iter().cloned()).filter(|name| may_be_passed(name) && !own.contains(name)) {
        for value in sent.get_all(&name) {
            passed.append(name.clone(), value.clone());
        }
    }
    passed
}

/// What passes back to staff: without the upstream's own affairs and without anything that holds `secret`.
pub fn towards_staff(sent: &HeaderMap, credential: &HeaderName, secret: &[u8]) -> HeaderMap {
    let own = named_by_connection(sent);
    let mut passed = HeaderMap::with_capacity(sent.len());
    for (name, value) in sent {
        let text = name.as_str();
        let kept_back = KEPT_BACK.contains(&text) || begins(text, &KEPT_BACK_BEGINNINGS);
        // The length says how the body is framed; whoever names it in the connection header does not change that.
        let own = own.contains(name) && *name != CONTENT_LENGTH && *name != CONTENT_TYPE;
        if !kept_back && !own && name != credential && !holds(value.as_bytes(), secret) {
            passed.append(name.clone(), value.clone());
        }
    }
    passed.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    passed
}

fn begins(text: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| text.starts_with(beginning))
}

fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(|name| name.trim().parse().ok()).collect()
}

/// Whether `value` holds the credential, or the last word of it (`Bearer x` is also kept back as `x`).
fn holds(value: &[u8], secret: &[u8]) -> bool {
    let word = secret.rsplit(|b| *b == b' ').next().unwrap_or(secret);
    !word.is_empty() && value.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn only_what_is_listed_passes_to_the_upstream() {
        let sent =
            map(&[("accept", "a"), ("prefer", "p"), ("x-user-id", "u"), ("x-vendor", "v"), ("connection", "prefer")]);
        let passed = towards_upstream(&sent, &[HeaderName::from_static("x-vendor")]);
        assert_eq!(passed, map(&[("accept", "a"), ("x-vendor", "v")]));
        for never in ["x-forwarded-for", "x-doorward-session", "authorization", "x_vendor", "via", "cookie"] {
            let name: HeaderName = never.parse().unwrap();
            assert!(!may_be_passed(&name), "{never}");
            assert!(towards_upstream(&map(&[(never, "1")]), &[name]).is_empty(), "{never}");
        }
    }

    #[test]
    fn nothing_of_the_upstreams_own_comes_back() {
        let sent = map(&[
            ("content-type", "t"),
            ("set-cookie", "c"),
            ("server", "s"),
            ("x-key", "k"),
            ("x-echo", "got Bearer s3cret!"),
            ("x-own", "o"),
            ("connection", "x-own"),
        ]);
        let passed = towards_staff(&sent, &HeaderName::from_static("x-key"), b"Bearer s3cret");
        assert_eq!(passed, map(&[("content-type", "t"), ("cache-control", "no-store")]));
    }
}
