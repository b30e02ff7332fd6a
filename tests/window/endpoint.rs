//! Another program uses the session that is open in the window, and no longer than it is open.

use std::time::Duration;

use doorward_testkit::house::wait_until;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::desk::Desk;

const SOON: Duration = Duration::from_secs(20);

/// Asks for the account's workspaces, as curl would; the whole answer.
async fn ask(host: &str, secret: &str) -> String {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "GET /v1/workspaces HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer)).await.expect("no answer").unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_uses_the_session_by_its_endpoint_until_the_session_ends() {
    let desk = Desk::new().await;
    let window = desk.open().await;
    desk.sign_in(&window).await;
    desk.open_read_only(&window).await;
    window.press("Use with another tool…").await.unwrap();
    window.press("Open endpoint").await.unwrap();
    window.press("Show the secret").await.unwrap();
    window.sees("doorward-endpoint-").await.unwrap();
    let shown = async |n: usize| {
        let script = format!("return document.querySelectorAll('.rows code')[{n}].textContent");
        window.ask(&script).await.unwrap().as_str().unwrap().to_owned()
    };
    let (url, secret) = (shown(0).await, shown(1).await);
    let host = url.strip_prefix("http://").unwrap();
    assert!(host.starts_with("127.0.0.1:"), "{url}");

    let answer = ask(host, &secret).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"workspaces\""), "{answer}");
    let refused = ask(host, "another").await;
    assert!(refused.starts_with("HTTP/1.1 401 ") && refused.contains("secret-missing"), "{refused}");

    window.press("Done").await.unwrap();
    window.press("End session").await.unwrap();
    window.sees("You ended the session").await.unwrap();
    wait_until("nobody listens there", SOON, async || TcpStream::connect(host).await.is_err()).await.unwrap();
}
