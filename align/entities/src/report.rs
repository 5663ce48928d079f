//! What was found in the rows: counts for all, places for those at home.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use consilium_schema::Rows;
use serde::Serialize;

use crate::{Reason, Repair};

/// A row of the table, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(pub(crate) u32);

impl Row {
    /// Counts from 0, as columns of a table do.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Counts from 1, as people do.
    pub fn number(self) -> u64 {
        u64::from(self.0) + 1
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// What was found in the rows.
///
/// # Security
///
/// It names rows, so it is for those at home and has no `Serialize`; what may leave, as far as the
/// plan says so, is [`Counts`]. It never holds a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many of what.
    pub counts: Counts,
    /// The rows that were refused, by reason.
    pub refused: BTreeMap<Reason, Refusals>,
    /// The first rows whose key an earlier row has.
    pub repeats: Vec<Repeat>,
    /// Of the frequent keys, those that most rows share; such a key may stand for nobody.
    pub frequent: Vec<FrequentKey>,
}

/// How many rows gave a key and how many didn't: `rows = valid + missing + all of refused`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of the table.
    pub rows: Rows,
    /// Rows with a valid key, repaired ones included.
    pub valid: Rows,
    /// Rows that lack a part of the key.
    pub missing: Rows,
    /// Cells that were set right, by how.
    pub repaired: BTreeMap<Repair, Rows>,
    /// Rows that were refused, by why.
    pub refused: BTreeMap<Reason, Rows>,
    /// Different keys.
    pub keys: Rows,
    /// Keys that more than one row has.
    pub repeated_keys: Rows,
    /// Rows that have one of these keys.
    pub repeated_rows: Rows,
    /// Keys that more than [`Report::FREQUENT`] times as many rows have as a key has on average.
    pub frequent_keys: Rows,
}

/// The first rows that were refused for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    /// In the order of the table, as many as the intake names.
    pub first: Vec<Issue>,
}

/// One cell that gives no key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// The row.
    pub row: Row,
    /// The column.
    pub column: String,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Issue {
            row,
            column,
            reason,
        } = self;
        write!(f, "row {row}, column {column:?}: {reason}")
    }
}

/// A row whose key an earlier row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeat {
    /// The row.
    pub row: Row,
    /// The first row with its key.
    pub of: Row,
}

/// A key that unusually many rows share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrequentKey {
    /// The first row with the key.
    pub first: Row,
    /// How many rows have it.
    pub rows: Rows,
}

impl Report {
    /// The most rows that are named for one reason, unless the intake is told otherwise.
    pub const MOST_ISSUES: usize = 20;
    /// A key is frequent if its rows are more than so many times the average of all keys.
    pub const FREQUENT: u64 = 10;

    /// Gives how many rows were refused for a reason and are not named.
    pub fn unnamed(&self, reason: Reason) -> u64 {
        let counted = self.counts.refused.get(&reason).map_or(0, |rows| rows.0);
        let named = self.refused.get(&reason).map_or(0, |it| it.first.len());
        counted.saturating_sub(named as u64)
    }

    /// Gives how many rows have the key of an earlier one and are not named.
    pub fn unnamed_repeats(&self) -> u64 {
        let Counts {
            repeated_keys,
            repeated_rows,
            ..
        } = &self.counts;
        let repeats = repeated_rows.0.saturating_sub(repeated_keys.0);
        repeats.saturating_sub(self.repeats.len() as u64)
    }

    /// Gives how many rows were refused and are not named.
    pub fn unnamed_refusals(&self) -> u64 {
        let reasons = self.counts.refused.keys();
        reasons.map(|reason| self.unnamed(*reason)).sum()
    }

    /// Gives how many keys are frequent without a row of them being named.
    pub fn unnamed_frequent(&self) -> u64 {
        let frequent = self.counts.frequent_keys.0;
        frequent.saturating_sub(self.frequent.len() as u64)
    }

    /// Counts the frequent of keys that rows share, and keeps the `most` frequent.
    pub(crate) fn keep_frequent(&mut self, mut shared: Vec<FrequentKey>, most: usize) {
        let Counts { valid, keys, .. } = self.counts;
        let usual = valid.0.saturating_mul(Report::FREQUENT);
        shared.retain(|key| key.rows.0.saturating_mul(keys.0) > usual);
        self.counts.frequent_keys = shared.len().into();
        shared.sort_unstable_by_key(|key| (Reverse(key.rows), key.first));
        shared.truncate(most);
        self.frequent = shared;
    }

    /// Counts a refused row, and names it if it is among the first `most`.
    pub(crate) fn refuse(&mut self, (row, reason): (Row, Reason), column: &str, most: usize) {
        self.counts.refused.entry(reason).or_default().count();
        let first = &mut self.refused.entry(reason).or_default().first;
        // Rows come in order, except for the few that are refused at the end.
        let later = first.last().is_none_or(|last| last.row < row);
        if later && first.len() >= most {
            return;
        }
        let column = column.to_owned();
        let place = first.partition_point(|other| other.row < row);
        first.insert(
            place,
            Issue {
                row,
                column,
                reason,
            },
        );
        first.truncate(most);
    }
}
