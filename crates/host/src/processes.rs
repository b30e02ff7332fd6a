//! Processes of this machine: who asked, what came of a connection, and ending it whole.
//!
//! A number alone is never believed: a process is its number and the moment it was started, and a signal goes to the
//! process that was looked at and to no other (pidfd).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    os::{fd::OwnedFd, unix::fs::MetadataExt},
};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// How often what came of a process is looked for anew, while all of it that was found stands still.
const ROUNDS: usize = 64;

/// A process, as long as the machine is not started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProcessId {
    pub pid: i32,
    /// In the kernel's ticks since the machine was started.
    pub started: u64,
}

/// What the kernel says of a process to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    pub id: ProcessId,
    pub parent: i32,
    pub name: String,
    /// It has ended, and whoever started it has not looked yet.
    pub over: bool,
}

impl Stat {
    /// Reads a line of `/proc/PID/stat`. The name stands in brackets, and may hold anything.
    fn parse(text: &str) -> Option<Self> {
        let (pid, rest) = text.split_once(" (")?;
        let (name, rest) = rest.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        let started = fields.nth(17)?.parse().ok()?;
        let id = ProcessId { pid: pid.parse().ok()?, started };
        Some(Self { id, parent, name: name.to_owned(), over: matches!(state, "Z" | "X" | "x") })
    }

    /// What the kernel says of `pid` now.
    pub fn of(pid: i32) -> io::Result<Self> {
        let text = fs::read(format!("/proc/{pid}/stat"))?;
        Self::parse(&String::from_utf8_lossy(&text)).ok_or(io::ErrorKind::InvalidData.into())
    }

    /// Every process that can be seen.
    pub fn all() -> io::Result<Vec<Self>> {
        let numbers = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        // Whoever ends while we look is not there.
        Ok(numbers.filter_map(|pid| Self::of(pid).ok()).collect())
    }
}

impl ProcessId {
    /// Whether the process is still there.
    pub fn lives(&self) -> bool {
        Stat::of(self.pid).is_ok_and(|stat| stat.id == *self && !stat.over)
    }
}

/// The user a process acts as.
pub fn user(pid: i32) -> io::Result<u32> {
    Ok(fs::metadata(format!("/proc/{pid}"))?.uid())
}

/// The user a process was started as. While sshd hears its command it acts as the command's user.
fn real_user(pid: i32) -> io::Result<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).ok_or(io::ErrorKind::InvalidData.into())
}

/// Which boot of the machine this is.
pub fn boot() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

/// A handle on one process.
#[derive(Debug)]
pub struct Process {
    pub id: ProcessId,
    handle: OwnedFd,
}

impl Process {
    /// A handle on `id`, where that process is still there.
    pub fn open(id: ProcessId) -> io::Result<Self> {
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let pid = Pid::from_raw(id.pid).ok_or_else(gone)?;
        let handle = pidfd_open(pid, PidfdFlags::empty())?;
        // It was there before the handle was taken and is there now: the handle is on it.
        if id.lives() { Ok(Self { id, handle }) } else { Err(gone()) }
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.handle, signal) {
            Err(rustix::io::Errno::SRCH) | Ok(()) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// sshd's process for a connection, where `asking` was started by it: the parent, which is root's and is called so.
pub fn connection_behind(asking: i32, names: &[&str]) -> io::Result<ProcessId> {
    let none = || io::Error::from(io::ErrorKind::PermissionDenied);
    let before = Stat::of(asking)?;
    let parent = Stat::of(before.parent)?;
    let sshd = names.contains(&parent.name.as_str()) && real_user(parent.id.pid)? == 0 && !parent.over;
    // Whoever was orphaned meanwhile has another parent now.
    let same = Stat::of(asking)? == before && Stat::of(parent.id.pid)?.id == parent.id;
    if sshd && same { Ok(parent.id) } else { Err(none()) }
}

/// Ends each of `roots` and everything that came of it, for certain: first all of it stands still, so that nothing new
/// comes of it, and then it is killed. Says what could not be ended.
pub fn end(roots: &[ProcessId]) -> io::Result<()> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let mut held = BTreeMap::new();
    let mut failed = Ok(());
    for id in roots {
        // Whoever is gone already has ended.
        if let Ok(root) = Process::open(*id) {
            failed = failed.and(root.signal(Signal::STOP));
            held.insert(root.id.pid, root);
        }
    }
    for _ in 0..ROUNDS {
        let family = below(&Stat::all()?, &held.keys().copied().collect());
        let new = family.into_iter().filter(|id| id.pid != own && !held.contains_key(&id.pid));
        let new: Vec<_> = new.filter_map(|id| Process::open(id).ok()).collect();
        if new.is_empty() {
            break;
        }
        for process in new {
            failed = failed.and(process.signal(Signal::STOP));
            held.insert(process.id.pid, process);
        }
    }
    held.values().fold(failed, |failed, process| failed.and(process.signal(Signal::KILL)))
}

/// Everything in `all` that came of `roots`, however far down.
fn below(all: &[Stat], roots: &BTreeSet<i32>) -> Vec<ProcessId> {
    let (mut family, mut found) = (roots.clone(), Vec::new());
    loop {
        let new = all.iter().filter(|stat| family.contains(&stat.parent) && !family.contains(&stat.id.pid));
        let new: Vec<_> = new.map(|stat| stat.id).collect();
        if new.is_empty() {
            return found;
        }
        family.extend(new.iter().map(|id| id.pid));
        found.extend(new);
    }
}

#[cfg(test)]
#[path = "processes_tests.rs"]
mod tests;
