//! kill -9 of the console: nothing stays open, and nothing on the disk opens anything.

use std::{fs, path::Path};

use crate::desk::{Desk, REASON};

#[tokio::test(flavor = "multi_thread")]
async fn a_console_killed_in_a_session_comes_back_signed_out_and_has_left_nothing_to_use() {
    let desk = Desk::new().await;
    let mut window = desk.open().await;
    desk.sign_in(&window).await;
    desk.open_read_only(&window).await;
    let email = desk.person(&window, 1).await;
    window.click("//table[@aria-label='People found']//tbody/tr[2]//button").await.unwrap();
    window.sees("Edit attributes").await.unwrap();
    window.sees(&email).await.unwrap();
    window.kill();
    drop(window);

    let left = desk.folder.path().join("demo/house/console");
    let secrets = [("token", "eyJ"), ("person", email.as_str()), ("reason", REASON)];
    let mut read = 0;
    for file in files(&left) {
        let bytes = fs::read(&file).unwrap();
        read += bytes.len();
        for (what, secret) in secrets {
            let held = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!held, "{} holds a {what}", file.display());
        }
    }
    assert!(read > 1_000, "the copy of the feed lies there");

    let window = desk.open().await;
    window.sees("Continue with key").await.unwrap();
    assert!(!window.shows("Open sessions").await);
    desk.sign_in(&window).await;
    window.sees("None open").await.unwrap();
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
