//! ssh-keygen, as a test asks it: it makes keys, certificates and lists, and says what it reads in a list.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::ssh::{
    SshFingerprint,
    krl::{KeyBlob, Krl},
};
use tempfile::TempDir;

/// OpenSSH's own key without hardware, for its tests (Debian's openssh-tests).
const SOFT_KEY: &str = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so";

/// A folder with keys in it, and a program that knows what to do with them.
pub struct Keygen {
    folder: TempDir,
}

/// A list as `ssh-keygen -Q -l` prints it.
#[derive(Debug, PartialEq, Eq)]
pub struct Dump {
    /// The lines on the list itself.
    pub head: Vec<String>,
    /// The lines on what is revoked, in their order.
    pub revoked: Vec<String>,
}

impl Keygen {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A new key of this kind: where its public half is.
    pub fn key(&self, name: &str, kind: &str) -> PathBuf {
        let private = self.folder.path().join(name);
        let mut command = self.command(&["-q", "-N", "", "-C", "", "-t", kind, "-f"]);
        command.arg(&private);
        if kind == "rsa" {
            command.args(["-b", "2048"]);
        }
        if kind.ends_with("-sk") {
            assert!(Path::new(SOFT_KEY).exists(), "openssh-tests is missing: scripts/setup.sh installs it");
            command.args(["-w", SOFT_KEY]);
        }
        good(&mut command);
        private.with_extension("pub")
    }

    /// A certificate for the public key in `key`, by the authority whose public key is in `ca`.
    pub fn certificate(&self, ca: &Path, key: &Path, serial: u64, id: &str) -> PathBuf {
        let by = ca.file_stem().unwrap().display();
        let of = key.file_stem().unwrap().display();
        let subject = self.folder.path().join(format!("{by}-{of}-{serial}-{}.pub", id.replace([' ', '/'], "_")));
        let made = subject.with_file_name(format!("{}-cert.pub", subject.file_stem().unwrap().display()));
        if !made.exists() {
            fs::copy(key, &subject).unwrap();
            let mut command = self.command(&["-q", "-I", id, "-n", "web-1", "-z", &serial.to_string(), "-s"]);
            good(command.arg(ca.with_extension("")).arg(&subject));
        }
        made
    }

    /// A list of OpenSSH's own making.
    pub fn list(&self, name: &str, options: &[&str], specification: &str) -> PathBuf {
        let (list, from) = (self.folder.path().join(name), self.folder.path().join(format!("{name}.of")));
        fs::write(&from, specification).unwrap();
        good(self.command(&["-q", "-k", "-f"]).arg(&list).args(options).arg(&from));
        list
    }

    pub fn write(&self, name: &str, list: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, list).unwrap();
        path
    }

    /// Which of these keys and certificates the list revokes; what it says where it cannot read the list.
    pub fn revoked(&self, list: &Path, keys: &[PathBuf]) -> Result<Vec<bool>, String> {
        let said = ran(self.command(&["-Q", "-f"]).arg(list).args(keys));
        let lines = String::from_utf8(said.stdout).unwrap();
        let verdicts: Vec<bool> = lines
            .lines()
            .zip(keys)
            .map(|(line, key)| match line.rsplit_once(": ") {
                Some((of, "ok")) if of.starts_with(&*key.to_string_lossy()) => false,
                Some((of, "REVOKED")) if of.starts_with(&*key.to_string_lossy()) => true,
                _ => panic!("{line}"),
            })
            .collect();
        let expected = i32::from(verdicts.contains(&true));
        if verdicts.len() == keys.len() && said.status.code() == Some(expected) {
            Ok(verdicts)
        } else {
            Err(String::from_utf8_lossy(&said.stderr).into_owned())
        }
    }

    /// What the list says; what ssh-keygen says where it cannot read it.
    pub fn dump(&self, list: &Path) -> Result<Dump, String> {
        let said = ran(self.command(&["-Q", "-l", "-f"]).arg(list));
        if !said.status.success() || !said.stderr.is_empty() {
            return Err(String::from_utf8_lossy(&said.stderr).into_owned());
        }
        let said = String::from_utf8(said.stdout).unwrap();
        let (head, revoked) = said.split_once("\n\n").unwrap_or((&said, ""));
        let lines = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok(Dump { head: lines(head), revoked: lines(revoked) })
    }

    /// What ssh-keygen calls the key or certificate.
    pub fn fingerprint(&self, key: &Path) -> SshFingerprint {
        let said = good(self.command(&["-l", "-f"]).arg(key));
        SshFingerprint::parse(said.split(' ').nth(1).unwrap()).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("ssh-keygen");
        command.args(arguments).env_clear().env("HOME", self.folder.path()).env("PATH", "/usr/bin:/bin");
        command.env("LC_ALL", "C").env("TZ", "UTC");
        command
    }
}

/// The blob in a public key's file.
pub fn blob(key: &Path) -> Vec<u8> {
    let line = fs::read_to_string(key).unwrap();
    STANDARD.decode(line.split_whitespace().nth(1).unwrap()).unwrap()
}

/// The lines by which ssh-keygen would dump what this list revokes.
pub fn lines(list: &Krl) -> Vec<String> {
    let keys = list.keys().map(key_line);
    let names = list.fingerprints().map(fingerprint_line);
    let certificates = list.certificates().flat_map(|(ca, known)| {
        let scope = ca.map_or("# Wildcard CA".to_owned(), |ca| format!("# CA key {} {}", kind(ca), named(ca)));
        let serials = known.serials().map(|run| serial_line(*run.start(), *run.end()));
        let ids = known.key_ids().map(|id| format!("id: {id}"));
        [scope].into_iter().chain(serials).chain(ids).collect::<Vec<_>>()
    });
    keys.chain(names).chain(certificates).collect()
}

pub fn key_line(key: &KeyBlob) -> String {
    format!("hash: {} # {}", named(key), kind(key))
}

pub fn fingerprint_line(name: &SshFingerprint) -> String {
    let digits: String = name.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("hash: SHA256:{digits}")
}

pub fn serial_line(first: u64, last: u64) -> String {
    if first == last { format!("serial: {first}") } else { format!("serial: {first}-{last}") }
}

fn named(key: &KeyBlob) -> SshFingerprint {
    SshFingerprint::of(key.bytes())
}

fn kind(key: &KeyBlob) -> String {
    let (length, rest) = key.bytes().split_first_chunk().unwrap();
    String::from_utf8(rest[..u32::from_be_bytes(*length) as usize].to_vec()).unwrap()
}

fn ran(command: &mut Command) -> Output {
    command.output().expect("ssh-keygen is missing: scripts/setup.sh installs it")
}

/// What it said; a failure is the test's.
fn good(command: &mut Command) -> String {
    let said = ran(command);
    assert!(said.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}
