//! Who may ask at an endpoint: whoever has its secret, from a program and not from a page in a browser.
//!
//! Every check stands alone: a browser is refused even with the secret, and the secret is not looked at for whoever asks
//! by another name than the endpoint's own.

use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, ORIGIN, WWW_AUTHENTICATE},
};
use http_body_util::{BodyExt, Full};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::api::{ApiError, Passed};

/// Longer than any path of the vendor's API.
const LONGEST_PATH: usize = 8 << 10;

/// Why a request went nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum EndpointRefusal {
    /// It names another host: a page whose name was made to lead here, or something that takes this for a proxy.
    WrongHost,
    /// A browser sent it on behalf of a page.
    Browser,
    /// Without the secret, or with another.
    NoSecret,
    /// The path is not in its plain form.
    BadPath,
    /// The gateway cannot be reached, or is not the one that is trusted.
    NoGateway,
    TimedOut,
}

impl EndpointRefusal {
    /// What programs look at.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongHost => "wrong-host",
            Self::Browser => "browser-refused",
            Self::NoSecret => "secret-missing",
            Self::BadPath => "bad-path",
            Self::NoGateway => "gateway-unreachable",
            Self::TimedOut => "timed-out",
        }
    }

    /// What people at a terminal read.
    fn message(self) -> &'static str {
        match self {
            Self::WrongHost => "ask by the address the console shows, 127.0.0.1 and its port",
            Self::Browser => "browsers are refused: use a program such as curl",
            Self::NoSecret => "send the secret the console shows as Authorization: Bearer",
            Self::BadPath => "write the path in its plain form, without dots and backslashes, percent-encoded",
            Self::NoGateway => "the gateway cannot be reached",
            Self::TimedOut => "the gateway did not answer in time",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Browser => StatusCode::FORBIDDEN,
            Self::NoSecret => StatusCode::UNAUTHORIZED,
            Self::BadPath => StatusCode::BAD_REQUEST,
            Self::NoGateway => StatusCode::BAD_GATEWAY,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    pub(super) fn answer(self) -> Passed {
        let body = serde_json::json!({ "code": self.code(), "message": self.message() }).to_string();
        let mut answer = Response::new(Full::from(body).map_err(|never| match never {}).boxed());
        *answer.status_mut() = self.status();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self == Self::NoSecret {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

impl From<ApiError> for EndpointRefusal {
    fn from(_: ApiError) -> Self {
        Self::NoGateway
    }
}

/// Looks at a request's head. `host` is what this endpoint is called, with its port.
///
/// Returns the path and query as they may be passed on.
pub(super) fn enter<B>(request: &Request<B>, host: &str, secret: &SecretString) -> Result<String, EndpointRefusal> {
    by_its_name(request, host)?;
    no_browser(request.headers())?;
    has_secret(request.headers(), secret)?;
    plain(request)
}

fn by_its_name<B>(request: &Request<B>, host: &str) -> Result<(), EndpointRefusal> {
    let mut named = request.headers().get_all(HOST).iter();
    let own = named.next().is_some_and(|value| value.as_bytes() == host.as_bytes()) && named.next().is_none();
    let as_a_proxy = request.uri().authority().is_some();
    if own && !as_a_proxy { Ok(()) } else { Err(EndpointRefusal::WrongHost) }
}

fn no_browser(headers: &HeaderMap) -> Result<(), EndpointRefusal> {
    let for_a_page = |name: &str| name.starts_with("sec-fetch-") || name.starts_with("access-control-request-");
    let browser = headers.contains_key(ORIGIN) || headers.keys().any(|name| for_a_page(name.as_str()));
    if browser { Err(EndpointRefusal::Browser) } else { Ok(()) }
}

fn has_secret(headers: &HeaderMap, secret: &SecretString) -> Result<(), EndpointRefusal> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else { return Err(EndpointRefusal::NoSecret) };
    let shown = only.as_bytes().strip_prefix(b"Bearer ").ok_or(EndpointRefusal::NoSecret)?;
    let same: bool = shown.ct_eq(secret.expose_secret().as_bytes()).into();
    if same { Ok(()) } else { Err(EndpointRefusal::NoSecret) }
}

/// The path, where nobody on the way would read another one in it.
fn plain<B>(request: &Request<B>) -> Result<String, EndpointRefusal> {
    let path = request.uri().path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
    let read = reqwest::Url::parse(&format!("http://a{path}")).ok();
    let same = read.is_some_and(|url| url.as_str().strip_prefix("http://a") == Some(path));
    let fits = path.starts_with('/') && !path.contains('\\') && path.len() <= LONGEST_PATH;
    if same && fits { Ok(path.to_owned()) } else { Err(EndpointRefusal::BadPath) }
}
