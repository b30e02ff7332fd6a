//! `doorward host check`: nothing is wrong on a host that is set up as the papers say, and what is broken is named.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use doorward_testkit::house::wait_until;

use crate::sshd::{SOON, Settings, Stand};

#[tokio::test(flavor = "multi_thread")]
async fn a_host_as_it_is_to_be_has_nothing_wrong_and_each_thing_that_is_broken_is_named() {
    let mut stand = Stand::with(Settings { lease_seconds: 4, strict: false }).await;
    let good = stand.agent.check();
    let said = String::from_utf8(good.stdout).unwrap();
    assert!(good.status.success() && said.ends_with("nothing is wrong on this host\n"), "{said}");

    let (folder, state) = (stand.folder.clone(), stand.agent.state());
    let mode = |path: &str, mode| fs::set_permissions(folder.join(path), Permissions::from_mode(mode)).unwrap();
    mode("state", 0o755);
    mode("run/admit.sock", 0o666);
    assert_eq!(stand.agent.wrong(), ["file-mode", "file-mode"]);
    assert_eq!(stand.agent.check().status.code(), Some(1));
    mode("state", 0o700);
    mode("run/admit.sock", 0o660);

    let config = fs::read_to_string(folder.join("sshd_config")).unwrap();
    let with = |old: &str, new: &str| fs::write(folder.join("sshd_config"), config.replace(old, new)).unwrap();
    with("RevokedKeys", "# RevokedKeys");
    assert_eq!(stand.agent.wrong(), ["revoked-keys"]);
    let for_one = format!("{config}Match User ops\nAuthorizedPrincipalsFile /etc/ssh/principals\n");
    fs::write(folder.join("sshd_config"), for_one).unwrap();
    assert_eq!(stand.agent.wrong(), ["principals-file"], "also where it is for one user alone");
    with(" --user=%u", "");
    assert_eq!(stand.agent.wrong(), ["admit-command"]);
    with("ListenAddress", "ListenAdress");
    assert_eq!(stand.agent.wrong(), ["sshd-unreadable"]);
    with("", "");

    let host = stand.host.clone();
    stand.house.remove_host(&host).await.unwrap();
    wait_until("it is seen", SOON, async || stand.agent.wrong() == ["host-unknown"]).await.unwrap();
    stand.put_host("web-1").await;
    wait_until("it is seen", SOON, async || stand.agent.wrong().is_empty()).await.unwrap();

    stand.house.server.kill().unwrap();
    wait_until("it is seen", SOON, async || stand.agent.wrong() == ["not-fresh"]).await.unwrap();
    stand.agent.kill();
    assert_eq!(stand.agent.wrong(), ["agent-silent"]);
    fs::write(state.join("revoked_keys"), "").unwrap();
    assert_eq!(stand.agent.wrong(), ["lists", "agent-silent"], "an empty list refuses nobody");
}
