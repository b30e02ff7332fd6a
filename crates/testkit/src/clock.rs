//! A clock that stands still until a test moves it: wall time and boot time, apart or together.
//!
//! It reads no real clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_core::time::{BootTime, Millis, UnixMs};

/// Shared: every copy shows the same time.
#[derive(Clone, Debug)]
pub struct StillClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    wall: UnixMs,
    boots: u32,
    elapsed: u64,
}

impl StillClock {
    pub fn at(now: UnixMs) -> Self {
        Self(Arc::new(Mutex::new(Hands { wall: now, boots: 1, elapsed: 0 })))
    }

    /// What the wall clock shows.
    pub fn now(&self) -> UnixMs {
        self.hands().wall
    }

    /// What the clock that counts sleep and cannot be set shows.
    pub fn boot_time(&self) -> BootTime {
        let hands = self.hands();
        BootTime { boot: format!("boot-{}", hands.boots), elapsed: hands.elapsed }
    }

    /// Time passes: both clocks move on.
    pub fn advance(&self, length: Millis) {
        let mut hands = self.hands();
        hands.wall = hands.wall.plus(length);
        hands.elapsed = hands.elapsed.saturating_add(length.0);
    }

    /// Somebody sets the wall clock; no time passes.
    pub fn set_wall(&self, now: UnixMs) {
        self.hands().wall = now;
    }

    /// The machine is started anew: the boot time begins again under another boot id.
    pub fn reboot(&self) {
        let mut hands = self.hands();
        hands.boots = hands.boots.saturating_add(1);
        hands.elapsed = 0;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_and_boot_time_move_together_or_apart() {
        let clock = StillClock::at(UnixMs(1_000));
        let seen_by_another = clock.clone();
        clock.advance(Millis(5));
        assert_eq!((seen_by_another.now(), clock.boot_time().elapsed), (UnixMs(1_005), 5));
        clock.set_wall(UnixMs(7));
        assert_eq!((clock.now(), clock.boot_time().elapsed), (UnixMs(7), 5));
        let before = clock.boot_time();
        clock.reboot();
        assert_ne!(clock.boot_time().boot, before.boot);
        assert_eq!(clock.boot_time().elapsed, 0);
    }
}
