//! The lock in the real window: nothing shown behind it, and with the server gone the copy opens by the key alone. What
//! lies on the disk meanwhile names nobody.

use std::{
    fs,
    path::{Path, PathBuf},
};

use doorward_testkit::{house::PIN, window::Window};
use fantoccini::key::Key;

use crate::desk::{Desk, REASON};

async fn unlock(window: &Window) {
    window.press("Unlock with key").await.unwrap();
    window.fill("PIN", PIN).await.unwrap();
    window.key(Key::Enter).await.unwrap();
}

async fn text_of(window: &Window, css: &str) -> String {
    let script = format!("return document.querySelector('{css}').textContent.trim()");
    window.ask(&script).await.unwrap().as_str().unwrap().to_owned()
}

async fn whole(window: &Window) -> String {
    window.ask("return document.documentElement.outerHTML").await.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_window_shows_nothing_and_with_the_server_gone_the_key_opens_the_copy() {
    let mut desk = Desk::new().await;
    let mut window = desk.open().await;
    desk.sign_in(&window).await;
    desk.open_read_only(&window).await;
    let email = desk.person(&window, 1).await;
    let name = text_of(&window, ".item.open .clip").await;
    let person = text_of(&window, "nav .who strong").await;
    assert!(name.len() > 3 && person.len() > 3, "{name} {person}");

    window.press("Lock now").await.unwrap();
    window.sees("1 session goes on until").await.unwrap();
    let shown = whole(&window).await;
    for (what, secret) in [("account", name.as_str()), ("person", &email), ("reason", REASON)] {
        assert!(!shown.contains(secret), "the locked page holds the {what}");
    }
    unlock(&window).await;
    window.sees("Read-only session").await.unwrap();
    assert!(whole(&window).await.contains(&name), "what the lock hid is there again");

    // The names are written down beside all this.
    let kept = desk.folder.path().join("demo/house/console");
    let written = async || files(&kept).iter().any(|file| file.ends_with("names.sealed"));
    doorward_testkit::house::wait_until("the names are kept", std::time::Duration::from_secs(20), written)
        .await
        .unwrap();
    window.kill();
    desk.stage.house.server.kill().unwrap();
    drop(window);
    let plain = [name.as_str(), &person, &email, REASON, "eyJ", desk.stage.account.as_str()];
    for file in files(&kept) {
        let bytes = fs::read(&file).unwrap();
        for secret in plain {
            let held = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!held, "{secret:?} lies in {}", file.display());
        }
    }

    let window = desk.open().await;
    window.sees("No server in reach").await.unwrap();
    unlock(&window).await;
    window.sees("Nothing opens until the server is back").await.unwrap();
    window.fill("Search by name or id", desk.stage.account.as_str()).await.unwrap();
    window.sees(&name).await.unwrap();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
