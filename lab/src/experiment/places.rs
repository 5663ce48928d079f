//! Where things stand in an experiment's text.

use std::path::{Path, PathBuf};

use consilium_schema::TextPlace;
use toml::de::{DeTable, DeValue};

use crate::{LabError, LabFault};

/// An experiment's text, and where it is from.
#[derive(Debug)]
pub(crate) struct Places {
    file: PathBuf,
    text: String,
}

/// A step from a table or list to what it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl Places {
    pub(super) fn new(file: &Path, text: String) -> Places {
        Places {
            file: file.to_owned(),
            text,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Blames a key of a path such as `table.split.alpha`.
    pub(crate) fn at(&self, path: &str, fault: impl Into<LabFault>) -> LabError {
        let steps: Vec<Step<'_>> = path.split('.').map(Step::Key).collect();
        self.at_steps(&steps, fault)
    }

    /// Blames what steps lead to, or as much of them as is there.
    pub(crate) fn at_steps(&self, steps: &[Step<'_>], fault: impl Into<LabFault>) -> LabError {
        self.at_byte(self.offset(steps).unwrap_or(0), fault)
    }

    /// Gives the line of what steps lead to, or of as much of them as is there.
    pub(super) fn line_of(&self, steps: &[Step<'_>]) -> usize {
        place(&self.text, self.offset(steps).unwrap_or(0)).line
    }

    /// Blames what stands at a byte.
    pub(super) fn at_byte(&self, offset: usize, fault: impl Into<LabFault>) -> LabError {
        LabError {
            place: Some(place(&self.text, offset)),
            ..LabError::of_file(&self.file, fault)
        }
    }

    /// Blames the first key that has this text as its value, or the whole file.
    pub(super) fn at_value(&self, value: &str, fault: impl Into<LabFault>) -> LabError {
        let document = DeTable::parse(&self.text).ok();
        match document.and_then(|it| holding(it.get_ref(), value)) {
            Some(offset) => self.at_byte(offset, fault),
            None => LabError::of_file(&self.file, fault),
        }
    }

    fn offset(&self, steps: &[Step<'_>]) -> Option<usize> {
        let document = DeTable::parse(&self.text).ok()?;
        let mut at = DeValue::Table(document.into_inner());
        let mut offset = None;
        for step in steps {
            let held = match (at, step) {
                (DeValue::Table(mut table), Step::Key(key)) => {
                    table.remove_entry(*key).map(|(key, value)| {
                        offset = Some(key.span().start);
                        value
                    })
                }
                (DeValue::Array(items), Step::Item(item)) => {
                    let value = items.into_iter().nth(*item);
                    offset = value.as_ref().map(|value| value.span().start).or(offset);
                    value
                }
                _ => None,
            };
            let Some(value) = held else { break };
            at = value.into_inner();
        }
        offset
    }
}

/// Gives where the first key stands that has this text as its value.
fn holding(table: &DeTable<'_>, value: &str) -> Option<usize> {
    fn within(held: &DeValue<'_>, value: &str, at: usize) -> Option<usize> {
        match held {
            DeValue::String(text) => (&**text == value).then_some(at),
            DeValue::Table(table) => holding(table, value),
            DeValue::Array(items) => items
                .iter()
                .find_map(|item| within(item.get_ref(), value, at)),
            _ => None,
        }
    }
    let all = table.iter();
    let all = all.filter_map(|(key, held)| within(held.get_ref(), value, key.span().start));
    all.min()
}

/// Gives the keys that lead to what stands at a place of a text; none where nothing does.
pub(super) fn keys_at(text: &str, at: TextPlace) -> Vec<String> {
    fn within(table: &DeTable<'_>, offset: usize) -> Option<Vec<String>> {
        table.iter().find_map(|(key, held)| {
            let own = || key.get_ref().to_string();
            if let DeValue::Table(table) = held.get_ref()
                && let Some(mut keys) = within(table, offset)
            {
                keys.insert(0, own());
                return Some(keys);
            }
            let is_here = key.span().contains(&offset) || held.span().contains(&offset);
            is_here.then(|| vec![own()])
        })
    }
    let Some(line) = text.split_inclusive('\n').nth(at.line.saturating_sub(1)) else {
        return Vec::new();
    };
    let before: usize = text
        .split_inclusive('\n')
        .take(at.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let column = line.char_indices().nth(at.column.saturating_sub(1));
    let offset = before + column.map_or(0, |(offset, _)| offset);
    let document = DeTable::parse(text).ok();
    document
        .and_then(|it| within(it.get_ref(), offset))
        .unwrap_or_default()
}

/// Gives the place of a byte of a text.
fn place(text: &str, offset: usize) -> TextPlace {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    TextPlace {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}
