//! The command line of the `ssh` that is installed. It says everything that matters, so that no configuration of the user's
//! brings in another key, another host key or an older connection; how the network is crossed stays theirs to configure.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::{Connection, Target};

/// The same for every connection. A certificate lets nobody forward anything: it is not even asked for.
const ALWAYS: &[&str] = &[
    "IdentitiesOnly=yes",
    "PreferredAuthentications=publickey",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "VerifyHostKeyDNS=no",
    "CheckHostIP=no",
    // Another connection's socket would open what this certificate does not.
    "ControlMaster=no",
    "ControlPath=none",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "AddKeysToAgent=no",
];

/// What `ssh` is started with, to run `command` there; without one it is a shell. None where a path cannot be said in an
/// option of `ssh`.
pub fn ssh_arguments(target: &Target, connection: &Connection, command: &[OsString]) -> Option<Vec<OsString>> {
    let mut arguments = Vec::new();
    let mut option = |text: OsString| arguments.extend(["-o".into(), text]);
    option(path_option("CertificateFile", &connection.certificate())?);
    option(path_option("IdentityFile", connection.identity())?);
    option(path_option("UserKnownHostsFile", &connection.known_hosts())?);
    option(format!("HostKeyAlias={}", target.host).into());
    ALWAYS.iter().for_each(|always| option(always.into()));
    arguments.extend(["-p".into(), target.port.to_string().into(), "-l".into(), OsString::from(&target.login)]);
    // Behind this nothing is an option any more, here and for whatever is run there.
    arguments.extend(["--".into(), OsString::from(&target.address)]);
    arguments.extend(command.iter().cloned());
    Some(arguments)
}

/// The arguments as somebody would type them.
pub fn command_line(arguments: &[OsString]) -> OsString {
    let mut line = b"ssh".to_vec();
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

/// A path in an option: `ssh` splits at spaces outside quotes, and replaces `%` and `${…}`. The last cannot be written in
/// any other way, and a line's end not at all.
fn path_option(name: &str, path: &Path) -> Option<OsString> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.iter().any(u8::is_ascii_control) || bytes.windows(2).any(|two| two == b"${") {
        return None;
    }
    let mut option = format!("{name}=\"").into_bytes();
    for byte in bytes {
        match byte {
            b'"' | b'\\' => option.extend([b'\\', *byte]),
            b'%' => option.extend(b"%%"),
            byte => option.push(*byte),
        }
    }
    option.push(b'"');
    Some(OsString::from_vec(option))
}
