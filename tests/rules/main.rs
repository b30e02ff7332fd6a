//! The rules of the house, as tests: each failure prints the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file git knows of, with its text, whose name ends in one of `endings`.
fn files(endings: &[&str]) -> Vec<(String, String)> {
    let listed = Command::new("git").args(["ls-files"]).current_dir(root()).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let wanted = names.lines().filter(|name| endings.iter().any(|ending| name.ends_with(ending)));
    let found: Vec<_> =
        wanted.filter_map(|name| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?))).collect();
    assert!(!found.is_empty(), "no file was looked at");
    found
}

fn none(broken: Vec<String>, reason: &str) {
    assert!(broken.is_empty(), "{reason}\n{}", broken.join("\n"));
}

/// The rooms a crate may name in `[dependencies]`.
const ARROWS: [(&str, &[&str]); 8] = [
    ("crates/core", &[]),
    ("crates/client", &["core"]),
    ("crates/server", &["core"]),
    ("crates/gateway", &["core", "client"]),
    ("crates/cli", &["core", "client", "server", "gateway"]),
    ("crates/testkit", &["core", "client", "server", "gateway"]),
    ("crates/demo", &["core", "client", "server", "gateway", "testkit"]),
    // The testkit only behind its danger feature.
    (".", &["core", "client", "testkit"]),
];

#[test]
fn the_arrows_between_rooms_hold() {
    let mut broken = Vec::new();
    for (room, may) in ARROWS {
        let Ok(text) = fs::read_to_string(root().join(room).join("Cargo.toml")) else { continue };
        let tables = text.split("\n[").filter(|table| table.starts_with("dependencies]"));
        let lines = tables.flat_map(str::lines).filter_map(|line| line.strip_prefix("doorward-"));
        let named = lines.filter_map(|line| line.split(['.', ' ', '=']).next());
        broken.extend(named.filter(|name| !may.contains(name)).map(|name| format!("{room} -> {name}")));
    }
    none(broken, "an arrow that is not on the map: what enforces must not depend on what serves, see ARCHITECTURE.md");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = files(&[".rs"]).into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(name, _)| name);
    none(silent.collect(), "begin the file with //! and say what it is for and what it refuses to do");
}

#[test]
fn no_file_is_too_long_to_read() {
    let long = files(&[".rs", ".ts", ".svelte"]).into_iter().filter(|(name, text)| {
        !name.ends_with("bindings.ts") && text.lines().count() > if name.ends_with(".svelte") { 300 } else { 600 }
    });
    none(long.map(|(name, _)| name).collect(), "split the file by noun: 600 lines at most, 300 for a component");
}

#[test]
fn no_test_sleeps_and_nothing_is_left_to_do() {
    let banned = ["thread::sl\u{65}ep", "time::sl\u{65}ep(", "waitForTim\u{65}out", "TO\u{44}O", "FIX\u{4d}E"];
    let found = files(&[".rs", ".ts", ".svelte", ".mjs"]).into_iter().flat_map(|(name, text)| {
        banned
            .iter()
            .filter(move |word| text.contains(**word))
            .map(move |word| format!("{name}: {word}"))
            .collect::<Vec<_>>()
    });
    none(found.collect(), "wait for a condition with a deadline; do it now, or say it in the tracker");
}

#[test]
fn the_core_knows_no_clock_disk_or_network() {
    let banned = [
        "std::fs",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "SystemTime",
        "Instant::now",
        "tokio",
        "reqwest",
        "rusqlite",
    ];
    let found = files(&[".rs"]).into_iter().filter(|(name, _)| name.starts_with("crates/core/src"));
    let found = found.flat_map(|(name, text)| {
        let code: Vec<_> =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect();
        banned
            .iter()
            .filter(|word| code.iter().any(|line| line.contains(**word)))
            .map(|word| format!("{name}: {word}"))
            .collect::<Vec<_>>()
    });
    none(found.collect(), "the core is pure: time and randomness are arguments, and it reaches for nothing");
}

#[test]
fn one_tls_and_one_sqlite() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for banned in ["openssl-sys", "native-tls", "sqlx"] {
        assert!(
            !lock.contains(&format!("name = \"{banned}\"\n")),
            "{banned} is in Cargo.lock: TLS is rustls with aws-lc-rs"
        );
    }
    assert_eq!(lock.matches("name = \"libsqlite3-sys\"\n").count(), 1, "one SQLite per program");
}

#[test]
fn the_console_s_window_is_strict() {
    let text = fs::read_to_string(root().join("tauri.conf.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&text).unwrap();
    let csp = config.pointer("/app/security/csp").and_then(|csp| csp.as_str()).unwrap();
    assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "the page may load nothing but its own");
    assert_eq!(config.pointer("/app/withGlobalTauri"), Some(&false.into()), "the bridge is imported, never global");
}
