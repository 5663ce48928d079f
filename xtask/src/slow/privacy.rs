//! The vectors of `consilium-privacy`, made anew by the reference and held against those that are kept.

use std::{fs, path::Path, process::Command};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{gbdt::environment, target};
use crate::run::status;

/// The name by which it is asked for.
pub(super) const NAME: &str = "privacy-vectors";

const VECTORS: &str = "trust/privacy/vectors";
const INSTALL: [&[&str]; 1] = [&["-r", "trust/privacy/vectors/requirements.txt"]];

/// How far a number made anew may be from the one that is kept, relative to 1 at least.
const TOLERANCE: f64 = 1e-12;
/// The same for what is found by halving intervals.
const TOLERANCE_OF_ROOTS: f64 = 1e-7;

/// Makes the vectors anew and prints a line of JSON on how many numbers differ.
pub(super) fn compare() -> anyhow::Result<bool> {
    let folder = target().join(NAME);
    let python = environment(&folder.join("environment"), &INSTALL)?;
    let mut make = Command::new(python);
    make.env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(Path::new(VECTORS).join("make.py"))
        .arg(&folder);
    anyhow::ensure!(status(&mut make)?.success(), "the vectors can't be made");
    let read = |folder: &Path| -> anyhow::Result<Value> {
        let path = folder.join("tables.json");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(serde_json::from_str(&text)?)
    };
    let mut compared = Compared::default();
    let (kept, made) = (read(Path::new(VECTORS))?, read(&folder)?);
    for part in ["tables", "classes"] {
        compared.hold(&kept[part], &made[part], part, TOLERANCE);
    }
    let ok = compared.differing.is_empty();
    let line = json!({
        "name": NAME,
        "ok": ok,
        "numbers": compared.numbers,
        "differing": compared.differing,
        "kept": kept["versions"],
        "made": made["versions"],
    });
    println!("{line}");
    Ok(ok)
}

/// How many numbers were held against each other, and where others stand.
#[derive(Debug, Default, PartialEq)]
struct Compared {
    numbers: u64,
    differing: Vec<String>,
}

impl Compared {
    fn hold(&mut self, kept: &Value, made: &Value, place: &str, tolerance: f64) {
        match (kept, made) {
            (Value::Object(kept), Value::Object(made)) if kept.len() == made.len() => {
                for (name, kept) in kept {
                    let is_root = ["snb", "pitman"].contains(&name.as_str());
                    let tolerance = if is_root {
                        TOLERANCE_OF_ROOTS
                    } else {
                        tolerance
                    };
                    let made = made.get(name).unwrap_or(&Value::Null);
                    self.hold(kept, made, &format!("{place}.{name}"), tolerance);
                }
            }
            (Value::Array(kept), Value::Array(made)) if kept.len() == made.len() => {
                for (number, (kept, made)) in kept.iter().zip(made).enumerate() {
                    self.hold(kept, made, &format!("{place}[{number}]"), tolerance);
                }
            }
            (Value::Number(kept), Value::Number(made)) => {
                self.numbers += 1;
                let (kept, made) = (kept.as_f64(), made.as_f64());
                let near =
                    |kept: f64, made: f64| (kept - made).abs() <= tolerance * kept.abs().max(1.0);
                let are_near = kept.zip(made).is_some_and(|(kept, made)| near(kept, made));
                if !are_near {
                    self.differing.push(place.to_owned());
                }
            }
            (kept, made) if kept == made => {}
            _ => self.differing.push(place.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_has_moved_is_named_by_its_place() {
        let kept = json!([{ "t": 0.5, "snb": 10.0, "name": "a", "none": null }]);
        let hold = |made: Value| {
            let mut compared = Compared::default();
            compared.hold(&kept, &made, "tables", TOLERANCE);
            compared
        };
        let near = hold(json!([{ "t": 0.5, "snb": 10.000_000_1, "name": "a", "none": null }]));
        assert_eq!(
            near,
            Compared {
                numbers: 2,
                differing: Vec::new()
            }
        );
        let far = hold(json!([{ "t": 0.500_000_1, "snb": 10.0, "name": "b", "none": 1 }]));
        assert_eq!(
            far.differing,
            ["tables[0].name", "tables[0].none", "tables[0].t"]
        );
        assert_eq!(hold(json!([])).differing, ["tables"]);
    }
}
