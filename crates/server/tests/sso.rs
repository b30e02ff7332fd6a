//! Signing in at one's own company: what is asked, what is taken, and each way in which it is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod company;
mod customers;
mod house;

use company::{Company, ISSUER, Lie};
use customers::{Browser, Customers, PASSWORD};
use doorward_core::time::Millis;
use house::House;
use serde_json::{Value, json};

/// Acme, which signs its own people in, and its admin Ada.
async fn acme() -> (Customers, Company) {
    let company = Company::new();
    let site = Customers::of(House::with(company.providers()).await).await;
    member(&site, "ada", "account-admin").await;
    (site, company)
}

async fn member(site: &Customers, user: &str, membership: &str) {
    let put = json!({"email": format!("{user}@acme.example"), "name": user, "membership": membership});
    let path = format!("/v1/vendor/accounts/acme/users/{user}");
    assert_eq!(site.house.as_vendor("PUT", &path, put).await.0, 204);
}

/// Where the page sends a browser that gave Ada's address.
async fn sent_away(site: &Customers, browser: &mut Browser) -> String {
    let seen = browser.sign_in(site, "ada", "").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let to = seen.text.split_once("class=\"button\" href=\"").expect("a way").1.split_once('"').unwrap().0;
    to.replace("&amp;", "&").replace("&#38;", "&")
}

async fn signed_in(site: &Customers, company: &Company) -> Browser {
    let mut browser = Browser::default();
    let back = company.sends_back(&sent_away(site, &mut browser).await);
    let seen = browser.get(site, &back).await;
    assert_eq!(seen.to, "/", "{}", seen.text);
    browser
}

#[tokio::test]
async fn sso_asks_no_second_factor_of_ours_and_its_session_does_not_expire_by_us() {
    let (site, company) = acme().await;
    let mut browser = signed_in(&site, &company).await;
    assert!(browser.get(&site, "/settings/privacy").await.text.contains("Support Team Access"));
    assert!(site.mail().await.iter().all(|mail| mail.subject == "You are invited" && !mail.text.contains("link=")));
    site.house.clock.advance(Millis::days(300));
    let seen = browser.get(&site, "/settings/sessions").await;
    assert!(seen.status == 200 && seen.text.contains("When your company") && !seen.text.contains("data-ends"));
    assert_eq!(browser.post(&site, "/settings/security/begin", &[]).await.status, 422);
}

#[tokio::test]
async fn a_session_of_sso_ends_by_revocation() {
    let (site, company) = acme().await;
    member(&site, "bea", "account-admin").await;
    let mut out = signed_in(&site, &company).await;
    let kept = out.clone();
    assert_eq!(out.post(&site, "/sign-out", &[]).await.to, "/sign-in?said=signed-out");
    assert_eq!(kept.clone().get(&site, "/settings/privacy").await.to, "/sign-in");
    let mut ada = signed_in(&site, &company).await;
    company.signs_in("bea@acme.example");
    let mut bea = signed_in(&site, &company).await;
    bea.post(&site, "/settings/members/ada/remove", &[]).await;
    assert_eq!(ada.get(&site, "/settings/privacy").await.to, "/sign-in");
    assert_eq!(bea.get(&site, "/settings/privacy").await.status, 200);
    site.house.as_vendor("DELETE", "/v1/vendor/accounts/acme", json!({})).await;
    assert_eq!(bea.get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn a_user_of_sso_cannot_use_a_password() {
    let mut site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    Browser::default().post(&site, "/forgot-password", &[("email", "ada@acme.example")]).await;
    let link = site.mailed("ada", "choose-password").await;
    // From now on the company signs them in. Ada's address is not even of its domains.
    let mut providers = Company::new().providers();
    providers.all[0].domains = vec!["corp.example".to_owned()];
    site.house.providers = providers;
    let site = Customers::of(site.house.killed()).await;
    assert_eq!(ada.get(&site, "/settings/privacy").await.to, "/sign-in", "what a password opened is over");
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.status, 403);
    let form = [("link", link.as_str()), ("password", "nine loud magpies 57")];
    assert_eq!(Browser::default().post(&site, "/choose-password", &form).await.status, 410);
    Browser::default().post(&site, "/forgot-password", &[("email", "ada@acme.example")]).await;
    assert!(site.mail().await.is_empty(), "no link to a password goes out");
}

#[tokio::test]
async fn an_admin_of_sso_invites_addresses_of_the_company_alone() {
    let (site, company) = acme().await;
    let mut ada = signed_in(&site, &company).await;
    let invite = |email: &'static str| [("email", email), ("name", "New"), ("membership", "member")];
    let other = ada.post(&site, "/settings/members", &invite("new@other.example")).await;
    assert!(other.status == 422 && other.text.contains("not of its domains"));
    assert_eq!(ada.post(&site, "/settings/members", &invite("new@acme.example")).await.status, 303);
    company.signs_in("new@acme.example");
    signed_in(&site, &company).await;
}

#[tokio::test]
async fn what_comes_back_serves_once_in_ten_minutes_in_the_browser_that_left() {
    let (site, company) = acme().await;
    let mut browser = Browser::default();
    let back = company.sends_back(&sent_away(&site, &mut browser).await);
    // The state of another browser, and of none.
    let mut other = Browser::default();
    sent_away(&site, &mut other).await;
    assert_eq!(other.get(&site, &back).await.status, 410);
    assert_eq!(Browser::default().get(&site, &back).await.status, 410);
    assert_eq!(browser.clone().get(&site, "/sign-in/sso").await.status, 410);
    let mut again = browser.clone();
    assert_eq!(browser.get(&site, &back).await.to, "/");
    // Replayed.
    assert_eq!(again.get(&site, &back).await.status, 410);
    let mut late = Browser::default();
    let back = company.sends_back(&sent_away(&site, &mut late).await);
    site.house.clock.advance(Millis::minutes(10));
    assert_eq!(late.get(&site, &back).await.status, 410);
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused() {
    let (site, company) = acme().await;
    let lies = [
        ("wrong aud", Lie::Claim("aud", json!("somebody-else"))),
        ("another aud beside ours", Lie::Claim("aud", json!(["doorward", "somebody-else"]))),
        ("no aud", Lie::Claim("aud", json!([]))),
        ("wrong nonce", Lie::Claim("nonce", json!("of another sign-in"))),
        ("no nonce", Lie::Claim("nonce", Value::Null)),
        ("expired", Lie::Claim("exp", json!(house::START.0 / 1_000))),
        ("no end", Lie::Claim("exp", Value::Null)),
        ("wrong issuer", Lie::Claim("iss", json!("https://idp.evil.example"))),
        ("address of another domain", Lie::Claim("email", json!("ada@other.example"))),
        ("address not verified", Lie::Claim("email_verified", json!(false))),
        ("no address", Lie::Claim("email", Value::Null)),
        ("nobody", Lie::Claim("sub", json!(""))),
        ("no sub", Lie::Claim("sub", Value::Null)),
        ("no member", Lie::Claim("email", json!("nobody@acme.example"))),
        ("alg none", Lie::AlgNone),
        ("by the client's secret", Lie::ByClientSecret),
        ("forged key", Lie::ForgedKey),
        ("unknown key", Lie::UnknownKey),
    ];
    for (name, lie) in lies {
        company.lies(lie);
        let mut browser = Browser::default();
        let back = company.sends_back(&sent_away(&site, &mut browser).await);
        let seen = browser.get(&site, &back).await;
        assert!(seen.status == 403 && seen.text.contains("did not confirm"), "{name}: {}", seen.status);
        assert_eq!(browser.get(&site, "/settings/privacy").await.to, "/sign-in", "{name}");
    }
    company.lies(Lie::None);
    signed_in(&site, &company).await;
}

/// What the page says to whoever the company sends back now.
async fn refused_as_another(site: &Customers, company: &Company) {
    let mut browser = Browser::default();
    let back = company.sends_back(&sent_away(site, &mut browser).await);
    let seen = browser.get(site, &back).await;
    assert!(seen.status == 403 && seen.text.contains("names somebody else"), "{}", seen.text);
    assert_eq!(browser.get(site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn who_signed_in_first_is_bound_and_an_address_that_was_given_to_another_lets_nobody_in_until_an_admin_says_so() {
    let (site, company) = acme().await;
    member(&site, "bea", "account-admin").await;
    let mut ada = signed_in(&site, &company).await;
    company.names("another");
    refused_as_another(&site, &company).await;
    assert_eq!(ada.get(&site, "/settings/privacy").await.status, 200, "who signed in first stays");
    company.signs_in("bea@acme.example");
    let mut bea = signed_in(&site, &company).await;
    // Nor is one person two members.
    company.signs_in("ada@acme.example");
    company.names("whoever has bea@acme.example");
    refused_as_another(&site, &company).await;
    assert_eq!(bea.get(&site, "/settings/members").await.text.matches("Forget who signs in").count(), 2);
    let unbound = bea.post(&site, "/settings/members/ada/unbind", &[]).await;
    assert_eq!(unbound.to, "/settings/members?said=unbound");
    assert_eq!(ada.get(&site, "/settings/privacy").await.to, "/sign-in", "signed out everywhere");
    refused_as_another(&site, &company).await;
    company.names("another");
    signed_in(&site, &company).await;
    company.signs_in("ada@acme.example");
    refused_as_another(&site, &company).await;
    assert_eq!(bea.get(&site, "/settings/members").await.text.matches("Forget who signs in").count(), 2);
    member(&site, "eve", "member").await;
    assert_eq!(bea.post(&site, "/settings/members/eve/unbind", &[]).await.status, 422, "never bound");
}

#[tokio::test]
async fn a_member_who_is_registered_anew_and_one_whose_company_moves_to_another_provider_are_bound_anew() {
    let (mut site, company) = acme().await;
    signed_in(&site, &company).await;
    company.names("another");
    refused_as_another(&site, &company).await;
    site.house.as_vendor("DELETE", "/v1/vendor/accounts/acme/users/ada", json!({})).await;
    member(&site, "ada", "account-admin").await;
    signed_in(&site, &company).await;
    company.signs_in("ada@acme.example");
    refused_as_another(&site, &company).await;
    // Of another provider's names nothing is known.
    let moved = Company::at("https://login.acme.example");
    site.house.providers = moved.providers();
    let site = Customers::of(site.house.killed()).await;
    signed_in(&site, &moved).await;
    moved.names("another");
    refused_as_another(&site, &moved).await;
}

#[tokio::test]
async fn an_address_that_is_kept_for_the_access_token_is_asked_for_and_must_be_of_the_same_person() {
    let (sub, email) = ("whoever has ada@acme.example", "ada@acme.example");
    for told in [
        json!({"sub": "another", "email": email, "email_verified": true}),
        json!({"email": email, "email_verified": true}),
        json!({"sub": sub, "email": email, "email_verified": false}),
        json!({"sub": sub, "email": "ada@other.example", "email_verified": true}),
        json!({"sub": sub}),
    ] {
        let (site, company) = acme().await;
        company.tells(told.clone());
        let mut browser = Browser::default();
        let back = company.sends_back(&sent_away(&site, &mut browser).await);
        let seen = browser.get(&site, &back).await;
        assert!(seen.status == 403 && seen.text.contains("did not confirm"), "{told}: {}", seen.status);
    }
    let (site, company) = acme().await;
    company.tells(json!({"sub": sub, "email": "ADA@acme.example", "email_verified": true}));
    signed_in(&site, &company).await;
}

#[tokio::test]
async fn what_another_provider_says_is_not_taken_nor_its_no() {
    let (site, company) = acme().await;
    let mut browser = Browser::default();
    let back = company.sends_back(&sent_away(&site, &mut browser).await);
    assert_eq!(browser.get(&site, &back.replace(ISSUER, "https://idp.evil.example")).await.status, 403);
    let back = company.sends_back(&sent_away(&site, &mut browser).await);
    let no = back.split("&code").next().unwrap().to_owned() + "&error=access_denied";
    assert_eq!(browser.get(&site, &no).await.status, 403);
    assert_eq!(browser.get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn an_address_of_another_account_is_not_signed_in_by_this_company() {
    let (site, company) = acme().await;
    let put = json!({"name": "Bolt", "plan": "standard"});
    site.house.as_vendor("PUT", "/v1/vendor/accounts/bolt", put).await;
    let bob = json!({"email": "bob@acme.example", "name": "bob", "membership": "account-admin"});
    site.house.as_vendor("PUT", "/v1/vendor/accounts/bolt/users/bob", bob).await;
    // Nor is a member whose address is of a domain that the company does not speak for.
    let guest = json!({"email": "guest@other.example", "name": "guest", "membership": "member"});
    site.house.as_vendor("PUT", "/v1/vendor/accounts/acme/users/guest", guest).await;
    for email in ["bob@acme.example", "guest@other.example"] {
        company.signs_in(email);
        let mut browser = Browser::default();
        let back = company.sends_back(&sent_away(&site, &mut browser).await);
        assert_eq!(browser.get(&site, &back).await.status, 403, "{email}");
    }
}

#[tokio::test]
async fn keys_are_remembered_and_asked_for_again_once_when_one_is_unknown() {
    let (site, company) = acme().await;
    for _ in 0..3 {
        signed_in(&site, &company).await;
    }
    assert_eq!(company.keys_asked(), 1);
    company.turns_key();
    // Just asked: not yet again.
    let mut browser = Browser::default();
    let back = company.sends_back(&sent_away(&site, &mut browser).await);
    assert_eq!(browser.get(&site, &back).await.status, 403);
    assert_eq!(company.keys_asked(), 1);
    site.house.clock.advance(Millis::minutes(1));
    signed_in(&site, &company).await;
    assert_eq!(company.keys_asked(), 2);
    for _ in 0..3 {
        company.lies(Lie::UnknownKey);
        let back = company.sends_back(&sent_away(&site, &mut browser).await);
        assert_eq!(browser.get(&site, &back).await.status, 403);
    }
    assert_eq!(company.keys_asked(), 2);
}

#[tokio::test]
async fn a_company_that_says_of_itself_what_cannot_be_taken_lets_nobody_in() {
    for (what, value) in [
        ("issuer", "https://idp.evil.example"),
        ("issuer", "https://idp.acme.example/"),
        ("authorization_endpoint", "http://idp.acme.example/authorize"),
        ("token_endpoint", "http://idp.acme.example/token"),
        ("userinfo_endpoint", "http://idp.acme.example/me"),
    ] {
        let (site, company) = acme().await;
        company.says(what, value);
        let seen = Browser::default().sign_in(&site, "ada", "").await;
        assert!(seen.status == 503 && seen.text.contains("cannot be reached"), "{what}: {}", seen.text);
        assert!(!seen.text.contains("idp."), "{what}");
    }
}

#[tokio::test]
async fn a_company_that_does_not_answer_is_told_and_lets_nobody_in() {
    let (site, company) = acme().await;
    company.is_up(false);
    let seen = Browser::default().sign_in(&site, "ada", PASSWORD).await;
    assert!(seen.status == 503 && seen.text.contains("cannot be reached"));
    company.is_up(true);
    signed_in(&site, &company).await;
}
