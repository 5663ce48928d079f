//! What was measured, by name and labels.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use metrics::{HistogramFn, Key, KeyName};

/// Upper bounds of the buckets: seconds, from a millisecond to a minute.
const BOUNDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0,
];

#[derive(Debug, Default)]
pub(super) struct Registry {
    families: Mutex<BTreeMap<String, Family>>,
}

#[derive(Debug, Default)]
struct Family {
    help: String,
    /// By their labels, written out.
    series: BTreeMap<String, Series>,
}

#[derive(Clone, Debug)]
pub(super) enum Series {
    Counter(Arc<AtomicU64>),
    Gauge(Arc<AtomicU64>),
    Histogram(Arc<Buckets>),
}

/// How often each bucket was hit, and the sum of all values.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    state: Mutex<([u64; BOUNDS.len() + 1], f64)>,
}

impl Registry {
    pub(super) fn describe(&self, name: &KeyName, help: &str) {
        let mut families = self.families();
        families.entry(plain(name.as_str())).or_default().help = help.replace('\n', " ");
    }

    pub(super) fn series(&self, key: &Key, fresh: impl FnOnce() -> Series) -> Series {
        let mut families = self.families();
        let family = families.entry(plain(key.name())).or_default();
        family
            .series
            .entry(labels(key))
            .or_insert_with(fresh)
            .clone()
    }

    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        for (name, family) in &*self.families() {
            // Writing to a string can't fail.
            let _ = family.write(name, &mut text);
        }
        text
    }

    fn families(&self) -> MutexGuard<'_, BTreeMap<String, Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Family {
    fn write(&self, name: &str, text: &mut String) -> std::fmt::Result {
        let kind = match self.series.values().next() {
            None => return Ok(()),
            Some(Series::Counter(_)) => "counter",
            Some(Series::Gauge(_)) => "gauge",
            Some(Series::Histogram(_)) => "histogram",
        };
        if !self.help.is_empty() {
            writeln!(text, "# HELP {name} {}", self.help)?;
        }
        writeln!(text, "# TYPE {name} {kind}")?;
        for (labels, series) in &self.series {
            let braced = if labels.is_empty() {
                String::new()
            } else {
                format!("{{{labels}}}")
            };
            match series {
                Series::Counter(value) => {
                    writeln!(text, "{name}{braced} {}", value.load(Ordering::Relaxed))?;
                }
                Series::Gauge(value) => {
                    let value = f64::from_bits(value.load(Ordering::Relaxed));
                    writeln!(text, "{name}{braced} {value}")?;
                }
                Series::Histogram(buckets) => buckets.write(name, labels, &braced, text)?,
            }
        }
        Ok(())
    }
}

impl Buckets {
    fn write(&self, name: &str, labels: &str, braced: &str, text: &mut String) -> std::fmt::Result {
        let (hits, sum) = *self.state();
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        let bounds = BOUNDS
            .iter()
            .map(ToString::to_string)
            .chain(["+Inf".to_owned()]);
        for (bound, hits) in bounds.zip(hits) {
            count += hits;
            writeln!(
                text,
                "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}"
            )?;
        }
        writeln!(text, "{name}_sum{braced} {sum}")?;
        writeln!(text, "{name}_count{braced} {count}")
    }

    fn state(&self) -> MutexGuard<'_, ([u64; BOUNDS.len() + 1], f64)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let bucket = BOUNDS.iter().position(|bound| value <= *bound);
        let mut state = self.state();
        if let Some(hits) = state.0.get_mut(bucket.unwrap_or(BOUNDS.len())) {
            *hits += 1;
        }
        state.1 += value;
    }
}

/// Gives a name that Prometheus takes.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}

fn labels(key: &Key) -> String {
    let mut text = String::new();
    for label in key.labels() {
        let value = label.value();
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a string can't fail.
        let _ = write!(text, "{comma}{}=\"{value}\"", plain(label.key()));
    }
    text
}
