//! The features of each institution: what its own mapping makes of its own files.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use consilium_data::{Table, Values};
use consilium_mailbox::PartyId;
use consilium_mapping::Mapping;
use consilium_plan::Lang;
use consilium_schema::{Column, Schema};

use super::files::PARTIES;
use crate::{
    data::map::{self, Opened},
    local::inputs::PartyData,
};

/// What each data set is called in the plans, and the split that each has.
const SET: &str = "features";
const SPLIT: &str = "fifth";

/// What the public insurer's rows are called where its mapping leaves amounts in cents: without saying so,
/// and with a schema that does.
const MISTAKEN: &str = "mistaken";
const CENTS: &str = "cents";

/// An institution's features.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) party: PartyId,
    pub(super) mapping: Mapping,
    pub(super) schema: Schema,
    pub(super) table: Table,
    /// Where the features lie, and which of the rows serve for what.
    file: PathBuf,
    split: PathBuf,
}

/// Runs the mappings of all institutions, whose folders lie in one; leaves the features beside them.
pub(super) fn all(folder: &Path, lang: Lang) -> anyhow::Result<Vec<Mapped>> {
    let folder = fs::canonicalize(folder)?;
    let one = |party: &str| {
        let own = folder.join(party);
        let mapped = run(party, (&own, "mapping.toml", "features.csv"), lang)?;
        let purposes = purposes(mapped.table.rows());
        fs::write(&mapped.split, purposes).with_context(|| mapped.split.display().to_string())?;
        Ok(mapped)
    };
    PARTIES.into_iter().map(one).collect()
}

/// Gives the public insurer's rows by a mapping that does not divide cents by 100, twice: by the schema of
/// all, and by one that declares cents.
pub(super) fn in_cents(
    mapped: &[Mapped],
    folder: &Path,
    lang: Lang,
) -> anyhow::Result<[PartyData; 2]> {
    let public = mapped.iter().find(|it| it.party.as_str() == "public");
    let public = public.context("the public insurer has features")?;
    let own = fs::canonicalize(folder)?.join("public");
    let text = public.mapping.text().replace(" / 100 AS ", " AS ");
    fs::write(own.join("mistaken.toml"), text)?;
    let mistaken = run("public", (&own, "mistaken.toml", "mistaken.csv"), lang)?;
    let mistaken = PartyData {
        name: MISTAKEN.to_owned(),
        splits: Vec::new(),
        codes: Vec::new(),
        ..mistaken.data()
    };
    let cents = PartyData {
        name: CENTS.to_owned(),
        schema: mistaken.schema.replace("{USD}", "{USD.cent}"),
        ..mistaken.clone()
    };
    Ok([mistaken, cents])
}

/// Runs one mapping of a folder.
fn run(
    party: &str,
    (own, mapping, features): (&Path, &str, &str),
    lang: Lang,
) -> anyhow::Result<Mapped> {
    let opened = Opened::read(&own.join(mapping), lang)?;
    let table = opened.rows(None, lang)?.table;
    let (file, split) = (own.join(features), own.join("split.csv"));
    let writing = || format!("writing {}", file.display());
    let mut to = BufWriter::new(File::create(&file).with_context(writing)?);
    map::write_csv(&table, &mut to).with_context(writing)?;
    to.flush().with_context(writing)?;
    let Opened {
        mapping, schema, ..
    } = opened;
    let party = party.parse()?;
    Ok(Mapped {
        party,
        mapping,
        schema,
        table,
        file,
        split,
    })
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
