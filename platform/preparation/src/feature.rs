use consilium_schema::Level;
use serde::Deserialize;

/// One feature: what is done to a column, or to two other features.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub(crate) name: String,
    pub(crate) operation: Operation,
}

impl Feature {
    /// The name, different from all others.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is done.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The column that it is made of; none of a product.
    pub fn column(&self) -> Option<&str> {
        self.operation.column()
    }
}

/// What is done to make a feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// A number, an integer or a boolean becomes a number.
    Scale(Scale),
    /// A category or code becomes 0/1 columns.
    OneHot(OneHot),
    /// A number, an integer or a boolean becomes the weight of the interval that it lies in.
    CutWeights(CutWeights),
    /// A category or code becomes the weight of its level.
    LevelWeights(LevelWeights),
    /// Two terms of other features are multiplied.
    Product(Product),
}

impl Operation {
    /// The column that it is made of; none of a product.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Scale(Scale { column, .. })
            | Self::OneHot(OneHot { column, .. })
            | Self::CutWeights(CutWeights { column, .. })
            | Self::LevelWeights(LevelWeights { column, .. }) => Some(column),
            Self::Product(_) => None,
        }
    }

    /// Whether missing values have a 0/1 column of their own.
    pub fn mark_missing(&self) -> bool {
        match self {
            Self::Scale(Scale { mark_missing, .. })
            | Self::OneHot(OneHot { mark_missing, .. })
            | Self::CutWeights(CutWeights { mark_missing, .. })
            | Self::LevelWeights(LevelWeights { mark_missing, .. }) => *mark_missing,
            Self::Product(_) => false,
        }
    }
}

/// A number through all steps, in this order: what is missing is filled in; what lies outside `clip` becomes its nearer
/// end; ln(1 + x), with x at least 0; minus `centre`; divided by `spread`; and what lies outside `low` to `high` becomes the nearer end.
///
/// The last step undoes no more than the rounding of the logarithm for values in the declared range.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The column; a boolean is 1 or 0.
    pub column: String,
    /// What a missing value becomes, in the column's unit; none: it stays missing.
    pub missing: Option<f64>,
    /// Whether a 0/1 column says where values were missing.
    pub mark_missing: bool,
    /// The ends that values beyond become, in the column's unit.
    pub clip: Option<[f64; 2]>,
    /// Whether the natural logarithm of one more is taken.
    pub log: bool,
    /// What is subtracted; 0 changes nothing.
    pub centre: f64,
    /// What is divided by, above 0; 1 changes nothing.
    pub spread: f64,
    /// The least value that comes out.
    pub low: f64,
    /// The greatest value that comes out.
    pub high: f64,
}

impl Scale {
    /// Takes a value, none if it is missing, through the steps; NaN if it stays missing.
    pub fn of(&self, value: Option<f64>) -> f64 {
        let Some(value) = value.or(self.missing) else {
            return f64::NAN;
        };
        self.steps(value).clamp(self.low, self.high)
    }

    /// Whether something is subtracted.
    pub fn is_centred(&self) -> bool {
        self.centre.to_bits() != 0.0_f64.to_bits()
    }

    /// Whether it is divided.
    pub fn is_spread(&self) -> bool {
        self.spread.to_bits() != 1.0_f64.to_bits()
    }

    /// All steps but the last.
    pub(crate) fn steps(&self, value: f64) -> f64 {
        let mut value = value;
        if let Some([low, high]) = self.clip {
            value = value.clamp(low, high);
        }
        if self.log {
            // Only values outside the declared range lie below; NaN stays.
            value = libm::log1p(value.clamp(0.0, f64::INFINITY));
        }
        // Adding zero leaves one sign of zero.
        (value - self.centre) / self.spread + 0.0
    }
}

/// One 0/1 column for each level but the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHot {
    /// The column.
    pub column: String,
    /// The levels, in the order of their columns.
    pub levels: Vec<Level>,
    /// The place of the level without a column.
    pub reference: Option<usize>,
    /// What becomes of other levels; none where the column can have no other.
    pub unseen: Option<Unseen>,
    /// What becomes of a missing value.
    pub missing: MissingLevel,
    /// Whether a further 0/1 column says where values were missing.
    pub mark_missing: bool,
}

impl OneHot {
    /// The levels that have a column, in the columns' order.
    pub fn shown(&self) -> impl Iterator<Item = &Level> {
        let levels = self.levels.iter().enumerate();
        let shown = levels.filter(|(place, _)| Some(*place) != self.reference);
        shown.map(|(_, level)| level)
    }

    /// Whether other levels have a column together.
    pub fn has_other(&self) -> bool {
        self.unseen == Some(Unseen::Other)
    }
}

/// What becomes of a level that is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unseen {
    /// All of them have one column together.
    Other,
    /// All columns are 0.
    Zero,
    /// It counts as missing.
    Missing,
}

impl Unseen {
    /// The name as a preparation writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Zero => "zero",
            Self::Missing => "missing",
        }
    }
}

/// What a missing value of a category becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingLevel {
    /// It stays missing, in all columns.
    Kept,
    /// All columns are 0.
    Zero,
    /// It is one of the levels that are not named.
    Other,
    /// It has the level in this place.
    Level(usize),
}

/// A weight for each interval, such as its weight of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct CutWeights {
    /// The column; a boolean is 1 or 0.
    pub column: String,
    /// Where one interval ends and the next one begins, rising; a cut belongs to the upper one.
    pub cuts: Vec<f64>,
    /// The weights, one more than cuts.
    pub weights: Vec<f64>,
    /// The weight of a missing value; none: it stays missing.
    pub missing_weight: Option<f64>,
    /// Whether a 0/1 column says where values were missing.
    pub mark_missing: bool,
}

impl CutWeights {
    /// Weighs a value, none if it is missing; NaN if it stays missing.
    pub fn of(&self, value: Option<f64>) -> f64 {
        let Some(value) = value else {
            return self.missing_weight.unwrap_or(f64::NAN);
        };
        let interval = self.cuts.partition_point(|cut| *cut <= value);
        self.weights[interval]
    }
}

/// A weight for each level, such as its weight of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelWeights {
    /// The column.
    pub column: String,
    /// The levels.
    pub levels: Vec<Level>,
    /// Their weights.
    pub weights: Vec<f64>,
    /// The weight of other levels; none where the column can have no other.
    pub unseen_weight: Option<f64>,
    /// The weight of a missing value; none: it stays missing.
    pub missing_weight: Option<f64>,
    /// Whether a 0/1 column says where values were missing.
    pub mark_missing: bool,
}

/// The product of two terms; missing if one of them is.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The names of the terms, neither a product's.
    pub factors: [String; 2],
    /// Their places in [`Preparation::terms`](crate::Preparation::terms).
    pub places: [usize; 2],
}
