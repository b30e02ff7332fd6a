//! What is asked of the agent over its socket, and the one who asks: `doorward host admit`, which sshd runs at a log-in.
//!
//! One line each way, in JSON. Whoever asks learns yes or a code, and waits for neither longer than a moment.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use doorward_client::follower::FollowFault;
use doorward_core::{
    id::CertificateSerial,
    policy::{Denial, HostLabel},
    ssh::SshFingerprint,
    time::UnixMs,
};
use serde::{Deserialize, Serialize};

/// Longest line either way.
pub const LONGEST_LINE: usize = 4_096;
/// Whoever asks waits so long for each of sending and hearing.
const PATIENCE: Duration = Duration::from_secs(5);

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Asked {
    /// May whoever presented this log in? Only the user who runs the command may ask.
    LogIn(LogIn),
    /// How does the agent stand? Only root may ask.
    Status,
}

/// What sshd was shown at a log-in, as it tells its command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    pub certificate: CertificateSerial,
    pub key_id: String,
    pub ssh_key: SshFingerprint,
    pub ca: SshFingerprint,
    /// The local user who is to be logged in.
    pub user: String,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answered {
    Admitted { principal: String },
    Refused(Refused),
    Status(Status),
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Refused {
    #[error("the agent's copy of the feed is not fresh")]
    NotFresh,
    #[error("the files that sshd reads could not be written")]
    ListsNotInPlace,
    #[error("this local user is not logged in by certificates here")]
    OtherLogin,
    #[error("the certificate names somebody else than it was issued to")]
    OtherKeyId,
    #[error("whoever asks was not started by sshd for a connection")]
    NotFromSshd,
    #[error("the connection could not be written down")]
    NotKept,
    #[error("what was asked is none of the questions")]
    BadQuestion,
    #[error("denied: {denial:?}")]
    Denied { denial: Denial },
}

impl From<Denial> for Refused {
    fn from(denial: Denial) -> Self {
        Self::Denied { denial }
    }
}

/// How the agent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub fresh: bool,
    /// What keeps it from the server, where it is not with it.
    pub fault: Option<FollowFault>,
    /// What time it is by signed time, and by the wall clock.
    pub now: Option<UnixMs>,
    pub wall: UnixMs,
    /// The host's label in the feed; none where the feed knows no such host.
    pub label: Option<HostLabel>,
    /// Whether sshd's files say what they are to say.
    pub lists: bool,
    pub connections: usize,
}

/// No answer came of it: that means no.
#[derive(Debug, thiserror::Error)]
pub enum Silence {
    #[error("the agent does not answer at its socket: {0}")]
    NoAgent(#[from] io::Error),
    #[error("the agent's answer cannot be read")]
    BadAnswer,
}

/// Asks the agent behind `socket` whether a log-in passes. The principal, where it does.
pub fn admit(socket: &Path, log_in: LogIn) -> Result<Result<String, Refused>, Silence> {
    match ask(socket, &Asked::LogIn(log_in))? {
        Answered::Admitted { principal } => Ok(Ok(principal)),
        Answered::Refused(why) => Ok(Err(why)),
        Answered::Status(_) => Err(Silence::BadAnswer),
    }
}

/// Asks the agent behind `socket` how it stands.
pub fn status(socket: &Path) -> Result<Status, Silence> {
    match ask(socket, &Asked::Status)? {
        Answered::Status(status) => Ok(status),
        _ => Err(Silence::BadAnswer),
    }
}

fn ask(socket: &Path, asked: &Asked) -> Result<Answered, Silence> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(asked).map_err(|_| Silence::BadAnswer)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    BufReader::new(stream.take(most)).read_until(b'\n', &mut answer)?;
    // Half an answer is none.
    let whole = answer.strip_suffix(b"\n").ok_or(Silence::BadAnswer)?;
    serde_json::from_slice(whole).map_err(|_| Silence::BadAnswer)
}

#[cfg(test)]
mod tests {
    use std::{os::unix::net::UnixListener, thread};

    use super::*;

    /// What is made of an agent that says this, and then nothing more.
    fn heard(said: &'static [u8], hangs_up: bool) -> Result<Result<String, Refused>, Silence> {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("admit.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let agent = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = Vec::new();
            BufReader::new(&stream).read_until(b'\n', &mut line).unwrap();
            // Whoever has heard enough is gone.
            let _deaf = stream.write_all(said);
            if !hangs_up {
                let _gone = stream.read(&mut [0]);
            }
        });
        let (certificate, name) = (CertificateSerial(1), SshFingerprint::of(b"key"));
        let log_in =
            LogIn { certificate, key_id: "ines:1".to_owned(), ssh_key: name, ca: name, user: "ops".to_owned() };
        let answer = admit(&socket, log_in);
        agent.join().unwrap();
        answer
    }

    #[test]
    fn whatever_is_no_whole_yes_is_none() {
        assert_eq!(
            heard(b"{\"answer\":\"admitted\",\"principal\":\"web-1\"}\n", true).unwrap(),
            Ok("web-1".to_owned())
        );
        let no = heard(b"{\"answer\":\"refused\",\"why\":\"not-fresh\"}\n", true).unwrap();
        assert_eq!(no, Err(Refused::NotFresh));
        for bad in [
            &b"{\"answer\":\"admitted\",\"principal\":\"web-1\"}"[..],
            b"{\"answer\":\"admitted\"}\n",
            b"web-1\n",
            b"\n",
            b"",
        ] {
            assert!(heard(bad, true).is_err(), "{:?}", String::from_utf8_lossy(bad));
        }
        let long = [b"{\"answer\":\"admitted\",\"principal\":\"", &[b'x'; LONGEST_LINE][..], b"\"}\n"].concat();
        assert!(heard(long.leak(), true).is_err());
        assert!(admit(Path::new("/nowhere/admit.sock"), ask_of_nobody()).is_err());
    }

    #[test]
    fn an_agent_that_does_not_answer_is_not_waited_for() {
        assert!(matches!(heard(b"{\"answer\":", false), Err(Silence::NoAgent(_))));
    }

    fn ask_of_nobody() -> LogIn {
        let name = SshFingerprint::of(b"");
        LogIn { certificate: CertificateSerial(0), key_id: String::new(), ssh_key: name, ca: name, user: String::new() }
    }
}
