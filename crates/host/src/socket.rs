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
    use crate::agent::tests::{Stage, ask};

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

    /// What `peer` is answered to this, said whole.
    async fn answered(peer: Peer, said: &[u8]) -> Option<Answered> {
        let stage = Stage::new();
        let (mut here, there) = UnixStream::pair().unwrap();
        let answering = tokio::spawn(answer(there, Arc::clone(&stage.agent), peer));
        // Whoever is not heard to the end need not take the rest.
        let _deaf = here.write_all(said).await;
        let _deaf = here.shutdown().await;
        let mut heard = Vec::new();
        let _cut = here.read_to_end(&mut heard).await;
        let _cut = answering.await.unwrap();
        serde_json::from_slice(&heard).ok()
    }

    fn line(asked: &Asked) -> Vec<u8> {
        [serde_json::to_vec(asked).unwrap(), b"\n".to_vec()].concat()
    }

    #[tokio::test]
    async fn nobody_asks_what_is_not_theirs_to_ask_and_half_a_question_is_none() {
        let status = line(&Asked::Status);
        let log_in = line(&Asked::LogIn(ask()));
        let own = std::process::id().cast_signed();
        assert!(matches!(answered(Peer::Root, &status).await, Some(Answered::Status(_))));
        let not_sshd = answered(Peer::Command(own), &log_in).await;
        assert!(matches!(not_sshd, Some(Answered::Refused(Refused::NotFromSshd))), "{not_sshd:?}");
        let long = [vec![b' '; LONGEST_LINE], status.clone()].concat();
        for (peer, said) in [
            (Peer::Command(own), &status[..]),
            (Peer::Root, &log_in),
            (Peer::Root, status.trim_ascii_end()),
            (Peer::Root, &long),
            (Peer::Root, b"{\"ask\":\"everything\"}\n"),
            (Peer::Root, b"\n"),
            (Peer::Root, b""),
        ] {
            let heard = answered(peer, said).await;
            let bad = matches!(heard, None | Some(Answered::Refused(Refused::BadQuestion)));
            assert!(bad, "{peer:?} {:?}: {heard:?}", String::from_utf8_lossy(said));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_socket_is_its_group_s_alone_and_whoever_says_nothing_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/admit.sock");
        let own = LocalUser { user: rustix::process::getuid().as_raw(), group: rustix::process::getgid().as_raw() };
        let sshd = SshdConfig {
            admit_user: "doorward-admit".to_owned(),
            socket: path.clone(),
            program: folder.path().join("doorward"),
            config: None,
        };
        let listener = listen(&sshd, own).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        let stage = Stage::new();
        let always = tokio::spawn(answer_always(listener, Arc::clone(&stage.agent), own));
        let mut silent = Vec::new();
        for _ in 0..AT_ONCE {
            silent.push(UnixStream::connect(&path).await.unwrap());
        }
        let began = std::time::Instant::now();
        let heard = async |stream: &mut UnixStream| {
            let mut heard = Vec::new();
            // What is closed with something unread is reset.
            let _cut = timeout(DEADLINE * 3, stream.read_to_end(&mut heard)).await.expect("still waited for");
            heard
        };
        let mut one_more = UnixStream::connect(&path).await.unwrap();
        assert!(heard(&mut one_more).await.is_empty());
        assert!(began.elapsed() < DEADLINE, "there is no place for one more");
        for stream in &mut silent {
            assert!(heard(stream).await.is_empty());
        }
        always.abort();
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
