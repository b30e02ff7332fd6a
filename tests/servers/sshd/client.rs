//! ssh, as somebody with a certificate runs it: to log in, to stay, to keep a master connection, to forward a port.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use doorward_core::id::CertificateSerial;
use ssh_key::{LineEnding, PrivateKey, private::Ed25519Keypair};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, timeout},
};

use super::{LOGIN, SOON, Stand};

/// OpenSSH's own key without hardware, for its tests (Debian's openssh-tests).
pub const SOFT_KEY: &str = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so";

/// A private key and a certificate for it.
#[derive(Debug, Clone)]
pub struct Identity {
    pub private: PathBuf,
    pub text: PathBuf,
    pub certificate: CertificateSerial,
}

impl Identity {
    pub(super) fn new(
        folder: &Path,
        number: usize,
        private: &Path,
        text: &str,
        certificate: CertificateSerial,
    ) -> Self {
        let at = folder.join(format!("certificate-{number}.pub"));
        fs::write(&at, text).unwrap();
        Self { private: private.to_owned(), text: at, certificate }
    }
}

/// How the authority's own key signs anew what was issued: only whoever stole it could.
#[derive(Debug, Clone)]
pub struct Resigned<'a> {
    pub options: Vec<&'a str>,
    /// As `ssh-keygen -V` has it.
    pub valid: &'a str,
    pub key_id: String,
    pub serial: CertificateSerial,
    /// Another authority than the house's.
    pub by: Option<&'a Path>,
}

impl<'a> Resigned<'a> {
    /// What was issued to `staff`, with these options besides.
    pub fn like(identity: &Identity, staff: &str, options: &[&'a str]) -> Self {
        let (serial, key_id) = (identity.certificate, format!("{staff}:{}", identity.certificate));
        Self { options: options.to_vec(), valid: "-1m:+10m", key_id, serial, by: None }
    }
}

/// Somebody who is logged in and stays.
pub struct LoggedIn {
    child: Child,
    /// The first line of what their command said.
    pub said: String,
}

impl LoggedIn {
    /// Waits until they are out, and says how long that took.
    pub async fn out(&mut self) -> Duration {
        let began = Instant::now();
        let ended = timeout(SOON, self.child.wait()).await;
        let status = ended.expect("still connected").unwrap();
        assert!(!status.success(), "ended by itself");
        began.elapsed()
    }

    /// Whether they are still in.
    pub fn is_in(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Stand {
    /// ssh with this identity and nothing else of this machine's.
    pub fn ssh(&self, identity: &Identity, options: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-p", &self.port.to_string(), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]);
        ssh.args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentityAgent=none"]);
        ssh.args(["-o", "PreferredAuthentications=publickey", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20"]);
        ssh.arg("-i").arg(&identity.private).arg("-o").arg(format!("CertificateFile={}", identity.text.display()));
        ssh.arg("-o").arg(format!("SecurityKeyProvider={SOFT_KEY}")).args(options);
        ssh.env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).kill_on_drop(true);
        ssh
    }

    /// Whether a log-in passes.
    pub async fn lets_in(&self, identity: &Identity) -> bool {
        self.lets_in_as(LOGIN, identity, &[]).await
    }

    /// Whether a log-in of this local user passes, where ssh is run with `options` besides.
    pub async fn lets_in_as(&self, login: &str, identity: &Identity, options: &[&str]) -> bool {
        let login = format!("{login}@127.0.0.1");
        let asked = self.ssh(identity, &[options, &[&login, "true"]].concat()).output();
        timeout(SOON, asked).await.expect("neither in nor out").unwrap().status.success()
    }

    /// Logs in and stays, running `command` first; what it says first is kept.
    pub async fn stay(&self, identity: &Identity, options: &[&str], command: &str) -> LoggedIn {
        let login = format!("{LOGIN}@127.0.0.1");
        // As long as sshd's process is there: nothing stays behind when a test has failed.
        let command = format!("{command}; while kill -0 $PPID 2>/dev/null; do sleep 1; done");
        let mut ssh = self.ssh(identity, &[options, &[&login, &command]].concat());
        let mut child = ssh.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = timeout(SOON, lines.next_line()).await.expect("not in yet").unwrap();
        let said = said.unwrap_or_else(|| panic!("not let in: {}", self.agent.log()));
        LoggedIn { child, said }
    }

    /// Something that stays without a command: a master connection, a forwarded port.
    pub fn hold(&self, identity: &Identity, options: &[&str]) -> LoggedIn {
        let login = format!("{LOGIN}@127.0.0.1");
        let child = self.ssh(identity, &[options, &["-N", &login]].concat()).spawn().unwrap();
        LoggedIn { child, said: String::new() }
    }

    /// A certificate that the authority's key signs anew.
    pub fn resign(&mut self, identity: &Identity, wanted: &Resigned<'_>) -> Identity {
        self.made += 1;
        let subject = self.folder.join(format!("resigned-{}.pub", self.made));
        fs::copy(identity.private.with_extension("pub"), &subject).unwrap();
        let ca = wanted.by.map_or_else(|| self.authority(), Path::to_owned);
        let mut sign = std::process::Command::new("ssh-keygen");
        sign.args(["-q", "-I", &wanted.key_id, "-n", self.host.as_str(), "-V", wanted.valid]);
        sign.args(["-z", &wanted.serial.to_string(), "-O", "clear", "-s"]).arg(ca);
        for option in &wanted.options {
            sign.args(["-O", option]);
        }
        assert!(sign.arg(&subject).stdin(Stdio::null()).status().unwrap().success());
        let text = subject.with_file_name(format!("resigned-{}-cert.pub", self.made));
        Identity { private: identity.private.clone(), text, certificate: wanted.serial }
    }

    /// The house's own authority, as only its server has it.
    fn authority(&self) -> PathBuf {
        let path = self.folder.join("stolen-authority");
        if !path.exists() {
            let seed = fs::read(self.house.folder.join("data/ssh-ca.seed")).unwrap();
            let pair = Ed25519Keypair::from_seed(seed.as_slice().try_into().unwrap());
            let text = PrivateKey::from(pair).to_openssh(LineEnding::LF).unwrap();
            fs::write(&path, text.as_bytes()).unwrap();
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    }
}
