//! The time of day, where commands need it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consilium_plan::UnixTime;

/// Gives the time since 1970 in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "here the binary reads the wall clock, and nowhere else"
)]
pub(crate) fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Gives Unix milliseconds.
pub(crate) fn millis() -> i64 {
    i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX)
}

/// Gives the time.
pub(crate) fn now() -> UnixTime {
    since_1970().into()
}
