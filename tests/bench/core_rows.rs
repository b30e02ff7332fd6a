//! The decision and the replica's fold, at 100,000 grants and 1,000,000 revocations.

use std::{
    collections::{HashMap, HashSet},
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use doorward_client::{
    clocks::MachineClocks,
    replica::{Place, Replica},
    seal::Secret32,
    standing::Standing,
};
use doorward_core::{
    feed::{
        checkpoint::FeedTrust,
        entry::{Entry, What},
        note::NoteSigner,
        snapshot::Snapshot,
        tree::{Frontier, leaf_hash},
    },
    grant::{Plan, Setting, Until},
    id::{AccountId, GrantSerial, KeySerial, Seq, SessionSerial, StaffId, UserId},
    policy::{Ask, By, Opening, decide},
    session::{EndCause, Lengths, Mode, Reason},
    staff::Role,
    state::AccessState,
    time::{Millis, UnixMs},
};

use super::Row;

const GRANTS: u64 = 100_000;
const REVOCATIONS: u64 = 1_000_000;
const START: UnixMs = UnixMs(1_764_000_000_000);
const ORIGIN: &str = "bench.example";

pub fn rows() -> Vec<Row> {
    let (state, frontier) = world();
    let accounts: Vec<AccountId> = (0..GRANTS).map(account).collect();
    let log = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
    let trust = FeedTrust { origin: ORIGIN.into(), log: log.verifier(), freshness: log.verifier() };
    let sealed = sealed(&state, frontier.clone(), &log, &trust);
    vec![decision(&state, &accounts), load(&state, frontier, &log, &trust), sealed, look_up(&state)]
}

fn account(n: u64) -> AccountId {
    AccountId::parse(&format!("a-{n}")).unwrap()
}

fn whats() -> impl Iterator<Item = What> {
    let staff = StaffId::parse("maya").unwrap();
    let by = UserId::parse("u-1").unwrap();
    let until = Until::At(START.plus(Millis::days(180)));
    let setting = Setting::SupportTeamAccess;
    let begin = vec![
        What::StaffAdded { staff: staff.clone() },
        What::RoleGiven { staff: staff.clone(), role: Role::TechnicalSupport },
        What::KeyEnrolled { key: KeySerial(1), staff },
    ];
    let accounts = (0..GRANTS).flat_map(move |n| {
        let account = account(n);
        let registered = What::AccountRegistered { account: account.clone(), plan: Plan::Premium };
        let grant = GrantSerial(n.saturating_add(1));
        [registered, What::GrantEnabled { grant, account, setting, by: by.clone(), until }]
    });
    let ended = (1..=REVOCATIONS).map(|n| What::SessionEnded { session: SessionSerial(n), cause: EndCause::Ended });
    begin.into_iter().chain(accounts).chain(ended)
}

fn world() -> (AccessState, Frontier) {
    let (mut state, mut frontier) = (AccessState::default(), Frontier::default());
    for what in whats() {
        let entry = Entry { seq: Seq(state.size()).next(), at: START, what };
        frontier.push(leaf_hash(&entry.encode()));
        state.apply(&entry).unwrap();
    }
    (state, frontier)
}

/// Median time of one call over many, each with another index.
fn median(mut call: impl FnMut(usize)) -> Duration {
    const ROUNDS: usize = 2_000;
    const CALLS: u32 = 100;
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            let began = Instant::now();
            for n in 0..CALLS as usize {
                call((round * 7_919 + n * 104_729) % GRANTS as usize);
            }
            began.elapsed() / CALLS
        })
        .collect();
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

pub(super) fn row(what: &'static str, ours: Duration, peer: Duration, peer_is: &'static str) -> Row {
    let ratio = ours.as_secs_f64() / peer.as_secs_f64();
    Row { what: what.to_owned(), ours: format!("{ours:.0?}"), peer: format!("{peer:.0?}"), peer_is, ratio }
}

fn decision(state: &AccessState, accounts: &[AccountId]) -> Row {
    let staff = StaffId::parse("maya").unwrap();
    let reason = Reason::new(Some("T-1"), "looks into an import").unwrap();
    let lengths = Lengths::default();
    let by = By { staff: &staff, key: KeySerial(1) };
    let ours = median(|n| {
        let Some(account) = accounts.get(n) else { return };
        let sign_in_ends = START.plus(Millis::hours(1));
        let ask = Opening { by, account, mode: Mode::ReadOnly, reason: &reason, touch: None, sign_in_ends, lengths };
        assert!(black_box(decide(state, &Ask::Open(ask), START)).is_ok());
    });
    let map: HashMap<&AccountId, usize> = accounts.iter().zip(0..).collect();
    let peer = median(|n| {
        black_box(accounts.get(n).and_then(|account| map.get(account)));
    });
    row("one decision at 100,000 grants (median)", ours, peer, "one std HashMap look-up by account")
}

fn load(state: &AccessState, frontier: Frontier, log: &NoteSigner, trust: &FeedTrust) -> Row {
    let snapshot = Snapshot { frontier, state: state.clone(), at: START };
    let body = snapshot.encode();
    let note = snapshot.sign(&body, ORIGIN, log);
    let best = |call: &dyn Fn()| (0..5).map(|_| timed(call)).min().unwrap_or_default();
    let ours = best(&|| {
        black_box(Snapshot::open(&note, &body, trust).unwrap());
    });
    let ended: Vec<u64> = (1..=REVOCATIONS).collect();
    let peer = best(&|| {
        black_box(ended.iter().copied().collect::<HashSet<u64>>());
    });
    row(
        "a replica verified and loaded, 1,000,000 revocations and 100,000 grants",
        ours,
        peer,
        "a HashSet of the revocations alone, not verified",
    )
}

/// What a seal costs: the same copy on a disk, sealed as a console keeps it and plain as a gateway does.
fn sealed(state: &AccessState, frontier: Frontier, log: &NoteSigner, trust: &FeedTrust) -> Row {
    let snapshot = Snapshot { frontier, state: state.clone(), at: START };
    let body = snapshot.encode();
    let note = snapshot.sign(&body, ORIGIN, log);
    let folder = tempfile::tempdir().unwrap();
    let opened = |place: &Place| {
        let standing = Standing::new(Arc::new(MachineClocks::new().unwrap()));
        Replica::open_at(place, trust.clone(), standing).unwrap()
    };
    let best = |place: &Place| {
        opened(place).take_snapshot(&note, &body).unwrap();
        let once = || {
            black_box(opened(place));
        };
        (0..5).map(|_| timed(&once)).min().unwrap_or_default()
    };
    let seal = Secret32::random().unwrap().seal("bench").unwrap();
    let ours = best(&Place::Sealed { path: folder.path().join("sealed.db"), seal, floor: None });
    let peer = best(&Place::Plain(folder.path().join("plain.db")));
    row(
        "a console's sealed copy opened from the disk, as many revocations and grants",
        ours,
        peer,
        "the same copy, plain",
    )
}

pub(super) fn timed(call: &dyn Fn()) -> Duration {
    let began = Instant::now();
    call();
    began.elapsed()
}

fn look_up(state: &AccessState) -> Row {
    let ours = median(|n| {
        black_box(state.session_ended(SessionSerial(n as u64 * 9)));
    });
    let set: HashSet<u64> = (1..=REVOCATIONS).collect();
    let peer = median(|n| {
        black_box(set.contains(&(n as u64 * 9)));
    });
    row("one revocation looked up among 1,000,000 (median)", ours, peer, "the same in a HashSet")
}
