//! Members: who changes them, what is never done, and that a card number is kept nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod house;

use axum::http::StatusCode;
use customers::{Browser, Customers, PASSWORD, Seen};
use doorward_core::{grant::Plan, time::Millis, wire::Code};
use house::{ok, refused};
use serde_json::json;

const CARD: &str = "4242 4242 4242 4242";

async fn invite(site: &Customers, browser: &mut Browser, email: &str, more: &[(&str, &str)]) -> Seen {
    let mut form = vec![("email", email), ("name", "New Person"), ("membership", "member")];
    form.extend(more);
    browser.post(site, "/settings/members", &form).await
}

/// The id of the member with this address, from the page.
async fn id_of(site: &Customers, browser: &mut Browser, email: &str) -> String {
    let page = browser.get(site, "/settings/members").await.text;
    let (before, _) = page.split_once(email).expect("a member");
    before.rsplit_once("aria-labelledby=\"of-").unwrap().1.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_admin_invites_and_the_invited_signs_in() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    let seen = invite(&site, &mut ada, "New@acme.example", &[("permission", "on")]).await;
    assert_eq!(seen.to, "/settings/members?said=invited", "{}", seen.text);
    assert!(ada.get(&site, "/settings/members").await.text.contains("Invited, until"));
    let link = site.mailed("new", "choose-password").await;
    Browser::default().post(&site, "/choose-password", &[("link", &link), ("password", PASSWORD)]).await;
    let mut new = site.signed_in("new").await;
    let on = new.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    assert_eq!(on.to, "/settings/privacy?said=on", "the permission was given");
    assert_eq!(new.get(&site, "/settings/members").await.status, 403);
    assert!(!ada.get(&site, "/settings/members").await.text.contains("Invited, until"));
}

#[tokio::test]
async fn a_newer_invitation_takes_the_place_of_the_first_and_ends_after_seven_days() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    invite(&site, &mut ada, "new@acme.example", &[]).await;
    let first = site.mailed("new", "choose-password").await;
    let again = format!("/settings/members/{}/invite", id_of(&site, &mut ada, "new@acme.example").await);
    assert_eq!(ada.post(&site, &again, &[]).await.to, "/settings/members?said=invited");
    let second = site.mailed("new", "choose-password").await;
    let choose = |link: String| {
        let site = &site;
        async move {
            Browser::default().post(site, "/choose-password", &[("link", &link), ("password", PASSWORD)]).await.status
        }
    };
    assert_eq!(choose(first).await, 410);
    site.house.clock.advance(Millis::days(7));
    assert_eq!(choose(second).await, 410);
    assert!(ada.get(&site, "/settings/members").await.text.contains("The invitation has run out"));
    ada.post(&site, &again, &[]).await;
    let third = site.mailed("new", "choose-password").await;
    assert_eq!(choose(third).await, StatusCode::SEE_OTHER);
    assert_eq!(ada.post(&site, &again, &[]).await.status, 422, "who has joined is invited no more");
}

#[tokio::test]
async fn a_change_and_a_removal_hold_at_once() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    site.user("eve", "member").await;
    let (mut ada, mut eve) = (site.signed_in("ada").await, site.signed_in("eve").await);
    assert_eq!(eve.get(&site, "/settings/members").await.status, 403);
    let form = [("name", "Eve Elder"), ("membership", "admin")];
    assert_eq!(ada.post(&site, "/settings/members/eve", &form).await.to, "/settings/members?said=changed");
    assert!(eve.get(&site, "/settings/members").await.text.contains("Eve Elder"));
    let form = [("name", "Eve Elder"), ("membership", "member")];
    ada.post(&site, "/settings/members/eve", &form).await;
    assert_eq!(eve.get(&site, "/settings/members").await.status, 403);
    let gone = ada.post(&site, "/settings/members/eve/remove", &[]).await;
    assert_eq!(gone.to, "/settings/members?said=removed");
    assert_eq!(eve.get(&site, "/settings/privacy").await.to, "/sign-in");
    assert_eq!(ada.post(&site, "/settings/members/eve/remove", &[]).await.status, 404);
}

#[tokio::test]
async fn the_last_admin_who_can_sign_in_stays() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    // An admin who was only invited could not sign in.
    invite(&site, &mut ada, "new@acme.example", &[]).await;
    let new = id_of(&site, &mut ada, "new@acme.example").await;
    let form = [("name", "New"), ("membership", "admin")];
    ada.post(&site, &format!("/settings/members/{new}"), &form).await;
    for (path, form) in [
        ("/settings/members/ada/remove", vec![]),
        ("/settings/members/ada", vec![("name", "ada"), ("membership", "member")]),
    ] {
        let seen = ada.post(&site, path, &form).await;
        assert!(seen.status == 422 && seen.text.contains("keeps one admin"), "{path}: {}", seen.text);
    }
    assert_eq!(ada.get(&site, "/settings/members").await.status, 200);
    site.user("bea", "account-admin").await;
    assert_eq!(ada.post(&site, "/settings/members/ada/remove", &[]).await.to, "/settings/members?said=removed");
    assert_eq!(ada.get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn an_address_in_use_is_not_invited_and_trying_many_has_an_end() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    for _ in 0..30 {
        let seen = invite(&site, &mut ada, "ada@acme.example", &[]).await;
        assert!(seen.status == 422 && seen.text.contains("cannot be invited"));
    }
    assert_eq!(invite(&site, &mut ada, "new@acme.example", &[]).await.status, 429);
    assert!(site.mail().await.is_empty());
    site.house.clock.advance(Millis::minutes(15));
    assert_eq!(invite(&site, &mut ada, "new@acme.example", &[]).await.to, "/settings/members?said=invited");
    for bad in ["no address", "a@b", "a b@acme.example"] {
        assert_eq!(invite(&site, &mut ada, bad, &[]).await.status, 422, "{bad}");
    }
}

#[tokio::test]
async fn what_looks_like_a_card_number_is_kept_nowhere() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    for (path, form) in [
        ("/settings/members", vec![("email", "new@acme.example"), ("name", CARD), ("membership", "member")]),
        ("/settings/members", vec![("email", "4242424242424242@a.example"), ("name", "New"), ("membership", "member")]),
        ("/settings/members/ada", vec![("name", CARD), ("membership", "admin")]),
    ] {
        let seen = ada.post(&site, path, &form).await;
        assert!(seen.status == 422 && seen.text.contains("This looks like a card number"), "{}", seen.text);
        assert!(!seen.text.contains("4242"));
    }
    let house = &site.house;
    let user = json!({"email": "new@acme.example", "name": CARD, "membership": "member"});
    let on = json!({"by": {"user": "u", "name": CARD, "membership": "account-admin"}, "until": "indefinitely"});
    for (path, body) in [
        ("/v1/vendor/accounts/acme", json!({"name": CARD, "plan": "premium"})),
        ("/v1/vendor/accounts/acme/users/new", user),
        ("/v1/vendor/accounts/acme/settings/customer-success-team-access", on),
    ] {
        let problem = refused(house.as_vendor("PUT", path, body).await, 400, Code::BadRequest);
        assert!(problem.detail.is_some_and(|detail| detail.ends_with("name-card")), "{path}");
        assert!(problem.message.contains("card number") && !problem.message.contains("4242"));
    }
}

#[tokio::test]
async fn nor_is_it_in_a_reason_or_the_name_of_a_key() {
    let house = house::House::new().await;
    let mut admin = house.admin().await;
    let sam = house.staff(&mut admin, "sam", &["technical-support", "csm"]).await;
    house.account("acme", Plan::Premium).await;
    house.switch_on("acme", "support-team-access").await;
    let grant = house.switch_on("acme", "customer-success-team-access").await;
    for reason in [
        json!({"ticket": "T-1", "text": format!("paid by {CARD}")}),
        json!({"ticket": "4242-4242-4242-4242", "text": "as asked"}),
    ] {
        let wish = json!({"account": "acme", "reason": reason});
        let problem = refused(house.as_person(&sam, "POST", "/v1/sessions", Some(wish)).await, 400, Code::BadRequest);
        assert_eq!(problem.detail.as_deref(), Some("reason-card"));
        let write = json!({"do": "open-read-write", "account": "acme", "grant": grant, "reason": reason});
        let problem = refused(house.begin(&sam, write).await, 400, Code::BadRequest);
        assert_eq!(problem.detail.as_deref(), Some("reason-card"));
    }
    let issued = ok(house.intend(&mut admin, json!({"do": "issue-enrolment-code", "staff": "sam"})).await);
    let begin = json!({"code": issued["code"]});
    let begun = ok(house.send("POST", "/v1/enrolments/begin", None, None, Some(&begin)).await);
    let mut key = house.new_key();
    let credential = key.register(&begun["options"]);
    let named = json!({"ceremony": begun["ceremony"], "credential": credential, "name": CARD});
    refused(house.send("POST", "/v1/enrolments/finish", None, None, Some(&named)).await, 400, Code::BadRequest);
    let add = json!({"do": "add-staff", "staff": "kim", "handle": "kim@vendor", "name": CARD});
    refused(house.intend(&mut admin, add).await, 400, Code::BadRequest);
}
