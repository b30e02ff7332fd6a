//! The customers' side as its users find it: signing in, what they switch, and what the pages refuse.
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
use serde_json::json;

#[tokio::test]
async fn email_and_password_then_a_mailed_link_signs_in() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = site.signed_in("ada").await;
    let seen = browser.get(&site, "/settings/privacy").await;
    assert!(seen.status == 200 && seen.text.contains("Support Team Access"), "{}", seen.text);
    assert_eq!(Browser::default().get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn following_the_link_changes_nothing_and_it_serves_once() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = Browser::default();
    browser.sign_in(&site, "ada", PASSWORD).await;
    let link = site.mailed("ada", "sign-in/link").await;
    for _ in 0..3 {
        let seen = browser.get(&site, &format!("/sign-in/link?link={link}")).await;
        assert!(seen.text.contains("Confirm sign-in") && browser.cookies.len() == 1);
    }
    let mut waiting = browser.clone();
    assert_eq!(browser.post(&site, "/sign-in/link", &[("link", &link)]).await.to, "/");
    assert_eq!(waiting.post(&site, "/sign-in/link", &[("link", &link)]).await.status, 410);
}

#[tokio::test]
async fn opened_in_another_browser_the_link_shows_a_code_to_type_in_the_first() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let (mut first, mut second) = (Browser::default(), Browser::default());
    first.sign_in(&site, "ada", PASSWORD).await;
    let link = site.mailed("ada", "sign-in/link").await;
    let seen = second.get(&site, &format!("/sign-in/link?link={link}")).await;
    assert!(!seen.text.contains("Confirm sign-in"));
    let code = seen.text.split_once("aria-label=\"Code\">").unwrap().1[..6].to_owned();
    assert_eq!(second.post(&site, "/sign-in/link", &[("link", &link)]).await.status, 410);
    assert_eq!(second.post(&site, "/sign-in/code", &[("code", &code)]).await.status, 410);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(first.post(&site, "/sign-in/code", &[("code", wrong)]).await.status, 403);
    assert_eq!(first.post(&site, "/sign-in/code", &[("code", &code)]).await.to, "/");
}

#[tokio::test]
async fn five_wrong_codes_shut_the_door() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = Browser::default();
    browser.sign_in(&site, "ada", PASSWORD).await;
    let link = site.mailed("ada", "sign-in/link").await;
    let seen = Browser::default().get(&site, &format!("/sign-in/link?link={link}")).await;
    let code = seen.text.split_once("aria-label=\"Code\">").unwrap().1[..6].to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(browser.post(&site, "/sign-in/code", &[("code", wrong)]).await.status, 403);
    }
    assert_eq!(browser.post(&site, "/sign-in/code", &[("code", &code)]).await.status, 410);
}

#[tokio::test]
async fn a_link_is_good_for_fifteen_minutes_and_a_newer_one_takes_its_place() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = Browser::default();
    browser.sign_in(&site, "ada", PASSWORD).await;
    let first = site.mailed("ada", "sign-in/link").await;
    let mut again = browser.clone();
    again.sign_in(&site, "ada", PASSWORD).await;
    let second = site.mailed("ada", "sign-in/link").await;
    assert_eq!(browser.post(&site, "/sign-in/link", &[("link", &first)]).await.status, 410);
    site.house.clock.advance(Millis::minutes(15));
    assert_eq!(again.post(&site, "/sign-in/link", &[("link", &second)]).await.status, 410);
}

#[tokio::test]
async fn an_address_nobody_has_and_a_wrong_password_are_answered_alike() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let known = Browser::default().sign_in(&site, "ada", "seven quiet herons 42").await;
    let unknown = Browser::default().sign_in(&site, "bob", "seven quiet herons 42").await;
    assert_eq!((known.status, unknown.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(known.text.replace("ada@", "bob@"), unknown.text);
    let mut forgot = Vec::new();
    for email in ["ada@acme.example", "bob@acme.example"] {
        forgot.push(Browser::default().post(&site, "/forgot-password", &[("email", email)]).await.text);
    }
    assert_eq!(forgot[0], forgot[1]);
    assert_eq!(site.mail().await.len(), 1);
}

#[tokio::test]
async fn ten_failed_tries_make_an_address_wait_and_no_other() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    site.user("eve", "member").await;
    for _ in 0..10 {
        assert_eq!(Browser::default().sign_in(&site, "ada", "wrong wrong wrong").await.status, 403);
    }
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.status, 429);
    assert_eq!(Browser::default().sign_in(&site, "eve", PASSWORD).await.to, "/sign-in/check");
    site.house.clock.advance(Millis::minutes(15));
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.to, "/sign-in/check");
}

#[tokio::test]
async fn a_session_ends_fourteen_days_after_sign_in_whether_active_or_not() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = site.signed_in("ada").await;
    for _ in 0..13 {
        site.house.clock.advance(Millis::days(1));
        assert_eq!(browser.get(&site, "/settings/privacy").await.status, 200);
    }
    site.house.clock.advance(Millis(Millis::days(1).0 - 1));
    assert_eq!(browser.get(&site, "/settings/privacy").await.status, 200);
    site.house.clock.advance(Millis(1));
    assert_eq!(browser.get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn forgot_password_signs_out_everywhere_and_its_mail_is_no_second_factor() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let (mut one, mut two) = (site.signed_in("ada").await, site.signed_in("ada").await);
    let mut browser = Browser::default();
    browser.post(&site, "/forgot-password", &[("email", "ADA@acme.example")]).await;
    let link = site.mailed("ada", "choose-password").await;
    let weak = browser.post(&site, "/choose-password", &[("link", &link), ("password", "password1234")]).await;
    assert_eq!(weak.status, 422);
    assert_eq!(one.get(&site, "/settings/privacy").await.status, 200);
    let new = "nine loud magpies 57";
    let chosen = browser.post(&site, "/choose-password", &[("link", &link), ("password", new)]).await;
    assert_eq!(chosen.to, "/sign-in?said=password-chosen");
    assert!(one.get(&site, "/settings/privacy").await.to == "/sign-in");
    assert!(two.get(&site, "/settings/privacy").await.to == "/sign-in");
    assert_eq!(browser.get(&site, "/settings/privacy").await.to, "/sign-in");
    assert_eq!(browser.sign_in(&site, "ada", PASSWORD).await.status, 403);
    assert_eq!(browser.sign_in(&site, "ada", new).await.to, "/sign-in/check");
    assert_eq!(browser.post(&site, "/sign-in/link", &[("link", &link)]).await.status, 410);
}

#[tokio::test]
async fn a_setting_is_switched_by_who_may_and_by_nobody_else() {
    let site = Customers::new().await;
    for (user, membership) in [("ada", "account-admin"), ("ben", "member-with-permission"), ("eve", "member")] {
        site.user(user, membership).await;
    }
    let path = "/settings/privacy/support-team-access";
    for (user, may) in [("ada", true), ("ben", true), ("eve", false)] {
        let mut browser = site.signed_in(user).await;
        let on = browser.post(&site, path, &[("choice", "30")]).await;
        assert_eq!((on.to == "/settings/privacy?said=on", on.status == 403), (may, !may), "{user}");
        let off = browser.post(&site, path, &[("choice", "off")]).await;
        assert_eq!(off.to == "/settings/privacy?said=off", may, "{user}");
        assert_eq!(browser.get(&site, "/settings/privacy").await.text.contains("Switch on"), may, "{user}");
    }
    let mut ada = site.signed_in("ada").await;
    for bad in ["181", "0", "indefinitely", "never", "-1"] {
        let seen = ada.post(&site, path, &[("choice", bad)]).await;
        assert!(seen.status == 403 || seen.status == 422, "{bad}: {}", seen.status);
    }
}

#[tokio::test]
async fn admins_are_mailed_when_a_setting_is_switched() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    site.user("ben", "member-with-permission").await;
    let mut ben = site.signed_in("ben").await;
    ben.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    let mails = site.mail().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), mails[0].subject.as_str()), ("ada@acme.example", "Support Team Access is on"));
    assert!(mails[0].text.contains("ben switched Support Team Access on, until"), "{}", mails[0].text);
}

#[tokio::test]
async fn admins_are_mailed_when_access_is_used_for_the_first_time_and_when_it_is_about_to_end() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut admin = site.house.admin().await;
    let support = site.house.staff(&mut admin, "sam", &["technical-support"]).await;
    let mut ada = site.signed_in("ada").await;
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    assert_eq!(site.subjects().await, ["Support Team Access is on"]);
    for _ in 0..2 {
        assert_eq!(site.house.open_read_only(&support, "acme").await.0, 200);
    }
    assert_eq!(site.subjects().await, ["Support Team Access is used for the first time"]);
    let seen = ada.get(&site, "/settings/privacy").await.text;
    assert!(seen.contains("Technical Support") && seen.matches("End now").count() == 2, "{seen}");
    site.house.clock.advance(Millis(Millis::days(4).0 - 1));
    assert!(site.subjects().await.is_empty());
    site.house.clock.advance(Millis(1));
    assert_eq!(site.subjects().await, ["Support Team Access ends soon"]);
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "off")]).await;
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "off")]).await;
    site.subjects().await;
    site.house.clock.advance(Millis::days(5));
    assert!(site.subjects().await.is_empty(), "what was switched off does not end soon");
}

#[tokio::test]
async fn a_staff_session_is_ended_from_the_page_at_once_and_only_in_ones_own_account() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    site.user("eve", "member").await;
    let mut admin = site.house.admin().await;
    let support = site.house.staff(&mut admin, "sam", &["technical-support"]).await;
    site.house.as_vendor("PUT", "/v1/vendor/accounts/bolt", json!({"name": "Bolt", "plan": "standard"})).await;
    site.house.switch_on("bolt", "support-team-access").await;
    let mut ada = site.signed_in("ada").await;
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    let mut opened = Vec::new();
    for account in ["acme", "bolt"] {
        let answer = site.house.open_read_only(&support, account).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        opened.push(answer.1["session"]["serial"].as_u64().unwrap());
    }
    let live = async || {
        let all = site.house.as_person(&support, "GET", "/v1/sessions", None).await.1;
        let all = all["sessions"].as_array().unwrap().clone();
        all.iter()
            .filter(|one| one["live"] == true)
            .map(|one| one["session"]["serial"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let mut eve = site.signed_in("eve").await;
    let end = |serial: u64| format!("/settings/privacy/sessions/{serial}/end");
    assert_eq!(eve.post(&site, &end(opened[0]), &[]).await.status, 403);
    assert_eq!(ada.post(&site, &end(opened[1]), &[]).await.status, 404);
    assert_eq!(live().await.len(), 2);
    assert_eq!(ada.post(&site, &end(opened[0]), &[]).await.to, "/settings/privacy?said=ended");
    assert_eq!(live().await, [opened[1]]);
}

#[tokio::test]
async fn the_history_names_who_came_in_why_and_the_bundle_verifies_and_is_of_this_account_alone() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut admin = site.house.admin().await;
    let support = site.house.staff(&mut admin, "sam", &["technical-support"]).await;
    site.house.account("bolt", doorward_core::grant::Plan::Standard).await;
    site.house.switch_on("bolt", "support-team-access").await;
    let mut ada = site.signed_in("ada").await;
    ada.post(&site, "/settings/privacy/support-team-access", &[("choice", "7")]).await;
    for account in ["acme", "bolt"] {
        assert_eq!(site.house.open_read_only(&support, account).await.0, 200);
    }
    let seen = ada.get(&site, "/settings/history").await.text;
    assert_eq!(seen.matches("Technical Support came in").count(), 1, "{seen}");
    let reason = house::reason();
    assert!(seen.contains(reason["text"].as_str().unwrap()) && seen.contains("Switched Support Team Access on, until"));
    let visits = ada.get(&site, "/settings/history?shows=sessions").await.text;
    assert!(visits.contains("came in") && !visits.contains("Switched Support"));
    let none = ada.get(&site, "/settings/history?until=2001-01-01").await.text;
    assert!(none.contains("Nothing of this kind in these days."));
    assert_eq!(ada.get(&site, "/settings/history?from=soon").await.status, 422);

    let text = ada.get(&site, "/settings/history/bundle").await.text;
    assert!(text.lines().next().unwrap().contains("acme") && !text.contains("bolt"));
    let verified = doorward_core::history::bundle::verify(&text, &house::trust(), None);
    assert!(verified.is_ok(), "{verified:?}");
    let table = ada.get(&site, "/settings/history/table").await.text;
    assert!(table.contains("session-opened") && !table.contains("bolt"));
    let left_out = ada.get(&site, "/what-the-history-leaves-out").await;
    assert!(left_out.status == 200 && left_out.text.contains("Not written down at all"));
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut ada = site.signed_in("ada").await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-none", "")] {
        let request = Request::post("/settings/privacy/support-team-access")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value);
        assert_eq!(ada.ask(&site, request, "choice=30".to_owned()).await.status, 403, "{name}");
    }
    assert!(ada.get(&site, "/settings/privacy").await.text.contains("Switch on"));
}

#[tokio::test]
async fn a_removed_user_and_a_closed_account_are_out_at_once() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    site.user("eve", "member").await;
    let (mut ada, mut eve) = (site.signed_in("ada").await, site.signed_in("eve").await);
    site.house.as_vendor("DELETE", "/v1/vendor/accounts/acme/users/eve", json!({})).await;
    assert_eq!(eve.get(&site, "/settings/privacy").await.to, "/sign-in");
    assert_eq!(ada.get(&site, "/settings/privacy").await.status, 200);
    site.house.as_vendor("DELETE", "/v1/vendor/accounts/acme", json!({})).await;
    assert_eq!(ada.get(&site, "/settings/privacy").await.to, "/sign-in");
}

#[tokio::test]
async fn asking_for_new_passwords_fills_nobody_s_mailbox_and_says_of_nobody_whether_they_are_known() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    for user in ["ada", "bob"] {
        let email = format!("{user}@acme.example");
        let ask = async || Browser::default().post(&site, "/forgot-password", &[("email", &email)]).await.status;
        for _ in 0..10 {
            assert_eq!(ask().await, 200, "{user}");
        }
        assert_eq!(ask().await, 429, "{user}");
    }
    assert_eq!(site.subjects().await, ["Choose a new password"], "the newest alone");
    // Nor does one network ask for one address after another.
    let ask = async |n: u8| {
        let email = format!("user-{n}@acme.example");
        Browser::default().post(&site, "/forgot-password", &[("email", &email)]).await.status
    };
    for n in 20..60 {
        assert_eq!(ask(n).await, 200, "{n}");
    }
    assert_eq!(ask(60).await, 429);
}
