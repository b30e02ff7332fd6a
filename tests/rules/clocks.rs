//! Time is an argument: only the files named here read a clock, and the core reads nothing at all.

use crate::expect_none;
use crate::tree::{Fallible, Source, sources};

const CLOCKS: &[&str] =
    &["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now", "clock_gettime("];
/// Composition: where the real clock is put into the house. Adding a file here is a decision for review.
const COMPOSITION: &[&str] = &["crates/client/src/clocks.rs"];
const ACTS: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "std::env",
    "SystemTime",
    "Instant::now",
    "tokio::",
    "reqwest",
    "rusqlite",
    "rand::",
    "println!",
    "async fn",
];
const THIS_FILE: &str = "tests/rules/clocks.rs";

#[test]
fn only_composition_reads_a_clock() -> Fallible {
    let found =
        sources()?.iter().filter(|source| source.path != THIS_FILE).flat_map(ambient_clocks).collect::<Vec<_>>();
    expect_none(
        &found,
        "Take `now` as an argument. A decision that reads its own clock can be neither tested nor trusted.",
    );
    Ok(())
}

#[test]
fn the_core_does_nothing_but_decide() -> Fallible {
    let found = sources()?.iter().flat_map(acts_of_the_core).collect::<Vec<_>>();
    expect_none(&found, "crates/core is pure: no clock, disk, network, randomness, printing or async.");
    Ok(())
}

#[test]
fn an_ambient_clock_and_an_acting_core_are_seen() {
    let line = "let now = SystemTime::now();";
    assert_eq!(ambient_clocks(&Source::new("crates/server/src/app/session.rs", line)).len(), 1);
    assert_eq!(ambient_clocks(&Source::new("crates/server/src/app/session.rs", "// never SystemTime::now()")).len(), 0);
    assert_eq!(ambient_clocks(&Source::new("crates/client/src/clocks.rs", line)).len(), 0);
    assert_eq!(acts_of_the_core(&Source::new("crates/core/src/feed.rs", "use std::fs::File;")).len(), 1);
    assert_eq!(acts_of_the_core(&Source::new("crates/core/src/feed.rs", "#[cfg(test)]\nuse std::fs::File;")).len(), 0);
}

fn ambient_clocks(source: &Source) -> Vec<String> {
    if !source.ends_with(&[".rs"]) || COMPOSITION.contains(&source.path.as_str()) {
        return Vec::new();
    }
    hits(source, CLOCKS)
}

fn acts_of_the_core(source: &Source) -> Vec<String> {
    let judged =
        source.is_below(&["crates/core/src/"]) && source.ends_with(&[".rs"]) && !source.ends_with(&["tests.rs"]);
    if judged && !source.path.contains("/tests/") { hits(source, ACTS) } else { Vec::new() }
}

fn hits(source: &Source, words: &[&str]) -> Vec<String> {
    let lines = source.code_that_ships().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    lines.map(|(number, line)| source.at(number, line.trim())).collect()
}
