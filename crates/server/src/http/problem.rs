//! Refusals as answers: the status, the problem's JSON, and a line in the log that names the request.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use doorward_core::wire::{Code, Problem};
use futures::FutureExt;

use crate::app::{App, Refusal};

/// How long an answer may take to begin.
const LONGEST: Duration = Duration::from_secs(20);

/// A refusal on its way out: the outermost layer gives it its body, which names the request.
#[derive(Clone)]
struct Refused(Arc<Refusal>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status(self.code()).into_response();
        response.extensions_mut().insert(Refused(Arc::new(self)));
        response
    }
}

fn status(code: Code) -> StatusCode {
    match code {
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::NotSignedIn | Code::OtherCertificate => StatusCode::UNAUTHORIZED,
        Code::Denied | Code::KeyRefused | Code::CodeRefused | Code::RouteRefused => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::CeremonyGone => StatusCode::GONE,
        Code::Conflict => StatusCode::CONFLICT,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::TimedOut | Code::NotFresh | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::UpstreamUnreachable => StatusCode::BAD_GATEWAY,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives every request a name and every failure the one shape: refusals, the router's own, panics and time-outs.
pub(super) async fn shape(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let name = app.draw_name();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let answer = tokio::time::timeout(LONGEST, AssertUnwindSafe(next.run(request)).catch_unwind()).await;
    let mut response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Refusal::internal(what_panicked(panic.as_ref())).into_response(),
        Err(_) => Refusal::new(Code::TimedOut).into_response(),
    };
    if let Some(refusal) = refusal_in(&response) {
        log(&refusal, &name, &route);
        let shaped = (status(refusal.code()), Json(refusal.problem(&name))).into_response();
        response = shaped;
    }
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert("x-request-id", value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn refusal_in(response: &Response) -> Option<Arc<Refusal>> {
    if let Some(Refused(refusal)) = response.extensions().get() {
        return Some(Arc::clone(refusal));
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        status if status.is_client_error() => Code::BadRequest,
        status if status.is_server_error() => Code::Internal,
        _ => return None,
    };
    Some(Arc::new(Refusal::new(code)))
}

fn log(refusal: &Refusal, request: &str, route: &str) {
    let (code, denial, inside) = (refusal.code(), refusal.denial(), refusal.inside().unwrap_or_default());
    if code == Code::Internal {
        tracing::error!(request, route, inside, "failed");
    } else {
        tracing::info!(request, route, ?code, ?denial, inside, "refused");
    }
}

fn what_panicked(panic: &(dyn Any + Send)) -> &'static str {
    // A panic's own words may quote data; where it happened is in the panic hook's line.
    if panic.is::<String>() { "a handler panicked with a message" } else { "a handler panicked" }
}

/// For the documentation: what refusals look like.
pub(super) type Shape = Problem;
