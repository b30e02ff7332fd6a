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
