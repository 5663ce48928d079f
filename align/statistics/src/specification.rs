//! What is asked of all parties' rows, and whether that makes sense.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The most columns of one study.
pub const MOST_COLUMNS: usize = 1_000;
/// The most declared levels of a category.
pub const MOST_LEVELS: usize = 1_000;
/// The most quantiles that are asked for.
pub const MOST_QUANTILES: usize = 19;
/// The most periods.
pub const MOST_PERIODS: usize = 40;
/// The longest value of a code in bytes.
pub const LONGEST_CODE: u8 = 64;
/// The most values of a code that are found.
pub const MOST_CODES: u32 = 20_000;
/// The most elements of one sum: half a gigabyte.
pub const MOST_ELEMENTS: usize = 1 << 26;
/// The finest error of a quantile.
pub const FINEST_QUANTILE: f64 = 1e-6;
/// The least privacy loss.
pub const LEAST_EPSILON: f64 = 1e-3;
/// The fewest contributors of a sum.
pub const FEWEST_CONTRIBUTORS: usize = 3;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// Numbers of a declared range, both ends in it.
    Number {
        /// The smallest.
        low: f64,
        /// The largest, above it.
        high: f64,
    },
    /// Whole numbers of a declared range, both ends in it.
    Integer {
        /// The smallest.
        low: i64,
        /// The largest, above it; both below 2^52 without their sign.
        high: i64,
    },
    /// Yes or no.
    Boolean,
    /// One of declared levels, 2 to [`MOST_LEVELS`].
    Category {
        /// Their names.
        levels: Vec<String>,
    },
    /// A value of an open vocabulary: those that are frequent are found.
    Code {
        /// The longest value in bytes, 1 to [`LONGEST_CODE`].
        longest: u8,
        /// About how many values may be frequent enough to be named, 1 to [`MOST_CODES`].
        most: u32,
    },
}

/// A column by its name and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, unlike that of all others.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// Whether counts are exact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Mode {
    /// They are; receivers' programs hold small ones back.
    Exact,
    /// Contributors add noise before they are summed.
    Threshold {
        /// ε, [`LEAST_EPSILON`] and more.
        epsilon: f64,
        /// δ, above 0 and at most a half.
        delta: f64,
        /// The fewest contributors of a sum that add their noise and don't tell it, at least 1.
        honest: usize,
    },
}

/// What is asked, as a plan says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Specification {
    /// The columns, 1 to [`MOST_COLUMNS`].
    pub columns: Vec<Column>,
    /// The place of a boolean column by which weights of evidence are told.
    pub label: Option<usize>,
    /// Names of periods, in their order; none or 2 to [`MOST_PERIODS`].
    pub periods: Vec<String>,
    /// Which quantiles, ascending, each above 0 and below 1, at most [`MOST_QUANTILES`].
    pub quantiles: Vec<f64>,
    /// The widest interval that a quantile is found in, as a share of the declared range:
    /// [`FINEST_QUANTILE`] to a half.
    pub quantile_error: f64,
    /// Whether numbers, integers and booleans are correlated, with variance inflation factors.
    pub correlations: bool,
    /// The fewest rows of a cell that is told, at least 2.
    pub minimum_cell: u64,
    /// Whether counts are exact.
    pub mode: Mode,
    /// The most rows of one contributor.
    pub most_rows: u64,
    /// The most contributors; [`FEWEST_CONTRIBUTORS`] and more. With their rows below 2^32.
    pub most_contributors: usize,
}

/// Why a specification makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSpecification {
    /// There are no columns, or too many.
    #[error("{got} columns; there can be 1 to {MOST_COLUMNS}")]
    Columns {
        /// How many.
        got: usize,
    },
    /// Two columns have one name.
    #[error("two columns are called {name}")]
    TwoColumns {
        /// Their name.
        name: String,
    },
    /// A column's range, levels or lengths are none.
    #[error("the range, levels or lengths of column {name} are none")]
    Kind {
        /// Its name.
        name: String,
    },
    /// The label is no boolean column.
    #[error("the label is none of the boolean columns")]
    Label,
    /// Periods are too many, single, or of one name.
    #[error("periods need 2 to {MOST_PERIODS} different names")]
    Periods,
    /// Quantiles are too many, out of range or not ascending.
    #[error("quantiles are at most {MOST_QUANTILES}, ascending, above 0 and below 1")]
    Quantiles,
    /// The error of quantiles is out of range.
    #[error("the error of a quantile is {FINEST_QUANTILE} to 0.5 of the range")]
    QuantileError,
    /// The minimum is too low.
    #[error("the fewest rows of a cell are at least 2")]
    MinimumCell,
    /// Rows or contributors are none, too few or too many.
    #[error(
        "there are at least {FEWEST_CONTRIBUTORS} contributors, each with at least one row, and \
         together fewer than 2^32"
    )]
    Size,
    /// Noise without room, or more of it than fits.
    #[error(
        "noise needs epsilon of {LEAST_EPSILON} and more, delta above 0 and at most a half, 1 to \
         all contributors that are honest, and room beside the sums: ask for less at once"
    )]
    Noise,
    /// Open vocabularies have no form with noise.
    #[error("column {name} is a code: its values can't be told with noise")]
    NoisyCode {
        /// Its name.
        name: String,
    },
    /// A sum would be too long.
    #[error("a sum has {elements} elements; at most {MOST_ELEMENTS} are added up at once")]
    TooLong {
        /// How many.
        elements: usize,
    },
}

impl Specification {
    /// Checks everything but the lengths of sums and the room for noise.
    pub(crate) fn check(&self) -> Result<(), BadSpecification> {
        let got = self.columns.len();
        if !(1..=MOST_COLUMNS).contains(&got) {
            return Err(BadSpecification::Columns { got });
        }
        let mut names = BTreeSet::new();
        for Column { name, kind } in &self.columns {
            if !names.insert(name) {
                let name = name.clone();
                return Err(BadSpecification::TwoColumns { name });
            }
            if !kind.is_sane() {
                let name = name.clone();
                return Err(BadSpecification::Kind { name });
            }
            if matches!(
                (self.mode, kind),
                (Mode::Threshold { .. }, Kind::Code { .. })
            ) {
                let name = name.clone();
                return Err(BadSpecification::NoisyCode { name });
            }
        }
        let label = self.label.map(|place| self.columns.get(place));
        if label.is_some_and(|label| label.is_none_or(|label| label.kind != Kind::Boolean)) {
            return Err(BadSpecification::Label);
        }
        let periods: BTreeSet<_> = self.periods.iter().collect();
        let is_different = periods.len() == self.periods.len();
        if !is_different || self.periods.len() == 1 || self.periods.len() > MOST_PERIODS {
            return Err(BadSpecification::Periods);
        }
        self.check_numbers()
    }

    fn check_numbers(&self) -> Result<(), BadSpecification> {
        let is_ascending = self.quantiles.is_sorted_by(|one, next| one < next);
        let is_inside = self
            .quantiles
            .iter()
            .all(|share| *share > 0.0 && *share < 1.0);
        if !is_ascending || !is_inside || self.quantiles.len() > MOST_QUANTILES {
            return Err(BadSpecification::Quantiles);
        }
        // NaN is in no range.
        if !(FINEST_QUANTILE..=0.5).contains(&self.quantile_error) {
            return Err(BadSpecification::QuantileError);
        }
        if self.minimum_cell < 2 {
            return Err(BadSpecification::MinimumCell);
        }
        let rows = self.most_rows.checked_mul(self.most_contributors as u64);
        let is_few = rows.is_some_and(|rows| rows > 0 && rows < 1 << 32);
        if self.most_contributors < FEWEST_CONTRIBUTORS || !is_few {
            return Err(BadSpecification::Size);
        }
        if let Mode::Threshold {
            epsilon,
            delta,
            honest,
        } = self.mode
        {
            let is_sane = (LEAST_EPSILON..f64::INFINITY).contains(&epsilon)
                && (f64::MIN_POSITIVE..=0.5).contains(&delta)
                && (1..=self.most_contributors).contains(&honest);
            if !is_sane {
                return Err(BadSpecification::Noise);
            }
        }
        Ok(())
    }

    /// Gives the most rows of all contributors together.
    pub(crate) fn most_rows_in_all(&self) -> u64 {
        self.most_rows * self.most_contributors as u64
    }
}

impl Kind {
    fn is_sane(&self) -> bool {
        const MOST: i64 = 1 << 52;
        match self {
            Kind::Number { low, high } => {
                low.is_finite() && high.is_finite() && low < high && (high - low).is_finite()
            }
            Kind::Integer { low, high } => low < high && *low > -MOST && *high < MOST,
            Kind::Boolean => true,
            Kind::Category { levels } => {
                let names: BTreeSet<_> = levels.iter().collect();
                names.len() == levels.len() && (2..=MOST_LEVELS).contains(&levels.len())
            }
            Kind::Code { longest, most } => {
                (1..=LONGEST_CODE).contains(longest) && (1..=MOST_CODES).contains(most)
            }
        }
    }

    /// Says whether values are numbers of a range.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Kind::Number { .. } | Kind::Integer { .. })
    }
}
