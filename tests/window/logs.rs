//! No secret and no personal datum in the console's log, at the most talkative level.

use std::fs;

use doorward_testkit::house::PIN;

use crate::desk::{Desk, REASON};

#[tokio::test(flavor = "multi_thread")]
async fn the_windows_log_at_trace_level_holds_no_secret_and_no_personal_datum() {
    let mut desk = Desk::new().await;
    desk.tell("DOORWARD_LOG", "trace");
    let window = desk.open().await;
    desk.sign_in(&window).await;
    desk.open_read_only(&window).await;
    let email = desk.person(&window, 0).await;
    window.click("//table[@aria-label='People found']//tbody/tr[1]//button").await.unwrap();
    window.press("Edit attributes").await.unwrap();
    window.fill("plan", "enterprise-2027").await.unwrap();
    window.press("Review changes").await.unwrap();
    window.press("Apply change").await.unwrap();
    window.sees("nothing was changed").await.unwrap();

    let log = fs::read_to_string(desk.stage.pictures.join("window.log")).unwrap();
    assert!(log.contains("TRACE"), "the log says too little to prove anything");
    let pin = format!("\"{PIN}\"");
    let secrets = [
        ("session token", "eyJ"),
        ("bearer credential", "Bearer "),
        ("PIN", pin.as_str()),
        ("person's address", email.as_str()),
        ("reason", REASON),
        ("changed value", "enterprise-2027"),
    ];
    for (what, secret) in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "the log holds a {what}: {line:?}");
    }
}
