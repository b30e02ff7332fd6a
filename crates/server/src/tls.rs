//! The listener: TLS 1.2 and 1.3, a client certificate asked for, and limits on whoever connects.
//!
//! Any client certificate is taken, since consoles make their own; what is verified is that the peer holds its key.
//! Which certificate it is goes with each request; whether it is the right one is the verb's affair.

mod drained;
mod watched;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use doorward_core::feed::tree::plain_hash;
use http::Request;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    server::{
        NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject};
use serde::{Deserialize, Serialize};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use self::{drained::Drained, watched::Watched};
use crate::http::PeerCertificate;

const H2: &[u8] = b"h2";
const MAX_HEADERS: usize = 64;
const MAX_HEAD_BYTES: usize = 16 * 1_024;
const MAX_STREAMS: u32 = 64;
/// How often a client that says nothing on HTTP/2 is asked whether it is there, and how long it may think.
const PING: Duration = Duration::from_secs(20);
/// After a failed accept (out of descriptors, mostly) the next try waits, so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What is wrong with the certificate or its key.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    #[error("{path} is not the PEM file it should be: {fault}")]
    Pem { path: PathBuf, fault: rustls_pki_types::pem::Error },
    #[error("certificate and key cannot be used: {0}")]
    Rustls(#[from] Error),
}

/// The server's own certificate, in two PEM files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The whole chain, the server's own first.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// How many may be connected, and how long they may take.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub connections: usize,
    /// For the handshake, and for each request's head.
    pub head: Duration,
    /// Without a byte in either direction.
    pub idle: Duration,
    /// For requests under way, after shutdown was asked for.
    pub grace: Duration,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            connections: 4_096,
            head: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            grace: Duration::from_secs(3),
        }
    }
}

/// Where a request came from, as the listener saw it. What headers say of it is never believed.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);

/// Takes any client certificate whose key the peer proves to hold.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// Machines with API keys have none; staff without one are answered with a code, which a handshake could not say.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The listener's side of TLS.
pub fn server_config(files: &Files) -> Result<Arc<ServerConfig>, TlsFault> {
    config(files, true)
}

/// The same for pages: a browser is not asked for a certificate, or it would ask its user.
pub fn page_config(files: &Files) -> Result<Arc<ServerConfig>, TlsFault> {
    config(files, false)
}

fn config(files: &Files, asks: bool) -> Result<Arc<ServerConfig>, TlsFault> {
    let unreadable = |path: &PathBuf| {
        let path = path.clone();
        move |fault| TlsFault::Pem { path, fault }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(unreadable(&files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unreadable(&files.key))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let config = match asks {
        true => config.with_client_cert_verifier(Arc::new(AnyCertificate(provider))),
        false => config.with_no_client_auth(),
    };
    let mut config = config.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
    // Nothing is resumed: each connection proves anew that the peer holds its key.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

struct Listening {
    router: Router,
    tls: TlsAcceptor,
    edge: Edge,
    places: Arc<Semaphore>,
    /// Asks connections to end after the requests under way.
    closing: CancellationToken,
    /// Ends them.
    closed: CancellationToken,
    tasks: TaskTracker,
}

/// Serves `router` until `shutdown` is ready, then lets requests under way end. Each request carries
/// [`PeerCertificate`] and [`PeerAddress`].
pub async fn serve(
    router: Router,
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    edge: Edge,
    shutdown: impl Future<Output = ()> + Send,
) {
    let listening = Arc::new(Listening {
        router,
        tls: TlsAcceptor::from(tls),
        edge,
        places: Arc::new(Semaphore::new(edge.connections)),
        closing: CancellationToken::new(),
        closed: CancellationToken::new(),
        tasks: TaskTracker::new(),
    });
    tokio::select! {
        () = shutdown => {}
        () = listening.take(&listener) => {}
    }
    drop(listener);
    listening.closing.cancel();
    listening.tasks.close();
    if timeout(edge.grace, listening.tasks.wait()).await.is_err() {
        // Streams never end by themselves.
        listening.closed.cancel();
        listening.tasks.wait().await;
    }
}

impl Listening {
    async fn take(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((tcp, address)) => self.begin(tcp, address),
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn begin(self: &Arc<Self>, tcp: TcpStream, address: SocketAddr) {
        // Over the limit a connection is closed unheard.
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return };
        // Only latency is lost where the option cannot be set.
        let _ = tcp.set_nodelay(true);
        let listening = Arc::clone(self);
        self.tasks.spawn(async move {
            let closed = listening.closed.clone();
            tokio::select! {
                () = closed.cancelled() => {}
                () = listening.connection(tcp, address) => {}
            }
            drop(place);
        });
    }

    async fn connection(&self, tcp: TcpStream, address: SocketAddr) {
        // What goes wrong in a handshake is the peer's affair; there is nobody to answer yet.
        let Ok(Ok(stream)) = timeout(self.edge.head, self.tls.accept(tcp)).await else { return };
        let second = stream.get_ref().1.alpn_protocol() == Some(H2);
        let peer = (PeerCertificate(thumbprint(&stream)), PeerAddress(address));
        let (stream, stood_still) = Watched::new(stream, self.edge.idle);
        tokio::select! {
            () = stood_still => {}
            () = self.speak(stream, peer, second) => {}
        }
    }

    async fn speak(&self, stream: Watched<TlsStream<TcpStream>>, peer: (PeerCertificate, PeerAddress), second: bool) {
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer.0);
            request.extensions_mut().insert(peer.1);
            router.clone().oneshot(request.map(Drained::new))
        });
        let stream = TokioIo::new(stream);
        if second {
            let mut connection = std::pin::pin!(self.http2().serve_connection(stream, service));
            tokio::select! {
                _ = connection.as_mut() => return,
                () = self.closing.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            let _ended = connection.await;
        } else {
            let mut connection = std::pin::pin!(self.http1().serve_connection(stream, service));
            tokio::select! {
                _ = connection.as_mut() => return,
                () = self.closing.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            let _ended = connection.await;
        }
    }

    fn http1(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.edge.head)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD_BYTES);
        builder
    }

    fn http2(&self) -> http2::Builder<TokioExecutor> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX));
        builder
    }
}

fn thumbprint(stream: &TlsStream<TcpStream>) -> Option<[u8; 32]> {
    stream.get_ref().1.peer_certificates()?.first().map(|certificate| plain_hash(certificate))
}
