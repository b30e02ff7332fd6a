//! The main job, walked in the real window: from sign-in to offline review and a revoked key, with a picture of each step.
//!
//! The review comes before the key is revoked: a console throws away what a revoked key could open.

use std::time::Duration;

use doorward_core::{grant::Setting, id::KeySerial, wire::Intent};
use doorward_testkit::{
    house::{Fallible, PIN, wait_until},
    stage::Stage,
    window::Window,
};
use fantoccini::key::Key;

const PLAN: &str = "enterprise-2027";
const SOON: Duration = Duration::from_secs(5);

/// Walks and says where the pictures are.
pub async fn walk(mut stage: Stage) -> Fallible<()> {
    let env = stage.env();
    let env: Vec<_> = env.iter().map(|(name, path)| (*name, path.as_path())).collect();
    let console = stage.program("doorward-console")?;
    let mut window = Window::open(&console, &env, &stage.pictures).await?;
    let walked = steps(&mut stage, &mut window).await;
    if let Err(fault) = &walked {
        let picture = window.picture("where-it-stopped").await;
        println!("the walk stopped: {fault}\npicture: {picture:?}\n{}", window.text().await.unwrap_or_default());
    }
    walked?;
    println!("\nThe main job was walked from sign-in to a revoked key. Pictures: {}", stage.pictures.display());
    Ok(())
}

async fn steps(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    sign_in(stage, window).await?;
    read_only(stage, window).await?;
    refused_write(window).await?;
    history(stage, window).await?;
    read_write(stage, window).await?;
    switched_off(stage, window).await?;
    offline(stage, window).await?;
    key_revoked(stage, window).await
}

async fn step(window: &mut Window, name: &str, what: &str) -> Fallible<()> {
    let picture = window.picture(name).await?;
    println!("{}: {what}", picture.display());
    Ok(())
}

async fn sign_in(stage: &Stage, window: &mut Window) -> Fallible<()> {
    window.fill("Handle", &stage.handle).await?;
    step(window, "sign-in", "the window before sign-in").await?;
    window.press("Continue with key").await?;
    window.fill("PIN", PIN).await?;
    step(window, "pin", "the key asks for its PIN").await?;
    window.key(Key::Enter).await?;
    window.sees("Touch your key").await?;
    step(window, "touch", "the key asks for a touch").await?;
    window.sees("entries verified").await?;
    window.click("//*[@role='option']").await?;
    step(window, "accounts", "who has invited, and for how long").await
}

async fn read_only(stage: &Stage, window: &mut Window) -> Fallible<()> {
    window.fill("Search by name or id", stage.account.as_str()).await?;
    window.click(&format!("//*[@id='account-{}']", stage.account)).await?;
    step(window, "account", "one account: what you may do there, and until when").await?;
    window.press("Open read-only").await?;
    window.fill("Reason", "Imports stopped on Monday; looking at the failed rows").await?;
    window.fill("Support ticket", "T-20417").await?;
    step(window, "reason", "a session is opened with a reason").await?;
    window.press("Open read-only").await?;
    window.sees("Read-only session").await?;
    window.click("//table[@aria-label='People found']//tbody//button").await?;
    window.sees("Edit attributes").await?;
    step(window, "read-only", "a person, read-only").await
}

async fn refused_write(window: &mut Window) -> Fallible<()> {
    window.press("Edit attributes").await?;
    window.fill("plan", PLAN).await?;
    window.press("Review changes").await?;
    window.press("Apply change").await?;
    window.sees("nothing was changed").await?;
    step(window, "refused-write", "a write in a read-only session is refused by the gateway").await?;
    window.press("Back to editing").await?;
    window.press("End session").await?;
    window.sees("You ended the session").await?;
    window.press("Back to accounts").await
}

async fn history(stage: &Stage, window: &mut Window) -> Fallible<()> {
    window.fill("Search by name or id", stage.account.as_str()).await?;
    window.click(&format!("//*[@id='account-{}']", stage.account)).await?;
    window.press("History").await?;
    window.sees("each proven to be in the signed log").await?;
    window.press("Verify log").await?;
    window.sees("The log verifies").await?;
    step(window, "history", "the account's history, each entry proven, and the log verified").await?;
    window.press("Back").await
}

async fn read_write(stage: &Stage, window: &mut Window) -> Fallible<()> {
    window.fill("Search by name or id", stage.account.as_str()).await?;
    window.click(&format!("//*[@id='account-{}']", stage.account)).await?;
    window.press("Open read-write").await?;
    window.fill("Reason", "Correcting a plan, as agreed by telephone").await?;
    window.press("Touch key and open").await?;
    window.fill("PIN", PIN).await?;
    window.key(Key::Enter).await?;
    window.sees("Touch your key").await?;
    step(window, "read-write-touch", "read-write needs a touch for exactly this").await?;
    window.sees("Read-write session").await?;
    window.click("//table[@aria-label='People found']//tbody//button").await?;
    window.press("Edit attributes").await?;
    window.fill("plan", PLAN).await?;
    window.press("Review changes").await?;
    window.sees("Becomes").await?;
    step(window, "review", "what changes, before it changes").await?;
    window.press("Apply change").await?;
    window.sees(PLAN).await?;
    step(window, "changed", "changed").await?;
    let changed = || {
        let plan = |person: &doorward_testkit::world::Person| person.attributes.get("plan").is_some_and(|p| p == PLAN);
        stage.house.upstream.look(&stage.account, |data| data.people.iter().any(plan)).unwrap_or(false)
    };
    if !changed() {
        return Err("the upstream does not have the changed attribute".into());
    }
    println!("    the upstream has it");
    Ok(())
}

async fn switched_off(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    for setting in Setting::ALL {
        stage.customer.switch(setting, "off").await?;
    }
    window.sees("The customer switched access off").await?;
    step(window, "switched-off", "the customer switched access off on their page: the view is closed").await?;
    window.press("Back to accounts").await
}

async fn key_revoked(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    window.press("Staff keys").await?;
    window.sees("Blue key").await?;
    step(window, "keys", "one's own keys").await?;
    let key = own_key(stage).await?;
    stage.admin.intend(Intent::RevokeKey { key }).await?;
    window.sees("Your key was revoked").await?;
    step(window, "key-revoked", "a security admin revoked the key: signed out, and its copy is gone").await
}

/// The serial of the only key besides the admin's.
async fn own_key(stage: &Stage) -> Fallible<KeySerial> {
    let keys = stage.admin.api.keys(&stage.admin.token).await?.keys;
    let other = keys.iter().find(|key| key.staff != stage.admin.staff);
    Ok(other.ok_or("the Primary CSM's key is not listed")?.key)
}

/// Moves the box that scrolls, and nothing around it.
const TO_THE_REVIEW: &str = "const part = document.querySelector('[aria-label=\"Review and proof\"]');
    const box = part.closest('.scroll');
    box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top - 16;";

async fn offline(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    stage.house.server.kill()?;
    // The console goes on trying for twenty seconds before it calls itself offline.
    let offline = async || window.shows("Nothing opens until the server is back").await;
    wait_until("the console is offline", Duration::from_secs(60), offline).await?;
    window.fill("Search by name or id", "").await?;
    window.click("//*[@role='option']").await?;
    window.sees("Nothing opens until the server is back").await?;
    step(window, "offline", "the server is gone: everything as of when it was last heard, and nothing opens").await?;
    window.press("Settings").await?;
    window.press("Export grants").await?;
    window.sees("Only you may read the files").await?;
    window.ask(TO_THE_REVIEW).await?;
    step(window, "review", "a review written down: every grant as of that instant, as rows and as a page").await?;
    let nothing_opens = async || !window.shows("Read-only session").await;
    wait_until("nothing is open", SOON, nothing_opens).await?;
    locked(window).await?;
    stage.house.open_server().await?;
    window.sees("Up to date").await
}

/// Out of reach the key alone opens what is kept here.
async fn locked(window: &mut Window) -> Fallible<()> {
    window.press("Lock now").await?;
    window.sees("Unlock with key").await?;
    step(window, "locked", "locked: nothing is shown until the key is touched, with no server too").await?;
    window.press("Unlock with key").await?;
    window.fill("PIN", PIN).await?;
    window.key(Key::Enter).await?;
    window.sees("Nothing opens until the server is back").await
}
