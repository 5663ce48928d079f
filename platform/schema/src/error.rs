use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the text of a schema or of what names one, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl TextPlace {
    /// The place of the byte `offset` of `text`; its end when `offset` lies beyond.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text
            .char_indices()
            .take_while(|(start, _)| *start < offset)
            .map(|(_, letter)| letter);
        let mut place = Self { line: 1, column: 1 };
        for letter in before {
            if letter == '\n' {
                place = Self {
                    line: place.line + 1,
                    column: 1,
                };
            } else {
                place.column += 1;
            }
        }
        place
    }
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is no schema.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The text is no TOML, or a key or value is not one of a schema's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// A table has at least one column.
    #[error("no [[column]] is declared")]
    NoColumns,
    /// `names` is for files without a header.
    #[error("{place}: names are given, but header is not false")]
    NamesBesideHeader {
        /// Where.
        place: TextPlace,
    },
    /// Every declared column must be in the file.
    #[error("{place}: names does not hold the column {column:?}")]
    NotAmongNames {
        /// Where.
        place: TextPlace,
        /// The declared column.
        column: String,
    },
    /// Names of columns are different from each other.
    #[error("{place}: names holds {column:?} twice")]
    NamedTwice {
        /// Where.
        place: TextPlace,
        /// The name.
        column: String,
    },
    /// Something is wrong with one column.
    #[error("{place}: column {column:?}: {fault}")]
    Column {
        /// Where the column is named.
        place: TextPlace,
        /// Its name.
        column: String,
        /// What is wrong.
        fault: ColumnFault,
    },
}

/// What is wrong with the declaration of a column.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnFault {
    /// Names are seen as they are: 1 to 200 characters, none of them hidden, no blanks at the ends.
    #[error(
        "the name is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Name,
    /// Levels that are texts are seen as they are, like names.
    #[error("the level {level:?} is empty, too long, or has characters in it that are not seen")]
    Level {
        /// The level.
        level: String,
    },
    /// Descriptions are seen as they are: 1 to 500 characters.
    #[error(
        "a description is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Description,
    /// Names are different from each other.
    #[error("declared twice")]
    Twice,
    /// A unit that is given is a unit.
    #[error(
        "the unit is no UCUM text (1 to 64 printable characters of ASCII, no blanks, brackets that close)"
    )]
    Unit,
    /// A code system has one id everywhere.
    #[error(
        "{found:?} is no id of a code system: use one such as icd-10-cm, atc or snomed-ct, or local-NAME for a \
         house's own"
    )]
    System {
        /// What is declared, without what is not seen.
        found: String,
    },
    /// A version is seen as it is.
    #[error(
        "the version of a code system is empty, longer than 64 characters, or has blanks at its ends or \
         characters that are not seen"
    )]
    Version,
    /// The range holds at least one number.
    #[error("the range is empty: min {min} is above max {max}")]
    EmptyRange {
        /// The declared minimum.
        min: f64,
        /// The declared maximum.
        max: f64,
    },
    /// Bounds are finite.
    #[error("min and max must be finite")]
    BoundNotFinite,
    /// A rule for values outside needs an inside.
    #[error("outside = {rule:?} needs min or max")]
    OutsideWithoutRange {
        /// The declared rule.
        rule: &'static str,
    },
    /// Categories have no order to be winsorised by.
    #[error("a category can't be winsorised: say outside = \"refuse\" or \"missing\"")]
    WinsorisedCategory,
    /// The key belongs to another type.
    #[error("{key} has no meaning for type {kind:?}")]
    MisplacedKey {
        /// The key.
        key: &'static str,
        /// The declared type.
        kind: &'static str,
    },
    /// A category has levels or leaves them out altogether.
    #[error("levels is empty: name them, or leave the key out")]
    NoLevels,
    /// A level is declared once.
    #[error("level {level:?} is declared twice")]
    LevelTwice {
        /// The level.
        level: String,
    },
    /// Levels are all numbers or all texts.
    #[error("levels mixes numbers and texts")]
    MixedLevels,
    /// The reference is one of the levels.
    #[error("the reference level {level:?} is not one of levels")]
    UnknownReference {
        /// The declared reference.
        level: String,
    },
    /// A level can't mean missing at the same time.
    #[error("{marker:?} is a level and means missing as well")]
    LevelIsMissing {
        /// The level.
        marker: String,
    },
    /// A code has at least one character.
    #[error("width must be at least 1")]
    NoWidth,
    /// Codes and texts are compared as they are written.
    #[error("a number marks missing values: write {marker:?} in quotes")]
    NumberMarker {
        /// The marker.
        marker: String,
    },
}
