//! The program as people run it: set up, served, followed by a gateway, and stopped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use doorward_client::{
    api::{Api, ApiError},
    identity::ClientIdentity,
};
use doorward_core::{
    feed::checkpoint::Checkpoint,
    trust::TrustFile,
    wire::{BeginSignIn, Code},
};
use doorward_testkit::house::HeldPort;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{interval, timeout},
};

const DEADLINE: Duration = Duration::from_secs(30);
const ROUTES: &str = r#"
account = { in = "path", prefix = "/accounts/{account}" }
route = [{ method = "GET", path = "/people", effect = "read", verb = "list-people" }]
"#;

struct Place {
    dir: TempDir,
    address: SocketAddr,
    /// For the server, and the gateway's two and its upstream.
    held: [HeldPort; 4],
}

fn address(held: &HeldPort) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, held.port()).into()
}

impl Place {
    fn new() -> Self {
        let held: [HeldPort; 4] = std::array::from_fn(|_| HeldPort::new().unwrap());
        let place = Self { dir: TempDir::new().unwrap(), address: address(&held[0]), held };
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        fs::write(place.file("models.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(place.file("server.toml"), place.config()).unwrap();
        place
    }

    fn config(&self) -> String {
        let (address, port) = (self.address, self.address.port());
        format!(
            r#"
            listen = "{address}"
            data = "data"
            origin = "door.test"
            url = "https://localhost:{port}"
            relying_party = {{ id = "localhost" }}
            [[key_model]]
            name = "Key"
            aaguid = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
            ca = "models.pem"
            "#
        )
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, args: &[&str], config: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(args).arg("--config").arg(self.file(config)).kill_on_drop(true).stdin(Stdio::null());
        command
    }

    async fn admin(&self, args: &[&str]) -> Output {
        let asked = self.command(&[&["admin"], args].concat(), "server.toml").output();
        timeout(DEADLINE, asked).await.unwrap().unwrap()
    }

    /// What the command showed, which must be one line.
    async fn shown(&self, args: &[&str]) -> String {
        let output = self.admin(args).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown.lines().count(), 1, "{shown}");
        shown.trim().to_owned()
    }

    async fn init(&self) -> Output {
        self.admin(&["init", "--handle", "ada", "--name", "Ada Admin", "--staff", "s-1"]).await
    }

    async fn trust(&self) -> TrustFile {
        let trust: TrustFile =
            toml::from_str(std::str::from_utf8(&self.admin(&["trust"]).await.stdout).unwrap()).unwrap();
        trust.check().unwrap();
        trust
    }

    /// A program that runs until it is told to stop. Its log, at its most talkative, goes to a file.
    fn run(&self, verb: &str) -> Child {
        let log = fs::File::options().create(true).append(true).open(self.file("log")).unwrap();
        let config = format!("{}.toml", if verb == "serve" { "server" } else { verb });
        self.command(&["--log", "trace", "--log-json", verb], &config).stderr(log).spawn().unwrap()
    }

    async fn serve(&self) -> Child {
        let server = self.run("serve");
        until("the server listens", async || TcpStream::connect(self.address).await.is_ok()).await;
        server
    }

    fn api(&self, trust: &TrustFile) -> Api {
        let ca = fs::read(self.file("data/development-ca.pem")).unwrap();
        Api::new(&trust.server, &ca, &ClientIdentity::generate().unwrap()).unwrap()
    }

    /// Writes down a gateway that follows this server, and gives its operator's address.
    async fn describe_gateway(&self, follower: &str) -> SocketAddr {
        let [_, listen, admin, upstream] = self.held.each_ref().map(address);
        fs::write(self.file("trust.toml"), self.admin(&["trust"]).await.stdout).unwrap();
        fs::write(self.file("routes.toml"), ROUTES).unwrap();
        for (name, secret) in [("follower", follower), ("credential", "Bearer upstream-credential")] {
            fs::write(self.file(name), secret).unwrap();
            fs::set_permissions(self.file(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let config = format!(
            r#"
            listen = "{listen}"
            admin = "{admin}"
            trust = "trust.toml"
            routes = "routes.toml"
            replica = "replica.db"
            journal = "journal.db"
            tls = {{ certificate = "data/development-certificate.pem", key = "data/development-key.pem" }}
            server = {{ ca = "data/development-ca.pem", follower_key = "follower" }}
            upstream = {{ url = "http://{upstream}", credential = "credential" }}
            "#
        );
        fs::write(self.file("gateway.toml"), config).unwrap();
        admin
    }
}

/// Waits until `holds`.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut looks = interval(Duration::from_millis(20));
    let waiting = async {
        while !holds().await {
            looks.tick().await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("{what}: not within {DEADLINE:?}"));
}

async fn ready(admin: SocketAddr) -> bool {
    let Ok(mut tcp) = TcpStream::connect(admin).await else { return false };
    let mut answer = Vec::new();
    tcp.write_all(b"GET /readyz HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n").await.unwrap();
    tcp.read_to_end(&mut answer).await.unwrap();
    answer.starts_with(b"HTTP/1.1 200 ")
}

/// Tells the program to stop, which it does in good order.
async fn stop(mut child: Child, signal: Signal) {
    let pid = i32::try_from(child.id().unwrap()).ok().and_then(Pid::from_raw).unwrap();
    kill_process(pid, signal).unwrap();
    let ended = timeout(DEADLINE, child.wait()).await.expect("it stops").unwrap();
    assert!(ended.success(), "{ended}");
}

#[tokio::test]
async fn a_house_is_set_up_served_followed_and_stopped() {
    let place = Place::new();
    let trust = place.trust().await;
    let code = place.shown(&["init", "--handle", "ada", "--name", "Ada Admin", "--staff", "s-1"]).await;
    assert_eq!(code.chars().filter(char::is_ascii_alphanumeric).count(), 20);

    let server = place.serve().await;
    let refused = place.init().await;
    assert!(!refused.status.success() && refused.stdout.is_empty(), "the feed has one writer");
    let (vendor, follower) =
        (place.shown(&["api-key", "vendor", "product"]).await, place.shown(&["api-key", "follower", "gateway"]).await);
    let api = place.api(&trust);
    let delta = api.feed_delta(&SecretString::from(follower.clone()), 0).await.unwrap();
    let batch = delta.batch.unwrap();
    let checkpoint = Checkpoint::open(&batch.checkpoint, &trust.feed().unwrap()).unwrap();
    assert_eq!((checkpoint.size, batch.entries.len()), (2, 2), "a staff member, and their role");
    let denied = api.feed_delta(&SecretString::from(vendor.clone()), 0).await;
    assert!(matches!(denied, Err(ApiError::Problem(problem)) if problem.code == Code::NotSignedIn));

    let admin = place.describe_gateway(&follower).await;
    let gateway = place.run("gateway");
    until("the gateway is fresh", async || ready(admin).await).await;
    stop(gateway, Signal::TERM).await;
    stop(server, Signal::INT).await;

    let again = place.serve().await;
    assert_eq!(place.trust().await, trust, "the keys are as they were");
    assert!(place.api(&trust).feed_delta(&SecretString::from(follower.clone()), 2).await.is_ok());
    stop(again, Signal::TERM).await;

    let log = fs::read_to_string(place.file("log")).unwrap();
    assert!(log.lines().count() > 5, "{log}");
    for secret in [&code, &vendor, &follower, "upstream-credential", "Ada Admin"] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}

#[tokio::test]
async fn whoever_tries_the_door_too_often_waits() {
    let place = Place::new();
    let limits = "limits = { rates = { doors_per_minute = 2 } }";
    fs::write(place.file("server.toml"), format!("{limits}\n{}", place.config())).unwrap();
    let trust = place.trust().await;
    let server = place.serve().await;
    let (api, nobody) = (place.api(&trust), BeginSignIn { handle: "nobody".to_owned() });
    for _ in 0..2 {
        assert!(api.begin_sign_in(&nobody).await.is_ok(), "who is known here is not told");
    }
    let third = api.begin_sign_in(&nobody).await;
    assert!(matches!(third, Err(ApiError::Problem(problem)) if problem.code == Code::TooManyRequests));
    stop(server, Signal::TERM).await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_made() {
    let place = Place::new();
    fs::write(place.file("server.toml"), place.config().replace("https://", "http://")).unwrap();
    for asked in [&["trust"][..], &["config"], &["api-key", "vendor", "product"]] {
        let output = place.admin(asked).await;
        assert!(!output.status.success() && output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("`url`") && said.contains("server.toml"), "{said}");
    }
    assert!(!place.file("data").exists());
}

#[tokio::test]
async fn nothing_is_served_from_a_directory_others_can_read() {
    let place = Place::new();
    place.trust().await;
    fs::set_permissions(place.file("data"), fs::Permissions::from_mode(0o755)).unwrap();
    let ended = timeout(DEADLINE, place.run("serve").wait()).await.expect("it does not serve").unwrap();
    assert!(!ended.success());
}

#[tokio::test]
async fn the_effective_configuration_can_be_read_again() {
    let place = Place::new();
    let shown = String::from_utf8(place.admin(&["config"]).await.stdout).unwrap();
    assert!(shown.contains("doors_per_minute"), "{shown}");
    fs::write(place.file("server.toml"), &shown).unwrap();
    assert_eq!(String::from_utf8(place.admin(&["config"]).await.stdout).unwrap(), shown);
    assert!(!place.file("data").exists(), "looking makes nothing");
}

#[tokio::test]
async fn erasing_says_how_much_it_erased_and_must_be_told_whose() {
    let place = Place::new();
    assert!(place.init().await.status.success());
    for whose in [["--account", "acme"], ["--staff", "s-1"]] {
        let asked = [&["erase"], &whose[..], &["--before", "2026-11-28"]].concat();
        assert_eq!(place.shown(&asked).await, "erased of 0 sessions and 0 certificates; 0 are not over and were left");
    }
    for bad in [
        vec!["erase"],
        vec!["erase", "--before", "2026-11-28"],
        vec!["erase", "--staff", "s-1", "--before", "2026-02-30"],
        vec!["erase", "--account", "A B"],
    ] {
        let output = place.admin(&bad).await;
        assert!(!output.status.success() && output.stdout.is_empty(), "{bad:?}");
    }
}
