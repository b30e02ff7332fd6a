//! The way to companies' providers: HTTPS alone, no redirect, no proxy, a short answer in a short time.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use openidconnect::{HttpRequest, HttpResponse};
use rustls::{ClientConfig, RootCertStore};

use crate::app::users::{ProviderWire, Unreachable};

const LONGEST: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 256 * 1_024;

/// Asks providers over the network.
pub struct ProviderHttp(reqwest::Client);

/// The way to providers cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the way to the customers' providers cannot be set up")]
pub struct ProviderHttpFault;

impl ProviderHttp {
    /// Trusts the machine's own roots.
    pub fn new() -> Result<Self, ProviderHttpFault> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|_| ProviderHttpFault)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(LONGEST)
            .build();
        client.map(Self).map_err(|_| ProviderHttpFault)
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        let request = request.try_into().map_err(|_| Unreachable("the request cannot be written"))?;
        let mut answer = self.0.execute(request).await.map_err(|_| Unreachable("no answer"))?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Unreachable("half an answer"))? {
            if response.body().len().saturating_add(chunk.len()) > MAX_ANSWER {
                return Err(Unreachable("too long an answer"));
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

impl ProviderWire for ProviderHttp {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, Unreachable>> {
        Box::pin(self.ask(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_asked_without_tls() {
        let mut request = HttpRequest::new(Vec::new());
        *request.uri_mut() = "http://127.0.0.1:9/keys".parse().unwrap();
        let inner = ProviderHttp::new().unwrap();
        assert_eq!(inner.send(request).await.unwrap_err().0, "no answer");
    }
}
