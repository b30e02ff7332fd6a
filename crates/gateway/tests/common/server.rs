//! A feed server: it signs and streams what the test tells the house, and otherwise says nothing.

use std::{convert::Infallible, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use doorward_core::{
    feed::{
        batch::Batch,
        checkpoint::Checkpoint,
        freshness::Freshness,
        note::NoteSigner,
        snapshot::Snapshot,
        tree::{Frontier, leaf_hash},
    },
    time::{Millis, UnixMs},
    wire::{Fresh, SignedSnapshot},
};
use futures::stream;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{Instant, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{ORIGIN, START, browser::DEADLINE, standing::Held};

pub const FOLLOWER_KEY: &str = "follower-key";

pub struct TestServer {
    pub url: String,
    held: Arc<Held>,
    began: Instant,
    log: NoteSigner,
    fresh: NoteSigner,
    /// How many followers have been told everything so far.
    told: watch::Sender<u64>,
}

impl TestServer {
    pub async fn start(held: Arc<Held>, tls: ServerConfig) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            url: format!("https://localhost:{}", listener.local_addr().unwrap().port()),
            held,
            began: Instant::now(),
            log: NoteSigner::from_seed("house.example/log", &seed("log")).unwrap(),
            fresh: NoteSigner::from_seed("house.example/fresh", &seed("fresh")).unwrap(),
            told: watch::Sender::new(0),
        });
        let (acceptor, serving) = (TlsAcceptor::from(Arc::new(tls)), Arc::clone(&server));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    let stream = acceptor.accept(tcp).await.unwrap();
                    let service = service_fn(move |request| {
                        let answer = answer(Arc::clone(&server), &request);
                        async move { Ok::<_, Infallible>(answer) }
                    });
                    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
                });
            }
        });
        server
    }

    /// The trust file's text, for a token key.
    pub fn trust(&self, tokens: &[u8]) -> String {
        let (log, fresh) = (self.log.verifier().vkey(), self.fresh.verifier().vkey());
        let (server, tokens) = (&self.url, STANDARD.encode(tokens));
        format!(
            "origin = \"{ORIGIN}\"\nserver = \"{server}\"\nlog = \"{log}\"\nfreshness = \"{fresh}\"\nsession_token = \"{tokens}\"\n"
        )
    }

    /// Waits until somebody follows.
    pub async fn followed(&self) {
        timeout(DEADLINE, self.told.subscribe().wait_for(|told| *told > 0)).await.expect("nobody follows").unwrap();
    }

    fn now(&self) -> UnixMs {
        START.plus(Millis(self.began.elapsed().as_millis().try_into().unwrap()))
    }

    fn frontier(texts: &[String]) -> Frontier {
        let mut frontier = Frontier::default();
        texts.iter().for_each(|text| frontier.push(leaf_hash(text.as_bytes())));
        frontier
    }

    fn snapshot(&self) -> String {
        let (frontier, at) = (Self::frontier(&self.held.texts()), self.now());
        let snapshot = Snapshot { frontier, state: self.held.look(Clone::clone), at };
        let body = snapshot.encode();
        let note = snapshot.sign(&body, ORIGIN, &self.log);
        serde_json::to_string(&SignedSnapshot { note, body: STANDARD.encode(body) }).unwrap()
    }

    /// The events that tell of everything after `sent`, and how far that is.
    fn events(&self, sent: usize) -> (String, usize) {
        let texts = self.held.texts();
        let (frontier, at) = (Self::frontier(&texts), self.now());
        let (size, root, origin) = (frontier.size(), frontier.root(), ORIGIN.to_owned());
        let checkpoint = Checkpoint { origin: origin.clone(), size, root, at }.sign(&self.log);
        let batch = Batch { entries: texts[sent..].to_vec(), checkpoint };
        let expires = at.plus(Millis::seconds(50));
        let note = Freshness { origin, epoch: 1, size, root, issued: at, expires }.sign(&self.fresh);
        let mut events = String::new();
        if !batch.entries.is_empty() {
            events += &format!("event: entries\ndata: {}\n\n", serde_json::to_string(&batch).unwrap());
        }
        events += &format!("event: fresh\ndata: {}\n\n", serde_json::to_string(&Fresh { note }).unwrap());
        (events, texts.len())
    }
}

fn seed(name: &str) -> [u8; 32] {
    digest(&SHA256, name.as_bytes()).as_ref().try_into().unwrap()
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

fn answer(server: Arc<TestServer>, request: &Request<Incoming>) -> Response<Body> {
    let mut response = Response::new(Full::default().boxed_unsync());
    let known = request.headers().get("authorization").is_some_and(|key| key == &format!("Bearer {FOLLOWER_KEY}"));
    match (known, request.uri().path()) {
        (false, _) => *response.status_mut() = StatusCode::UNAUTHORIZED,
        (true, "/v1/feed/snapshot") => *response.body_mut() = Full::from(server.snapshot()).boxed_unsync(),
        (true, "/v1/feed/stream") => {
            let after = request.uri().query().and_then(|query| query.strip_prefix("after="));
            *response.body_mut() = stream(server, after.unwrap().parse().unwrap());
        }
        (true, _) => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}

fn stream(server: Arc<TestServer>, after: usize) -> Body {
    let mut changed = doorward_gateway::Standing::changed(server.held.as_ref());
    changed.mark_changed();
    let frames = stream::unfold((server, changed, after), |(server, mut changed, sent)| async move {
        changed.changed().await.ok()?;
        let (events, sent) = server.events(sent);
        server.told.send_modify(|told| *told += 1);
        Some((Ok(Frame::data(Bytes::from(events))), (server, changed, sent)))
    });
    StreamBody::new(frames).boxed_unsync()
}
