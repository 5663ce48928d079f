use consilium_schema::{Level, TextPlace};

use crate::Preparation;

/// Why a text is no preparation of a schema's columns.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// The text is no TOML, or a key or value is not one of a preparation's.
    #[error("{place}: {message}")]
    Toml {
        /// Where.
        place: TextPlace,
        /// What the parser says.
        message: String,
    },
    /// There is nothing to be prepared.
    #[error("no [[prepared]] is declared")]
    Nothing,
    /// There are more than a model takes.
    #[error(
        "at most {} columns come out of a preparation",
        Preparation::MOST_TERMS
    )]
    TooMany,
    /// A feature is asked for that is not there.
    #[error("no feature is called {name:?}")]
    NoSuchFeature {
        /// The wanted name.
        name: String,
    },
    /// Something is wrong with one feature.
    #[error("{place}: feature {name:?}: {fault}")]
    Feature {
        /// Where.
        place: TextPlace,
        /// The feature's name, or what it would be.
        name: String,
        /// What is wrong.
        fault: FeatureFault,
    },
}

/// What is wrong with the declaration of a feature.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureFault {
    /// A feature is made of something.
    #[error("it is made of nothing: name a column, or a product of two")]
    NoSource,
    /// Names are seen as they are.
    #[error(
        "the name is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Name,
    /// Names are different from each other.
    #[error("{term:?} would come out twice: give another name")]
    Twice {
        /// The feature's name or that of what comes out.
        term: String,
    },
    /// Whoever reads the name of a column takes it for that column.
    #[error("{term:?} is the name of another column: give another name")]
    OtherColumn {
        /// What would come out.
        term: String,
    },
    /// The column is declared.
    #[error("no column is called {column:?}")]
    NoSuchColumn {
        /// The wanted name.
        column: String,
    },
    /// Texts and dates can't become numbers here.
    #[error(
        "column {column:?} is of type {kind}, which can't be prepared: declare it as a category or code, \
         or make a number of it before"
    )]
    Unsuitable {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// The key belongs to something else.
    #[error("{key} has no meaning for {what}")]
    MisplacedKey {
        /// The key.
        key: &'static str,
        /// What it is given for.
        what: &'static str,
    },
    /// Numbers are finite.
    #[error("{key} must be finite")]
    NotFinite {
        /// The key.
        key: &'static str,
    },
    /// What is filled in is a value that the column could have.
    #[error("missing = {missing} lies outside the column's declared range")]
    FillOutside {
        /// What would be filled in.
        missing: f64,
    },
    /// A number is filled in for a number, a level for a level.
    #[error("missing must be {wanted}")]
    Fill {
        /// What is wanted.
        wanted: &'static str,
    },
    /// The first end lies below the second.
    #[error("clip must rise: [low, high]")]
    Clip,
    /// Nothing is divided by zero, and nothing turned round.
    #[error("spread must be above 0")]
    Spread,
    /// The logarithm of one more is of what is not negative.
    #[error(
        "log needs values that are not below 0: declare min = 0 or more, or clip from 0 or more"
    )]
    LogBelowZero,
    /// Sums of it must have bounds.
    #[error("it has no finite range: declare clip here, or min and max of column {column:?}")]
    NoRange {
        /// The column.
        column: String,
    },
    /// Its values would be too large to be reckoned with.
    #[error("its values would be too large, or too far from each other")]
    TooLarge,
    /// A model learns nothing from it.
    #[error("it would have one value in all rows")]
    Constant,
    /// All parties code alike.
    #[error("the levels of column {column:?} are not declared: name those that count in levels")]
    NoLevels {
        /// The column.
        column: String,
    },
    /// There is at least one, and not too many.
    #[error("1 to {} {key} are needed", Preparation::MOST_LEVELS)]
    Count {
        /// The key.
        key: &'static str,
    },
    /// A level is seen as it is.
    #[error(
        "the level {level:?} is empty, too long, or has blanks at its ends or characters that are not seen"
    )]
    Level {
        /// The level.
        level: String,
    },
    /// `0410` and `410` are two codes.
    #[error("level {level} must be written as a text: {:?}", level.to_string())]
    NumberLevel {
        /// The level.
        level: i64,
    },
    /// A level is named once.
    #[error("level {level:?} is named twice")]
    LevelTwice {
        /// The level.
        level: String,
    },
    /// The column declares all that it can have.
    #[error("{:?} is no declared level of column {column:?}", level.name())]
    UndeclaredLevel {
        /// The column.
        column: String,
        /// The level.
        level: Level,
    },
    /// The level is one of `levels`.
    #[error("{key} is {level:?}, which is not one of levels")]
    NotAmongLevels {
        /// The key.
        key: &'static str,
        /// The level.
        level: String,
    },
    /// All declared levels are named.
    #[error("the column can have no other level than those: leave {key} out")]
    NothingUnseen {
        /// The key.
        key: &'static str,
    },
    /// A missing value can't be one of nothing.
    #[error("missing = \"other\" needs unseen = \"other\"")]
    NoOther,
    /// A level at a party that nobody named has a weight too.
    #[error("a level that is not named needs a weight: say unseen_weight, 0.0 if it tells nothing")]
    NoUnseenWeight,
    /// Cuts come in order.
    #[error("cuts must rise")]
    Cuts,
    /// There is a weight for each.
    #[error("{found} weights are given, {wanted} are needed: {rule}")]
    Weights {
        /// Those that are given.
        found: usize,
        /// Those that are needed.
        wanted: usize,
        /// Why.
        rule: &'static str,
    },
    /// The key needs another.
    #[error("{key} needs {other}")]
    Needs {
        /// The key that is given.
        key: &'static str,
        /// The key that is not.
        other: &'static str,
    },
    /// A product has two factors.
    #[error("product names two terms")]
    Factors,
    /// A factor is what comes out of another feature.
    #[error("nothing that comes out is called {term:?}, which product names")]
    NoSuchTerm {
        /// The wanted name.
        term: String,
    },
    /// Products of products would hide what is multiplied.
    #[error("{term:?}, which product names, is itself a product")]
    ProductOfProduct {
        /// The factor.
        term: String,
    },
}
