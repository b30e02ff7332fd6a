//! Every endpoint refuses: without credentials, with those of another, over another certificate, with rubbish.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use axum::{body::Body, http::Request};
use doorward_core::{grant::Plan, time::Millis, wire::Code};
use house::{House, by, denied, ok, refused};
use serde_json::{Value, json};
use tower::ServiceExt;

/// What anybody may call. This list may only shrink.
const OPEN: [&str; 6] = [
    "POST /v1/enrolments/begin",
    "POST /v1/enrolments/finish",
    "POST /v1/sign-ins/begin",
    "POST /v1/sign-ins/finish",
    "GET /v1/health",
    "GET /v1/ready",
];

/// Every documented endpoint, with its path filled in and a body of the right shape.
fn endpoints() -> Vec<(String, String, String)> {
    let api = serde_json::to_value(doorward_server::http::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            let filled = path
                .replace("{account}", "acme")
                .replace("{setting}", "support-team-access")
                .replace("{serial}", "1")
                .replace("{ceremony}", "x")
                .replace("{user}", "ada")
                .replace("{kind}", "account")
                .replace("{host}", "web-1")
                .replace("{id}", "acme");
            all.push((method.to_uppercase(), path.clone(), filled));
        }
    }
    all
}

fn body_for(method: &str, path: &str) -> Option<Value> {
    let reason = house::reason();
    Some(match (method, path) {
        ("POST", "/v1/intents") => json!({"intent": {"do": "revoke-key", "key": 1}}),
        ("POST", "/v1/intents/{ceremony}/confirm") => json!({"credential": {}}),
        ("POST", "/v1/sessions") => json!({"account": "acme", "reason": reason}),
        ("POST", "/v1/journal") => json!({"gateway": "g-1", "records": []}),
        ("PUT", "/v1/vendor/accounts/{account}") => json!({"name": "Acme", "plan": "premium"}),
        ("PUT", "/v1/vendor/accounts/{account}/users/{user}") => {
            json!({"email": "ada@acme.example", "name": "Ada", "membership": "account-admin"})
        }
        ("PUT", "/v1/vendor/hosts/{host}") => {
            json!({"label": "infrastructure", "reach": {"address": "web-1", "port": 22, "login": "ops", "host_keys": ["ssh-ed25519 AAAA"]}})
        }
        ("PUT", "/v1/hosts/{host}/connections") => json!({"connections": []}),
        ("PUT", _) => json!({"by": by("account-admin"), "until": "indefinitely"}),
        ("DELETE", path) if path.contains("settings") => json!({"by": by("account-admin")}),
        _ => return None,
    })
}

#[tokio::test]
async fn every_endpoint_refuses_whoever_brings_nothing_or_rubbish() {
    let house = House::new().await;
    let admin = house.admin().await;
    let all = endpoints();
    assert_eq!(all.len(), 35, "a new endpoint: say here how many there are");
    let open = |method: &str, path: &str| OPEN.contains(&format!("{method} {path}").as_str());
    for (method, path, filled) in all.iter().filter(|(method, path, _)| !open(method, path)) {
        let body = body_for(method, path);
        for bearer in [None, Some("rubbish"), Some("")] {
            let answer = house.send(method, filled, bearer, Some([9; 32]), body.as_ref()).await;
            println!("{method} {path}");
            refused(answer, 401, Code::NotSignedIn);
        }
        let follower_only = path == "/v1/journal" || path.starts_with("/v1/hosts");
        let staff_only = !path.starts_with("/v1/vendor") && !follower_only;
        if staff_only {
            let vendor = house.send(method, filled, Some(&house.vendor), Some([9; 32]), body.as_ref()).await;
            refused(vendor, 401, Code::NotSignedIn);
            let stolen = house.send(method, filled, Some(&admin.token), Some([8; 32]), body.as_ref()).await;
            refused(stolen, 401, Code::OtherCertificate);
            let bare = house.send(method, filled, Some(&admin.token), None, body.as_ref()).await;
            refused(bare, 401, Code::OtherCertificate);
        } else {
            let staff = house.send(method, filled, Some(&admin.token), Some([9; 32]), body.as_ref()).await;
            refused(staff, 401, Code::NotSignedIn);
        }
        if follower_only {
            let vendor = house.send(method, filled, Some(&house.vendor), Some([9; 32]), body.as_ref()).await;
            refused(vendor, 401, Code::NotSignedIn);
        }
        if !path.starts_with("/v1/feed") && !follower_only {
            let follower = house.send(method, filled, Some(&house.follower), Some([9; 32]), body.as_ref()).await;
            refused(follower, 401, Code::NotSignedIn);
        }
    }
}

#[tokio::test]
async fn signing_in_needs_a_certificate_and_ends_by_itself() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let answer = house.answer_sign_in("ada@vendor", &mut admin.key).await;
    let bare = house.send("POST", "/v1/sign-ins/finish", None, None, Some(&answer)).await;
    refused(bare, 401, Code::OtherCertificate);
    house.clock.advance(Millis::hours(10));
    refused(house.as_person(&admin, "GET", "/v1/keys", None).await, 401, Code::NotSignedIn);
}

#[tokio::test]
async fn only_security_admins_administer() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support"]).await;
    for intent in [
        json!({"do": "revoke-key", "key": admin.key_serial}),
        json!({"do": "revoke-keys", "keys": [admin.key_serial]}),
        json!({"do": "end-session", "session": 1}),
        json!({"do": "end-sessions", "sessions": [1]}),
        json!({"do": "add-staff", "staff": "eve", "handle": "eve", "name": "Eve"}),
        json!({"do": "issue-enrolment-code", "staff": "sam"}),
        json!({"do": "suspend", "staff": "ada"}),
        json!({"do": "reinstate", "staff": "ada"}),
        json!({"do": "give-role", "staff": "sam", "role": "security-admin"}),
        json!({"do": "take-role", "staff": "ada", "role": "security-admin"}),
        json!({"do": "open-duty", "staff": "sam", "from": 0, "until": 1}),
        json!({"do": "close-duty", "staff": "sam", "opened": 1}),
        json!({"do": "assign-primary-csm", "account": "acme", "staff": "sam"}),
        json!({"do": "unassign-primary-csm", "account": "acme"}),
    ] {
        assert_eq!(denied(house.begin(&sam, intent).await), "no-role");
    }
}

#[tokio::test]
async fn what_cannot_follow_changes_nothing() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let before = house.app.size();
    for impossible in [
        json!({"do": "give-role", "staff": "ada", "role": "security-admin"}),
        json!({"do": "take-role", "staff": "ada", "role": "csm"}),
        json!({"do": "reinstate", "staff": "ada"}),
        json!({"do": "add-staff", "staff": "ada", "handle": "ada2", "name": "Ada"}),
        json!({"do": "add-staff", "staff": "eve", "handle": "ada@vendor", "name": "Eve"}),
        json!({"do": "open-duty", "staff": "ada", "from": 2, "until": 1}),
    ] {
        refused(house.intend(&mut admin, impossible).await, 409, Code::Conflict);
    }
    assert_eq!(house.app.size(), before);
    ok(house.intend(&mut admin, json!({"do": "give-role", "staff": "ada", "role": "csm"})).await);
    assert!(house.app.read_state(|state| house.killed().app.read_state(|other| state == other)));
}

#[tokio::test]
async fn settings_are_switched_by_those_who_may() {
    let house = House::new().await;
    house.account("acme", Plan::Standard).await;
    let put = |setting: &'static str, membership: &'static str, until: Value| {
        let house = &house;
        async move {
            let path = format!("/v1/vendor/accounts/acme/settings/{setting}");
            house.as_vendor("PUT", &path, json!({"by": by(membership), "until": until})).await
        }
    };
    let soon = json!({"at": house::START.plus(Millis::days(1)).0});
    let support = "support-team-access";
    assert_eq!(denied(put(support, "member", soon.clone()).await), "not-permitted");
    assert_eq!(denied(put(support, "account-admin", json!("indefinitely")).await), "grant-needs-end");
    let late = json!({"at": house::START.plus(Millis::days(181)).0});
    assert_eq!(denied(put(support, "account-admin", late).await), "grant-too-long");
    assert_eq!(denied(put("customer-success-team-access", "account-admin", soon.clone()).await), "premium-only");
    ok(put(support, "member-with-permission", soon).await);
    let off =
        house.as_vendor("DELETE", "/v1/vendor/accounts/acme/settings/support-team-access", json!({"by": by("member")}));
    assert_eq!(denied(off.await), "not-permitted");
    refused(put("everything", "account-admin", json!("indefinitely")).await, 400, Code::BadRequest);
}

#[tokio::test]
async fn rubbish_has_one_shape_of_answer() {
    let house = House::new().await;
    let send = |request: Request<Body>| house.router().oneshot(request);
    let status = |answer: axum::response::Response| answer.status().as_u16();
    let post = |body: Vec<u8>| {
        Request::post("/v1/sign-ins/begin").header("content-type", "application/json").body(Body::from(body)).unwrap()
    };
    assert_eq!(status(send(post(b"{".to_vec())).await.unwrap()), 400);
    assert_eq!(status(send(post(vec![b' '; 65 * 1_024])).await.unwrap()), 413);
    let unknown = Request::get("/v1/nothing").body(Body::empty()).unwrap();
    assert_eq!(status(send(unknown).await.unwrap()), 404);
    refused(house.send("GET", "/v1/nothing", None, None, None).await, 404, Code::NotFound);
    refused(house.send("PATCH", "/v1/keys", None, None, None).await, 404, Code::NotFound);
    let extra = json!({"handle": "ada", "more": 1});
    refused(house.send("POST", "/v1/sign-ins/begin", None, None, Some(&extra)).await, 400, Code::BadRequest);
    assert_eq!(house.send("GET", "/v1/ready", None, None, None).await.0.as_u16(), 204);
}
