//! Common cut points of columns whose values lie at several parties, from counts of rows in cells.
//!
//! A column's declared range is divided into cells, a cell into finer ones, wherever a cut point
//! is wanted within it. Counts are whole numbers, so the result is that of the pooled rows.

mod descent;
mod divide;
mod grid;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{few::OfColumns, horizontal::MOST_SHARED_COLUMNS};

pub use descent::Descent;
pub(crate) use descent::Wanted;
pub(crate) use grid::{Cell, Grid};

/// The most rounds of counting: one over the range, then one for each refinement.
pub(crate) const QUANTILE_ROUNDS: u32 = 4;

/// How often the declared range is halved into the first cells.
pub(crate) const FIRST_HALVINGS: u32 = 8;
/// How often a cell is halved into the finer ones of a later round.
pub(crate) const HALVINGS: u32 = 5;
/// The most cells of a column that a round breaks down, whatever its bins.
const MOST_CELLS: usize = most_cells(u8::MAX as usize);

/// The cells that one round breaks down, for each column; a column that needs none has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OfColumns<MOST_SHARED_COLUMNS, MOST_CELLS, Cell>")]
pub struct Cells(pub(crate) Vec<Vec<Cell>>);

impl From<OfColumns<MOST_SHARED_COLUMNS, MOST_CELLS, Cell>> for Cells {
    fn from(columns: OfColumns<MOST_SHARED_COLUMNS, MOST_CELLS, Cell>) -> Cells {
        Cells(columns.into())
    }
}

impl Cells {
    /// Says whether columns of these grids with at most `bins` value bins can be asked for them.
    pub(crate) fn suit(&self, grids: &[Option<Grid>], bins: usize) -> bool {
        let columns = self.0.iter().zip(grids);
        self.0.len() == grids.len()
            && columns.into_iter().all(|(cells, grid)| {
                let known = grid.is_some() || cells.is_empty();
                known && cells.len() <= most_cells(bins) && grid::are_apart(cells)
            })
    }

    /// Says whether a round may ask for them that comes so many after the first: there for the
    /// whole range of each column, later for parts of what rounds before have broken down.
    pub(crate) fn are_of_round(&self, round: u32, grids: &[Option<Grid>]) -> bool {
        if round == 0 {
            let whole = |(cells, grid): (&Vec<Cell>, &Option<Grid>)| match grid {
                Some(_) => cells[..] == [Cell::WHOLE],
                None => cells.is_empty(),
            };
            return self.0.len() == grids.len() && self.0.iter().zip(grids).all(whole);
        }
        let mut cells = self.0.iter().flatten();
        cells.all(|cell| (1..=round).contains(&cell.round()))
    }

    /// Says whether each is a part of a cell asked for before, and was not asked for itself.
    pub(crate) fn are_parts_of(&self, before: &[Cells]) -> bool {
        let asked = |column: usize, cell: Cell| {
            let mut rounds = before.iter().filter_map(|cells| cells.0.get(column));
            rounds.any(|cells| cells.contains(&cell))
        };
        self.0.iter().enumerate().all(|(column, cells)| {
            let mut cells = cells.iter();
            cells.all(|cell| {
                let is_part = cell.parent().is_some_and(|parent| asked(column, parent));
                is_part && !asked(column, *cell)
            })
        })
    }

    /// Gives the number of counts that answer.
    pub(crate) fn counts(&self) -> usize {
        self.0.iter().flatten().map(|cell| cell.parts()).sum()
    }
}

/// Gives the most cells of a column that a round breaks down.
///
/// Around each cut point wanted the cell that it lies in, and the one it moved from.
pub(crate) const fn most_cells(bins: usize) -> usize {
    2 * bins
}

/// Counts one party's values in the finer cells of those asked for, column by column.
pub(crate) fn count(grids: &[Option<Grid>], columns: &[&[f64]], cells: &Cells) -> Vec<u64> {
    let mut counts = Vec::with_capacity(cells.counts());
    for ((grid, values), cells) in grids.iter().zip(columns).zip(&cells.0) {
        let begin = counts.len();
        counts.resize(
            begin + cells.iter().map(|cell| cell.parts()).sum::<usize>(),
            0,
        );
        if let (Some(grid), false) = (grid, cells.is_empty()) {
            grid::count(grid, values, cells, &mut counts[begin..]);
        }
    }
    counts
}
