//! What names in rules stand for in the rows of one table.

use consilium_mapping::{OutputColumn, OutputType};
use consilium_schema::RawKind;

use crate::words::{literal, quote, replaced};
use crate::{Sql, Table};

/// A table together with the columns that its rows have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) table: &'a Table,
    pub(crate) columns: &'a [OutputColumn],
    /// Whether texts of its rows are trimmed and never empty, as those of text files are.
    pub(crate) is_clean: bool,
}

impl Scope<'_> {
    /// Whether a name stands for something.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.columns.contains_key(name) || self.column(name).is_some()
    }

    /// The type of a column of its own.
    fn column(&self, name: &str) -> Option<OutputType> {
        let found = self.columns.iter().find(|it| it.name == name);
        found.map(|it| it.kind)
    }

    /// The type of what a name stands for, where it is known.
    fn kind(&self, name: &str) -> Option<OutputType> {
        match self.table.columns.get(name) {
            None => self.column(name),
            // Mostly a name for a name.
            Some(bound) => self.column(&bound.text),
        }
    }

    /// What a name stands for.
    pub(crate) fn raw(&self, name: &str) -> String {
        match self.table.columns.get(name) {
            Some(bound) if self.column(&bound.text).is_some() => quote(&bound.text),
            Some(bound) => format!("({})", ended(bound.text.clone())),
            None => quote(name),
        }
    }

    /// Its cell as text, missing where it is blank.
    pub(crate) fn text(&self, name: &str) -> String {
        let raw = self.raw(name);
        match self.kind(name) {
            Some(OutputType::Text) if self.is_clean => raw,
            Some(OutputType::Text) | None => format!("nullif(trim(CAST({raw} AS VARCHAR)), '')"),
            Some(_) => format!("CAST({raw} AS VARCHAR)"),
        }
    }

    /// Its cell as a number, missing where it is none.
    pub(crate) fn number(&self, name: &str) -> String {
        match self.kind(name) {
            Some(OutputType::Number | OutputType::Integer) => self.raw(name),
            _ => format!("TRY_CAST({} AS DOUBLE)", self.text(name)),
        }
    }

    /// Its cell as a day, missing where it is none.
    pub(crate) fn day(&self, name: &str) -> String {
        match self.kind(name) {
            Some(OutputType::Date) => self.raw(name),
            _ => format!("to_day({}, 'ymd')", self.text(name)),
        }
    }

    /// Its cell by the declared type.
    pub(crate) fn cell(&self, name: &str) -> String {
        let Some(kind) = self.table.types.get(name) else {
            return self.raw(name);
        };
        match kind {
            RawKind::Number | RawKind::Integer => self.number(name),
            RawKind::Date => self.day(name),
            RawKind::Boolean => match self.kind(name) {
                Some(OutputType::Boolean) => self.raw(name),
                _ => format!("TRY_CAST({} AS BOOLEAN)", self.text(name)),
            },
            RawKind::Category | RawKind::Code | RawKind::Text => self.text(name),
        }
    }

    /// Whether its cell is there.
    pub(crate) fn is_there(&self, name: &str) -> String {
        match self.kind(name) {
            Some(OutputType::Text) | None => format!("{} IS NOT NULL", self.text(name)),
            Some(_) => format!("{} IS NOT NULL", self.raw(name)),
        }
    }

    /// A condition over its rows.
    pub(crate) fn condition(&self, sql: &Sql) -> String {
        let condition = replaced(&sql.text, |name| {
            let is_ours = self.table.columns.contains_key(name)
                || self.table.types.contains_key(name) && self.has(name);
            is_ours.then(|| self.cell(name))
        });
        ended(condition)
    }

    /// The bucket of a row: that of its key, or of all its cells where no key is declared.
    pub(crate) fn bucket(&self) -> String {
        let texts: Vec<String> = if self.table.key.is_empty() {
            let columns = self.columns.iter();
            columns
                .map(|it| format!("CAST({} AS VARCHAR)", quote(&it.name)))
                .collect()
        } else {
            self.table.key.iter().map(|it| self.text(it)).collect()
        };
        match &texts[..] {
            [one] => format!("bucket({one})"),
            // What separates texts has a place in none of them, and a missing one has its place.
            many => {
                let many: Vec<String> = many
                    .iter()
                    .map(|it| format!("coalesce({it}, '')"))
                    .collect();
                format!("bucket(concat_ws(chr(31), {}))", many.join(", "))
            }
        }
    }

    /// What the query reads rows from.
    pub(crate) fn from(&self) -> String {
        match &self.table.rows {
            crate::Rows::Source(source) => quote(source),
            crate::Rows::Query(sql) => format!("(\n{}\n)", sql.text),
        }
    }
}

/// A text behind which others may follow: a comment ends with its line.
fn ended(sql: String) -> String {
    if sql.contains("--") {
        return sql + "\n";
    }
    sql
}

/// A list of texts.
pub(crate) fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|it| literal(it)).collect();
    texts.join(", ")
}
