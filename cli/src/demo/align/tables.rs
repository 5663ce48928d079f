//! The tables of three institutions and the plans over them, inside the program.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use consilium_plan::{Lang, Plan, Task};

use crate::local::inputs::{PartyData, of_keys};

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

/// A plan of the demo.
#[derive(Debug)]
pub(super) struct Study {
    /// Its protocol's name, and that of the folder of its result.
    pub(super) name: &'static str,
    pub(super) plan: Plan,
    /// The plan's title in Chinese.
    title: &'static str,
}

impl Study {
    /// Gives what people read as the study's title.
    pub(super) fn title(&self, lang: Lang) -> &str {
        lang.pick(self.plan.title(), self.title)
    }
}

/// Reads the plans.
pub(super) fn studies() -> anyhow::Result<Vec<Study>> {
    let read = |(name, text, title)| {
        let plan = Plan::from_toml(str::from_utf8(text)?);
        let plan = plan.with_context(|| format!("the plan {name}"))?;
        Ok(Study { name, plan, title })
    };
    PLANS.into_iter().map(read).collect()
}

/// Writes the tables into a new folder; the key's columns are those of any of the plans.
pub(super) fn write(folder: &Path, plan: &Plan) -> anyhow::Result<Vec<PartyData>> {
    let Task::Align(task) = plan.task() else {
        bail!("the demo's plans align rows");
    };
    fs::create_dir(folder).with_context(|| folder.display().to_string())?;
    let folder = fs::canonicalize(folder)?;
    let data = TABLES.map(|(party, name, table)| {
        let file = folder.join(format!("{party}.csv.gz"));
        fs::write(&file, table).with_context(|| file.display().to_string())?;
        Ok(PartyData {
            party: party.parse()?,
            name: name.into(),
            file,
            schema: of_keys(task),
            splits: Vec::new(),
        })
    });
    data.into_iter().collect()
}
