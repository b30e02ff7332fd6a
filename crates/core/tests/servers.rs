//! Certificates: what each of them stands on, and that everything it stands on takes it along.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use common::{START, World, host, staff};
use doorward_core::{
    feed::{
        checkpoint::FeedTrust,
        entry::What,
        note::NoteSigner,
        snapshot::Snapshot,
        tree::{Frontier, leaf_hash},
    },
    id::{CertificateSerial, KeySerial, Seq},
    policy::{Ask, By, Denial, HostLabel, decide},
    ssh::{LONGEST_CERTIFICATE, Presented, SshCa, SshFingerprint, revocations},
    staff::Role,
    state::FoldFault,
    time::{Millis, UnixMs},
};

const NOW: UnixMs = UnixMs(START.0 + 60_000);
const ENDS: UnixMs = UnixMs(START.0 + 600_000);
const CONNECTION_ENDS: UnixMs = UnixMs(START.0 + 3_600_000);

fn ssh_key(n: u8) -> SshFingerprint {
    SshFingerprint::of(&[n])
}

fn ca(n: u8) -> SshCa {
    SshCa::new([n; 32])
}

/// An infrastructure engineer with an SSH key, two hosts, and a certificate for the first of them.
fn world() -> (World, KeySerial) {
    let mut world = World::default();
    let key = world.hire("ines", &[Role::InfrastructureEngineer]);
    world.hire("admin", &[Role::SecurityAdmin]);
    for id in ["web-1", "web-2"] {
        world.tell(START, What::HostAdded { host: host(id), label: HostLabel::Infrastructure }).unwrap();
    }
    world.tell(START, What::SshCaTrusted { ca: ca(1) }).unwrap();
    world.tell(START, What::SshKeyEnrolled { key, ssh_key: ssh_key(1) }).unwrap();
    issue(&mut world, 1).unwrap();
    (world, key)
}

fn issue(world: &mut World, serial: u64) -> Result<Seq, FoldFault> {
    issue_until(world, serial, START, ENDS, CONNECTION_ENDS)
}

fn issue_until(
    world: &mut World,
    serial: u64,
    at: UnixMs,
    ends: UnixMs,
    connection_ends: UnixMs,
) -> Result<Seq, FoldFault> {
    let what = What::CertificateIssued {
        certificate: CertificateSerial(serial),
        staff: staff("ines"),
        key: KeySerial(1),
        ssh_key: *world.state.servers().ssh_key(KeySerial(1)).unwrap(),
        host: host("web-1"),
        ends,
        connection_ends,
    };
    world.tell(at, what)
}

fn presented() -> Presented {
    Presented { certificate: CertificateSerial(1), ssh_key: ssh_key(1), ca: ca(1).fingerprint() }
}

fn log_in(world: &World, id: &str, presented: &Presented, now: UnixMs) -> Result<(), Denial> {
    decide(&world.state, &Ask::LogIn { host: &host(id), presented }, now).map(|_| ())
}

fn stay(world: &World, id: &str, now: UnixMs) -> Result<(), Denial> {
    let ask = Ask::Stay { host: &host(id), certificate: CertificateSerial(1) };
    decide(&world.state, &ask, now).map(|_| ())
}

#[test]
fn a_certificate_admits_to_its_own_host_by_its_own_key_while_it_is_good() {
    let (world, _) = world();
    assert_eq!(log_in(&world, "web-1", &presented(), NOW), Ok(()));
    assert_eq!(log_in(&world, "web-1", &presented(), UnixMs(ENDS.0 - 1)), Ok(()));
    assert_eq!(log_in(&world, "web-1", &presented(), ENDS), Err(Denial::CertificateOver));
    assert_eq!(log_in(&world, "web-2", &presented(), NOW), Err(Denial::OtherHost));
    let unknown = Presented { certificate: CertificateSerial(2), ..presented() };
    assert_eq!(log_in(&world, "web-1", &unknown, NOW), Err(Denial::UnknownCertificate), "whoever signed it");
    let other = Presented { ssh_key: ssh_key(2), ..presented() };
    assert_eq!(log_in(&world, "web-1", &other, NOW), Err(Denial::OtherSshKey));
    let foreign = Presented { ca: ca(9).fingerprint(), ..presented() };
    assert_eq!(log_in(&world, "web-1", &foreign, NOW), Err(Denial::OtherAuthority));
}

#[test]
fn a_connection_outlives_its_certificate_and_not_its_own_length() {
    let (world, _) = world();
    assert_eq!(stay(&world, "web-1", ENDS), Ok(()));
    assert_eq!(stay(&world, "web-1", UnixMs(CONNECTION_ENDS.0 - 1)), Ok(()));
    assert_eq!(stay(&world, "web-1", CONNECTION_ENDS), Err(Denial::ConnectionOver));
    assert_eq!(stay(&world, "web-2", NOW), Err(Denial::OtherHost));
}

#[test]
fn whatever_a_certificate_stands_on_takes_it_along() {
    let role = |given: bool| {
        let (staff, role) = (staff("ines"), Role::InfrastructureEngineer);
        if given { What::RoleGiven { staff, role } } else { What::RoleTaken { staff, role } }
    };
    let again = What::HostAdded { host: host("web-1"), label: HostLabel::Infrastructure };
    let removed = What::HostRemoved { host: host("web-1") };
    let certificate = CertificateSerial(1);
    let cases: [(&str, Vec<What>, Denial); 9] = [
        ("revoked", vec![What::CertificateRevoked { certificate, by: staff("admin") }], Denial::CertificateRevoked),
        ("the key", vec![What::KeyRevoked { key: KeySerial(1), by: staff("admin") }], Denial::KeyRevoked),
        ("the role", vec![role(false)], Denial::StandingTaken),
        ("the role, and given again", vec![role(false), role(true)], Denial::StandingTaken),
        ("suspended", vec![What::StaffSuspended { staff: staff("ines") }], Denial::StaffSuspended),
        (
            "suspended and back",
            vec![What::StaffSuspended { staff: staff("ines") }, What::StaffReinstated { staff: staff("ines") }],
            Denial::StandingTaken,
        ),
        ("the host", vec![removed.clone()], Denial::UnknownHost),
        ("the host, and added again", vec![removed, again], Denial::UnknownHost),
        ("the SSH key", vec![What::SshKeyEnrolled { key: KeySerial(1), ssh_key: ssh_key(2) }], Denial::OtherSshKey),
    ];
    for (what, entries, denial) in cases {
        let (mut world, _) = world();
        assert!(revocations(&world.state, &host("web-1"), NOW).serials.is_empty());
        for entry in entries {
            world.tell(NOW, entry).unwrap();
        }
        assert_eq!(log_in(&world, "web-1", &presented(), NOW), Err(denial), "{what}");
        assert_eq!(stay(&world, "web-1", NOW), Err(denial), "{what}");
        let named = revocations(&world.state, &host("web-1"), NOW);
        assert!(named.serials.contains(1), "{what}");
        assert!(revocations(&world.state, &host("web-1"), ENDS).serials.is_empty(), "{what}: run out by then");
        assert!(revocations(&world.state, &host("web-2"), NOW).serials.is_empty(), "{what}: of no use there anyway");
    }
}

#[test]
fn nobody_elses_certificate_goes_along() {
    let (mut world, _) = world();
    let other = world.hire("ivan", &[Role::InfrastructureEngineer]);
    world.tell(NOW, What::SshKeyEnrolled { key: other, ssh_key: ssh_key(7) }).unwrap();
    let what = What::CertificateIssued {
        certificate: CertificateSerial(2),
        staff: staff("ivan"),
        key: other,
        ssh_key: ssh_key(7),
        host: host("web-1"),
        ends: ENDS,
        connection_ends: CONNECTION_ENDS,
    };
    world.tell(NOW, what).unwrap();
    world.tell(NOW, What::KeyRevoked { key: other, by: staff("ivan") }).unwrap();
    world.tell(NOW, What::HostRemoved { host: host("web-2") }).unwrap();
    assert_eq!(log_in(&world, "web-1", &presented(), NOW), Ok(()));
    let named = revocations(&world.state, &host("web-1"), NOW);
    assert_eq!(named.serials.iter().collect::<Vec<_>>(), [2]);
    assert_eq!(named.ssh_keys.into_iter().collect::<Vec<_>>(), [ssh_key(7)]);
}

#[test]
fn an_authority_that_was_followed_is_believed_until_what_it_signed_has_run_out() {
    let (mut world, _) = world();
    world.tell(NOW, What::SshCaTrusted { ca: ca(2) }).unwrap();
    let over = NOW.plus(LONGEST_CERTIFICATE);
    let trusted = |now| world.state.servers().authorities().iter().map(|a| a.trusted(now)).collect::<Vec<_>>();
    assert_eq!((trusted(UnixMs(over.0 - 1)), trusted(over)), (vec![true, true], vec![false, true]));
    assert_eq!(world.state.servers().signing().map(|signing| signing.ca), Some(ca(2)));
    assert_eq!(log_in(&world, "web-1", &presented(), NOW), Ok(()));
    let named = revocations(&world.state, &host("web-1"), over).authorities;
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [ca(1).fingerprint()]);
}

#[test]
fn an_authority_that_was_revoked_is_believed_no_more() {
    let (mut world, _) = world();
    world.tell(NOW, What::SshCaTrusted { ca: ca(2) }).unwrap();
    issue(&mut world, 2).unwrap();
    assert_eq!((log_in(&world, "web-1", &presented(), NOW), stay(&world, "web-1", NOW)), (Ok(()), Ok(())));
    let other = Presented { certificate: CertificateSerial(2), ca: ca(2).fingerprint(), ..presented() };
    let by_the_first = Presented { ca: ca(1).fingerprint(), ..other };
    assert_eq!(log_in(&world, "web-1", &by_the_first, NOW), Err(Denial::OtherAuthority), "the second has signed it");
    world.tell(NOW, What::SshCaRevoked { ca: ca(1) }).unwrap();
    assert_eq!(log_in(&world, "web-1", &presented(), NOW), Err(Denial::OtherAuthority));
    assert_eq!(stay(&world, "web-1", NOW), Err(Denial::OtherAuthority), "whoever came by it is out");
    assert_eq!(log_in(&world, "web-1", &other, NOW), Ok(()), "the others stay");
    world.tell(NOW, What::SshCaRevoked { ca: ca(2) }).unwrap();
    assert_eq!(world.state.servers().signing(), None, "nobody signs until another one is trusted");
    assert_eq!(world.tell(NOW, What::SshCaRevoked { ca: ca(1) }), Err(FoldFault::NotThere));
    assert_eq!(
        world.tell(NOW, What::SshCaTrusted { ca: ca(1) }),
        Err(FoldFault::AlreadyThere),
        "it does not come back"
    );
}

#[test]
fn one_s_own_certificate_can_be_revoked_always_and_another_s_by_a_security_admin_with_a_touch() {
    let (mut world, ines) = world();
    let admin = KeySerial(2);
    let other = world.hire("otto", &[Role::InfrastructureEngineer]);
    let may = |id: &str, key, touched| {
        let (id, certificate) = (staff(id), CertificateSerial(1));
        let ask = Ask::RevokeCertificate { by: By { staff: &id, key }, certificate, touched };
        decide(&world.state, &ask, NOW).map(|_| ())
    };
    assert_eq!(may("ines", ines, false), Ok(()));
    assert_eq!(may("admin", admin, true), Ok(()));
    assert_eq!(may("admin", admin, false), Err(Denial::TouchMissing));
    assert_eq!(may("otto", other, true), Err(Denial::NoRole));
    let revoke = What::CertificateRevoked { certificate: CertificateSerial(1), by: staff("ines") };
    world.tell(NOW, revoke.clone()).unwrap();
    assert_eq!(world.tell(NOW, revoke), Err(FoldFault::NotThere), "once");
}

#[test]
fn a_certificate_is_for_whoever_has_the_role_an_ssh_key_and_a_touch() {
    let (mut world, ines) = world();
    let other = world.hire("otto", &[Role::InfrastructureEngineer]);
    let support = world.hire("tess", &[Role::TechnicalSupport]);
    let may = |world: &World, id: &str, key, at: &str, touched| {
        let (id, host) = (staff(id), host(at));
        decide(&world.state, &Ask::Certify { by: By { staff: &id, key }, host: &host, touched }, NOW).map(|_| ())
    };
    assert_eq!(may(&world, "ines", ines, "web-1", true), Ok(()));
    assert_eq!(may(&world, "ines", ines, "web-1", false), Err(Denial::TouchMissing));
    assert_eq!(may(&world, "ines", ines, "web-9", true), Err(Denial::UnknownHost));
    assert_eq!(may(&world, "otto", other, "web-1", true), Err(Denial::SshKeyMissing));
    assert_eq!(may(&world, "otto", ines, "web-1", true), Err(Denial::KeyOfAnother));
    assert_eq!(may(&world, "tess", support, "web-1", true), Err(Denial::NoRole));
    world.tell(NOW, What::HostAdded { host: host("db-1"), label: HostLabel::Maintenance }).unwrap();
    assert_eq!(may(&world, "ines", ines, "db-1", true), Err(Denial::NoRole), "her role is for another kind");
    world.tell(NOW, What::StaffSuspended { staff: staff("ines") }).unwrap();
    assert_eq!(may(&world, "ines", ines, "web-1", true), Err(Denial::StaffSuspended));
}

#[test]
fn a_host_is_there_once_and_is_removed_once() {
    let (mut world, _) = world();
    let added = |label| What::HostAdded { host: host("web-1"), label };
    for label in [HostLabel::Infrastructure, HostLabel::Maintenance] {
        assert_eq!(world.tell(NOW, added(label)), Err(FoldFault::AlreadyThere));
    }
    let removed = What::HostRemoved { host: host("web-1") };
    world.tell(NOW, removed.clone()).unwrap();
    assert_eq!(world.tell(NOW, removed), Err(FoldFault::NotThere));
}

#[test]
fn an_ssh_key_is_one_person_s_for_ever() {
    let (mut world, key) = world();
    let other = world.hire("otto", &[]);
    let enrol = |world: &mut World, key, n| world.tell(NOW, What::SshKeyEnrolled { key, ssh_key: ssh_key(n) });
    assert_eq!(enrol(&mut world, other, 1), Err(FoldFault::AlreadyThere), "another's");
    enrol(&mut world, key, 2).unwrap();
    assert_eq!(enrol(&mut world, key, 1), Err(FoldFault::AlreadyThere), "one that was replaced");
    let named = revocations(&world.state, &host("web-2"), NOW).ssh_keys;
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [ssh_key(1)]);
    world.tell(NOW, What::KeyRevoked { key, by: staff("ines") }).unwrap();
    assert_eq!(enrol(&mut world, key, 3), Err(FoldFault::NotThere), "on a revoked key");
}

#[test]
fn certificates_are_dense_short_and_of_what_is_there() {
    let (mut world, _) = world();
    assert_eq!(issue(&mut world, 1), Err(FoldFault::SerialNotDense));
    assert_eq!(issue(&mut world, 3), Err(FoldFault::SerialNotDense));
    let longest = START.plus(LONGEST_CERTIFICATE);
    let (late, day) = (longest.plus(Millis(1)), START.plus(Millis::hours(24)));
    for (ends, stays) in [(START, ENDS), (late, day), (ENDS, UnixMs(ENDS.0 - 1)), (ENDS, day.plus(Millis(1)))] {
        assert_eq!(issue_until(&mut world, 2, START, ends, stays), Err(FoldFault::Length), "{ends:?} {stays:?}");
    }
    issue_until(&mut world, 2, START, longest, day).unwrap();
    let for_whom = |who: &str, key, ssh_key| What::CertificateIssued {
        certificate: CertificateSerial(3),
        staff: staff(who),
        key,
        ssh_key,
        host: host("web-1"),
        ends: ENDS,
        connection_ends: ENDS,
    };
    let otto = world.hire("otto", &[Role::InfrastructureEngineer]);
    world.tell(START, What::SshKeyEnrolled { key: otto, ssh_key: ssh_key(8) }).unwrap();
    for what in [
        for_whom("ines", KeySerial(1), ssh_key(8)),
        for_whom("ines", KeySerial(1), ssh_key(9)),
        for_whom("otto", KeySerial(1), ssh_key(1)),
        for_whom("nobody", KeySerial(1), ssh_key(1)),
    ] {
        assert_eq!(world.tell(START, what.clone()), Err(FoldFault::NotThere), "{what:?}");
    }
    world.tell(START, What::StaffSuspended { staff: staff("otto") }).unwrap();
    assert_eq!(world.tell(START, for_whom("otto", otto, ssh_key(8))), Err(FoldFault::NotThere), "suspended");
    world.tell(START, What::RoleTaken { staff: staff("ines"), role: Role::InfrastructureEngineer }).unwrap();
    assert_eq!(issue(&mut world, 3), Err(FoldFault::NotThere));
}

#[test]
fn what_nobody_can_be_connected_by_is_forgotten() {
    let (mut world, _) = world();
    issue_until(&mut world, 2, CONNECTION_ENDS, CONNECTION_ENDS.plus(Millis(1)), CONNECTION_ENDS.plus(Millis(1)))
        .unwrap();
    let held: Vec<_> = world.state.servers().certificates().map(|(serial, _)| serial.0).collect();
    assert_eq!(held, [2]);
    assert_eq!(stay(&world, "web-1", CONNECTION_ENDS), Err(Denial::UnknownCertificate));
}

#[test]
fn a_snapshot_brings_the_servers_along() {
    let (mut world, _) = world();
    world.tell(NOW, What::CertificateRevoked { certificate: CertificateSerial(1), by: staff("ines") }).unwrap();
    let mut frontier = Frontier::default();
    world.entries.iter().for_each(|entry| frontier.push(leaf_hash(&entry.encode())));
    let snapshot = Snapshot { frontier, state: world.state.clone(), at: NOW };
    let log = NoteSigner::from_seed("feed.test", &[1; 32]).unwrap();
    let fresh = NoteSigner::from_seed("feed.test/freshness", &[2; 32]).unwrap();
    let trust = FeedTrust { origin: "feed.test".to_owned(), log: log.verifier(), freshness: fresh.verifier() };
    let body = snapshot.encode();
    let opened = Snapshot::open(&snapshot.sign(&body, "feed.test", &log), &body, &trust).unwrap();
    assert_eq!(opened.state, world.state);
}
