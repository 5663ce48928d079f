use std::collections::BTreeMap;

use consilium_schema::{RawKind, TextPlace};

use crate::house::House;
use crate::raw::{self, RawPack};
use crate::read::Reader;
use crate::{Names, Origin, Rows, Rule, RuleError, Table};

/// Rules that come with the program, over tables and columns that a rule file binds to its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    name: String,
    version: String,
    title: Names,
    tables: Vec<PackTable>,
    rules: Vec<Rule>,
    text: String,
}

/// A table that a pack has rules for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackTable {
    /// Its name, which a rule file's `role` or `name` repeats.
    pub name: String,
    /// What it is.
    pub title: Names,
    /// The columns that rules use, with their types.
    pub columns: BTreeMap<String, RawKind>,
}

/// What comes with the program.
const BUILT_IN: [(&str, &str); 2] = [
    (
        "medical-insurance",
        include_str!("../packs/medical-insurance.toml"),
    ),
    ("clinical", include_str!("../packs/clinical.toml")),
];

impl Pack {
    /// The names of those that come with the program.
    pub const NAMES: [&str; 2] = [BUILT_IN[0].0, BUILT_IN[1].0];

    /// One that comes with the program.
    ///
    /// # Panics
    ///
    /// Never: tests parse all of them.
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Self::from_toml(text).expect("packs that come with the program are tested"))
    }

    /// Parses and checks TOML.
    ///
    /// # Errors
    ///
    /// A [`RuleError`] that names line and column of the text.
    pub fn from_toml(text: &str) -> Result<Self, RuleError> {
        let raw: RawPack = raw::parse(text)?;
        let tables = raw.table.into_iter().map(|table| PackTable {
            name: table.name,
            title: table.title,
            columns: table.columns,
        });
        let tables: Vec<PackTable> = tables.collect();
        let own: Vec<Table> = tables.iter().map(PackTable::bare).collect();
        let (house, origin) = (House::none(), Origin::Pack(raw.name.clone()));
        let reader = Reader::new(text, &own, &house);
        let rules = raw.rule.into_iter();
        let rules = rules.map(|rule| reader.rule(rule, origin.clone()));
        Ok(Self {
            name: raw.name,
            version: raw.version,
            title: raw.title,
            tables,
            rules: rules.collect::<Result<_, _>>()?,
            text: text.to_owned(),
        })
    }

    /// The rules as they are for the tables of a rule file, which names the pack at that place.
    pub(crate) fn rules_for(&self, tables: &[Table], place: TextPlace) -> Vec<Rule> {
        let mut rules = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let id = format!("{}/{}", self.name, rule.id);
            let stand = tables.iter().filter(|it| it.role == rule.table);
            let stand: Vec<&str> = stand.map(|it| it.name.as_str()).collect();
            let here = |id: String, table: &str| {
                let mut rule = Rule {
                    id,
                    table: table.to_owned(),
                    place,
                    ..rule.clone()
                };
                let conditions = rule.applies.iter_mut();
                conditions.for_each(|it| it.place = place);
                rule.test.moved(place, |role| named(tables, role));
                rule
            };
            match stand[..] {
                // No table stands for it, and the report says so.
                [] => rules.push(here(id, &rule.table)),
                [table] => rules.push(here(id, table)),
                _ => rules.extend(
                    stand
                        .iter()
                        .map(|table| here(format!("{id}@{table}"), table)),
                ),
            }
        }
        rules
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it is called.
    pub fn title(&self) -> &Names {
        &self.title
    }

    /// The tables that it has rules for.
    pub fn tables(&self) -> &[PackTable] {
        &self.tables
    }

    /// The rules, over the pack's own tables.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The columns of one of its tables.
    pub(crate) fn columns(&self, table: &str) -> Option<&BTreeMap<String, RawKind>> {
        let found = self.tables.iter().find(|it| it.name == table);
        found.map(|it| &it.columns)
    }

    /// The text that it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PackTable {
    /// The table without anything that a rule file says of it.
    fn bare(&self) -> Table {
        Table {
            name: self.name.clone(),
            role: self.name.clone(),
            rows: Rows::Source(self.name.clone()),
            key: Vec::new(),
            expects: Vec::new(),
            columns: BTreeMap::new(),
            types: self.columns.clone(),
            pack_types: BTreeMap::new(),
            codes: BTreeMap::new(),
            schema: None,
            place: TextPlace { line: 1, column: 1 },
        }
    }
}

/// The table of that role; the role itself where there is none.
fn named(tables: &[Table], role: &str) -> String {
    let found = tables.iter().find(|it| it.role == role);
    found.map_or_else(|| role.to_owned(), |it| it.name.clone())
}
