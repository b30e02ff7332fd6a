//! Servers: listed, connected to by a touch for a host and a reason, and left again. The certificate is a real one.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use doorward_core::{
    feed::entry::What,
    id::{CertificateSerial, HostId, KeySerial},
    policy::HostLabel,
    session::Reason,
    ssh::{SshCa, SshFingerprint},
    staff::Role,
    time::{Millis, UnixMs},
    wire::{self, CertificateView, HostReach, Intent, IssuedCertificate},
};

use tokio::{sync::Notify, task::JoinHandle};

use super::stage::{PATIENCE, START, Stage, staff, until};
use crate::{
    controller::{Request, request::Answer},
    view::*,
};

/// Made by ssh-keygen for web-1 with the serial 7, and the key it is for.
const CERTIFICATE: &str = "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIGV/tSGEAuCvcBYymSYRURX5aisjMel1Y4eAetDxnUZaAAAAIPzMHZD2LUjsgKv2A+uaMgNJrg2V3iuO4uq2ecwfHaNsAAAAAAAAAAcAAAABAAAABWFkYTo3AAAACQAAAAV3ZWItMQAAAAAAAVGAAAAAAPSFBYAAAAAAAAAAEgAAAApwZXJtaXQtcHR5AAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAINhQ6USteOqa9OguEzCqwC8kzXUM8syzvdcvnzTe4vWtAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBU9tuX9NuiWDZKMV4nwq71Y1COhpVgHMBcHAF4rPofUgvjGeqyGwVGlxWdOzZWCGfceaJCj4Zx6Zyezq7RxlMM";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPzMHZD2LUjsgKv2A+uaMgNJrg2V3iuO4uq2ecwfHaNs";
const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";

fn host(id: &str) -> HostId {
    HostId::parse(id).unwrap()
}

fn reach() -> HostReach {
    HostReach {
        address: "10.0.0.7".to_owned(),
        port: 22,
        login: "ops".to_owned(),
        host_keys: vec![HOST_KEY.to_owned()],
    }
}

fn certificate(serial: u64, who: &str, connected: Option<UnixMs>) -> CertificateView {
    CertificateView {
        certificate: CertificateSerial(serial),
        staff: staff(who),
        reason: Some(Reason::new(Some("T-9"), "the disk is full").unwrap()),
        issued: START,
        ends: START.plus(Millis::minutes(10)),
        connection_ends: START.plus(Millis::hours(8)),
        connected,
    }
}

/// Ada is an infrastructure engineer with an SSH key; web-1 is hers to log in to, with two certificates on it.
fn furnish(stage: &mut Stage) {
    stage.happens(What::RoleGiven { staff: staff("ada"), role: Role::InfrastructureEngineer });
    stage.happens(What::HostAdded { host: host("web-1"), label: HostLabel::Infrastructure });
    stage.happens(What::SshKeyEnrolled { key: KeySerial(1), ssh_key: SshFingerprint::of(b"ada's") });
    stage.happens(What::SshCaTrusted { ca: SshCa::new([1; 32]) });
    let told = wire::ServerView {
        host: host("web-1"),
        label: HostLabel::Infrastructure,
        reach: reach(),
        told: Some(START),
        certificates: vec![certificate(5, "ada", Some(START)), certificate(4, "carl", Some(START))],
    };
    let mut inner = stage.house.inner();
    inner.servers.servers = vec![told];
    inner.certificate = Some(IssuedCertificate {
        certificate: CertificateSerial(7),
        text: CERTIFICATE.to_owned(),
        host: host("web-1"),
        reach: reach(),
        ends: START.plus(Millis::minutes(10)),
        connection_ends: START.plus(Millis::hours(8)),
    });
}

async fn signed_in(who: &str) -> Stage {
    let mut stage = Stage::new();
    furnish(&mut stage);
    stage.beat();
    stage.sign_in(who).await;
    stage
}

async fn servers(stage: &Stage) -> ServersView {
    stage.ask(Request::Servers).await.unwrap()
}

fn wish(terminal: bool) -> ConnectAsk {
    let (ticket, reason) = (Some("T-1".to_owned()), "look at the disk".to_owned());
    ConnectAsk { host: "web-1".to_owned(), ticket, reason, terminal }
}

async fn connected(stage: &mut Stage, terminal: bool) -> (KeyPurpose, Answer<Connected>) {
    stage.touches(move |reply| Request::Connect(wish(terminal), reply)).await
}

/// The folders of connections that are there.
fn folders(place: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.to_string_lossy().contains("doorward-ssh-")).collect()
}

fn refused<T>(answer: Answer<T>) -> (ErrorCode, Option<Why>) {
    let problem = answer.err().expect("it was done");
    (problem.code, problem.why)
}

#[tokio::test]
async fn servers_are_told_with_who_is_on_them_and_whether_one_may_connect() {
    let stage = signed_in("ada").await;
    let told = servers(&stage).await;
    let ssh_key = SshFingerprint::of(b"ada's").to_string();
    assert_eq!((told.as_of, told.ssh_key.as_deref()), (None, Some(ssh_key.as_str())));
    let [web] = &told.servers[..] else { panic!("{told:?}") };
    assert_eq!((web.host.as_str(), web.address.as_str(), web.port, web.why_not), ("web-1", "10.0.0.7", 22, None));
    let on: Vec<_> = web.certificates.iter().map(|one| (one.certificate, one.mine, one.ticket.as_deref())).collect();
    assert_eq!(on, [(5, true, Some("T-9")), (4, false, Some("T-9"))]);
    let stage = signed_in("sven").await;
    assert_eq!(
        servers(&stage).await.servers[0].why_not,
        Some(Why::NoRole),
        "a security admin sees, and logs in nowhere"
    );
}

#[tokio::test]
async fn a_connection_takes_a_touch_for_host_and_reason_and_opens_a_terminal_with_what_it_needs() {
    let mut stage = signed_in("ada").await;
    *stage.terminal.0.lock().unwrap() = Some(Vec::new());
    let (purpose, made) = connected(&mut stage, true).await;
    assert_eq!(purpose, KeyPurpose::Connect { host: "web-1".to_owned() });
    let made = made.unwrap();
    assert!(made.terminal && made.needs_agent && made.certificate == 7);
    let reason = Reason::new(Some("T-1"), "look at the disk").unwrap();
    assert_eq!(stage.house.inner().done, [Intent::IssueCertificate { host: host("web-1"), reason }]);
    let opened = stage.terminal.0.lock().unwrap().clone().unwrap();
    let [script] = &opened[..] else { panic!("{opened:?}") };
    let text = std::fs::read_to_string(script).unwrap();
    assert!(text.contains(&made.command) && made.command.ends_with("-- web-1"), "{text}");
    let folder = script.parent().unwrap();
    assert!(std::fs::read_to_string(folder.join("certificate.pub")).unwrap().starts_with(CERTIFICATE));
    assert_eq!(std::fs::read_to_string(folder.join("known_hosts")).unwrap(), format!("web-1 {HOST_KEY}\n"));
    // What was connected to here can be copied again, as long as the certificate admits.
    stage.house.inner().servers.servers[0].certificates = vec![certificate(7, "ada", None)];
    assert_eq!(servers(&stage).await.servers[0].certificates[0].command.as_deref(), Some(made.command.as_str()));
    for minutes in [5, 6] {
        stage.pass(Millis::minutes(minutes));
        stage.beat();
        stage.ask(Request::Active).await.unwrap();
    }
    stage.tick().await;
    assert!(!folder.exists(), "the folder goes when its certificate opens nothing any more");
    assert_eq!(servers(&stage).await.servers[0].certificates, [], "nor is it told of any more");
}

#[tokio::test]
async fn where_the_desktop_has_no_terminal_the_command_is_told() {
    let mut stage = signed_in("ada").await;
    let made = connected(&mut stage, true).await.1.unwrap();
    assert!(!made.terminal && made.command.starts_with("ssh -F "));
    *stage.terminal.0.lock().unwrap() = Some(Vec::new());
    std::fs::create_dir(stage.path("ssh")).unwrap();
    std::fs::write(stage.path("ssh/id.pub"), KEY).unwrap();
    std::fs::write(stage.path("ssh/id"), "").unwrap();
    stage.ask(Request::SignOut).await.unwrap();
    assert!(folders(stage.folder()).is_empty(), "whoever signs out leaves nothing");
    stage.sign_in("ada").await;
    let made = connected(&mut stage, false).await.1.unwrap();
    assert!(!made.terminal && !made.needs_agent, "its file was found");
    assert_eq!(stage.terminal.0.lock().unwrap().as_deref(), Some(&[][..]), "none was wanted");
}

#[tokio::test]
async fn what_cannot_be_permitted_is_refused_before_anybody_touches_anything() {
    let mut stage = signed_in("ada").await;
    let ask = |change: fn(&mut ConnectAsk)| {
        let mut asked = wish(false);
        change(&mut asked);
        move |reply| Request::Connect(asked, reply)
    };
    let cases: [(fn(&mut ConnectAsk), _); 4] = [
        (|ask| ask.host = "-oProxyCommand=x".to_owned(), (ErrorCode::BadRequest, None)),
        (|ask| ask.reason = "x".to_owned(), (ErrorCode::BadRequest, None)),
        (|ask| ask.ticket = Some("a b".to_owned()), (ErrorCode::BadRequest, None)),
        (|ask| ask.host = "web-9".to_owned(), (ErrorCode::Denied, Some(Why::UnknownHost))),
    ];
    for (change, wanted) in cases {
        assert_eq!(refused(stage.ask(ask(change)).await), wanted);
    }
    stage.happens(What::RoleTaken { staff: staff("ada"), role: Role::InfrastructureEngineer });
    assert_eq!(refused(stage.ask(ask(|_| {})).await), (ErrorCode::Denied, Some(Why::NoRole)));
    stage.cut();
    assert_eq!(refused(stage.ask(ask(|_| {})).await), (ErrorCode::Offline, None));
    assert!(stage.state().await.prompt.is_none() && stage.house.inner().done.is_empty());
    assert!(folders(stage.folder()).is_empty());
}

#[tokio::test]
async fn an_answer_that_is_for_something_else_is_not_used() {
    let mut stage = signed_in("ada").await;
    let changes: [fn(&mut IssuedCertificate); 3] = [
        |issued| issued.reach.address = "-oProxyCommand=touch hit".to_owned(),
        |issued| issued.host = HostId::parse("web-2").unwrap(),
        |issued| issued.text = KEY.to_owned(),
    ];
    for change in changes {
        change(stage.house.inner().certificate.as_mut().unwrap());
        assert_eq!(refused(connected(&mut stage, true).await.1), (ErrorCode::Internal, None));
        assert!(folders(stage.folder()).is_empty());
        assert_eq!(stage.house.was_asked("revoke-certificate 7"), 1, "it is of no use, and opens nothing any more");
        let mut fresh = signed_in("ada").await;
        std::mem::swap(&mut stage, &mut fresh);
    }
}

/// The server has issued, and its answer is on the way until the notice is given.
async fn on_the_way(stage: &mut Stage) -> (Arc<Notify>, JoinHandle<Answer<Connected>>) {
    let hold = Arc::new(Notify::new());
    stage.house.inner().hold = Some(Arc::clone(&hold));
    let handle = stage.handle.clone();
    let connecting = tokio::spawn(async move { handle.ask(|reply| Request::Connect(wish(true), reply)).await });
    stage.hears_pin_asked().await;
    stage.type_pin("1234").await;
    until("it is issued", || !stage.house.inner().done.is_empty()).await;
    (hold, connecting)
}

async fn comes(hold: &Notify, connecting: JoinHandle<Answer<Connected>>) -> ErrorCode {
    hold.notify_one();
    refused(tokio::time::timeout(PATIENCE, connecting).await.expect("no answer").unwrap()).0
}

#[tokio::test]
async fn a_certificate_that_nobody_waits_for_any_more_is_revoked_and_never_used() {
    let mut stage = signed_in("ada").await;
    *stage.terminal.0.lock().unwrap() = Some(Vec::new());
    let (hold, connecting) = on_the_way(&mut stage).await;
    stage.ask(|reply| Request::Lock(LockedBy::You, reply)).await.unwrap();
    assert_eq!(stage.house.was_asked("revoke-certificate 7"), 0);
    assert_eq!(comes(&hold, connecting).await, ErrorCode::Locked);
    until("it is revoked", || stage.house.was_asked("revoke-certificate 7") == 1).await;
    assert!(folders(stage.folder()).is_empty());
    assert_eq!(stage.terminal.0.lock().unwrap().as_deref(), Some(&[][..]), "no terminal was opened");
}

#[tokio::test]
async fn a_certificate_for_whoever_has_signed_out_is_revoked_when_they_are_back_and_by_nobody_else() {
    let mut stage = signed_in("ada").await;
    let (hold, connecting) = on_the_way(&mut stage).await;
    stage.ask(Request::SignOut).await.unwrap();
    stage.sign_in("sven").await;
    assert_eq!(comes(&hold, connecting).await, ErrorCode::Cancelled);
    until("it is written down", || stage.remembers("\"disconnect\":[{\"staff\":\"ada\",\"certificate\":7}]")).await;
    assert!(folders(stage.folder()).is_empty());
    stage.ask(Request::SignOut).await.unwrap();
    stage.sign_in("sven").await;
    stage.tick().await;
    assert_eq!(stage.house.was_asked("revoke-certificate 7"), 0, "it was never his");
    stage.ask(Request::SignOut).await.unwrap();
    stage.sign_in("ada").await;
    until("it is revoked", || stage.house.was_asked("revoke-certificate 7") == 1).await;
    until("and forgotten", || stage.remembers("\"disconnect\":[]")).await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_laid_out_is_revoked() {
    let mut stage = signed_in("ada").await;
    // The dice of the stage name this folder, and it is somebody else's.
    std::fs::create_dir(stage.path("doorward-ssh-0000000000000007")).unwrap();
    assert_eq!(refused(connected(&mut stage, false).await.1).0, ErrorCode::NotSaved);
    assert_eq!(stage.house.was_asked("revoke-certificate 7"), 1);
}

#[tokio::test]
async fn a_connection_s_folder_goes_with_its_certificate_when_somebody_else_revokes_that() {
    let mut stage = signed_in("ada").await;
    for serial in 1..=7 {
        let (now, key, ssh_key) = (stage.now(), KeySerial(1), SshFingerprint::of(b"ada's"));
        let (ends, connection_ends) = (now.plus(Millis::minutes(9)), now.plus(Millis::hours(8)));
        let (certificate, staff, host) = (CertificateSerial(serial), staff("ada"), host("web-1"));
        stage.happens(What::CertificateIssued { certificate, staff, key, ssh_key, host, ends, connection_ends });
    }
    connected(&mut stage, false).await.1.unwrap();
    servers(&stage).await;
    stage.tick().await;
    assert_eq!(folders(stage.folder()).len(), 1);
    for certificate in [5, 7].map(CertificateSerial) {
        stage.happens(What::CertificateRevoked { certificate, by: staff("sven") });
    }
    stage.tick().await;
    assert!(folders(stage.folder()).is_empty());
    stage.cut();
    let left: Vec<_> = servers(&stage).await.servers[0].certificates.iter().map(|one| one.certificate).collect();
    assert_eq!(left, [4], "out of reach the copy's word counts: whoever came by the other is out");
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_is_told_of_servers_or_of_keys() {
    let stage = signed_in("ada").await;
    servers(&stage).await;
    stage.ask(Request::SignOut).await.unwrap();
    assert_eq!(refused(stage.ask(Request::Servers).await).0, ErrorCode::SignedOut);
    assert_eq!(refused(stage.ask(Request::SshKeys).await).0, ErrorCode::SignedOut);
    assert_eq!(refused(stage.ask(|reply| Request::ConnectionEffects(5, reply)).await).0, ErrorCode::SignedOut);
    assert_eq!(refused(stage.ask(|reply| Request::EndConnection(5, reply)).await).0, ErrorCode::SignedOut);
    assert_eq!(refused(stage.ask(|reply| Request::EnrolSshKey(KEY.to_owned(), reply)).await).0, ErrorCode::SignedOut);
    assert_eq!(refused(stage.ask(|reply| Request::Connect(wish(false), reply)).await).0, ErrorCode::SignedOut);
}

#[tokio::test]
async fn one_s_own_connection_ends_without_a_touch_and_another_s_by_a_security_admin_with_one() {
    let stage = signed_in("ada").await;
    servers(&stage).await;
    let effects = stage.ask(|reply| Request::ConnectionEffects(5, reply)).await.unwrap();
    assert!(effects.mine && !effects.queued && effects.connected == Some(Ms(START.0)));
    stage.ask(|reply| Request::EndConnection(5, reply)).await.unwrap();
    assert_eq!(stage.house.was_asked("revoke-certificate 5"), 1);
    assert_eq!(refused(stage.ask(|reply| Request::EndConnection(99, reply)).await).0, ErrorCode::NotFound);
    let mut stage = signed_in("sven").await;
    servers(&stage).await;
    let (purpose, ended) = stage.touches(|reply| Request::EndConnection(5, reply)).await;
    ended.unwrap();
    assert_eq!(purpose, KeyPurpose::EndConnection { host: "web-1".to_owned(), staff: "ada".to_owned() });
    assert_eq!(stage.house.inner().done, [Intent::RevokeCertificate { certificate: CertificateSerial(5) }]);
}

#[tokio::test]
async fn out_of_reach_one_s_own_connection_is_gone_here_and_the_server_hears_first_thing() {
    let mut stage = signed_in("ada").await;
    servers(&stage).await;
    connected(&mut stage, true).await.1.unwrap();
    stage.house.inner().servers.servers[0].certificates.push(certificate(7, "ada", None));
    servers(&stage).await;
    stage.cut();
    assert!(stage.ask(|reply| Request::ConnectionEffects(7, reply)).await.unwrap().queued);
    stage.ask(|reply| Request::EndConnection(7, reply)).await.unwrap();
    assert!(folders(stage.folder()).is_empty());
    let left = |told: ServersView| told.servers[0].certificates.iter().map(|one| one.certificate).collect::<Vec<_>>();
    assert_eq!(left(servers(&stage).await), [5, 4]);
    assert_eq!(refused(stage.ask(|reply| Request::EndConnection(4, reply)).await).0, ErrorCode::Offline);
    until("it is written down", || stage.remembers("\"disconnect\":[{")).await;
    let mut stage = stage.restart();
    stage.mend();
    stage.sign_in("ada").await;
    until("it is delivered at the next sign-in", || stage.house.was_asked("revoke-certificate 7") >= 1).await;
    until("and forgotten", || stage.remembers("\"disconnect\":[]")).await;
}

#[tokio::test]
async fn an_ssh_key_is_enrolled_by_its_public_half_and_a_touch() {
    let mut stage = signed_in("ada").await;
    for bad in ["", "ssh-ed25519 AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----"] {
        assert_eq!(
            refused(stage.ask(|reply| Request::EnrolSshKey(bad.to_owned(), reply)).await).0,
            ErrorCode::BadRequest
        );
    }
    std::fs::create_dir(stage.path("ssh")).unwrap();
    std::fs::write(stage.path("ssh/id.pub"), format!("{KEY} ada@home\n")).unwrap();
    std::fs::write(stage.path("ssh/id"), "").unwrap();
    let keys = stage.ask(Request::SshKeys).await.unwrap();
    let [key] = &keys[..] else { panic!("{keys:?}") };
    assert!(key.file.ends_with("ssh/id") && !key.in_hardware);
    let line = key.line.clone();
    let (purpose, done) = stage.touches(move |reply| Request::EnrolSshKey(line, reply)).await;
    done.unwrap();
    assert_eq!(purpose, KeyPurpose::EnrolSshKey { fingerprint: key.fingerprint.clone() });
    let enrolled = Intent::EnrolSshKey { public_key: KEY.to_owned() };
    assert_eq!(stage.house.inner().done, [enrolled], "without what somebody wrote behind it");
}

#[tokio::test]
async fn out_of_reach_servers_are_told_as_they_were_without_what_the_copy_knows_to_be_over() {
    let mut stage = signed_in("ada").await;
    servers(&stage).await;
    let as_of = stage.now();
    stage.happens(What::HostAdded { host: host("web-2"), label: HostLabel::Infrastructure });
    stage.cut();
    let told = servers(&stage).await;
    assert_eq!((told.as_of, told.servers.len()), (Some(Ms(as_of.0)), 1));
    stage.happens(What::HostRemoved { host: host("web-1") });
    assert_eq!(servers(&stage).await.servers, [], "a host that was removed is gone");
}

#[tokio::test]
async fn an_offline_review_has_the_servers_out_of_the_cache() {
    let mut stage = Stage::sealed();
    stage.sign_in("ada").await;
    stage.keeps_names().await;
    furnish(&mut stage);
    stage.beat();
    servers(&stage).await;
    let kept = stage.path("caches/1/servers.sealed");
    until("the servers are kept", || kept.exists()).await;
    assert!(!String::from_utf8_lossy(&std::fs::read(&kept).unwrap()).contains("10.0.0.7"), "and sealed");
    stage.cut();
    let mut stage = stage.restart();
    stage.tick().await;
    stage.reaches(|state| state.phase == Phase::Locked).await;
    assert_eq!(refused(stage.ask(Request::Servers).await).0, ErrorCode::Locked);
    stage.unlock().await.unwrap();
    stage.reaches(|state| state.phase == Phase::Review).await;
    let told = servers(&stage).await;
    assert_eq!((told.servers.len(), told.as_of.is_some()), (1, true));
    assert_eq!(refused(stage.ask(|reply| Request::Connect(wish(true), reply)).await).0, ErrorCode::SignedOut);
}
