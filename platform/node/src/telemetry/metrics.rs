//! Metrics of the `metrics` facade, in the text format of Prometheus.
//!
//! # Discussion
//!
//! The usual exporter brings an older generation of the random-number crates and two dozen others
//! for summaries over sliding windows. Counters, gauges and histograms with fixed bounds are all
//! that a daemon needs.

use std::sync::{Arc, atomic::AtomicU64};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SetRecorderError, SharedString,
    Unit,
};

use super::registry::{Buckets, Registry, Series};

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
        metrics::set_global_recorder(self.clone())
    }

    /// Gives all metrics as text, in the order of their names.
    pub fn render(&self) -> String {
        self.registry.render()
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
