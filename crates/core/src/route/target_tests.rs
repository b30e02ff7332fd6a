//! What is sent and what comes of it, row by row.

use super::*;
use RouteRefusal as R;

fn read(method: &str, target: &[u8], headers: &[(&str, &str)]) -> Result<RequestTarget, RouteRefusal> {
    RequestTarget::read(method, target, headers.iter().map(|(name, value)| (*name, value.as_bytes())))
}

fn path(target: &str) -> Result<String, RouteRefusal> {
    read("GET", target.as_bytes(), &[("host", "api.example.com")]).map(|t| t.path_and_query())
}

fn with_headers(headers: &[(&str, &str)]) -> Result<(), RouteRefusal> {
    let mut all = vec![("Host", "api.example.com")];
    all.extend_from_slice(headers);
    read("POST", b"/v1", &all).map(|_| ())
}

#[test]
fn one_spelling_for_each_path() {
    let cases = [
        ("/", "/"),
        ("/v1/customers", "/v1/customers"),
        ("/v1/custo%6Ders", "/v1/customers"),
        ("/v1/customers/ada%40mail.example.com", "/v1/customers/ada@mail.example.com"),
        ("/v1/customers/%c3%a5sa", "/v1/customers/%C3%A5sa"),
        ("/v1/customers/a%20b", "/v1/customers/a%20b"),
        ("/v1/customers/100%25", "/v1/customers/100%25"),
        ("/v1/customers/.hidden", "/v1/customers/.hidden"),
        ("/v1/customers?email=ada%2Bx@example.com&limit=10", "/v1/customers?email=ada%2Bx@example.com&limit=10"),
        ("/v1/customers?", "/v1/customers?"),
        ("/v1/messages?start=MA==", "/v1/messages?start=MA=="),
        ("/v1/messages?url=a%252fb", "/v1/messages?url=a%252fb"),
    ];
    for (sent, canonical) in cases {
        assert_eq!(path(sent).as_deref(), Ok(canonical), "{sent}");
    }
}

#[test]
fn tricks_in_the_path_are_refused() {
    let cases = [
        ("v1/customers", R::NotOriginForm),
        ("", R::NotOriginForm),
        ("*", R::NotOriginForm),
        ("http://api.example.com/v1", R::NotOriginForm),
        ("api.example.com:443", R::NotOriginForm),
        ("?a=b", R::NotOriginForm),
        ("//api.example.com/v1", R::EmptySegment),
        ("/v1//customers", R::EmptySegment),
        ("/v1/customers/", R::EmptySegment),
        ("/v1/./customers", R::DotSegment),
        ("/v1/../customers", R::DotSegment),
        ("/v1/%2e%2E/customers", R::DotSegment),
        ("/v1/.%2e/customers", R::DotSegment),
        ("/v1/.../customers", R::DotSegment),
        ("/v1/..%20/customers", R::DotSegment),
        ("/v1/%EF%BC%8E%EF%BC%8E/customers", R::DotSegment),
        ("/v1/..", R::DotSegment),
        ("/v1/a%2fb", R::HiddenSlash),
        ("/v1/a%2Fb", R::HiddenSlash),
        ("/v1/..%2fb", R::HiddenSlash),
        ("/v1/a%5cb", R::HiddenSlash),
        ("/v1/a\\b", R::HiddenSlash),
        ("/v1/a%EF%BC%8Fb", R::HiddenSlash),
        ("/v1/a%252fb", R::DoubleEncoding),
        ("/v1/a%25%32%66b", R::DoubleEncoding),
        ("/v1/%252e%252e", R::DoubleEncoding),
        ("/v1/a%25252fb", R::DoubleEncoding),
        ("/v1/a%25u002fb", R::DoubleEncoding),
        ("/v1/a%u002fb", R::BadEscape),
        ("/v1/a%2", R::BadEscape),
        ("/v1/a%", R::BadEscape),
        ("/v1/a%zz", R::BadEscape),
        ("/v1/a?b=%", R::BadEscape),
        ("/v1/a%00", R::ControlCharacter),
        ("/v1/a%0d%0aHost:x", R::ControlCharacter),
        ("/v1/a%7f", R::ControlCharacter),
        ("/v1/a%C2%85", R::ControlCharacter),
        ("/v1/a\0b", R::ControlCharacter),
        ("/v1/a\tb", R::ControlCharacter),
        ("/v1/a?b=%0a", R::ControlCharacter),
        ("/v1/a b", R::ForbiddenCharacter),
        ("/v1/{id}", R::ForbiddenCharacter),
        ("/v1/a|b", R::ForbiddenCharacter),
        ("/v1/åsa", R::ForbiddenCharacter),
        ("/v1/a?b=<", R::ForbiddenCharacter),
        ("/v1/a?b=\\", R::HiddenSlash),
        ("/v1/%c0%af", R::NotUtf8),
        ("/v1/%ff", R::NotUtf8),
        ("/v1/a?b=%ff", R::NotUtf8),
        ("/v1/a#b", R::Fragment),
        ("/v1/a?b#c", R::Fragment),
        ("/v1/a%23b", R::HiddenDelimiter),
        ("/v1/a%3fb", R::HiddenDelimiter),
        ("/v1/a%3bb", R::HiddenDelimiter),
        ("/v1/customers;jsessionid=1", R::SemicolonParameter),
        ("/v1/..;/admin", R::SemicolonParameter),
        ("/v1/a?b=1;c=2", R::SemicolonParameter),
        ("/v1/a?_method=DELETE", R::MethodOverride),
        ("/v1/a?x=1&_METHOD=DELETE", R::MethodOverride),
        ("/v1/a?%5fmethod=DELETE", R::MethodOverride),
        ("/v1/a?_method[]=DELETE", R::MethodOverride),
        ("/v1/a?+_method=DELETE", R::MethodOverride),
        ("/v1/a?%255fmethod=DELETE", R::DoubleEncoding),
    ];
    for (sent, refusal) in cases {
        assert_eq!(path(sent), Err(refusal), "{sent}");
    }
}

#[test]
fn bytes_that_are_no_text_and_long_targets_are_refused() {
    let host = [("host", "api.example.com")];
    assert_eq!(read("GET", b"/v1/\xff", &host), Err(R::NotUtf8));
    let long = format!("/{}", "a".repeat(9000));
    assert_eq!(read("GET", long.as_bytes(), &host), Err(R::TargetTooLong));
}

#[test]
fn methods_are_exact() {
    let host = [("host", "api.example.com")];
    for method in ["get", "Get", "GET ", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "", "G\0T"] {
        assert_eq!(read(method, b"/v1", &host), Err(R::MethodNotAllowed), "{method:?}");
    }
}

#[test]
fn header_tricks_are_refused() {
    let cases: &[(&[(&str, &str)], R)] = &[
        (&[("X-HTTP-Method-Override", "DELETE")], R::MethodOverride),
        (&[("x_http_method_override", "DELETE")], R::MethodOverride),
        (&[("X-Method-Override", "PUT")], R::MethodOverride),
        (&[("X-HTTP-Method", "PUT")], R::MethodOverride),
        (&[("X-Original-URL", "/admin")], R::PathOverride),
        (&[("X-Rewrite-URL", "/admin")], R::PathOverride),
        (&[("Host", "other.example.com")], R::HostRepeated),
        (&[("host", "api.example.com")], R::HostRepeated),
        (&[("Content-Length", "1"), ("Content-Length", "1")], R::AmbiguousLength),
        (&[("Content-Length", "1, 1")], R::AmbiguousLength),
        (&[("Content-Length", "+1")], R::AmbiguousLength),
        (&[("Content-Length", "-1")], R::AmbiguousLength),
        (&[("Content-Length", "0x1")], R::AmbiguousLength),
        (&[("Content-Length", "")], R::AmbiguousLength),
        (&[("Content-Length", "1"), ("Transfer-Encoding", "chunked")], R::AmbiguousLength),
        (&[("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], R::AmbiguousLength),
        (&[("Transfer-Encoding", "gzip, chunked")], R::AmbiguousLength),
        (&[("Transfer-Encoding", "xchunked")], R::AmbiguousLength),
        (&[("Transfer_Encoding", "chunked")], R::HeaderMalformed),
        (&[("Content_Length", "1")], R::HeaderMalformed),
        (&[("Content-Length ", "1")], R::HeaderMalformed),
        (&[("X-A", "b\r\nHost: c")], R::HeaderMalformed),
        (&[("", "b")], R::HeaderMalformed),
        (&[("Content-Type", "application/json"), ("Content-Type", "text/plain")], R::HeaderMalformed),
    ];
    for (headers, refusal) in cases {
        assert_eq!(with_headers(headers), Err(*refusal), "{headers:?}");
    }
    assert_eq!(with_headers(&[("Content-Length", "12"), ("Content-Type", "application/json; charset=utf-8")]), Ok(()));
    assert_eq!(with_headers(&[("Transfer-Encoding", "chunked"), ("Accept", "*/*")]), Ok(()));
}

#[test]
fn hosts_have_one_spelling() {
    let host = |text: &str| read("GET", b"/", &[("Host", text)]).map(|t| t.host().to_owned());
    for (sent, name) in [
        ("api.example.com", "api.example.com"),
        ("api.example.com:8443", "api.example.com"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:80", "[::1]"),
    ] {
        assert_eq!(host(sent).as_deref(), Ok(name));
    }
    for sent in [
        "",
        "a@api.example.com",
        "a:b@api.example.com",
        "API.example.com",
        "api.example.com.",
        ".example.com",
        "api.example.com:",
        "api.example.com:x",
        "api.example.com:99999",
        "api.example.com:80:80",
        "a/b",
        "a b",
        "[::1",
        "[zz]",
        "a%2eb",
        "api.example.com, b",
        "å.example.com",
    ] {
        assert_eq!(host(sent), Err(R::HostMalformed), "{sent:?}");
    }
    assert_eq!(read("GET", b"/", &[]), Err(R::HostMissing));
}

#[test]
fn nothing_of_the_target_is_in_its_debug_text() {
    let target = read("GET", b"/v1/customers/ada?email=ada", &[("host", "api.example.com")]).unwrap();
    assert!(!format!("{target:?}").contains("ada"));
}
