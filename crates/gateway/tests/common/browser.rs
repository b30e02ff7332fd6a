//! A client that sends exactly the bytes it is given over TLS, and tells a whole answer from a broken one.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use rustls::{
    ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion,
    client::ResolvesClientCert,
    crypto::aws_lc_rs::{default_provider, sign::any_supported_type},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Nothing in these tests takes long; what takes this long hangs.
pub const DEADLINE: Duration = Duration::from_secs(10);

pub fn random_id() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    hex::encode(bytes)
}

/// What a console shows of itself.
pub struct Certificate {
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["console".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        Self { der: made.cert.der().clone(), key }
    }

    /// This certificate in the hands of somebody who has another's key.
    pub fn stolen_by(&self, thief: &Self) -> Self {
        Self { der: self.der.clone(), key: thief.key.clone_key() }
    }

    /// The certificate with whatever key goes with it, right or not.
    fn shown(&self) -> Arc<Shown> {
        Arc::new(Shown(Arc::new(CertifiedKey::new(vec![self.der.clone()], any_supported_type(&self.key).unwrap()))))
    }

    pub fn thumbprint(&self) -> [u8; 32] {
        digest(&SHA256, &self.der).as_ref().try_into().unwrap()
    }
}

#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Whether the answer came to its declared end.
    pub whole: bool,
}

impl Reply {
    /// The problem's codes: `code`, then `denial` and `detail` where there are any.
    pub fn codes(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no problem in {} {:?}", self.head, String::from_utf8_lossy(&self.body)));
        let request = problem["request"].as_str().unwrap();
        assert_eq!(request.len(), 32, "a problem names its request");
        assert_eq!(self.header("x-doorward-request"), Some(request));
        assert!(!problem["message"].as_str().unwrap().is_empty());
        let codes = ["code", "denial", "detail"].into_iter().filter_map(|name| problem[name].as_str());
        codes.collect::<Vec<_>>().join(" ")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub struct Browser {
    stream: TlsStream<TcpStream>,
    read: Vec<u8>,
}

impl Browser {
    pub async fn connect(to: SocketAddr, root: &CertificateDer<'static>, own: Option<&Certificate>) -> Self {
        Self::try_connect(to, root, own, rustls::ALL_VERSIONS).await.unwrap()
    }

    pub async fn try_connect(
        to: SocketAddr,
        root: &CertificateDer<'static>,
        own: Option<&Certificate>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match own {
            Some(own) => config.with_client_cert_resolver(own.shown()),
            None => config.with_no_client_auth(),
        };
        let tcp = TcpStream::connect(to).await?;
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect("localhost".try_into().unwrap(), tcp).await?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// Whether anything at all comes back for `bytes`.
    pub async fn is_answered(&mut self, bytes: &str) -> bool {
        self.stream.write_all(bytes.as_bytes()).await.is_ok() && self.more().await
    }

    pub async fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Whether more bytes came; an end of any kind is none.
    async fn more(&mut self) -> bool {
        let mut space = [0; 4_096];
        let read = timeout(DEADLINE, self.stream.read(&mut space)).await.expect("the gateway hangs");
        let length = read.unwrap_or(0);
        self.read.extend_from_slice(&space[..length]);
        length > 0
    }

    /// Reads until `text` has come.
    pub async fn until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.read).contains(text) {
            assert!(self.more().await, "the connection ended before {text:?} came");
        }
    }

    /// Reads one answer, or as much of it as comes.
    pub async fn reply(&mut self) -> Reply {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more().await, "no answer: {:?}", String::from_utf8_lossy(&self.read));
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut reply = Reply { status, head, body: Vec::new(), whole: false };
        if let Some(length) = reply.header("content-length").map(|n| n.parse::<usize>().unwrap()) {
            while self.read.len() < length && self.more().await {}
            reply.whole = self.read.len() >= length;
            reply.body = self.read.drain(..length.min(self.read.len())).collect();
        } else {
            while !self.read.ends_with(b"0\r\n\r\n") && self.more().await {}
            reply.whole = self.read.ends_with(b"0\r\n\r\n");
            reply.body = std::mem::take(&mut self.read);
        }
        reply
    }
}
