//! What is asked of all parties' rows, and whether that makes sense.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The fewest contributors: of fewer, the sum of two others minus what one of them tells is the third's.
pub const FEWEST_CONTRIBUTORS: usize = 4;
/// The most columns of one study.
pub const MOST_COLUMNS: usize = 40;
/// The most bins of one column, that of missing values included.
pub const MOST_BINS: usize = 64;
/// The most cells of all tables together.
pub const MOST_CELLS: usize = 1 << 16;
/// The least privacy loss.
pub const LEAST_EPSILON: f64 = 1e-3;
/// The most: of more, protection is called weak (Ponomareva et al., *How to DP-fy ML*, JAIR 77, 2023, tier 2).
pub const MOST_EPSILON: f64 = 10.0;
/// The largest δ. It should be far below one in all rows, else a few of them may be told; ours.
pub const MOST_DELTA: f64 = 1e-3;
/// The smallest pseudo-count of a cell: of less, one own row in a cell that others lack is all that counts; ours.
pub const LEAST_PSEUDO: f64 = 0.01;
/// The largest pseudo-count of a cell.
pub const MOST_PSEUDO: f64 = 1e6;
/// The fewest buckets of a sketch.
pub const FEWEST_BUCKETS: u32 = 256;
/// The most buckets of all vectors of a sketch together.
pub const MOST_BUCKETS: usize = 1 << 24;
/// The least of a sketch's buckets that a plan lets each contributor occupy falsely; ours.
pub const LEAST_FALSE: f64 = 1e-3;
/// The most of a sketch's buckets that a plan lets each contributor occupy falsely.
pub const MOST_FALSE: f64 = 0.25;

/// Into which bins a column's values are put; what is missing, or is no declared value, has a bin of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Bins {
    /// Yes and no.
    Boolean,
    /// Declared levels, each a bin.
    Levels(Vec<String>),
    /// Numbers between cut points: ascending, each cut point begins the bin above it.
    Cuts(Vec<f64>),
}

impl Bins {
    /// Gives how many bins there are, that of missing values included.
    pub fn count(&self) -> usize {
        self.missing() + 1
    }

    /// Gives the bin of missing values, the last one.
    pub(crate) fn missing(&self) -> usize {
        match self {
            Bins::Boolean => 2,
            Bins::Levels(levels) => levels.len(),
            Bins::Cuts(cuts) => cuts.len() + 1,
        }
    }

    fn is_sane(&self) -> bool {
        let is_right = match self {
            Bins::Boolean => true,
            Bins::Levels(levels) => {
                let names: BTreeSet<_> = levels.iter().collect();
                names.len() == levels.len() && levels.len() > 1
            }
            Bins::Cuts(cuts) => {
                let is_ascending = cuts.is_sorted_by(|one, next| one < next);
                !cuts.is_empty() && is_ascending && cuts.iter().all(|cut| cut.is_finite())
            }
        };
        is_right && self.count() <= MOST_BINS
    }
}

/// A column by its name and its bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, unlike that of all others.
    pub name: String,
    /// Its bins.
    pub bins: Bins,
}

/// How much the sums may tell of one row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// ε, [`LEAST_EPSILON`] to [`MOST_EPSILON`].
    pub epsilon: f64,
    /// δ, above 0 and at most [`MOST_DELTA`].
    pub delta: f64,
    /// The fewest contributors that add their noise and don't tell it, at least 1.
    pub honest: usize,
}

/// By how many buckets entities are counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Buckets of one vector, [`FEWEST_BUCKETS`] and more, at most two for each of `entities`.
    pub buckets: u32,
    /// About how many different entities all contributors have together; of more than buckets, as many
    /// are sampled as there are buckets.
    pub entities: u64,
    /// The probability with which a contributor occupies a bucket falsely, [`LEAST_FALSE`] to [`MOST_FALSE`]; it takes
    /// more where its own are few.
    pub falsely: f64,
}

/// What is asked, as a plan says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Specification {
    /// The columns, 1 to [`MOST_COLUMNS`].
    pub columns: Vec<Column>,
    /// Rows that are added to each cell before shares are made of it, [`LEAST_PSEUDO`] to [`MOST_PSEUDO`].
    pub pseudo: f64,
    /// How much the tables may tell of one row.
    pub noise: Noise,
    /// How entities are counted, if they are.
    pub sketch: Option<Sketch>,
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
    /// A column's bins are none, unordered or too many.
    #[error(
        "column {name} needs two different levels or one cut point at least, cut points ascending, and \
         {MOST_BINS} bins at most with that of missing values"
    )]
    Bins {
        /// Its name.
        name: String,
    },
    /// The tables of all pairs are too large.
    #[error(
        "the tables of all pairs have {cells} cells, {MOST_CELLS} at most: name fewer columns or bins"
    )]
    TooManyCells {
        /// How many.
        cells: usize,
    },
    /// The pseudo-count is out of range.
    #[error("the pseudo-count of a cell is {LEAST_PSEUDO} to {MOST_PSEUDO}")]
    Pseudo,
    /// Noise without room, or more of it than fits.
    #[error(
        "noise needs epsilon of {LEAST_EPSILON} to {MOST_EPSILON}, delta above 0 and at most {MOST_DELTA}, 1 to all \
         contributors that are honest, and room beside the sums: name fewer columns"
    )]
    Noise,
    /// The sketch has too few buckets or too many, no entities, or is false too often.
    #[error(
        "a sketch has {FEWEST_BUCKETS} buckets and more, with those of all contributors {MOST_BUCKETS} at \
         most, and at most twice as many as it counts entities, as whoever stands alone in a bucket can be looked up; \
         it is false with a probability of {LEAST_FALSE} to {MOST_FALSE}"
    )]
    Sketch,
    /// Rows or contributors are none, too few or too many.
    #[error(
        "there are at least {FEWEST_CONTRIBUTORS} contributors, each with at least one row, and \
         together fewer than 2^32"
    )]
    Size,
}

impl Specification {
    /// Checks everything but the room for noise.
    pub(crate) fn check(&self) -> Result<(), BadSpecification> {
        let got = self.columns.len();
        if !(1..=MOST_COLUMNS).contains(&got) {
            return Err(BadSpecification::Columns { got });
        }
        let mut names = BTreeSet::new();
        for Column { name, bins } in &self.columns {
            if !names.insert(name) {
                let name = name.clone();
                return Err(BadSpecification::TwoColumns { name });
            }
            if !bins.is_sane() {
                let name = name.clone();
                return Err(BadSpecification::Bins { name });
            }
        }
        // NaN is in no range.
        if !(LEAST_PSEUDO..=MOST_PSEUDO).contains(&self.pseudo) {
            return Err(BadSpecification::Pseudo);
        }
        let rows = self.most_rows.checked_mul(self.most_contributors as u64);
        let is_few = rows.is_some_and(|rows| rows > 0 && rows < 1 << 32);
        if self.most_contributors < FEWEST_CONTRIBUTORS || !is_few {
            return Err(BadSpecification::Size);
        }
        let Noise {
            epsilon,
            delta,
            honest,
        } = self.noise;
        let is_sane = (LEAST_EPSILON..=MOST_EPSILON).contains(&epsilon)
            && (f64::MIN_POSITIVE..=MOST_DELTA).contains(&delta)
            && (1..=self.most_contributors).contains(&honest);
        if !is_sane {
            return Err(BadSpecification::Noise);
        }
        let is_sane = |sketch: &Sketch| sketch.is_sane(self.most_contributors);
        if !self.sketch.as_ref().is_none_or(is_sane) {
            return Err(BadSpecification::Sketch);
        }
        Ok(())
    }
}

impl Sketch {
    fn is_sane(&self, contributors: usize) -> bool {
        let vectors = contributors.saturating_add(1);
        self.buckets >= FEWEST_BUCKETS
            && (self.buckets as usize).saturating_mul(vectors) <= MOST_BUCKETS
            && u64::from(self.buckets) <= self.entities.saturating_mul(2)
            && (LEAST_FALSE..=MOST_FALSE).contains(&self.falsely)
    }
}
