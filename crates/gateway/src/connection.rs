//! One connection of staff: TLS, heads read strictly, one request after the other, and an end at once when a request
//! is cut after its answer has begun.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;

use crate::{
    gate::{Gate, Peer},
    head::{HeadLimits, HeadReader},
    tokens::sha256,
};

/// What a connection is served with.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    pub head: HeadLimits,
    /// For the handshake, for each head, and between two requests.
    pub head_time: Duration,
}

/// Serves a connection to its end. `closing` asks it to end after the request under way.
pub async fn serve_connection(
    gate: Arc<Gate>,
    tls: Arc<ServerConfig>,
    tcp: TcpStream,
    limits: ConnectionLimits,
    closing: CancellationToken,
) {
    let handshake = TlsAcceptor::from(tls).accept(tcp);
    // What goes wrong in a handshake is the peer's affair; there is nobody to answer yet.
    let Ok(Ok(stream)) = timeout(limits.head_time, handshake).await else { return };
    let connection = CancellationToken::new();
    let peer = Peer { thumbprint: thumbprint(&stream), connection: connection.clone() };
    let (io, heads) = HeadReader::new(stream, limits.head);
    let service = service_fn(move |request| {
        let (gate, peer, head) = (Arc::clone(&gate), peer.clone(), heads.next());
        async move { Ok::<_, Infallible>(gate.answer(&peer, head, request).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.head.headers.max(2))
        .serve_connection(TokioIo::new(io), service);
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        biased;
        // Dropped with all it had still to send.
        () = connection.cancelled() => {}
        _ = serving.as_mut() => {}
        () = closing.cancelled() => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                biased;
                () = connection.cancelled() => {}
                _ = serving => {}
            }
        }
    }
}

fn thumbprint(stream: &TlsStream<TcpStream>) -> Option<[u8; 32]> {
    stream.get_ref().1.peer_certificates()?.first().map(|certificate| sha256(certificate))
}
