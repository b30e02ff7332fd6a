//! Connections: written down before anybody hears yes, known again after a kill, and never mistaken for another's.

use std::process::{Child, Command, Stdio};

use super::*;

const BOOT: &str = "boot-1";

/// A process that stays until it is dropped.
struct Stays(Child);

impl Stays {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap())
    }
    fn id(&self) -> ProcessId {
        Stat::of(self.0.id().cast_signed()).unwrap().id
    }
}

impl Drop for Stays {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn serial(n: u64) -> CertificateSerial {
    CertificateSerial(n)
}

/// Past sshd's checks: nobody of that user works for it.
fn let_in(connections: &Connections) {
    for _ in 0..LOOKS {
        connections.look_inside(u32::MAX).unwrap();
    }
}

#[test]
fn a_connection_is_known_again_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let stays = Stays::new();
    let connections = Connections::open(folder.path(), BOOT).unwrap();
    assert_eq!(connections.enter(stays.id(), serial(7), UnixMs(5)).unwrap(), None);
    drop(connections);
    let again = Connections::open(folder.path(), BOOT).unwrap();
    assert_eq!(again.list(), [Connected { process: stays.id(), certificate: Some(serial(7)) }]);
    let_in(&again);
    assert_eq!(again.told().connections, [HostConnection { certificate: serial(7), since: UnixMs(5) }]);
    let told = again.changed();
    drop(stays);
    again.forget_ended();
    assert!(told.has_changed().unwrap() && again.list().is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn whoever_is_gone_or_of_another_boot_is_forgotten_and_what_cannot_be_read_is_nobody_s() {
    let folder = tempfile::tempdir().unwrap();
    let (stays, damaged) = (Stays::new(), Stays::new());
    let connections = Connections::open(folder.path(), BOOT).unwrap();
    let gone = ProcessId { started: stays.id().started + 1, ..stays.id() };
    for id in [stays.id(), damaged.id(), gone] {
        connections.enter(id, serial(1), UnixMs(5)).unwrap();
    }
    drop(connections);
    fs::write(folder.path().join(name(damaged.id())), "{").unwrap();
    fs::write(folder.path().join(".1-2.new"), "{").unwrap();
    fs::write(folder.path().join("readme"), "by somebody").unwrap();
    let again = Connections::open(folder.path(), BOOT).unwrap();
    let mut wanted = vec![
        Connected { process: stays.id(), certificate: Some(serial(1)) },
        Connected { process: damaged.id(), certificate: None },
    ];
    wanted.sort_by_key(|one| one.process);
    assert_eq!(again.list(), wanted);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "the draft is gone, what is not ours stays");
    drop(again);
    let other = Connections::open(folder.path(), "boot-2").unwrap();
    assert_eq!(other.list(), [Connected { process: damaged.id(), certificate: None }]);
}

#[test]
fn what_is_taken_back_leaves_what_was_there_before() {
    let folder = tempfile::tempdir().unwrap();
    let stays = Stays::new();
    let connections = Connections::open(folder.path(), BOOT).unwrap();
    let before = connections.enter(stays.id(), serial(1), UnixMs(5)).unwrap();
    connections.take_back(stays.id(), before).unwrap();
    assert!(connections.list().is_empty());
    connections.enter(stays.id(), serial(1), UnixMs(5)).unwrap();
    let before = connections.enter(stays.id(), serial(2), UnixMs(6)).unwrap();
    let by_the_second = [Connected { process: stays.id(), certificate: Some(serial(2)) }];
    assert_eq!(connections.list(), by_the_second, "whoever offers two stands on the one that was asked about last");
    assert_eq!(Connections::open(folder.path(), BOOT).unwrap().list(), by_the_second);
    connections.take_back(stays.id(), before).unwrap();
    assert_eq!(connections.list(), [Connected { process: stays.id(), certificate: Some(serial(1)) }]);
}

#[test]
fn a_connection_that_cannot_be_written_down_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let stays = Stays::new();
    let connections = Connections::open(&folder.path().join("c"), BOOT).unwrap();
    fs::remove_dir(folder.path().join("c")).unwrap();
    assert!(connections.enter(stays.id(), serial(1), UnixMs(5)).is_err());
    assert!(connections.list().is_empty());
}

#[test]
fn whoever_is_still_being_checked_is_not_connected() {
    let folder = tempfile::tempdir().unwrap();
    // The child of this one stands for sshd's own that checks: it is the same user's.
    let mut parent = Command::new("sh").args(["-c", "sleep 600 & wait"]).stdin(Stdio::null()).spawn().unwrap();
    let id = Stat::of(parent.id().cast_signed()).unwrap().id;
    let own = user(id.pid).unwrap();
    let child = || Stat::all().unwrap().into_iter().find(|stat| stat.parent == id.pid).map(|stat| stat.id);
    while child().is_none() {
        std::thread::yield_now();
    }
    let connections = Connections::open(folder.path(), BOOT).unwrap();
    connections.enter(id, serial(1), UnixMs(5)).unwrap();
    for _ in 0..5 {
        assert!(!connections.look_inside(own).unwrap());
    }
    assert!(connections.told().connections.is_empty());
    assert!(!connections.look_inside(u32::MAX).unwrap(), "one look is not enough");
    assert!(connections.look_inside(u32::MAX).unwrap());
    assert_eq!(connections.told().connections.len(), 1);
    crate::processes::end(&[id]).unwrap();
    parent.wait().unwrap();
}

#[test]
fn a_certificate_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Stays::new(), Stays::new());
    let connections = Connections::open(folder.path(), BOOT).unwrap();
    connections.enter(one.id(), serial(3), UnixMs(9)).unwrap();
    connections.enter(other.id(), serial(3), UnixMs(5)).unwrap();
    let_in(&connections);
    assert_eq!(connections.told().connections, [HostConnection { certificate: serial(3), since: UnixMs(5) }]);
}
