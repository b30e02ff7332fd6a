//! Processes of this machine: who asked, what came of a connection, and ending it whole.
//!
//! A number alone is never believed: a process is its number and the moment it was started, and a signal goes to the
//! process that was looked at and to no other (pidfd).

use std::{
    collections::BTreeSet,
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

/// A handle on one process: it is never another's.
struct Process(OwnedFd);

impl Process {
    /// A handle on `id`, where that process is still there.
    fn open(id: ProcessId) -> io::Result<Self> {
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let pid = Pid::from_raw(id.pid).ok_or_else(gone)?;
        let handle = pidfd_open(pid, PidfdFlags::empty()).map_err(|fault| match fault {
            rustix::io::Errno::SRCH => gone(),
            fault => fault.into(),
        })?;
        // It was there before the handle was taken and is there now: the handle is on it.
        if id.lives() { Ok(Self(handle)) } else { Err(gone()) }
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.0, signal) {
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
    // Whoever is gone already has ended, and what is another's now is not looked at.
    let mut held: BTreeSet<ProcessId> = roots.iter().copied().filter(ProcessId::lives).collect();
    let mut failed = signal_all(&held, Signal::STOP);
    for _ in 0..ROUNDS {
        let all = match Stat::all() {
            Ok(all) => all,
            Err(fault) => {
                failed = failed.and(Err(fault));
                break;
            }
        };
        let family = below(&all, &held.iter().map(|id| id.pid).collect());
        let new: BTreeSet<_> = family.into_iter().filter(|id| id.pid != own && !held.contains(id)).collect();
        if new.is_empty() {
            break;
        }
        failed = failed.and(signal_all(&new, Signal::STOP));
        held.extend(new);
    }
    failed.and(signal_all(&held, Signal::KILL))
}

/// Sends each of them the signal, whatever comes of it with another. Whoever is gone needs none.
fn signal_all(ids: &BTreeSet<ProcessId>, signal: Signal) -> io::Result<()> {
    let sent = ids.iter().map(|id| match Process::open(*id) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened?.signal(signal),
    });
    // Each is sent before the first fault is told.
    sent.collect::<Vec<_>>().into_iter().collect()
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
