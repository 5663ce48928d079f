use std::collections::BTreeMap;

use consilium_schema::{RawKind, Schema, TextPlace};

use crate::Sql;
use crate::words::words;

/// A table whose rows are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Different from all others of the set.
    pub name: String,
    /// The table of packs that it stands for; its own name where nothing else is said.
    pub role: String,
    /// Where its rows come from.
    pub rows: Rows,
    /// The columns that name a row at home. Rows of one key stay together where intervals are drawn.
    pub key: Vec<String>,
    /// The columns that its file should have: where one is lost, rules that need it are not run, and the
    /// others are.
    pub expects: Vec<String>,
    /// What names of columns in rules stand for: expressions over the table's own columns.
    pub columns: BTreeMap<String, Sql>,
    /// The declared types. A cell of another type is missing to all rules but `typed`.
    pub types: BTreeMap<String, RawKind>,
    /// The types that packs give to names for which none is declared.
    pub pack_types: BTreeMap<String, RawKind>,
    /// Of which code systems the codes of columns are.
    pub codes: BTreeMap<String, ColumnCodes>,
    /// The schema that its rows should fit.
    pub schema: Option<Schema>,
    /// Where the rule file declares it.
    pub place: TextPlace,
}

impl Table {
    /// Whether its rows come from a source.
    pub(crate) fn reads(&self, source: &str) -> bool {
        match &self.rows {
            Rows::Source(own) => own == source,
            Rows::Query(sql) => words(&sql.text).iter().any(|it| it.name == source),
        }
    }

    /// The type of a column, by the rule file or else by a pack.
    pub fn type_of(&self, column: &str) -> Option<RawKind> {
        let declared = self.types.get(column);
        declared.or_else(|| self.pack_types.get(column)).copied()
    }
}

/// Where a table's rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// A source.
    Source(String),
    /// A query over sources.
    Query(Sql),
}

/// Of which code system the codes of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnCodes {
    /// The system's id.
    pub system: String,
    /// The source that is its table.
    pub table: Option<String>,
}
