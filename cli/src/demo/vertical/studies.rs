//! The tables of three institutions and the studies over them, inside the program.

use std::path::Path;

use anyhow::{Context as _, bail};
use consilium_plan::{Grow, Lang, Plan, Task, Vertical, VerticalWork};

use crate::{
    demo::study::{DemoTable, Study},
    plan,
};

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

/// Plans and schemas.
const TEXTS: [(&str, &[u8]); 6] = [
    ("align.toml", example!("align.toml")),
    ("train.toml", example!("train.toml")),
    ("predict.toml", example!("predict.toml")),
    ("hospital.toml", example!("hospital.toml")),
    ("public.toml", example!("public.toml")),
    ("commercial.toml", example!("commercial.toml")),
];

/// The column of the key.
pub(super) const KEY: &str = "insurance_number";

/// The studies, each over what the one before has found.
#[derive(Debug)]
pub(super) struct Studies {
    align: Study,
    pub(super) grow: Study,
    predict: Study,
}

impl Studies {
    /// Reads the plans.
    pub(super) fn load(lang: Lang) -> anyhow::Result<Studies> {
        let read = |name, title| {
            let file = format!("{name}.toml");
            let plan = plan::load_from(&text, Path::new(&file), lang)?.plan;
            anyhow::Ok(Study { name, plan, title })
        };
        Ok(Studies {
            align: read("align", "三家机构共有的人")?,
            grow: read("train", "住院预测：一家医院与两家保险机构的列")?,
            predict: read("predict", "哪些人可能住院")?,
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

/// Gives a plan or a schema.
fn text(file: &Path) -> anyhow::Result<String> {
    let mut texts = TEXTS.into_iter();
    let found = texts.find(|(name, _)| Path::new(name) == file);
    let (_, text) = found.context("the demo has no such file")?;
    Ok(str::from_utf8(text)?.to_owned())
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

/// Gives the tables with their schemas.
pub(super) fn tables() -> anyhow::Result<Vec<DemoTable>> {
    let tables = TABLES.map(|(party, name, rows, schema)| {
        Ok(DemoTable {
            party,
            name,
            rows,
            schema: text(Path::new(schema))?,
        })
    });
    tables.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use consilium_plan::Common;

    use super::*;

    #[test]
    fn each_study_names_the_one_before() {
        let studies = Studies::load(Lang::En).unwrap();
        let predicting = task(&studies.predict.plan).unwrap();
        for task in [studies.task().unwrap(), predicting] {
            assert_eq!(task.common, Common::All(studies.align.plan.hash()));
            assert_eq!(task.label_holder.as_str(), "hospital");
        }
        let model = studies.grow.plan.hash();
        assert_eq!(predicting.work, VerticalWork::Predict { model });
    }
}
