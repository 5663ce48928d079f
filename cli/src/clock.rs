//! The time of day, where commands need it.

use std::time::{SystemTime, UNIX_EPOCH};

use consilium_plan::UnixTime;

/// Reads the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a command of the binary may read the wall clock"
)]
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
