//! What can be wrong with what a plan says of data's worth and trust.

use consilium_evaluation::BadWeight;
use consilium_scarcity::BadSpecification;
use consilium_scorecard::BadPurposeName;

/// What is wrong with scorecards, weights, scarcity or values.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustFault {
    /// Scorecards are for a purpose.
    #[error(transparent)]
    Purpose(#[from] BadPurposeName),
    /// Whatever names a purpose asks for a score.
    #[error(
        "min_score is needed, or a score in [trust.least]: quality, scarcity, privacy or value"
    )]
    NoFloor,
    /// Scores lie between 0 and 100.
    #[error("a least score is above 0 and at most 100")]
    Floor,
    /// An institution's rows count for something.
    #[error(transparent)]
    Weight(#[from] BadWeight),
    /// Rows are weighed where their sums are exact and all of one kind.
    #[error("weight is for regressions by Newton's steps without noise, and for trees")]
    Unweighted,
    /// What rows count and how many there are would tell of whoever is lost.
    #[error(
        "where rows are weighed no two sets of contributors are compared: the study waits for whoever is missing, \
         or fails"
    )]
    WeightsOfAll,
    /// Scarcity is measured over several, each of which is hidden among three others.
    #[error(
        "four or more contributors bring rows of the same columns, and all receive the result: no others"
    )]
    NotScarcity,
    /// Columns without levels need cut points.
    #[error(
        "column {column} is of type {kind}: numbers need cut points in [scarcity.cuts], booleans and declared levels need none, others can't be used"
    )]
    NoBins {
        /// Which.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// Only numbers are cut.
    #[error("column {column} is no number: it has bins of its own and needs no cut points")]
    NoCuts {
        /// Which.
        column: String,
    },
    /// Entities are told apart by a key.
    #[error("entities are counted where the plan has a [key] only")]
    NoKey,
    /// Scarcity can't be measured so.
    #[error(transparent)]
    Scarcity(#[from] BadSpecification),
    /// A total less the own part would be of few others.
    #[error(
        "rows are valued among {least} contributors or more: a total less one's own part would tell too much of the others"
    )]
    TooFewToValue {
        /// How many are needed.
        least: usize,
    },
    /// Coalitions are made of some dozens at most.
    #[error(
        "coalitions are made of {most} contributors at most: leave method out, and rows are valued at home alone"
    )]
    TooManyToValue {
        /// How many there may be.
        most: usize,
    },
    /// The judges' total less the own part would be of one other.
    #[error(
        "{least} contributors or more must judge: a total less one's own part would tell too much of the others"
    )]
    TooFewJudges {
        /// How many are needed.
        least: usize,
    },
    /// Own sums would be shown whatever few rows they are of.
    #[error(
        "coalitions are made of sums that each institution shows of its own rows: the smallest cell is {least} rows or more"
    )]
    TooFewToShow {
        /// The least minimum.
        least: u64,
    },
    /// Values are made of an exact fit, and of rows that it has not seen.
    #[error(
        "rows are valued by a fit by Newton's steps without noise, judged on test rows: set test, and leave method and noise out"
    )]
    NothingToValue,
    /// Values are told of rows that count alike.
    #[error("rows are valued where all count alike: leave weight or [value] out")]
    WeighedValues,
    /// Values are made of all contributors' sums.
    #[error(
        "values need all contributors: with [value] the study waits for whoever is missing, or fails"
    )]
    AllToValue,
}
