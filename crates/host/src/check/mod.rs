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
