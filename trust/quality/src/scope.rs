//! What names in rules stand for in the rows of one table.

use std::collections::BTreeMap;

use consilium_mapping::{OutputColumn, OutputType};
use consilium_schema::{Kind, Level, Levels, Outside, OutsideLevel, RawKind};

use crate::words::{literal, quote, replaced};
use crate::{Date, Sql, Table};

/// A table together with the columns that its rows have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) table: &'a Table,
    pub(crate) columns: &'a [OutputColumn],
    /// Whether texts of its rows are trimmed and never empty, as those of text files are.
    pub(crate) is_clean: bool,
    /// The day of the report.
    pub(crate) as_of: Date,
}

/// As what cells of two rows are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Number,
    Day,
    Flag,
    Text,
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

    /// Its cell as text, missing where it is blank or what the table's schema calls missing. A number or a
    /// day is written in one way, whatever the file's format.
    pub(crate) fn text(&self, name: &str) -> String {
        self.kept(name, self.as_text(name))
    }

    fn as_text(&self, name: &str) -> String {
        let raw = self.raw(name);
        match self.kind(name) {
            Some(OutputType::Text) if self.is_clean => raw,
            Some(OutputType::Text) | None => format!("nullif(trim(CAST({raw} AS VARCHAR)), '')"),
            Some(OutputType::Number) => format!("number_text(CAST({raw} AS DOUBLE))"),
            Some(_) => format!("CAST({raw} AS VARCHAR)"),
        }
    }

    /// Its cell as a finite number, missing where it is none.
    pub(crate) fn number(&self, name: &str) -> String {
        self.kept(name, self.as_number(name))
    }

    fn as_number(&self, name: &str) -> String {
        match self.kind(name) {
            Some(OutputType::Integer) => self.raw(name),
            Some(OutputType::Number) => format!("finite(CAST({} AS DOUBLE))", self.raw(name)),
            _ => format!("to_number({})", self.as_text(name)),
        }
    }

    /// Its cell as a day, missing where it is none.
    pub(crate) fn day(&self, name: &str) -> String {
        self.kept(
            name,
            match self.kind(name) {
                Some(OutputType::Date) => self.raw(name),
                _ => format!("to_day({}, 'ymd')", self.as_text(name)),
            },
        )
    }

    /// Its cell as yes or no, missing where it is neither.
    pub(crate) fn flag(&self, name: &str) -> String {
        self.kept(
            name,
            match self.kind(name) {
                Some(OutputType::Boolean) => self.raw(name),
                _ => format!("to_flag({})", self.as_text(name)),
            },
        )
    }

    /// What of a cell the table's schema does not call missing.
    fn kept(&self, name: &str, cell: String) -> String {
        match self.called_missing(name) {
            Some(condition) => format!("CASE WHEN {condition} THEN NULL ELSE {cell} END"),
            None => cell,
        }
    }

    /// When a cell that is there is missing all the same, as the table's schema has it.
    fn called_missing(&self, name: &str) -> Option<String> {
        let schema = self.table.schema.as_ref()?;
        let column = schema.column(name)?;
        let marks = schema.file().missing.iter().chain(column.missing());
        let marks: Vec<String> = marks.filter(|it| !it.is_empty()).cloned().collect();
        let mut conditions = Vec::new();
        if !marks.is_empty() {
            conditions.push(format!("{} IN ({})", self.as_text(name), list(&marks)));
        }
        if let Some(bounds) = column.bounds() {
            let number = self.as_number(name);
            // A mark that is a number is one in all ways to write it.
            let numbers = marks.iter().filter_map(|it| consilium_data::number_of(it));
            let mut outside = |number: f64, sign: &str, cell: &str| {
                conditions.push(format!("{cell} {sign} CAST({number:?} AS DOUBLE)"));
            };
            numbers.for_each(|it| outside(it, "=", &number));
            if bounds.outside == Outside::Missing {
                bounds.min.iter().for_each(|it| outside(*it, "<", &number));
                bounds.max.iter().for_each(|it| outside(*it, ">", &number));
            }
        }
        if let Kind::Category(Levels::Closed {
            levels,
            outside: OutsideLevel::Missing,
            ..
        }) = column.kind()
        {
            let levels: Vec<String> = levels.iter().map(Level::name).collect();
            conditions.push(format!("{} NOT IN ({})", self.as_text(name), list(&levels)));
        }
        (!conditions.is_empty()).then(|| conditions.join(" OR "))
    }

    /// Its cell by the declared type.
    pub(crate) fn cell(&self, name: &str) -> String {
        match self.table.type_of(name) {
            None => self.raw(name),
            Some(RawKind::Number | RawKind::Integer) => self.number(name),
            Some(RawKind::Date) => self.day(name),
            Some(RawKind::Boolean) => self.flag(name),
            Some(RawKind::Category | RawKind::Code | RawKind::Text) => self.text(name),
        }
    }

    /// As what its cells are compared with those of other rows.
    pub(crate) fn sort(&self, name: &str) -> Sort {
        match (self.table.type_of(name), self.kind(name)) {
            (Some(RawKind::Number | RawKind::Integer), _)
            | (None, Some(OutputType::Number | OutputType::Integer)) => Sort::Number,
            (Some(RawKind::Date), _) | (None, Some(OutputType::Date)) => Sort::Day,
            (Some(RawKind::Boolean), _) | (None, Some(OutputType::Boolean)) => Sort::Flag,
            _ => Sort::Text,
        }
    }

    /// Its cell as what is compared with that of other rows, missing where it is not of that sort.
    pub(crate) fn compared(&self, name: &str, sort: Sort) -> String {
        match sort {
            Sort::Number => self.number(name),
            Sort::Day => self.day(name),
            Sort::Flag => self.flag(name),
            Sort::Text => self.text(name),
        }
    }

    /// Whether its cell is there.
    pub(crate) fn is_there(&self, name: &str) -> String {
        let cell = match self.kind(name) {
            Some(OutputType::Text) | None => self.text(name),
            Some(_) => self.kept(name, self.raw(name)),
        };
        format!("{cell} IS NOT NULL")
    }

    /// A condition over its rows.
    pub(crate) fn condition(&self, sql: &Sql) -> String {
        let condition = replaced(&sql.text, |name| {
            let is_ours = self.table.columns.contains_key(name)
                || self.table.type_of(name).is_some() && self.has(name);
            if name == "as_of" && !self.has(name) {
                return Some(format!("DATE '{}'", self.as_of));
            }
            is_ours.then(|| self.cell(name))
        });
        ended(condition)
    }

    /// The bucket of a row: that of its key, or of all its cells where no key is declared.
    pub(crate) fn bucket(&self) -> String {
        match &self.table.key[..] {
            [] => format!("bucket({})", self.row()),
            [one] => format!("bucket({})", self.text(one)),
            many => format!("bucket({})", self.joined(many)),
        }
    }

    /// All its own cells as one text, the same for rows that are the same.
    pub(crate) fn row(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|it| it.name.clone()).collect();
        let own = Scope {
            table: &Table {
                columns: BTreeMap::new(),
                ..self.table.clone()
            },
            ..*self
        };
        own.joined(&names)
    }

    /// Cells as one text: what separates them has a place in none, and a missing one is not an empty one.
    pub(crate) fn joined(&self, names: &[String]) -> String {
        let texts = names.iter().map(|it| self.as_text(it));
        let texts: Vec<String> = texts
            .map(|it| format!("coalesce('=' || ({it}), '')"))
            .collect();
        format!("concat_ws(chr(31), {})", texts.join(", "))
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
