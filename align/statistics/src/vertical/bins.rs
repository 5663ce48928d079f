//! Bins that are offered, and bins that are told.

use consilium_lwe::Nonce;
use serde::{Deserialize, Serialize};

use super::{MOST_ALIGNED_ROWS, MOST_BINS};
use crate::{
    Evidence, MOST_COLUMNS,
    suppress::{self, Bin},
};

/// A column of the feature holder, cut into bins: intervals, levels, missing values.
#[derive(Clone)]
pub struct Binned {
    /// The bin of each row, in the order that both parties share.
    pub of_rows: Vec<u16>,
    /// How many bins there are, up to [`MOST_BINS`].
    pub bins: u16,
    /// How many of them, from the first, have an order; the others may be put to any.
    pub ordered: u16,
}

/// Its `Debug` shows the shape alone.
impl std::fmt::Debug for Binned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Binned")
            .field("bins", &self.bins)
            .finish_non_exhaustive()
    }
}

/// Bins of each column: how many, and how many of them have an order.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Offered {
    pub(super) nonce: Nonce,
    pub(super) columns: Vec<(u16, u16)>,
}

/// Bins with rows enough of either label: which of the offered ones, yes and no.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Weighed(Vec<Option<Vec<WeighedBin>>>);

/// Offered bins that were put together.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WeighedBin {
    /// Which.
    bins: Vec<u16>,
    /// Rows with label yes, and with no.
    rows: [u64; 2],
}

/// Bins of one column that have the minimum of rows.
pub(super) struct Merged {
    /// Of each row.
    pub(super) of_rows: Vec<u16>,
    /// The bins that each is made of.
    origins: Vec<Vec<usize>>,
    ordered: u16,
}

impl Binned {
    /// Puts bins together until each has the minimum of rows; nothing if they are none.
    pub(super) fn merge(&self, rows: usize, minimum: u64) -> Option<Merged> {
        let bins = usize::from(self.bins);
        if self.of_rows.len() != rows || bins > MOST_BINS || self.ordered > self.bins {
            return None;
        }
        let mut counts = vec![[0_u64; 1]; bins];
        for bin in &self.of_rows {
            counts.get_mut(usize::from(*bin))?[0] += 1;
        }
        let ordered = usize::from(self.ordered);
        let merged = suppress::bin(&counts, ordered, |[rows]| *rows >= minimum);
        let merged = merged.unwrap_or_default();
        let mut new = vec![0_u16; bins];
        for (place, bin) in (0_u16..).zip(&merged) {
            for unit in &bin.units {
                new[*unit] = place;
            }
        }
        let is_ordered = |bin: &&Bin<1>| bin.units.iter().any(|unit| *unit < ordered);
        let ordered = merged.iter().filter(is_ordered).count();
        Some(Merged {
            of_rows: self
                .of_rows
                .iter()
                .map(|bin| new[usize::from(*bin)])
                .collect(),
            origins: merged.into_iter().map(|bin| bin.units).collect(),
            ordered: u16::try_from(ordered).ok()?,
        })
    }
}

impl Merged {
    pub(super) fn shape(&self) -> (u16, u16) {
        let bins = u16::try_from(self.origins.len()).unwrap_or(u16::MAX);
        (bins, self.ordered)
    }

    /// Counts the rows of each bin.
    fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.origins.len()];
        for bin in &self.of_rows {
            // A column that has no two bins has none.
            if let Some(rows) = counts.get_mut(usize::from(*bin)) {
                *rows += 1;
            }
        }
        counts
    }

    pub(super) fn origins(&self, bins: &[u16]) -> Vec<usize> {
        let origins = bins
            .iter()
            .filter_map(|bin| self.origins.get(usize::from(*bin)));
        let mut origins: Vec<usize> = origins.flatten().copied().collect();
        origins.sort_unstable();
        origins
    }
}

impl Offered {
    pub(super) fn is_sane(&self, columns: usize) -> bool {
        let is_sane = |(bins, ordered): &(u16, u16)| {
            usize::from(*bins) <= MOST_BINS && ordered <= bins && *bins != 1
        };
        self.columns.len() == columns && columns <= MOST_COLUMNS && self.columns.iter().all(is_sane)
    }
}

impl Weighed {
    /// Puts bins together until each has the minimum of rows with either label; nothing if the sums
    /// don't make up all rows.
    pub(super) fn of(
        offered: &[(u16, u16)],
        mut sums: &[[u64; 2]],
        all: [u64; 2],
        minimum: u64,
    ) -> Option<Weighed> {
        let mut columns = Vec::new();
        for (bins, ordered) in offered {
            let (own, rest) = sums.split_at_checked(usize::from(*bins))?;
            sums = rest;
            let total = own
                .iter()
                .fold([0, 0], |[yes, no], bin| [yes + bin[0], no + bin[1]]);
            if !own.is_empty() && total != all {
                return None;
            }
            let is_enough = |rows: &[u64; 2]| rows.iter().all(|rows| *rows >= minimum);
            let merged = suppress::bin(own, usize::from(*ordered), is_enough);
            let told = |bin: Bin<2>| WeighedBin {
                bins: bin
                    .units
                    .iter()
                    .filter_map(|unit| u16::try_from(*unit).ok())
                    .collect(),
                rows: bin.rows,
            };
            columns.push(merged.map(|bins| bins.into_iter().map(told).collect()));
        }
        sums.is_empty().then_some(Weighed(columns))
    }

    /// Says whether these are bins that were offered, each once, with rows enough of either label and as
    /// many in all as the offered ones have.
    pub(super) fn suits(&self, offered: &[Merged], minimum: u64) -> bool {
        let is_sane = |(column, offered): (&Option<Vec<WeighedBin>>, &Merged)| {
            let Some(column) = column else { return true };
            let most = MOST_ALIGNED_ROWS as u64;
            let mut rows = column.iter().flat_map(|bin| bin.rows);
            let counts = offered.counts();
            let own = |bin: &WeighedBin| {
                let counts = bin.bins.iter().map(|bin| counts.get(usize::from(*bin)));
                counts.sum::<Option<u64>>()
            };
            let mut places: Vec<u16> = column.iter().flat_map(|bin| bin.bins.clone()).collect();
            places.sort_unstable();
            column.len() > 1
                && rows.all(|rows| (minimum..=most).contains(&rows))
                && places.is_sorted_by(|one, next| one < next)
                && column
                    .iter()
                    .all(|bin| own(bin) == Some(bin.rows.iter().sum()))
        };
        self.0.len() == offered.len() && self.0.iter().zip(offered).all(is_sane)
    }

    /// Draws the evidence up; `name` says which bins are meant.
    pub(super) fn evidence(
        &self,
        name: impl Fn(usize, &[u16]) -> Vec<usize>,
    ) -> Vec<Option<Evidence>> {
        let columns = self.0.iter().enumerate();
        let of = |(place, column): (usize, &Option<Vec<WeighedBin>>)| {
            let bins = column.as_ref()?.iter();
            let bins = bins.map(|bin| (name(place, &bin.bins), false, bin.rows));
            Some(Evidence::of(bins.collect()))
        };
        columns.map(of).collect()
    }
}
