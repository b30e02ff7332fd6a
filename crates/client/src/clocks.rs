//! The clocks a replica needs: one that counts sleep and cannot be set, and the wall clock as a last resort.
//!
//! Decisions take time as an argument; this is what composition hands in.

use std::fmt::Debug;

use doorward_core::time::{BootTime, Millis, UnixMs};

/// Where time comes from.
pub trait Clocks: Debug + Send + Sync {
    /// CLOCK_BOOTTIME and the boot it belongs to.
    fn boot(&self) -> BootTime;
    /// The wall clock: believed only after a restart of the machine, and never earlier than signed time.
    fn wall(&self) -> UnixMs;
    /// How long the machine has slept since it was started: grows by each suspend.
    fn slept(&self) -> Millis {
        Millis(0)
    }
}

/// The machine's own clocks.
#[derive(Debug, Clone)]
pub struct MachineClocks {
    boot: String,
}

impl MachineClocks {
    /// Reads which boot this is; without it no reading could be compared with an earlier one.
    pub fn new() -> std::io::Result<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
        Ok(Self { boot: boot.trim().to_owned() })
    }
}

impl Clocks for MachineClocks {
    fn boot(&self) -> BootTime {
        BootTime { boot: self.boot.clone(), elapsed: millis(rustix::time::ClockId::Boottime) }
    }

    /// One of the two clocks counts sleep, and the other does not.
    fn slept(&self) -> Millis {
        let awake = millis(rustix::time::ClockId::Monotonic);
        Millis(millis(rustix::time::ClockId::Boottime).saturating_sub(awake))
    }

    fn wall(&self) -> UnixMs {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        UnixMs(time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000))
    }
}

fn millis(clock: rustix::time::ClockId) -> u64 {
    let time = rustix::time::clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let millis = u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000;
    seconds.saturating_mul(1_000).saturating_add(millis)
}
