//! Points in time and lengths of time, as plans and approvals write them.

use std::time::Duration;

use consilium_base::UnixTime;
use time::{Date, Month};
use toml::value::{Datetime, Offset};

/// Takes a TOML date and time that says its offset from UTC.
pub(crate) fn of_toml(written: &Datetime) -> Option<UnixTime> {
    let (date, time) = (written.date?, written.time?);
    let offset = match written.offset? {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes) * 60,
    };
    let month = Month::try_from(date.month).ok()?;
    let day = Date::from_calendar_date(i32::from(date.year), month, date.day).ok()?;
    let second = i64::from(time.second.unwrap_or(0));
    let clock = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + second;
    let midnight = day.midnight().assume_utc().unix_timestamp();
    Some(UnixTime(midnight + clock - offset))
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
    fn an_offset_is_taken_off() {
        let written: Datetime = "2027-01-31T08:00:00+08:00".parse().unwrap();
        let time = of_toml(&written).unwrap();
        assert_eq!(time.to_string(), "2027-01-31T00:00:00Z");
        let local: Datetime = "2027-01-31T08:00:00".parse().unwrap();
        assert_eq!(of_toml(&local), None);
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
            prop_assert_eq!(of_toml(&written), Some(UnixTime(seconds)));
        }

        #[test]
        fn a_written_length_reads_back(milliseconds in 0u64..1 << 50) {
            let length = Duration::from_millis(milliseconds);
            prop_assert_eq!(parse_length(&length_text(length)), Some(length));
        }
    }
}
