use serde::{Deserialize, Serialize};

use crate::tally::Tally;
use crate::{Rule, Test};

/// How a column's values lie, and how they should.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapeResult {
    /// The column.
    pub column: String,
    /// The population stability index Σ (found − expected)·ln(found/expected) over the cells.
    pub index: f64,
    /// What is made of it.
    pub reading: Reading,
    /// The cells of the reference.
    pub cells: Vec<ShapeCell>,
    /// What would bring it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
}

/// What is made of a stability index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Below 0.1, or what chance lets so few rows have.
    Stable,
    /// By less than 0.15 above that.
    Moderate,
    /// Farther.
    Major,
}

/// A cell of a reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapeCell {
    /// What lies in it: between which numbers, or which level; `*` are all other levels.
    pub name: String,
    /// The share that the reference has there.
    pub expected: f64,
    /// The share of the column's values.
    pub found: f64,
}

/// A factor by which a column's values would lie as in the reference: they may be of another unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// The number by which values are multiplied.
    pub factor: f64,
    /// Which values are.
    pub which: Repaired,
    /// How many they are.
    pub rows: u64,
    /// The stability index that would be left.
    pub index: f64,
}

/// Which values a factor would mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repaired {
    /// All of the column.
    All,
    /// Those beyond the outer cuts of the reference that it brings between them.
    Outlying,
}

/// What was found of a rule's shape.
pub(crate) fn shaped(rule: &Rule, tally: &Tally, repair: Option<&Repair>) -> Option<ShapeResult> {
    let (Test::Shape(shape), Tally::Shape(cells)) = (&rule.test, tally) else {
        return None;
    };
    let fit = cells.whole()?;
    let counts = cells.all();
    let rows: f64 = counts.iter().sum();
    let names = shape.against.names().into_iter();
    let shares = counts.into_iter().zip(cells.expected());
    let cells = names
        .zip(shares)
        .map(|(name, (count, expected))| ShapeCell {
            name,
            expected: *expected,
            found: count / rows,
        });
    Some(ShapeResult {
        column: shape.column.clone(),
        index: fit.index,
        reading: if fit.index < fit.stable {
            Reading::Stable
        } else if fit.index < fit.major {
            Reading::Moderate
        } else {
            Reading::Major
        },
        cells: cells.collect(),
        repair: repair.copied(),
    })
}
