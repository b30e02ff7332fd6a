//! The files: whose they are, who else may touch them, and whether sshd can read what it is to read.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use doorward_core::{ssh::krl::Krl, trust::TrustFile};

use super::Finding;
use crate::{
    compose::PASSWD,
    config::{Config, read_toml},
    socket::LocalUser,
};

/// What is wrong with them.
pub fn check(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    // Who may look into the agent's folder is asked of the folder alone.
    for (path, others) in [
        (config.state.clone(), 0o077),
        (config.trusted(), 0o022),
        (config.revoked(), 0o022),
        (config.server.follower_key.clone(), 0o077),
        (config.trust.clone(), 0o022),
        (config.server.ca.clone(), 0o022),
        (config.sshd.socket.clone(), 0o007),
    ] {
        found.extend(owned(&path, others));
    }
    found.extend(trust(&config.trust));
    found.extend(lists(config));
    found.extend(admit_user(&config.sshd.admit_user));
    found
}

/// Whether it is there, root's, and closed to `others`.
fn owned(path: &Path, others: u32) -> Option<Finding> {
    let name = path.display();
    match fs::metadata(path) {
        Err(fault) => Some(Finding::wrong("file-missing", format!("{name}: {fault}"))),
        Ok(found) if found.uid() != 0 => {
            Some(Finding::wrong("file-owner", format!("{name} must be root's, and is user {}'s", found.uid())))
        }
        Ok(found) if found.mode() & others != 0 => {
            let mode = found.mode() & 0o7777;
            Some(Finding::wrong(
                "file-mode",
                format!("{name} has mode {mode:o}: others may do more with it than they must"),
            ))
        }
        Ok(_) => None,
    }
}

fn trust(path: &Path) -> Option<Finding> {
    // That it is missing is said already.
    let read = read_toml::<TrustFile>(path).map(|trust| trust.check());
    let why = match read {
        Ok(Ok(())) => return None,
        Ok(Err(fault)) => fault.to_string(),
        Err(fault) => fault.to_string(),
    };
    Some(Finding::wrong("trust-file", why))
}

fn lists(config: &Config) -> Option<Finding> {
    let read = |path: PathBuf| -> io::Result<Option<Vec<u8>>> {
        match fs::read(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    };
    let words = match (read(config.revoked()), read(config.trusted())) {
        (Ok(Some(revoked)), _) if Krl::decode(&revoked).is_err() => {
            "sshd's list of what is revoked is none: empty it refuses nobody, damaged it lets nobody in; the agent writes it anew"
        }
        (_, Ok(Some(trusted))) if !String::from_utf8_lossy(&trusted).lines().any(|line| line.starts_with("ssh-")) => {
            "no authority is believed here: register a host at the server, and see whether the agent is fresh"
        }
        (Ok(_), Ok(_)) => return None,
        (Err(_), _) | (_, Err(_)) => "a file for sshd cannot be read",
    };
    Some(Finding::wrong("lists", words))
}

fn admit_user(name: &str) -> Option<Finding> {
    let found = LocalUser::read(&fs::read_to_string(PASSWD).unwrap_or_default(), name);
    match found {
        None => Some(Finding::wrong("admit-user-missing", format!("there is no local user `{name}`"))),
        Some(LocalUser { user: 0, .. }) => {
            Some(Finding::wrong("admit-user-root", format!("`{name}` is root: the command needs a user of its own")))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_must_be_there_and_nobody_else_s() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let code = |others| owned(&path, others).map(|finding| finding.code);
        assert_eq!(code(0o077), Some("file-missing"));
        fs::write(&path, "x").unwrap();
        let root = rustix::process::geteuid().is_root();
        for (mode, others, good) in
            [(0o600, 0o077, true), (0o644, 0o077, false), (0o644, 0o022, true), (0o664, 0o022, false)]
        {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let wanted = if !root {
                Some("file-owner")
            } else if good {
                None
            } else {
                Some("file-mode")
            };
            assert_eq!(code(others), wanted, "{mode:o}");
        }
    }

    #[test]
    fn a_list_that_is_empty_or_damaged_and_one_that_trusts_nobody_are_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = crate::check::sshd::tests::config("");
        config.state = folder.path().to_owned();
        assert_eq!(lists(&config), None, "that they are missing is said of each");
        let krl = Krl::new(1, doorward_core::time::UnixMs(0), "test").unwrap().encode().unwrap();
        for (revoked, trusted, good) in [
            (krl.as_slice(), "ssh-ed25519 AAAA\n", true),
            (b"", "ssh-ed25519 AAAA\n", false),
            (&krl[..krl.len() - 1], "ssh-ed25519 AAAA\n", false),
            (krl.as_slice(), "# nobody\n", false),
        ] {
            fs::write(config.revoked(), revoked).unwrap();
            fs::write(config.trusted(), trusted).unwrap();
            assert_eq!(lists(&config).is_none(), good, "{revoked:?} {trusted}");
        }
    }

    #[test]
    fn the_command_needs_a_user_of_its_own() {
        assert_eq!(admit_user("root").map(|finding| finding.code), Some("admit-user-root"));
        assert_eq!(admit_user("nobody-there").map(|finding| finding.code), Some("admit-user-missing"));
        assert_eq!(admit_user("nobody"), None);
    }
}
