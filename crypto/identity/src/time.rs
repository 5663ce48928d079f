//! Moments, as certificates and invitations write them.

use std::{fmt, time::Duration};

use x509_cert::der::DateTime;

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// Gives the moment that is so much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> UnixTime {
        UnixTime(self.0.saturating_add(duration.as_secs()))
    }

    /// Gives the moment that is so much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> UnixTime {
        UnixTime(self.0.saturating_sub(duration.as_secs()))
    }
}

impl From<Duration> for UnixTime {
    /// Takes the time since 1970.
    fn from(since_1970: Duration) -> UnixTime {
        UnixTime(since_1970.as_secs())
    }
}

/// As `2027-01-31T00:00:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_unix_duration(Duration::from_secs(self.0)) {
            Ok(date) => write!(f, "{date}"),
            Err(_) => f.write_str("never"),
        }
    }
}
