//! A mapping over ten million rows of fee detail.

pub(super) mod fees;

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::target;
use crate::run::{cargo, pause, status, timed};

/// The name by which it is asked for.
pub(super) const NAME: &str = "map-10m";

/// The rows of fee detail.
const ROWS: u64 = 10_000_000;

/// The most memory that the process may ever hold, in MiB.
const MOST_MB: f64 = 2e9 / 1_048_576.0;

/// What is made of them, for each patient. Grouped twice: `count(DISTINCT)` of a text takes kilobytes a group.
const MAPPING: &str = r#"schema = "features.toml"
sql = """
WITH items AS (
  SELECT psn_no, med_list_codg, count(*) AS lines, sum(det_item_fee_sumamt) AS spent, sum(pric) AS prices,
         sum(CASE WHEN chrgitm_type = '09' THEN det_item_fee_sumamt ELSE 0 END) AS spent_on_drugs,
         sum(cnt) AS pieces, min(fee_ocur_time) AS first, max(fee_ocur_time) AS last
  FROM fees
  GROUP BY psn_no, med_list_codg
)
SELECT psn_no, sum(lines) AS items, sum(spent) AS spent, sum(prices) / sum(lines) AS mean_price,
       sum(spent_on_drugs) AS spent_on_drugs, count(*) AS different_items, sum(pieces) AS pieces,
       max(last) - min(first) AS days
FROM items
GROUP BY psn_no
ORDER BY psn_no"""

[limits]
memory_mb = 1536
seconds = 3600

[[source]]
name = "fees"
path = "fees.csv"
[source.types]
det_item_fee_sumamt = "number"
cnt = "number"
pric = "number"
fee_ocur_time = "date"
"#;

/// The types of what comes out.
const SCHEMA: [(&str, &str); 8] = [
    ("psn_no", "code"),
    ("items", "integer"),
    ("spent", "number"),
    ("mean_price", "number"),
    ("spent_on_drugs", "number"),
    ("different_items", "integer"),
    ("pieces", "number"),
    ("days", "integer"),
];

/// Writes the rows, maps them to features by release programs, and prints a line of JSON; tells
/// whether the memory stayed within its bound.
pub(super) fn measure() -> anyhow::Result<bool> {
    let mut build = cargo(["build", "--release", "--package", "consilium", "--package"]);
    anyhow::ensure!(
        status(build.arg("consilium-sql"))?.success(),
        "the programs don't compile"
    );
    let folder = &target().join(NAME);
    fs::create_dir_all(folder).context("making a folder")?;
    let bytes = fees::write(&folder.join("fees.csv"), ROWS).context("writing the rows")?;
    fs::write(folder.join("features.map.toml"), MAPPING).context("writing the mapping")?;
    let column = |(name, kind)| format!("[[column]]\nname = {name:?}\ntype = {kind:?}\n");
    let schema: String = SCHEMA.map(column).concat();
    fs::write(folder.join("features.toml"), schema).context("writing the schema")?;
    let _ = fs::remove_file(folder.join("features.csv"));
    let mut command = Command::new(target().join("release/consilium").canonicalize()?);
    command
        .current_dir(folder)
        .args(["data", "map", "run", "features.map.toml", "--json"])
        .args(["--out", "features.csv"])
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("starting consilium")?;
    let (peak_mb, took) = timed(|| watch(&mut child));
    let (peak_mb, output) = (peak_mb?, child.wait_with_output().context("waiting")?);
    anyhow::ensure!(output.status.success(), "the mapping failed");
    let line: Value = serde_json::from_slice(&output.stdout).context("reading what it says")?;
    println!(
        "{}",
        json!({
            "name": NAME,
            "rows": ROWS,
            "file_mb": bytes / 1_000_000,
            "patients": line["rows"],
            "seconds": took.as_secs_f64(),
            "sql_peak_rss_mb": peak_mb,
        })
    );
    fs::remove_dir_all(folder).context("removing the folder")?;
    anyhow::ensure!(peak_mb <= MOST_MB, "too much memory was held");
    Ok(true)
}

/// Looks at the process's child until the process ends; gives the most memory the child ever held,
/// in MiB.
pub(super) fn watch(process: &mut Child) -> anyhow::Result<f64> {
    let mut peak_kb: f64 = 0.0;
    while process.try_wait().context("watching consilium")?.is_none() {
        for child in children(process.id()) {
            peak_kb = peak_kb.max(peak_of(&child).unwrap_or(0.0));
        }
        pause(Duration::from_millis(50));
    }
    Ok(peak_kb / 1024.0)
}

/// The processes that threads of a process have started.
fn children(process: u32) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let lists = threads.into_iter().flatten().flatten();
    let lists = lists.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn peak_of(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
