//! Log-ins: by every kind of key that staff have, and by nothing that is another's, another host's, over or taken away.

use doorward_core::{id::CertificateSerial, staff::Role, wire::Intent};
use doorward_testkit::house::wait_until;

use crate::sshd::{Resigned, SOON, Stand, line::Line};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_feed_admits_gets_in_by_each_kind_of_key() {
    let mut stand = Stand::new().await;
    let mut ines = stand.engineer("s-ines").await;
    let mut before = None;
    for (kind, options) in
        [("ed25519", &[][..]), ("ecdsa", &[]), ("ed25519-sk", &["verify-required"]), ("ecdsa-sk", &["verify-required"])]
    {
        let identity = stand.identity(&mut ines, kind, options).await;
        assert!(stand.lets_in(&identity).await, "{kind}: {}", stand.agent.log());
        if let Some(old) = before.replace(identity) {
            assert!(!stand.lets_in(&old).await, "the key that {kind} has replaced");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_faster_than_the_feed_is_waited_for() {
    let mut stand = Stand::new().await;
    let line = Line::to(stand.house.ports.server).await;
    stand.agent.kill();
    stand.agent.go_over(&line, &stand.house);
    stand.agent.start();
    let (mut ines, first) = stand.somebody("s-ines").await;
    stand.soon_lets_in(&first).await;
    line.hold_up();
    let second = stand.certify(&mut ines, &first.private, &stand.host.clone()).await;
    let (let_in, ()) = tokio::join!(stand.lets_in(&second), async {
        let waits = async || stand.agent.log().contains("the feed has not told of it yet");
        wait_until("it is waited for", SOON, waits).await.unwrap();
        line.let_go();
    });
    assert!(let_in, "{}", stand.agent.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_hardware_that_did_not_verify_its_owner_gets_nobody_in() {
    let mut stand = Stand::new().await;
    let mut ines = stand.engineer("s-ines").await;
    let touched = stand.identity(&mut ines, "ed25519-sk", &[]).await;
    assert!(!stand.lets_in(&touched).await, "touched, and no more");
    // The same by a certificate that does not ask for it: it is the asking that refuses.
    let lax = stand.resign(&touched, &Resigned::like(&touched, "s-ines", &[]));
    assert!(stand.lets_in(&lax).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_certificate_stands_on_lets_nobody_in_once_it_is_taken_away() {
    let mut stand = Stand::new().await;
    let staff = |id: &str| doorward_core::id::StaffId::parse(id).unwrap();
    let role = Role::InfrastructureEngineer;
    let mut let_in = Vec::new();
    for id in ["s-revoked", "s-role", "s-suspended", "s-key", "s-stays"] {
        let (person, identity) = stand.somebody(id).await;
        assert!(stand.lets_in(&identity).await, "{id}");
        let_in.push((person, identity));
    }
    let (certificate, key) = (let_in[0].1.certificate, let_in[3].0.key);
    stand.revoke(certificate).await;
    stand.admin.intend(Intent::TakeRole { staff: staff("s-role"), role }).await.unwrap();
    stand.admin.intend(Intent::Suspend { staff: staff("s-suspended") }).await.unwrap();
    stand.admin.intend(Intent::RevokeKey { key }).await.unwrap();
    for (person, identity) in &let_in {
        let stays = person.staff.as_str() == "s-stays";
        assert_eq!(stand.lets_in(identity).await, stays, "{}", person.staff);
    }
    // Given back, it is another role: the old certificate opens nothing any more.
    stand.admin.intend(Intent::GiveRole { staff: staff("s-role"), role }).await.unwrap();
    assert!(!stand.lets_in(&let_in[1].1).await);
    let (mut person, old) = let_in.remove(1);
    let anew = stand.certify(&mut person, &old.private, &stand.host.clone()).await;
    assert!(stand.lets_in(&anew).await);
    let host = stand.host.clone();
    stand.house.remove_host(&host).await.unwrap();
    assert!(!stand.lets_in(&anew).await, "the host is none of the vendor's any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_host_time_place_user_or_by_another_authority_lets_nobody_in() {
    let mut stand = Stand::new().await;
    let (mut ines, good) = stand.somebody("s-ines").await;
    let other = stand.put_host("web-2").await;
    let elsewhere = stand.certify(&mut ines, &good.private, &other).await;
    assert!(stand.lets_in(&good).await);
    assert!(!stand.lets_in(&elsewhere).await, "another host's");
    let staying = stand.resign(&elsewhere, &Resigned::like(&elsewhere, "s-ines", &[]));
    assert!(!stand.lets_in(&staying).await, "another host's, though it names this one");
    assert!(!stand.lets_in_as("root", &good, &[]).await, "another user");

    let like = Resigned::like(&good, "s-ines", &[]);
    let again = stand.resign(&good, &like);
    assert!(
        stand.lets_in(&again).await,
        "what is signed anew as it was is as good: the others differ in one thing each"
    );
    let over = stand.resign(&good, &Resigned { valid: "-20m:-10m", ..like.clone() });
    assert!(!stand.lets_in(&over).await, "it has run out");
    let early = stand.resign(&good, &Resigned { valid: "+10m:+20m", ..like.clone() });
    assert!(!stand.lets_in(&early).await, "it has not begun");
    let far = stand.resign(&good, &Resigned { options: vec!["source-address=10.9.8.0/24"], ..like.clone() });
    assert!(!stand.lets_in(&far).await, "it comes from elsewhere");
    let near = stand.resign(&good, &Resigned { options: vec!["source-address=127.0.0.0/8"], ..like.clone() });
    assert!(stand.lets_in(&near).await);
    let unheard = stand
        .resign(&good, &Resigned { serial: CertificateSerial(77), key_id: "s-ines:77".to_owned(), ..like.clone() });
    assert!(!stand.lets_in(&unheard).await, "the feed knows of no such certificate, whoever signed it");
    let masked = stand.resign(&good, &Resigned { key_id: "s-otto:1".to_owned(), ..like.clone() });
    assert!(!stand.lets_in(&masked).await, "sshd's own log would name somebody else");
    let foreign = stand.folder.join("host_key");
    let foreign = stand.resign(&good, &Resigned { by: Some(&foreign), ..like });
    assert!(!stand.lets_in(&foreign).await, "another authority");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_sshd_s_command_is_heard() {
    let mut stand = Stand::new().await;
    let (_ines, good) = stand.somebody("s-ines").await;
    assert!(stand.lets_in(&good).await, "the agent has heard of it");
    let admit = |program: &mut std::process::Command| {
        let fingerprint = |path: &std::path::Path| {
            let told = std::process::Command::new("ssh-keygen").arg("-lf").arg(path).output().unwrap().stdout;
            String::from_utf8(told).unwrap().split(' ').nth(1).unwrap().to_owned()
        };
        let ca = std::fs::read_to_string(stand.agent.state().join("trusted_user_ca_keys")).unwrap();
        std::fs::write(stand.folder.join("ca.pub"), ca.lines().last().unwrap()).unwrap();
        program.args(["host", "admit", "--user=ops", "--serial=1", "--key-id=s-ines:1"]);
        program.arg(format!("--ssh-key={}", fingerprint(&good.private)));
        program.arg(format!("--ca={}", fingerprint(&stand.folder.join("ca.pub"))));
        program.arg(format!("--socket={}", stand.folder.join("run/admit.sock").display()));
        program.output().unwrap()
    };
    let program = stand.folder.join("doorward");
    let by_root = admit(&mut std::process::Command::new(&program));
    assert!(by_root.stdout.is_empty() && by_root.status.success(), "root asks how it stands, and for nobody");
    let mut as_user = std::process::Command::new("setpriv");
    as_user.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(&program);
    let by_user = admit(&mut as_user);
    assert!(by_user.stdout.is_empty() && by_user.status.success(), "not started by sshd for a connection");
    assert!(stand.agent.log().contains("not started by sshd"));
    let mut as_other = std::process::Command::new("setpriv");
    as_other.args(["--reuid=daemon", "--regid=daemon", "--clear-groups"]).arg(&program);
    let by_other = admit(&mut as_other);
    assert!(by_other.stdout.is_empty() && !by_other.status.success(), "cannot even ask");
    assert!(stand.lets_in(&good).await);
}
