//! Points in time and lengths of time, as plans and approvals write them.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use toml::value::{Datetime, Offset};

/// A point in time: whole seconds since 1970 in UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixTime(pub i64);

const DAY: i64 = 86_400;

impl UnixTime {
    /// Gives the time that much later, or the last one there is.
    #[must_use]
    pub fn after(self, length: Duration) -> UnixTime {
        let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
        UnixTime(self.0.saturating_add(seconds))
    }

    /// Gives the seconds from `earlier` to this; negative if `earlier` is later.
    pub fn since(self, earlier: UnixTime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Takes a TOML date and time that says its offset from UTC.
    pub(crate) fn of_toml(written: &Datetime) -> Option<UnixTime> {
        let (date, time) = (written.date?, written.time?);
        let offset = match written.offset? {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes) * 60,
        };
        let days = days_before(
            i64::from(date.year),
            i64::from(date.month),
            i64::from(date.day),
        );
        let second = i64::from(time.second.unwrap_or(0));
        let clock = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + second;
        Some(UnixTime(days * DAY + clock - offset))
    }
}

impl From<Duration> for UnixTime {
    /// Takes the time since 1970.
    fn from(since_1970: Duration) -> UnixTime {
        UnixTime(0).after(since_1970)
    }
}

/// As `2027-01-31T00:00:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let clock = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March while counting.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_before`].
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Units of a length of time, the longest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a length of time such as `30s`, `10m`, `14d`.
pub(crate) fn parse_length(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..)?;
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(*milliseconds).map(Duration::from_millis)
}

/// Writes a length of time as [`parse_length`] reads it.
pub(crate) fn length_text(length: Duration) -> String {
    let (number, unit) = in_longest_unit(length);
    format!("{number}{unit}")
}

/// Gives a length of time in the longest unit that leaves no rest.
pub(crate) fn in_longest_unit(length: Duration) -> (u64, &'static str) {
    let whole = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let fits = |(_, unit): &&(&str, u64)| whole.is_multiple_of(*unit) && whole >= *unit;
    UNITS
        .iter()
        .find(fits)
        .map_or((0, "s"), |(name, unit)| (whole / unit, name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days_are_written_as_the_calendar_has_them() {
        assert_eq!(UnixTime(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime(951_782_400).to_string(), "2000-02-29T00:00:00Z");
        assert_eq!(UnixTime(1_801_353_599).to_string(), "2027-01-30T23:59:59Z");
        assert_eq!(UnixTime(-1).to_string(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn an_offset_is_taken_off() {
        let written: Datetime = "2027-01-31T08:00:00+08:00".parse().unwrap();
        let time = UnixTime::of_toml(&written).unwrap();
        assert_eq!(time.to_string(), "2027-01-31T00:00:00Z");
        let local: Datetime = "2027-01-31T08:00:00".parse().unwrap();
        assert_eq!(UnixTime::of_toml(&local), None);
    }

    #[test]
    fn lengths_without_unit_or_number_are_refused() {
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5h",
            "3 d",
            "1w",
            "99999999999999999999s",
            "١s",
        ] {
            assert_eq!(parse_length(text), None, "{text}");
        }
        assert_eq!(parse_length("90s"), Some(Duration::from_secs(90)));
        assert_eq!(length_text(Duration::from_hours(336)), "14d");
    }

    proptest! {
        #[test]
        fn a_written_time_reads_back(seconds in 0i64..250_000_000_000) {
            let written: Datetime = UnixTime(seconds).to_string().parse().unwrap();
            prop_assert_eq!(UnixTime::of_toml(&written), Some(UnixTime(seconds)));
        }

        #[test]
        fn a_written_length_reads_back(milliseconds in 0u64..1 << 50) {
            let length = Duration::from_millis(milliseconds);
            prop_assert_eq!(parse_length(&length_text(length)), Some(length));
        }
    }
}
