//! The example's files, inside the program, and what each hospital is given.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_base::Seed;
use consilium_plan::{Lang, Plan};
use consilium_schema::Schema;

use super::deal::{Stays, deal};
use crate::{local::inputs::PartyData, plan};

/// The published table, packed by gzip, and its schema.
const ROWS: &[u8] = include_bytes!("../../../../examples/diabetes/encounters.csv.gz");
const SCHEMA: &str = include_str!("../../../../examples/diabetes/schema.toml");
/// What each hospital holds against its own stays, and what all of them train.
const RULES: &str = include_str!("../../../../examples/trust/quality.rules.toml");
const PLAN: &str = include_str!("../../../../examples/trust/plan.toml");
/// The same training with a valuation, and of stays alone that are fit.
const VALUE: &str = include_str!("../../../../examples/trust/value.toml");
const TRUSTED: &str = include_str!("../../../../examples/trust/trusted.toml");
/// What cards are for.
pub(super) const PURPOSE: &str = include_str!("../../../../examples/trust/purpose.toml");

/// The data set's name in the plan, and that of its split.
const DATA: &str = "stays";
const SPLIT: &str = "held";

/// What the demo begins with.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) schema: Schema,
    pub(super) plan: Plan,
    pub(super) value: Plan,
    pub(super) trusted: Plan,
    /// Each hospital's stays as they would be, had nothing gone wrong.
    pub(super) sound: Vec<Stays>,
    /// As they are.
    pub(super) hospitals: Vec<Stays>,
}

impl Example {
    /// Reads the files and deals the table out.
    pub(super) fn load(lang: Lang) -> anyhow::Result<Example> {
        let schema = Schema::from_toml(SCHEMA)?;
        let text = |file: &Path| match file.to_str() {
            Some("plan.toml") => Ok(PLAN.to_owned()),
            Some("value.toml") => Ok(VALUE.to_owned()),
            Some("trusted.toml") => Ok(TRUSTED.to_owned()),
            Some("../diabetes/schema.toml") => Ok(SCHEMA.to_owned()),
            _ => anyhow::bail!("the demo has no file {}", file.display()),
        };
        let plan = |name| anyhow::Ok(plan::load_from(&text, Path::new(name), lang)?.plan);
        // No secret: whoever has the table can deal it out again.
        let seed = Seed::from_bytes([0; 32]);
        let sound = deal(ROWS, &schema, &seed)?;
        let hospitals = sound.iter().cloned();
        let hospitals = hospitals.map(|stays| stays.mistaken(&schema, &seed));
        Ok(Example {
            hospitals: hospitals.collect::<anyhow::Result<_>>()?,
            schema,
            plan: plan("plan.toml")?,
            value: plan("value.toml")?,
            trusted: plan("trusted.toml")?,
            sound,
        })
    }

    /// Writes each hospital's files into a folder of its own, in a new folder.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<Vec<PartyData>> {
        make(folder)?;
        let folder = fs::canonicalize(folder)?;
        let data = self.hospitals.iter().map(|stays| {
            let own = folder.join(stays.party);
            make(&own)?;
            write(own.join("schema.toml"), SCHEMA.as_bytes())?;
            write(own.join("quality.rules.toml"), RULES.as_bytes())?;
            let split = write(own.join("split.csv"), stays.split().as_bytes())?;
            Ok(PartyData {
                party: stays.party.parse()?,
                name: DATA.into(),
                file: write(own.join("stays.csv"), &stays.csv()?)?,
                schema: SCHEMA.into(),
                splits: vec![(SPLIT.into(), split)],
                codes: Vec::new(),
            })
        });
        data.collect()
    }
}

fn make(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir(folder).with_context(|| folder.display().to_string())
}

/// Writes a file, and gives where it is.
pub(super) fn write(path: PathBuf, bytes: &[u8]) -> anyhow::Result<PathBuf> {
    fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use consilium_plan::Task;
    use consilium_scorecard::Purpose;

    use super::*;

    #[test]
    fn the_plan_that_asks_for_scores_names_the_purpose_that_lies_beside_it() {
        let example = Example::load(Lang::En).unwrap();
        let purpose = Purpose::from_toml(PURPOSE).unwrap().named();
        assert_eq!(example.trusted.floors().unwrap().purpose, purpose);
        // They differ in what they ask of the rows, and in nothing that is fitted.
        for plan in [&example.value, &example.trusted] {
            let (Task::Train(own), Task::Train(first)) = (plan.task(), example.plan.task()) else {
                panic!("they train models");
            };
            assert_eq!((&own.features, &own.label), (&first.features, &first.label));
        }
    }
}
