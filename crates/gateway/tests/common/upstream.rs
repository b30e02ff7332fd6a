//! A small upstream: it notes what it sees, and whether the journal knew of it before.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};

#[derive(Debug, Clone)]
pub struct Seen {
    pub line: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// How many writes of this request the journal held when the upstream saw it.
    pub noted: i64,
}

#[derive(Clone)]
struct Pieces {
    sent: watch::Receiver<Vec<Bytes>>,
    taken: Arc<AtomicUsize>,
}

pub struct TestUpstream {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// The pieces so far of the body of `/stream`: each stream gets all of them.
    pieces: watch::Sender<Vec<Bytes>>,
    taken: Arc<AtomicUsize>,
    /// Rung when the upstream loses a connection.
    pub lost: Arc<Notify>,
    listening: JoinHandle<()>,
}

impl TestUpstream {
    pub async fn start(journal: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (pieces, sent) = watch::channel(Vec::new());
        let taken = Arc::new(AtomicUsize::new(0));
        let streamed = Pieces { sent, taken: Arc::clone(&taken) };
        let lost = Arc::new(Notify::new());
        let (noted, gone) = (Arc::clone(&seen), Arc::clone(&lost));
        let listening = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (seen, journal, pieces) = (Arc::clone(&noted), journal.clone(), streamed.clone());
                let gone = Arc::clone(&gone);
                let service = service_fn(move |request| {
                    let (seen, journal, pieces) = (Arc::clone(&seen), journal.clone(), pieces.clone());
                    async move { Ok::<_, Infallible>(answer(request, &seen, &journal, pieces).await) }
                });
                tokio::spawn(async move {
                    drop(http1::Builder::new().serve_connection(TokioIo::new(tcp), service).await);
                    gone.notify_one();
                });
            }
        });
        Self { address, seen, pieces, taken, lost, listening }
    }

    /// Listens no more.
    pub async fn stop(&mut self) {
        self.listening.abort();
        assert!((&mut self.listening).await.unwrap_err().is_cancelled());
    }

    /// Sends a piece to every stream.
    pub fn send(&self, piece: impl Into<Bytes>) {
        let piece = piece.into();
        self.pieces.send_modify(|pieces| pieces.push(piece));
    }

    /// How many pieces the streams have taken so far.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn noted(journal: &Path, headers: &HeaderMap) -> i64 {
    let request = headers["x-doorward-request"].to_str().unwrap();
    let db = rusqlite::Connection::open(journal).unwrap();
    db.query_row("SELECT count(*) FROM writes WHERE request = ?1", [request], |row| row.get(0)).unwrap()
}

async fn answer(
    request: Request<Incoming>,
    seen: &Mutex<Vec<Seen>>,
    journal: &Path,
    pieces: Pieces,
) -> Response<UnsyncBoxBody<Bytes, Infallible>> {
    let (parts, body) = request.into_parts();
    let noted = noted(journal, &parts.headers);
    let line = format!("{} {}", parts.method, parts.uri);
    let streams = line.contains("/stream");
    let see = |body| seen.lock().unwrap().push(Seen { line, headers: parts.headers.clone(), body, noted });
    let answered = if streams {
        see(Bytes::new());
        let frames = stream::unfold((pieces, 0), |(mut pieces, sent)| async move {
            let piece = pieces.sent.wait_for(|pieces| pieces.len() > sent).await.ok()?[sent].clone();
            pieces.taken.fetch_add(1, Ordering::SeqCst);
            Some((Ok(Frame::data(piece)), (pieces, sent + 1)))
        });
        StreamBody::new(frames).boxed_unsync()
    } else {
        // A body that breaks off is not seen: the upstream would not act on it either.
        let Ok(whole) = body.collect().await else { return Response::new(Full::default().boxed_unsync()) };
        see(whole.to_bytes());
        Full::new(Bytes::from_static(b"{\"people\":[]}")).boxed_unsync()
    };
    let status = match parts.uri.path().rsplit('/').next() {
        Some("silent") => std::future::pending().await,
        Some("refused") => 401,
        Some("switched") => 101,
        _ => 200,
    };
    let echoed = parts.headers.get("authorization").cloned().unwrap();
    Response::builder()
        .status(status)
        .header("set-cookie", "upstream=1")
        .header("server", "upstream/1")
        .header("x-echo", echoed)
        .header("x-own", "1")
        .header("connection", "x-own")
        .header("x-vendor", "kept")
        .body(answered)
        .unwrap()
}
