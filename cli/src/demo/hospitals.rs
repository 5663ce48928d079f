//! The four hospitals of the demo, with their data inside the program.

use std::collections::HashMap;

use anyhow::{Context as _, bail, ensure};
use consilium_data::{
    Reading,
    design::{Design, Features, MissingFeatures},
};
use consilium_glm::{Regression, Table};
use consilium_mailbox::PartyId;
use consilium_plan::{Glm, Learner, Plan, RawPlan, Task, Train};
use consilium_schema::Schema;

pub(crate) const SCHEMA: &str = include_str!("../../../examples/heart-disease/schema.toml");
const PLAN: &str = include_str!("../../../examples/heart-disease/plan.toml");
/// Of each hospital its name, its rows, and which of them serve for what.
const FILES: [(&str, &[u8], &str); 4] = [
    (
        "cleveland",
        include_bytes!("../../../examples/heart-disease/processed.cleveland.data"),
        include_str!("../../../examples/heart-disease/cleveland-split.csv"),
    ),
    (
        "hungarian",
        include_bytes!("../../../examples/heart-disease/processed.hungarian.data"),
        include_str!("../../../examples/heart-disease/hungarian-split.csv"),
    ),
    (
        "switzerland",
        include_bytes!("../../../examples/heart-disease/processed.switzerland.data"),
        include_str!("../../../examples/heart-disease/switzerland-split.csv"),
    ),
    (
        "va",
        include_bytes!("../../../examples/heart-disease/processed.va.data"),
        include_str!("../../../examples/heart-disease/va-split.csv"),
    ),
];
/// One hospital with its rows.
#[derive(Debug)]
pub(crate) struct Hospital {
    pub(crate) party: PartyId,
    /// Its data file.
    pub(crate) file: &'static [u8],
    /// Which of its rows serve for what, CSV.
    pub(crate) split: &'static str,
    pub(crate) train: Sample,
    pub(crate) test: Sample,
}

/// Rows for one purpose.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) table: Table,
    /// Where in the hospital's file each row stands, counted from 1.
    pub(crate) row_numbers: Vec<usize>,
}

/// The demo's plan and data.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) plan: Plan,
    /// The regression, on FLamby's 13 features with the penalty of its benchmark, and what it is
    /// compared with.
    pub(crate) glm: Glm,
    pub(crate) hospitals: Vec<Hospital>,
}

impl Demo {
    /// Reads the plan and the hospitals' files.
    pub(crate) fn load() -> anyhow::Result<Demo> {
        let schema = Schema::from_toml(SCHEMA)?;
        let schemas = [("schema.toml", schema.clone())].into();
        let plan = Plan::check(&RawPlan::parse(PLAN)?, &schemas)?;
        let Task::Train(task) = plan.task() else {
            bail!("the demo's plan trains no model");
        };
        let Learner::Glm(glm) = &task.learner else {
            bail!("the demo's plan fits no regression");
        };
        let hospitals = FILES
            .into_iter()
            .map(|files| hospital(files, &schema, (task, glm)))
            .collect::<anyhow::Result<_>>()?;
        let glm = glm.clone();
        Ok(Demo {
            plan,
            glm,
            hospitals,
        })
    }

    pub(crate) fn regression(&self) -> &Regression {
        &self.glm.regression
    }
}

fn hospital(
    (name, file, split): (&str, &'static [u8], &'static str),
    schema: &Schema,
    (task, glm): (&Train, &Glm),
) -> anyhow::Result<Hospital> {
    let purposes = purposes(split).with_context(|| format!("the split of {name}"))?;
    let read = Reading::new(schema).stream(file);
    let loaded = read.with_context(|| format!("reading the rows of {name}"))?;
    let features: Vec<&str> = task.features.iter().map(String::as_str).collect();
    let features = Features {
        names: &features,
        preparation: task.preparation.as_ref(),
    };
    let design = Design::new(
        &loaded.table,
        features,
        Some(&task.label),
        MissingFeatures::Drop,
    )?;
    let sample = |purpose| {
        let belongs = |row| purposes.get(&row) == Some(&purpose);
        sample(&glm.regression, &design, belongs)
    };
    let (train, test) = (sample(Purpose::Train)?, sample(Purpose::Test)?);
    let placed = train.row_numbers.len() + test.row_numbers.len();
    ensure!(
        placed == design.rows,
        "the split of {name} misses a complete row"
    );
    Ok(Hospital {
        party: name.parse()?,
        file,
        split,
        train,
        test,
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Purpose {
    Train,
    Test,
}

/// Reads which row serves which purpose.
fn purposes(split: &str) -> anyhow::Result<HashMap<usize, Purpose>> {
    let mut lines = split.lines();
    ensure!(lines.next() == Some("row,split"), "it has another header");
    lines
        .map(|line| match line.split_once(',') {
            Some((row, "train")) => Ok((row.parse()?, Purpose::Train)),
            Some((row, "test")) => Ok((row.parse()?, Purpose::Test)),
            _ => bail!("a line says neither train nor test"),
        })
        .collect()
}

fn sample(
    regression: &Regression,
    design: &Design,
    belongs: impl Fn(usize) -> bool,
) -> anyhow::Result<Sample> {
    let rows = (0..design.rows).filter(|row| belongs(design.row_numbers[*row]));
    let (mut features, mut labels, mut row_numbers) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        features.extend_from_slice(design.row(row));
        labels.push(design.y[row]);
        row_numbers.push(design.row_numbers[row]);
    }
    Ok(Sample {
        table: Table::new(regression, features, labels)?,
        row_numbers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hospitals_have_the_rows_of_flambys_split() {
        let demo = Demo::load().expect("the files are whole");
        let hospitals = &demo.hospitals;
        let rows: Vec<_> = hospitals
            .iter()
            .map(|h| (h.party.as_str(), h.train.table.rows(), h.test.table.rows()))
            .collect();
        assert_eq!(
            rows,
            [
                ("cleveland", 199, 104),
                ("hungarian", 172, 89),
                ("switzerland", 30, 16),
                ("va", 85, 45),
            ]
        );
        assert_eq!(demo.regression().specification().columns.len(), 13);
    }
}
