//! How rows lie between institutions.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use serde::Serialize;

use crate::{CellKey, Outcome, PartyRows};

/// The least and the most of something over seeds and folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Extent<T> {
    /// The least.
    pub least: T,
    /// The most.
    pub most: T,
}

/// The rows of one party, over seeds and folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowsReport {
    /// For training.
    pub train: Extent<u64>,
    /// For testing.
    pub test: Extent<u64>,
    /// The mean label of both: of two classes the share of positive ones. Nothing where the party has
    /// no labels.
    pub mean_label: Option<Extent<f64>>,
}

impl RowsReport {
    /// Sums up what cells were run on, party by party.
    pub(super) fn by_party(outcomes: &[(CellKey, Outcome)]) -> BTreeMap<PartyId, RowsReport> {
        let mut all: BTreeMap<PartyId, RowsReport> = BTreeMap::new();
        for (party, rows) in outcomes.iter().flat_map(|(_, it)| &it.rows_by_party) {
            let own = RowsReport::of(rows);
            all.entry(party.clone())
                .and_modify(|so_far| *so_far = so_far.and(&own))
                .or_insert(own);
        }
        all
    }

    fn of(rows: &PartyRows) -> RowsReport {
        RowsReport {
            train: Extent::of(rows.train),
            test: Extent::of(rows.test),
            mean_label: rows.mean_label.map(Extent::of),
        }
    }

    fn and(&self, other: &RowsReport) -> RowsReport {
        let labels = self.mean_label.zip(other.mean_label);
        RowsReport {
            train: self.train.and(other.train),
            test: self.test.and(other.test),
            mean_label: labels.map(|(one, other)| one.and(other)),
        }
    }
}

impl<T: Copy + PartialOrd> Extent<T> {
    fn of(value: T) -> Extent<T> {
        Extent {
            least: value,
            most: value,
        }
    }

    fn and(self, other: Extent<T>) -> Extent<T> {
        let less = other.least < self.least;
        let more = other.most > self.most;
        Extent {
            least: if less { other.least } else { self.least },
            most: if more { other.most } else { self.most },
        }
    }
}
