//! Which rows are for testing.

use rand_core::Rng;

use super::{apportioned, shuffled};

/// Rows that stay together, such as those of one patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Of each stratum as large a part is drawn.
    pub(crate) stratum: usize,
    /// How many rows it has.
    pub(crate) size: usize,
}

/// Draws a share of the rows: of single rows exactly, of larger units as nearly as they allow.
pub(crate) fn drawn(units: &[Unit], share: f64, rng: &mut impl Rng) -> Vec<bool> {
    let rows = rows_of_strata(units);
    let total: usize = rows.iter().sum();
    let wanted = apportioned(total, &[share, 1.0 - share])[0];
    let shares = rows.iter().map(|of| *of as f64 / total.max(1) as f64);
    let mut left = apportioned(wanted, &shares.collect::<Vec<f64>>());
    let mut is_drawn = vec![false; units.len()];
    for place in shuffled(units.len(), rng) {
        let Unit { stratum, size } = units[place];
        // Half of it at most may go beyond.
        if 2 * left[stratum] >= size && left[stratum] > 0 {
            left[stratum] = left[stratum].saturating_sub(size);
            is_drawn[place] = true;
        }
    }
    is_drawn
}

/// Puts each unit into one of so many folds: folds have as many rows of each stratum, and in all, up
/// to one; of larger units, up to the size of the largest.
pub(crate) fn folds(units: &[Unit], folds: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order = shuffled(units.len(), rng);
    order.sort_by_key(|place| (units[*place].stratum, std::cmp::Reverse(units[*place].size)));
    let strata = rows_of_strata(units).len();
    let (mut of_stratum, mut in_all) = (vec![vec![0; folds]; strata], vec![0; folds]);
    let mut fold_of = vec![0; units.len()];
    for place in order {
        let Unit { stratum, size } = units[place];
        let fewest = (0..folds).min_by_key(|fold| (of_stratum[stratum][*fold], in_all[*fold]));
        let fold = fewest.unwrap_or(0);
        of_stratum[stratum][fold] += size;
        in_all[fold] += size;
        fold_of[place] = fold;
    }
    fold_of
}

fn rows_of_strata(units: &[Unit]) -> Vec<usize> {
    let strata = units.iter().map(|unit| unit.stratum + 1).max();
    let mut rows = vec![0; strata.unwrap_or(0)];
    for unit in units {
        rows[unit.stratum] += unit.size;
    }
    rows
}
