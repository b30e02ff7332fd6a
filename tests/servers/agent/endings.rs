//! Open connections: ended whole the moment what they stand on is taken away, and no other with them.

use std::{
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::PathBuf,
    time::Duration,
};

use doorward_core::{id::StaffId, staff::Role, wire::Intent};
use doorward_testkit::house::{HeldPort, wait_until};

use crate::sshd::{LOGIN, Resigned, SOON, Settings, Stand};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_taken_away_ends_what_is_open_and_nobody_else() {
    let mut stand = Stand::new().await;
    let staff = |id: &str| StaffId::parse(id).unwrap();
    let mut people = Vec::new();
    for id in ["s-stays", "s-revoked", "s-own", "s-role", "s-suspended", "s-key"] {
        let (person, identity) = stand.somebody(id).await;
        let logged_in = stand.stay(&identity, &[], "echo in").await;
        people.push((person, identity, logged_in));
    }
    let certificate = |at: usize| people[at].1.certificate;
    let (revoked, own, key) = (certificate(1), certificate(2), people[5].0.key);
    stand.revoke(revoked).await;
    people[1].2.out().await;
    people[2].0.intend(Intent::RevokeCertificate { certificate: own }).await.unwrap();
    people[2].2.out().await;
    stand.admin.intend(Intent::TakeRole { staff: staff("s-role"), role: Role::InfrastructureEngineer }).await.unwrap();
    people[3].2.out().await;
    stand.admin.intend(Intent::Suspend { staff: staff("s-suspended") }).await.unwrap();
    people[4].2.out().await;
    stand.admin.intend(Intent::RevokeKey { key }).await.unwrap();
    people[5].2.out().await;
    assert!(people[0].2.is_in(), "exactly those");
    assert!(stand.lets_in(&people[0].1).await);
    let host = stand.host.clone();
    stand.house.remove_host(&host).await.unwrap();
    people[0].2.out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_connections_of_a_person_the_one_by_the_revoked_certificate_ends() {
    let mut stand = Stand::new().await;
    let (mut ines, first) = stand.somebody("s-ines").await;
    let second = stand.certify(&mut ines, &first.private, &stand.host.clone()).await;
    let (mut by_first, mut by_second) =
        (stand.stay(&first, &[], "echo in").await, stand.stay(&second, &[], "echo in").await);
    let mut again = stand.stay(&first, &[], "echo in").await;
    stand.revoke(first.certificate).await;
    by_first.out().await;
    again.out().await;
    assert!(by_second.is_in());
    stand.revoke(second.certificate).await;
    by_second.out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_offered_two_certificates_stands_on_the_one_that_let_it_in() {
    let mut stand = Stand::new().await;
    let (mut ines, first) = stand.somebody("s-ines").await;
    let second = stand.certify(&mut ines, &first.private, &stand.host.clone()).await;
    let offered = format!("CertificateFile={}", second.text.display());
    let mut logged_in = stand.stay(&first, &["-o", &offered], "echo in").await;
    let told = || stand.agent.connections();
    wait_until("it is written down", SOON, async || told() == 1).await.unwrap();
    let text = fs::read_dir(stand.agent.state().join("connections")).unwrap().next().unwrap().unwrap().path();
    let by: serde_json::Value = serde_json::from_slice(&fs::read(text).unwrap()).unwrap();
    let by = by["certificate"].as_u64().unwrap();
    let (by, other) = if by == first.certificate.0 { (first, second) } else { (second, first) };
    stand.revoke(other.certificate).await;
    assert!(stand.lets_in(&by).await, "waits for the agent to have heard of it");
    assert!(logged_in.is_in());
    stand.revoke(by.certificate).await;
    logged_in.out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_connection_ends_with_all_that_goes_over_it() {
    let mut stand = Stand::new().await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    let control = stand.folder.join("control");
    let through = format!("ControlPath={}", control.display());
    let mut master = stand.hold(&identity, &["-M", "-o", &through]);
    let alive = async || {
        let mut asked = stand.ssh(&identity, &["-o", &through, "-O", "check", "any"]);
        asked.output().await.unwrap().status.success()
    };
    wait_until("the master is there", SOON, alive).await.unwrap();
    let mut over_it = stand.stay(&identity, &["-o", &through], "echo in").await;
    stand.revoke(identity.certificate).await;
    master.out().await;
    over_it.out().await;
    assert!(!stand.lets_in_as(LOGIN, &identity, &["-o", &through]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_port_ends_with_its_connection() {
    let mut stand = Stand::new().await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    let held = [HeldPort::new().unwrap(), HeldPort::new().unwrap()];
    let (local, to) = (held[0].port(), stand.house.ports.server);
    let forward = format!("127.0.0.1:{local}:127.0.0.1:{to}");
    let mut plain = stand.hold(&identity, &["-o", "ExitOnForwardFailure=yes", "-L", &forward]);
    let reach = || TcpStream::connect(("127.0.0.1", local)).ok();
    wait_until("the port is open", SOON, async || reach().is_some()).await.unwrap();
    let refused = reach().map(|mut stream| stream.read(&mut [0; 1]).unwrap_or(0));
    assert_eq!(refused, Some(0), "what we issue forwards nothing");
    assert!(plain.is_in());

    // Signed anew so that it forwards, as only whoever stole the authority could.
    let identity = stand.resign(&identity, &Resigned::like(&identity, "s-ines", &["permit-port-forwarding"]));
    let local = held[1].port();
    let forward = format!("127.0.0.1:{local}:127.0.0.1:{to}");
    let mut forwarding = stand.hold(&identity, &["-L", &forward]);
    let reach = || TcpStream::connect(("127.0.0.1", local)).ok();
    wait_until("the port is open", SOON, async || reach().is_some()).await.unwrap();
    let mut open = reach().unwrap();
    open.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    open.write_all(b"\x16").unwrap();
    assert!(open.read(&mut [0; 1]).is_err(), "it waits for the server beyond to answer: the way is open");
    stand.revoke(identity.certificate).await;
    forwarding.out().await;
    plain.out().await;
    open.set_read_timeout(Some(SOON)).unwrap();
    let cut = open.read(&mut [0; 8]);
    let reset = cut.as_ref().is_err_and(|fault| fault.kind() == io::ErrorKind::ConnectionReset);
    assert!(reset || cut.as_ref().is_ok_and(|read| *read == 0), "{cut:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_s_scope_ends_with_what_was_detached_in_it() {
    let mut stand = Stand::new().await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    let detach = "setsid sh -c 'sleep 600 & echo $!'";
    let mut logged_in = stand.stay(&identity, &[], detach).await;
    let detached: i32 = logged_in.said.trim().parse().unwrap();
    let lives = || {
        // Whoever adopted it may not have looked yet that it is over.
        let stat = fs::read_to_string(format!("/proc/{detached}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    assert!(lives());
    let Some(scope) = Scope::of(detached, &stand) else {
        // Said by `doorward host check` too (`no-session-scopes`).
        panic!("CANNOT BE RUN HERE, AND SO PROVES NOTHING: there are no control groups of the second version");
    };
    stand.revoke(identity.certificate).await;
    logged_in.out().await;
    wait_until("what was detached is gone", SOON, async || !lives()).await.unwrap();
    wait_until("the scope is empty", SOON, async || scope.processes() == 0).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_agent_ends_what_is_open_once_it_is_not_fresh_and_a_plain_one_lets_it_be() {
    for strict in [true, false] {
        let mut stand = Stand::with(Settings { lease_seconds: 4, strict }).await;
        let (_ines, identity) = stand.somebody("s-ines").await;
        let mut logged_in = stand.stay(&identity, &[], "echo in").await;
        stand.house.server.kill().unwrap();
        wait_until("nobody new gets in", SOON, async || stand.agent.shuts_everybody_out()).await.unwrap();
        assert!(!stand.lets_in(&identity).await);
        if strict {
            logged_in.out().await;
        } else {
            assert!(logged_in.is_in());
        }
        stand.house.open_server().await.unwrap();
        stand.soon_lets_in(&identity).await;
        assert!(!stand.agent.shuts_everybody_out());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_told_who_is_connected() {
    let mut stand = Stand::new().await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    let database = stand.house.folder.join("data/doorward.db");
    let told = || -> Vec<u64> {
        let db = rusqlite::Connection::open(&database).unwrap();
        let mut select = db.prepare("SELECT certificate FROM connections").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert!(told().is_empty());
    let mut logged_in = stand.stay(&identity, &[], "echo in").await;
    wait_until("it is told", SOON, async || told() == [identity.certificate.0]).await.unwrap();
    stand.revoke(identity.certificate).await;
    logged_in.out().await;
    wait_until("it is told that they are out", SOON, async || told().is_empty()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_offers_a_certificate_without_its_key_is_not_connected() {
    let mut stand = Stand::new().await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    let (mut thief, stolen) = stand.somebody("s-thief").await;
    let pretends = crate::sshd::Identity { private: stolen.private.clone(), ..identity.clone() };
    assert!(!stand.lets_in(&pretends).await);
    assert!(stand.agent.log().contains("a log-in passes"), "as far as the agent can tell");
    wait_until("nobody is written down", SOON, async || stand.agent.connections() == 0).await.unwrap();
    thief.intend(Intent::RevokeCertificate { certificate: stolen.certificate }).await.unwrap();
    assert!(stand.lets_in(&identity).await);
}

/// A session's scope, as logind would have made it.
struct Scope(PathBuf);

impl Scope {
    /// A scope with the connection of `detached` in it: sshd's process, what came of it, and what was detached.
    fn of(detached: i32, stand: &Stand) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let root = mounts.lines().find_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let at = fields.next()?;
            (fields.next()? == "cgroup2").then(|| PathBuf::from(at))
        })?;
        let scope = Self(root.join(format!("user.slice/user-4242.slice/session-{}.scope", std::process::id())));
        fs::create_dir_all(&scope.0).unwrap();
        let kept = fs::read_dir(stand.agent.state().join("connections")).unwrap().next().unwrap().unwrap();
        let name = kept.file_name().into_string().unwrap();
        let connection: i32 = name.split('-').next().unwrap().parse().unwrap();
        let mut members = vec![connection, detached];
        let mut at = 0;
        while let Some(pid) = members.get(at).copied() {
            at += 1;
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            members.extend(children.split_whitespace().filter_map(|child| child.parse::<i32>().ok()));
        }
        for pid in members {
            let moved = fs::write(scope.0.join("cgroup.procs"), pid.to_string());
            // Whoever has ended meanwhile needs no scope.
            assert!(moved.is_ok() || !PathBuf::from(format!("/proc/{pid}")).exists(), "{moved:?}");
        }
        Some(scope)
    }

    fn processes(&self) -> usize {
        fs::read_to_string(self.0.join("cgroup.procs")).unwrap().lines().count()
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        // One that is not empty after a failure stays behind, and so does whatever is in it.
        let _gone = fs::remove_dir(&self.0).and_then(|()| fs::remove_dir(self.0.parent().unwrap()));
    }
}
