//! Points in time.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A point in time: whole seconds since 1970 in UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// Gives the time that much later, or the last one there is.
    #[must_use]
    pub fn after(self, length: Duration) -> UnixTime {
        UnixTime(self.0.saturating_add(seconds(length)))
    }

    /// Gives the time that much earlier, or the first one there is.
    #[must_use]
    pub fn before(self, length: Duration) -> UnixTime {
        UnixTime(self.0.saturating_sub(seconds(length)))
    }

    /// Gives the seconds from `earlier` to this; negative if `earlier` is later.
    pub fn since(self, earlier: UnixTime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX)
}

impl From<Duration> for UnixTime {
    /// Takes the time since 1970.
    fn from(since_1970: Duration) -> UnixTime {
        UnixTime(0).after(since_1970)
    }
}

/// As `2027-01-31T00:00:00Z`; `never` outside the years -9999 to 9999.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(time) = OffsetDateTime::from_unix_timestamp(self.0) else {
            return f.write_str("never");
        };
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let month = u8::from(month);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_are_written_as_the_calendar_has_them() {
        assert_eq!(UnixTime(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime(951_782_400).to_string(), "2000-02-29T00:00:00Z");
        assert_eq!(UnixTime(1_801_353_599).to_string(), "2027-01-30T23:59:59Z");
        assert_eq!(UnixTime(-1).to_string(), "1969-12-31T23:59:59Z");
        assert_eq!(UnixTime(i64::MAX).to_string(), "never");
    }

    #[test]
    fn time_stops_at_its_ends() {
        let (first, last) = (UnixTime(i64::MIN), UnixTime(i64::MAX));
        assert_eq!(last.after(Duration::MAX), last);
        assert_eq!(first.before(Duration::MAX), first);
        assert_eq!(first.since(last), i64::MIN);
        assert_eq!(UnixTime::from(Duration::from_millis(1_999)), UnixTime(1));
    }
}
