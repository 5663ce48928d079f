//! Mean, variance and quantiles of numbers, where they may be told.

use super::{
    Partition,
    approximate::{of_cells, rounded},
    is_exact,
};
use crate::{
    Agreement, Numbers, Quantile,
    agreement::MOST_CELLS,
    grid::Grid,
    known::Known1,
    quantile::{Bound, widen},
};

/// A column that occupies so many cells takes few values: cells are as fine as its deciles.
const FEW: usize = 4;

/// What sums over a column of numbers may betray of single values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Values {
    /// Whether they are so few that sums are equations of their counts.
    pub(super) is_few: bool,
    /// Whether, besides, one of these counts is small, be it merged with others.
    pub(super) has_small: bool,
}

impl Values {
    pub(super) fn of(agreement: &Agreement, column: &Known1, place: usize) -> Values {
        let grid = agreement.grids()[place].as_ref();
        let Some((grid, units)) = grid.zip(column.units.first()) else {
            return Values::default();
        };
        let cells = &units[..MOST_CELLS.min(units.len())];
        let is_short = grid.has_single_values() && grid.used() <= MOST_CELLS as u64;
        let is_few = is_short || cells.iter().filter(|rows| **rows > 0).count() <= FEW;
        let minimum = agreement.specification().minimum_cell;
        let has_small = cells.iter().any(|rows| (1..minimum).contains(rows));
        Values {
            is_few,
            has_small: is_few && has_small && is_exact(agreement),
        }
    }
}

pub(super) fn measures(
    agreement: &Agreement,
    (rows, column): (u64, &Known1),
    partition: &Partition,
    place: usize,
) -> Option<Numbers> {
    let spec = agreement.specification();
    let grid = agreement.grids()[place].as_ref()?;
    if column.inside < spec.minimum_cell || column.targets.is_empty() {
        return None;
    }
    let bounds = bounds(agreement, grid, column, partition);
    let (quantiles, ends) = bounds.split_at(agreement.shares().len().min(bounds.len()));
    let quantile = |share: &f64| {
        let mut shares = agreement.shares().iter().zip(quantiles);
        let (_, bound) = shares.find(|(other, _)| other.total_cmp(share).is_eq())?;
        Some(Quantile {
            share: *share,
            within: grid.interval(bound.from()?, bound.to()?),
        })
    };
    let at_or_below = ends.first().and_then(Bound::to);
    let at_or_below = at_or_below.map(|to| grid.interval(0, to).to);
    let at_or_above = ends.get(1).and_then(Bound::from);
    let at_or_above = at_or_above.map(|from| grid.interval(from, from + 1).from);
    let exact = (column.mean, column.squares / (column.inside - 1) as f64);
    let approximate = match (partition.has_held_back(), partition.has_few_values()) {
        (false, _) => None,
        (true, true) => {
            let known = (agreement, partition);
            Some(of_cells(
                grid,
                column,
                known,
                (rows, [at_or_below, at_or_above]),
            )?)
        }
        (true, false) => Some(rounded(grid, exact, rows)),
    };
    Some(Numbers {
        mean: approximate.map_or_else(|| grid.value(exact.0), |it| it.mean),
        variance: approximate.map_or_else(
            || exact.1 * grid.width() * grid.width(),
            |it| it.deviation.powi(2),
        ),
        is_approximate: approximate.is_some(),
        mean_error: approximate.map_or(0.0, |it| it.mean_error),
        deviation_error: approximate.map_or(0.0, |it| it.deviation_error),
        at_or_below,
        at_or_above,
        quantiles: spec.quantiles.iter().filter_map(quantile).collect(),
    })
}

/// Gives where quantiles lie, then the smallest and the largest that may be told: so that neither two
/// of them nor one and a cell's end show few rows in between.
fn bounds(
    agreement: &Agreement,
    grid: &Grid,
    column: &Known1,
    partition: &Partition,
) -> Vec<Bound> {
    let shares = agreement.shares();
    let (quantiles, ends) = column.targets.split_at(shares.len());
    let of_quantiles = quantiles.iter().map(Bound::interval);
    let mut bounds: Vec<Bound> = of_quantiles
        .chain(ends.first().map(Bound::smallest))
        .chain(ends.get(1).map(Bound::largest))
        .collect();
    if !is_exact(agreement) {
        return bounds;
    }
    // Deciles that are not asked for are not told: they are no bounds of others.
    let is_told = |place: usize| {
        shares
            .get(place)
            .is_none_or(|share| agreement.specification().quantiles.contains(share))
    };
    let places: Vec<usize> = (0..bounds.len()).filter(|place| is_told(*place)).collect();
    let mut told: Vec<Bound> = places.iter().map(|place| bounds[*place]).collect();
    let edges = column.edges(agreement, grid);
    let mut below = 0;
    for units in &partition.units {
        let rows = column.units.first().and_then(|all| all.get(units.clone()));
        below += rows.into_iter().flatten().sum::<u64>();
        told.extend(
            edges
                .get(units.end - 1)
                .map(|edge| Bound::edge(below, *edge)),
        );
    }
    widen(&mut told, agreement.specification().minimum_cell);
    for (place, bound) in places.into_iter().zip(told) {
        bounds[place] = bound;
    }
    bounds
}
