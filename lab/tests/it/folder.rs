//! A folder with a plan, its schema, and tables.

use std::{fmt::Write as _, fs, path::PathBuf};

use consilium_lab::{Experiment, LabError, Tables};
use tempfile::TempDir;

const SCHEMA: &str = r#"
[[column]]
name = "x"
type = "number"
min = 0
max = 1

[[column]]
name = "ill"
type = "boolean"

[[column]]
name = "site"
type = "integer"

[[column]]
name = "person"
type = "code"
"#;

const PLAN: &str = r#"
title = "Three hospitals"
purpose = "research: tests"
kind = "train-gbdt"
schema = "schema.toml"
features = ["x"]
label = { column = "ill" }
party = [
    { name = "north", data = "rows" },
    { name = "south", data = "rows" },
    { name = "west", data = "rows" },
]

[trees]
objective = "logistic"
trees = 20
"#;

/// An experiment over one file of each institution.
pub(crate) const FILES: &str = r#"title = "Coarser trees"
plan = "plan.toml"
seeds = [1, 2]

[data.north]
file = "north.csv"

[data.south]
file = "south.csv"

[data.west]
file = "west.csv"

[test]
share = 0.25

[[approximate]]
"trees.bins" = [16, 32]
"trees.trees" = [5, 10, 15]
"#;

/// An experiment over one table.
pub(crate) const TABLE: &str = r#"title = "Coarser trees"
plan = "plan.toml"
seeds = [1, 2]

[table]
file = "all.csv"

[table.split]
by = "column"
column = "site"
parties = { north = ["1", "2"], south = ["3"], west = ["4"] }
rest = "drop"

[test]
folds = 3
group = "person"

[[approximate]]
"trees.bins" = [16]
"#;

pub(crate) struct Folder(TempDir);

impl Folder {
    /// Lays down a plan, a file of 40 rows for each of three institutions, and a table of 200 rows of
    /// 100 people and six sites.
    pub(crate) fn new() -> Folder {
        let folder = Folder(TempDir::new().expect("there is room"));
        folder.write("schema.toml", SCHEMA);
        folder.write("plan.toml", PLAN);
        for party in ["north", "south", "west"] {
            folder.write(&format!("{party}.csv"), &rows(40));
        }
        folder.write("all.csv", &rows(200));
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("there is room");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn load(&self, experiment: &str) -> Result<Experiment, LabError> {
        self.write("lab.toml", experiment);
        Experiment::load(&self.path("lab.toml"))
    }

    pub(crate) fn read(&self, experiment: &str) -> Result<(Experiment, Tables), LabError> {
        let experiment = self.load(experiment)?;
        let tables = Tables::read(&experiment)?;
        Ok((experiment, tables))
    }

    /// Says why an experiment is refused, with files named as they stand in the folder.
    pub(crate) fn refusal(&self, experiment: &str) -> String {
        let error = self.read(experiment).map(drop);
        let error = error.expect_err("it is refused").to_string();
        error.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Makes rows of which every third is positive; a person has two rows, one below the other.
pub(crate) fn rows(count: usize) -> String {
    let mut text = "x,ill,site,person\n".to_owned();
    for row in 0..count {
        let x = (row * 37 % 101) as f64 / 101.0;
        let (ill, site, person) = (u8::from(row % 3 == 0), row % 6 + 1, row / 2);
        writeln!(text, "{x},{ill},{site},p{person}").expect("a string takes any text");
    }
    text
}
