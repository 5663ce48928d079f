use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the text of a mapping, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl TextPlace {
    /// The place of the byte `offset` of `text`; its end when `offset` lies beyond.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let end = text.floor_char_boundary(offset);
        let before = &text[..end];
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
