//! `doorward host check`: what is wrong on a host, in plain words with a code each. It changes nothing.

mod disk;
mod sshd;
mod standing;

use std::path::Path;

use crate::{
    ask::status,
    config::{Config, ConfigFault},
    scope::Scopes,
};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grave {
    /// Somebody may get in who must not, or nobody can.
    Wrong,
    /// It holds, and is weaker than it could be.
    Warning,
}

/// Something that is not as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub grave: Grave,
    pub code: &'static str,
    pub words: String,
}

impl Finding {
    fn wrong(code: &'static str, words: impl Into<String>) -> Self {
        Self { grave: Grave::Wrong, code, words: words.into() }
    }

    fn warning(code: &'static str, words: impl Into<String>) -> Self {
        Self { grave: Grave::Warning, code, words: words.into() }
    }
}

/// Everything that is wrong on this host by the configuration at `path`, the gravest first.
pub fn check(path: &Path) -> Result<Vec<Finding>, ConfigFault> {
    let config = Config::read(path)?;
    let mut found = Vec::new();
    if !rustix::process::geteuid().is_root() {
        found.push(Finding::wrong("not-root", "run this as root: nobody else sees what sshd and the agent do"));
    }
    found.extend(sshd::check(&config));
    found.extend(disk::check(&config));
    found.extend(standing::check(status(&config.sshd.socket).as_ref(), &config));
    found.extend(scopes());
    found.extend(hidden(&std::fs::read_to_string("/proc/self/mounts").unwrap_or_default()));
    found.sort_by_key(|finding| finding.grave);
    Ok(found)
}

/// Without logind there is no scope to end, and what was detached from a session outlives it.
fn scopes() -> Option<Finding> {
    let logind = Path::new("/run/systemd/sessions").exists() && Scopes::find().are_there();
    (!logind).then(|| {
        Finding::warning(
            "no-session-scopes",
            "systemd-logind or control groups of the second version are missing: a session is ended by its processes, \
             and what was detached from it (nohup, tmux) stays",
        )
    })
}

/// An agent that sees no processes but root's finds no connection.
fn hidden(mounts: &str) -> Option<Finding> {
    let proc = mounts.lines().rfind(|line| line.split(' ').nth(1) == Some("/proc"));
    let shown = proc?.split([' ', ',']).all(|option| !option.starts_with("hidepid=") || option.ends_with("=0"));
    (!shown).then(|| {
        Finding::wrong(
            "processes-hidden",
            "/proc is mounted with hidepid: the agent's unit needs CAP_SYS_PTRACE besides, or nobody gets in",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_that_are_hidden_are_told() {
        let code = |options: &str| {
            hidden(&format!("sysfs /sys sysfs rw 0 0\nproc /proc proc {options} 0 0\n")).map(|finding| finding.code)
        };
        assert_eq!(code("rw,nosuid,relatime"), None);
        assert_eq!(code("rw,hidepid=0"), None);
        for hidepid in ["rw,relatime,hidepid=2", "hidepid=invisible,rw"] {
            assert_eq!(code(hidepid), Some("processes-hidden"));
        }
    }
}
