//! An endpoint on this machine alone, by which other programs use one session: it takes requests on 127.0.0.1, and has
//! them passed on by whoever opened it. It lives as long as its value, and what is under way ends with it.
//!
//! It knows no token and no account: those are added behind [`Way`]. It never answers a page in a browser.

mod gate;

use std::{convert::Infallible, fmt, io, net::Ipv4Addr, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use http::Request;
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use secrecy::SecretString;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::api::{ApiError, Passage, Passed};
pub use gate::EndpointRefusal;

/// So many programs at once; more wait for their turn.
const CONNECTIONS: usize = 32;
/// How long a program may take to say what it wants.
const HEAD: Duration = Duration::from_secs(15);
const LARGEST_HEAD: usize = 64 << 10;
/// How long the gateway may take to begin its answer.
const ANSWER: Duration = Duration::from_secs(60);
/// After a connection that could not be taken, as when no more files may be open.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes requests on.
pub trait Way: Send + Sync + 'static {
    fn pass(&self, ask: Passage) -> BoxFuture<'_, Result<Passed, ApiError>>;
}

/// An endpoint that is open. Dropping it closes it, and every connection to it.
pub struct Endpoint {
    host: Arc<str>,
    secret: SecretString,
    _cut: DropGuard,
}

impl Endpoint {
    /// Opens an endpoint on a port that is free, for whoever has `secret`.
    pub async fn open(secret: SecretString, way: impl Way) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host: Arc<str> = format!("127.0.0.1:{}", listener.local_addr()?.port()).into();
        let over = CancellationToken::new();
        let door = Arc::new(Door { host: Arc::clone(&host), secret: secret.clone(), way: Box::new(way) });
        let (listening, cut) = (over.clone(), over.clone());
        tokio::spawn(async move { over.run_until_cancelled(listen(listener, door, listening)).await });
        Ok(Self { host, secret, _cut: cut.drop_guard() })
    }

    /// Where it is: `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// What must be shown at each request.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("host", &self.host).finish_non_exhaustive()
    }
}

struct Door {
    host: Arc<str>,
    secret: SecretString,
    way: Box<dyn Way>,
}

async fn listen(listener: TcpListener, door: Arc<Door>, over: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (door, over) = (Arc::clone(&door), over.clone());
        tokio::spawn(async move {
            let _place = place;
            over.run_until_cancelled(serve(stream, door)).await;
        });
    }
}

async fn serve(stream: TcpStream, door: Arc<Door>) {
    let service = service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { Ok::<_, Infallible>(door.answer(request).await.unwrap_or_else(EndpointRefusal::answer)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(fault) = connection.await {
        tracing::debug!(%fault, "a connection to the endpoint broke off");
    }
}

impl Door {
    async fn answer(&self, request: Request<Incoming>) -> Result<Passed, EndpointRefusal> {
        let path_and_query = gate::enter(&request, &self.host, &self.secret)?;
        let (parts, body) = request.into_parts();
        let ask = Passage {
            method: parts.method,
            path_and_query,
            headers: parts.headers,
            body: body.map_err(Into::into).boxed(),
        };
        tokio::time::timeout(ANSWER, self.way.pass(ask))
            .await
            .map_err(|_| EndpointRefusal::TimedOut)?
            .map_err(Into::into)
    }
}

#[cfg(test)]
mod tests;
