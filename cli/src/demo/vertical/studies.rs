//! The tables of institutions and the studies over them, inside the program.

use std::path::Path;

use anyhow::{Context as _, bail};
use consilium_plan::{Grow, Lang, Plan, Task, Vertical, VerticalWork};

use crate::{
    demo::study::{DemoTable, Study},
    plan,
};

/// A file of the examples.
macro_rules! example {
    ($name:literal) => {
        include_bytes!(concat!("../../../../examples/", $name))
    };
}

/// Tables of institutions, and studies over them.
pub(super) struct Example {
    /// The demo's name where programs read it.
    pub(super) name: &'static str,
    /// What people read of who takes part.
    pub(super) title: (&'static str, &'static str),
    /// Of each institution its name, what its table is called, the table, and its schema's file.
    tables: &'static [(&'static str, &'static str, &'static [u8], &'static str)],
    /// Plans and schemas, as they are named beside the plans.
    texts: &'static [(&'static str, &'static [u8])],
    /// The plans that align rows, with their titles in Chinese.
    aligns: &'static [(&'static str, &'static str)],
    /// The title in Chinese of the plan that grows trees.
    grows: &'static str,
}

/// A hospital and two insurers.
pub(super) const ADMISSION: Example = Example {
    name: "vertical",
    title: (
        "Three institutions grow trees over their columns of the same people",
        "三家机构在各自关于同一批人的列上共同生长树",
    ),
    tables: &[
        (
            "hospital",
            "patients",
            example!("admission/hospital.csv.gz"),
            "hospital.toml",
        ),
        (
            "public",
            "cover",
            example!("admission/public.csv.gz"),
            "public.toml",
        ),
        (
            "commercial",
            "payments",
            example!("admission/commercial.csv.gz"),
            "commercial.toml",
        ),
    ],
    texts: &[
        ("align.toml", example!("admission/align.toml")),
        ("train.toml", example!("admission/train.toml")),
        ("predict.toml", example!("admission/predict.toml")),
        ("hospital.toml", example!("admission/hospital.toml")),
        ("public.toml", example!("admission/public.toml")),
        ("commercial.toml", example!("admission/commercial.toml")),
    ],
    aligns: &[("align", "三家机构共有的人")],
    grows: "住院预测：一家医院与两家保险机构的列",
};

/// Three hospitals and two insurers.
pub(super) const HOSPITALS: Example = Example {
    name: "vertical-hospitals",
    title: (
        "Three hospitals with one schema and two insurers grow trees over what they know of the hospitals' patients",
        "三家结构相同的医院与两家保险机构在关于各医院患者的列上共同生长树",
    ),
    tables: &[
        (
            "north",
            "patients",
            example!("hospitals/north.csv.gz"),
            "hospital.toml",
        ),
        (
            "south",
            "patients",
            example!("hospitals/south.csv.gz"),
            "hospital.toml",
        ),
        (
            "west",
            "patients",
            example!("hospitals/west.csv.gz"),
            "hospital.toml",
        ),
        (
            "public",
            "cover",
            example!("hospitals/public.csv.gz"),
            "public.toml",
        ),
        (
            "commercial",
            "payments",
            example!("admission/commercial.csv.gz"),
            COMMERCIAL,
        ),
    ],
    texts: &[
        ("align-north.toml", example!("hospitals/align-north.toml")),
        ("align-south.toml", example!("hospitals/align-south.toml")),
        ("align-west.toml", example!("hospitals/align-west.toml")),
        ("train.toml", example!("hospitals/train.toml")),
        ("predict.toml", example!("hospitals/predict.toml")),
        ("hospital.toml", example!("hospitals/hospital.toml")),
        ("public.toml", example!("hospitals/public.toml")),
        (COMMERCIAL, example!("admission/commercial.toml")),
    ],
    aligns: &[
        ("align-north", "两家保险机构所知的 north 患者"),
        ("align-south", "两家保险机构所知的 south 患者"),
        ("align-west", "两家保险机构所知的 west 患者"),
    ],
    grows: "住院预测：三家医院与两家保险机构的列",
};

const COMMERCIAL: &str = "../admission/commercial.toml";

/// The column of the key.
pub(super) const KEY: &str = "insurance_number";

/// The studies, each over what those before have found.
#[derive(Debug)]
pub(super) struct Studies {
    aligns: Vec<Study>,
    pub(super) grow: Study,
    predict: Study,
}

impl Example {
    /// Reads the plans.
    pub(super) fn studies(&self, lang: Lang) -> anyhow::Result<Studies> {
        let text = |file: &Path| self.text(file);
        let read = |name, title| {
            let file = format!("{name}.toml");
            let plan = plan::load_from(&text, Path::new(&file), lang)?.plan;
            anyhow::Ok(Study { name, plan, title })
        };
        let aligns = self.aligns.iter().map(|(name, title)| read(name, title));
        Ok(Studies {
            aligns: aligns.collect::<anyhow::Result<_>>()?,
            grow: read("train", self.grows)?,
            predict: read("predict", "哪些人可能住院")?,
        })
    }

    /// Gives the tables with their schemas.
    pub(super) fn tables(&self) -> anyhow::Result<Vec<DemoTable>> {
        let tables = self.tables.iter().map(|(party, name, rows, schema)| {
            Ok(DemoTable {
                party,
                name,
                rows,
                schema: self.text(Path::new(schema))?,
            })
        });
        tables.collect()
    }

    /// Gives a plan or a schema.
    fn text(&self, file: &Path) -> anyhow::Result<String> {
        let mut texts = self.texts.iter();
        let found = texts.find(|(name, _)| Path::new(name) == file);
        let (_, text) = found.context("the demo has no such file")?;
        Ok(str::from_utf8(text)?.to_owned())
    }
}

impl Studies {
    /// Gives the studies in the order in which they run.
    pub(super) fn in_order(&self) -> Vec<&Study> {
        let aligns = self.aligns.iter();
        aligns.chain([&self.grow, &self.predict]).collect()
    }

    /// Gives what the one that grows trees is about.
    pub(super) fn task(&self) -> anyhow::Result<&Vertical> {
        task(&self.grow.plan)
    }
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
        VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => bail!("the plan grows no trees"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_study_names_those_before() {
        for (example, label_holder) in [(ADMISSION, "hospital"), (HOSPITALS, "public")] {
            let studies = example.studies(Lang::En).unwrap();
            let predicting = task(&studies.predict.plan).unwrap();
            let aligns = studies.aligns.iter().map(|align| align.plan.hash());
            let aligns: Vec<_> = aligns.collect();
            for task in [studies.task().unwrap(), predicting] {
                assert_eq!(task.label_holder.as_str(), label_holder);
                let named = task.alignments_of(&task.label_holder).into_iter();
                assert_eq!(named.map(|(_, align)| align).collect::<Vec<_>>(), aligns);
            }
            let model = studies.grow.plan.hash();
            assert_eq!(predicting.work, VerticalWork::Predict { model });
        }
    }
}
