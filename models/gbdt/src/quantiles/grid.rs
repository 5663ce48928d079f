//! A declared range, halved again and again.

use serde::{Deserialize, Serialize};

use super::{FIRST_HALVINGS, HALVINGS, QUANTILE_ROUNDS};
use crate::ordered::{float, ordered};

/// Halvings of the finest cells.
const DEEPEST: u32 = FIRST_HALVINGS + HALVINGS * (QUANTILE_ROUNDS - 1);
/// Number of the finest cells.
const FINEST: u32 = 1 << DEEPEST;

/// A cell of a grid: a one, followed by the halves that lead to it, the lower half as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Cell(u32);

impl Cell {
    /// The whole range.
    pub(crate) const WHOLE: Cell = Cell(1);

    fn depth(self) -> u32 {
        self.0.ilog2()
    }

    fn halvings(self) -> u32 {
        if self == Cell::WHOLE {
            FIRST_HALVINGS
        } else {
            HALVINGS
        }
    }

    /// Gives the number of finer cells that it is broken down into.
    pub(crate) fn parts(self) -> usize {
        1 << self.halvings()
    }

    /// Gives the finer cell at a place.
    pub(crate) fn part(self, place: usize) -> Cell {
        let place = u32::try_from(place).expect("a cell has at most 256 parts");
        Cell(self.0 << self.halvings() | place)
    }

    /// Gives in how many rounds the whole range is broken down to it.
    pub(crate) fn round(self) -> u32 {
        (self.depth() + HALVINGS).saturating_sub(FIRST_HALVINGS) / HALVINGS
    }

    /// Gives the cell of which it is a part; none of the whole range.
    pub(crate) fn parent(self) -> Option<Cell> {
        match self.round() {
            0 => None,
            1 => Some(Cell::WHOLE),
            _ => Some(Cell(self.0 >> HALVINGS)),
        }
    }

    /// Says whether it is one of the finest.
    pub(crate) fn is_finest(self) -> bool {
        self.depth() >= DEEPEST
    }

    /// Gives the first of the finest cells in it.
    pub(crate) fn first(self) -> u32 {
        (self.0 << (DEEPEST - self.depth())) - FINEST
    }

    /// Gives the first of the finest cells after it.
    pub(crate) fn end(self) -> u32 {
        self.first() + (FINEST >> self.depth())
    }

    /// Gives the number of finest cells in each of its parts, as a power of two.
    fn part_depth(self) -> u32 {
        DEEPEST - self.depth() - self.halvings()
    }
}

impl TryFrom<u32> for Cell {
    type Error = &'static str;

    /// Takes the whole range, or what a round breaks down after the first.
    fn try_from(number: u32) -> Result<Cell, &'static str> {
        let depth = number.checked_ilog2().ok_or("no cell is numbered zero")?;
        let begins_a_round = depth
            .checked_sub(FIRST_HALVINGS)
            .is_some_and(|finer| finer.is_multiple_of(HALVINGS));
        let is_one = depth == 0 || begins_a_round && depth <= DEEPEST;
        is_one.then_some(Cell(number)).ok_or("no such cell")
    }
}

impl From<Cell> for u32 {
    fn from(cell: Cell) -> u32 {
        cell.0
    }
}

/// Says whether cells can be broken down, and follow each other without overlap.
pub(crate) fn are_apart(cells: &[Cell]) -> bool {
    cells.iter().all(|cell| !cell.is_finest())
        && cells
            .windows(2)
            .all(|pair| pair[0].end() <= pair[1].first())
}

/// How values of a declared range lie in cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    low: f64,
    high: f64,
    whole: bool,
}

impl Grid {
    /// Lays cells over a range with finite ends, the lower one first; `whole` if all values are
    /// whole numbers.
    pub(crate) fn new(low: f64, high: f64, whole: bool) -> Grid {
        Grid { low, high, whole }
    }

    /// Gives the finest cell of a value in the range.
    ///
    /// Never falls when the value grows: subtraction, division and rounding down don't.
    fn finest(&self, value: f64) -> u32 {
        let share = (value - self.low) / (self.high - self.low);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what lies outside the range counts at its ends"
        )]
        let cell = (share * f64::from(FINEST)) as u32;
        cell.min(FINEST - 1)
    }

    /// Gives the smallest value that lies in a finest cell or above, by bisection.
    fn edge(&self, cell: u32) -> f64 {
        let (mut below, mut at) = (ordered(self.low), ordered(self.high));
        if self.finest(self.low) >= cell {
            return self.low;
        }
        while at.abs_diff(below) > 1 {
            let middle = below.midpoint(at);
            if self.finest(float(middle)) >= cell {
                at = middle;
            } else {
                below = middle;
            }
        }
        float(at)
    }

    /// Says whether a cell can hold no two values that a cut could part.
    pub(crate) fn is_single(&self, cell: Cell) -> bool {
        if !self.whole {
            return cell.is_finest();
        }
        let last = if cell.end() == FINEST {
            self.high
        } else {
            self.edge(cell.end()).next_down()
        };
        cell.is_finest() || last.floor() - self.edge(cell.first()).ceil() < 1.0
    }

    /// Gives a number that is no less than all values of a cell and less than all from `above` on.
    ///
    /// Halfway over the empty cells between them, at the edge of one of the finest; for whole
    /// numbers, half a one above the cell.
    pub(crate) fn cut(&self, cell: Cell, above: Cell) -> f64 {
        let to = self.edge(above.first());
        let cut = if self.whole {
            self.edge(cell.end()).next_down().floor() + 0.5
        } else {
            self.edge(cell.end().midpoint(above.first()))
        };
        // A range may have fewer numbers than cells.
        if cut < to { cut } else { to.next_down() }
    }

    /// Says whether some cells lead to this cut point.
    pub(crate) fn has_cut(&self, cut: f64) -> bool {
        let (below, above) = (cut.floor(), cut.ceil());
        let is_half = self.whole && below < above && (cut - 0.5).fract() == 0.0;
        let parts_values = self.low <= below && above <= self.high;
        let is_between = is_half && parts_values && self.finest(below) < self.finest(above);
        let is_in_range = self.low <= cut && cut <= self.high;
        is_between || is_in_range && (self.is_edge(cut) || self.is_edge(cut.next_up()))
    }

    /// Says whether a value is the smallest of a cell, and there are cells below.
    fn is_edge(&self, value: f64) -> bool {
        let cell = self.finest(value);
        cell > 0 && value <= self.high && self.edge(cell) >= value
    }
}

/// Counts values in the parts of cells that are apart; missing values lie in none.
pub(crate) fn count(grid: &Grid, values: &[f64], cells: &[Cell], counts: &mut [u64]) {
    let firsts: Vec<u32> = cells.iter().map(|cell| cell.first()).collect();
    let mut begins = Vec::with_capacity(cells.len());
    let mut begin = 0;
    for cell in cells {
        begins.push(begin);
        begin += cell.parts();
    }
    for value in values.iter().filter(|value| !value.is_nan()) {
        let finest = grid.finest(*value);
        let after = firsts.partition_point(|first| *first <= finest);
        let Some(at) = after.checked_sub(1).filter(|at| finest < cells[*at].end()) else {
            continue;
        };
        let part = (finest - firsts[at]) >> cells[at].part_depth();
        counts[begins[at] + part as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_edge_parts_the_values_below_from_those_above(
            (low, width) in (-1e6..1e6_f64, 1e-6..1e6_f64),
            cell in 1..FINEST,
        ) {
            let grid = Grid::new(low, low + width, false);
            let edge = grid.edge(cell);
            prop_assume!(grid.finest(grid.high) >= cell);
            prop_assert!(grid.finest(edge) >= cell);
            prop_assert!(grid.finest(edge.next_down()) < cell);
        }

        #[test]
        fn a_number_of_no_cell_is_refused(number: u32) {
            if let Ok(cell) = Cell::try_from(number) {
                prop_assert!(cell.first() < cell.end() && cell.end() <= FINEST);
                prop_assert_eq!(u32::from(cell), number);
            }
        }
    }
}
