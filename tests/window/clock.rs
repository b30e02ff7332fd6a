//! The laptop's wall clock, set far ahead and far back under the running console: nothing ends early, nothing lives
//! longer, no remaining time changes.

use std::{fs, path::PathBuf, time::Duration};

use doorward_testkit::{house::wait_until, window::Window};

use crate::desk::Desk;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_or_back_gives_no_access_and_no_wrong_remaining_time() {
    let mut desk = Desk::new().await;
    let set = desk.folder.path().join("clock");
    fs::write(&set, "+0").unwrap();
    desk.tell("LD_PRELOAD", library());
    desk.tell("FAKETIME_TIMESTAMP_FILE", &set);
    desk.tell("FAKETIME_NO_CACHE", "1");
    desk.tell("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let window = desk.open().await;
    desk.sign_in(&window).await;
    let true_year = year(&window).await;
    let invited = left_of_invitations(&window).await;
    assert!(invited.len() > 3, "the list shows remaining times");
    desk.open_read_only(&window).await;
    for (shift, years) in [("+800d", 2), ("-800d", -2)] {
        fs::write(&set, shift).unwrap();
        let moved = async || (year(&window).await - true_year).signum() == i64::signum(years);
        wait_until("the page's own clock has moved", SOON, moved).await.unwrap();
        window.click("//nav//button[starts-with(normalize-space(.), 'Workspaces')]").await.unwrap();
        let left = session_left(&window).await;
        assert!((3_300..=3_600).contains(&left), "the session of an hour has {left} s left at {shift}");
        window.press("Accounts").await.unwrap();
        window.fill("Search by name or id", "").await.unwrap();
        let same = async || nearly(&left_of_invitations(&window).await, &invited);
        wait_until(&format!("the invitations have the same time left at {shift}"), SOON, same).await.unwrap();
        window.click("//nav//button[contains(@class, 'open')]").await.unwrap();
    }
    window.press("End session").await.unwrap();
    window.sees("You ended the session").await.unwrap();
}

/// Stands in for `clock_gettime` of the wall clock; Debian's package libfaketime.
fn library() -> PathBuf {
    let arch = std::env::consts::ARCH;
    let path = PathBuf::from(format!("/usr/lib/{arch}-linux-gnu/faketime/libfaketimeMT.so.1"));
    assert!(path.exists(), "{} is not there: install libfaketime", path.display());
    path
}

async fn year(window: &Window) -> i64 {
    window.ask("return new Date().getFullYear()").await.unwrap().as_i64().unwrap()
}

/// Seconds left in the banner's countdown.
async fn session_left(window: &Window) -> u64 {
    let shown = window.ask("return document.querySelector('[role=timer]').textContent").await.unwrap();
    let digits = shown.as_str().unwrap().split_whitespace().next().unwrap().to_owned();
    digits.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap())
}

/// Who invites by the first rows, and the hours left there, where it is counted in days.
async fn left_of_invitations(window: &Window) -> Vec<(String, i64)> {
    let script = "return [...document.querySelectorAll('[role=option]')].flatMap((row) => {
        const left = row.innerText.match(/(\\d+) days(?: (\\d+) h)?/);
        return left ? [[row.innerText.split('\\n')[0], Number(left[1]) * 24 + Number(left[2] ?? 0)]] : [];
    })";
    serde_json::from_value(window.ask(script).await.unwrap()).unwrap()
}

/// An hour may have gone over into the next meanwhile; years have not.
fn nearly(left: &[(String, i64)], before: &[(String, i64)]) -> bool {
    let same =
        |((who, hours), (other, then)): (&(String, i64), &(String, i64))| who == other && (then - hours).abs() <= 1;
    left.len() == before.len() && left.iter().zip(before).all(same)
}
