//! Columns of tables as privacy sees them.

use std::{cmp::Ordering, str::FromStr};

use consilium_data::{Date, Table, Values};
use consilium_plan::Lang;
use consilium_privacy::Column;
use consilium_schema::{RawSchema, Schema};

use super::Privacy;
use crate::hint::Misuse;

/// Columns that are named with commas between, and a name that has one in quotes.
#[derive(Debug, Clone)]
pub(in crate::data) struct Named(pub(in crate::data) Vec<String>);

impl FromStr for Named {
    type Err = csv::Error;

    fn from_str(text: &str) -> Result<Self, csv::Error> {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record)?;
        Ok(Self(record.iter().map(str::to_owned).collect()))
    }
}

/// What each column is to whom.
#[derive(Debug)]
pub(super) struct Roles {
    pub(super) quasi: Vec<String>,
    pub(super) sensitive: Vec<String>,
    direct: Vec<String>,
    /// Those that find nobody, whatever the catalogue says.
    pub(super) innocent: Vec<String>,
    /// The one that tells people apart, if there is one.
    pub(super) person: Vec<String>,
}

impl Roles {
    /// Refuses columns that the schema has not, and such as are named twice.
    pub(super) fn of(args: &Privacy, schema: &Schema, lang: Lang) -> anyhow::Result<Roles> {
        let all = |named: &[Named]| -> Vec<String> {
            named.iter().flat_map(|it| it.0.iter().cloned()).collect()
        };
        let roles = Roles {
            quasi: all(&args.quasi),
            sensitive: all(&args.sensitive),
            direct: all(&args.direct),
            innocent: all(&args.not_direct),
            person: args.person.iter().cloned().collect(),
        };
        let mut seen: Vec<&String> = Vec::new();
        for name in roles
            .quasi
            .iter()
            .chain(&roles.sensitive)
            .chain(&roles.direct)
        {
            Self::is_there(name, schema, lang)?;
            if seen.contains(&name) {
                let misuse = lang.pick(
                    format!(
                        "column {name} is named twice: a column identifies, or is sensitive, or neither"
                    ),
                    format!("列 {name} 出现两次：一列只能是标识符或敏感属性之一"),
                );
                return Err(Misuse(misuse).into());
            }
            seen.push(name);
        }
        for name in roles.person.iter().chain(&roles.innocent) {
            Self::is_there(name, schema, lang)?;
        }
        Ok(roles)
    }

    fn is_there(name: &str, schema: &Schema, lang: Lang) -> anyhow::Result<()> {
        if schema.column(name).is_some() {
            return Ok(());
        }
        let names: Vec<&str> = schema
            .columns()
            .iter()
            .map(consilium_schema::Column::name)
            .collect();
        let misuse = lang.pick(
            format!(
                "the schema has no column {name}; there are {}",
                names.join(", ")
            ),
            format!("数据结构中没有列 {name}；现有 {}", names.join("、")),
        );
        Err(Misuse(misuse).into())
    }

    /// The direct identifiers: those that were named, and those that were recognised.
    pub(super) fn direct<'a>(&self, recognised: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut direct = self.direct.clone();
        direct.extend(recognised.map(str::to_owned));
        direct.sort();
        direct.dedup();
        direct
    }

    /// Columns that may find people together with others, and that nobody has named.
    pub(super) fn forgotten<'a>(&self, recognised: impl Iterator<Item = &'a str>) -> Vec<String> {
        let is_named = |name: &str| self.quasi.iter().chain(&self.direct).any(|it| it == name);
        recognised
            .filter(|name| !is_named(name))
            .map(str::to_owned)
            .collect()
    }
}

/// What a schema says of some columns alone.
pub(super) fn part(schema: &Schema, columns: &[String]) -> anyhow::Result<Schema> {
    let mut raw = RawSchema::parse(&schema.to_string())?;
    raw.column
        .retain(|column| columns.contains(column.name.get_ref()));
    Ok(Schema::try_from(raw)?)
}

/// Columns by name, over the rows of one table after the other; numbers and dates lie on a scale.
pub(super) fn of(names: &[String], tables: &[&Table], lang: Lang) -> anyhow::Result<Vec<Column>> {
    names
        .iter()
        .map(|name| column(name, tables, lang))
        .collect()
}

fn column(name: &str, tables: &[&Table], lang: Lang) -> anyhow::Result<Column> {
    let mut cells = Vec::with_capacity(tables.iter().map(|table| table.rows()).sum());
    for table in tables {
        let Some(column) = table.column(name) else {
            let misuse = lang.pick(format!("no column {name}"), format!("没有列 {name}"));
            return Err(Misuse(misuse).into());
        };
        append(&column.values, &mut cells);
    }
    let is_scale = cells
        .iter()
        .flatten()
        .all(|cell| matches!(cell, Cell::Number(_) | Cell::Date(_)));
    let column = Column::of(name, cells)?;
    Ok(if is_scale { column.ordered() } else { column })
}

/// A cell that has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell<'a> {
    Number(Number),
    Date(Date),
    Flag(bool),
    Text(&'a str),
}

fn append<'a>(values: &'a Values, cells: &mut Vec<Option<Cell<'a>>>) {
    match values {
        // 0 and -0 are one number.
        Values::Numbers(them) => {
            cells.extend(
                them.iter()
                    .map(|it| it.map(|it| Cell::Number(Number(it + 0.0)))),
            );
        }
        Values::Dates(them) => cells.extend(them.iter().map(|it| it.map(Cell::Date))),
        Values::Flags(them) => cells.extend(them.iter().map(|it| it.map(Cell::Flag))),
        Values::Texts(them) => cells.extend(them.iter().map(|it| it.map(Cell::Text))),
        Values::Categories(them) => {
            let level = |code: usize| Cell::Text(&them.levels()[code]);
            cells.extend(them.iter().map(|it| it.map(level)));
        }
    }
}

/// A finite number.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
