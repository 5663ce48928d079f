use consilium_schema::TextPlace;

/// Why numbers can't be fitted.
///
/// Each says what to change: in the intent, or in the plan of the statistics.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The text is no TOML, or a key or value is not one of an intent's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// The intent asks for something that there is not.
    #[error("{place}: {fault}")]
    Intent {
        /// Where the intent asks for it.
        place: TextPlace,
        /// What is wrong.
        fault: FitFault,
    },
    /// The statistics hold back even the number of rows.
    #[error("the statistics tell nothing: there are fewer rows than their minimum")]
    NothingTold,
    /// Statistics and schema are of different tables.
    #[error(
        "the statistics have a column {column:?} that the schema has not, or of another type: give the \
         schema of their plan"
    )]
    OtherSchema {
        /// The column.
        column: String,
    },
    /// Nothing is left to be prepared.
    #[error("no feature is left: all columns are left out")]
    NothingLeft,
}

/// What is wrong with an intent, by itself or beside statistics and schema.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitFault {
    /// A column that is named is one of the schema's.
    #[error("the schema has no column {column:?}")]
    NoColumn {
        /// The name.
        column: String,
    },
    /// Numbers are fitted to columns that were measured.
    #[error(
        "the statistics tell nothing of column {column:?}: name it in `features` of their plan, or \
         leave it out here"
    )]
    NotMeasured {
        /// The name.
        column: String,
    },
    /// A label predicts itself.
    #[error("column {column:?} is the label")]
    Label {
        /// The name.
        column: String,
    },
    /// The label of statistics with weights of evidence is known by name.
    #[error(
        "the statistics have evidence by a label, and don't say which it is: name its column, label = \
         \"NAME\", so that it is no feature"
    )]
    LabelUnnamed,
    /// Texts and dates can't be features.
    #[error("column {column:?} is of type {kind}, which can't be prepared")]
    NoFeature {
        /// The name.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// A name or column that is to be there once.
    #[error("{name:?} is named twice: give one of them another name")]
    Twice {
        /// The name.
        name: String,
    },
    /// A feature is of a column or a product.
    #[error(
        "a [[feature]] has either column or product, and a product has a name and nothing else"
    )]
    ColumnOrProduct,
    /// A default is of all columns of a type.
    #[error("{key} belongs to a [[feature]], not to a default")]
    NotOfDefault {
        /// The key.
        key: &'static str,
    },
    /// A product is of features that there are.
    #[error("no feature {name:?} is prepared")]
    NoFactor {
        /// The name.
        name: String,
    },
    /// The key belongs to another type.
    #[error("{key} has no meaning for column {column:?} of type {kind}")]
    Misplaced {
        /// The key, with its value where that is what is wrong.
        key: &'static str,
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// Weights of evidence are made of the values as they are.
    #[error("woe takes the place of {key}: say one of them")]
    BesideWoe {
        /// The key.
        key: &'static str,
    },
    /// A category becomes numbers in one of two ways.
    #[error("column {column:?} of type {kind} needs one_hot = {{}} or woe = true")]
    NeitherWay {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// Shares are shares.
    #[error("winsorise takes two shares above 0 and below 1, the smaller one first")]
    Shares,
    /// Limits of a selection have their ranges.
    #[error("{key} is {range}")]
    Limit {
        /// The key.
        key: &'static str,
        /// Its range, in words.
        range: &'static str,
    },
    /// A given value is one of the column's.
    #[error("{value} is no value that column {column:?} may have")]
    Value {
        /// The value.
        value: String,
        /// The column.
        column: String,
    },
    /// A number that is needed is held back.
    #[error(
        "the {number} of column {column:?} is held back, since few rows are behind it: {way_out}"
    )]
    HeldBack {
        /// Which number.
        number: Number,
        /// The column.
        column: String,
        /// What else could be done.
        way_out: WayOut,
    },
    /// A quantile that is needed was not asked for.
    #[error(
        "the statistics don't have the quantile {share} of column {column:?}: name it in \
         `statistics.quantiles` of their plan"
    )]
    NoQuantile {
        /// The share.
        share: f64,
        /// The column.
        column: String,
    },
    /// What doesn't vary can't be scaled.
    #[error("the {number} of column {column:?} is none: {way_out}")]
    Flat {
        /// Which number.
        number: Number,
        /// The column.
        column: String,
        /// What else could be done.
        way_out: WayOut,
    },
    /// Logarithms are of numbers from 0.
    #[error(
        "column {column:?} goes down to {low}, and log is ln(1 + x) of what is not below 0: leave log out, \
         or winsorise at a share above which there is nothing below 0"
    )]
    LogBelowZero {
        /// The column.
        column: String,
        /// Its lowest value.
        low: f64,
    },
    /// The mean of logarithms is not the logarithm of the mean.
    #[error(
        "statistics don't tell mean and variance of logarithms: beside log say scale = \"robust\" or \
         \"range\", whose quantiles and ends are known"
    )]
    StandardOfLog,
    /// Numbers have a range.
    #[error(
        "column {column:?} has no declared range: give min and max in the schema, or winsorise"
    )]
    NoRange {
        /// The column.
        column: String,
    },
    /// No level is frequent enough to get a column.
    #[error(
        "no level of column {column:?} has {minimum} rows that are told: lower one_hot.minimum, or leave \
         the column out"
    )]
    NoLevel {
        /// The column.
        column: String,
        /// How many rows were asked for.
        minimum: u64,
    },
    /// The reference is one of the levels that get a column.
    #[error(
        "level {level:?} of column {column:?} is none of those with {minimum} rows that are told"
    )]
    NoReference {
        /// The level.
        level: String,
        /// The column.
        column: String,
        /// How many rows were asked for.
        minimum: u64,
    },
    /// There is nothing to weigh.
    #[error(
        "the statistics have no weights of evidence of column {column:?}, or one bin alone: their plan \
         needs a label, and each bin the minimum of rows with either value of it"
    )]
    NoEvidence {
        /// The column.
        column: String,
    },
    /// A selection needs something to judge by.
    #[error("the statistics tell nothing to select by {key}: their plan needs {needs}")]
    NothingToJudge {
        /// The key.
        key: &'static str,
        /// What the plan needs.
        needs: &'static str,
    },
}

/// A number of a column that statistics tell or hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Number {
    /// The mean.
    Mean,
    /// The variance.
    Variance,
    /// A quantile.
    Quantile,
    /// The distance of the quartiles.
    Quartiles,
    /// The distance of the quantiles that are clipped at.
    Clip,
    /// The distance of the ends of the range.
    Range,
    /// The most frequent value.
    MostFrequent,
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Number::Mean => "mean",
            Number::Variance => "variance",
            Number::Quantile => "quantile",
            Number::Quartiles => "distance of the quartiles",
            Number::Clip => "distance of the quantiles to winsorise at",
            Number::Range => "width of the range",
            Number::MostFrequent => "most frequent value",
        })
    }
}

/// What else could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayOut {
    /// A value in the intent in the place of a fitted one.
    GiveValue,
    /// No scaling, or no column.
    LeaveUnscaled,
    /// Wider shares, or none.
    OtherShares,
}

impl std::fmt::Display for WayOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            WayOut::GiveValue => "give a value, or leave the column out",
            WayOut::LeaveUnscaled => "say scale = \"none\", or leave the column out",
            WayOut::OtherShares => {
                "take other shares, say winsorise = false, or leave the column out"
            }
        })
    }
}
