//! Forwarding: the one way to the upstream. It takes the proofs as arguments, so that a forgotten check does not compile.
//!
//! What goes out is put together anew from what was decided on; nothing is handed through because it was sent.

use std::{error::Error, path::Path, sync::Arc, time::Duration};

use doorward_core::{feed::freshness::FreshEnough, policy::Permit, route::RequestTarget};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{AUTHORIZATION, HOST},
    uri::{Authority, PathAndQuery, Scheme},
};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    body::{Body, CutBody, Progress},
    headers::{may_be_passed, towards_staff, towards_upstream},
    journal::Noted,
    live::Registered,
    peek::Peeked,
    refusal::{REQUEST_HEADER, Refusal},
    tls::{TlsFault, client_config},
};

const POOL_IDLE: Duration = Duration::from_secs(20);

/// Why the upstream cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamFault {
    #[error("the upstream's URL must be http or https with a host and at most a path without a slash at its end")]
    Url,
    #[error("an https upstream needs the file of the certificates to believe")]
    RootsMissing,
    #[error("the credential or its header is not one that can be sent")]
    Credential,
    #[error("the header {0} may not be passed to an upstream")]
    HeaderNotPassable(HeaderName),
    #[error(transparent)]
    Tls(#[from] TlsFault),
}

/// The gateway's own credential at the upstream: the whole value of one header. Its Debug shows nothing of it.
#[derive(Debug)]
pub struct Credential {
    header: HeaderName,
    value: SecretString,
}

impl Credential {
    /// `value` is sent in `header`.
    pub fn new(header: &str, value: SecretString) -> Result<Self, UpstreamFault> {
        let header: HeaderName = header.parse().map_err(|_| UpstreamFault::Credential)?;
        let usable = header == AUTHORIZATION || may_be_passed(&header);
        let sendable = HeaderValue::from_str(value.expose_secret()).is_ok_and(|value| !value.is_empty());
        if usable && sendable { Ok(Self { header, value }) } else { Err(UpstreamFault::Credential) }
    }

    fn secret(&self) -> &[u8] {
        self.value.expose_secret().as_bytes()
    }

    fn add_to(&self, headers: &mut HeaderMap) -> Result<(), Refusal> {
        let mut value = HeaderValue::from_str(self.value.expose_secret()).map_err(|_| Refusal::Internal)?;
        value.set_sensitive(true);
        headers.insert(self.header.clone(), value);
        Ok(())
    }
}

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct ForwardLimits {
    pub connect: Duration,
    pub answer: Duration,
    pub idle: Duration,
    pub body_bytes: u64,
}

/// A request that was read, with what is put into its place.
pub struct Outbound<'a> {
    pub target: &'a RequestTarget,
    /// Whether the upstream tells accounts apart by host, so that it must see the host that was asked for.
    pub host_names_account: bool,
    pub request: &'a str,
    pub headers: &'a HeaderMap,
    pub body: Peeked<CutBody<Incoming>>,
    /// How far the body has come.
    pub progress: Arc<Progress>,
}

/// The API behind the gateway.
#[derive(Debug)]
pub struct Upstream {
    client: Client<HttpsConnector<HttpConnector>, Peeked<CutBody<Incoming>>>,
    scheme: Scheme,
    authority: Authority,
    prefix: String,
    credential: Credential,
    also_passed: Vec<HeaderName>,
    limits: ForwardLimits,
}

impl Upstream {
    /// The upstream at `url`, believed by the certificates in `roots` where it is https.
    pub fn new(
        url: &str,
        roots: Option<&Path>,
        credential: Credential,
        also_passed: &[String],
        limits: ForwardLimits,
    ) -> Result<Self, UpstreamFault> {
        let parts = url.parse::<Uri>().map_err(|_| UpstreamFault::Url)?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else { return Err(UpstreamFault::Url) };
        let prefix = prefix(parts.path_and_query.as_ref())?;
        if scheme == Scheme::HTTPS && roots.is_none() {
            return Err(UpstreamFault::RootsMissing);
        }
        let also_passed = also_passed.iter().map(|name| passable(name)).collect::<Result<_, _>>()?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limits.connect));
        let tls = client_config(roots)?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .build(connector.wrap_connector(tcp));
        Ok(Self { client, scheme, authority, prefix, credential, also_passed, limits })
    }

    /// The largest body that is passed.
    pub fn most_body_bytes(&self) -> u64 {
        self.limits.body_bytes
    }

    /// A request's body, within the limits, cut with its request.
    pub fn inbound(&self, body: Incoming, registered: &Arc<Registered>) -> CutBody<Incoming> {
        CutBody::new(body, Arc::clone(registered), self.limits.idle, Some(self.limits.body_bytes))
    }

    /// Sends the request on. It needs the proofs that it is permitted, that the permission is of a fresh replica, and
    /// that it was written down.
    pub async fn forward(
        &self,
        _proofs: (Permit, FreshEnough, Noted),
        outbound: Outbound<'_>,
        registered: Arc<Registered>,
    ) -> Result<Response<Body>, Refusal> {
        let progress = Arc::clone(&outbound.progress);
        let request = self.request(outbound, &registered)?;
        let flight = registered.flight();
        let answer = tokio::select! {
            biased;
            () = flight.cut.cancelled() => return Err(flight.why()),
            answer = self.client.request(request) => answer,
            late = progress.stalled(self.limits.answer) => return Err(late),
        };
        let answer = answer.map_err(|fault| progress.refusal().unwrap_or_else(|| unreachable(&fault)))?;
        self.answer(answer, registered)
    }

    fn request(
        &self,
        outbound: Outbound<'_>,
        registered: &Arc<Registered>,
    ) -> Result<Request<Peeked<CutBody<Incoming>>>, Refusal> {
        let mut headers = towards_upstream(outbound.headers, &self.also_passed);
        let session = &registered.flight().session;
        for (name, value) in [
            ("x-doorward-session", session.serial.to_string()),
            ("x-doorward-staff", session.staff.to_string()),
            (REQUEST_HEADER, outbound.request.to_owned()),
        ] {
            let value = HeaderValue::from_str(&value).map_err(|_| Refusal::Internal)?;
            headers.insert(HeaderName::from_static(name), value);
        }
        self.credential.add_to(&mut headers)?;
        if outbound.host_names_account {
            let host = HeaderValue::from_str(outbound.target.host()).map_err(|_| Refusal::Internal)?;
            headers.insert(HOST, host);
        }
        let mut request = Request::new(outbound.body);
        *request.method_mut() = outbound.target.method().as_str().parse().map_err(|_| Refusal::Internal)?;
        *request.uri_mut() = self.uri(outbound.target)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn uri(&self, target: &RequestTarget) -> Result<Uri, Refusal> {
        let path = format!("{}{}", self.prefix, target.path_and_query());
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        builder.path_and_query(path).build().map_err(|_| Refusal::Internal)
    }

    fn answer(&self, answer: Response<Incoming>, registered: Arc<Registered>) -> Result<Response<Body>, Refusal> {
        let (parts, body) = answer.into_parts();
        match parts.status {
            // Staff would take it for a word about their own token.
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                return Err(Refusal::UpstreamRefusedUs);
            }
            StatusCode::SWITCHING_PROTOCOLS => return Err(Refusal::UpstreamSwitches),
            _ => registered.flight().begin_streaming()?,
        }
        let body = CutBody::new(body, registered, self.limits.idle, None);
        let mut response =
            Response::new(body.map_err(|broken| Box::new(broken) as Box<dyn Error + Send + Sync>).boxed_unsync());
        *response.status_mut() = parts.status;
        *response.headers_mut() = towards_staff(&parts.headers, &self.credential.header, self.credential.secret());
        Ok(response)
    }
}

fn passable(name: &str) -> Result<HeaderName, UpstreamFault> {
    let name: HeaderName = name.parse().map_err(|_| UpstreamFault::Credential)?;
    if may_be_passed(&name) { Ok(name) } else { Err(UpstreamFault::HeaderNotPassable(name)) }
}

fn prefix(path: Option<&PathAndQuery>) -> Result<String, UpstreamFault> {
    match path.map(PathAndQuery::as_str) {
        None | Some("/") => Ok(String::new()),
        Some(path) if !path.ends_with('/') && !path.contains('?') => Ok(path.to_owned()),
        Some(_) => Err(UpstreamFault::Url),
    }
}

/// The library's error is logged by its kind alone: its text could hold addresses.
fn unreachable(fault: &hyper_util::client::legacy::Error) -> Refusal {
    tracing::warn!(connecting = fault.is_connect(), "the upstream broke off or cannot be reached");
    Refusal::Unreachable
}
