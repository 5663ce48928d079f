//! Whose data lie in which files.

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::Context as _;
use consilium_mailbox::PartyId;
use consilium_plan::{Align, Plan, RawPlan, Task};

use crate::hint::Misuse;

/// `PARTY/NAME=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataFile {
    party: PartyId,
    name: String,
    file: PathBuf,
}

/// `PARTY/NAME:SPLIT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitFile {
    of: DataFile,
    split: String,
}

/// What one party brings.
#[derive(Clone, Debug)]
pub(crate) struct PartyData {
    pub(crate) party: PartyId,
    /// The data set's name in the plan.
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    /// The schema's text.
    pub(crate) schema: String,
    /// Splits by their names.
    pub(crate) splits: Vec<(String, PathBuf)>,
}

impl FromStr for DataFile {
    type Err = String;

    fn from_str(text: &str) -> Result<DataFile, String> {
        let parts = text.split_once('=').and_then(|(set, file)| {
            let (party, name) = set.split_once('/')?;
            Some((party, name, file)).filter(|_| !name.is_empty() && !file.is_empty())
        });
        let (party, name, file) = parts.ok_or("it is written PARTY/NAME=FILE")?;
        Ok(DataFile {
            party: party.parse().map_err(|error| format!("{party}: {error}"))?,
            name: name.to_owned(),
            file: file.into(),
        })
    }
}

impl FromStr for SplitFile {
    type Err = String;

    fn from_str(text: &str) -> Result<SplitFile, String> {
        let malformed = || "it is written PARTY/NAME:SPLIT=FILE".to_owned();
        let mut of: DataFile = text.parse().map_err(|_| malformed())?;
        let (name, split) = of.name.split_once(':').ok_or_else(malformed)?;
        let (name, split) = (name.to_owned(), split.to_owned());
        of.name = name;
        Ok(SplitFile { of, split })
    }
}

/// Matches the files with the plan's parties.
pub(crate) fn of_plan(
    plan: &Plan,
    schema: Option<&Path>,
    plan_file: &Path,
    data: &[DataFile],
    splits: &[SplitFile],
) -> anyhow::Result<Vec<PartyData>> {
    let schema = match schema {
        Some(file) => read(file)?,
        None => match plan.task() {
            Task::TrainGlm(_) => read(&schema_of(plan_file)?)?,
            Task::Align(task) => of_keys(task),
        },
    };
    let wanted: Vec<(&PartyId, &str)> = plan
        .contributors()
        .map(|(party, set)| (party, set.name.as_str()))
        .collect();
    let known = |party: &PartyId, name: &str| wanted.contains(&(party, name));
    for DataFile { party, name, .. } in data.iter().chain(splits.iter().map(|split| &split.of)) {
        if !known(party, name) {
            return Err(Misuse(format!("the plan knows no data set {party}/{name}")).into());
        }
    }
    wanted
        .iter()
        .map(|(party, name)| {
            let here = |of: &&DataFile| of.party == **party && of.name == *name;
            let [file] = data.iter().filter(here).collect::<Vec<_>>()[..] else {
                let wrong = format!("--data {party}/{name}=FILE is needed exactly once");
                return Err(Misuse(wrong).into());
            };
            let own = splits.iter().filter(|split| here(&&split.of));
            Ok(PartyData {
                party: (*party).clone(),
                name: (*name).to_owned(),
                file: absolute(&file.file)?,
                schema: schema.clone(),
                splits: own
                    .map(|split| Ok((split.split.clone(), absolute(&split.of.file)?)))
                    .collect::<anyhow::Result<_>>()?,
            })
        })
        .collect()
}

/// Declares the columns of a key as what identifies; whatever else a file has is passed over.
pub(crate) fn of_keys(task: &Align) -> String {
    let column = |name: &str| format!("[[column]]\nname = {name:?}\ntype = \"code\"\n");
    task.key_columns().map(column).collect()
}

fn schema_of(plan_file: &Path) -> anyhow::Result<PathBuf> {
    let raw = RawPlan::parse(&read(plan_file)?)?;
    let name = raw.schema_file().ok_or_else(|| {
        Misuse("the plan names no schema file: give it with --schema FILE".to_owned())
    })?;
    Ok(plan_file.parent().unwrap_or(Path::new(".")).join(name))
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

fn absolute(file: &Path) -> anyhow::Result<PathBuf> {
    fs::canonicalize(file).with_context(|| format!("looking for {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_party_and_data_set() {
        let data: DataFile = "north/visits=a=b.csv".parse().expect("it is well formed");
        assert_eq!(
            (data.party.as_str(), data.name.as_str()),
            ("north", "visits")
        );
        assert_eq!(data.file, Path::new("a=b.csv"));
        let split: SplitFile = "north/visits:holdout=s.csv"
            .parse()
            .expect("it is well formed");
        assert_eq!(
            (split.split.as_str(), split.of.name.as_str()),
            ("holdout", "visits")
        );
    }

    #[test]
    fn a_malformed_file_says_how_it_is_written() {
        for text in ["north", "north=a.csv", "north/=a.csv", "north/x="] {
            assert_eq!(
                text.parse::<DataFile>(),
                Err("it is written PARTY/NAME=FILE".to_owned())
            );
        }
        assert!(
            "No/x=a.csv"
                .parse::<DataFile>()
                .is_err_and(|error| error.starts_with("No: "))
        );
        assert!("north/visits=s.csv".parse::<SplitFile>().is_err());
    }
}
