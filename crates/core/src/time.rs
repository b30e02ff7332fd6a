//! Time as an argument: instants, durations, and the clock that a wall clock cannot fool.
//!
//! Nothing here reads a clock.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64)]
pub struct UnixMs(pub i64);

/// A length of time in milliseconds; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = u64)]
pub struct Millis(pub u64);

impl Millis {
    /// `n` seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(n.saturating_mul(1_000))
    }
    /// `n` minutes.
    pub const fn minutes(n: u64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }
    /// `n` hours.
    pub const fn hours(n: u64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }
    /// `n` days of 24 hours: 180 days is 180 × 24 h, whatever a calendar's clocks do.
    pub const fn days(n: u64) -> Self {
        Self::hours(n.saturating_mul(24))
    }
}

impl UnixMs {
    /// This instant and `length` more, at most the end of time.
    #[must_use]
    pub fn plus(self, length: Millis) -> Self {
        Self(self.0.saturating_add_unsigned(length.0))
    }

    /// How long from `earlier` to this; zero where this is not later.
    pub fn since(self, earlier: UnixMs) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A reading of a clock that counts sleep and cannot be set (CLOCK_BOOTTIME), and which boot it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootTime {
    /// The boot's own id; readings of two boots cannot be compared.
    pub boot: String,
    /// Milliseconds since that boot.
    pub elapsed: u64,
}

/// The newest signed time ever seen, and when by a clock that counts sleep: what time it is now follows from there.
///
/// A wall clock set back or forward changes nothing while the boot lasts. After a restart of the machine the wall
/// clock is believed only where it is later than the newest signed time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedClock {
    signed: UnixMs,
    seen: BootTime,
}

/// How a [`SignedClock`] came to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Signed time and elapsed time of the same boot.
    BySignedTime,
    /// The machine was started anew since: the wall clock, but never earlier than the newest signed time.
    ByWallClock,
}

impl SignedClock {
    /// A clock that has seen `signed` at `seen`.
    pub fn new(signed: UnixMs, seen: BootTime) -> Self {
        Self { signed, seen }
    }

    /// The newest signed time seen.
    pub fn newest_signed(&self) -> UnixMs {
        self.signed
    }

    /// What time it is by this clock.
    pub fn now(&self, reading: &BootTime, wall: UnixMs) -> (UnixMs, Told) {
        if reading.boot == self.seen.boot {
            let elapsed = Millis(reading.elapsed.saturating_sub(self.seen.elapsed));
            (self.signed.plus(elapsed), Told::BySignedTime)
        } else {
            (wall.max(self.signed), Told::ByWallClock)
        }
    }

    /// Takes note of a signed time; one that says less than is known already moves nothing back.
    pub fn hear(&mut self, signed: UnixMs, reading: BootTime) {
        let known = if reading.boot == self.seen.boot { self.now(&reading, signed).0 } else { self.signed };
        if signed >= known {
            self.signed = signed;
            self.seen = reading;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(boot: &str, elapsed: u64) -> BootTime {
        BootTime { boot: boot.into(), elapsed }
    }

    #[test]
    fn a_wall_clock_set_back_or_forward_changes_nothing() {
        let clock = SignedClock::new(UnixMs(1_000_000), at("b", 50));
        for wall in [0, 999_999_999_999] {
            assert_eq!(clock.now(&at("b", 1_050), UnixMs(wall)), (UnixMs(1_001_000), Told::BySignedTime));
        }
    }

    #[test]
    fn sleep_of_fourteen_days_is_counted() {
        let clock = SignedClock::new(UnixMs(0), at("b", 0));
        assert_eq!(clock.now(&at("b", Millis::days(14).0), UnixMs(7)).0, UnixMs(0).plus(Millis::days(14)));
    }

    #[test]
    fn after_a_restart_the_wall_clock_is_never_believed_to_be_earlier() {
        let clock = SignedClock::new(UnixMs(1_000), at("b", 0));
        assert_eq!(clock.now(&at("c", 5), UnixMs(10)), (UnixMs(1_000), Told::ByWallClock));
        assert_eq!(clock.now(&at("c", 5), UnixMs(2_000)), (UnixMs(2_000), Told::ByWallClock));
    }

    #[test]
    fn an_old_signed_time_moves_nothing_back() {
        let mut clock = SignedClock::new(UnixMs(1_000), at("b", 0));
        clock.hear(UnixMs(500), at("b", 10));
        assert_eq!(clock.now(&at("b", 10), UnixMs(0)).0, UnixMs(1_010));
        clock.hear(UnixMs(5_000), at("b", 10));
        assert_eq!(clock.now(&at("b", 11), UnixMs(0)).0, UnixMs(5_001));
    }
}
