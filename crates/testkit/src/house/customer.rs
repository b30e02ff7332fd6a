//! A user of an account, in a browser of their own: invited, signed in by mail, switching.

use std::time::Duration;

use doorward_core::{
    grant::Setting,
    id::{AccountId, UserId},
    policy::Membership,
    wire::PutUser,
};
use reqwest::{Client, Method, Response, header};

use super::{Fallible, House, files, wait_until};

/// What every user of the house has as a password.
pub const PASSWORD: &str = "seven quiet herons 41";
const MAIL: Duration = Duration::from_secs(20);

/// A signed-in user.
pub struct Customer {
    http: Client,
    url: String,
    cookies: Vec<(String, String)>,
}

impl House {
    /// Where users find their pages.
    pub fn pages_url(&self) -> String {
        format!("https://localhost:{}", self.ports.pages)
    }

    /// Invites `user` of `account` as an admin, and signs them in.
    pub async fn customer(&self, account: &AccountId, user: &str) -> Fallible<Customer> {
        let email = format!("{user}@customer.example");
        let put = PutUser { email: email.clone(), name: user.to_owned(), membership: Membership::AccountAdmin };
        let path = format!("accounts/{account}/users/{}", UserId::parse(user)?);
        self.ask_vendor(Method::PUT, &path, &put).await?;
        let http = files::http_without_redirects(&self.ca_pem()?)?;
        let mut customer = Customer { http, url: self.pages_url(), cookies: Vec::new() };
        let link = self.mailed(&email, "choose-password").await?;
        customer.post("/choose-password", &[("link", &link), ("password", PASSWORD)]).await?;
        customer.post("/sign-in", &[("email", &email), ("password", PASSWORD)]).await?;
        let link = self.mailed(&email, "sign-in/link").await?;
        customer.post("/sign-in/link", &[("link", &link)]).await?;
        Ok(customer)
    }

    /// The link to `page` in the newest mail to `email`.
    async fn mailed(&self, email: &str, page: &str) -> Fallible<String> {
        let mut link = None;
        let found = async || {
            let mail = self.mailbox.newest(email);
            let text =
                mail.and_then(|mail| mail.text.split_once(&format!("/{page}?link=")).map(|(_, rest)| rest.to_owned()));
            link = text.and_then(|text| text.split_whitespace().next().map(str::to_owned));
            link.is_some()
        };
        wait_until("the mail is there", MAIL, found).await?;
        Ok(link.ok_or("no link in the mail")?)
    }
}

impl Customer {
    /// Switches `setting` as the page's form does: `off`, a number of days, or `indefinitely`.
    pub async fn switch(&mut self, setting: Setting, choice: &str) -> Fallible<()> {
        let slug = match setting {
            Setting::SupportTeamAccess => "support-team-access",
            Setting::CustomerSuccessTeamAccess => "customer-success-team-access",
        };
        let gone = self.post(&format!("/settings/privacy/{slug}"), &[("choice", choice)]).await?;
        if gone.starts_with("/settings/privacy?said=") { Ok(()) } else { Err(format!("led to {gone}").into()) }
    }

    /// A page's text.
    pub async fn page(&self, path: &str) -> Fallible<String> {
        let request = self.http.get(format!("{}{path}", self.url)).header(header::COOKIE, self.cookie());
        Ok(request.send().await?.error_for_status()?.text().await?)
    }

    /// Sends a form; gives where it leads.
    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Fallible<String> {
        let request = self.http.post(format!("{}{path}", self.url)).form(form);
        let request = request.header(header::COOKIE, self.cookie()).header("sec-fetch-site", "same-origin");
        let answer = request.send().await?;
        self.keep(&answer);
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        Ok(to.ok_or_else(|| format!("{path} was answered {}", answer.status()))?)
    }

    fn keep(&mut self, answer: &Response) {
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(kept, _)| kept != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}
