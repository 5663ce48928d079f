//! Mean, variance and quantiles of numbers, where they may be told.

use std::ops::Range;

use super::{Partition, is_exact};
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

/// Rounds mean and deviation: with all digits, a mean of whole numbers would betray by how many they
/// were divided.
fn rounded((mean, variance): (f64, f64), rows: u64) -> (f64, f64) {
    let steps = 2_f64.powi(rows.ilog2().cast_signed());
    let round = |share: f64| (share * steps).round() / steps;
    (round(mean), round(variance.sqrt()).powi(2))
}

/// Gives mean and variance by the told cells alone: sums over few values are equations of their counts,
/// which rounding leaves with too few solutions.
///
/// A cell's rows are taken to have the value that most of them have, if there may be twice the minimum
/// of rows, so that of no other value it shows that its rows are fewer; else its middle. Rows that are
/// held back are divided evenly. Nothing if no cell is told.
fn of_cells(
    grid: &Grid,
    column: &Known1,
    (agreement, partition): (&Agreement, &Partition),
    rows: u64,
) -> Option<(f64, f64)> {
    let minimum = agreement.specification().minimum_cell;
    let totals = column.units.first()?;
    let edges = column.edges(agreement, grid);
    let edge = |end: usize| edges.get(end).copied().unwrap_or(grid.used());
    let middle = |units: Range<usize>| {
        let low = units.start.checked_sub(1).map_or(0, edge);
        let interval = grid.interval(low, edge(units.end - 1));
        grid.unit(f64::midpoint(interval.from, interval.to))
    };
    let told = &partition.told;
    let held = told.iter().filter(|told| told.is_none()).count();
    let left = rows.saturating_sub(told.iter().flatten().sum());
    let each = left as f64 / held.max(1) as f64;
    let cells = partition.units.iter().zip(told).map(|(units, told)| {
        let most = units.clone().max_by_key(|unit| totals[*unit]);
        let most = most.filter(|_| told.is_some_and(|rows| rows >= 2 * minimum));
        let at = most.map_or(units.clone(), |unit| unit..unit + 1);
        (middle(at), told.map_or(each, |rows| rows as f64))
    });
    let cells: Vec<(f64, f64)> = cells.collect();
    let sum = |of: &dyn Fn(f64) -> f64| cells.iter().map(|(at, rows)| of(*at) * rows).sum::<f64>();
    let inside = sum(&|_| 1.0);
    let is_any_told = told[..cells.len()].iter().any(Option::is_some);
    if !is_any_told || inside <= 1.0 {
        return None;
    }
    let mean = sum(&|at| at) / inside;
    let squares = sum(&|at| (at - mean).powi(2));
    Some((mean, squares / (inside - 1.0)))
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
    let is_rounded = partition.has_held_back();
    let exact = (column.mean, column.squares / (column.inside - 1) as f64);
    let (mean, variance) = match (is_rounded, partition.has_few_values()) {
        (false, _) => exact,
        (true, true) => of_cells(grid, column, (agreement, partition), rows)?,
        (true, false) => rounded(exact, rows),
    };
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
    let smallest = ends.first().and_then(Bound::to);
    let largest = ends.get(1).and_then(Bound::from);
    Some(Numbers {
        mean: grid.value(mean),
        variance: variance * grid.width() * grid.width(),
        is_rounded,
        smallest: smallest.map(|to| grid.interval(0, to).to),
        largest: largest.map(|from| grid.interval(from, from + 1).from),
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
