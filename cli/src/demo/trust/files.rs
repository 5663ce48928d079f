//! The example's files, inside the program, and what each hospital is given.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_base::Seed;
use consilium_plan::{Lang, Plan};
use consilium_schema::Schema;

use super::{
    deal::{Stays, deal},
    measured::{RULES, SCHEMA},
    scored::Asked,
};
use crate::{local::inputs::PartyData, plan};

/// The published table, packed by gzip, and its schema.
const ROWS: &[u8] = include_bytes!("../../../../examples/diabetes/encounters.csv.gz");
const COLUMNS: &str = include_str!("../../../../examples/diabetes/schema.toml");
/// What each hospital holds against its own stays, and what all of them train.
const QUALITY: &str = include_str!("../../../../examples/trust/quality.rules.toml");
const PLAN: &str = include_str!("../../../../examples/trust/plan.toml");
/// How much stays surprise; the same training with a valuation, and of stays alone that are fit.
const SCARCITY: &str = include_str!("../../../../examples/trust/scarcity.toml");
const VALUE: &str = include_str!("../../../../examples/trust/value.toml");
const TRUSTED: &str = include_str!("../../../../examples/trust/trusted.toml");
/// What cards are for.
const PURPOSE: &str = include_str!("../../../../examples/trust/purpose.toml");

/// The data set's name in the plan, and that of its split.
const DATA: &str = "stays";
const SPLIT: &str = "held";

/// What the demo begins with.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) schema: Schema,
    pub(super) asked: Asked,
    pub(super) plan: Plan,
    pub(super) trusted: Plan,
    /// Each hospital's stays as they would be, had nothing gone wrong.
    pub(super) sound: Vec<Stays>,
    /// As they are.
    pub(super) hospitals: Vec<Stays>,
}

impl Example {
    /// Reads the files and deals the table out: which patient comes where, and which labels are tossed, follows from
    /// the number.
    pub(super) fn load(seed: u64, lang: Lang) -> anyhow::Result<Example> {
        let schema = Schema::from_toml(COLUMNS)?;
        let files = [
            ("plan.toml", PLAN),
            ("scarcity.toml", SCARCITY),
            ("value.toml", VALUE),
            ("trusted.toml", TRUSTED),
            ("../diabetes/schema.toml", COLUMNS),
        ];
        // No secret: whoever has the table can deal it out again.
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let seed = Seed::from_bytes(bytes);
        let sound = deal(ROWS, &schema, &seed)?;
        let hospitals = sound.iter().cloned();
        let hospitals = hospitals.map(|stays| stays.mistaken(&schema, &seed));
        Ok(Example {
            hospitals: hospitals.collect::<anyhow::Result<_>>()?,
            schema,
            asked: Asked {
                quasi: "age,race,gender,admission_type_id,time_in_hospital",
                sensitive: "diagnosis_1",
                scarcity: plan(&files, "scarcity.toml", lang)?,
                value: plan(&files, "value.toml", lang)?,
                purpose: PURPOSE,
            },
            plan: plan(&files, "plan.toml", lang)?,
            trusted: plan(&files, "trusted.toml", lang)?,
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
            write(own.join(SCHEMA), COLUMNS.as_bytes())?;
            write(own.join(RULES), QUALITY.as_bytes())?;
            let split = write(own.join("split.csv"), stays.split().as_bytes())?;
            Ok(PartyData {
                party: stays.party.parse()?,
                name: DATA.into(),
                file: write(own.join("stays.csv"), &stays.csv()?)?,
                schema: COLUMNS.into(),
                splits: vec![(SPLIT.into(), split)],
                codes: Vec::new(),
            })
        });
        data.collect()
    }
}

/// Reads a plan of files that lie inside the program.
pub(super) fn plan(files: &[(&str, &str)], name: &str, lang: Lang) -> anyhow::Result<Plan> {
    let text = |file: &Path| {
        let found = files.iter().find(|(other, _)| Path::new(other) == file);
        let found = found.with_context(|| format!("the demo has no file {}", file.display()));
        found.map(|(_, text)| (*text).to_owned())
    };
    Ok(plan::load_from(&text, Path::new(name), lang)?.plan)
}

/// Makes a folder.
pub(super) fn make(folder: &Path) -> anyhow::Result<()> {
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
        let example = Example::load(0, Lang::En).unwrap();
        let purpose = Purpose::from_toml(PURPOSE).unwrap().named();
        assert_eq!(example.trusted.floors().unwrap().purpose, purpose);
        // They differ in what they ask of the rows, and in nothing that is fitted.
        for plan in [&example.asked.value, &example.trusted] {
            let (Task::Train(own), Task::Train(first)) = (plan.task(), example.plan.task()) else {
                panic!("they train models");
            };
            assert_eq!((&own.features, &own.label), (&first.features, &first.label));
        }
    }
}
