//! Whose rows are in which file.

use std::{collections::BTreeMap, path::PathBuf};

use consilium_mailbox::PartyId;
use consilium_plan::{Plan, Task};

use super::{
    places::Places,
    raw::Raw,
    table::{self, SplitBy},
};
use crate::{LabError, LabFault, load};

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Each institution has a file of its own.
    Files(BTreeMap<PartyId, RowFile>),
    /// One table is split here.
    Table {
        /// The file.
        file: PathBuf,
        /// How.
        by: SplitBy,
    },
}

/// An institution's file.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFile {
    /// Its rows.
    pub file: PathBuf,
    /// Which of them are for testing; none where it is drawn.
    pub split: Option<PathBuf>,
}

/// Finds a contributor of the plan.
pub(super) fn party(
    name: &str,
    path: &str,
    plan: &Plan,
    places: &Places,
) -> Result<PartyId, LabError> {
    let mut known = plan.contributors().map(|(party, _)| party.clone());
    known.find(|party| party.as_str() == name).ok_or_else(|| {
        let fault = LabFault::NoParty {
            party: name.to_owned(),
            known: plan
                .contributors()
                .map(|(party, _)| party.clone())
                .collect(),
        };
        places.at(path, fault)
    })
}

/// Checks that something is said of each contributor, and of nobody else.
pub(super) fn of_all<T, U>(
    given: &BTreeMap<String, T>,
    path: &str,
    plan: &Plan,
    places: &Places,
    each: impl Fn(&T, &str) -> Result<U, LabError>,
) -> Result<BTreeMap<PartyId, U>, LabError> {
    let mut all = BTreeMap::new();
    for (name, said) in given {
        let path = format!("{path}.{name}");
        all.insert(party(name, &path, plan, places)?, each(said, &path)?);
    }
    match plan
        .contributors()
        .find(|(party, _)| !all.contains_key(party))
    {
        None => Ok(all),
        Some((party, _)) => {
            let party = party.clone();
            Err(places.at(path, LabFault::PartyMissing { party }))
        }
    }
}

/// Gives the path of a file that the experiment names under a key.
pub(super) fn existing(name: &str, key: &str, places: &Places) -> Result<PathBuf, LabError> {
    let path = load::beside(places.file(), name);
    match load::missing(&path) {
        None => Ok(path),
        Some(kind) => Err(places.at(key, LabFault::NoFile { path, kind })),
    }
}

/// Checks where rows come from; `every` are the values of a column, where each is a party.
pub(super) fn source(
    raw: &Raw,
    every: Option<BTreeMap<PartyId, Vec<String>>>,
    plan: &Plan,
    places: &Places,
) -> Result<Source, LabError> {
    let existing = |name: &str, key: &str| existing(name, key, places);
    match (&raw.table, raw.data.is_empty()) {
        (Some(table), true) => Ok(Source::Table {
            file: existing(&table.file, "table.file")?,
            by: table::check(&table.split, every, plan, places)?,
        }),
        (None, false) => {
            let files = of_all(&raw.data, "data", plan, places, |data, path| {
                let split = data.split.as_deref();
                let split = split.map(|name| existing(name, &format!("{path}.split")));
                Ok(RowFile {
                    file: existing(&data.file, &format!("{path}.file"))?,
                    split: split.transpose()?,
                })
            })?;
            splits_of_all(&files, plan, places)?;
            Ok(Source::Files(files))
        }
        (Some(_), false) => Err(places.at("table", LabFault::Source)),
        (None, true) => Err(places.at_byte(0, LabFault::Source)),
    }
}

/// Checks that all have a split or none, and that of common rows none has.
fn splits_of_all(
    files: &BTreeMap<PartyId, RowFile>,
    plan: &Plan,
    places: &Places,
) -> Result<(), LabError> {
    let Some((with, _)) = files.iter().find(|(_, file)| file.split.is_some()) else {
        return Ok(());
    };
    if matches!(plan.task(), Task::Vertical(_)) {
        return Err(places.at(&format!("data.{with}.split"), LabFault::SplitVertical));
    }
    match files.iter().find(|(_, file)| file.split.is_none()) {
        None => Ok(()),
        Some((party, _)) => {
            let fault = LabFault::SplitMissing {
                party: party.clone(),
            };
            Err(places.at(&format!("data.{party}"), fault))
        }
    }
}
