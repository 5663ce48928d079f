use consilium_schema::Level;

use crate::Origin;

/// Features with all their numbers, where each comes from, and what was left out.
///
/// As TOML by [`annotated`](Fitted::annotated): the `[[prepared]]` tables of a preparation.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// All rows of the statistics.
    pub rows: u64,
    /// Whose rows are in them.
    pub institutions: Vec<String>,
    /// The features, in the order of the statistics' columns; products last.
    pub prepared: Vec<Prepared>,
    /// Columns and products without a feature, in the order in which they were left out.
    pub left_out: Vec<LeftOut>,
    /// What a selection could not judge, since a number is held back: it stays.
    pub unjudged: Vec<Unjudged>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Its name; none where it is the column's.
    pub name: Option<String>,
    /// The column that it is made of; none of a product.
    pub column: Option<String>,
    /// Its further keys, in a preparation's order.
    pub entries: Vec<Entry>,
}

impl Prepared {
    /// What it is called.
    pub fn called(&self) -> &str {
        let name = self.name.as_ref().or(self.column.as_ref());
        name.map_or("", String::as_str)
    }
}

/// A key of a feature with its value and where that comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// A value as a preparation has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// Numbers.
    Numbers(Vec<f64>),
    /// A word or a name.
    Word(&'static str),
    /// A level.
    Level(Level),
    /// The level that a missing value becomes.
    Fill(Level),
    /// Levels.
    Levels(Vec<Level>),
    /// Names of terms.
    Names(Vec<String>),
}

/// A column or product that is no feature.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why something is left out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The intent says nothing of columns of this type.
    NoDefault {
        /// The type.
        kind: &'static str,
    },
    /// Too many rows have no value.
    Missing {
        /// Their share.
        share: f64,
        /// The most that was allowed.
        limit: f64,
    },
    /// It tells too little of the label.
    InformationValue {
        /// Its information value.
        value: f64,
        /// The least that was wanted.
        limit: f64,
    },
    /// It moves too much from period to period.
    Stability {
        /// The largest stability index.
        index: f64,
        /// The most that was allowed.
        limit: f64,
    },
    /// Another column tells nearly the same, and no less of the label.
    Correlation {
        /// The other column.
        with: String,
        /// Pearson's coefficient.
        r: f64,
        /// The most that was allowed, without sign.
        limit: f64,
    },
    /// Other columns together tell nearly the same.
    Inflation {
        /// Its variance inflation factor among those left; none where it follows from them.
        factor: Option<f64>,
        /// The most that was allowed.
        limit: f64,
    },
    /// A product's factor is of a column that is left out.
    Factor {
        /// The factor.
        factor: String,
    },
}

/// A column that a selection could not judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// Its name.
    pub column: String,
    /// By what, as the intent's table `select` has it.
    pub by: &'static str,
    /// Of a correlation, the other column.
    pub with: Option<String>,
}
