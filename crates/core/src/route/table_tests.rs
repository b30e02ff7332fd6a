//! Which row is found, and which tables are not read at all.

use super::*;
use RouteRefusal as R;

fn route(method: &str, path: &str, effect: Effect) -> RouteSpec {
    RouteSpec { method: method.into(), path: path.into(), effect, verb: "a-verb".into() }
}

fn in_path(routes: Vec<RouteSpec>) -> RouteTableSpec {
    RouteTableSpec { account: AccountPlace::Path { prefix: "/accounts/{account}".into() }, routes }
}

fn in_host(routes: Vec<RouteSpec>) -> RouteTableSpec {
    RouteTableSpec { account: AccountPlace::Host { pattern: "{account}.api.example.com".into() }, routes }
}

fn sample() -> Vec<RouteSpec> {
    vec![
        route("GET", "/v1/customers", Effect::Read),
        route("POST", "/v1/customers", Effect::Read),
        route("POST", "/v1/customers/attributes", Effect::Read),
        route("GET", "/v1/customers/{id}/attributes", Effect::Read),
        route("PUT", "/v1/customers/{id}", Effect::Write),
        route("POST", "/v1/customers/{id}", Effect::Write),
        route("DELETE", "/v1/customers/{id}", Effect::Refuse),
        route("GET", "/v1/export", Effect::Write),
        route("POST", "/v2/{kind}/x", Effect::Write),
        route("POST", "/v2/kites/x", Effect::Write),
    ]
}

fn find(spec: &RouteTableSpec, method: &str, target: &str, headers: &[(&str, &str)]) -> Result<String, R> {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let target = RequestTarget::read(method, target.as_bytes(), headers)?;
    let table = RouteTable::new(spec).unwrap();
    table.find(&target).map(|found| format!("{:?} {} {}", found.effect(), found.account(), found.template()))
}

fn at(host: &str) -> [(&str, &str); 1] {
    [("host", host)]
}

#[test]
fn rows_are_found_with_the_account_in_the_path() {
    let cases = [
        ("GET", "/accounts/a-1/v1/customers", Ok("Read a-1 /v1/customers")),
        ("HEAD", "/accounts/a-1/v1/customers", Ok("Read a-1 /v1/customers")),
        ("POST", "/accounts/a-1/v1/customers", Ok("Read a-1 /v1/customers")),
        ("POST", "/accounts/a-1/v1/customers/attributes", Ok("Read a-1 /v1/customers/attributes")),
        ("POST", "/accounts/a-1/v1/customers/ada", Ok("Write a-1 /v1/customers/{id}")),
        ("GET", "/accounts/a-1/v1/customers/attributes/attributes", Ok("Read a-1 /v1/customers/{id}/attributes")),
        ("PUT", "/accounts/a-1/v1/customers/x@example.com", Ok("Write a-1 /v1/customers/{id}")),
        ("DELETE", "/accounts/a-1/v1/customers/ada", Err(R::RefusedRoute)),
        ("PATCH", "/accounts/a-1/v1/customers/ada", Err(R::UnknownRoute)),
        ("HEAD", "/accounts/a-1/v1/export", Err(R::UnknownRoute)),
        ("HEAD", "/accounts/a-1/v1/customers/ada", Err(R::UnknownRoute)),
        ("GET", "/accounts/a-1/v1", Err(R::UnknownRoute)),
        ("GET", "/v1/customers", Err(R::UnknownRoute)),
        ("GET", "/", Err(R::UnknownRoute)),
        ("GET", "/accounts/a-1/V1/customers", Err(R::UnknownRoute)),
        ("POST", "/accounts/a-1/v1/customers/Attributes", Err(R::CaseTrick)),
        ("POST", "/accounts/a-1/v2/%E2%84%AAites/x", Err(R::CaseTrick)),
        ("POST", "/Accounts/a-1/v1/customers", Err(R::UnknownRoute)),
        ("GET", "/accounts/A-1/v1/customers", Err(R::AccountMalformed)),
        ("GET", "/accounts/-a/v1/customers", Err(R::AccountMalformed)),
        ("GET", "/accounts/a_1/v1/customers", Err(R::AccountMalformed)),
        ("GET", "/accounts/a%20/v1/customers", Err(R::AccountMalformed)),
        ("GET", "/accounts/%61-1/v1/customers", Ok("Read a-1 /v1/customers")),
    ];
    for (method, target, expected) in cases {
        let found = find(&in_path(sample()), method, target, &at("gw.example.com"));
        assert_eq!(found, expected.map(str::to_owned), "{method} {target}");
    }
}

#[test]
fn rows_are_found_with_the_account_in_the_host() {
    let cases = [
        ("a-1.api.example.com", Ok("Read a-1 /v1/customers")),
        ("a-1.api.example.com:8443", Ok("Read a-1 /v1/customers")),
        ("api.example.com", Err(R::AccountMalformed)),
        (".api.example.com", Err(R::HostMalformed)),
        ("A-1.api.example.com", Err(R::HostMalformed)),
        ("b.a-1.api.example.com", Err(R::AccountMalformed)),
        ("a-1.api.example.org", Err(R::AccountMalformed)),
        ("a-1xapi.example.com", Err(R::AccountMalformed)),
        ("a-1.api.example.com.evil.example.org", Err(R::AccountMalformed)),
        ("-a.api.example.com", Err(R::AccountMalformed)),
    ];
    for (host, expected) in cases {
        let found = find(&in_host(sample()), "GET", "/v1/customers", &at(host));
        assert_eq!(found, expected.map(str::to_owned), "{host}");
    }
}

#[test]
fn a_read_with_a_body_that_is_not_json_is_refused() {
    let send = |method: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("host", "gw.example.com")];
        all.extend_from_slice(headers);
        let target = if method == "PUT" { "/accounts/a/v1/customers/x" } else { "/accounts/a/v1/customers" };
        find(&in_path(sample()), method, target, &all).map(|_| ())
    };
    assert_eq!(send("POST", &[("content-type", "application/json"), ("content-length", "9")]), Ok(()));
    assert_eq!(send("POST", &[("content-length", "0")]), Ok(()));
    assert_eq!(send("POST", &[("content-length", "9")]), Err(R::ReadBodyNotJson));
    assert_eq!(send("POST", &[("transfer-encoding", "chunked")]), Err(R::ReadBodyNotJson));
    assert_eq!(send("POST", &[("content-type", "application/x-www-form-urlencoded")]), Err(R::ReadBodyNotJson));
    assert_eq!(send("POST", &[("content-type", "multipart/form-data; boundary=a")]), Err(R::ReadBodyNotJson));
    assert_eq!(send("PUT", &[("content-type", "text/csv"), ("content-length", "9")]), Ok(()));
}

#[test]
fn tables_that_can_be_read_in_two_ways_are_not_read() {
    use Effect::{Read, Write};
    let fault = |routes| RouteTable::new(&in_path(routes)).map(|_| ()).map_err(|e| (e.row, e.fault));
    let cases = [
        (vec![route("GET", "/a", Read), route("GET", "/a", Read)], RouteFault::Ambiguous),
        (vec![route("GET", "/a/{x}", Read), route("GET", "/a/{y}", Write)], RouteFault::Ambiguous),
        (vec![route("GET", "/a/{x}", Read), route("GET", "/{y}/b", Write)], RouteFault::Ambiguous),
        (vec![route("GET", "/a/b", Read), route("GET", "/a/B", Write)], RouteFault::Ambiguous),
        (vec![route("GET", "/a", Read), route("HEAD", "/a", Read)], RouteFault::Method),
        (vec![route("GET", "/a", Read), route("get", "/b", Read)], RouteFault::Method),
        (vec![route("GET", "/a", Read), route("GET", "/{account}/b", Read)], RouteFault::Template),
        (vec![route("GET", "/a", Read), route("GET", "/b/", Read)], RouteFault::Template),
        (
            vec![route("GET", "/a", Read), RouteSpec { verb: "Two Words".into(), ..route("GET", "/b", Read) }],
            RouteFault::Verb,
        ),
    ];
    for (routes, expected) in cases {
        assert_eq!(fault(routes.clone()), Err((Some(1), expected)), "{routes:?}");
    }
    assert_eq!(fault(vec![route("GET", "/a/{x}", Read), route("POST", "/a/{y}", Write)]), Ok(()));
    let beside_the_host = RouteTable::new(&in_host(vec![route("GET", "/{account}/a", Read)]));
    assert_eq!(beside_the_host.map(|_| ()).map_err(|e| e.fault), Err(RouteFault::Template));
}

#[test]
fn the_place_of_the_account_is_checked() {
    let fault = |account| RouteTable::new(&RouteTableSpec { account, routes: vec![] }).map(|_| ()).map_err(|e| e.fault);
    for prefix in ["", "/", "/accounts", "/accounts/{id}", "/{account}/{account}", "/{tenant}/{account}", "/a{account}"]
    {
        let place = AccountPlace::Path { prefix: prefix.into() };
        assert_eq!(fault(place), Err(RouteFault::AccountPlace), "{prefix}");
    }
    for pattern in
        ["", "{account}", "{account}api.example.com", "api.{account}.com", "{account}.API.com", "{account}..com"]
    {
        let place = AccountPlace::Host { pattern: pattern.into() };
        assert_eq!(fault(place), Err(RouteFault::AccountPlace), "{pattern}");
    }
}

#[test]
fn codes_and_tables_have_one_written_form() {
    assert_eq!(serde_json::to_string(&R::HiddenSlash).unwrap(), "\"hidden-slash\"");
    let text = r#"{"account":{"in":"host","pattern":"{account}.api.example.com"},
        "route":[{"method":"GET","path":"/a","effect":"read","verb":"see-a"}]}"#;
    let spec: RouteTableSpec = serde_json::from_str(text).unwrap();
    assert!(RouteTable::new(&spec).is_ok());
    assert!(serde_json::from_str::<RouteTableSpec>(&text.replace("verb", "word")).is_err());
    assert!(serde_json::from_str::<RouteTableSpec>(&text.replace("read", "maybe")).is_err());
}
