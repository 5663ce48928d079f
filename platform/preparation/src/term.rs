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
}

impl TermValues {
    /// The least and the greatest value.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Number { low, high } | Self::Whole { low, high } => (low, high),
            Self::Binary => (0.0, 1.0),
        }
    }

    /// Says whether there are no fractions.
    pub fn is_whole(self) -> bool {
        !matches!(self, Self::Number { .. })
    }
}
