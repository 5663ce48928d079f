//! Metrics of the `metrics` facade, in the text format of Prometheus.
//!
//! # Discussion
//!
//! The usual exporter brings an older generation of the random-number crates and two dozen others
//! for summaries over sliding windows. Counters, gauges and histograms with fixed bounds are all
//! that a daemon needs.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SetRecorderError, SharedString,
    Unit,
};
use rustix::time::{ClockId, clock_gettime};

use super::registry::{Buckets, Registry, Series};

/// Bytes that this process has put on its connections with other institutions, TLS and all.
pub const SENT_BYTES: &str = "consilium_network_sent_bytes_total";

/// Bytes that came over its connections with other institutions, TLS and all.
pub const RECEIVED_BYTES: &str = "consilium_network_received_bytes_total";

/// CPU time of all threads of this process since it began, in seconds: the name that Prometheus's own
/// clients have for it.
pub const CPU_SECONDS: &str = "process_cpu_seconds_total";

/// What link and relay measure; `docs/reference/measurements.md` tells what daemons add.
const DESCRIBED: [(&str, &str); 5] = [
    (
        "consilium_link_connections_total",
        "Connections made to the coordinator",
    ),
    (
        RECEIVED_BYTES,
        "Bytes received over mutual TLS, as they came over the network",
    ),
    (
        SENT_BYTES,
        "Bytes sent over mutual TLS, as they went over the network",
    ),
    ("consilium_relay_daemons", "Daemons connected to the relay"),
    (
        "consilium_relay_payload_bytes_total",
        "Bytes of frames forwarded from one daemon to another",
    ),
];

/// The metrics of a process. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    registry: Arc<Registry>,
}

impl Metrics {
    /// Records what the process measures from now on.
    ///
    /// # Errors
    ///
    /// If the process has a recorder already.
    pub fn install(&self) -> Result<(), SetRecorderError<Metrics>> {
        metrics::set_global_recorder(self.clone())?;
        for (name, help) in DESCRIBED {
            self.registry.describe(&name.into(), help);
        }
        Ok(())
    }

    /// Gives all metrics as text, in the order of their names, and what CPU time the process has used.
    pub fn render(&self) -> String {
        let used = Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default();
        let measured = self.registry.render();
        format!(
            "{measured}# HELP {CPU_SECONDS} CPU time of the process\n# TYPE {CPU_SECONDS} counter\n\
             {CPU_SECONDS} {}\n",
            used.as_secs_f64()
        )
    }
}

impl Recorder for Metrics {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, &description);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, &description);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.registry.describe(&key, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let fresh = || Series::Counter(Arc::new(AtomicU64::new(0)));
        match self.registry.series(key, fresh) {
            Series::Counter(counter) => Counter::from_arc(counter),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let fresh = || Series::Gauge(Arc::new(AtomicU64::new(0)));
        match self.registry.series(key, fresh) {
            Series::Gauge(gauge) => Gauge::from_arc(gauge),
            _ => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let fresh = || Series::Histogram(Arc::new(Buckets::default()));
        match self.registry.series(key, fresh) {
            Series::Histogram(histogram) => Histogram::from_arc(histogram),
            _ => Histogram::noop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_the_reference() {
        let reference = include_str!("../../../../docs/reference/measurements.md");
        let names = DESCRIBED.iter().map(|(name, _)| *name);
        for name in names.chain([CPU_SECONDS]) {
            assert!(reference.contains(&format!("| `{name}` |")), "{name}");
        }
    }
}
