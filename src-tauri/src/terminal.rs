//! The terminal of the user's desktop, found when it is wanted. It runs a script that was written for it, and is then the
//! user's own: closing the console closes no terminal.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::controller::Terminal;

/// Terminals that are asked for by the desktop's own name for its terminal: each takes what is run behind these words.
const KNOWN: &[(&str, &[&str])] = &[("xdg-terminal-exec", &[]), ("x-terminal-emulator", &["-e"])];

/// The terminal of this desktop.
pub struct OwnTerminal;

impl Terminal for OwnTerminal {
    fn open(&self, script: &Path) -> bool {
        let (path, chosen) = (env::var_os("PATH").unwrap_or_default(), env::var_os("TERMINAL"));
        for (program, words) in candidates(chosen) {
            let Some(found) = find(&program, &path) else { continue };
            let mut command = Command::new(found);
            command.args(words).arg("/bin/sh").arg(script);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
            match command.spawn() {
                Ok(mut child) => {
                    // Whoever waits for it takes it out of the list of processes when it ends.
                    tokio::spawn(async move { child.wait().await });
                    return true;
                }
                Err(fault) => tracing::warn!(%fault, "a terminal did not open"),
            }
        }
        false
    }
}

/// The desktop's choice first, then the user's, then the system's.
fn candidates(chosen: Option<OsString>) -> Vec<(OsString, &'static [&'static str])> {
    let mut found: Vec<(OsString, &[&str])> =
        KNOWN.iter().map(|(name, words)| (OsString::from(name), *words)).collect();
    if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
        found.insert(1, (chosen, &["-e"]));
    }
    found
}

/// Where the program is, in `path`; a name with a slash is where it says.
fn find(program: &OsString, path: &OsString) -> Option<PathBuf> {
    let named = Path::new(program);
    if named.components().count() > 1 {
        return named.is_file().then(|| named.to_owned());
    }
    env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(named))
        .find(|at| at.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_s_terminal_is_asked_first_and_then_the_user_s() {
        let names = |chosen: Option<&str>| {
            let found = candidates(chosen.map(OsString::from));
            found.into_iter().map(|(name, _)| name.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(names(Some("foot")), ["xdg-terminal-exec", "foot", "x-terminal-emulator"]);
        assert_eq!(names(Some("")), ["xdg-terminal-exec", "x-terminal-emulator"]);
        assert_eq!(names(None).len(), 2);
    }

    #[test]
    fn a_program_is_found_in_folders_that_are_named_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("foot"), "").unwrap();
        let path = |folder: &Path| OsString::from(format!(".:{}", folder.display()));
        assert_eq!(find(&"foot".into(), &path(folder.path())), Some(folder.path().join("foot")));
        assert_eq!(find(&"xterm".into(), &path(folder.path())), None);
        assert_eq!(find(&"./Cargo.toml".into(), &OsString::new()), Some(PathBuf::from("./Cargo.toml")));
    }
}
