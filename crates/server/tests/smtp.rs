//! Mail handed in to a real SMTP server: it arrives as it was written, and what is refused is told without an address.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use doorward_server::{
    app::users::{Letter, Post},
    mail::{Encryption, MailConfig, MailFault, Smtp},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::{TcpSocket, TcpStream},
    process::{Child, ChildStdout, Command},
};

struct Server {
    port: u16,
    printed: Lines<BufReader<ChildStdout>>,
    _child: Child,
    _held: TcpSocket,
}

/// A port that is given to nobody else while it is held, and on which nobody listens yet.
fn hold_port() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

impl Server {
    /// Python's aiosmtpd, which prints what it takes.
    async fn start() -> Self {
        let (held, port) = hold_port();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-u", "-m", "aiosmtpd", "-n", "-l", &address, "-c", "aiosmtpd.handlers.Debugging", "stdout"]);
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&address).await.is_err() {
            assert!(Instant::now() < until, "python3-aiosmtpd does not listen");
            tokio::task::yield_now().await;
        }
        Self { port, printed, _child: child, _held: held }
    }

    async fn took(&mut self) -> String {
        let mut all = Vec::new();
        let read = async {
            while let Ok(Some(line)) = self.printed.next_line().await {
                let over = line.contains("END MESSAGE");
                all.push(line);
                if over {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("a mail within 20 seconds");
        all.join("\n")
    }
}

fn config(port: u16) -> MailConfig {
    MailConfig {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::LoopbackOnly,
        from: "Northwind <door@northwind.example>".to_owned(),
        username: None,
        password_file: None,
    }
}

fn letter(to: &str) -> Letter {
    Letter {
        to: to.to_owned(),
        subject: "Confirm your sign-in".to_owned(),
        text: "Grüße\n\nhttps://account.test/sign-in/link?link=7-abc\n".to_owned(),
    }
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let mut server = Server::start().await;
    Smtp::new(&config(server.port)).unwrap().send(letter("ada@acme.example")).await.unwrap();
    let took = server.took().await;
    for wanted in ["To: ada@acme.example", "Subject: Confirm your sign-in", "charset=utf-8", "From: Northwind <door@"] {
        assert!(took.contains(wanted), "{wanted}: {took}");
    }
}

#[tokio::test]
async fn what_does_not_go_is_told_without_an_address() {
    let (_held, port) = hold_port();
    let smtp = Smtp::new(&config(port)).unwrap();
    let fault = smtp.send(letter("ada@acme.example")).await.unwrap_err().to_string();
    assert_eq!(fault, "the mail server did not take a mail: it cannot be reached");
    let fault = smtp.send(letter("nobody")).await.unwrap_err().to_string();
    assert!(fault.contains("cannot be written to") && !fault.contains("nobody"), "{fault}");
}

#[tokio::test]
async fn mail_goes_unencrypted_to_this_machine_alone() {
    let far = MailConfig { host: "mail.example".to_owned(), ..config(25) };
    assert!(matches!(Smtp::new(&far), Err(MailFault::NotLoopback)));
    let half = MailConfig { username: Some("door".to_owned()), ..config(25) };
    assert!(matches!(Smtp::new(&half), Err(MailFault::HalfACredential)));
}

#[tokio::test]
async fn starttls_that_is_not_offered_stops_the_mail() {
    let server = Server::start().await;
    let smtp = Smtp::new(&MailConfig { encryption: Encryption::Starttls, ..config(server.port) }).unwrap();
    assert!(smtp.send(letter("ada@acme.example")).await.is_err());
}
