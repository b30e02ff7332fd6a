//! The operator's own listener, on loopback alone: is the process there, and could requests pass. It says nothing else.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::gate::Gate;

const HEAD_TIME: Duration = Duration::from_secs(5);

/// Serves `/healthz` and `/readyz` on one connection.
pub async fn serve_admin(gate: Arc<Gate>, tcp: TcpStream) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut response = Response::new(Empty::<Bytes>::new());
        *response.status_mut() = status(&gate, request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(response) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(tcp), service);
    // A peer that goes away is no news.
    let _ = serving.await;
}

fn status(gate: &Gate, method: &Method, path: &str) -> StatusCode {
    match (method, path) {
        (&Method::GET, "/healthz") => StatusCode::OK,
        (&Method::GET, "/readyz") if gate.ready() => StatusCode::OK,
        (&Method::GET, "/readyz") => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::NOT_FOUND,
    }
}
