//! The tables of three institutions and the studies over them, inside the program.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail};
use consilium_plan::{Grow, Lang, Plan, PlanHash, RawPlan, Task, Vertical, VerticalWork};
use consilium_schema::Schema;

use crate::local::inputs::PartyData;

/// A file of the example.
macro_rules! example {
    ($name:literal) => {
        include_bytes!(concat!("../../../../examples/admission/", $name))
    };
}

/// Of each institution its name, what its table is called, the table, and its schema's file.
const TABLES: [(&str, &str, &[u8], &str); 3] = [
    (
        "hospital",
        "patients",
        example!("hospital.csv.gz"),
        "hospital.toml",
    ),
    ("public", "cover", example!("public.csv.gz"), "public.toml"),
    (
        "commercial",
        "payments",
        example!("commercial.csv.gz"),
        "commercial.toml",
    ),
];

const SCHEMAS: [(&str, &[u8]); 3] = [
    ("hospital.toml", example!("hospital.toml")),
    ("public.toml", example!("public.toml")),
    ("commercial.toml", example!("commercial.toml")),
];

/// The column of the key.
pub(super) const KEY: &str = "insurance_number";

/// A study of the demo.
#[derive(Clone, Debug)]
pub(super) struct Study {
    /// The name of its plan, and of the folder of its result.
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

/// The studies, each over what the one before has found.
#[derive(Debug)]
pub(super) struct Studies {
    align: Study,
    pub(super) grow: Study,
    predict: Study,
}

impl Studies {
    /// Reads the plans.
    pub(super) fn load() -> anyhow::Result<Studies> {
        let mut before = BTreeMap::new();
        let mut next = |name, text: &[u8], title| {
            let study = read(name, text, (title, &before))?;
            before.insert(format!("{name}.toml"), study.plan.hash());
            anyhow::Ok(study)
        };
        let title = "住院预测：一家医院与两家保险机构的列";
        Ok(Studies {
            align: next("align", example!("align.toml"), "三家机构共有的人")?,
            grow: next("train", example!("train.toml"), title)?,
            predict: next("predict", example!("predict.toml"), "哪些人可能住院")?,
        })
    }

    /// Gives the studies in the order in which they run.
    pub(super) fn in_order(&self) -> [&Study; 3] {
        [&self.align, &self.grow, &self.predict]
    }

    /// Gives what the second of them is about.
    pub(super) fn task(&self) -> anyhow::Result<&Vertical> {
        task(&self.grow.plan)
    }
}

/// Reads a plan that may name those before it.
fn read(
    name: &'static str,
    text: &[u8],
    (title, before): (&'static str, &BTreeMap<String, PlanHash>),
) -> anyhow::Result<Study> {
    let checked = || {
        let raw = RawPlan::parse(str::from_utf8(text)?)?.with_studies(before);
        let mut schemas = BTreeMap::new();
        for file in raw.schema_files() {
            schemas.insert(file, Schema::from_toml(schema(file)?)?);
        }
        anyhow::Ok(Plan::check(&raw, &schemas)?)
    };
    let plan = checked().with_context(|| format!("the plan {name}"))?;
    Ok(Study { name, plan, title })
}

fn schema(file: &str) -> anyhow::Result<&'static str> {
    let mut schemas = SCHEMAS.into_iter();
    let found = schemas.find(|(name, _)| *name == file);
    let (_, text) = found.with_context(|| format!("the demo has no file {file}"))?;
    Ok(str::from_utf8(text)?)
}

fn task(plan: &Plan) -> anyhow::Result<&Vertical> {
    match plan.task() {
        Task::Vertical(task) => Ok(task),
        _ => bail!("the plan is not one of trees over columns of several institutions"),
    }
}

/// Gives how a task's trees are grown.
pub(super) fn growth(task: &Vertical) -> anyhow::Result<&Grow> {
    match &task.work {
        VerticalWork::Grow(grow) => Ok(grow),
        VerticalWork::Predict { .. } => bail!("the plan grows no trees"),
    }
}

/// Writes the tables into a new folder.
pub(super) fn write(folder: &Path) -> anyhow::Result<Vec<PartyData>> {
    fs::create_dir(folder).with_context(|| folder.display().to_string())?;
    let folder = fs::canonicalize(folder)?;
    let data = TABLES.map(|(party, name, table, of)| {
        let file = folder.join(format!("{party}.csv.gz"));
        fs::write(&file, table).with_context(|| file.display().to_string())?;
        Ok(PartyData {
            party: party.parse()?,
            name: name.into(),
            file,
            schema: schema(of)?.into(),
            splits: Vec::new(),
        })
    });
    data.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_study_names_the_one_before() {
        let studies = Studies::load().unwrap();
        let predicting = task(&studies.predict.plan).unwrap();
        for task in [studies.task().unwrap(), predicting] {
            assert_eq!(task.alignment, studies.align.plan.hash());
            assert_eq!(task.label_holder.as_str(), "hospital");
        }
        let model = studies.grow.plan.hash();
        assert_eq!(predicting.work, VerticalWork::Predict { model });
    }
}
