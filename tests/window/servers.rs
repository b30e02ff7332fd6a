//! An engineer connects to a server from the real window: the desktop's terminal opens with what `ssh` needs, and the folder
//! with it is gone when the connection is over. Terminal and `ssh` are scripts that tell what they were given.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use doorward_testkit::house::{PIN, wait_until};
use fantoccini::key::Key;

use crate::desk::Desk;

const SOON: Duration = Duration::from_secs(20);

fn program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_connects_by_a_touch_and_the_terminal_has_what_ssh_needs() {
    let mut desk = Desk::new().await;
    let place = |name: &str| desk.folder.path().join(name);
    let (bin, runtime, told) = (place("bin"), place("runtime"), place("told"));
    for folder in [&bin, &runtime] {
        fs::create_dir(folder).unwrap();
    }
    program(&bin.join("xdg-terminal-exec"), "exec \"$@\"");
    let tells = format!("{{ printf '%s ' \"$@\"; cat \"$(dirname \"$2\")\"/*; }} > '{0}.new'", told.display());
    program(&bin.join("ssh"), &format!("{tells}\nmv '{0}.new' '{0}'\nexit 0", told.display()));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    desk.tell("PATH", path);
    desk.tell("XDG_RUNTIME_DIR", &runtime);
    let mut window = desk.open().await;
    desk.sign_in_as(&window, &desk.stage.engineer).await;
    window.sees("Your SSH key").await.unwrap();
    window.click("//*[@id='server-api-1']").await.unwrap();
    window.sees("The mail relay's certificate is renewed by hand").await.unwrap();
    window.click("//*[@id='server-web-2']").await.unwrap();
    window.sees("Nobody is on it now.").await.unwrap();
    window.picture("servers").await.unwrap();
    window.press("Connect…").await.unwrap();
    window.fill("Reason", "Looking at what hangs").await.unwrap();
    window.press("Touch key and connect").await.unwrap();
    window.fill("PIN", PIN).await.unwrap();
    window.key(Key::Enter).await.unwrap();
    window.sees("Has a certificate that still admits").await.unwrap();
    wait_until("ssh was run", SOON, async || told.exists()).await.unwrap();
    let told = fs::read_to_string(&told).unwrap();
    for part in ["-- web-2 ", "HostName 10.20.0.22", "HostKeyAlias web-2", "ssh-ed25519-cert-v01@openssh.com "] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let ours = || {
        let left = fs::read_dir(&runtime).unwrap().map(|entry| entry.unwrap().file_name());
        left.filter(|name| name.to_string_lossy().starts_with("doorward-ssh-")).count()
    };
    wait_until("the folder is gone with the connection", SOON, async || ours() == 0).await.unwrap();
    window.picture("server-connected").await.unwrap();
}
