//! The second factor by an authenticator app: set up, asked for, replaced by a recovery code, and taken away.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod house;

use std::collections::HashSet;

use customers::{Browser, Customers, PASSWORD};
use doorward_core::time::Millis;
use doorward_server::app::Clock;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

const STEP: Millis = Millis(30_000);

/// An app on a phone.
struct Phone(Totp);

impl Phone {
    async fn scan(site: &Customers, browser: &mut Browser) -> Self {
        assert_eq!(browser.post(site, "/settings/security/begin", &[]).await.to, "/settings/security");
        let seen = browser.get(site, "/settings/security").await;
        let text = seen.text.split_once("<code class=\"secret\">").expect("a secret").1;
        let text = text.split_once('<').unwrap().0.replace(' ', "");
        Self(Builder::new().with_secret(Secret::try_from_base32(text).unwrap()).build().unwrap())
    }

    fn code(&self, site: &Customers) -> String {
        self.0.generate(u64::try_from(site.house.clock.now().0 / 1_000).unwrap()).to_string()
    }

    /// The code of the next step, with the clock brought there.
    fn next(&self, site: &Customers) -> String {
        site.house.clock.advance(STEP);
        self.code(site)
    }
}

fn codes(text: &str) -> Vec<String> {
    let found = text.split("<li><code>").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned());
    found.collect()
}

/// Ada, with an app, and her recovery codes.
async fn with_app(site: &Customers) -> (Browser, Phone, Vec<String>) {
    site.user("ada", "account-admin").await;
    let mut browser = site.signed_in("ada").await;
    let phone = Phone::scan(site, &mut browser).await;
    let seen = browser.post(site, "/settings/security/confirm", &[("code", &phone.code(site))]).await;
    let codes = codes(&seen.text);
    assert_eq!((seen.status.as_u16(), codes.len()), (200, 10), "{}", seen.text);
    (browser, phone, codes)
}

async fn waiting(site: &Customers) -> Browser {
    let mut browser = Browser::default();
    assert_eq!(browser.sign_in(site, "ada", PASSWORD).await.to, "/sign-in/totp");
    browser
}

#[tokio::test]
async fn a_user_with_an_app_is_asked_for_its_code_instead_of_the_mail() {
    let site = Customers::new().await;
    let (_, phone, _) = with_app(&site).await;
    let mails = site.mail().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "You sign in with an authenticator app now");
    let mut browser = waiting(&site).await;
    assert!(site.mail().await.is_empty(), "nothing is mailed to whoever has an app");
    assert!(browser.get(&site, "/sign-in/totp").await.text.contains("recovery code"));
    assert_eq!(browser.get(&site, "/settings/privacy").await.to, "/sign-in");
    assert_eq!(browser.post(&site, "/sign-in/totp", &[("code", &phone.next(&site))]).await.to, "/");
    assert_eq!(browser.get(&site, "/settings/privacy").await.status, 200);
}

#[tokio::test]
async fn the_app_is_asked_for_once_it_was_confirmed_and_not_before() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut browser = site.signed_in("ada").await;
    assert_eq!(browser.get(&site, "/settings/security/qr.svg").await.status, 404);
    let phone = Phone::scan(&site, &mut browser).await;
    let picture = browser.get(&site, "/settings/security/qr.svg").await;
    assert!(picture.status == 200 && picture.text.contains("<svg"));
    assert_eq!(Browser::default().get(&site, "/settings/security/qr.svg").await.to, "/sign-in");
    let code = phone.code(&site);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(browser.post(&site, "/settings/security/confirm", &[("code", wrong)]).await.status, 403);
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.to, "/sign-in/check");
    browser.post(&site, "/settings/security/confirm", &[("code", &code)]).await;
    waiting(&site).await;
    // What is asked for is shown no more, nor drawn anew beside it.
    assert_eq!(browser.get(&site, "/settings/security/qr.svg").await.status, 404);
    assert!(!browser.get(&site, "/settings/security").await.text.contains("class=\"secret\""));
    assert_eq!(browser.post(&site, "/settings/security/begin", &[]).await.status, 422);
}

#[tokio::test]
async fn no_code_serves_twice_and_none_of_an_earlier_step() {
    let site = Customers::new().await;
    let (mut browser, phone, _) = with_app(&site).await;
    // The code that confirmed the app has served.
    let used = phone.code(&site);
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &used)]).await.status, 403);
    let code = phone.next(&site);
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &code)]).await.to, "/");
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &code)]).await.status, 403);
    assert_eq!(browser.post(&site, "/settings/security/remove", &[("code", &code)]).await.status, 403);
    // One step of skew, and no more.
    let old = phone.next(&site);
    site.house.clock.advance(STEP);
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &old)]).await.to, "/");
    let older = phone.next(&site);
    site.house.clock.advance(Millis(2 * STEP.0));
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &older)]).await.status, 403);
}

#[tokio::test]
async fn five_wrong_codes_shut_the_door_and_ten_make_the_address_wait() {
    let site = Customers::new().await;
    let (_, phone, _) = with_app(&site).await;
    for _ in 0..2 {
        let mut browser = waiting(&site).await;
        for _ in 0..5 {
            assert_eq!(browser.post(&site, "/sign-in/totp", &[("code", "no code at all")]).await.status, 403);
        }
        let right = phone.next(&site);
        let shut = browser.post(&site, "/sign-in/totp", &[("code", &right)]).await.status.as_u16();
        assert!(shut == 410 || shut == 429, "{shut}");
    }
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn the_mail_of_before_does_not_stand_in_for_the_app() {
    let site = Customers::new().await;
    site.user("ada", "account-admin").await;
    let mut signed_in = site.signed_in("ada").await;
    let mut early = Browser::default();
    early.sign_in(&site, "ada", PASSWORD).await;
    let link = site.mailed("ada", "sign-in/link").await;
    let phone = Phone::scan(&site, &mut signed_in).await;
    signed_in.post(&site, "/settings/security/confirm", &[("code", &phone.code(&site))]).await;
    assert_eq!(early.post(&site, "/sign-in/link", &[("link", &link)]).await.status, 410);
    let mut browser = waiting(&site).await;
    assert_eq!(browser.post(&site, "/sign-in/code", &[("code", "123456")]).await.status, 410);
    // Nor does a browser that showed no password.
    assert_eq!(Browser::default().post(&site, "/sign-in/totp", &[("code", &phone.next(&site))]).await.status, 410);
}

#[tokio::test]
async fn a_recovery_code_serves_once_and_its_use_is_told_and_mailed() {
    let site = Customers::new().await;
    let (_, _, codes) = with_app(&site).await;
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 10);
    site.mail().await;
    let mut browser = waiting(&site).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let seen = browser.post(&site, "/sign-in/totp", &[("code", &typed)]).await;
    assert_eq!(seen.to, "/settings/security?said=recovery-code-used");
    assert!(browser.get(&site, &seen.to).await.text.contains("You have 9 recovery codes left"));
    let mails = site.mail().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "A recovery code was used");
    assert!(mails[0].text.contains("9 are left"));
    assert_eq!(waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &codes[3])]).await.status, 403);
    assert_eq!(
        waiting(&site).await.post(&site, "/sign-in/totp", &[("code", &codes[4])]).await.to,
        "/settings/security?said=recovery-code-used"
    );
}

#[tokio::test]
async fn new_recovery_codes_and_removing_the_app_need_a_code() {
    let site = Customers::new().await;
    let (mut browser, phone, old) = with_app(&site).await;
    for path in ["/settings/security/recovery-codes", "/settings/security/remove"] {
        assert_eq!(browser.post(&site, path, &[("code", "no code at all")]).await.status, 403, "{path}");
    }
    let code = phone.next(&site);
    let seen = browser.post(&site, "/settings/security/recovery-codes", &[("code", &code)]).await;
    let fresh = codes(&seen.text);
    assert_eq!(fresh.len(), 10);
    assert_eq!(browser.post(&site, "/settings/security/remove", &[("code", &old[0])]).await.status, 403);
    site.mail().await;
    // Whoever lost the phone removes the app by a recovery code.
    let gone = browser.post(&site, "/settings/security/remove", &[("code", &fresh[0])]).await;
    assert_eq!(gone.to, "/settings/security?said=removed");
    let mails: Vec<_> = site.mail().await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(mails, ["A recovery code was used", "Your authenticator app is removed"]);
    assert_eq!(Browser::default().sign_in(&site, "ada", PASSWORD).await.to, "/sign-in/check");
}

#[tokio::test]
async fn a_new_password_does_not_do_away_with_the_app() {
    let site = Customers::new().await;
    let (_, phone, _) = with_app(&site).await;
    site.mail().await;
    let mut browser = Browser::default();
    browser.post(&site, "/forgot-password", &[("email", "ada@acme.example")]).await;
    let link = site.mailed("ada", "choose-password").await;
    browser.post(&site, "/choose-password", &[("link", &link), ("password", "nine loud magpies 57")]).await;
    assert_eq!(browser.sign_in(&site, "ada", "nine loud magpies 57").await.to, "/sign-in/totp");
    assert_eq!(browser.post(&site, "/sign-in/totp", &[("code", &phone.next(&site))]).await.to, "/");
}

#[tokio::test]
async fn an_app_that_the_vendor_removed_with_its_user_is_gone() {
    let site = Customers::new().await;
    let (mut browser, phone, codes) = with_app(&site).await;
    let mut waits = waiting(&site).await;
    site.house.as_vendor("DELETE", "/v1/vendor/accounts/acme/users/ada", json!({})).await;
    assert_eq!(waits.post(&site, "/sign-in/totp", &[("code", &phone.next(&site))]).await.status, 410);
    assert_eq!(waits.post(&site, "/sign-in/totp", &[("code", &codes[0])]).await.status, 410);
    assert_eq!(browser.get(&site, "/settings/security").await.to, "/sign-in");
}
