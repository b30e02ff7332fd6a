//! The main story: enrol, sign in, read, write with a touch, and be out the moment the ground is taken away.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use doorward_core::{grant::Plan, time::Millis, wire::Code};
use house::{House, denied, ok, open_read_write, refused, token_verifier};
use serde_json::json;

#[tokio::test]
async fn staff_enter_invited_accounts_and_are_out_when_the_invitation_ends() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let support = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let mut csm = house.staff(&mut admin, "cleo", &["csm"]).await;
    house.account("acme", Plan::Premium).await;

    assert_eq!(denied(house.open_read_only(&support, "acme").await), "not-granted");
    house.switch_on("acme", "support-team-access").await;
    let opened = ok(house.open_read_only(&support, "acme").await);
    let token = token_verifier().verify(opened["token"].as_str().unwrap()).unwrap();
    let session = token.session(&support.certificate, house::START).unwrap().clone();
    assert_eq!((session.serial.0, session.account.as_str()), (1, "acme"));
    assert!(token.session(&csm.certificate, house::START).is_err(), "bound to the certificate");

    let grant = house.switch_on("acme", "customer-success-team-access").await;
    assert_eq!(denied(house.begin(&csm, open_read_write("acme", grant)).await), "primary-csm-only");
    ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": "acme", "staff": "cleo"})).await);
    let outcome = ok(house.intend(&mut csm, open_read_write("acme", grant)).await);
    assert_eq!(outcome["opened"]["session"]["mode"], "read-write");
    assert_eq!(denied(house.begin(&support, open_read_write("acme", grant)).await), "read-only-for-you");

    let serial = outcome["opened"]["session"]["serial"].as_u64().unwrap();
    let renew = format!("/v1/sessions/{serial}/token");
    house.clock.advance(Millis::minutes(4));
    ok(house.as_person(&csm, "POST", &renew, None).await);
    refused(house.as_person(&support, "POST", &renew, None).await, 404, Code::NotFound);
    house.switch_off("acme", "customer-success-team-access").await;
    assert_eq!(denied(house.as_person(&csm, "POST", &renew, None).await), "not-granted");
    let listed = ok(house.as_person(&csm, "GET", "/v1/sessions", None).await);
    assert_eq!((&listed["sessions"][0]["live"], &listed["sessions"][0]["ended"]), (&json!(false), &json!(null)));
    let everybodys = ok(house.as_person(&admin, "GET", "/v1/sessions", None).await);
    let live: Vec<_> = everybodys["sessions"].as_array().unwrap().iter().map(|view| &view["live"]).collect();
    assert_eq!(live, [&json!(false), &json!(true)], "exactly the sessions that stood on the grant end");
}

#[tokio::test]
async fn one_read_write_session_a_person_and_signing_out_ends_all() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut csm = house.staff(&mut admin, "cleo", &["csm"]).await;
    for account in ["acme", "bolt"] {
        house.account(account, Plan::Premium).await;
        ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": account, "staff": "cleo"})).await);
    }
    let (acme, bolt) = (
        house.switch_on("acme", "customer-success-team-access").await,
        house.switch_on("bolt", "customer-success-team-access").await,
    );
    ok(house.intend(&mut csm, open_read_write("acme", acme)).await);
    let begun = ok(house.begin(&csm, open_read_write("bolt", bolt)).await);
    assert_eq!(begun["effects"]["sessions"], json!([1]), "what it would end is named before");
    ok(house.confirm(&mut csm, &begun).await);
    let causes = |body: serde_json::Value| -> Vec<_> {
        body["sessions"].as_array().unwrap().iter().map(|view| view["ended"].clone()).collect()
    };
    let listed = ok(house.as_person(&csm, "GET", "/v1/sessions", None).await);
    assert_eq!(causes(listed), [json!(null), json!("replaced")]);
    ok(house.as_person(&csm, "DELETE", "/v1/sign-ins/current", None).await);
    refused(house.as_person(&csm, "GET", "/v1/sessions", None).await, 401, Code::NotSignedIn);
    let listed = ok(house.as_person(&admin, "GET", "/v1/sessions", None).await);
    assert_eq!(causes(listed), [json!("signed-out"), json!("replaced")]);
    let ended = |serial| house.app.read_state(|state| state.session_ended(doorward_core::id::SessionSerial(serial)));
    assert!(ended(1) && ended(2), "both are entries");
}

#[tokio::test]
async fn a_revoked_key_and_a_suspended_person_are_out_at_once() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let support = house.staff(&mut admin, "sam", &["technical-support"]).await;
    let other = house.staff(&mut admin, "olga", &["technical-support"]).await;
    let theirs = format!("/v1/keys/{}", other.key_serial);
    assert_eq!(denied(house.as_person(&support, "DELETE", &theirs, None).await), "no-role");
    assert_eq!(denied(house.as_person(&admin, "DELETE", &theirs, None).await), "touch-missing");
    ok(house.as_person(&support, "DELETE", &format!("/v1/keys/{}", support.key_serial), None).await);
    refused(house.as_person(&support, "GET", "/v1/keys", None).await, 401, Code::NotSignedIn);
    let mut key = support.key;
    let answer = house.answer_sign_in("sam@vendor", &mut key).await;
    let refusal = house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer)).await;
    assert_eq!(denied(refusal), "key-revoked");

    let begun = ok(house.begin(&admin, json!({"do": "suspend", "staff": "olga"})).await);
    assert_eq!((&begun["effects"]["sign_ins"], &begun["effects"]["last_admin_key"]), (&json!(1), &json!(false)));
    ok(house.confirm(&mut admin, &begun).await);
    refused(house.as_person(&other, "GET", "/v1/keys", None).await, 401, Code::NotSignedIn);
    let begun = ok(house.begin(&admin, json!({"do": "revoke-key", "key": admin.key_serial})).await);
    assert_eq!(begun["effects"]["last_admin_key"], json!(true));
}

#[tokio::test]
async fn the_first_admin_is_made_once() {
    let house = House::new().await;
    let id = || doorward_core::id::StaffId::parse("ada").unwrap();
    let lost = house.app.init_first_admin("ada@vendor", "Ada", id()).await.unwrap();
    let code = house.app.init_first_admin("ada@vendor", "Ada", id()).await.unwrap();
    let stale = house.send("POST", "/v1/enrolments/begin", None, None, Some(&json!({"code": lost.0}))).await;
    refused(stale, 403, Code::CodeRefused);
    house.join(&code.0.to_uppercase(), [1; 32]).await;
    let again = house.app.init_first_admin("eve@vendor", "Eve", id()).await;
    assert_eq!(again.unwrap_err().code(), Code::Conflict);
}
