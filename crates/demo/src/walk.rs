//! The main job, walked in the real window: from sign-in to offline review, with a picture of each step.

use doorward_core::{grant::Setting, id::KeySerial, wire::Intent};
use doorward_testkit::{
    house::{Fallible, wait_until},
    window::Window,
};
use fantoccini::key::Key;

use crate::stage::{PIN, Stage};

const SETTING: Setting = Setting::CustomerSuccessTeamAccess;
const PLAN: &str = "enterprise-2027";

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
    println!("\nThe main job was walked from sign-in to offline review. Pictures: {}", stage.pictures.display());
    Ok(())
}

async fn steps(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    sign_in(stage, window).await?;
    read_only(stage, window).await?;
    refused_write(window).await?;
    read_write(stage, window).await?;
    switched_off(stage, window).await?;
    key_revoked(stage, window).await?;
    offline(stage, window).await
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

async fn switched_off(stage: &Stage, window: &mut Window) -> Fallible<()> {
    stage.house.switch_off(&stage.account, SETTING).await?;
    stage.house.switch_off(&stage.account, Setting::SupportTeamAccess).await.ok();
    window.sees("The customer switched access off").await?;
    step(window, "switched-off", "the customer switched access off: the view is closed").await?;
    window.press("Back to accounts").await
}

async fn key_revoked(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    window.press("Staff keys").await?;
    window.sees("Blue key").await?;
    step(window, "keys", "one's own keys").await?;
    let key = own_key(stage).await?;
    stage.admin.intend(Intent::RevokeKey { key }).await?;
    window.sees("Your key was revoked").await?;
    step(window, "key-revoked", "a security admin revoked the key: signed out").await
}

/// The serial of the only key besides the admin's.
async fn own_key(stage: &Stage) -> Fallible<KeySerial> {
    let keys = stage.admin.api.keys(&stage.admin.token).await?.keys;
    let other = keys.iter().find(|key| key.staff != stage.admin.staff);
    Ok(other.ok_or("the Primary CSM's key is not listed")?.key)
}

async fn offline(stage: &mut Stage, window: &mut Window) -> Fallible<()> {
    stage.house.server.kill()?;
    window.sees("offline").await?;
    window.fill("Search by name or id", &stage.account_name).await?;
    step(window, "offline", "the server is gone: everything as of when it was last heard, and nothing opens").await?;
    let nothing_opens = async || !window.shows("Read-only session").await;
    wait_until("nothing is open", std::time::Duration::from_secs(5), nothing_opens).await
}
