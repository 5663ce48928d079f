use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::file_format::{Delimiter, DuplicateHeaders, Encoding};
use crate::{DateOrder, Outside, RawCodes, SchemaError, TextPlace};

/// A schema as it is typed, before it is checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub struct RawSchema {
    /// How the file is read.
    #[serde(default)]
    pub file: RawFile,
    /// The columns.
    #[serde(default)]
    pub column: Vec<RawColumn>,
    /// The text itself, so that errors can name a line.
    #[serde(skip)]
    pub(crate) text: String,
}

impl RawSchema {
    /// A schema made by a program; errors about it name line 1.
    pub fn new(file: RawFile, column: Vec<RawColumn>) -> Self {
        Self {
            file,
            column,
            text: String::new(),
        }
    }

    /// Parses TOML.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Toml`] with the place.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let mut raw: Self = toml::from_str(text).map_err(|error| SchemaError::Toml {
            place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })?;
        text.clone_into(&mut raw.text);
        Ok(raw)
    }
}

/// The table `[file]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub struct RawFile {
    /// Default `"auto"`.
    #[serde(default)]
    pub encoding: Encoding,
    /// Default `"auto"`.
    #[serde(default)]
    pub delimiter: Delimiter,
    /// Default `true`.
    pub header: Option<bool>,
    /// The names of all columns of a file without header; default: those of the schema.
    pub names: Option<Spanned<Vec<String>>>,
    /// Default `"refuse"`.
    #[serde(default)]
    pub duplicate_headers: DuplicateHeaders,
    /// Default [`DEFAULT_MISSING`](crate::DEFAULT_MISSING).
    pub missing: Option<Vec<String>>,
}

/// One `[[column]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub struct RawColumn {
    /// Required.
    pub name: Spanned<String>,
    /// Required.
    #[serde(rename = "type")]
    pub kind: RawKind,
    /// The unit, in UCUM.
    pub unit: Option<String>,
    /// The least value, of numbers and integers.
    pub min: Option<f64>,
    /// The greatest value, of numbers and integers.
    pub max: Option<f64>,
    /// What happens to values outside the range or the levels; default `"refuse"`.
    pub outside: Option<Outside>,
    /// Missing markers besides those of the file.
    #[serde(default)]
    pub missing: Vec<RawMarker>,
    /// The levels of a category, in order.
    pub levels: Option<Vec<RawLevel>>,
    /// The level that others are compared with; default: the first.
    pub reference: Option<RawLevel>,
    /// The fixed length of a code, in characters.
    pub width: Option<u32>,
    /// The code system of codes, or of a category's levels.
    pub codes: Option<RawCodes>,
    /// How a date is written; default `"ymd"`.
    pub order: Option<DateOrder>,
    /// What the column means.
    #[serde(default)]
    pub description: RawDescription,
}

impl RawColumn {
    /// A column of which only name and type are said.
    pub fn new(name: &str, kind: RawKind) -> Self {
        Self {
            name: Spanned::new(0..0, name.to_owned()),
            kind,
            unit: None,
            min: None,
            max: None,
            outside: None,
            missing: Vec::new(),
            levels: None,
            reference: None,
            width: None,
            codes: None,
            order: None,
            description: RawDescription::default(),
        }
    }
}

/// The types of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RawKind {
    /// A real number.
    Number,
    /// A whole number.
    Integer,
    /// One of a few levels.
    Category,
    /// Text kept as it stands.
    Text,
    /// Text that identifies; leading zeros matter.
    Code,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
}

impl RawKind {
    /// The name as a schema writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Category => "category",
            Self::Text => "text",
            Self::Code => "code",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// What a column means, in two languages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(expecting = "a table", deny_unknown_fields)]
pub struct RawDescription {
    /// In English.
    pub en: Option<String>,
    /// In Chinese.
    pub zh: Option<String>,
}

/// A level of a category: an integer also matches `1.0`, a text matches itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a whole number or a text")]
pub enum RawLevel {
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for RawLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(level) => level.fmt(f),
            Self::Text(level) => level.fmt(f),
        }
    }
}

/// A missing marker: a number (in numeric columns `-9` is also `-9.0`) or a text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a number or a text")]
pub enum RawMarker {
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl fmt::Display for RawMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(marker) => marker.fmt(f),
            Self::Number(marker) => marker.fmt(f),
            Self::Text(marker) => marker.fmt(f),
        }
    }
}
