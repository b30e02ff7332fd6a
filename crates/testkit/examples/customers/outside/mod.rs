//! The world outside, for the stand: Stripe, and the companies that sign their own people in. Browsers are led to one
//! listener here whichever of them they ask for. NO SECURITY.

pub mod company;
pub mod shop;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    response::{Html, IntoResponse, Response},
};
use doorward_server::tls::{Edge, serve};
use doorward_testkit::house::Fallible;
use http::{Request, StatusCode, header};
use rustls::ServerConfig;
use tokio::net::TcpListener;

use self::{company::Companies, shop::Shop};

const LONGEST: usize = 64 * 1_024;

/// Who is there.
#[derive(Clone)]
pub struct Outside {
    pub shop: Shop,
    pub companies: Companies,
}

/// What a browser asks for.
pub struct Asked {
    pub host: String,
    pub path: String,
    /// The query of a link, or the form.
    pub pairs: String,
}

impl Outside {
    /// Listens for browsers. Gives where.
    pub async fn listen(&self, tls: Arc<ServerConfig>) -> Fallible<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(serve(router, listener, tls, Edge::default(), std::future::pending()));
        Ok(address)
    }
}

async fn answer(State(outside): State<Outside>, request: Request<Body>) -> Response {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = request.uri().host().unwrap_or(named).split(':').next().unwrap_or_default().to_owned();
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
    let body = to_bytes(request.into_body(), LONGEST).await.unwrap_or_default();
    let pairs = if body.is_empty() { query } else { String::from_utf8_lossy(&body).into_owned() };
    let asked = Asked { host, path, pairs };
    let found =
        if asked.host.ends_with(".stripe.com") { outside.shop.shown(&asked) } else { outside.companies.shown(&asked) };
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A page of somebody else's.
pub fn page(title: &str, main: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><link rel=\"icon\" href=\"data:,\">\
         <main><h1>{title}</h1>{main}</main></html>"
    ))
    .into_response()
}

/// A text within an attribute.
pub fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}
