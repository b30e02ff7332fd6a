//! The configuration that the installed `ssh` is given for one connection. It says everything that matters, so that no
//! configuration of the user's puts another key before this one, or brings in another host key or an older connection; how
//! the network is crossed stays theirs to say, for their own files are read behind it.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
};

use super::Target;

/// The same for every connection. A certificate lets nobody forward anything: it is not even asked for.
const ALWAYS: &[&str] = &[
    "IdentitiesOnly yes",
    "PreferredAuthentications publickey",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictHostKeyChecking yes",
    "GlobalKnownHostsFile /dev/null",
    "UpdateHostKeys no",
    "VerifyHostKeyDNS no",
    "CheckHostIP no",
    // Another connection's socket would open what this certificate does not.
    "ControlMaster no",
    "ControlPath none",
    "ForwardAgent no",
    "ForwardX11 no",
    "ClearAllForwardings yes",
    "AddKeysToAgent no",
];
/// For this host the first word counts; for a host on the way to it, only these.
const BEHIND: &str = "Host *\n    Include ~/.ssh/config\n    Include /etc/ssh/ssh_config\n";

/// The files of a connection.
pub(super) struct Files<'a> {
    pub certificate: &'a Path,
    pub identity: &'a Path,
    pub known_hosts: &'a Path,
}

/// The configuration's text. None where a path cannot be said in it.
pub(super) fn text(target: &Target, files: &Files<'_>) -> Option<Vec<u8>> {
    let mut text = format!("Host {}\n", target.host).into_bytes();
    let mut line = |line: &[u8]| text.extend([b"    ", line, b"\n"].concat());
    line(format!("HostName {}", target.address).as_bytes());
    line(format!("HostKeyAlias {}", target.host).as_bytes());
    line(format!("Port {}", target.port).as_bytes());
    line(format!("User {}", target.login).as_bytes());
    line(&path_line("CertificateFile", files.certificate)?);
    line(&path_line("IdentityFile", files.identity)?);
    line(&path_line("UserKnownHostsFile", files.known_hosts)?);
    ALWAYS.iter().for_each(|always| line(always.as_bytes()));
    text.extend(BEHIND.as_bytes());
    Some(text)
}

/// `ssh` splits at spaces outside quotes, and replaces `%` and `${…}`. The last cannot be written in any other way, and a
/// line's end not at all.
fn path_line(name: &str, path: &Path) -> Option<Vec<u8>> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.iter().any(u8::is_ascii_control) || bytes.windows(2).any(|two| two == b"${") {
        return None;
    }
    let mut line = format!("{name} \"").into_bytes();
    for byte in bytes {
        match byte {
            b'"' | b'\\' => line.extend([b'\\', *byte]),
            b'%' => line.extend(b"%%"),
            byte => line.push(*byte),
        }
    }
    line.push(b'"');
    Some(line)
}

/// What is run with these arguments, as somebody would type it.
pub fn command_line(program: &str, arguments: &[OsString]) -> OsString {
    let mut line = program.as_bytes().to_vec();
    for argument in arguments {
        line.push(b' ');
        line.extend(quoted(argument).as_bytes());
    }
    OsString::from_vec(line)
}

/// One word of a shell: as it is where it is plain, and otherwise between quotes.
pub(super) fn quoted(word: &OsStr) -> OsString {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+=.,/:@%".contains(byte);
    let bytes = word.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return word.to_owned();
    }
    let mut quoted = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => quoted.extend(br"'\''"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}
