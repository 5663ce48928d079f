//! Files and the processor's time.

use std::{path::Path, time::Duration};

/// The text of a file, plain or gzip.
pub(crate) fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    consilium_codes::text(&bytes).unwrap().into_owned()
}

/// The time that the processor has spent on this process.
#[allow(dead_code, reason = "one of two examples measures time")]
pub(crate) fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
