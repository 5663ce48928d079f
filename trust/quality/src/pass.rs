//! Queries made of rules, each with what it was made of.

use consilium_mapping::{Fault, Mapping, QueryError};
use consilium_schema::{Schema, TextPlace};

use crate::house::House;
use crate::words::words;
use crate::{Rows, RuleError, Table};

/// A query over the sources that it needs.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) mapping: Mapping,
    /// What comes out.
    pub(crate) schema: Schema,
    /// How many lines stand before the query's first.
    before: usize,
    marks: Vec<Mark>,
}

/// Where lines of a query come from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    /// The line of the query, from 1, at which it begins.
    line: usize,
    place: TextPlace,
    /// The rule or table.
    id: String,
}

/// A query as it is written.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    sql: String,
    /// How many line breaks are in it.
    breaks: usize,
    marks: Vec<Mark>,
    /// Sources that its text does not name as tables.
    tables: Vec<String>,
}

impl Writing {
    /// Goes on with what nobody wrote.
    pub(crate) fn push(&mut self, sql: &str) {
        self.breaks += sql.matches('\n').count();
        self.sql.push_str(sql);
    }

    /// Goes on, on a line of its own, with what a rule or a table says at that place.
    pub(crate) fn push_of(&mut self, id: &str, place: TextPlace, sql: &str) {
        self.push("\n");
        self.marks.push(Mark {
            line: self.breaks + 1,
            place,
            id: id.to_owned(),
        });
        self.push(sql);
    }

    /// Goes on with a table's rows.
    pub(crate) fn push_rows(&mut self, table: &Table) {
        match &table.rows {
            Rows::Source(source) => self.push(&crate::words::quote(source)),
            Rows::Query(sql) => {
                self.push("(");
                self.push_of(&table.name, sql.place, &sql.text);
                self.push("\n)");
            }
        }
    }

    /// Needs a source as a table of codes.
    pub(crate) fn needs(&mut self, source: &str) {
        self.tables.push(source.to_owned());
    }

    /// A query that gives columns of these names and types.
    pub(crate) fn finish(
        self,
        house: &House,
        columns: &[(String, &'static str)],
    ) -> Result<Pass, RuleError> {
        let named: Vec<String> = words(&self.sql).into_iter().map(|it| it.name).collect();
        let made = house.mapping(&self.sql, |source| {
            named.iter().chain(&self.tables).any(|it| it == source)
        })?;
        let column = |(name, kind): &(String, &'static str)| {
            format!("[[column]]\nname = {name:?}\ntype = {kind:?}\n")
        };
        // What a cell says is shown as it is: only what a query gives as missing is.
        let mut schema = "[file]\nmissing = [\"\"]\n".to_owned();
        schema.extend(columns.iter().map(column));
        let schema = Schema::from_toml(&schema).expect("names and types are ours");
        Ok(Pass {
            mapping: made.mapping,
            schema,
            before: made.before,
            marks: self.marks,
        })
    }
}

impl Pass {
    /// What is wrong with what a rule says, if that is why the query fails.
    pub(crate) fn fault_of_rule(&self, error: &QueryError, house: &House) -> Option<RuleError> {
        let QueryError::Fault(fault) = error else {
            return None;
        };
        match fault {
            Fault::Query { place, message } | Fault::Refused { place, message, .. } => {
                let (place, rule) = self.whence(*place);
                let message = message.clone();
                Some(RuleError::Query {
                    place,
                    rule,
                    message,
                })
            }
            Fault::Statement { place } | Fault::Type { place, .. } => {
                let (place, rule) = self.whence(*place);
                let message = fault.to_string();
                let message = message.split_once(": ").map_or(message.as_str(), |it| it.1);
                Some(RuleError::Query {
                    place,
                    rule,
                    message: message.to_owned(),
                })
            }
            Fault::NoColumn { name, .. } => {
                let message = fault.to_string();
                let message = message.split_once(": ").map_or(message.as_str(), |it| it.1);
                Some(RuleError::Query {
                    place: house.place(name),
                    rule: name.clone(),
                    message: message.to_owned(),
                })
            }
            _ => None,
        }
    }

    /// Where in the rule file a place of the mapping comes from, and of what.
    fn whence(&self, place: TextPlace) -> (TextPlace, String) {
        let line = place.line.saturating_sub(self.before).max(1);
        let mark = self.marks.iter().rfind(|mark| mark.line <= line);
        let Some(mark) = mark.or(self.marks.first()) else {
            return (TextPlace { line: 1, column: 1 }, String::new());
        };
        let place = match line.saturating_sub(mark.line) {
            0 => mark.place,
            further => TextPlace {
                line: mark.place.line + further,
                column: place.column,
            },
        };
        (place, mark.id.clone())
    }
}
