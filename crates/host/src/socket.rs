//! The agent's socket: one question and one answer a connection, within a moment. Who asks is the kernel's word.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    agent::Agent,
    ask::{Answered, Asked, LONGEST_LINE, Refused},
    config::SshdConfig,
};

/// From a connection to its answer.
const DEADLINE: Duration = Duration::from_secs(3);
/// sshd itself lets no more in at once.
const AT_ONCE: usize = 128;

/// A local user and their group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalUser {
    pub user: u32,
    pub group: u32,
}

impl LocalUser {
    /// The user called `name` in `passwd`, which is of the form of `/etc/passwd`.
    pub fn read(passwd: &str, name: &str) -> Option<Self> {
        let mut lines = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
        lines.find_map(|fields| match fields[..] {
            [found, _, user, group, ..] if found == name => {
                Some(Self { user: user.parse().ok()?, group: group.parse().ok()? })
            }
            _ => None,
        })
    }
}

/// Listens at the configured place, which nobody but root and the asking user's group can reach.
pub fn listen(sshd: &SshdConfig, asking: LocalUser) -> io::Result<UnixListener> {
    let path = &sshd.socket;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    remove_old(path)?;
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
    chown(path, None, Some(asking.group))?;
    Ok(listener)
}

/// A predecessor that was killed leaves its socket behind. Whatever else lies there is somebody's.
fn remove_old(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// Answers for as long as it is polled.
pub async fn answer_always(listener: UnixListener, agent: Arc<Agent>, asking: LocalUser) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(fault) => {
                tracing::warn!(%fault, "nobody can be answered for a moment");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(peer) = Peer::of(&stream, asking) else { continue };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let agent = Arc::clone(&agent);
        tokio::spawn(async move {
            // Whoever gets no answer takes it for a no.
            let _late = timeout(DEADLINE, answer(stream, agent, peer)).await;
            drop(place);
        });
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// The command that sshd runs, in this process.
    Command(i32),
    Root,
}

impl Peer {
    fn of(stream: &UnixStream, asking: LocalUser) -> Option<Self> {
        let credentials = stream.peer_cred().ok()?;
        Self::named(credentials.uid(), credentials.pid(), asking)
    }

    fn named(user: u32, pid: Option<i32>, asking: LocalUser) -> Option<Self> {
        match (user, pid) {
            (user, Some(pid)) if user == asking.user => Some(Self::Command(pid)),
            (0, _) => Some(Self::Root),
            _ => None,
        }
    }
}

async fn answer(mut stream: UnixStream, agent: Arc<Agent>, peer: Peer) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    BufReader::new(read.take(most)).read_until(b'\n', &mut line).await?;
    let asked = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
    let answered = match (asked, peer) {
        (Some(Asked::LogIn(log_in)), Peer::Command(asking)) => {
            let certificate = log_in.certificate;
            agent.hears_of(certificate).await;
            let decided = spawn_blocking(move || agent.admit(asking, &log_in)).await;
            let decided = decided.unwrap_or(Err(Refused::NotKept));
            match decided {
                Ok(principal) => {
                    tracing::info!(%certificate, "a log-in passes");
                    Answered::Admitted { principal: principal.as_str().to_owned() }
                }
                Err(why) => {
                    tracing::info!(%certificate, %why, "a log-in is refused");
                    Answered::Refused(why)
                }
            }
        }
        (Some(Asked::Status), Peer::Root) => Answered::Status(agent.status()),
        _ => Answered::Refused(Refused::BadQuestion),
    };
    let mut answer = serde_json::to_vec(&answered)?;
    answer.push(b'\n');
    write.write_all(&answer).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKING: LocalUser = LocalUser { user: 990, group: 980 };

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\ndoorward-admit:x:990:980::/:/usr/sbin/nologin\nbad:x:y:1::/:\n";
        assert_eq!(LocalUser::read(passwd, "doorward-admit"), Some(ASKING));
        for name in ["doorward", "bad", "", "x"] {
            assert_eq!(LocalUser::read(passwd, name), None, "{name}");
        }
    }

    #[test]
    fn only_the_command_s_user_and_root_are_heard() {
        assert_eq!(Peer::named(990, Some(7), ASKING), Some(Peer::Command(7)));
        assert_eq!(Peer::named(0, Some(7), ASKING), Some(Peer::Root));
        assert_eq!(Peer::named(1000, Some(7), ASKING), None);
        assert_eq!(Peer::named(990, None, ASKING), None, "a command without a process can be nobody's");
    }

    #[test]
    fn what_is_not_a_socket_is_left_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("admit.sock");
        remove_old(&path).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        remove_old(&path).unwrap();
        assert!(!path.exists());
        fs::write(&path, "somebody's").unwrap();
        assert!(remove_old(&path).is_err() && path.exists());
    }
}
