//! Stripe, as far as it is needed: customers, Checkout and the customer portal, and a subscription as it stands.
//!
//! Cards are typed at Stripe and never seen here. What Stripe tells by itself is verified in [`signature`], and then
//! asked for anew: an event says that something changed, not what is so.

pub mod signature;

use std::{fmt, path::PathBuf, time::Duration};

use doorward_core::{id::AccountId, wire::Secret};
use reqwest::{Client, Response, redirect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const LONGEST: Duration = Duration::from_secs(15);
/// The form of answers this was written for.
const VERSION: &str = "2025-03-31.basil";

/// How Stripe is used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeConfig {
    #[serde(default = "stripe")]
    pub api: String,
    /// A file that holds the secret (or restricted) API key.
    pub key_file: PathBuf,
    /// A file that holds the signing secret of the endpoint `/stripe/events`.
    pub signing_secret_file: PathBuf,
    /// The price of the Premium plan, `price_…`.
    pub price: String,
}

fn stripe() -> String {
    "https://api.stripe.com".to_owned()
}

/// Why Stripe cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum StripeFault {
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: std::io::Error },
    #[error("`customers.billing.api` must begin with https://, or with http://127.0.0.1: for a test")]
    Api,
    #[error("no connection to Stripe can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// Stripe did not do what it was asked. The text is for the log alone; it carries nothing that Stripe said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskFault {
    #[error("Stripe cannot be reached")]
    Unreachable,
    #[error("Stripe answered {0}")]
    Status(u16),
    #[error("Stripe's answer is not of the documented form")]
    Shape,
}

/// A place at Stripe to send a browser to.
#[derive(Debug, Deserialize)]
struct Place {
    url: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub customer: String,
    /// Stripe's own word: `active`, `trialing`, `past_due`, `canceled`, …
    pub status: String,
}

impl Subscription {
    /// Whether it gives the Premium plan. While Stripe still tries to collect a late payment it does.
    pub fn is_premium(&self) -> bool {
        matches!(self.status.as_str(), "active" | "trialing" | "past_due")
    }
}

/// Asks Stripe.
pub struct Stripe {
    client: Client,
    api: String,
    key: Secret,
    price: String,
    signing: signature::SigningSecret,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe").field("api", &self.api).finish_non_exhaustive()
    }
}

impl Stripe {
    /// As `config` says.
    pub fn new(config: &StripeConfig) -> Result<Self, StripeFault> {
        let loopback = config.api.starts_with("http://127.0.0.1:");
        if !config.api.starts_with("https://") && !loopback {
            return Err(StripeFault::Api);
        }
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).map(|text| text.trim().to_owned());
            text.map_err(|fault| StripeFault::Unreadable { path: path.clone(), fault })
        };
        // Never led elsewhere: the key goes along with every request.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(LONGEST).build()?;
        Ok(Self {
            client,
            api: config.api.trim_end_matches('/').to_owned(),
            key: Secret(read(&config.key_file)?),
            price: config.price.clone(),
            signing: signature::SigningSecret::new(read(&config.signing_secret_file)?),
        })
    }

    /// What events are signed with.
    pub fn signing(&self) -> &signature::SigningSecret {
        &self.signing
    }

    /// Makes the account a customer. Asked twice, it is the same one.
    pub async fn customer(&self, account: &AccountId) -> Result<String, AskFault> {
        let form = [("metadata[account]", account.as_str())];
        let named: Named = self.ask("/v1/customers", &form, Some(&format!("customer-{account}"))).await?;
        Ok(named.id)
    }

    /// Where the customer pays for Premium, and comes back to `back`.
    pub async fn checkout(&self, customer: &str, account: &AccountId, back: &str) -> Result<String, AskFault> {
        let done = format!("{back}?said=paid");
        let form = [
            ("mode", "subscription"),
            ("customer", customer),
            ("client_reference_id", account.as_str()),
            ("line_items[0][price]", self.price.as_str()),
            ("line_items[0][quantity]", "1"),
            ("success_url", done.as_str()),
            ("cancel_url", back),
        ];
        let place: Place = self.ask("/v1/checkout/sessions", &form, None).await?;
        Ok(place.url)
    }

    /// Where the customer sees invoices, changes their card and leaves Premium.
    pub async fn portal(&self, customer: &str, back: &str) -> Result<String, AskFault> {
        let form = [("customer", customer), ("return_url", back)];
        let place: Place = self.ask("/v1/billing_portal/sessions", &form, None).await?;
        Ok(place.url)
    }

    /// The subscription as it stands now.
    pub async fn subscription(&self, id: &str) -> Result<Subscription, AskFault> {
        // An id goes into a path: nothing but what Stripe's ids are made of.
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(AskFault::Shape);
        }
        let request = self.client.get(format!("{}/v1/subscriptions/{id}", self.api));
        let answer = request.bearer_auth(&self.key.0).header("stripe-version", VERSION).send().await;
        read(answer.map_err(|_| AskFault::Unreachable)?).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        once: Option<&str>,
    ) -> Result<T, AskFault> {
        let mut request = self.client.post(format!("{}{path}", self.api)).form(form);
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let answer = request.bearer_auth(&self.key.0).header("stripe-version", VERSION).send().await;
        read(answer.map_err(|_| AskFault::Unreachable)?).await
    }
}

async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, AskFault> {
    let status = answer.status();
    if !status.is_success() {
        return Err(AskFault::Status(status.as_u16()));
    }
    answer.json().await.map_err(|_| AskFault::Shape)
}
