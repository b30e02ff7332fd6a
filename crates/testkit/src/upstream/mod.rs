//! The sample account-data API: what stands behind the gateway in tests and in the demo.
//!
//! It serves the sample world's accounts under `/accounts/{account}`, asks for its own key as a vendor's internal API
//! would, really changes its state when it is written to, and remembers what reached it. It knows nothing of staff,
//! sessions or grants: whatever gets past the gateway is served.

mod answers;
mod asked;
mod filter;
mod reads;
mod routes;
mod shapes;
mod streams;
mod writes;

#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod trial;
#[cfg(test)]
mod write_tests;

use std::{
    collections::{HashMap, VecDeque},
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use doorward_core::{id::AccountId, time::UnixMs};
use secrecy::{ExposeSecret, SecretString};
use tokio::{net::TcpListener, task::JoinHandle};

use self::{answers::Fault, streams::Streams};
use crate::{
    dice::Dice,
    world::{AccountData, Person, World},
};

pub use routes::{SAMPLE_ROUTES, sample_routes};
pub use streams::{HeldStreams, OpenStream, StreamCut};

/// How many requests are remembered.
const MOST_SEEN: usize = 10_000;

type Shared = Arc<Mutex<AccountData>>;

/// The sample account-data API; every copy is the same one.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    world: Arc<World>,
    key: SecretString,
    now: Box<dyn Fn() -> UnixMs + Send + Sync>,
    accounts: Mutex<HashMap<AccountId, Shared>>,
    seen: Mutex<VecDeque<Seen>>,
    dice: Mutex<Dice>,
    streams: Streams,
}

/// A request that reached the upstream: what a test may look at, without the values of any header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub header_names: Vec<String>,
    pub key: KeySeen,
}

/// Whether the request carried the upstream's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySeen {
    Right,
    Wrong,
    Missing,
}

/// An upstream that listens; it stops when this is dropped.
#[derive(Debug)]
pub struct RunningUpstream {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Upstream {
    pub fn new(world: Arc<World>, key: SecretString, now: impl Fn() -> UnixMs + Send + Sync + 'static) -> Self {
        let dice = Mutex::new(Dice::new(world.seed, "upstream"));
        Self(Arc::new(Inner {
            world,
            key,
            now: Box::new(now),
            accounts: Mutex::default(),
            seen: Mutex::default(),
            dice,
            streams: Streams::default(),
        }))
    }

    pub fn router(&self) -> Router {
        Router::new()
            .nest("/accounts/{account}", routes::router())
            .fallback(|| async { Fault::NotFound })
            .layer(middleware::from_fn_with_state(self.clone(), gate))
            .with_state(self.clone())
    }

    /// Listens on a free loopback port, by plain HTTP: it is only ever reached from the gateway's own machine.
    pub async fn spawn(&self) -> io::Result<RunningUpstream> {
        self.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    pub async fn listen(&self, address: SocketAddr) -> io::Result<RunningUpstream> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let router = self.router();
        let task = tokio::spawn(async move {
            if let Err(fault) = axum::serve(listener, router).await {
                tracing::error!(%fault, "the sample upstream stopped");
            }
        });
        Ok(RunningUpstream { address, task })
    }

    /// What reached it, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.0.seen).iter().cloned().collect()
    }

    pub fn forget_seen(&self) {
        lock(&self.0.seen).clear();
    }

    /// A person as they are now, by `id`, e-mail address or `cio_id`.
    pub fn person(&self, account: &AccountId, identifier: &str) -> Option<Person> {
        self.look(account, |data| data.person(identifier).cloned())?
    }

    /// Looks at an account as it is now.
    pub fn look<T>(&self, account: &AccountId, look: impl FnOnce(&AccountData) -> T) -> Option<T> {
        self.account(account).map(|shared| look(&lock(&shared)))
    }

    /// From now on every stream that is opened waits for whoever holds the answer to pour.
    pub fn hold_streams(&self) -> HeldStreams {
        self.0.streams.hold()
    }

    /// The account's data, drawn when it is first asked for.
    fn account(&self, id: &AccountId) -> Option<Shared> {
        let mut accounts = lock(&self.0.accounts);
        if let Some(shared) = accounts.get(id) {
            return Some(shared.clone());
        }
        let shared = Arc::new(Mutex::new(self.0.world.data(id)?));
        accounts.insert(id.clone(), shared.clone());
        Some(shared)
    }

    fn now_seconds(&self) -> i64 {
        (self.0.now)().0 / 1_000
    }

    fn note(&self, request: &Request, key: KeySeen) {
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let header_names = request.headers().keys().map(ToString::to_string).collect();
        let mut seen = lock(&self.0.seen);
        if seen.len() >= MOST_SEEN {
            seen.pop_front();
        }
        seen.push_back(Seen { method: request.method().to_string(), path, header_names, key });
    }

    fn key_in(&self, headers: &HeaderMap) -> KeySeen {
        let Some(sent) = headers.get(AUTHORIZATION) else { return KeySeen::Missing };
        let wanted = format!("Bearer {}", self.0.key.expose_secret());
        let is_alone = headers.get_all(AUTHORIZATION).iter().count() == 1;
        let is_right = aws_lc_rs::constant_time::verify_slices_are_equal(sent.as_bytes(), wanted.as_bytes()).is_ok();
        if is_alone && is_right { KeySeen::Right } else { KeySeen::Wrong }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").finish_non_exhaustive()
    }
}

impl RunningUpstream {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for RunningUpstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn gate(State(upstream): State<Upstream>, request: Request, next: Next) -> Response {
    let key = upstream.key_in(request.headers());
    upstream.note(&request, key);
    if key == KeySeen::Right { next.run(request).await } else { Fault::Unauthorized.into_response() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
