//! The session's own control group, where logind has made one: killing it ends whatever came of a connection, also what
//! has long been nobody's child. Where there is none, sshd's process and what came of it must do.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::processes::Stat;

/// ENODEV: the group was removed while its file was open.
const GONE: Option<i32> = Some(19);

/// Control groups, as the second version has them.
#[derive(Debug)]
pub struct Scopes {
    /// Where they can be reached; none where the machine has none.
    root: Option<PathBuf>,
}

impl Scopes {
    /// Finds where this machine has them.
    pub fn find() -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        Self { root: mount_point(&mounts).map(PathBuf::from) }
    }

    /// Whether the machine has them.
    pub fn are_there(&self) -> bool {
        self.root.is_some()
    }

    /// The scope of the connection whose process is `pid`, where it has one of its own: whoever listens, and the agent
    /// itself, are elsewhere.
    pub fn of_connection(&self, pid: i32) -> Option<String> {
        self.root.as_ref()?;
        let scope = group(pid).filter(|path| is_session(path))?;
        let listener = Stat::of(pid).ok()?.parent;
        let own = i32::try_from(std::process::id()).ok()?;
        let elsewhere =
            |other| group(other).is_some_and(|path| path != scope && !path.starts_with(&format!("{scope}/")));
        (elsewhere(listener) && elsewhere(own)).then_some(scope)
    }

    /// Kills everything in `scope`, and all that is below it. A scope that is gone has nothing in it.
    pub fn kill(&self, scope: &str) -> io::Result<()> {
        let root = self.root.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        let kill = root.join(scope.trim_start_matches('/')).join("cgroup.kill");
        match File::options().write(true).open(kill).and_then(|mut file| file.write_all(b"1")) {
            Err(fault) if !matches!(fault.kind(), io::ErrorKind::NotFound) && fault.raw_os_error() != GONE => {
                Err(fault)
            }
            _ => Ok(()),
        }
    }
}

/// The control group of `pid`.
fn group(pid: i32) -> Option<String> {
    let text = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("cgroup")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("0::")).map(str::to_owned)
}

/// Whether it is a session of logind's: `/user.slice/user-1000.slice/session-3.scope`.
fn is_session(path: &str) -> bool {
    let named = |part: &str, before: &str, after: &str| {
        let id = part.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        id.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "user.slice", user, session] => named(user, "user-", ".slice") && named(session, "session-", ".scope"),
        _ => false,
    }
}

fn mount_point(mounts: &str) -> Option<&str> {
    mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let at = fields.next()?;
        (fields.next()? == "cgroup2").then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_session_of_logind_is_one() {
        for good in ["/user.slice/user-1000.slice/session-3.scope", "/user.slice/user-0.slice/session-c2.scope"] {
            assert!(is_session(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "/init.scope",
            "/system.slice/ssh.service",
            "/user.slice",
            "/user.slice/user-1000.slice",
            "/user.slice/user-1000.slice/user@1000.service/session-3.scope",
            "/user.slice/user-.slice/session-3.scope",
            "/user.slice/user-1000.slice/session-.scope",
            "/user.slice/user-1000.slice/../session-3.scope",
            "user.slice/user-1000.slice/session-3.scope",
        ] {
            assert!(!is_session(bad), "{bad}");
        }
    }

    #[test]
    fn the_second_version_is_found_wherever_it_is() {
        let mixed = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n\
                     cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        assert_eq!(mount_point(mixed), Some("/sys/fs/cgroup/unified"));
        assert_eq!(mount_point("cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n"), None);
    }

    #[test]
    fn a_process_that_shares_its_group_with_whoever_started_it_has_none_of_its_own() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert_eq!(Scopes::find().of_connection(own), None);
    }
}
