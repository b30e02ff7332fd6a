//! A company's own sign-in: which accounts have one, and what its provider says of itself, remembered for a while.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use doorward_core::{
    id::AccountId,
    time::{Millis, UnixMs},
    wire::{Code, Secret},
};
use futures::future::BoxFuture;
use openidconnect::{HttpRequest, HttpResponse, IssuerUrl, core::CoreProviderMetadata};

use super::super::{Answer, Refusal};

/// How long a provider's word about itself and its keys is taken.
const GOOD_FOR: Millis = Millis::minutes(60);
/// It is asked again for a key it did not name before, so often at most.
const AGAIN_AFTER: Millis = Millis::minutes(1);

/// The provider of an account's sign-in.
#[derive(Clone)]
pub struct Provider {
    pub account: AccountId,
    /// `https:`, exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Domains of addresses, in lower case, that this provider and no other speaks for.
    pub domains: Vec<String>,
}

impl Provider {
    /// Whether it speaks for this address.
    pub(super) fn speaks_for(&self, email: &str) -> bool {
        email.rsplit_once('@').is_some_and(|(_, domain)| self.domains.iter().any(|own| own == domain))
    }
}

/// A provider could not be asked. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("the provider could not be asked: {0}")]
pub struct Unreachable(pub &'static str);

/// Carries requests to providers. It follows no redirect.
pub trait ProviderWire: Send + Sync {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, Unreachable>>;
}

/// The providers of accounts, and the way to them.
#[derive(Clone)]
pub struct Providers {
    pub all: Vec<Provider>,
    pub wire: Arc<dyn ProviderWire>,
}

impl Default for Providers {
    /// No account has one.
    fn default() -> Self {
        Self { all: Vec::new(), wire: Arc::new(NoWire) }
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Providers").field("accounts", &self.all.len()).finish_non_exhaustive()
    }
}

struct NoWire;

impl ProviderWire for NoWire {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, Unreachable>> {
        Box::pin(async { Err(Unreachable("no provider is configured")) })
    }
}

/// What providers said of themselves, and when.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, (CoreProviderMetadata, UnixMs)>>);

impl Known {
    /// What the provider says of itself, its keys with it. `again`: it is asked anew for a key that was missing, unless
    /// that was just done; then there is no answer.
    pub(super) async fn metadata(
        &self,
        wire: &Arc<dyn ProviderWire>,
        provider: &Provider,
        now: UnixMs,
        again: bool,
    ) -> Answer<Option<CoreProviderMetadata>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&provider.issuer).cloned();
        match kept {
            Some((_, at)) if again && now.since(at) < AGAIN_AFTER => return Ok(None),
            Some((metadata, at)) if !again && now.since(at) < GOOD_FOR => return Ok(Some(metadata)),
            _ => {}
        }
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|_| Refusal::internal("an issuer is no URL"))?;
        let found = discover(Arc::clone(wire), issuer).await;
        let metadata = found.ok_or(Refusal::new(Code::Unavailable).because("a provider's metadata"))?;
        let ends = [Some(metadata.authorization_endpoint().url()), metadata.token_endpoint().map(|end| end.url())];
        let told = metadata.userinfo_endpoint().is_some_and(|end| end.url().scheme() != "https");
        if told || ends.iter().any(|end| end.is_none_or(|end| end.scheme() != "https")) {
            return Err(Refusal::new(Code::Unavailable).because("a provider's endpoints are not https"));
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(provider.issuer.clone(), (metadata.clone(), now));
        Ok(Some(metadata))
    }
}

/// What the provider says of itself, asked over `wire`.
fn discover(wire: Arc<dyn ProviderWire>, issuer: IssuerUrl) -> BoxFuture<'static, Option<CoreProviderMetadata>> {
    Box::pin(async move {
        let http = asking(wire);
        CoreProviderMetadata::discover_async(issuer, &http).await.ok()
    })
}

/// The wire as the library asks for it.
pub(super) fn asking(
    wire: Arc<dyn ProviderWire>,
) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, Unreachable>> {
    move |request| {
        let wire = Arc::clone(&wire);
        Box::pin(async move { wire.send(request).await })
    }
}
