//! The typed API client. It believes one CA, follows no redirect, bounds every answer, and puts nothing secret into an
//! error.

mod calls;
mod feed;
mod history;
mod hosts;
mod journal;
mod passage;

use std::sync::Arc;

use doorward_core::wire::Problem;
use futures::StreamExt;
use reqwest::{Method, RequestBuilder, Response, redirect};
use rustls::{ClientConfig, RootCertStore, client::ResolvesClientCert, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};

pub use calls::{DataAnswer, DataRequest};
pub use feed::FeedEvent;
pub use passage::{Flow, Passage, Passed};

use crate::identity::ClientIdentity;

/// Longest answer but a snapshot.
const MAX_ANSWER: usize = 16 << 20;
const CONNECT: std::time::Duration = std::time::Duration::from_secs(5);
const ANSWER: std::time::Duration = std::time::Duration::from_secs(30);

/// Why a call came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    #[error("the server refused: {:?}", .0.code)]
    Problem(Box<Problem>),
    #[error("the server cannot be reached")]
    Unreachable,
    #[error("whoever answers is not the server that is trusted")]
    Tls,
    #[error("the answer cannot be read")]
    BadAnswer,
}

/// A client that cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiFault {
    #[error("the CA file holds no certificate in PEM")]
    Ca,
    #[error("TLS cannot be set up")]
    Tls,
}

/// Calls one server (or gateway) over one client certificate. Clones share connections.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Arc<str>,
}

impl Api {
    /// A client of the server at `base` (`https://host:port`), which must show a certificate of the CA in `ca_pem`.
    pub fn new(base: &str, ca_pem: &[u8], identity: &ClientIdentity) -> Result<Self, ApiFault> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(ca_pem, identity)?)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .no_proxy()
            .build()
            .map_err(|_| ApiFault::Tls)?;
        Ok(Self { http, base: base.trim_end_matches('/').into() })
    }

    fn request(&self, method: Method, path: &str, token: Option<&SecretString>) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    async fn call<R: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<R, ApiError> {
        let mut request = self.request(method, path, token).timeout(ANSWER);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = accepted(request.send().await.map_err(|e| why(&e))?).await?;
        let bytes = bounded(answer, MAX_ANSWER).await?;
        // An answer without a body says nothing but yes.
        let json = if bytes.is_empty() { b"null".as_slice() } else { &bytes };
        serde_json::from_slice(json).map_err(|_| ApiError::BadAnswer)
    }
}

/// The answer, or the problem it tells of.
async fn accepted(answer: Response) -> Result<Response, ApiError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let bytes = bounded(answer, MAX_ANSWER).await?;
    let problem = serde_json::from_slice(&bytes).map_err(|_| ApiError::BadAnswer)?;
    Err(ApiError::Problem(problem))
}

async fn bounded(answer: Response, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|e| why(&e))?;
        if bytes.len().saturating_add(chunk.len()) > most {
            return Err(ApiError::BadAnswer);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What a failed call means. The library's own text is dropped: it holds addresses.
fn why(error: &reqwest::Error) -> ApiError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = source {
        let io = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || io.is_some_and(|io| io.is::<rustls::Error>()) {
            return ApiError::Tls;
        }
        source = inner.source();
    }
    ApiError::Unreachable
}

fn tls(ca_pem: &[u8], identity: &ClientIdentity) -> Result<ClientConfig, ApiFault> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem) {
        roots.add(certificate.map_err(|_| ApiFault::Ca)?).map_err(|_| ApiFault::Ca)?;
    }
    if roots.is_empty() {
        return Err(ApiFault::Ca);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|_| ApiFault::Tls)?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(Always(identity.certified())));
    Ok(config)
}

/// Shows the one certificate, whatever the server names.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
    fn has_certs(&self) -> bool {
        true
    }
}
