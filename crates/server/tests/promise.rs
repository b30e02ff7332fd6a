//! The sign-in promise to customers, row by row: what stays, what ends, and what is refused on the way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod house;

use axum::http::{Request, StatusCode};
use customers::{Browser, Customers, PASSWORD};
use doorward_core::time::Millis;
use serde_json::Value;

const HOURS: u64 = 3_600_000;
/// Two hours before a session's end.
const WARNED: Millis = Millis(14 * 24 * HOURS - 2 * HOURS);

/// The code in the newest mail that asks for one.
async fn mailed_code(site: &Customers) -> String {
    let mails = site.mail().await;
    let mail = mails.iter().rfind(|mail| mail.subject == "Your code to stay signed in").expect("a code");
    mail.text.lines().find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned()
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// Password given again; the code is on its way.
async fn asked_again(site: &Customers, browser: &mut Browser) -> String {
    assert_eq!(browser.post(site, "/session/renew", &[("password", PASSWORD)]).await.to, "/session/renew/code");
    mailed_code(site).await
}

async fn is_in(site: &Customers, browser: &Browser) -> bool {
    browser.clone().get(site, "/settings/privacy").await.status == 200
}

async fn standing(site: &Customers, browser: &Browser) -> Value {
    serde_json::from_str(&browser.clone().get(site, "/session").await.text).unwrap()
}

async fn admin() -> (Customers, Browser) {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let browser = site.signed_in("ada").await;
    (site, browser)
}

#[tokio::test]
async fn two_hours_before_the_end_the_page_asks_and_not_earlier() {
    let (site, mut browser) = admin().await;
    let hidden = "id=\"ending\" hidden";
    site.house.clock.advance(Millis(WARNED.0 - 1));
    assert!(browser.get(&site, "/settings/privacy").await.text.contains(hidden));
    site.house.clock.advance(Millis(1));
    let seen = browser.get(&site, "/settings/privacy").await;
    assert!(!seen.text.contains(hidden) && seen.text.contains("You are signed out in <span data-left>2 hours</span>"));
}

#[tokio::test]
async fn password_and_mailed_code_stay_signed_in_for_another_fourteen_days() {
    let (site, mut browser) = admin().await;
    site.house.clock.advance(WARNED);
    let (old, before) = (browser.clone(), standing(&site, &browser).await);
    let code = asked_again(&site, &mut browser).await;
    assert_eq!(browser.post(&site, "/session/renew/code", &[("code", &code)]).await.to, "/settings/privacy?said=stays");
    let after = standing(&site, &browser).await;
    assert_eq!(after["session"], before["session"], "the same session");
    assert_eq!(after["ends"].as_u64().unwrap() - after["now"].as_u64().unwrap(), 14 * 24 * HOURS);
    assert!(!is_in(&site, &old).await, "its old secret opens nothing");
    assert_eq!(browser.get(&site, "/settings/sessions").await.text.matches("/end\"").count(), 1, "no second session");
    site.house.clock.advance(Millis(14 * 24 * HOURS - 1));
    assert!(is_in(&site, &browser).await);
    site.house.clock.advance(Millis(1));
    assert!(!is_in(&site, &browser).await);
}

#[tokio::test]
async fn staying_without_the_password_or_with_a_wrong_one_is_refused() {
    let (site, mut browser) = admin().await;
    assert_eq!(browser.post(&site, "/session/renew", &[("password", "seven quiet herons 42")]).await.status, 403);
    assert_eq!(browser.post(&site, "/session/renew/code", &[("code", "123456")]).await.status, 410);
    assert!(site.mail().await.is_empty());
}

#[tokio::test]
async fn a_wrong_code_to_stay_is_refused_and_five_shut_the_door() {
    let (site, mut browser) = admin().await;
    let code = asked_again(&site, &mut browser).await;
    for _ in 0..5 {
        let seen = browser.post(&site, "/session/renew/code", &[("code", other_than(&code))]).await;
        assert_eq!(seen.status, 403);
    }
    assert_eq!(browser.post(&site, "/session/renew/code", &[("code", &code)]).await.status, 410);
}

#[tokio::test]
async fn a_code_to_stay_is_good_for_fifteen_minutes_serves_once_and_signs_nobody_in() {
    let (site, mut browser) = admin().await;
    let code = asked_again(&site, &mut browser).await;
    assert_eq!(browser.clone().post(&site, "/sign-in/code", &[("code", &code)]).await.status, 410);
    let code = asked_again(&site, &mut browser).await;
    let mut again = browser.clone();
    assert!(browser.post(&site, "/session/renew/code", &[("code", &code)]).await.to.contains("said=stays"));
    again.cookies.retain(|(name, _)| name.ends_with("waiting"));
    again.cookies.extend(browser.cookies.iter().filter(|(name, _)| !name.ends_with("waiting")).cloned());
    assert_eq!(again.post(&site, "/session/renew/code", &[("code", &code)]).await.status, 410);
    let code = asked_again(&site, &mut browser).await;
    site.house.clock.advance(Millis::minutes(15));
    assert_eq!(browser.post(&site, "/session/renew/code", &[("code", &code)]).await.status, 410);
}

#[tokio::test]
async fn a_code_to_stay_is_refused_in_a_browser_that_did_not_ask_and_to_another_user() {
    let (site, mut ada) = admin().await;
    site.user("eve", "member").await;
    let mut elsewhere = site.signed_in("ada").await;
    let mut eve = site.signed_in("eve").await;
    let code = asked_again(&site, &mut ada).await;
    assert_eq!(elsewhere.post(&site, "/session/renew/code", &[("code", &code)]).await.status, 410);
    eve.cookies.extend(ada.cookies.iter().filter(|(name, _)| name.ends_with("waiting")).cloned());
    assert_eq!(eve.post(&site, "/session/renew/code", &[("code", &code)]).await.status, 410);
    assert!(ada.post(&site, "/session/renew/code", &[("code", &code)]).await.to.contains("said=stays"));
}

#[tokio::test]
async fn staying_after_the_end_or_after_signing_out_everywhere_is_refused() {
    let (site, mut late) = admin().await;
    site.house.clock.advance(Millis(14 * 24 * HOURS - 1));
    let code = asked_again(&site, &mut late).await;
    site.house.clock.advance(Millis(1));
    assert_eq!(late.post(&site, "/session/renew/code", &[("code", &code)]).await.to, "/sign-in");
    let (mut one, mut two) = (site.signed_in("ada").await, site.signed_in("ada").await);
    let code = asked_again(&site, &mut one).await;
    two.post(&site, "/settings/sessions/end-all", &[]).await;
    assert_eq!(one.post(&site, "/session/renew/code", &[("code", &code)]).await.to, "/sign-in");
    assert!(!is_in(&site, &one).await);
}

#[tokio::test]
async fn staying_by_a_form_of_another_site_is_refused() {
    let (site, mut browser) = admin().await;
    for path in ["/session/renew", "/session/renew/code"] {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        let seen = browser.ask(&site, request, format!("password={PASSWORD}&code=123456")).await;
        assert!(seen.status == 403 && seen.text.contains("This came from another page"), "{path}");
    }
    assert!(site.mail().await.is_empty());
}

#[tokio::test]
async fn a_script_is_told_codes_and_no_words() {
    let (site, mut browser) = admin().await;
    let ask = |path: &str| {
        Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("accept", "application/json")
    };
    let wrong = browser.ask(&site, ask("/session/renew"), "password=wrong".to_owned()).await;
    assert_eq!((wrong.status.as_u16(), wrong.text.as_str()), (403, r#"{"code":"key-refused"}"#));
    let right = browser.ask(&site, ask("/session/renew"), format!("password={}", PASSWORD.replace(' ', "+"))).await;
    assert_eq!((right.status.as_u16(), right.text.as_str()), (200, r#"{"next":"mailed-code"}"#));
    let code = mailed_code(&site).await;
    let wrong = browser.ask(&site, ask("/session/renew/code"), format!("code={}", other_than(&code))).await;
    assert_eq!((wrong.status.as_u16(), wrong.text.as_str()), (403, r#"{"code":"code-refused"}"#));
    assert_eq!(browser.ask(&site, ask("/session/renew/code"), format!("code={code}")).await.status, 200);
    let nobody = Browser::default().get(&site, "/session").await;
    assert_eq!((nobody.status.as_u16(), nobody.text.as_str()), (401, r#"{"code":"not-signed-in"}"#));
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_one_by_one_or_all_and_nobody_elses() {
    let (site, mut one) = admin().await;
    site.user("eve", "member").await;
    let (two, mut eve) = (site.signed_in("ada").await, site.signed_in("eve").await);
    let listed = one.get(&site, "/settings/sessions").await.text;
    assert_eq!((listed.matches("/end\"").count(), listed.matches("This browser").count()), (2, 1));
    let number = standing(&site, &two).await["session"].as_i64().unwrap();
    let path = format!("/settings/sessions/{number}/end");
    assert_eq!(eve.post(&site, &path, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(is_in(&site, &two).await);
    assert_eq!(one.post(&site, &path, &[]).await.to, "/settings/sessions");
    assert!(is_in(&site, &one).await && !is_in(&site, &two).await);
    let three = site.signed_in("ada").await;
    one.post(&site, "/settings/sessions/end-all", &[]).await;
    assert!(!is_in(&site, &one).await && !is_in(&site, &three).await && is_in(&site, &eve).await);
}

#[tokio::test]
async fn a_password_that_is_short_long_common_made_of_names_or_soon_guessed_is_refused_with_the_reason() {
    let (site, mut browser) = admin().await;
    browser.post(&site, "/forgot-password", &[("email", "ada@acme.example")]).await;
    let link = site.mailed("ada", "choose-password").await;
    let long = format!("{}{}", "seven quiet herons 41 ".repeat(11), "nine loud magpi");
    assert_eq!(long.len(), 257);
    for (bad, why) in [
        ("7 q hr 41", "too short: ten characters"),
        ("\u{e4}\u{f6}\u{fc} qx vh", "too short: ten characters"),
        (&long, "too long: 256 bytes"),
        ("VRBGQns997", "Very many people have this password"),
        ("Password123", "Very many people have this password"),
        ("ada@acme.example", "made of your own name"),
        ("4da-4cme-2026!", "made of your own name"),
        ("Northwind 2026", "made of your own name"),
        ("doorward!doorward", "made of your own name"),
        ("account.test.1", "made of your own name"),
        ("ada ada quiet", "would soon be guessed"),
        ("mnbvcxzlkjh", "would soon be guessed"),
    ] {
        let seen = browser.post(&site, "/choose-password", &[("link", &link), ("password", bad)]).await;
        assert!(seen.status == 422 && seen.text.contains(why), "{bad}: {}", seen.text);
    }
    assert!(is_in(&site, &browser).await, "nothing was changed");
}

#[tokio::test]
async fn a_password_of_ten_characters_and_one_of_256_bytes_are_taken_and_sign_in() {
    for good in ["7 q hr 41 v", "seven quiet herons 41 seven quiet herons 41 "] {
        let good = if good.len() > 11 { good.repeat(6)[..256].to_owned() } else { good[..10].to_owned() };
        let (site, mut browser) = admin().await;
        browser.post(&site, "/forgot-password", &[("email", "ada@acme.example")]).await;
        let link = site.mailed("ada", "choose-password").await;
        let chosen = browser.post(&site, "/choose-password", &[("link", &link), ("password", &good)]).await;
        assert_eq!(chosen.to, "/sign-in?said=password-chosen", "{}: {}", good.len(), chosen.text);
        assert_eq!(browser.sign_in(&site, "ada", &good).await.to, "/sign-in/check");
    }
}

#[tokio::test]
async fn sixty_failed_tries_make_a_network_wait() {
    let (site, _) = admin().await;
    for nobody in 0..60 {
        let seen = Browser::default().sign_in(&site, &format!("nobody{nobody}"), "wrong wrong wrong").await;
        assert_eq!(seen.status, 403);
    }
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.status, 429);
    site.house.clock.advance(Millis::minutes(15));
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.to, "/sign-in/check");
}
