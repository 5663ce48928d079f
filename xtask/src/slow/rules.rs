//! A hundred rules over ten million rows of fee detail.

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{
    mapping::{fees, watch},
    target,
};
use crate::run::{cargo, status, timed};

/// The name by which it is asked for.
pub(super) const NAME: &str = "rules-10m";
/// The same with a hundredth of the rows and programs that are not optimised, to see that it works.
pub(super) const QUICK: &str = "rules-100k";

/// How many rules there are, besides that tables can be read.
const RULES: usize = 100;

const HEAD: &str = r#"title = "fee detail"
as_of = "2026-01-31"

[limits]
memory_mb = 2048
seconds = 3600
disk_mb = 16384

[[source]]
name = "fees"
path = "fees.csv"

[[table]]
name = "fees"
source = "fees"
key = ["psn_no"]
columns = { amount = "det_item_fee_sumamt", at = "fee_ocur_time" }
types = { amount = "number", cnt = "number", pric = "number", at = "date" }

[[table]]
name = "people"
sql = "SELECT psn_no, sum(TRY_CAST(det_item_fee_sumamt AS DOUBLE)) AS total FROM fees GROUP BY psn_no"
key = ["psn_no"]
"#;

/// Rules about single rows, each with its heading; what stands in braces is another number in each round.
const ROWS: [(&str, &str); 8] = [
    (
        "completeness",
        "complete = [\"psn_no\", \"at\", \"amount\"]",
    ),
    (
        "conformity",
        "typed = [\"at\", \"amount\", \"cnt\", \"pric\"]",
    ),
    (
        "accuracy",
        "range = { column = \"pric\", min = 0.5, max = {}00 }",
    ),
    (
        "consistency",
        "holds = \"abs(amount - cnt * pric) < 0.0{}\"",
    ),
    (
        "conformity",
        "levels = { column = \"chrgitm_type\", of = [\"01\", \"02\", \"03\", \"09\", \"{}\"] }",
    ),
    (
        "conformity",
        "matches = { column = \"med_list_codg\", pattern = \"X[0-9]{22}\" }",
    ),
    ("timeliness", "fresh = { column = \"at\", days = 3{}0 }"),
    (
        "accuracy",
        "where = \"chrgitm_type = '{}'\"\nholds = \"amount BETWEEN 0 AND 4000\"",
    ),
];

/// Rules about several rows.
const GROUPS: [(&str, &str); 4] = [
    (
        "uniqueness",
        "unique = [\"psn_no\", \"at\", \"med_list_codg\"]",
    ),
    ("uniqueness", "duplicates = true"),
    (
        "consistency",
        "refers = { columns = [\"psn_no\"], to = \"people\" }",
    ),
    (
        "consistency",
        "overlap = { by = [\"psn_no\"], from = \"at\", until = \"at\" }",
    ),
];

/// Writes rows and rules, holds the one against the other, and prints a line of JSON.
pub(super) fn measure(name: &str) -> anyhow::Result<bool> {
    let (rows, release) = if name == QUICK {
        (100_000, false)
    } else {
        (10_000_000, true)
    };
    let profile = if release { "release" } else { "debug" };
    let mut build = cargo([
        "build",
        "--package",
        "consilium-sql",
        "--bins",
        "--examples",
    ]);
    if release {
        build.arg("--release");
    }
    anyhow::ensure!(status(&mut build)?.success(), "the programs don't compile");
    let folder = target().join(name);
    fs::create_dir_all(&folder).context("making a folder")?;
    let bytes = fees::write(&folder.join("fees.csv"), rows).context("writing the rows")?;
    fs::write(folder.join("rules.toml"), rules()).context("writing the rules")?;
    let programs = target().join(profile);
    let mut command = Command::new(programs.join("examples/quality"));
    command
        .arg(folder.join("rules.toml"))
        .arg(programs.join("consilium-sql"))
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("starting the example")?;
    let (peak_mb, took) = timed(|| watch(&mut child));
    let (peak_mb, output) = (peak_mb?, child.wait_with_output().context("waiting")?);
    anyhow::ensure!(output.status.success(), "the rules could not be checked");
    let report: Value = serde_json::from_slice(&output.stdout).context("reading the report")?;
    let results = report["rules"].as_array().context("no rules")?;
    let applied = results.iter().filter(|it| it["outcome"] == "applied");
    let applied = applied.filter(|it| it["origin"] == "file").count();
    println!(
        "{}",
        json!({
            "name": name,
            "rows": rows,
            "file_mb": bytes / 1_000_000,
            "rules": applied,
            "total": report["total"]["score"],
            "seconds": took.as_secs_f64(),
            "sql_peak_rss_mb": peak_mb,
        })
    );
    fs::remove_dir_all(folder).context("removing the folder")?;
    anyhow::ensure!(applied == RULES, "not all rules were applied");
    Ok(true)
}

/// A rule file of so many rules.
fn rules() -> String {
    let mut text = HEAD.to_owned();
    let single = ROWS.iter().cycle().take(RULES - GROUPS.len());
    for (number, (heading, test)) in GROUPS.iter().chain(single).enumerate() {
        let test = test.replace("{}", &format!("{}", 10 + number / ROWS.len()));
        write!(
            text,
            "\n[[rule]]\nid = \"r{number}\"\ntable = \"fees\"\nheading = \"{heading}\"\n{test}\n"
        )
        .expect("a string takes any text");
    }
    text
}
