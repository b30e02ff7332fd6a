//! Listening: takes connections up to a limit, and on shutdown lets requests under way end for a while.

use std::{io, sync::Arc, time::Duration};

use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admin::serve_admin,
    config::Limits,
    connection::{ConnectionLimits, serve_connection},
    gate::Gate,
    head::HeadLimits,
};

/// How long requests under way may go on after shutdown was asked for.
const GRACE: Duration = Duration::from_secs(5);
/// After a failed accept (out of descriptors, mostly) the next try waits, so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where the gateway listens.
#[derive(Debug)]
pub struct Listeners {
    pub public: TcpListener,
    /// The operator's, on loopback.
    pub admin: Option<TcpListener>,
}

struct Serving {
    gate: Arc<Gate>,
    tls: Arc<ServerConfig>,
    limits: ConnectionLimits,
    places: Arc<Semaphore>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// Serves until `shutdown` is ready, then lets requests under way end and writes down what was counted.
pub async fn serve(
    gate: Arc<Gate>,
    listeners: Listeners,
    tls: Arc<ServerConfig>,
    limits: &Limits,
    shutdown: impl Future<Output = ()> + Send,
) {
    let serving = Serving {
        gate: Arc::clone(&gate),
        tls,
        limits: connection_limits(limits),
        places: Arc::new(Semaphore::new(limits.connections)),
        closing: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let mut tending = tokio::spawn({
        let gate = Arc::clone(&gate);
        async move { gate.tend().await }
    });
    tokio::select! {
        () = shutdown => {}
        () = serving.take(&listeners) => {}
        // Without its watcher the gateway could not cut anything: it goes down.
        _ = &mut tending => tracing::error!("nothing watches requests under way any more"),
    }
    drop(listeners);
    serving.closing.cancel();
    serving.tasks.close();
    // Whoever has not ended by then is dropped with the runtime's tasks.
    let _ = timeout(GRACE, serving.tasks.wait()).await;
    tending.abort();
    gate.flush().await;
}

impl Serving {
    async fn take(&self, listeners: &Listeners) {
        loop {
            tokio::select! {
                taken = listeners.public.accept() => match taken {
                    Ok((tcp, _)) => self.begin(tcp),
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
                taken = accept(listeners.admin.as_ref()) => match taken {
                    Ok(tcp) => {
                        self.tasks.spawn(until(self.closing.clone(), serve_admin(Arc::clone(&self.gate), tcp)));
                    }
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
            }
        }
    }

    fn begin(&self, tcp: TcpStream) {
        // Over the limit a connection is closed unheard.
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return };
        // Only latency is lost where the option cannot be set.
        let _ = tcp.set_nodelay(true);
        let connection = serve_connection(
            Arc::clone(&self.gate),
            Arc::clone(&self.tls),
            tcp,
            self.limits.clone(),
            self.closing.clone(),
        );
        self.tasks.spawn(async move {
            connection.await;
            drop(place);
        });
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(tcp, _)| tcp),
        None => std::future::pending().await,
    }
}

async fn until(closing: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        () = closing.cancelled() => {}
    }
}

fn connection_limits(limits: &Limits) -> ConnectionLimits {
    let head = HeadLimits { bytes: limits.head_bytes, headers: limits.headers };
    ConnectionLimits { head, head_time: Duration::from_secs(limits.head_seconds) }
}
