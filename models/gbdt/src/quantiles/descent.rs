//! The state of the counting between two rounds.

use serde::{Deserialize, Serialize};

use super::{
    Cells, QUANTILE_ROUNDS,
    divide::{Division, divide},
    grid::{Cell, Grid},
};

/// A cell may hold this share of a bin, one part in so many, without being broken down.
const TOLERANCE: u64 = 8;

/// Cells with rows in them, as fine as they were needed up to now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descent {
    /// For each column its cells in order, and the rows in each.
    columns: Vec<Vec<(Cell, u64)>>,
    /// Rounds done.
    rounds: u32,
}

/// What decides how far cells are broken down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The most bins of values of a column.
    pub(crate) bins: usize,
    /// Cells with fewer rows are not broken down.
    pub(crate) min_node: u64,
}

impl Descent {
    /// Begins with the whole range of each column that has one, and at most so many rows in it.
    pub(crate) fn begin(grids: &[Option<Grid>], most_rows: u64) -> Descent {
        let whole = |grid: &Option<Grid>| grid.iter().map(|_| (Cell::WHOLE, most_rows)).collect();
        Descent {
            columns: grids.iter().map(whole).collect(),
            rounds: 0,
        }
    }

    /// Gives the cells to be broken down next, or none if the cut points stand.
    pub(crate) fn asks(&self, grids: &[Option<Grid>], wanted: Wanted) -> Option<Cells> {
        if self.rounds >= QUANTILE_ROUNDS {
            return None;
        }
        let columns = self.columns.iter().zip(grids);
        let torn = columns.map(|(cells, grid)| match grid {
            Some(grid) => self.torn(cells, grid, wanted),
            None => Vec::new(),
        });
        let cells = Cells(torn.collect());
        (cells.counts() > 0).then_some(cells)
    }

    fn torn(&self, cells: &[(Cell, u64)], grid: &Grid, wanted: Wanted) -> Vec<Cell> {
        if self.rounds == 0 {
            return vec![Cell::WHOLE];
        }
        let Division { torn, .. } = division(cells, wanted.bins);
        let few = cells.len() <= wanted.bins;
        let present: u64 = cells.iter().map(|(_, rows)| rows).sum();
        let is_worth_it = |rows: u64| {
            let bins = rows * TOLERANCE * wanted.bins as u64;
            rows >= wanted.min_node.max(2) && (few || bins > present)
        };
        torn.into_iter()
            .map(|at| cells[at])
            .filter(|(cell, rows)| is_worth_it(*rows) && !grid.is_single(*cell))
            .map(|(cell, _)| cell)
            .collect()
    }

    /// Takes the counts of a round in; nothing, if no rows can have them.
    pub(crate) fn refine(mut self, asked: &Cells, counts: &[u64]) -> Option<Descent> {
        let mut counts = counts.iter().copied();
        let first_round = self.rounds == 0;
        for (cells, asked) in self.columns.iter_mut().zip(&asked.0) {
            let mut finer = Vec::with_capacity(cells.len());
            let mut asked = asked.iter().peekable();
            for (cell, rows) in cells.drain(..) {
                if asked.next_if_eq(&&cell).is_none() {
                    finer.push((cell, rows));
                    continue;
                }
                let parts: Vec<u64> = counts.by_ref().take(cell.parts()).collect();
                let total = parts
                    .iter()
                    .try_fold(0_u64, |sum, rows| sum.checked_add(*rows))?;
                // Over the whole range missing values are in no part.
                let fits = total == rows || first_round && total <= rows;
                if parts.len() != cell.parts() || !fits {
                    return None;
                }
                let parts = parts.into_iter().enumerate().filter(|(_, rows)| *rows > 0);
                finer.extend(parts.map(|(place, rows)| (cell.part(place), rows)));
            }
            *cells = finer;
        }
        self.rounds += 1;
        Some(self)
    }

    /// Gives the cut points of each column: a value is in the first bin whose cut is no less.
    pub(crate) fn cuts(&self, grids: &[Option<Grid>], bins: usize) -> Vec<Vec<f64>> {
        let columns = self.columns.iter().zip(grids);
        let cuts = columns.map(|(cells, grid)| {
            let Some(grid) = grid else {
                return vec![0.5];
            };
            let Division { ends, .. } = division(cells, bins);
            let ends = ends.into_iter();
            ends.map(|end| grid.cut(cells[end - 1].0, cells[end].0))
                .collect()
        });
        cuts.collect()
    }
}

fn division(cells: &[(Cell, u64)], bins: usize) -> Division {
    let rows: Vec<u64> = cells.iter().map(|(_, rows)| *rows).collect();
    divide(&rows, bins)
}
