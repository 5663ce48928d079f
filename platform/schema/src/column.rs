use serde::{Deserialize, Serialize};

use crate::{Codes, Unit};

/// What is declared about one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) unit: Option<Unit>,
    pub(crate) codes: Option<Codes>,
    pub(crate) missing: Vec<String>,
    pub(crate) description: Description,
}

impl Column {
    /// The name, different from all others of the schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type with all that belongs to it.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The unit of measurement.
    pub fn unit(&self) -> Option<&Unit> {
        self.unit.as_ref()
    }

    /// The code system of codes, or of a category's levels.
    pub fn codes(&self) -> Option<&Codes> {
        self.codes.as_ref()
    }

    /// The texts that mean "missing" in this column besides those of the file, trimmed.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// What the column means.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The declared range of a numeric column.
    pub fn bounds(&self) -> Option<Bounds> {
        match self.kind {
            Kind::Number(bounds) | Kind::Integer(bounds) => Some(bounds),
            _ => None,
        }
    }
}

/// The type of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A real number.
    Number(Bounds),
    /// A whole number of at most 2^53 in size; `63.0` is one.
    Integer(Bounds),
    /// One of a few levels.
    Category(Levels),
    /// Text kept as it stands.
    Text,
    /// Text that identifies, trimmed; leading zeros are kept.
    Code {
        /// The fixed length in characters.
        width: Option<u32>,
    },
    /// Yes or no: `1`/`0`, `true`/`false`, `yes`/`no`, `y`/`n`, `t`/`f`, `是`/`否`, in any case.
    Boolean,
    /// A day of the Gregorian calendar.
    Date(DateOrder),
}

impl Kind {
    /// The name as a schema writes it.
    pub fn name(&self) -> &'static str {
        self.raw().name()
    }
}

/// The range of a numeric column, both ends inside it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    /// The least value.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
    /// What happens to a value that lies outside.
    pub outside: Outside,
}

impl Bounds {
    /// Says whether `value` lies inside.
    pub fn contains(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// The nearest value that lies inside.
    pub fn clamp(&self, value: f64) -> f64 {
        let value = self.min.map_or(value, |min| value.max(min));
        self.max.map_or(value, |max| value.min(max))
    }
}

/// What happens to a value outside the declared range or levels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// The row is refused, naming its place.
    #[default]
    Refuse,
    /// The value becomes the nearest bound, and is counted.
    Winsorise,
    /// The value becomes missing, and is counted.
    Missing,
}

impl Outside {
    /// The name as a schema writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Winsorise => "winsorise",
            Self::Missing => "missing",
        }
    }
}

/// The levels of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Levels {
    /// Whatever the file holds, in the order of the alphabet.
    Open,
    /// Those that are declared.
    Closed {
        /// In declared order, at least one, all of one sort.
        levels: Vec<Level>,
        /// Which of them the others are compared with.
        reference: usize,
        /// What happens to other values.
        outside: OutsideLevel,
    },
}

/// What happens to a value that is no declared level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OutsideLevel {
    /// The row is refused, naming its place.
    #[default]
    Refuse,
    /// The value becomes missing, and is counted.
    Missing,
}

impl OutsideLevel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refuse => Outside::Refuse.name(),
            Self::Missing => Outside::Missing.name(),
        }
    }
}

/// A declared level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// A number: the cells `1`, `01` and `1.0` are all level 1.
    Number(i64),
    /// A text, compared as it is written.
    Text(String),
}

impl Level {
    /// The level as text.
    pub fn name(&self) -> String {
        match self {
            Self::Number(level) => level.to_string(),
            Self::Text(level) => level.clone(),
        }
    }
}

/// In which order a date is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// `2026-03-21`, `2026/3/21`, `20260321`, `2026年3月21日`; a time of day after it is dropped.
    #[default]
    Ymd,
    /// `21/3/2026`, `21.03.2026`.
    Dmy,
    /// `3/21/2026`.
    Mdy,
}

impl DateOrder {
    /// The name as a schema writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ymd => "ymd",
            Self::Dmy => "dmy",
            Self::Mdy => "mdy",
        }
    }
}

/// What a column means, in two languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// In English.
    pub en: Option<String>,
    /// In Chinese.
    pub zh: Option<String>,
}
