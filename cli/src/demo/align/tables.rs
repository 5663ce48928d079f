//! The tables of three institutions and the plans over them, inside the program.

use anyhow::{Context as _, bail};
use consilium_plan::{Plan, Task};

use crate::{
    demo::study::{DemoTable, Study},
    local::inputs::of_keys,
};

/// A file of the example.
macro_rules! example {
    ($name:literal) => {
        include_bytes!(concat!("../../../../examples/medicare/", $name))
    };
}

/// Of each institution its name, what its table is called, and the table.
const TABLES: [(&str, &str, &[u8]); 3] = [
    ("hospital", "stays", example!("hospital.csv.gz")),
    ("public", "roll", example!("public.csv.gz")),
    ("commercial", "payments", example!("commercial.csv.gz")),
];

/// The studies in the order in which they run, with their titles in Chinese; the last is over all
/// institutions.
const PLANS: [(&str, &[u8], &str); 3] = [
    ("vole", example!("vole.toml"), "医院患者中的公共医保参保人"),
    (
        "unbalanced",
        example!("unbalanced.toml"),
        "商业保险客户中的公共医保参保人",
    ),
    ("star", example!("star.toml"), "三家机构共有的人"),
];

/// Which row of which table is whose.
pub(super) const TRUTH: &[u8] = example!("truth.csv.gz");

/// Reads the plans.
pub(super) fn studies() -> anyhow::Result<Vec<Study>> {
    let read = |(name, text, title)| {
        let plan = Plan::from_toml(str::from_utf8(text)?);
        let plan = plan.with_context(|| format!("the plan {name}"))?;
        Ok(Study { name, plan, title })
    };
    PLANS.into_iter().map(read).collect()
}

/// Gives the tables; the key's columns are those of any of the plans.
pub(super) fn of(plan: &Plan) -> anyhow::Result<Vec<DemoTable>> {
    let Task::Align(task) = plan.task() else {
        bail!("the demo's plans align rows");
    };
    let tables = TABLES.map(|(party, name, rows)| DemoTable {
        party,
        name,
        rows,
        schema: of_keys(task),
    });
    Ok(tables.into())
}
