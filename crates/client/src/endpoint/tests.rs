//! The endpoint over real sockets: what passes, each refusal, and what its end cuts.

use std::sync::Mutex;

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};

use super::*;
use crate::api::Flow;

const SECRET: &str = "s3cr3t-of-the-endpoint";
const PATIENCE: Duration = Duration::from_secs(20);

/// Remembers what was asked; answers with what it was sent, or with a stream of its own.
#[derive(Clone, Default)]
struct Echo {
    asked: Arc<Mutex<Vec<String>>>,
    stream: Arc<Mutex<Option<Flow>>>,
}

impl Way for Echo {
    fn pass(&self, ask: Passage) -> BoxFuture<'_, Result<Passed, ApiError>> {
        Box::pin(async move {
            let names: Vec<_> = ask.headers.keys().map(ToString::to_string).collect();
            self.asked.lock().unwrap().push(format!("{} {} {names:?}", ask.method, ask.path_and_query));
            if ask.path_and_query == "/gone" {
                return Err(ApiError::Unreachable);
            }
            let stream = self.stream.lock().unwrap().take();
            Ok(Response::new(stream.unwrap_or(ask.body)))
        })
    }
}

async fn open() -> (Endpoint, Echo) {
    let echo = Echo::default();
    (Endpoint::open(SECRET.into(), echo.clone()).await.unwrap(), echo)
}

/// Writes `request` as it stands; gives all that comes back.
async fn say(endpoint: &Endpoint, request: &str) -> String {
    let mut stream = TcpStream::connect(endpoint.host.as_ref()).await.unwrap();
    stream.write_all(request.replace("HOST", &endpoint.host).replace('\n', "\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("no answer").unwrap();
    answer
}

#[tokio::test]
async fn with_the_secret_a_request_passes_and_its_body_comes_back() {
    let (endpoint, echo) = open().await;
    let answer = say(
        &endpoint,
        "POST /v1/customers?limit=5 HTTP/1.1\nHost: HOST\nAuthorization: Bearer s3cr3t-of-the-endpoint\n\
         Content-Type: application/json\nContent-Length: 11\nConnection: close\n\n{\"plan\":\"a\"",
    );
    let answer = answer.await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("{\"plan\":\"a\""), "{answer}");
    let asked = echo.asked.lock().unwrap().clone();
    assert!(asked[0].starts_with("POST /v1/customers?limit=5 "), "{asked:?}");
}

#[tokio::test]
async fn whoever_has_no_secret_or_comes_by_a_browser_or_another_name_is_refused() {
    let (endpoint, echo) = open().await;
    let with = "Authorization: Bearer s3cr3t-of-the-endpoint\n";
    let refused = [
        ("GET / HTTP/1.1\nHost: HOST\n", "secret-missing", 401),
        ("GET / HTTP/1.1\nHost: HOST\nAuthorization: Bearer s3cr3t-of-the-endpoinT\n", "secret-missing", 401),
        ("GET / HTTP/1.1\nHost: HOST\nAuthorization: Bearer s3cr3t\n", "secret-missing", 401),
        ("GET / HTTP/1.1\nHost: HOST\nAuthorization: Basic s3cr3t-of-the-endpoint\n", "secret-missing", 401),
        ("GET / HTTP/1.1\nHost: HOST\nWITHAuthorization: Bearer x\n", "secret-missing", 401),
        ("GET / HTTP/1.1\nHost: HOST\nOrigin: https://evil.example\nWITH", "browser-refused", 403),
        ("GET / HTTP/1.1\nHost: HOST\nOrigin: null\nWITH", "browser-refused", 403),
        ("GET / HTTP/1.1\nHost: HOST\nSec-Fetch-Site: none\nWITH", "browser-refused", 403),
        ("OPTIONS / HTTP/1.1\nHost: HOST\nAccess-Control-Request-Method: PUT\nWITH", "browser-refused", 403),
        ("GET / HTTP/1.1\nHost: evil.example\nWITH", "wrong-host", 421),
        ("GET / HTTP/1.1\nHost: localhost\nWITH", "wrong-host", 421),
        ("GET / HTTP/1.1\nHost: 127.0.0.1:1\nWITH", "wrong-host", 421),
        ("GET / HTTP/1.1\nHost: HOST\nHost: evil.example\nWITH", "wrong-host", 421),
        ("GET / HTTP/1.1\nWITH", "wrong-host", 421),
        ("GET http://evil.example/ HTTP/1.1\nHost: HOST\nWITH", "wrong-host", 421),
        ("CONNECT evil.example:443 HTTP/1.1\nHost: HOST\nWITH", "wrong-host", 421),
        ("GET /v1/../../other HTTP/1.1\nHost: HOST\nWITH", "bad-path", 400),
        ("GET /v1/%2e%2e/other HTTP/1.1\nHost: HOST\nWITH", "bad-path", 400),
        ("GET /v1/.%2E/other HTTP/1.1\nHost: HOST\nWITH", "bad-path", 400),
        ("GET /v1\\..\\other HTTP/1.1\nHost: HOST\nWITH", "bad-path", 400),
    ];
    for (request, code, status) in refused {
        let request = format!("{}Connection: close\n\n", request.replace("WITH", with));
        let answer = say(&endpoint, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{request}\n{answer}");
        assert!(!answer.to_lowercase().contains("access-control-allow"), "no page is ever let in");
    }
    assert!(echo.asked.lock().unwrap().is_empty(), "nothing of it was passed on");
}

#[tokio::test]
async fn a_gateway_out_of_reach_is_told() {
    let (endpoint, _) = open().await;
    let request = "GET /gone HTTP/1.1\nHost: HOST\nAuthorization: Bearer s3cr3t-of-the-endpoint\nConnection: close\n\n";
    let answer = say(&endpoint, request).await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("gateway-unreachable"), "{answer}");
}

#[tokio::test]
async fn its_end_cuts_what_flows_and_nobody_gets_in_any_more() {
    let (endpoint, echo) = open().await;
    let (send, receive) = mpsc::unbounded_channel::<Result<Frame<Bytes>, _>>();
    let flow = StreamBody::new(tokio_stream_of(receive));
    *echo.stream.lock().unwrap() = Some(BodyExt::boxed(flow));
    let mut stream = TcpStream::connect(endpoint.host.as_ref()).await.unwrap();
    let request = format!("GET /s HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {SECRET}\r\n\r\n", endpoint.host);
    stream.write_all(request.as_bytes()).await.unwrap();
    send.send(Ok(Frame::data(Bytes::from_static(b"first")))).unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("first") {
        let mut some = [0; 512];
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut some)).await.expect("nothing flows").unwrap();
        assert!(read > 0, "it broke off too early");
        seen.extend_from_slice(&some[..read]);
    }
    let host = Arc::clone(&endpoint.host);
    drop(endpoint);
    let mut rest = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it flows on");
    assert!(end.is_err() || !String::from_utf8_lossy(&rest).contains("0\r\n\r\n"), "cut, and not brought to its end");
    assert!(send.is_closed() || send.send(Ok(Frame::data(Bytes::new()))).is_err() || send.is_closed());
    tokio::time::timeout(PATIENCE, async {
        while TcpStream::connect(host.as_ref()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("somebody still listens");
}

fn tokio_stream_of(
    mut receive: mpsc::UnboundedReceiver<Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>>,
) -> impl futures::Stream<Item = Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>> {
    futures::stream::poll_fn(move |context| receive.poll_recv(context))
}

#[tokio::test]
async fn nothing_of_the_secret_is_in_debug_output() {
    let (endpoint, _) = open().await;
    assert!(!format!("{endpoint:?}").contains(SECRET));
}
