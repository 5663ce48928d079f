//! Measurements of `consilium bench` that take minutes, and mean something in a release build only.

use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;

use crate::run::cargo;

/// What is measured.
pub(super) struct Measurement {
    /// The name by which it is asked for.
    pub(super) name: &'static str,
    /// What `consilium` is asked.
    asked: &'static [&'static str],
    /// The most memory that a party may ever hold, in MiB, where that is bounded.
    most_mb: Option<f64>,
}

/// All of them.
pub(super) const MEASUREMENTS: [Measurement; 2] = [
    // Ten million keys of each.
    Measurement {
        name: "psi-10m",
        asked: &[
            "bench",
            "psi",
            "--protocol",
            "vole",
            "--sizes",
            "10000000x10000000",
            "--json",
        ],
        most_mb: None,
    },
    // A million people, on whom all trees are grown by everybody's columns.
    Measurement {
        name: "gbdt-1m",
        asked: &[
            "bench",
            "vertical-gbdt",
            "--rows",
            "1000000",
            "--features",
            "30x30",
            "--trees",
            "3",
            "--json",
        ],
        most_mb: Some(4e9 / 1_048_576.0),
    },
];

/// Measures, and prints what the measurement says; tells whether it ended well and within its bound.
pub(super) fn measure(measurement: &Measurement) -> anyhow::Result<bool> {
    let mut command = cargo(["run", "--release", "--package", "consilium", "--"]);
    command.args(measurement.asked).stderr(Stdio::inherit());
    let output = command.output().context("starting consilium")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    if !output.status.success() {
        return Ok(false);
    }
    let line: Value = serde_json::from_str(said.lines().last().unwrap_or_default())
        .context("reading the measurement")?;
    if let Some(most) = measurement.most_mb {
        let parties = above(&line, most).join(", ");
        anyhow::ensure!(parties.is_empty(), "too much memory was held by {parties}");
    }
    Ok(true)
}

/// Names the parties that held more memory, or did not say how much.
fn above(line: &Value, most_mb: f64) -> Vec<String> {
    let parties = line["parties"].as_array().map_or(&[][..], Vec::as_slice);
    let holds_more = |party: &&Value| {
        let peak = party["peak_rss_mb"].as_f64();
        peak.is_none_or(|peak| peak > most_mb)
    };
    let name = |party: &Value| party["party"].as_str().unwrap_or("a party").to_owned();
    parties.iter().filter(holds_more).map(name).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parties_that_hold_too_much_memory_are_named() {
        let line = json!({ "parties": [
            { "party": "small", "peak_rss_mb": 10.0 },
            { "party": "large", "peak_rss_mb": 12.5 },
            { "party": "silent" },
        ]});
        assert_eq!(above(&line, 12.0), ["large", "silent"]);
    }
}
