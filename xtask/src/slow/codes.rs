//! Codes and names on public data: what the examples of `consilium-codes` measure.

use std::{path::Path, process::Stdio};

use anyhow::Context as _;
use serde_json::Value;

use crate::run::cargo;

/// The names by which they are asked for, and the examples that measure.
pub(super) const EXAMPLES: [(&str, &str); 2] =
    [("code-names", "names"), ("code-agreement", "agreement")];

/// Runs an example on the tables in `data`; tells whether all that has a goal reached it.
pub(super) fn measure(example: &str, data: Option<&Path>) -> anyhow::Result<bool> {
    let data = data.with_context(|| {
        format!("{example} are measured on data that are not part of the project: --data FOLDER")
    })?;
    let mut command = cargo([
        "run",
        "--release",
        "--package",
        "consilium-codes",
        "--example",
    ]);
    command
        .arg(example)
        .arg("--")
        .arg(data)
        .stderr(Stdio::inherit());
    let output = command.output().context("starting an example")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    Ok(output.status.success() && said.lines().all(reached))
}

pub(super) fn reached(line: &str) -> bool {
    serde_json::from_str(line).is_ok_and(|line: Value| line["ok"] != false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_that_was_missed_is_a_failure() {
        assert!(reached(r#"{"ok": true}"#));
        assert!(reached(r#"{"count": 3}"#));
        assert!(!reached(r#"{"ok": false}"#));
        assert!(!reached("no line of JSON"));
    }

    #[test]
    fn without_data_it_says_what_is_missing() {
        let error = measure("names", None).expect_err("no data");
        assert!(error.to_string().contains("--data FOLDER"), "{error}");
    }
}
