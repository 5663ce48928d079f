//! Mean and deviation where exact ones would betray counts that are held back.

use std::ops::Range;

use super::Partition;
use crate::{Agreement, Interval, grid::Grid, known::Known1};

/// Mean and deviation of a column's values, and how far each may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) mean_error: f64,
    pub(super) deviation_error: f64,
}

impl Moments {
    /// Leaves out digits beyond the errors, which grow by as much.
    fn to_known_digits(self) -> Moments {
        let (mean, mean_error) = to_known_digits(self.mean, self.mean_error);
        let (deviation, deviation_error) = to_known_digits(self.deviation, self.deviation_error);
        Moments {
            mean,
            deviation,
            mean_error,
            deviation_error,
        }
    }
}

/// Rounds a number to two digits of its error, and to no fewer than whole ones.
fn to_known_digits(number: f64, error: f64) -> (f64, f64) {
    if error <= 0.0 {
        return (number, 0.0);
    }
    let mut steps = 1.0;
    while error * steps < 10.0 && steps < 1e15 {
        steps *= 10.0;
    }
    let half = 0.5;
    (
        (number * steps).round() / steps,
        (error * steps + half).ceil() / steps,
    )
}

/// Rounds mean and deviation: with all digits, a mean of whole numbers would betray by how many they
/// were divided.
pub(super) fn rounded(grid: &Grid, (mean, variance): (f64, f64), rows: u64) -> Moments {
    let steps = 2_f64.powi(rows.ilog2().cast_signed());
    let round = |share: f64| (share * steps).round() / steps;
    let error = grid.width() / steps / 2.0;
    let moments = Moments {
        mean: grid.value(round(mean)),
        deviation: round(variance.sqrt()) * grid.width(),
        mean_error: error,
        deviation_error: error,
    };
    moments.to_known_digits()
}

/// Rows that are all taken to have one value, though they may have any of an interval.
struct Placed {
    rows: f64,
    at: f64,
    within: Interval,
}

/// Gives mean and deviation by the told cells alone: sums over few values are equations of their counts,
/// which rounding leaves with too few solutions.
///
/// A cell's rows are taken to have the value that most of them have, if there may be twice the minimum
/// of rows, so that of no other value it shows that its rows are fewer; else its middle, or where that
/// lies beyond one of `ends`, the smallest and largest that are told, as near to this as the cell reaches:
/// a tail's rows lie mostly at its near end. Rows that are held back are divided evenly. Nothing if no
/// cell is told.
pub(super) fn of_cells(
    grid: &Grid,
    column: &Known1,
    (agreement, partition): (&Agreement, &Partition),
    (rows, ends): (u64, [Option<f64>; 2]),
) -> Option<Moments> {
    let minimum = agreement.specification().minimum_cell;
    let totals = column.units.first()?;
    let edges = column.edges(agreement, grid);
    let edge = |end: usize| edges.get(end).copied().unwrap_or(grid.used());
    let interval = |units: &Range<usize>| {
        let low = units.start.checked_sub(1).map_or(0, edge);
        grid.interval(low, edge(units.end - 1))
    };
    let middle = |of: Interval| f64::midpoint(of.from, of.to);
    let told = &partition.told;
    let number = told.iter().filter(|told| told.is_none()).count();
    let left = rows.saturating_sub(told.iter().flatten().sum());
    let each = left as f64 / number.max(1) as f64;
    let (mut known, mut held) = (Vec::new(), Vec::new());
    for (units, told) in partition.units.iter().zip(told) {
        let within = interval(units);
        let most = units.clone().max_by_key(|unit| totals[*unit]);
        let most = most.filter(|_| told.is_some_and(|rows| rows >= 2 * minimum));
        let at = match most {
            Some(unit) => middle(interval(&(unit..unit + 1))),
            None => between(ends, middle(within)).clamp(within.from, within.to),
        };
        let rows = told.map_or(each, |rows| rows as f64);
        let cells = if told.is_some() {
            &mut known
        } else {
            &mut held
        };
        cells.push(Placed { rows, at, within });
    }
    if known.is_empty() {
        return None;
    }
    // All that are left lie in the cells held back, unless they may be missing or outside as well.
    let is_any_elsewhere = held.len() < number;
    let inside: f64 = known.iter().map(|cell| cell.rows).sum();
    let (least, most) = match (held.is_empty(), is_any_elsewhere) {
        (true, _) => (0.0, 0.0),
        (false, false) => (left as f64, left as f64),
        (false, true) => ((minimum as f64 - inside).max(0.0), left as f64),
    };
    Some(moments(&known, &held, least..most.max(least)).to_known_digits())
}

/// Takes a value to the nearest that lies between two, where they are told.
fn between(ends: [Option<f64>; 2], value: f64) -> f64 {
    match ends {
        [Some(one), Some(other)] => value.clamp(one.min(other), one.max(other)),
        [Some(low), None] => value.max(low),
        [None, Some(high)] => value.min(high),
        [None, None] => value,
    }
}

/// Gives the moments of rows where they are placed, with bounds that hold wherever in their intervals
/// they are, and however many of those held back, from the start to the end of a range, have a value.
///
/// Σ(x − mean)² is at most Σ(x − c)² for any c, and at least what rows as near to any possible mean as
/// their intervals reach add up to. Quotients by the number of rows are monotone in it.
fn moments(known: &[Placed], held: &[Placed], numbers: Range<f64>) -> Moments {
    let sum = |cells: &[Placed], of: &dyn Fn(&Placed) -> f64| -> f64 {
        cells.iter().map(|cell| of(cell) * cell.rows).sum()
    };
    let both = |of: &dyn Fn(&Placed) -> f64| sum(known, of) + sum(held, of);
    let rows = both(&|_| 1.0);
    let mean = both(&|cell| cell.at) / rows;
    let squares = both(&|cell| (cell.at - mean).powi(2));
    let deviation = (squares / (rows - 1.0).max(1.0)).sqrt();

    let inside = sum(known, &|_| 1.0);
    // The mean of a measure over all rows, those held back in the cell where it is worst; `less` rows
    // in the divisor.
    let bound = |of: &dyn Fn(&Placed) -> f64, worst: fn(f64, f64) -> f64, less: f64| {
        let of_held = held.iter().map(of).reduce(worst).unwrap_or(0.0);
        let with =
            |number: f64| (sum(known, of) + number * of_held) / (inside + number - less).max(1.0);
        worst(with(numbers.start), with(numbers.end))
    };
    let lowest = bound(&|cell| cell.within.from, f64::min, 0.0);
    let highest = bound(&|cell| cell.within.to, f64::max, 0.0);
    let mean_error = (mean - lowest).max(highest - mean).max(0.0);
    let near = |cell: &Placed| {
        let gap = (cell.within.from - highest).max(lowest - cell.within.to);
        gap.max(0.0).powi(2)
    };
    let far = |cell: &Placed| {
        let gap = (cell.within.to - mean).max(mean - cell.within.from);
        gap.powi(2)
    };
    let lowest = bound(&near, f64::min, 1.0).sqrt();
    let highest = bound(&far, f64::max, 1.0).sqrt();
    Moments {
        mean,
        deviation,
        mean_error,
        deviation_error: (deviation - lowest).max(highest - deviation).max(0.0),
    }
}
