//! The tree as git knows it. Never what a build left behind, nor what somebody is still writing.

use std::path::{Path, PathBuf};
use std::process::Command;

pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A text file of the tree, by its path from the root.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub fn ends_with(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    pub fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Numbered lines of code: whole-line comments and docs are left out, so that prose may name what code may not use.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The code above the file's test module. Tests may read clocks and write files.
    pub fn code_that_ships(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"))
    }

    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    pub fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

pub fn sources() -> Fallible<Vec<Source>> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output()?;
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout)?;
    let found = listed.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect::<Vec<_>>();
    assert!(found.len() > 20, "only {} files found: the rules would hold of nothing", found.len());
    Ok(found)
}

/// `None` for pictures, and for files that were deleted but not yet committed so.
fn read(path: &str) -> Option<Source> {
    let text = std::fs::read_to_string(root().join(path)).ok()?;
    Some(Source { path: path.into(), text })
}
