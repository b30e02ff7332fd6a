//! Instants in words. Pages tell UTC, and the machine's form beside it.

use doorward_core::time::UnixMs;
use jiff::Timestamp;

/// An instant for a page.
pub(super) struct When {
    /// RFC 3339.
    pub machine: String,
    /// `25 Nov 2026, 14:02 UTC`.
    pub text: String,
}

impl When {
    pub(super) fn of(at: UnixMs) -> Self {
        let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
        Self {
            machine: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            text: at.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        }
    }
}

/// The day of an instant, as a date field has it.
pub(super) fn day(at: UnixMs) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or_default().strftime("%Y-%m-%d").to_string()
}

/// The beginning of a day, from a date field.
pub(super) fn start_of_day(text: &str) -> Option<UnixMs> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(UnixMs(jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond()))
}

/// The end of a day, from a date field.
pub(super) fn end_of_day(text: &str) -> Option<UnixMs> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let next = date.tomorrow().ok()?.at(0, 0, 0, 0);
    Some(UnixMs(jiff::tz::TimeZone::UTC.to_timestamp(next).ok()?.as_millisecond()))
}

/// How long until an instant: the two largest units.
pub(super) fn span(now: UnixMs, until: UnixMs) -> String {
    let minutes = until.since(now).0 / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let plural = |n: u64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match (days, hours) {
        (0, 0) => plural(rest, "minute"),
        (0, _) if rest == 0 => plural(hours, "hour"),
        (_, 0) => plural(days, "day"),
        (0, _) => format!("{} {rest} min", plural(hours, "hour")),
        _ => format!("{} {hours} h", plural(days, "day")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_in_words() {
        let at = UnixMs(1_764_079_320_000);
        assert_eq!(When::of(at).text, "25 Nov 2025, 14:02 UTC");
        assert_eq!(When::of(at).machine, "2025-11-25T14:02:00Z");
        assert_eq!(end_of_day("2025-11-25"), Some(UnixMs(1_764_115_200_000)));
        assert_eq!(end_of_day("2025-02-30"), None);
        assert_eq!(span(at, UnixMs(at.0 + 90 * 60_000)), "1 hour 30 min");
        assert_eq!(span(at, UnixMs(at.0 + 49 * 3_600_000)), "2 days 1 h");
        assert_eq!(span(at, UnixMs(at.0 + 48 * 3_600_000)), "2 days");
        assert_eq!(span(at, UnixMs(at.0 + 2 * 3_600_000)), "2 hours");
        assert_eq!(span(at, at), "0 minutes");
    }
}
