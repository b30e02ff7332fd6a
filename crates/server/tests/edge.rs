//! The edge over a real socket: which TLS it speaks, whose certificate a request carries, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{Extension, Router, routing::any};
use bytes::Bytes;
use doorward_core::time::UnixMs;
use doorward_server::{
    PeerCertificate,
    secrets::{DataDir, development_certificate},
    tls::{Edge, PeerAddress, serve, server_config},
};
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs::default_provider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const NOW: UnixMs = UnixMs(1_795_000_000_000);
const DEADLINE: Duration = Duration::from_secs(20);

struct Door {
    address: SocketAddr,
    ca: PathBuf,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
    _home: TempDir,
}

fn routes() -> Router {
    let who = |Extension(peer): Extension<PeerCertificate>, Extension(from): Extension<PeerAddress>| async move {
        format!("{} {}", from.0.ip(), peer.0.map_or("none".to_owned(), hex::encode))
    };
    let endless = || async {
        let drops = stream::iter([Ok::<_, std::io::Error>("drop")]).chain(stream::pending());
        axum::body::Body::from_stream(drops)
    };
    Router::new().route("/who", any(who)).route("/endless", any(endless))
}

async fn open(edge: Edge) -> Door {
    let home = TempDir::new().unwrap();
    let dir = DataDir::open(&home.path().join("data")).unwrap();
    let made = development_certificate(&dir, "door.test", NOW).unwrap();
    let tls = server_config(&made.files).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(routes(), listener, tls, edge, async move { drop(stopped.await) }));
    Door { address, ca: made.ca, stop, running, _home: home }
}

/// A certificate of the client's own making, its key, and its thumbprint.
struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        Self { certificate: certificate.der().clone(), key: key.serialize_der() }
    }

    fn thumbprint(&self) -> String {
        hex::encode(digest(&SHA256, &self.certificate))
    }
}

fn client(ca: &Path, identity: Option<&Identity>, alpn: &[u8]) -> ClientConfig {
    client_of(rustls::ALL_VERSIONS, ca, identity, alpn)
}

fn client_of(
    versions: &[&'static rustls::SupportedProtocolVersion],
    ca: &Path,
    identity: Option<&Identity>,
    alpn: &[u8],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::Pkcs8(identity.key.clone().into());
            builder.with_client_auth_cert(vec![identity.certificate.clone()], key).unwrap()
        }
    };
    config.alpn_protocols = vec![alpn.to_vec()];
    config
}

async fn connect(door: &Door, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(door.address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("door.test").unwrap(), tcp).await
}

async fn who(door: &Door, identity: Option<&Identity>) -> String {
    let answer = hear(door, client(&door.ca, identity, b"http/1.1")).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_request_carries_the_certificate_its_sender_holds() {
    let door = open(Edge::default()).await;
    let (one, other) = (Identity::new(), Identity::new());
    assert_eq!(who(&door, Some(&one)).await, format!("127.0.0.1 {}", one.thumbprint()));
    assert_eq!(who(&door, Some(&other)).await, format!("127.0.0.1 {}", other.thumbprint()));
    assert_eq!(who(&door, None).await, "127.0.0.1 none");
}

#[tokio::test]
async fn a_certificate_without_its_key_does_not_come_in() {
    let door = open(Edge::default()).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let (owner, thief) = (Identity::new(), Identity::new());
        // The client library itself would refuse the pair; whoever steals is not that polite.
        let mut config = client_of(&[version], &door.ca, None, b"http/1.1");
        config.client_auth_cert_resolver = Arc::new(Stolen::new(owner.certificate, thief.key));
        let answer = hear(&door, config).await;
        assert!(answer.is_none(), "{version:?}: the handshake's signature is not by the certificate's key");
    }
}

/// What is answered, where anything is.
async fn hear(door: &Door, config: ClientConfig) -> Option<String> {
    let mut stream = connect(door, config).await.ok()?;
    stream.write_all(b"GET /who HTTP/1.1\r\nhost: door.test\r\nconnection: close\r\n\r\n").await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(String::from_utf8(answer).unwrap()).filter(|answer| !answer.is_empty())
}

#[derive(Debug)]
struct Stolen(Arc<rustls::sign::CertifiedKey>);

impl Stolen {
    fn new(certificate: CertificateDer<'static>, key: Vec<u8>) -> Self {
        let key = default_provider().key_provider.load_private_key(PrivateKeyDer::Pkcs8(key.into())).unwrap();
        Self(Arc::new(rustls::sign::CertifiedKey::new(vec![certificate], key)))
    }
}

impl rustls::client::ResolvesClientCert for Stolen {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn http_2_is_spoken() {
    let door = open(Edge::default()).await;
    let identity = Identity::new();
    let stream = connect(&door, client(&door.ca, Some(&identity), b"h2")).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::get("https://door.test/who").body(Full::<Bytes>::default()).unwrap();
    let text = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(text, format!("127.0.0.1 {}", identity.thumbprint()));
    drop(sender);
    connection.await.unwrap().unwrap();
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
/// END_STREAM of data and headers, ACK of settings and pings.
const LAST: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, 0, u8::try_from(payload.len()).unwrap(), kind, flags, 0, 0, 0, stream];
    frame.extend(payload);
    frame
}

/// The kinds of the frames that come, up to the one of this kind that is the last.
async fn frames_until(kind: u8, stream: &mut TlsStream<TcpStream>) -> Vec<u8> {
    let mut kinds = Vec::new();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let mut payload = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
        stream.read_exact(&mut payload).await.unwrap();
        kinds.push(head[3]);
        if head[3] == kind && head[4] & LAST == LAST {
            return kinds;
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_after_its_answer_is_not_reset() {
    let door = open(Edge::default()).await;
    let mut stream = connect(&door, client(&door.ca, None, b"h2")).await.unwrap();
    // POST, https, and two fields in clear (RFC 7541, appendix A).
    let post = [&[0x83, 0x87, 0x44, 4][..], b"/who", &[0x41, 9], b"door.test"].concat();
    let begin = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &[]), frame(HEADERS, 4, 1, &post)];
    stream.write_all(&begin.concat()).await.unwrap();
    let answer = timeout(DEADLINE, frames_until(DATA, &mut stream)).await.unwrap();
    assert!(answer.contains(&HEADERS));
    let rest = [frame(DATA, LAST, 1, b"late"), frame(PING, 0, 0, &[7; 8])];
    stream.write_all(&rest.concat()).await.unwrap();
    let rest = timeout(DEADLINE, frames_until(PING, &mut stream)).await.unwrap();
    assert!(!rest.contains(&RESET), "{rest:?}");
}

/// Whether openssl, which knows old protocols too, gets through the handshake.
async fn openssl(door: &Door, protocol: &str) -> bool {
    let asked = tokio::process::Command::new("openssl")
        // Level 0, since openssl's own rules would otherwise refuse what the server is to refuse.
        .args(["s_client", protocol, "-cipher", "DEFAULT@SECLEVEL=0", "-verify_return_error"])
        .args(["-servername", "door.test", "-connect", &door.address.to_string(), "-CAfile"])
        .arg(&door.ca)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    timeout(DEADLINE, asked).await.unwrap().unwrap().success()
}

#[tokio::test]
async fn tls_is_1_2_or_1_3() {
    let door = open(Edge::default()).await;
    assert!(openssl(&door, "-tls1_3").await);
    assert!(openssl(&door, "-tls1_2").await);
    assert!(!openssl(&door, "-tls1_1").await);
    assert!(!openssl(&door, "-tls1").await);
}

#[tokio::test]
async fn plain_http_is_not_answered() {
    let door = open(Edge::default()).await;
    let mut tcp = TcpStream::connect(door.address).await.unwrap();
    tcp.write_all(b"GET /who HTTP/1.1\r\nhost: door.test\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ended = tcp.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));
}

/// Ready once the other side has closed.
async fn closed(stream: &mut TlsStream<TcpStream>) {
    let mut buffer = [0; 1_024];
    let reading = async { while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {} };
    timeout(DEADLINE, reading).await.expect("the connection is closed");
}

#[tokio::test]
async fn who_says_nothing_is_shown_out() {
    let quick = Edge { head: Duration::from_millis(200), idle: Duration::from_millis(400), ..Edge::default() };
    let door = open(quick).await;
    let mut half = connect(&door, client(&door.ca, None, b"http/1.1")).await.unwrap();
    half.write_all(b"GET /who HT").await.unwrap();
    closed(&mut half).await;
    // HTTP/2 was agreed on, and then not even its first words came.
    let mut mute = connect(&door, client(&door.ca, None, b"h2")).await.unwrap();
    closed(&mut mute).await;
    let mut bare = TcpStream::connect(door.address).await.unwrap();
    let mut buffer = [0; 16];
    let ended = timeout(DEADLINE, bare.read(&mut buffer)).await.expect("the connection is closed");
    assert!(matches!(ended, Ok(0) | Err(_)));
}

#[tokio::test]
async fn one_more_than_may_be_connected_is_closed_unheard() {
    let door = open(Edge { connections: 1, ..Edge::default() }).await;
    let first = connect(&door, client(&door.ca, None, b"http/1.1")).await.unwrap();
    assert!(connect(&door, client(&door.ca, None, b"http/1.1")).await.is_err());
    drop(first);
    let again = async {
        while connect(&door, client(&door.ca, None, b"http/1.1")).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, again).await.expect("the place is free again");
}

#[tokio::test]
async fn stopping_ends_streams_too() {
    let door = open(Edge { grace: Duration::from_millis(200), ..Edge::default() }).await;
    let mut stream = connect(&door, client(&door.ca, None, b"http/1.1")).await.unwrap();
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: door.test\r\n\r\n").await.unwrap();
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP");
    door.stop.send(()).unwrap();
    timeout(DEADLINE, door.running).await.expect("it stops").unwrap();
    closed(&mut stream).await;
    assert!(TcpStream::connect(door.address).await.is_err());
}
