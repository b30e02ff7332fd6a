//! The customers' pages for tests: driven through their router on the still clock, by browsers that keep cookies.
#![allow(dead_code, reason = "each story uses a part of it")]

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use doorward_server::{
    Site,
    app::users::{Letter, Post, PostFault},
    pages,
    stripe::Stripe,
};
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::house::House;

pub const PASSWORD: &str = "seven quiet herons 41";

/// Keeps the letters.
#[derive(Default)]
struct Mailbox(Mutex<Vec<Letter>>);

impl Post for Mailbox {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), PostFault>> {
        self.0.lock().unwrap().push(letter);
        Box::pin(async { Ok(()) })
    }
}

pub struct Customers {
    pub house: House,
    pub router: Router,
}

/// A browser: its cookies, and what it last saw.
#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: Vec<(String, String)>,
}

pub struct Seen {
    pub status: StatusCode,
    pub to: String,
    pub text: String,
}

impl Customers {
    pub async fn new() -> Self {
        Self::of(House::new().await).await
    }

    pub async fn of(house: House) -> Self {
        Self::paying(house, "premium", None).await
    }

    /// The pages of an account of this plan, which pays there.
    pub async fn paying(house: House, plan: &str, stripe: Option<Stripe>) -> Self {
        let put = json!({"name": "Acme", "plan": plan});
        assert_eq!(house.as_vendor("PUT", "/v1/vendor/accounts/acme", put).await.0, 200);
        let site = Site {
            url: "https://account.test".to_owned(),
            vendor: "Northwind".to_owned(),
            security_contact: Some("mailto:security@northwind.example".to_owned()),
            links: Vec::new(),
        };
        let router = pages(Arc::clone(&house.app), site, stripe);
        Self { house, router }
    }

    pub async fn user(&self, user: &str, membership: &str) {
        self.user_of("acme", user, membership).await;
    }

    /// Addresses are all of one domain: an account is told by nothing but the account.
    pub async fn user_of(&self, account: &str, user: &str, membership: &str) {
        let put = json!({"email": format!("{user}@acme.example"), "name": user, "membership": membership});
        let path = format!("/v1/vendor/accounts/{account}/users/{user}");
        assert_eq!(self.house.as_vendor("PUT", &path, put).await.0, 204);
        let link = self.mailed(user, "choose-password").await;
        let seen = Browser::default().post(self, "/choose-password", &[("link", &link), ("password", PASSWORD)]).await;
        assert_eq!(seen.to, "/sign-in?said=password-chosen", "{}", seen.text);
    }

    /// The mail that is due, oldest first.
    pub async fn mail(&self) -> Vec<Letter> {
        let post = Mailbox::default();
        self.house.app.send_mail(&post).await.unwrap();
        post.0.into_inner().unwrap()
    }

    pub async fn subjects(&self) -> Vec<String> {
        self.mail().await.into_iter().map(|mail| mail.subject).collect()
    }

    /// The link to `page` in the newest mail to `user`.
    pub async fn mailed(&self, user: &str, page: &str) -> String {
        let mails = self.mail().await;
        let mail = mails.into_iter().rfind(|mail| mail.to == format!("{user}@acme.example")).expect("a mail");
        let start = mail.text.split_once(&format!("/{page}?link=")).expect("a link").1;
        start.split_whitespace().next().unwrap().to_owned()
    }

    pub async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = Browser::default();
        assert_eq!(browser.sign_in(self, user, PASSWORD).await.to, "/sign-in/check");
        let link = self.mailed(user, "sign-in/link").await;
        assert_eq!(browser.post(self, "/sign-in/link", &[("link", &link)]).await.to, "/");
        browser
    }
}

impl Browser {
    pub async fn sign_in(&mut self, site: &Customers, user: &str, password: &str) -> Seen {
        let email = format!("{user}@acme.example");
        self.post(site, "/sign-in", &[("email", &email), ("password", password)]).await
    }

    pub async fn get(&mut self, site: &Customers, path: &str) -> Seen {
        self.ask(site, Request::get(path), String::new()).await
    }

    pub async fn post(&mut self, site: &Customers, path: &str, form: &[(&str, &str)]) -> Seen {
        let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(site, request, body.join("&")).await
    }

    pub async fn ask(&mut self, site: &Customers, request: axum::http::request::Builder, body: String) -> Seen {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("cookie", cookies.join("; ")).body(Body::from(body)).unwrap();
        let answer: Response<Body> = site.router.clone().oneshot(request).await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(
                set.starts_with("__Host-") && set.contains("; HttpOnly") && set.contains("; SameSite=Lax"),
                "{set}"
            );
            assert!(set.contains("; Secure") && set.contains("; Path=/") && !set.contains("Domain"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !set.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let status = answer.status();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let text = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Seen { status, to, text }
    }
}
