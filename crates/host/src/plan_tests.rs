//! What is to be done, given what the feed says: nothing fresh lets nobody in, and whatever is taken away ends.

use doorward_core::{
    feed::{
        entry::{Entry, What},
        freshness::Freshness,
    },
    id::{KeySerial, Seq, StaffId},
    policy::HostLabel,
    ssh::SshFingerprint,
    staff::Role,
    time::Millis,
};

use super::*;

const START: UnixMs = UnixMs(1_764_000_000_000);
const NOW: UnixMs = UnixMs(START.0 + 60_000);
const ENDS: UnixMs = UnixMs(START.0 + 600_000);
const CONNECTION_ENDS: UnixMs = UnixMs(START.0 + 3_600_000);

fn host() -> HostId {
    HostId::parse("web-1").unwrap()
}

fn ines() -> StaffId {
    StaffId::parse("ines").unwrap()
}

fn ca(n: u8) -> SshCa {
    SshCa::new([n; 32])
}

fn key(n: u8) -> SshFingerprint {
    SshFingerprint::of(&[n])
}

fn logins() -> Vec<String> {
    vec!["ops".to_owned()]
}

/// An infrastructure engineer with a certificate for this host.
fn world() -> AccessState {
    let mut state = AccessState::default();
    let role = Role::InfrastructureEngineer;
    tell(&mut state, What::StaffAdded { staff: ines() });
    tell(&mut state, What::RoleGiven { staff: ines(), role });
    tell(&mut state, What::KeyEnrolled { key: KeySerial(1), staff: ines() });
    tell(&mut state, What::HostAdded { host: host(), label: HostLabel::Infrastructure });
    tell(&mut state, What::SshCaTrusted { ca: ca(1) });
    tell(&mut state, What::SshKeyEnrolled { key: KeySerial(1), ssh_key: key(1) });
    issue(&mut state, 1);
    state
}

fn tell(state: &mut AccessState, what: What) {
    state.apply(&Entry { seq: Seq(state.size()).next(), at: START, what }).unwrap();
}

fn issue(state: &mut AccessState, serial: u64) {
    let (staff, host) = (ines(), host());
    let what = What::CertificateIssued {
        certificate: CertificateSerial(serial),
        staff,
        key: KeySerial(1),
        ssh_key: key(1),
        host,
        ends: ENDS,
        connection_ends: CONNECTION_ENDS,
    };
    tell(state, what);
}

fn revoke(state: &mut AccessState, serial: u64) {
    tell(state, What::CertificateRevoked { certificate: CertificateSerial(serial), by: ines() });
}

fn enough() -> Result<FreshEnough, Stale> {
    let (origin, root) = ("feed".to_owned(), [0; 32]);
    let heard = Freshness { origin, epoch: 1, size: 0, root, issued: NOW, expires: NOW.plus(Millis(1)) };
    heard.enough(0, NOW, Millis::seconds(1))
}

fn known<R>(state: &AccessState, now: Option<UnixMs>, look: impl Fn(&Known<'_>) -> R) -> R {
    look(&Known { state, host: &host(), now, fresh: enough() })
}

fn stale<R>(state: &AccessState, now: Option<UnixMs>, look: impl Fn(&Known<'_>) -> R) -> R {
    look(&Known { state, host: &host(), now, fresh: Err(Stale::LeaseOver) })
}

fn ask() -> LogIn {
    LogIn {
        certificate: CertificateSerial(1),
        key_id: "ines:1".to_owned(),
        ssh_key: key(1),
        ca: ca(1).fingerprint(),
        user: "ops".to_owned(),
    }
}

fn process(pid: i32) -> ProcessId {
    ProcessId { pid, started: 1 }
}

fn connected(pid: i32, serial: u64) -> Connected {
    Connected { process: process(pid), certificate: Some(CertificateSerial(serial)) }
}

#[test]
fn whoever_the_feed_admits_is_let_in_by_the_host_s_name() {
    let admitted = known(&world(), Some(NOW), |known| known.log_in(&ask(), &logins()));
    assert_eq!(admitted.map(|principal| principal.as_str().to_owned()), Ok("web-1".to_owned()));
}

#[test]
fn nobody_is_let_in_by_what_is_not_fresh_or_has_no_time() {
    let state = world();
    assert_eq!(stale(&state, Some(NOW), |known| known.log_in(&ask(), &logins())), Err(Refused::NotFresh));
    assert_eq!(known(&state, None, |known| known.log_in(&ask(), &logins())), Err(Refused::NotFresh));
}

#[test]
fn nobody_is_let_in_who_is_another_or_whom_the_feed_denies() {
    let state = world();
    let refused = |change: fn(&mut LogIn)| {
        let mut ask = ask();
        change(&mut ask);
        known(&state, Some(NOW), |known| known.log_in(&ask, &logins())).unwrap_err()
    };
    let denied = |denial| Refused::Denied { denial };
    assert_eq!(refused(|ask| ask.user = "root".to_owned()), Refused::OtherLogin);
    assert_eq!(refused(|ask| ask.user = String::new()), Refused::OtherLogin);
    assert_eq!(refused(|ask| ask.key_id = "ivan:1".to_owned()), Refused::OtherKeyId);
    assert_eq!(refused(|ask| ask.ssh_key = key(2)), denied(Denial::OtherSshKey));
    assert_eq!(refused(|ask| ask.ca = ca(2).fingerprint()), denied(Denial::OtherAuthority));
    assert_eq!(refused(|ask| ask.certificate = CertificateSerial(2)), denied(Denial::UnknownCertificate));
    let late = known(&state, Some(ENDS), |known| known.log_in(&ask(), &logins()));
    assert_eq!(late, Err(denied(Denial::CertificateOver)));
}

#[test]
fn exactly_those_are_ended_who_may_not_stay() {
    let mut state = world();
    issue(&mut state, 2);
    issue(&mut state, 3);
    let all = [connected(11, 1), connected(12, 2), connected(13, 2), connected(14, 3), connected(15, 4)];
    let over = |state: &AccessState| known(state, Some(NOW), |known| known.over(&all, false));
    let unknown = (process(15), Why::Denied(Denial::UnknownCertificate));
    assert_eq!(over(&state), [unknown]);
    revoke(&mut state, 2);
    let revoked = Why::Denied(Denial::CertificateRevoked);
    assert_eq!(over(&state), [(process(12), revoked), (process(13), revoked), unknown]);
    let late = known(&state, Some(CONNECTION_ENDS), |known| known.over(&[connected(11, 1)], false));
    assert_eq!(late, [(process(11), Why::Denied(Denial::ConnectionOver))]);
}

#[test]
fn what_is_taken_away_or_runs_out_ends_also_by_a_copy_that_is_not_fresh() {
    let mut state = world();
    let all = [connected(11, 1)];
    assert!(stale(&state, Some(NOW), |known| known.over(&all, false)).is_empty());
    assert_eq!(stale(&state, Some(NOW), |known| known.over(&all, true)), [(process(11), Why::NotFresh)]);
    assert!(known(&state, Some(NOW), |known| known.over(&all, true)).is_empty(), "strict, and fresh");
    assert_eq!(stale(&state, Some(CONNECTION_ENDS), |known| known.over(&all, false)).len(), 1);
    revoke(&mut state, 1);
    assert_eq!(stale(&state, Some(NOW), |known| known.over(&all, false)).len(), 1);
}

#[test]
fn an_agent_that_knows_nothing_ends_nobody_but_those_nobody_knows() {
    let empty = AccessState::default();
    let lost = Connected { process: process(12), certificate: None };
    let all = [connected(11, 1), lost];
    assert_eq!(stale(&empty, None, |known| known.over(&all, false)), [(process(12), Why::Forgotten)]);
}

#[test]
fn the_lists_name_what_is_refused_and_every_authority_where_nothing_is_fresh() {
    let mut state = world();
    issue(&mut state, 2);
    revoke(&mut state, 2);
    let fresh = known(&state, Some(NOW), |known| known.lists());
    assert_eq!(fresh.trusted, [ca(1)]);
    assert_eq!(fresh.revoked.serials.iter().collect::<Vec<_>>(), [2]);
    assert!(fresh.revoked.authorities.is_empty());
    let old = stale(&state, Some(NOW), |known| known.lists());
    assert_eq!(old.revoked.serials, fresh.revoked.serials);
    assert!(old.revoked.authorities.contains(&ca(1).fingerprint()));
    // Only what has run out by itself is dropped, and without a time nothing has.
    assert!(known(&state, Some(ENDS), |known| known.lists()).revoked.serials.is_empty());
    assert_eq!(stale(&state, None, |known| known.lists()).revoked.serials.len(), 1);
}

#[test]
fn an_authority_that_was_revoked_is_neither_trusted_nor_left_unnamed() {
    let mut state = world();
    tell(&mut state, What::SshCaTrusted { ca: ca(2) });
    tell(&mut state, What::SshCaRevoked { ca: ca(1) });
    let lists = known(&state, Some(NOW), |known| known.lists());
    assert_eq!(lists.trusted, [ca(2)]);
    assert_eq!(lists.revoked.authorities.into_iter().collect::<Vec<_>>(), [ca(1).fingerprint()]);
}
