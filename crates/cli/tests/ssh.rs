//! `doorward ssh` as an engineer runs it: in a terminal, against a real house, with a software key and an `ssh` that tells
//! what it was given.
#![cfg(feature = "danger-soft-key")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use doorward_core::{
    id::{HostId, StaffId},
    policy::HostLabel,
    staff::Role,
    time::UnixMs,
    wire::{BeginIntent, HostReach, Intent, PutHost},
};
use doorward_testkit::{
    house::{House, PIN, Person, RP_ID, SITE, TestKey},
    softkey::Manners,
    world::{World, WorldSize},
};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

const DEADLINE: Duration = Duration::from_secs(60);
const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";
/// Tells what it was given, what `ssh` understands of it, and what the certificate says.
const FAKE_SSH: &str = r#"#!/bin/sh
{
  for argument in "$@"; do printf 'argument %s\n' "$argument"; done
  /usr/bin/ssh -G "$@" 2>/dev/null
  folder=$(dirname "$2")
  stat -c 'mode %a %n' "$folder" "$folder"/*
  ssh-keygen -L -f "$folder/certificate.pub"
  cat "$folder/known_hosts"
} > "$TOLD" 2>&1
head -n 1 > "$TOLD.stdin"
exit 42
"#;

/// A house with an infrastructure engineer who has a staff key in a file and an SSH key in their home.
struct Place {
    folder: TempDir,
    house: House,
    admin: Person,
}

impl Place {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let doorward = Path::new(env!("CARGO_BIN_EXE_doorward"));
        let world = Arc::new(World::draw(1, WorldSize::SMALL, UnixMs(1_790_000_000_000)));
        let house = House::build(&folder.path().join("house"), doorward, world).await.unwrap();
        let mut admin = house.admin().await.unwrap();
        let code = house.hire_for_code(&mut admin, "ines", "Ines", &[Role::InfrastructureEngineer]).await.unwrap();
        let place = Self { folder, house, admin };
        let file = place.file("danger-soft-key");
        let pin = Some(SecretString::from(PIN));
        let key = place.house.keys.key_in(&file, House::site(), pin, Manners::default()).unwrap();
        place.house.enrol_key(&code, &TestKey::from(key)).await.unwrap();
        for (id, label) in [("web-1", HostLabel::Infrastructure), ("db-1", HostLabel::Maintenance)] {
            let (address, login) = ("127.0.0.1".to_owned(), "ops".to_owned());
            let reach = HostReach { address, port: 2222, login, host_keys: vec![HOST_KEY.to_owned()] };
            place.house.put_host(&HostId::parse(id).unwrap(), &PutHost { label, reach }).await.unwrap();
        }
        for folder in ["home/.ssh", "runtime", "bin"] {
            fs::create_dir_all(place.file(folder)).unwrap();
        }
        let mut make = std::process::Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-C", "ines@home", "-f"]).arg(place.file("home/.ssh/id_ed25519"));
        assert!(make.status().unwrap().success());
        fs::write(place.file("bin/ssh"), FAKE_SSH).unwrap();
        fs::set_permissions(place.file("bin/ssh"), fs::Permissions::from_mode(0o755)).unwrap();
        let console = format!(
            "trust = \"house/trust.toml\"\nca = \"house/data/development-ca.pem\"\ngateway = \"{}\"\n\n\
             [webauthn]\nrp_id = \"{RP_ID}\"\norigin = \"{SITE}\"\n",
            place.house.gateway_url()
        );
        fs::write(place.file("console.toml"), console).unwrap();
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it in a terminal of its own.
    fn run(&self, words: &str) -> Terminal {
        self.run_line(&format!("exec {} --log error ssh {words}", env!("CARGO_BIN_EXE_doorward")))
    }

    /// Runs it, and then has the terminal tell how it is. The shell outlives what ends the program.
    fn run_and_look(&self, words: &str) -> Terminal {
        let program = env!("CARGO_BIN_EXE_doorward");
        self.run_line(&format!("trap : INT; {program} --log error ssh {words}; code=$?; stty -a; exit $code"))
    }

    fn run_line(&self, line: &str) -> Terminal {
        let path = format!("{}:{}", self.file("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("script");
        command.args(["-qefc", line, "/dev/null"]);
        command.env("PATH", path).env("HOME", self.file("home")).env("XDG_RUNTIME_DIR", self.file("runtime"));
        command.env("DOORWARD_CONSOLE", self.file("console.toml")).env("TOLD", self.file("told"));
        command.env("DOORWARD_DANGER_SOFT_KEY", self.file("danger-soft-key")).env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Terminal { child, stdin, stdout, shown: String::new(), read: 0 }
    }

    /// Enrols the SSH key in the home.
    async fn enrol(&self) {
        let mut terminal = self.run(&format!("--as ines --enrol {}", self.file("home/.ssh/id_ed25519.pub").display()));
        terminal.give_pin("to sign in as ines").await;
        terminal.give_pin("to enrol the SSH key SHA256").await;
        terminal.shows("Enrolled SHA256:").await;
        assert_eq!(terminal.ends().await, Some(0));
    }

    fn told(&self) -> String {
        fs::read_to_string(self.file("told")).unwrap()
    }

    fn left(&self) -> usize {
        fs::read_dir(self.file("runtime")).unwrap().count()
    }
}

/// A terminal with a person at it.
struct Terminal {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    shown: String,
    read: usize,
}

impl Terminal {
    /// Reads on until this is shown.
    async fn shows(&mut self, text: &str) {
        let reading = async {
            while !self.shown[self.read..].contains(text) {
                let mut some = [0; 4_096];
                let read = self.stdout.read(&mut some).await.unwrap();
                assert!(read > 0, "never shown: {text:?} in {:?}", self.shown);
                self.shown.push_str(&String::from_utf8_lossy(&some[..read]));
            }
        };
        if timeout(DEADLINE, reading).await.is_err() {
            panic!("not shown in time: {text:?} in {:?}", self.shown);
        }
        self.read += self.shown[self.read..].find(text).unwrap() + text.len();
    }

    async fn types(&mut self, text: &str) {
        self.stdin.write_all(text.as_bytes()).await.unwrap();
        self.stdin.flush().await.unwrap();
    }

    async fn give_pin(&mut self, for_what: &str) {
        self.shows(&format!("PIN of your staff key, {for_what}")).await;
        self.shows(": ").await;
        self.types(&format!("{PIN}\n")).await;
    }

    /// What it ended with, and everything that was shown by then is in `shown`.
    async fn ends(&mut self) -> Option<i32> {
        let ending = async {
            let mut rest = Vec::new();
            self.stdout.read_to_end(&mut rest).await.unwrap();
            self.shown.push_str(&String::from_utf8_lossy(&rest));
            self.child.wait().await.unwrap().code()
        };
        timeout(DEADLINE, ending).await.unwrap_or_else(|_| panic!("it never ended"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_logs_in_by_a_touch_and_a_reason_and_nothing_is_left() {
    let place = Place::new().await;
    place.enrol().await;
    let mut terminal = place.run("web-1 --as ines -- uptime -p");
    terminal.shows("Reason for logging in to web-1: ").await;
    terminal.types("The disk is full\n").await;
    terminal.give_pin("to sign in as ines").await;
    terminal.give_pin("to log in to web-1 for this reason").await;
    terminal.types("for ssh alone\n").await;
    assert_eq!(terminal.ends().await, Some(42), "{}", terminal.shown);
    assert!(!terminal.shown.contains(PIN), "a PIN is not shown: {}", terminal.shown);
    let told = place.told();
    let given: Vec<_> = told.lines().filter_map(|line| line.strip_prefix("argument ")).collect();
    let [flag, config, dashes, rest @ ..] = &given[..] else { panic!("{told}") };
    assert_eq!((*flag, *dashes, rest), ("-F", "--", &["web-1", "uptime", "-p"][..]));
    let folder = Path::new(config).parent().unwrap();
    assert_eq!(folder.parent().unwrap(), place.file("runtime"));
    for line in [
        "hostname 127.0.0.1".to_owned(),
        "port 2222".to_owned(),
        "user ops".to_owned(),
        "stricthostkeychecking true".to_owned(),
        format!("identityfile {}", place.file("home/.ssh/id_ed25519").display()),
        format!("mode 700 {}", folder.display()),
        format!("mode 600 {}", folder.join("certificate.pub").display()),
        format!("web-1 {HOST_KEY}"),
    ] {
        assert!(told.contains(&line), "{line}\n{told}");
    }
    assert!(told.contains("Key ID: \"ines:1\"") && told.contains("                web-1"), "{told}");
    assert_eq!(fs::read_to_string(place.file("told.stdin")).unwrap(), "for ssh alone\n");
    assert_eq!(place.left(), 0, "the folder is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_and_no_ssh_is_run() {
    let mut place = Place::new().await;
    let ended = async |place: &Place, words: &str, touches: usize, said: &str| {
        let mut terminal = place.run(words);
        for _ in 0..touches {
            terminal.give_pin("").await;
        }
        assert_eq!(terminal.ends().await, Some(1), "{words}: {}", terminal.shown);
        let words_said = said.split('|').any(|one| terminal.shown.contains(one));
        assert!(words_said, "{words}: {}", terminal.shown);
        assert!(!place.file("told").exists() && place.left() == 0, "{words}");
    };
    let reason = "--as ines --reason 'The disk is full'";
    ended(&place, &format!("web-1 {reason}"), 1, "no SSH key is enrolled").await;
    place.enrol().await;
    ended(&place, &format!("db-1 {reason}"), 1, "your role is not for this server").await;
    ended(&place, &format!("web-9 {reason}"), 1, "no server is registered").await;
    ended(&place, "web-1 --as ines --reason x", 0, "a reason needs 3 to 500").await;
    ended(&place, "web-1 --as nobody --reason 'The disk is full'", 1, "not one of your staff keys").await;
    let public = place.file("home/.ssh/id_ed25519.pub");
    ended(&place, &format!("--as ines --enrol {}", public.display()), 2, "enrolled before").await;
    // Whatever came of it, nobody stays signed in.
    let begun = BeginIntent { intent: Intent::Suspend { staff: StaffId::parse("ines").unwrap() } };
    let begun = place.admin.api.begin_intent(&place.admin.token, &begun).await.unwrap();
    assert_eq!(begun.effects.sign_ins, 0);
    fs::write(place.file("long.pub"), format!("{} {}", fs::read_to_string(&public).unwrap().trim(), "x".repeat(9_000)))
        .unwrap();
    ended(&place, &format!("--as ines --enrol {}", place.file("long.pub").display()), 0, "it is too long").await;
    let private = public.with_extension("");
    ended(&place, &format!("--as ines --enrol {}", private.display()), 0, "this is a private key").await;
    let staff = StaffId::parse("ines").unwrap();
    place.admin.intend(Intent::Suspend { staff }).await.unwrap();
    ended(&place, &format!("web-1 {reason}"), 1, "you are suspended|did not accept|not one of your").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_asked_for_again_and_calling_off_leaves_the_terminal_as_it_was() {
    let place = Place::new().await;
    place.enrol().await;
    let mut terminal = place.run_and_look("web-1 --as ines --reason 'The disk is full'");
    terminal.shows("PIN of your staff key, to sign in as ines: ").await;
    terminal.types("0000\n").await;
    terminal.shows("That PIN was not right.").await;
    terminal.shows("(7 tries left): ").await;
    terminal.types("\u{3}").await;
    assert_eq!(terminal.ends().await, Some(1), "{}", terminal.shown);
    assert!(terminal.shown.contains("called off"), "{}", terminal.shown);
    assert!(terminal.shown.contains(" echo "), "what is typed is shown again: {}", terminal.shown);
    assert!(!place.file("told").exists() && place.left() == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_taken_back() {
    let place = Place::new().await;
    place.enrol().await;
    // No line of ssh's configuration can name such a file.
    let mut terminal = place.run("web-1 --as ines --reason 'The disk is full' --identity '/home/ines/a\nkey'");
    terminal.give_pin("to sign in as ines").await;
    terminal.give_pin("to log in to web-1 for this reason").await;
    assert_eq!(terminal.ends().await, Some(1), "{}", terminal.shown);
    assert!(terminal.shown.contains("the connection's private folder"), "{}", terminal.shown);
    let listed = place.admin.api.servers(&place.admin.token).await.unwrap().servers;
    assert!(listed.len() == 2 && listed.iter().all(|server| server.certificates.is_empty()), "{listed:?}");
    assert!(!place.file("told").exists() && place.left() == 0);
}
