//! What a file owes its reader: a first line that says what it is for, and a length that one can hold in mind.

use crate::expect_none;
use crate::tree::{Fallible, Source, sources};

/// Written by a test from `src-tauri/src/view.rs`, read by the compiler.
const GENERATED: &[&str] = &["ui/src/backend/bindings.ts"];

#[test]
fn every_rust_file_says_first_what_it_is_for() -> Fallible {
    let found = sources()?.iter().filter_map(without_a_first_word).collect::<Vec<_>>();
    expect_none(&found, "A .rs file begins with `//!`: what it is for, and what it refuses to do.");
    Ok(())
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() -> Fallible {
    let found = sources()?.iter().filter_map(too_long).collect::<Vec<_>>();
    expect_none(&found, "At most 600 lines in .rs, .ts and .js, 300 in .svelte: split by noun before that.");
    Ok(())
}

#[test]
fn a_mute_file_and_a_long_one_are_seen() {
    assert!(without_a_first_word(&Source::new("a.rs", "use std::fs;\n")).is_some());
    assert!(without_a_first_word(&Source::new("a.rs", "//! What it is for.\n")).is_none());
    assert!(too_long(&Source::new("a.rs", &"x\n".repeat(601))).is_some());
    assert!(too_long(&Source::new("a.svelte", &"x\n".repeat(301))).is_some());
    assert!(too_long(&Source::new("a.ts", &"x\n".repeat(600))).is_none());
}

fn without_a_first_word(source: &Source) -> Option<String> {
    let mute = source.ends_with(&[".rs"]) && !source.text.starts_with("//! ");
    mute.then(|| source.at(1, "does not begin with `//! `"))
}

fn too_long(source: &Source) -> Option<String> {
    let most = match &source.path {
        path if GENERATED.contains(&path.as_str()) => return None,
        path if path.ends_with(".svelte") => 300,
        path if [".rs", ".ts", ".js", ".mjs"].iter().any(|ending| path.ends_with(ending)) => 600,
        _ => return None,
    };
    let lines = source.lines().count();
    (lines > most).then(|| format!("{}: {lines} lines, at most {most}", source.path))
}
