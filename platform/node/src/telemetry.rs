//! What a daemon says about itself: logs, metrics, and whether it is well.

mod admin;
mod logs;
mod metrics;
mod registry;

pub use admin::{ADMIN_ADDRESS, Readiness, serve_admin};
pub use logs::{BadFilter, LogFilter, LogFormat, start_logs};
pub use metrics::{CPU_SECONDS, Metrics, RECEIVED_BYTES, SENT_BYTES};
