//! No secret and no personal datum in any log, at the most talkative level.

use std::fs;

use doorward_core::grant::Setting;
use secrecy::ExposeSecret;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_logs_at_trace_level_hold_no_secret_and_no_personal_datum() {
    let mut stage = Stage::new().await;
    let code = stage.house.first_code.clone();
    let support = stage.support().await;
    let mut csm = stage.primary_csm().await;
    stage.invite(Setting::SupportTeamAccess).await;
    let grant = stage.invite(Setting::CustomerSuccessTeamAccess).await;
    let reading = support.open_read_only(&stage.account).await.unwrap();
    let writing = csm.open_read_write(&stage.account, grant).await.unwrap();
    stage.passes(&csm, &writing).await;
    stage.read(&support, &reading).await.unwrap();
    stage.write(&csm, &writing, "enterprise").await.unwrap();
    stage.write(&support, &reading, "enterprise").await.unwrap_err();

    let folder = &stage.house.folder;
    let file = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let email = stage.house.upstream.look(&stage.account, |data| data.people[0].email.clone()).unwrap();
    let secrets = [
        ("enrolment code", code),
        ("sign-in token", support.token.expose_secret().to_owned()),
        ("session token", reading.token.0.clone()),
        ("read-write session's token", writing.token.0.clone()),
        ("follower's key", file("follower-key")),
        ("upstream's credential", file("upstream-credential").replace("Bearer ", "")),
        ("a customer's address", email),
        ("a staff member's name", "Sue Support".to_owned()),
        ("the words of a reason", "as agreed by telephone".to_owned()),
        ("a changed value", "enterprise".to_owned()),
    ];
    for log in ["server.log", "gateway.log"] {
        let text = file(log);
        assert!(text.contains("listen"), "{log} says too little to prove anything");
        for (what, secret) in &secrets {
            assert!(secret.len() > 5 && !text.contains(secret.trim()), "{log} holds the {what}");
        }
    }
}
