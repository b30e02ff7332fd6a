//! Refusals: each with a code and words for outside, and a line for the log. No refusal carries what was sent.

use bytes::Bytes;
use doorward_core::{
    feed::freshness::Stale,
    policy::Denial,
    route::RouteRefusal,
    token::TokenFault,
    wire::{Code, Problem},
};
use http::{
    HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use http_body_util::{BodyExt, Full};

use crate::body::Body;

/// The header that names the request in the gateway's log, in every answer and to the upstream.
pub const REQUEST_HEADER: &str = "x-doorward-request";
/// Set where the gateway speaks for itself; an upstream that sets it is not heard.
pub const REFUSED_HEADER: &str = "x-doorward-refused";

/// Why a request does not pass, or no longer. Its Display is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the request's route is refused: {0}")]
    Route(#[from] RouteRefusal),
    #[error("the request asks for another protocol")]
    Upgrade,
    #[error("the head of the request is too large")]
    HeadTooLarge,
    #[error("no client certificate was shown")]
    NoCertificate,
    #[error("there is not exactly one bearer token")]
    NoToken,
    #[error("the token is refused: {0}")]
    Token(#[from] TokenFault),
    #[error("the policy says no: {0:?}")]
    Denied(Denial),
    #[error("nothing signed was heard yet")]
    NoTime,
    #[error("the replica is not fresh: {0}")]
    NotFresh(#[from] Stale),
    #[error("the body is larger than allowed")]
    BodyTooLarge,
    #[error("the body did not arrive in time")]
    BodyTooSlow,
    #[error("the body did not arrive whole")]
    BodyBroken,
    #[error("the session has too many requests under way")]
    TooManyAtOnce,
    #[error("the journal could not take note of the request")]
    NotWrittenDown,
    #[error("the upstream cannot be reached, or broke off")]
    Unreachable,
    #[error("the upstream did not answer in time")]
    UpstreamTooSlow,
    #[error("the upstream did not accept the gateway's own credential")]
    UpstreamRefusedUs,
    #[error("the upstream wants to speak another protocol")]
    UpstreamSwitches,
    #[error("the gateway could not put its own request together")]
    Internal,
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl Refusal {
    fn status_and_code(self) -> (StatusCode, Code) {
        match self {
            Self::Route(RouteRefusal::MethodNotAllowed) => (StatusCode::METHOD_NOT_ALLOWED, Code::RouteRefused),
            Self::Route(RouteRefusal::UnknownRoute) => (StatusCode::NOT_FOUND, Code::RouteRefused),
            Self::Route(RouteRefusal::RefusedRoute) => (StatusCode::FORBIDDEN, Code::RouteRefused),
            Self::Route(RouteRefusal::TargetTooLong) => (StatusCode::URI_TOO_LONG, Code::RouteRefused),
            Self::Route(_) | Self::Upgrade => (StatusCode::BAD_REQUEST, Code::RouteRefused),
            Self::HeadTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, Code::TooLarge),
            Self::Token(TokenFault::OtherCertificate) => (StatusCode::UNAUTHORIZED, Code::OtherCertificate),
            Self::NoCertificate | Self::NoToken | Self::Token(_) => (StatusCode::UNAUTHORIZED, Code::NotSignedIn),
            Self::Denied(_) => (StatusCode::FORBIDDEN, Code::Denied),
            Self::NoTime | Self::NotFresh(_) => (StatusCode::SERVICE_UNAVAILABLE, Code::NotFresh),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, Code::TimedOut),
            Self::BodyBroken => (StatusCode::BAD_REQUEST, Code::BadRequest),
            Self::TooManyAtOnce => (StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests),
            Self::NotWrittenDown => (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable),
            Self::UpstreamTooSlow => (StatusCode::GATEWAY_TIMEOUT, Code::TimedOut),
            Self::Unreachable | Self::UpstreamRefusedUs | Self::UpstreamSwitches => {
                (StatusCode::BAD_GATEWAY, Code::UpstreamUnreachable)
            }
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal),
        }
    }

    /// A code that is finer than the problem's own, where somebody can do something with it.
    fn detail(self) -> Option<String> {
        match self {
            Self::Route(refusal) => code_of(&refusal),
            Self::Upgrade => Some("upgrade".to_owned()),
            Self::NoCertificate => Some("no-certificate".to_owned()),
            Self::Token(TokenFault::Expired) => Some("token-expired".to_owned()),
            Self::UpstreamRefusedUs => Some("credential-refused".to_owned()),
            Self::UpstreamSwitches => Some("upgrade".to_owned()),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match self.status_and_code().1 {
            Code::RouteRefused => "This request is not one that passes here.",
            Code::TooLarge => "The request is too large.",
            Code::OtherCertificate => "The session token belongs to another client certificate.",
            Code::NotSignedIn => "A session token and its client certificate are needed.",
            Code::Denied => "The session does not allow this.",
            Code::NotFresh => "The gateway does not know the present state of access. Nothing passes until it does.",
            Code::TimedOut => "It took too long.",
            Code::BadRequest => "The request did not arrive whole.",
            Code::TooManyRequests => "Too many requests at once.",
            Code::UpstreamUnreachable => "The service behind the gateway could not answer.",
            _ => "Something is wrong at the gateway. Nothing has passed.",
        }
    }

    fn denial(self) -> Option<Denial> {
        match self {
            Self::Denied(denial) => Some(denial),
            _ => None,
        }
    }

    /// Whether the connection can be used again. After a request that was not read whole it cannot.
    fn closes(self) -> bool {
        !matches!(self, Self::Denied(_) | Self::Token(_) | Self::NoToken | Self::NotFresh(_) | Self::NoTime)
    }

    /// The answer that is sent.
    pub fn response(self, request: &str) -> Response<Body> {
        let (status, code) = self.status_and_code();
        let problem = Problem {
            code,
            denial: self.denial(),
            detail: self.detail(),
            message: self.words().to_owned(),
            request: request.to_owned(),
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        };
        let json = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from(json)).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(request) = HeaderValue::from_str(request) {
            headers.insert(REQUEST_HEADER, request);
        }
        headers.insert(REFUSED_HEADER, HeaderValue::from_static("1"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

fn code_of(refusal: &RouteRefusal) -> Option<String> {
    serde_json::to_value(refusal).ok()?.as_str().map(str::to_owned)
}
