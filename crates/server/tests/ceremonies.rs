//! Ceremonies: each answer counts once, for what it was begun for, by who began it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use doorward_core::{grant::Plan, time::Millis, wire::Code};
use house::{House, denied, foreign_key, ok, open_read_write, refused};
use serde_json::{Value, json};

#[tokio::test]
async fn an_answer_counts_once() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let answer = house.answer_sign_in("ada@vendor", &mut admin.key).await;
    let finish = || house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer));
    ok(finish().await);
    refused(finish().await, 410, Code::CeremonyGone);
}

#[tokio::test]
async fn of_two_answers_at_once_one_wins() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    for _ in 0..5 {
        let answer = house.answer_sign_in("ada@vendor", &mut admin.key).await;
        let finish = || house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer));
        let both = tokio::join!(finish(), finish());
        let mut statuses = [both.0.0.as_u16(), both.1.0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410]);
    }
}

#[tokio::test]
async fn a_wrong_answer_uses_the_ceremony_up() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let good = house.answer_sign_in("ada@vendor", &mut admin.key).await;
    let mut bad = good.clone();
    bad["credential"]["response"]["signature"] = json!("AAAA");
    let finish = |answer: Value| {
        let house = &house;
        async move { house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer)).await }
    };
    refused(finish(bad).await, 403, Code::KeyRefused);
    refused(finish(good).await, 410, Code::CeremonyGone);
}

#[tokio::test]
async fn a_ceremony_waits_two_minutes() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let answer = house.answer_sign_in("ada@vendor", &mut admin.key).await;
    house.clock.advance(Millis::minutes(2));
    refused(
        house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer)).await,
        410,
        Code::CeremonyGone,
    );
}

#[tokio::test]
async fn a_touch_for_one_account_opens_no_other() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut csm = house.staff(&mut admin, "cleo", &["csm"]).await;
    let mut grants = Vec::new();
    for account in ["acme", "bolt"] {
        house.account(account, Plan::Premium).await;
        ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": account, "staff": "cleo"})).await);
        grants.push(house.switch_on(account, "customer-success-team-access").await);
    }
    let acme = ok(house.begin(&csm, open_read_write("acme", grants[0])).await);
    let bolt = ok(house.begin(&csm, open_read_write("bolt", grants[1])).await);
    let for_acme = csm.key.touch(&acme["options"]);
    refused(house.confirm_with(&csm, &bolt, for_acme.clone()).await, 403, Code::KeyRefused);
    // The page cannot say at confirmation what is to be opened: the body has no place for it.
    let path = format!("/v1/intents/{}/confirm", acme["ceremony"].as_str().unwrap());
    let smuggled = json!({"credential": for_acme, "intent": open_read_write("bolt", grants[1])});
    refused(house.as_person(&csm, "POST", &path, Some(smuggled)).await, 400, Code::BadRequest);
    let opened = ok(house.confirm_with(&csm, &acme, for_acme).await);
    assert_eq!(opened["opened"]["session"]["account"], "acme");
    let wrong_grant = house.begin(&csm, open_read_write("acme", grants[1])).await;
    assert_eq!(denied(wrong_grant), "touch-for-something-else");
}

#[tokio::test]
async fn an_intent_is_decided_again_when_it_is_confirmed() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut csm = house.staff(&mut admin, "cleo", &["csm"]).await;
    house.account("acme", Plan::Premium).await;
    ok(house.intend(&mut admin, json!({"do": "assign-primary-csm", "account": "acme", "staff": "cleo"})).await);
    let grant = house.switch_on("acme", "customer-success-team-access").await;
    let begun = ok(house.begin(&csm, open_read_write("acme", grant)).await);
    house.switch_off("acme", "customer-success-team-access").await;
    assert_eq!(denied(house.confirm(&mut csm, &begun).await), "not-granted");
    let begun = ok(house.begin(&csm, json!({"do": "revoke-key", "key": csm.key_serial})).await);
    let credential = csm.key.touch(&begun["options"]);
    refused(house.confirm_with(&admin, &begun, credential).await, 410, Code::CeremonyGone);
}

#[tokio::test]
async fn an_admin_who_lost_the_role_meanwhile_changes_nothing() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut second = house.staff(&mut admin, "bea", &["security-admin"]).await;
    let begun = ok(house.begin(&second, json!({"do": "suspend", "staff": "ada"})).await);
    ok(house.intend(&mut admin, json!({"do": "take-role", "staff": "bea", "role": "security-admin"})).await);
    assert_eq!(denied(house.confirm(&mut second, &begun).await), "no-role");
    ok(house.as_person(&admin, "GET", "/v1/keys", None).await);
}

#[tokio::test]
async fn one_touch_revokes_many_keys_and_ends_many_sessions_after_naming_what_ends() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let one = house.staff(&mut admin, "cleo", &["csm"]).await;
    let two = house.staff(&mut admin, "dan", &["csm"]).await;
    house.account("acme", Plan::Premium).await;
    house.switch_on("acme", "customer-success-team-access").await;
    let mut opened = Vec::new();
    for who in [&one, &two] {
        opened.push(ok(house.open_read_only(who, "acme").await)["session"]["serial"].as_u64().unwrap());
    }
    let sessions = json!({"do": "end-sessions", "sessions": [opened[0], opened[0], opened[1]]});
    let begun = ok(house.begin(&admin, sessions).await);
    assert_eq!(begun["effects"]["sessions"], json!(opened));
    ok(house.confirm(&mut admin, &begun).await);
    let begun = ok(house.begin(&admin, json!({"do": "end-sessions", "sessions": opened})).await);
    assert_eq!(begun["effects"]["sessions"], json!([]));
    refused(house.confirm(&mut admin, &begun).await, 409, Code::Conflict);
    let too_many: Vec<u64> = (1..=501).collect();
    let asked = house.begin(&admin, json!({"do": "revoke-keys", "keys": too_many})).await;
    refused(asked, 400, Code::BadRequest);
    let keys = json!([one.key_serial, admin.key_serial, two.key_serial]);
    let begun = ok(house.begin(&admin, json!({"do": "revoke-keys", "keys": keys})).await);
    assert_eq!((&begun["effects"]["sign_ins"], &begun["effects"]["last_admin_key"]), (&json!(3), &json!(true)));
    ok(house.confirm(&mut admin, &begun).await);
    for who in [&one, &two, &admin] {
        refused(house.as_person(who, "GET", "/v1/keys", None).await, 401, Code::NotSignedIn);
    }
}

#[tokio::test]
async fn a_ceremony_of_one_kind_serves_no_other() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let begun = ok(house.begin(&admin, json!({"do": "revoke-key", "key": admin.key_serial})).await);
    let answer = json!({"ceremony": begun["ceremony"], "credential": admin.key.touch(&begun["options"])});
    let signing_in = house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer)).await;
    refused(signing_in, 410, Code::CeremonyGone);
}

#[tokio::test]
async fn keys_of_untrusted_models_and_used_codes_are_refused() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    ok(house.intend(&mut admin, json!({"do": "add-staff", "staff": "sam", "handle": "sam", "name": "Sam"})).await);
    let issued = ok(house.intend(&mut admin, json!({"do": "issue-enrolment-code", "staff": "sam"})).await);
    let code = json!({"code": issued["code"]});
    let begin = || house.send("POST", "/v1/enrolments/begin", None, None, Some(&code));
    let finish = |begun: &Value, key: &mut house::Key| {
        let answer = json!({"ceremony": begun["ceremony"], "credential": key.register(&begun["options"]), "name": "k"});
        let house = &house;
        async move { house.send("POST", "/v1/enrolments/finish", None, None, Some(&answer)).await }
    };
    refused(finish(&ok(begin().await), &mut foreign_key()).await, 403, Code::KeyRefused);
    let (one, two) = (ok(begin().await), ok(begin().await));
    ok(finish(&one, &mut house.new_key()).await);
    refused(finish(&two, &mut house.new_key()).await, 403, Code::CodeRefused);
    refused(begin().await, 403, Code::CodeRefused);
}

#[tokio::test]
async fn an_unknown_handle_is_answered_like_a_known_one() {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let begin = |handle: &'static str| {
        let house = &house;
        async move { ok(house.send("POST", "/v1/sign-ins/begin", None, None, Some(&json!({"handle": handle}))).await) }
    };
    let shape = |value: &Value| -> Vec<String> {
        let public = value["options"]["publicKey"].as_object().unwrap();
        public
            .iter()
            .map(|(name, value)| {
                if name == "challenge" || name == "allowCredentials" { name.clone() } else { format!("{name}={value}") }
            })
            .collect()
    };
    let (known, unknown) = (begin("ada@vendor").await, begin("nobody").await);
    assert_eq!(shape(&known), shape(&unknown));
    let credential = |begun: &Value| begun["options"]["publicKey"]["allowCredentials"].clone();
    let names = |begun: &Value| -> Vec<String> { credential(begun)[0].as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(credential(&unknown), credential(&begin("nobody").await), "the same each time");
    let touched = admin.key.touch(&known["options"]);
    let answer = json!({"ceremony": unknown["ceremony"], "credential": touched});
    let refusal = house.send("POST", "/v1/sign-ins/finish", None, Some([1; 32]), Some(&answer)).await;
    refused(refusal, 403, Code::KeyRefused);
}
