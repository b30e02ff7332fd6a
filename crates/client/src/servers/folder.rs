//! The private folder of one connection: the certificate and what `ssh` needs beside it, readable by their owner alone, in a
//! folder that goes when the connection does.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use doorward_core::{
    id::HostId,
    ssh::{LONGEST_CERTIFICATE, SshFingerprint},
    time::UnixMs,
};

use super::{
    Target,
    config::{self, Files, quoted},
    own_keys,
};

const PREFIX: &str = "doorward-ssh-";
const CERTIFICATE: &str = "certificate.pub";
const KNOWN_HOSTS: &str = "known_hosts";
const PUBLIC_KEY: &str = "key.pub";
const CONFIG: &str = "config";
const SCRIPT: &str = "connect";

/// Where connections have their folders, and where SSH keys lie.
#[derive(Debug, Clone)]
pub struct Places {
    /// In memory and this user's alone, where the system has such a folder.
    pub runtime: PathBuf,
    /// `~/.ssh`; none where no home is known.
    pub keys: Option<PathBuf>,
}

/// A connection's folder. When it is dropped the folder is gone.
#[derive(Debug)]
pub struct Connection {
    host: HostId,
    folder: PathBuf,
    identity: PathBuf,
}

impl Places {
    /// As this user's environment names them.
    pub fn usual() -> Self {
        let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let runtime = folder("XDG_RUNTIME_DIR").filter(|path| path.is_dir()).unwrap_or_else(env::temp_dir);
        Self { runtime, keys: folder("HOME").map(|home| home.join(".ssh")) }
    }

    /// Lays out what a connection to `target` needs, in a folder named by `dice`. The key is that of `identity`, or the one
    /// among the user's own that the certificate is for; where it is in no file, an agent of theirs is to have it.
    pub fn lay_out(&self, target: &Target, identity: Option<PathBuf>, dice: u64) -> io::Result<Connection> {
        let folder = self.runtime.join(format!("{PREFIX}{dice:016x}"));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let mut connection = Connection { identity: folder.join(PUBLIC_KEY), host: target.host.clone(), folder };
        connection.write(CERTIFICATE, target.certificate.as_bytes())?;
        connection.write(KNOWN_HOSTS, target.known_hosts().as_bytes())?;
        connection.write(PUBLIC_KEY, target.public_key.as_bytes())?;
        if let Some(identity) = identity.or_else(|| self.identity_of(target)) {
            connection.identity = identity;
        }
        let (certificate, known_hosts) = (connection.certificate(), connection.known_hosts());
        let files = Files { certificate: &certificate, identity: &connection.identity, known_hosts: &known_hosts };
        let text = config::text(target, &files).ok_or(io::Error::from(io::ErrorKind::InvalidFilename))?;
        connection.write(CONFIG, &text)?;
        Ok(connection)
    }

    /// Removes what an earlier run left: by now its certificates have run out.
    pub fn sweep(&self, now: UnixMs) {
        let me = rustix::process::getuid().as_raw();
        for entry in fs::read_dir(&self.runtime).into_iter().flatten().flatten() {
            let ours = entry.file_name().as_bytes().starts_with(PREFIX.as_bytes());
            let Some(data) = entry.metadata().ok().filter(|data| ours && data.is_dir() && data.uid() == me) else {
                continue;
            };
            let made = data.modified().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
            let made = made.and_then(|made| i64::try_from(made.as_millis()).ok()).map_or(UnixMs(0), UnixMs);
            if now >= made.plus(LONGEST_CERTIFICATE)
                && let Err(fault) = fs::remove_dir_all(entry.path())
            {
                tracing::warn!(%fault, "the folder of an earlier connection could not be removed");
            }
        }
    }

    fn identity_of(&self, target: &Target) -> Option<PathBuf> {
        let (_, wanted): (_, SshFingerprint) = own_keys::public_key(&target.public_key).ok()?;
        let keys = own_keys::own_keys(self.keys.as_ref()?);
        keys.into_iter().find(|key| key.fingerprint == wanted).map(|key| key.identity)
    }
}

impl Connection {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    pub fn known_hosts(&self) -> PathBuf {
        self.folder.join(KNOWN_HOSTS)
    }

    /// What `ssh` is given as identity.
    pub fn identity(&self) -> &Path {
        &self.identity
    }

    /// Whether the key is in a file; an agent is to have it otherwise.
    pub fn has_file(&self) -> bool {
        self.identity.parent() != Some(&self.folder)
    }

    /// What `ssh` is started with, to run `command` there; without one it is a shell. `scp` and `sftp` take the same file.
    pub fn arguments(&self, command: &[OsString]) -> Vec<OsString> {
        // Behind the two dashes nothing is an option any more, here and for whatever is run there.
        let config = self.folder.join(CONFIG).into_os_string();
        let mut arguments = vec!["-F".into(), config, "--".into(), self.host.as_str().into()];
        arguments.extend(command.iter().cloned());
        arguments
    }

    /// A script for a terminal's shell: it runs `line`, takes the folder away, and where the connection was refused it waits
    /// for Enter, so that the reason can be read.
    pub fn script(&self, line: &OsStr) -> io::Result<PathBuf> {
        let mut text = b"#!/bin/sh\n".to_vec();
        text.extend(line.as_bytes());
        text.extend(b"\nstatus=$?\nrm -rf -- ");
        text.extend(quoted(self.folder.as_os_str()).as_bytes());
        text.extend(b"\nif [ \"$status\" -eq 255 ]; then printf '\\n[%s] Enter ' \"$status\"; read -r _; fi\nexit \"$status\"\n");
        self.write(SCRIPT, &text)?;
        Ok(self.folder.join(SCRIPT))
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(self.folder.join(name))?;
        file.write_all(text)?;
        if text.ends_with(b"\n") { Ok(()) } else { file.write_all(b"\n") }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        match fs::remove_dir_all(&self.folder) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%fault, "a connection's folder could not be removed");
            }
            _ => {}
        }
    }
}
