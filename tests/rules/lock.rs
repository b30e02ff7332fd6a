//! What may never come into the programs, read from Cargo.lock; licences and sources are cargo-deny's work.

use crate::expect_none;
use crate::tree::{Fallible, root};

const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "TLS is rustls with aws-lc-rs"),
    ("native-tls", "TLS is rustls with aws-lc-rs"),
    ("sqlx", "its SQLite does not go beside rusqlite's"),
    ("tauri-plugin-shell", "the console starts no programs"),
    ("tauri-plugin-fs", "the page reads no files"),
    ("tauri-plugin-http", "the page makes no requests"),
];
const ONE_OF: &[&str] = &["libsqlite3-sys", "rusqlite", "rustls", "aws-lc-sys", "tauri", "webauthn-rs"];

#[test]
fn banned_crates_are_not_in_the_lock_file() -> Fallible {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let found = BANNED.iter().filter(|(name, _)| count(&lock, name) > 0).map(|(name, why)| format!("{name}: {why}"));
    expect_none(&found.collect::<Vec<_>>(), "A banned crate came in; `cargo tree -i NAME` tells by whom.");
    Ok(())
}

#[test]
fn what_must_be_one_is_one() -> Fallible {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let found = ONE_OF
        .iter()
        .filter(|name| count(&lock, name) != 1)
        .map(|name| format!("{name}: {} versions", count(&lock, name)));
    expect_none(
        &found.collect::<Vec<_>>(),
        "Two versions of these in one program mean two databases, two TLS stacks or two worlds.",
    );
    Ok(())
}

#[test]
fn a_crate_in_a_lock_file_is_counted() {
    let lock = "[[package]]\nname = \"rustls\"\nversion = \"0.23.46\"\n\n[[package]]\nname = \"rustls-pki-types\"\n";
    assert_eq!((count(lock, "rustls"), count(lock, "openssl-sys")), (1, 0));
}

fn count(lock: &str, name: &str) -> usize {
    let line = format!("name = \"{name}\"");
    lock.lines().filter(|found| **found == line).count()
}
