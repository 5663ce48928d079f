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

    /// Blames what stands at a byte.
    pub(super) fn at_byte(&self, offset: usize, fault: impl Into<LabFault>) -> LabError {
        LabError {
            place: Some(place(&self.text, offset)),
            ..LabError::of_file(&self.file, fault)
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

/// Gives the place of a byte of a text.
fn place(text: &str, offset: usize) -> TextPlace {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    TextPlace {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}
