use std::fmt;

use consilium_schema::{Column, Kind, Schema};
use serde::{Deserialize, Serialize};

use crate::{Mapping, TextPlace};

/// A column that a query gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: OutputType,
}

/// The types of what a query gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OutputType {
    /// A real number.
    Number,
    /// A whole number.
    Integer,
    /// A text.
    Text,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
}

impl OutputType {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// Says whether values of this type may become those of a column. What a value must be besides,
    /// a whole number or a declared level, is seen when rows are there.
    fn becomes(self, kind: &Kind) -> bool {
        match kind {
            Kind::Number(_) | Kind::Integer(_) => matches!(self, Self::Number | Self::Integer),
            Kind::Category(_) => matches!(self, Self::Integer | Self::Number | Self::Text),
            Kind::Text | Kind::Code { .. } => self == Self::Text,
            Kind::Boolean => matches!(self, Self::Boolean | Self::Integer | Self::Text),
            Kind::Date(_) => matches!(self, Self::Date | Self::Text),
        }
    }
}

/// Where a query and its schema differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "mismatch", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mismatch {
    /// The query does not give a declared column.
    Missing {
        /// Where the query begins.
        place: TextPlace,
        /// The column.
        column: String,
    },
    /// The query gives another type than is declared.
    Type {
        /// Where the query names the column last.
        place: TextPlace,
        /// The column.
        column: String,
        /// What the query gives.
        found: OutputType,
        /// What the schema declares.
        declared: &'static str,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { place, column } => {
                write!(
                    f,
                    "{place}: the query gives no column {column:?}, which the schema declares"
                )
            }
            Self::Type {
                place,
                column,
                found,
                declared,
            } => write!(
                f,
                "{place}: column {column:?} is of type {}, the schema declares {declared}: declare \
                 the source's type, or CAST it",
                found.name()
            ),
        }
    }
}

/// Holds what a query gives against the schema of its mapping; empty where they fit.
///
/// Columns that the schema doesn't declare are passed over, as those of a file are.
pub fn compare(mapping: &Mapping, given: &[OutputColumn], schema: &Schema) -> Vec<Mismatch> {
    let differ = |declared: &Column| {
        let column = declared.name().to_owned();
        let Some(found) = given.iter().find(|it| it.name == column) else {
            let place = mapping.place_in_query(1, 1);
            return Some(Mismatch::Missing { place, column });
        };
        (!found.kind.becomes(declared.kind())).then(|| Mismatch::Type {
            place: mapping.place_of_name(&column),
            found: found.kind,
            declared: declared.kind().name(),
            column,
        })
    };
    schema.columns().iter().filter_map(differ).collect()
}
