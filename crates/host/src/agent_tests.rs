//! The agent: yes to nobody but whom sshd asks about, and not before it is written down and decided again.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::AtomicU64,
};

use doorward_client::{
    clocks::Clocks,
    replica::{Place, Replica, ReplicaFault},
};
use doorward_core::{
    feed::{
        batch::Batch,
        checkpoint::{Checkpoint, FeedTrust},
        entry::{Entry, What},
        freshness::Freshness,
        note::NoteSigner,
        tree::{Frontier, leaf_hash},
    },
    id::{CertificateSerial, KeySerial, Seq, StaffId},
    policy::HostLabel,
    ssh::{SshCa, SshFingerprint},
    staff::Role,
};
use tempfile::TempDir;

use super::*;
use crate::plan::Connected;

const ORIGIN: &str = "feed.test";
const START: UnixMs = UnixMs(1_764_000_000_000);
const LEASE: Millis = Millis(10_000);
/// Whoever is to end ends within the one, and whoever is not to is still there after the other.
const SOON: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(300);
/// No process of this machine acts as this user.
const NOBODY: u32 = 4_000_000_000;

/// Clocks that are set by hand, and that jump by an hour once there is something in a folder.
#[derive(Debug, Default)]
struct Hands {
    elapsed: AtomicU64,
    jumps_with: Mutex<Option<PathBuf>>,
}

impl Clocks for Hands {
    fn boot(&self) -> BootTime {
        let folder = self.jumps_with.lock().unwrap();
        let late = folder.as_ref().is_some_and(|folder| std::fs::read_dir(folder).unwrap().next().is_some());
        let elapsed = self.elapsed.load(Ordering::SeqCst) + if late { 3_600_000 } else { 0 };
        BootTime { boot: "boot-1".to_owned(), elapsed }
    }

    fn wall(&self) -> UnixMs {
        START
    }
}

/// A server's feed.
#[derive(Default)]
struct Feed {
    frontier: Frontier,
    size: u64,
}

impl Feed {
    fn log() -> NoteSigner {
        NoteSigner::from_seed("feed.test/log", &[1; 32]).unwrap()
    }

    fn freshness() -> NoteSigner {
        NoteSigner::from_seed("feed.test/fresh", &[2; 32]).unwrap()
    }

    fn trust() -> FeedTrust {
        FeedTrust { origin: ORIGIN.to_owned(), log: Self::log().verifier(), freshness: Self::freshness().verifier() }
    }

    fn add(&mut self, what: Vec<What>) -> Batch {
        let mut entries = Vec::new();
        for what in what {
            self.size += 1;
            let text = String::from_utf8(Entry { seq: Seq(self.size), at: START, what }.encode()).unwrap();
            self.frontier.push(leaf_hash(text.as_bytes()));
            entries.push(text);
        }
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, at: START };
        Batch { entries, checkpoint: checkpoint.sign(&Self::log()) }
    }

    fn statement(&self) -> String {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let expires = START.plus(Millis::seconds(12));
        let origin = ORIGIN.to_owned();
        Freshness { origin, epoch: 1, size, root, issued: START, expires }.sign(&Self::freshness())
    }
}

/// An agent of `web-1`, and an infrastructure engineer who has a certificate for it.
pub(crate) struct Stage {
    pub agent: Arc<Agent>,
    feed: Feed,
    replica: Replica,
    clocks: Arc<Hands>,
    folder: TempDir,
}

impl Stage {
    /// One that is fresh, and whose files are in place.
    pub fn new() -> Self {
        let mut stage = Self::begun(false);
        stage.hear();
        stage.agent.sweep();
        stage
    }

    /// One that has heard nothing yet.
    fn begun(strict: bool) -> Self {
        Self::over(strict, Replica::open_at)
    }

    /// One over a copy that is opened in some way.
    fn over(strict: bool, opened: impl FnOnce(&Place, FeedTrust, Standing) -> Result<Replica, ReplicaFault>) -> Self {
        let folder = TempDir::new().unwrap();
        let clocks = Arc::new(Hands::default());
        let standing = Standing::new(clocks.clone());
        let lies = Place::Plain(folder.path().join("replica.db"));
        let replica = opened(&lies, Feed::trust(), standing.clone()).unwrap();
        let host = HostId::parse("web-1").unwrap();
        let parts = Parts {
            host: host.clone(),
            logins: vec!["ops".to_owned()],
            lease: LEASE,
            strict,
            standing,
            online: watch::channel(Connection::default()).1,
            connections: Arc::new(Connections::open(&folder.path().join("connections"), "boot-1").unwrap()),
            scopes: Scopes::find(),
            unprivileged: NOBODY,
        };
        std::fs::create_dir(folder.path().join("lists")).unwrap();
        let agent = Agent::new(parts, ListFiles::new(&folder.path().join("lists")));
        let mut stage = Self { agent, feed: Feed::default(), replica, clocks, folder };
        let (staff, key) = (StaffId::parse("ines").unwrap(), KeySerial(1));
        let ssh_key = SshFingerprint::of(b"key");
        stage.happens(vec![
            What::StaffAdded { staff: staff.clone() },
            What::RoleGiven { staff: staff.clone(), role: Role::InfrastructureEngineer },
            What::KeyEnrolled { key, staff: staff.clone() },
            What::HostAdded { host: host.clone(), label: HostLabel::Infrastructure },
            What::SshCaTrusted { ca: SshCa::new([1; 32]) },
            What::SshKeyEnrolled { key, ssh_key },
            What::CertificateIssued {
                certificate: CertificateSerial(1),
                staff,
                key,
                ssh_key,
                host,
                ends: START.plus(Millis::minutes(10)),
                connection_ends: START.plus(Millis::hours(8)),
            },
        ]);
        stage
    }

    fn happens(&mut self, what: Vec<What>) {
        let batch = self.feed.add(what);
        self.replica.take(&batch).unwrap();
    }

    fn hear(&mut self) {
        self.replica.hear(&self.feed.statement(), &self.clocks.boot()).unwrap();
    }

    fn pass(&self, length: Millis) {
        self.clocks.elapsed.fetch_add(length.0, Ordering::SeqCst);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn written(&self) -> usize {
        std::fs::read_dir(self.path("connections")).unwrap().count()
    }
}

/// What sshd is shown of that certificate.
pub(crate) fn ask() -> LogIn {
    LogIn {
        certificate: CertificateSerial(1),
        key_id: "ines:1".to_owned(),
        ssh_key: SshFingerprint::of(b"key"),
        ca: SshCa::new([1; 32]).fingerprint(),
        user: "ops".to_owned(),
    }
}

/// A process that is called as sshd's, and its command.
struct FakeSshd {
    child: Child,
    command: i32,
}

impl FakeSshd {
    fn new(stage: &Stage) -> Self {
        let path = stage.path("sshd");
        std::os::unix::fs::symlink("/bin/sh", &path).unwrap();
        let mut program = Command::new(path);
        program.args(["-c", "sleep 600 & echo $!; wait"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let command = line.trim().parse().unwrap();
        // Until then it is a fork of the one that started it.
        while crate::processes::Stat::of(command).unwrap().name != "sleep" {
            std::thread::yield_now();
        }
        Self { child, command }
    }

    fn id(&self) -> ProcessId {
        crate::processes::Stat::of(self.child.id().cast_signed()).unwrap().id
    }
}

impl Drop for FakeSshd {
    fn drop(&mut self) {
        end(&[self.id()]).unwrap();
        self.child.wait().unwrap();
    }
}

fn own() -> i32 {
    std::process::id().cast_signed()
}

/// Whoever is not root cannot be sshd either: then all that can be seen is that they are not taken for it.
fn only_root(answer: Result<Principal, Refused>, wanted: Result<&str, Refused>) {
    let wanted = if rustix::process::geteuid().is_root() { wanted } else { Err(Refused::NotFromSshd) };
    assert_eq!(answer.as_ref().map(Principal::as_str).map_err(|why| *why), wanted);
}

#[test]
fn yes_is_said_to_sshd_alone_and_not_before_its_files_are_in_place() {
    let mut stage = Stage::begun(false);
    stage.hear();
    let sshd = FakeSshd::new(&stage);
    assert_eq!(stage.agent.admit(sshd.command, &ask()), Err(Refused::ListsNotInPlace));
    stage.agent.sweep();
    assert_eq!(stage.agent.admit(own(), &ask()), Err(Refused::NotFromSshd));
    let other = LogIn { user: "root".to_owned(), ..ask() };
    assert_eq!(stage.agent.admit(own(), &other), Err(Refused::OtherLogin), "what is denied is not even looked into");
    assert_eq!(stage.written(), 0);
    only_root(stage.agent.admit(sshd.command, &ask()), Ok("web-1"));
    let connected = Connected { process: sshd.id(), certificate: Some(CertificateSerial(1)) };
    let known = stage.agent.parts.connections.list();
    assert!(known.is_empty() || known == [connected] && stage.written() == 1, "{known:?}");
}

#[test]
fn what_is_over_by_the_time_it_is_written_down_is_refused_and_forgotten() {
    let stage = Stage::new();
    let sshd = FakeSshd::new(&stage);
    *stage.clocks.jumps_with.lock().unwrap() = Some(stage.path("connections"));
    only_root(stage.agent.admit(sshd.command, &ask()), Err(Refused::NotFresh));
    assert!(stage.written() == 0 && stage.agent.parts.connections.list().is_empty());
}

#[test]
fn what_cannot_be_written_down_is_refused() {
    let stage = Stage::new();
    let sshd = FakeSshd::new(&stage);
    std::fs::remove_dir(stage.path("connections")).unwrap();
    only_root(stage.agent.admit(sshd.command, &ask()), Err(Refused::NotKept));
}

#[test]
fn files_that_cannot_be_written_let_nobody_in() {
    let stage = Stage::new();
    let sshd = FakeSshd::new(&stage);
    std::fs::remove_dir_all(stage.path("lists")).unwrap();
    stage.agent.sweep();
    assert_eq!(stage.agent.admit(sshd.command, &ask()), Err(Refused::ListsNotInPlace));
    assert!(!stage.agent.status().lists);
    std::fs::create_dir(stage.path("lists")).unwrap();
    stage.agent.sweep();
    only_root(stage.agent.admit(sshd.command, &ask()), Ok("web-1"));
}

#[test]
fn a_copy_that_is_old_or_stands_in_for_one_lets_nobody_in() {
    let stage = Stage::new();
    stage.pass(LEASE);
    stage.pass(Millis(1));
    assert_eq!(stage.agent.admit(own(), &ask()), Err(Refused::NotFresh));
    let mut stage = Stage::over(false, Replica::stand_in);
    stage.hear();
    stage.agent.sweep();
    assert_eq!(stage.agent.admit(own(), &ask()), Err(Refused::NotFresh));
    assert!(!stage.agent.status().fresh);
}

#[test]
fn whoever_is_revoked_is_ended_with_the_next_look_and_a_strict_agent_ends_all_once_it_has_had_its_time() {
    let connected = |stage: &Stage| {
        let sshd = FakeSshd::new(stage);
        stage.agent.parts.connections.enter(sshd.id(), CertificateSerial(1), START).unwrap();
        sshd
    };
    let mut stage = Stage::new();
    let sshd = connected(&stage);
    stage.agent.sweep();
    assert!(sshd.id().lives());
    let by = StaffId::parse("ines").unwrap();
    stage.happens(vec![What::CertificateRevoked { certificate: CertificateSerial(1), by }]);
    stage.agent.sweep();
    assert!(ends(&sshd, SOON));
    for strict in [false, true] {
        let stage = Stage::begun(strict);
        let sshd = connected(&stage);
        stage.pass(LEASE);
        stage.agent.sweep();
        assert!(!ends(&sshd, A_MOMENT), "it has only just begun");
        stage.pass(Millis(1));
        stage.agent.sweep();
        assert_eq!(ends(&sshd, if strict { SOON } else { A_MOMENT }), strict);
    }
}

/// Whether it ends within so long: a process that was killed is gone, or is not looked at yet by this test that started it.
fn ends(sshd: &FakeSshd, within: Duration) -> bool {
    let began = std::time::Instant::now();
    while sshd.id().lives() && began.elapsed() < within {
        std::thread::yield_now();
    }
    !sshd.id().lives()
}
