//! What is to be fitted, as all parties agreed.

use std::collections::HashSet;

use consilium_secagg::Bits;
use serde::{Deserialize, Serialize};

use crate::{Family, Likelihood, moments, steps};

/// The most columns a regression may have.
pub const MOST_COLUMNS: usize = 1_000;

/// The coarsest unit in which any sum may be counted.
const COARSEST: f64 = 1.0 / 256.0;

/// How far rounding may move means and deviations beyond what a range allows.
pub(crate) const SLACK: f64 = 1.01;

/// A closed interval of finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(f64, f64)", into = "(f64, f64)")]
pub struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// Checks that both ends are finite and `low < high`.
    pub fn new(low: f64, high: f64) -> Option<Range> {
        let ordered = low < high && (high - low).is_finite();
        ordered.then_some(Range { low, high })
    }

    /// Gives the lower end.
    pub fn low(self) -> f64 {
        self.low
    }

    /// Gives the upper end.
    pub fn high(self) -> f64 {
        self.high
    }

    /// Says whether `value` lies between the ends or on one.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Says the same of a mean that sums were rounded for.
    pub(crate) fn nearly_holds(self, mean: f64) -> bool {
        (mean - self.middle()).abs() <= SLACK * self.half_width()
    }

    pub(crate) fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    pub(crate) fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

impl TryFrom<(f64, f64)> for Range {
    type Error = BadSpecification;

    fn try_from((low, high): (f64, f64)) -> Result<Self, BadSpecification> {
        Range::new(low, high).ok_or(BadSpecification::Range)
    }
}

impl From<Range> for (f64, f64) {
    fn from(range: Range) -> (f64, f64) {
        (range.low, range.high)
    }
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A number in the declared range.
    Number(Range),
    /// 0 or 1, such as one level of a category.
    Binary,
}

impl Kind {
    pub(crate) fn range(self) -> Range {
        match self {
            Kind::Number(range) => range,
            Kind::Binary => Range {
                low: 0.0,
                high: 1.0,
            },
        }
    }

    pub(crate) fn allows(self, value: f64) -> bool {
        match self {
            Kind::Number(range) => range.holds(value),
            Kind::Binary => [0.0, 1.0].contains(&value),
        }
    }
}

/// A feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, unique in the regression.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether a missing value also sets a 0/1 column of its own.
    ///
    /// Missing values are replaced by the mean over all parties either way.
    pub mark_missing: bool,
}

/// What becomes of a column that has the same value in all rows of all parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConstantColumns {
    /// The fit fails and names the column.
    Refuse,
    /// The column is left out.
    Drop,
}

/// A regression as the study's plan words it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Specification {
    /// The label's distribution.
    pub family: Family,
    /// The features.
    pub columns: Vec<Column>,
    /// Where labels lie: 0 to 1 for logistic, not below 0 for Poisson and gamma.
    pub labels: Range,
    /// λ of the penalty `λ/2 · ‖w‖²` on the coefficients of the standardised features.
    ///
    /// The intercept is free. λ = 1 is scikit-learn's `C = 1`.
    pub penalty: f64,
    /// How many rows each level of each 0/1 column needs, over all parties; in logistic
    /// regression, with each label.
    pub minimum_count: u64,
    /// What becomes of constant columns.
    pub constant_columns: ConstantColumns,
    /// The most rows that one party may bring.
    pub most_rows: u64,
    /// The most parties whose rows are added up.
    pub most_contributors: usize,
    /// Width of one element of a sum.
    pub bits: Bits,
}

/// Why a specification is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSpecification {
    /// A range is empty or not finite.
    #[error("a range needs two finite ends, the lower one first")]
    Range,
    /// The labels' range does not suit the family.
    #[error("the range of the labels does not suit the family {family}")]
    Labels {
        /// The family's name.
        family: &'static str,
    },
    /// Two columns have one name.
    #[error("two columns are named '{column}'")]
    Twice {
        /// The name.
        column: String,
    },
    /// There are no columns, or too many.
    #[error("{columns} columns are given, 1 to {MOST_COLUMNS} are allowed")]
    Columns {
        /// How many.
        columns: usize,
    },
    /// The penalty is negative or not finite.
    #[error("the penalty must be a finite number, not below zero")]
    Penalty,
    /// Elements of the sums are too narrow for that many rows.
    #[error("{bits} bits are too few for the sums of that many rows and parties")]
    TooFewBits {
        /// The width.
        bits: u8,
    },
    /// No rows or no parties are allowed, or more than a sum can count.
    #[error("rows and parties must be positive and make at most 2^40 rows")]
    Rows,
}

/// A specification that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Specification", into = "Specification")]
pub struct Regression(Specification);

impl Regression {
    /// Gives what was specified.
    pub fn specification(&self) -> &Specification {
        &self.0
    }

    pub(crate) fn likelihood(&self) -> Likelihood {
        Likelihood::new(self.0.family, self.0.labels)
    }

    /// The most rows of all parties together.
    pub(crate) fn most_rows_in_all(&self) -> f64 {
        self.0.most_rows as f64 * self.0.most_contributors as f64
    }
}

impl TryFrom<Specification> for Regression {
    type Error = BadSpecification;

    fn try_from(spec: Specification) -> Result<Self, BadSpecification> {
        let columns = spec.columns.len();
        if columns == 0 || columns > MOST_COLUMNS {
            return Err(BadSpecification::Columns { columns });
        }
        let mut names = HashSet::new();
        if let Some(column) = spec
            .columns
            .iter()
            .find(|column| !names.insert(&column.name))
        {
            return Err(BadSpecification::Twice {
                column: column.name.clone(),
            });
        }
        let labels_suit = match spec.family {
            Family::Gaussian => true,
            Family::Logistic => (spec.labels.low, spec.labels.high) == (0.0, 1.0),
            Family::Poisson | Family::Gamma => spec.labels.low >= 0.0,
        };
        if !labels_suit {
            return Err(BadSpecification::Labels {
                family: spec.family.name(),
            });
        }
        if !(spec.penalty.is_finite() && spec.penalty >= 0.0) {
            return Err(BadSpecification::Penalty);
        }
        let in_all = (spec.most_contributors as u64).checked_mul(spec.most_rows);
        if !in_all.is_some_and(|rows| (1..=1 << 40).contains(&rows)) {
            return Err(BadSpecification::Rows);
        }
        let bits = spec.bits.get();
        let most_terms = columns
            + spec
                .columns
                .iter()
                .filter(|column| column.mark_missing)
                .count();
        let regression = Regression(spec);
        let encodings = [
            moments::encoding(&regression),
            steps::encoding(&regression, most_terms + 1),
        ];
        for encoding in encodings {
            let is_fine =
                encoding.is_ok_and(|code| code.quanta().all(|quantum| quantum <= COARSEST));
            if !is_fine {
                return Err(BadSpecification::TooFewBits { bits });
            }
        }
        Ok(regression)
    }
}

impl From<Regression> for Specification {
    fn from(regression: Regression) -> Specification {
        regression.0
    }
}
