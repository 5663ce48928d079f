//! What measurements cost that have all parties in this one process.

use std::process;

use consilium_node::telemetry::Metrics;

use crate::local::cost::{PartyCost, Reading};

/// This process, from a moment on.
pub(super) struct OwnProcess {
    metrics: Metrics,
    before: Reading,
}

impl OwnProcess {
    /// Counts from now on what this process's connections carry.
    pub(super) fn watch() -> anyhow::Result<OwnProcess> {
        let metrics = Metrics::default();
        metrics.install()?;
        let before = Reading::new(process::id(), &metrics.render())?;
        Ok(OwnProcess { metrics, before })
    }

    /// Gives what all parties together have cost.
    pub(super) fn cost(&self) -> anyhow::Result<PartyCost> {
        let now = Reading::new(process::id(), &self.metrics.render())?;
        Ok(now.since(&self.before, "all"))
    }
}
