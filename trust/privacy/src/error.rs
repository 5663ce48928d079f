//! What is wrong with what was given.

/// Why nothing was measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivacyError {
    /// A table without rows has no risk.
    #[error("the table has no rows")]
    NoRows,
    /// Without quasi-identifiers all rows are one class.
    #[error("no quasi-identifier is named")]
    NoQuasiIdentifier,
    /// Columns of one table are as long as each other.
    #[error("column {column} has {rows} rows, where the table has {expected}")]
    RowsDiffer {
        /// Which.
        column: String,
        /// How many rows it has.
        rows: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Rows are counted in 32 bits.
    #[error("column {column} has more than {} rows", crate::MOST_ROWS)]
    TooManyRows {
        /// Which.
        column: String,
    },
    /// A threshold is a probability above 0.
    #[error("a threshold is a probability above 0 and at most 1, not {0}")]
    Threshold(f64),
    /// The population holds everybody of whom the table has a row.
    #[error(
        "{rows} rows have values of the quasi-identifiers that fewer rows of the population have, or none, the \
         first of them in row {first}: the population must hold everybody in the table"
    )]
    NotOfPopulation {
        /// How many rows.
        rows: u64,
        /// The first of them, counted from 1.
        first: usize,
    },
    /// Who lacks a value can't be found in a population.
    #[error("every row lacks a quasi-identifier, and none can be held against the population")]
    NoneMatched,
    /// A population is no smaller than a table of some of its people.
    #[error("a population of {population} is smaller than the table of {rows} rows")]
    PopulationTooSmall {
        /// As it was said.
        population: u64,
        /// Of the table.
        rows: u64,
    },
    /// An attack needs rows on both sides.
    #[error("an attack needs scores of members and of others, all of them numbers")]
    NoScores,
    /// Shadow models must have seen each row, and not seen it, at least twice.
    #[error(
        "{shadows} shadow models are too few: each row must be inside and outside of two at least"
    )]
    TooFewShadows {
        /// How many were asked for.
        shadows: usize,
    },
    /// A model that was fitted for the attack gave too few scores, or one that is no number.
    #[error("shadow model {shadow} gave no finite score for every row")]
    BadShadow {
        /// Which, counted from 0.
        shadow: usize,
    },
}
