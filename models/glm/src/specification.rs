//! What is to be fitted, as all parties agreed.

use std::collections::HashSet;

use consilium_evaluation::{BadSubject, Deviance, Labels, Range, Subject};
use consilium_secagg::Bits;
use serde::{Deserialize, Serialize};

use crate::{
    Family, Likelihood, MOST_CELLS, Partition, moments,
    noise::{Descent, Noise, Release},
    partition, steps,
    training::MOST_STEPS,
};

/// The most columns a regression may have.
pub const MOST_COLUMNS: usize = 1_000;

/// The coarsest unit in which any sum may be counted.
const COARSEST: f64 = 1.0 / 256.0;

/// How far rounding may move means and deviations beyond what a range allows.
pub(crate) const SLACK: f64 = 1.01;

/// Says of a mean that sums were rounded for whether it lies in the range.
pub(crate) fn nearly_holds(range: Range, mean: f64) -> bool {
    (mean - range.middle()).abs() <= SLACK * range.half_width()
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A number in the declared range.
    Number(Range),
    /// 0 or 1, such as one level of a category.
    Binary,
    /// One of the ends of the range: rows of either are counted as those of 0 and 1 are.
    Two(Range),
}

impl Kind {
    pub(crate) fn range(self) -> Range {
        match self {
            Kind::Number(range) | Kind::Two(range) => range,
            Kind::Binary => Range::ZERO_TO_ONE,
        }
    }

    /// Says whether there are two values, each of which needs as many rows.
    pub(crate) fn is_of_two(self) -> bool {
        !matches!(self, Kind::Number(_))
    }

    pub(crate) fn allows(self, value: f64) -> bool {
        match self {
            Kind::Number(range) => range.holds(value),
            Kind::Binary | Kind::Two(_) => {
                let range = self.range();
                [range.low(), range.high()].contains(&value)
            }
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
    /// What columns have together that `minimum_count` is asked of too: each cell has no rows, or as many.
    pub partitions: Vec<Partition>,
    /// What becomes of constant columns.
    pub constant_columns: ConstantColumns,
    /// The most rows that one party may bring.
    pub most_rows: u64,
    /// The most parties whose rows are added up.
    pub most_contributors: usize,
    /// Width of one element of a sum.
    pub bits: Bits,
    /// After how many of Newton's steps the fit ends, whether or not it has converged, 1 to
    /// [`MOST_STEPS`](crate::MOST_STEPS); none: when it has.
    pub steps: Option<u32>,
    /// What is added to the sums, so that they tell little of any one row; none: they are exact. Of
    /// logistic regressions with `steps` only. Columns are then scaled by their ranges, and so is the
    /// penalty; levels are not counted.
    pub noise: Option<Noise>,
}

/// Why a specification is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSpecification {
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
    /// Rows are counted by too many cells, or by columns that are not there.
    #[error(
        "the prepared columns cut the rows into more than {MOST_CELLS} cells to be counted: take fewer levels or \
         cuts, or no product of two long lists"
    )]
    Cells,
    /// The penalty is negative or not finite.
    #[error("the penalty must be a finite number, not below zero")]
    Penalty,
    /// Elements of the sums are too narrow for that many rows.
    #[error("{bits} bits are too few for the sums of that many rows and parties")]
    TooFewBits {
        /// The width.
        bits: u8,
    },
    /// A fit takes at least one step, and no more than there are sums for.
    #[error("a fit takes 1 to {MOST_STEPS} steps, not {steps}")]
    Steps {
        /// How many.
        steps: u32,
    },
    /// Only rows with bounded slopes tell a bounded lot.
    #[error("noise hides a row of a logistic regression only, not of {family}")]
    NoiseFamily {
        /// The family's name.
        family: &'static str,
    },
    /// The budget is shared out among the steps.
    #[error("noise needs a number of steps, over which it is shared out")]
    NoiseSteps,
    /// These are no terms of noise.
    #[error(
        "noise needs epsilon of 0.001 and more, delta above 0 and at most 0.5, clip above 0 and at \
         most 100, and contributors that don't collude"
    )]
    NoiseTerms,
    /// No rows or no parties are allowed, or more than a sum can count.
    #[error("rows and parties must be positive and make at most 2^40 rows")]
    Rows,
}

/// A specification that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Specification", into = "Specification")]
pub struct Regression {
    specification: Specification,
    subject: Subject,
}

impl Regression {
    /// Gives what was specified.
    pub fn specification(&self) -> &Specification {
        &self.specification
    }

    /// Gives what an evaluation measures of it.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    pub(crate) fn likelihood(&self) -> Likelihood {
        Likelihood::new(self.specification.family, self.specification.labels)
    }

    /// The most rows of all parties together.
    pub(crate) fn most_rows_in_all(&self) -> f64 {
        self.specification.most_rows as f64 * self.specification.most_contributors as f64
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
        let suits = |partition: &Partition| partition.suits(columns);
        if partition::cells(&spec) > MOST_CELLS || !spec.partitions.iter().all(suits) {
            return Err(BadSpecification::Cells);
        }
        let subject = subject(&spec)?;
        if !(spec.penalty.is_finite() && spec.penalty >= 0.0) {
            return Err(BadSpecification::Penalty);
        }
        if let Some(steps) = spec.steps.filter(|steps| !(1..=MOST_STEPS).contains(steps)) {
            return Err(BadSpecification::Steps { steps });
        }
        if let Some(noise) = &spec.noise {
            noise.check(&spec)?;
        }
        let bits = spec.bits.get();
        let most_terms = columns
            + spec
                .columns
                .iter()
                .filter(|column| column.mark_missing)
                .count();
        let regression = Regression {
            specification: spec,
            subject,
        };
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
        // The first sum has all that the others have.
        let first = Descent::begin(&regression).candidate;
        if Release::new(&regression, &first).is_err() {
            return Err(BadSpecification::TooFewBits { bits });
        }
        Ok(regression)
    }
}

/// Checks labels and rows.
fn subject(spec: &Specification) -> Result<Subject, BadSpecification> {
    let bad_labels = BadSpecification::Labels {
        family: spec.family.name(),
    };
    let numbers = |deviance| Labels::Numbers {
        deviance,
        range: spec.labels,
    };
    let labels = match spec.family {
        Family::Logistic if spec.labels != Range::ZERO_TO_ONE => return Err(bad_labels),
        Family::Logistic => Labels::Classes,
        Family::Gaussian => numbers(Deviance::Gaussian),
        Family::Poisson => numbers(Deviance::Poisson),
        Family::Gamma => numbers(Deviance::Gamma),
    };
    let most = (spec.most_rows, spec.most_contributors);
    Subject::new(labels, most, spec.bits).map_err(|bad| match bad {
        BadSubject::Rows => BadSpecification::Rows,
        _ => bad_labels,
    })
}

impl From<Regression> for Specification {
    fn from(regression: Regression) -> Specification {
        regression.specification
    }
}
