use consilium_schema::{Bounds, Codes, Column, Kind, Levels, RawCodes, RawColumn, RawLevel, Unit};
use serde::{Deserialize, Serialize};

/// What a feature or a table is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Names {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// One canonical feature: what a column means, whoever keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub(crate) id: String,
    pub(crate) name: Names,
    pub(crate) synonyms: Vec<String>,
    /// Type, unit, range and levels, under the id.
    pub(crate) column: Column,
    pub(crate) levels: Vec<Vec<String>>,
    pub(crate) code_system: Option<CodeSystem>,
    pub(crate) window: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) identifies: Identifies,
    pub(crate) certainty: Certainty,
    pub(crate) sources: Vec<String>,
}

impl Feature {
    /// The id, `table.field`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the table: the part of the id before the point.
    pub fn table(&self) -> &str {
        self.id.split_once('.').map_or(&self.id, |(table, _)| table)
    }

    /// What it is called.
    pub fn name(&self) -> &Names {
        &self.name
    }

    /// What else it is called in the field, in either language, sorted.
    pub fn synonyms(&self) -> &[String] {
        &self.synonyms
    }

    /// The type, with the declared range, width or levels whatever their certainty.
    pub fn kind(&self) -> &Kind {
        self.column.kind()
    }

    /// The unit of measurement, in UCUM; of money `{CNY}`, or `{currency}` where it varies.
    pub fn unit(&self) -> Option<&Unit> {
        self.column.unit()
    }

    /// The declared range of a number.
    pub fn bounds(&self) -> Option<Bounds> {
        self.column.bounds()
    }

    /// The levels of a category: each the level itself, then how others write it.
    pub fn levels(&self) -> &[Vec<String>] {
        &self.levels
    }

    /// The code system of a code.
    pub fn code_system(&self) -> Option<&CodeSystem> {
        self.code_system.as_ref()
    }

    /// Over how long the value is taken, a duration of ISO 8601; none if it is of one moment.
    pub fn window(&self) -> Option<&str> {
        self.window.as_deref()
    }

    /// The time zone of a date, a name of the time zone database.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// How sensitive it is.
    pub fn sensitivity(&self) -> Sensitivity {
        self.sensitivity
    }

    /// Whether it tells who a person is.
    pub fn identifies(&self) -> Identifies {
        self.identifies
    }

    /// How sure the declaration is.
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// Where the declaration comes from: ids of the catalogue's sources, sorted.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// The column of a schema: what is not certain keeps its type and unit, and validates nothing.
    pub(crate) fn column(&self) -> RawColumn {
        let kind = self.column.kind();
        let mut raw = RawColumn::new(&self.id, kind.raw());
        raw.unit = self.unit().map(ToString::to_string);
        let codes = self.code_system.as_ref().and_then(|it| it.codes.as_ref());
        raw.codes = codes.map(|codes| RawCodes {
            system: codes.system().to_owned(),
            version: codes.version().map(str::to_owned),
        });
        raw.description.en = Some(self.name.en.clone());
        raw.description.zh = Some(self.name.zh.clone());
        if self.certainty != Certainty::Certain {
            return raw;
        }
        match kind {
            Kind::Number(bounds) | Kind::Integer(bounds) => {
                (raw.min, raw.max) = (bounds.min, bounds.max);
            }
            Kind::Category(Levels::Closed { levels, .. }) => {
                let levels = levels.iter().map(|level| RawLevel::Text(level.name()));
                raw.levels = Some(levels.collect());
            }
            Kind::Code { width } => raw.width = *width,
            Kind::Category(Levels::Open) | Kind::Text | Kind::Boolean | Kind::Date(_) => {}
        }
        raw
    }
}

/// What a code is a code of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeSystem {
    /// What the system is called.
    pub name: String,
    /// Its id, and its version where one is meant; none of a family such as ICD, of which each data set
    /// says the system.
    pub codes: Option<Codes>,
}

/// How sensitive a feature is: a level of GB/T 39725-2020, clause 6.2, from 1 (may be public) to
/// 5 (for very few, under strict control).
///
/// # Security
///
/// A hint for people; no access is given or refused by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sensitivity(pub(crate) u8);

impl Sensitivity {
    /// The level as a number, 1 to 5.
    pub fn level(self) -> u8 {
        self.0
    }
}

/// Whether a feature tells who a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifies {
    /// Alone: a name, an identity number.
    Direct,
    /// Together with others: a quasi-identifier.
    Quasi,
    /// It doesn't.
    No,
}

impl Identifies {
    /// The name as a catalogue writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Quasi => "quasi",
            Self::No => "no",
        }
    }
}

/// How sure a declaration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Whoever issues the field says so.
    Certain,
    /// Two public implementations at least have it.
    SeenInCode,
    /// Neither.
    Unverified,
}

impl Certainty {
    /// The name as a catalogue writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::SeenInCode => "seen-in-code",
            Self::Unverified => "unverified",
        }
    }

    /// How many sources it takes.
    pub(crate) fn sources_needed(self) -> usize {
        match self {
            Self::Certain => 1,
            Self::SeenInCode => 2,
            Self::Unverified => 0,
        }
    }
}
