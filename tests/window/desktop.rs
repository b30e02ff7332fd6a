//! The desktop around the real window: one console that a second start calls, links, the tray on a real bus, sizes that
//! last, and closing.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use doorward_core::{
    grant::{Setting, Until},
    id::AccountId,
};
use doorward_testkit::{house::wait_until, window::Window};

use crate::{desk::Desk, panel::Panel};

const SOON: Duration = Duration::from_secs(15);

/// A desk whose page and window are remembered in a folder of their own.
async fn desk() -> Desk {
    let mut desk = Desk::new().await;
    let own = desk.folder.path().join("desktop");
    for (name, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
        desk.tell(name, own.join(folder));
    }
    desk
}

/// Starts the console a second time, to its end.
fn start_again(desk: &Desk, words: &[&str], bus: Option<&Path>) -> Output {
    let mut command = Command::new(desk.stage.program("doorward-console").unwrap());
    command.args(words).envs(desk.stage.env());
    if let Some(bus) = bus {
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()));
    }
    command.output().unwrap()
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn link(account: &AccountId) -> String {
    format!("doorward://accounts/{account}")
}

async fn chosen(window: &Window) -> Option<String> {
    let script = "return document.querySelector('[role=option][aria-selected=true]')?.id ?? null";
    window.ask(script).await.ok()?.as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_hands_its_link_to_the_first_and_ends() {
    let panel = Panel::open().await;
    let desk = desk().await;
    let window = desk.open().await;
    window.sees("Continue with key").await.unwrap();
    let account = desk.stage.account.clone();
    let second = start_again(&desk, &[&link(&account)], None);
    assert!(second.status.success(), "{}", says(&second));
    assert!(says(&second).contains("handed-over"));
    desk.sign_in_alone(&window).await;
    let wanted = format!("account-{account}");
    let led = async || chosen(&window).await.as_deref() == Some(wanted.as_str());
    wait_until("the link waited for the sign-in", SOON, led).await.unwrap();

    window.click("//*[@role='option'][not(@aria-selected='true')]").await.unwrap();
    assert!(start_again(&desk, &[&link(&account)], None).status.success());
    wait_until("the link leads to its account", SOON, led).await.unwrap();
    assert!(start_again(&desk, &[], None).status.success());

    for words in [&["doorward://accounts/acme?x=1"][..], &["--help"], &["a", "b"]] {
        let refused = start_again(&desk, words, None);
        assert!(!refused.status.success(), "{words:?}");
        assert!(!says(&refused).contains("acme"), "what came from outside is not repeated: {}", says(&refused));
    }
    for link in ["doorward://accounts/acme/open", "https://accounts/acme", "acme"] {
        assert!(!panel.call_console(link).await, "whoever calls over the bus is read as strictly: {link}");
    }
    assert!(panel.call_console("").await);
    assert!(led().await, "nothing happens in the window");

    let nowhere = desk.folder.path().join("no-bus");
    let locked = start_again(&desk, &[], Some(&nowhere));
    assert!(!locked.status.success());
    assert!(says(&locked).contains("another Doorward console is open"), "{}", says(&locked));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_tells_and_ends_sessions_and_quitting_asks_first() {
    let panel = Panel::open().await;
    let desk = desk().await;
    let window = desk.open().await;
    let shows = async |line: &str| panel.menu().await.first().is_some_and(|entry| entry.label.starts_with(line));
    wait_until("the tray is there", SOON, async || shows("Nobody is signed in").await).await.unwrap();
    let signed_out = panel.picture().await.unwrap();
    assert_eq!((signed_out.0, signed_out.1.len()), (24, 24 * 24 * 4));
    desk.sign_in(&window).await;
    wait_until("it follows the sign-in", SOON, async || shows("Signed in").await).await.unwrap();
    assert!(panel.menu().await.iter().any(|entry| entry.label == "End all sessions" && !entry.enabled));

    desk.open_read_only(&window).await;
    wait_until("it counts the session", SOON, async || shows("1 session open, ends ").await).await.unwrap();
    let reading = panel.picture().await.unwrap();
    assert_ne!(reading.1, signed_out.1, "the picture is another");
    let name = window.ask("return document.querySelector('.banner h1').textContent").await.unwrap();
    let menu = panel.menu().await;
    assert!(!menu.iter().any(|entry| entry.label.contains(name.as_str().unwrap())), "no name in {menu:?}");

    panel.click("Quit Doorward").await;
    window.sees("Close Doorward?").await.unwrap();
    window.press("Keep open").await.unwrap();
    panel.click("End all sessions").await;
    window.sees("You ended the session").await.unwrap();
    wait_until("it follows the end", SOON, async || shows("Signed in").await).await.unwrap();

    window.press("Back to accounts").await.unwrap();
    desk.open_read_only(&window).await;
    window.ask("document.hasFocus = () => false").await.unwrap();
    desk.stage.house.switch_off(&desk.stage.account, Setting::CustomerSuccessTeamAccess).await.unwrap();
    window.sees("The customer switched access off").await.unwrap();
    let told_of = async |text: &str| wait_until(text, SOON, async || panel.notified_of(text)).await.unwrap();
    told_of("switched access off").await;
    window.press("Back to accounts").await.unwrap();
    let (account, setting) = (&desk.stage.account, Setting::CustomerSuccessTeamAccess);
    desk.stage.house.switch_on(account, setting, Until::Indefinitely).await.unwrap();
    told_of("An account has invited you").await;
    let told = panel.notified.lock().unwrap().clone();
    assert!(!told.iter().any(|(title, body)| format!("{title}{body}").contains(name.as_str().unwrap())), "{told:?}");
    window.fill("Search by name or id", "").await.unwrap();
    window.click("//*[@role='option'][not(@aria-selected='true')]").await.unwrap();
    panel.click_notification().await;
    let wanted = format!("account-{account}");
    let led = async || chosen(&window).await.as_deref() == Some(wanted.as_str());
    wait_until("the click leads to the account", SOON, led).await.unwrap();

    panel.click("Lock").await;
    window.sees("You locked this console.").await.unwrap();
    wait_until("the tray says so", SOON, async || shows("Locked · Signed in").await).await.unwrap();
    assert!(panel.menu().await.iter().any(|entry| entry.label == "Lock" && !entry.enabled));
    panel.click("Quit Doorward").await;
    wait_until("the console is gone", SOON, async || panel.owner().await.is_none()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn size_and_zoom_last_over_a_restart() {
    let panel = Panel::open().await;
    let desk = desk().await;
    let window = desk.open().await;
    window.sees("Continue with key").await.unwrap();
    let before = width(&window).await;
    window.ask("window.dispatchEvent(new KeyboardEvent('keydown', { key: '+', ctrlKey: true }))").await.unwrap();
    window.ask("window.dispatchEvent(new KeyboardEvent('keydown', { key: '+', ctrlKey: true }))").await.unwrap();
    let zoomed = async || (width(&window).await - before / 1.25).abs() < 3.0;
    wait_until("all is a quarter larger", SOON, zoomed).await.unwrap();
    wait_until("the zoom is on the disk", SOON, async || is_kept(&desk, "\"zoom\":125")).await.unwrap();
    window.resize(1_000, 700).await.unwrap();
    let resized = async || (width(&window).await - 1_000.0 / 1.25).abs() < 3.0;
    wait_until("the window is smaller", SOON, resized).await.unwrap();
    wait_until("the tray is there", SOON, async || !panel.menu().await.is_empty()).await.unwrap();
    panel.click("Quit Doorward").await;
    wait_until("the console is gone", SOON, async || panel.owner().await.is_none()).await.unwrap();
    drop(window);

    let window = desk.open().await;
    window.sees("Continue with key").await.unwrap();
    let as_before = async || (width(&window).await - 1_000.0 / 1.25).abs() < 3.0;
    wait_until("size and zoom are as before", SOON, as_before).await.unwrap();
}

/// What the page keeps lies on the disk a moment later: the webview writes it in its own time, as UTF-16.
fn is_kept(desk: &Desk, text: &str) -> bool {
    let folder = desk.folder.path().join("desktop/data/org.doorward.console/localstorage");
    let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let holds = |bytes: Vec<u8>| bytes.windows(wanted.len()).any(|part| part == wanted);
    fs::read_dir(folder).into_iter().flatten().flatten().any(|file| fs::read(file.path()).is_ok_and(holds))
}

async fn width(window: &Window) -> f64 {
    window.ask("return innerWidth").await.unwrap().as_f64().unwrap()
}
