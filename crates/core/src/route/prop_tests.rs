//! What holds for any bytes at all.

use proptest::prelude::*;

use super::*;

fn read(target: &[u8]) -> Result<RequestTarget, RouteRefusal> {
    RequestTarget::read("GET", target, [("host", b"gw.example.com".as_slice())])
}

fn table() -> RouteTable {
    let route =
        |path: &str| RouteSpec { method: "GET".into(), path: path.into(), effect: Effect::Read, verb: "see".into() };
    let spec = RouteTableSpec {
        account: AccountPlace::Path { prefix: "/accounts/{account}".into() },
        routes: vec![route("/{a}"), route("/{a}/{b}"), route("/v1/customers")],
    };
    RouteTable::new(&spec).unwrap()
}

/// Texts made of the pieces that tricks are made of, so that much is nearly right.
fn tricky_path() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/",
        "/accounts/",
        "a-1",
        "v1",
        "customers",
        ".",
        "..",
        "%2e",
        "%2F",
        "%5c",
        "%25",
        "%252e",
        "%",
        "%61",
        "%C3%A5",
        "%ff",
        ";",
        "\\",
        "//",
        "?",
        "&",
        "=",
        "_method",
        "%5f",
        "#",
        "@",
        "A",
        " ",
        "%00",
        "%20",
        "é",
        "~",
        "+",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #[test]
    fn no_bytes_panic(
        method in ".{0,8}",
        target in prop::collection::vec(any::<u8>(), 0..200),
        headers in prop::collection::vec((".{0,12}", prop::collection::vec(any::<u8>(), 0..20)), 0..6),
    ) {
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        if let Ok(target) = RequestTarget::read(&method, &target, headers) {
            let _ = table().find(&target);
        }
    }

    #[test]
    fn what_is_accepted_reads_as_itself_again(path in tricky_path()) {
        if let Ok(target) = read(path.as_bytes()) {
            let canonical = target.path_and_query();
            let again = read(canonical.as_bytes()).expect("a canonical target is accepted");
            prop_assert_eq!(again.path_and_query(), canonical);
            prop_assert_eq!(again, target);
        }
    }

    #[test]
    fn a_canonical_path_says_the_same_to_a_second_decoder(path in tricky_path()) {
        if let Ok(target) = read(path.as_bytes()) {
            let once = percent_encoding::percent_decode_str(&target.path()).decode_utf8().unwrap().into_owned();
            let twice = percent_encoding::percent_decode_str(&once).decode_utf8_lossy().into_owned();
            prop_assert_eq!(&once, &twice);
            prop_assert_eq!(once.split('/').count(), target.path().split('/').count());
        }
    }

    #[test]
    fn the_account_is_exactly_the_second_segment(account in "[a-zA-Z0-9%./-]{1,12}", rest in "[a-z]{1,5}(/[a-z]{1,5})?") {
        let sent = format!("/accounts/{account}/{rest}");
        if let Ok(target) = read(sent.as_bytes()) {
            let table = table();
            if let Ok(found) = table.find(&target) {
                let path = target.path();
                prop_assert_eq!(path.split('/').nth(2), Some(found.account().as_str()));
                prop_assert!(!found.account().as_str().contains(['/', '%', '.']));
            }
        }
    }
}
