//! Processes: what the kernel says is read whatever they are called, and a family is ended whole.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

const DEADLINE: Duration = Duration::from_secs(10);

fn stat(pid: i32, parent: i32) -> Stat {
    Stat { id: ProcessId { pid, started: 1 }, parent, name: "sh".to_owned(), over: false }
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < DEADLINE, "waited in vain until {what}");
        std::thread::yield_now();
    }
}

fn id(child: &Child) -> ProcessId {
    Stat::of(child.id().cast_signed()).unwrap().id
}

#[test]
fn a_name_that_looks_like_the_rest_fools_nobody() {
    let line = "7 (sshd) S 1 (x)) R 5 7 7 0 -1 4194560 726 0 5 0 0 0 0 0 20 0 1 0 4711 1 2 3";
    let stat = Stat::parse(line).unwrap();
    assert_eq!((stat.id.pid, stat.parent, stat.id.started), (7, 5, 4711));
    assert_eq!(stat.name, "sshd) S 1 (x)");
    for bad in ["", "7", "7 (sshd", "7 (sshd) S", "x (sshd) S 1 7 7 0 -1 4194560 726 0 5 0 0 0 0 0 20 0 1 0 4711"] {
        assert_eq!(Stat::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_family_is_everything_below_and_nothing_beside() {
    let all = [stat(2, 1), stat(3, 2), stat(4, 3), stat(5, 1), stat(6, 5), stat(7, 4)];
    let found: Vec<_> = below(&all, &BTreeSet::from([2])).into_iter().map(|id| id.pid).collect();
    assert_eq!(found, [3, 4, 7]);
    // Whoever was started before its parent is in it too, in whatever order they are listed.
    let found = below(&[stat(9, 8), stat(8, 2)], &BTreeSet::from([2]));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_process_of_the_same_number_that_started_at_another_moment_is_another() {
    let own = Stat::of(std::process::id().cast_signed()).unwrap().id;
    assert!(own.lives() && Process::open(own).is_ok());
    let other = ProcessId { started: own.started + 1, ..own };
    assert!(!other.lives());
    assert!(Process::open(other).is_err());
    // Had it believed the number, this test would be gone.
    end(&[other]).unwrap();
}

#[test]
fn a_whole_family_is_ended_with_those_who_ignore_every_signal_they_can() {
    let script = "trap '' TERM HUP INT; (trap '' TERM HUP INT; sleep 600; sleep 601) & (sleep 600 & sleep 602) & wait";
    let mut child = Command::new("sh").args(["-c", script]).stdin(Stdio::null()).spawn().unwrap();
    let root = id(&child);
    let family = || below(&Stat::all().unwrap(), &BTreeSet::from([root.pid]));
    wait_until("the family is there", || family().len() >= 4);
    let all = family();
    end(&[root]).unwrap();
    child.wait().unwrap();
    wait_until("all of them are gone", || all.iter().all(|id| !id.lives()));
}

#[test]
fn a_process_that_is_over_but_was_not_looked_at_lives_no_more() {
    let mut child = Command::new("true").spawn().unwrap();
    let root = id(&child);
    wait_until("it is over", || !root.lives());
    child.wait().unwrap();
}

#[test]
fn whoever_was_not_started_by_sshd_is_no_connection() {
    let own = std::process::id().cast_signed();
    assert!(connection_behind(own, &["sshd"]).is_err());
    let name = Stat::of(Stat::of(own).unwrap().parent).unwrap().name;
    let parent_is_root = real_user(Stat::of(own).unwrap().parent).unwrap() == 0;
    assert_eq!(connection_behind(own, &[&name]).is_ok(), parent_is_root, "by its name, and only where it is root's");
    let mut program = Command::new("sh");
    program.args(["-c", "sleep 600 & wait"]).stdin(Stdio::null());
    let is_root = real_user(own).unwrap() == 0;
    if is_root {
        std::os::unix::process::CommandExt::uid(&mut program, 65_534);
    }
    let mut somebody = program.spawn().unwrap();
    let root = id(&somebody);
    let family = || below(&Stat::all().unwrap(), &BTreeSet::from([root.pid]));
    wait_until("its child is there", || !family().is_empty());
    let behind = connection_behind(family()[0].pid, &["sh"]);
    end(&[root]).unwrap();
    somebody.wait().unwrap();
    assert!(behind.is_err(), "called as sshd, and somebody else's");
}
