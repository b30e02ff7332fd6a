//! OpenSSH's own programs with the lab's key: `ssh-keygen`, `ssh` and `sshd` as Debian has them. Certificates are of the
//! form that our authority signs, and the revocation list is of our encoding.
//!
//! sshd listens nowhere: `ssh` starts it for one connection, as inetd would.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Output, time::Instant};

use doorward_core::{
    ssh::{SshFingerprint, krl::Krl},
    time::UnixMs,
};
use tempfile::TempDir;
use tokio::process::Command;

const HOST: &str = "web-1";
const SSHD: &str = "/usr/sbin/sshd";
/// What the log-in says that was let in.
const IN: &str = "somebody is in";

/// A host with a real sshd, and a person's place with a real ssh.
pub struct Ssh {
    folder: TempDir,
}

/// How a log-in went.
#[derive(Debug)]
pub struct LogIn {
    pub let_in: bool,
    /// The questions that ssh had.
    pub asked: Vec<String>,
    /// What sshd says of it.
    pub log: String,
}

impl Ssh {
    pub async fn set_up() -> Self {
        let ssh = Self { folder: tempfile::tempdir_in("/run").unwrap() };
        for name in ["host", "ca"] {
            good(ssh.keygen(&["-t", "ed25519", "-f", &ssh.path(name)])).await;
        }
        let host = fs::read_to_string(ssh.path("host.pub")).unwrap();
        ssh.write("known", format!("{HOST} {host}"));
        ssh.write("principals", HOST);
        ssh.write("pin.sh", ssh.askpass());
        fs::set_permissions(ssh.path("pin.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        ssh.write(
            "sshd_config",
            format!(
                "HostKey {}\nTrustedUserCAKeys {}\nAuthorizedPrincipalsFile {}\nRevokedKeys {}\n\
                 AuthorizedKeysFile none\nAuthenticationMethods publickey\nPermitRootLogin prohibit-password\n\
                 UsePAM no\nPrintLastLog no\nPrintMotd no\nLogLevel VERBOSE\n",
                ssh.path("host"),
                ssh.path("ca.pub"),
                ssh.path("principals"),
                ssh.path("revoked"),
            ),
        );
        ssh
    }

    /// Makes a key on the hardware, and the certificate for it that our authority would give.
    pub async fn enrol(&self, name: &str, options: &[&str], serial: u64, pin: &str) {
        self.write("pin", pin);
        let kind = ["-t", "ed25519-sk", "-O", "application=ssh:doorward", "-f", &self.path(name)];
        good(self.keygen(&[&kind, options].concat())).await;
        self.certify(name, &["-O", "verify-required"], serial).await;
    }

    /// A certificate for the key with these options, in place of the one before.
    pub async fn certify(&self, name: &str, options: &[&str], serial: u64) {
        let (serial, ca, key) = (serial.to_string(), self.path("ca"), self.path(&format!("{name}.pub")));
        let form = ["-s", &ca, "-I", "ada:1", "-n", HOST, "-z", &serial, "-V", "-1m:+10m", "-O", "clear"];
        good(self.keygen(&[&form[..], &["-O", "permit-pty"], options, &[&key]].concat())).await;
    }

    /// What the feed would call the key, or the authority.
    pub fn fingerprint(&self, name: &str) -> SshFingerprint {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let line = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        SshFingerprint::of(&STANDARD.decode(line.split_whitespace().nth(1).unwrap()).unwrap())
    }

    /// Tries to log in by the key's certificate, on a host with this revocation list.
    pub async fn log_in(&self, name: &str, pin: &str, revoked: &Krl) -> LogIn {
        self.write("revoked", revoked.encode().unwrap());
        self.write("pin", pin);
        self.write("asked", "");
        self.write("log", "");
        let sshd = format!("{SSHD} -i -f {} -E {}", self.path("sshd_config"), self.path("log"));
        let mut ssh = self.command("ssh");
        ssh.args(["-T", "-F", "/dev/null", "-i", &self.path(name)]);
        for option in [
            format!("CertificateFile={}", self.path(&format!("{name}-cert.pub"))),
            format!("UserKnownHostsFile={}", self.path("known")),
            format!("HostKeyAlias={HOST}"),
            format!("ProxyCommand={sshd}"),
            "IdentitiesOnly=yes".to_owned(),
            "IdentityAgent=none".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "PreferredAuthentications=publickey".to_owned(),
        ] {
            ssh.args(["-o", &option]);
        }
        let began = Instant::now();
        let said = ssh.args(["root@web-1", "echo", IN]).output().await.unwrap();
        println!("    a log-in, or none, in {} ms", began.elapsed().as_millis());
        let log = fs::read_to_string(self.path("log")).unwrap();
        let let_in = said.status.success() && String::from_utf8_lossy(&said.stdout).trim() == IN;
        assert!(let_in || !log.is_empty(), "sshd was not reached: {}", String::from_utf8_lossy(&said.stderr));
        let asked = fs::read_to_string(self.path("asked")).unwrap().lines().map(str::to_owned).collect();
        LogIn { let_in, asked, log }
    }

    /// Types the PIN; what is only told is not answered.
    fn askpass(&self) -> String {
        let (asked, pin) = (self.path("asked"), self.path("pin"));
        format!("#!/bin/sh\n[ \"$SSH_ASKPASS_PROMPT\" = none ] && exit 0\necho \"$1\" >>{asked}\ncat {pin}\n")
    }

    fn keygen(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("ssh-keygen");
        command.args(["-q", "-N", "", "-C", ""].iter().filter(|_| !arguments.contains(&"-s"))).args(arguments);
        command
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SSH_ASKPASS", self.path("pin.sh")).env("SSH_ASKPASS_REQUIRE", "force").kill_on_drop(true);
        command
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }
}

/// A list that revokes nothing yet.
pub fn nothing_revoked() -> Krl {
    Krl::new(1, UnixMs(1_764_000_000_000), "of the lab").unwrap()
}

async fn good(mut command: Command) {
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    let said = [stdout, stderr].concat();
    assert!(status.success(), "{:?}: {}", command.as_std(), String::from_utf8_lossy(&said));
}
