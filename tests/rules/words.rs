//! Words that may not stand in the tree: unfinished work, bare exceptions to a lint, raw HTML, and anything that ties the tree to one machine.

use crate::expect_none;
use crate::tree::{Fallible, Source, sources};

/// This room names the words in order to refuse them.
const THIS_ROOM: &[&str] = &["tests/rules/"];
const CODE: &[&str] =
    &[".rs", ".ts", ".js", ".mjs", ".svelte", ".css", ".html", ".sh", ".toml", ".sql", ".json", "Makefile", ".ci/run"];

const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX:", "HACK:", "unimplemented!(", "todo!("];
const RAW_HTML: &[&str] = &["{@html", "innerHTML", "insertAdjacentHTML", "document.write(", "eval("];
/// Folders of one machine and hosts of registries. A lock file may name where it comes from; nothing else may.
const OF_ONE_MACHINE: &[&str] = &[
    "/root/",
    " /work/",
    "\"/work/",
    "/tmp/bash_jobs",
    "registry.npmjs.org",
    "static.crates.io",
    "index.crates.io",
    "files.pythonhosted.org",
    "deb.debian.org",
    "--index-url",
    "--registry",
];

#[test]
fn nothing_is_left_for_later() -> Fallible {
    refuse(CODE, UNFINISHED, "Work that is left over is said in the tracker, not in the tree.")
}

#[test]
fn the_page_writes_no_raw_html() -> Fallible {
    refuse(
        &[".svelte", ".ts", ".js", ".html"],
        RAW_HTML,
        "Text from an account must never become markup in the console.",
    )
}

#[test]
fn the_tree_knows_no_machine_and_no_registry() -> Fallible {
    refuse(&[""], OF_ONE_MACHINE, "A fresh clone must work on a machine that nobody here has seen.")
}

#[test]
fn the_lock_file_of_the_page_names_no_host() -> Fallible {
    let found = sources()?
        .iter()
        .filter(|source| source.ends_with(&["package-lock.json"]))
        .flat_map(|source| hits(source, &["\"resolved\": \"http"]))
        .collect::<Vec<_>>();
    expect_none(&found, "package-lock.json is written without addresses, so that each machine uses its own registry.");
    Ok(())
}

#[test]
fn every_exception_to_a_lint_has_its_reason() -> Fallible {
    let found =
        sources()?.iter().filter(|source| source.ends_with(&[".rs"])).flat_map(bare_exceptions).collect::<Vec<_>>();
    expect_none(&found, "Write #[expect(lint, reason = \"...\")]: an exception without a reason outlives it.");
    Ok(())
}

#[test]
fn forbidden_words_are_seen() {
    let line = Source::new("a.rs", "let x = 1; // TODO later\n");
    assert_eq!(hits(&line, UNFINISHED).len(), 1);
    assert_eq!(hits(&Source::new("a.svelte", "{@html name}"), RAW_HTML).len(), 1);
    assert_eq!(hits(&Source::new("README.md", "see /root/.cargo"), OF_ONE_MACHINE).len(), 1);
    assert_eq!(bare_exceptions(&Source::new("a.rs", "#[allow(dead_code)]\nfn f() {}\n")).len(), 1);
    assert_eq!(bare_exceptions(&Source::new("a.rs", "#[expect(\n  dead_code,\n  reason = \"x\"\n)]\n")).len(), 0);
}

fn refuse(endings: &[&str], words: &[&str], why: &str) -> Fallible {
    let sources = sources()?;
    let read = sources.iter().filter(|source| source.ends_with(endings) && !source.is_below(THIS_ROOM));
    let read = read.filter(|source| !source.ends_with(&["Cargo.lock", "package-lock.json"]));
    expect_none(&read.flat_map(|source| hits(source, words)).collect::<Vec<_>>(), why);
    Ok(())
}

fn hits(source: &Source, words: &[&str]) -> Vec<String> {
    let found = source.lines().flat_map(|(number, line)| {
        words.iter().filter(move |word| line.contains(**word)).map(move |word| source.at(number, word.trim()))
    });
    found.collect()
}

fn bare_exceptions(source: &Source) -> Vec<String> {
    let openings = ["#[allow(", "#![allow(", "#[expect(", "#![expect("];
    let starts =
        source.lines().filter(|(_, line)| openings.iter().any(|opening| line.trim_start().starts_with(opening)));
    let bare = starts.filter(|(number, _)| {
        let attribute = source.text.lines().skip(number - 1).take(12).collect::<Vec<_>>().join(" ");
        !attribute.split(")]").next().is_some_and(|inside| inside.contains("reason"))
    });
    bare.map(|(number, line)| source.at(number, line.trim())).collect()
}
