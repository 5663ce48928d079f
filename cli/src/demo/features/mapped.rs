//! The features of each institution: what its own mapping makes of its own files.
//!
//! Daemons are given the mappings, and run them by themselves. The demo runs them too: the report shows
//! rows, which no daemon shows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use consilium_data::{Table, Values};
use consilium_mailbox::PartyId;
use consilium_mapping::Mapping;
use consilium_plan::Lang;
use consilium_schema::{Column, Schema};

use super::{files::PARTIES, study::Study};
use crate::{data::map::Opened, local::inputs::PartyData};

/// What each data set is called in the plans, and the split that each has.
const SET: &str = "features";
const SPLIT: &str = "fifth";

/// An institution's features.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) party: PartyId,
    pub(super) mapping: Mapping,
    pub(super) schema: Schema,
    pub(super) table: Table,
    /// Where the mapping lies, and which of its rows serve for what.
    file: PathBuf,
    split: PathBuf,
}

/// Runs the mappings of all institutions, whose folders lie in one.
pub(super) fn all(folder: &Path, lang: Lang) -> anyhow::Result<Vec<Mapped>> {
    let folder = fs::canonicalize(folder)?;
    let one = |party: &str| {
        let own = folder.join(party);
        let (file, split) = (own.join("mapping.toml"), own.join("split.csv"));
        let opened = Opened::read(&file, lang)?;
        let table = opened.rows(None, lang)?.table;
        write(&split, &purposes(table.rows()))?;
        let Opened {
            mapping, schema, ..
        } = opened;
        Ok(Mapped {
            party: party.parse()?,
            mapping,
            schema,
            table,
            file,
            split,
        })
    };
    PARTIES.into_iter().map(one).collect()
}

/// Gives the public insurer's mapping as if it did not divide cents by 100, twice: with the schema of all, and
/// with one that declares cents.
pub(super) fn in_cents(mapped: &[Mapped]) -> anyhow::Result<[PartyData; 2]> {
    let public = mapped.iter().find(|it| it.party.as_str() == "public");
    let public = public.context("the public insurer has features")?;
    let in_dollars = public.data();
    let data = |name: &str, schema: String, mapping: &str| {
        let file = public.file.with_file_name(format!("{name}.toml"));
        write(&file, mapping)?;
        anyhow::Ok(PartyData {
            name: name.to_owned(),
            file,
            schema,
            splits: Vec::new(),
            ..in_dollars.clone()
        })
    };
    let undivided = changed(public.mapping.text(), " / 100 AS ", " AS ")?;
    let declared = changed(&undivided, "\"../features.toml\"", "\"in-cents.toml\"")?;
    let schema = changed(&in_dollars.schema, "{USD}", "{USD.cent}")?;
    write(&public.file.with_file_name("in-cents.toml"), &schema)?;
    Ok([
        data(
            Study::Mistaken.folder(),
            in_dollars.schema.clone(),
            &undivided,
        )?,
        data(Study::Cents.folder(), schema, &declared)?,
    ])
}

/// Puts other words in a text that has them.
fn changed(text: &str, from: &str, to: &str) -> anyhow::Result<String> {
    ensure!(text.contains(from), "the example has no {from}");
    Ok(text.replace(from, to))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// Tells whether a row, counted from 1, is kept for testing.
pub(super) fn is_tested(row: usize) -> bool {
    row.is_multiple_of(5)
}

fn purposes(rows: usize) -> String {
    let line = |row| format!("{row},{}\n", if is_tested(row) { "test" } else { "train" });
    let lines: String = (1..=rows).map(line).collect();
    format!("row,split\n{lines}")
}

impl Mapped {
    /// What is registered at the institution's daemon.
    pub(super) fn data(&self) -> PartyData {
        PartyData {
            party: self.party.clone(),
            name: SET.to_owned(),
            file: self.file.clone(),
            schema: self.schema.to_string(),
            splits: vec![(SPLIT.to_owned(), self.split.clone())],
            codes: Vec::new(),
        }
    }

    /// What a feature is called in the reader's language.
    pub(super) fn name_of(&self, feature: &str, lang: Lang) -> String {
        let described = self.schema.column(feature).map(Column::description);
        let name = described.and_then(|it| lang.pick(it.en.as_ref(), it.zh.as_ref()));
        name.map_or_else(|| feature.to_owned(), Clone::clone)
    }

    /// Counts the people of whom a yes/no feature says yes; none if there is no such feature.
    pub(super) fn people_with(&self, feature: &str) -> Option<usize> {
        match &self.table.column(feature)?.values {
            Values::Flags(flags) => Some(flags.iter().filter(|flag| *flag == Some(true)).count()),
            _ => None,
        }
    }
}
