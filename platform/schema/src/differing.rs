use serde::{Deserialize, Serialize};

use crate::{Codes, Column, Kind, RawKind, Unit};

/// What may be told of a column's meaning to everybody: names, units and versions.
///
/// # Security
///
/// Read from others it is bounded: types are those of a schema, units and versions short texts that are seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The type.
    pub kind: RawKind,
    /// The unit of measurement.
    pub unit: Option<Unit>,
    /// The code system and its version.
    pub codes: Option<Codes>,
}

impl Told {
    /// Gives the parts in which this differs from another, as this one says them.
    pub fn differs_from(&self, other: &Told) -> Vec<Differing> {
        let mut parts = Vec::new();
        if self.kind != other.kind {
            parts.push(Differing::Type(self.kind));
        }
        if self.unit != other.unit {
            parts.push(Differing::Unit(self.unit.clone()));
        }
        if self.codes != other.codes {
            parts.push(Differing::Codes(self.codes.clone()));
        }
        parts
    }
}

/// A part of its meaning in which one column differs from another, as the one says it.
///
/// # Security
///
/// It tells names, units and versions. Of ranges and levels it tells that they differ, and no value. Read
/// from others it is bounded: types are those of a schema, units and versions short texts that are seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Differing {
    /// The type.
    Type(RawKind),
    /// The unit of measurement.
    Unit(Option<Unit>),
    /// The code system, or its version.
    Codes(Option<Codes>),
    /// The range, or what happens to values outside.
    Range,
    /// The levels, the reference among them, or what happens to other values.
    Levels,
    /// The length of codes.
    Width,
    /// The order in which a date is written.
    Order,
}

impl Differing {
    /// Gives what two columns of this type differ in that agree in all that is told of one.
    pub fn untold(kind: RawKind) -> Option<Differing> {
        match kind {
            RawKind::Number | RawKind::Integer => Some(Differing::Range),
            RawKind::Category => Some(Differing::Levels),
            RawKind::Code => Some(Differing::Width),
            RawKind::Date => Some(Differing::Order),
            RawKind::Text | RawKind::Boolean => None,
        }
    }
}

impl Column {
    /// Gives the parts of its meaning in which it differs from another, as it says them: what it is called,
    /// what means "missing" in a file and how it is described is left out of account.
    pub fn differs_from(&self, other: &Column) -> Vec<Differing> {
        let mut parts = self.told().differs_from(&other.told());
        let kind = self.kind().raw();
        if kind == other.kind().raw() && self.kind != other.kind {
            parts.extend(Differing::untold(kind));
        }
        parts
    }

    /// Gives what may be told of it to everybody.
    pub fn told(&self) -> Told {
        Told {
            kind: self.kind().raw(),
            unit: self.unit.clone(),
            codes: self.codes.clone(),
        }
    }

    /// Says whether two columns mean the same: they differ in no part of [`Differing`].
    pub fn is_alike(&self, other: &Column) -> bool {
        self.kind == other.kind && self.unit == other.unit && self.codes == other.codes
    }

    /// Gives the canonical text of all that [`Self::is_alike`] goes by, and of the name.
    pub fn meaning(&self) -> String {
        let bare = Column {
            missing: Vec::new(),
            description: crate::Description::default(),
            ..self.clone()
        };
        bare.to_string()
    }
}

impl Kind {
    /// The type alone.
    pub fn raw(&self) -> RawKind {
        match self {
            Self::Number(_) => RawKind::Number,
            Self::Integer(_) => RawKind::Integer,
            Self::Category(_) => RawKind::Category,
            Self::Text => RawKind::Text,
            Self::Code { .. } => RawKind::Code,
            Self::Boolean => RawKind::Boolean,
            Self::Date(_) => RawKind::Date,
        }
    }
}
