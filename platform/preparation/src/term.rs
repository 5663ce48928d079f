/// A column that comes out, the same at every party.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name, different from all others: the feature's; of a level `feature=level`, of levels that
    /// are not named `feature=other`, of the mark of missing values `feature?missing`.
    pub name: String,
    /// The place of its feature in [`Preparation::features`](crate::Preparation::features).
    pub feature: usize,
    /// What its values are, where they are not missing.
    pub values: TermValues,
}

/// What the values of a term are, where they are not missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TermValues {
    /// Real numbers in a range.
    Number {
        /// The least.
        low: f64,
        /// The greatest, above the least.
        high: f64,
    },
    /// Whole numbers in a range.
    Whole {
        /// The least.
        low: f64,
        /// The greatest, above the least.
        high: f64,
    },
    /// 0 or 1.
    Binary,
    /// One of two numbers, which are not 0 and 1: as much as 0 or 1 tells of a row.
    Two {
        /// The one.
        low: f64,
        /// The other, above it.
        high: f64,
    },
}

impl TermValues {
    /// Those of a term that has no others than these: none unless they are two.
    pub(crate) fn of_two(mut all: Vec<f64>) -> Option<Self> {
        all.sort_unstable_by(f64::total_cmp);
        // Zero has one sign.
        all.dedup_by_key(|value| value.to_bits());
        match *all.as_slice() {
            [low, high] if (low, high) == (0.0, 1.0) => Some(Self::Binary),
            [low, high] => Some(Self::Two { low, high }),
            _ => None,
        }
    }

    /// Both values, where there are no others.
    pub(crate) fn both(self) -> Option<[f64; 2]> {
        match self {
            Self::Binary => Some([0.0, 1.0]),
            Self::Two { low, high } => Some([low, high]),
            Self::Number { .. } | Self::Whole { .. } => None,
        }
    }

    /// The least and the greatest value.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Number { low, high } | Self::Whole { low, high } | Self::Two { low, high } => {
                (low, high)
            }
            Self::Binary => (0.0, 1.0),
        }
    }

    /// Says whether there are no fractions.
    pub fn is_whole(self) -> bool {
        match self {
            Self::Number { .. } => false,
            Self::Two { low, high } => low.fract() == 0.0 && high.fract() == 0.0,
            Self::Whole { .. } | Self::Binary => true,
        }
    }
}
