//! Sums of gradients by column and bin.

use std::{cmp::Reverse, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    Cuts, Sums,
    binned::{Binned, Digit, LANES, Lanes},
    cell::Cell,
};

/// Which columns a tree's histograms have, and where their bins lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    columns: Vec<(usize, Range<usize>)>,
    cells: usize,
}

impl Layout {
    /// Lays out the bins of these columns one after the other; columns without cuts are left out.
    pub fn new(cuts: &Cuts, columns: &[usize]) -> Layout {
        let mut cells = 0;
        let mut placed = Vec::with_capacity(columns.len());
        for &column in columns {
            let bins = cuts.bins(column);
            if bins > 0 {
                placed.push((column, cells..cells + bins));
                cells += bins;
            }
        }
        Layout {
            columns: placed,
            cells,
        }
    }

    /// Counts the cells of all columns.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Gives each column with the cells of its bins, that of missing values first.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (usize, Range<usize>)> {
        self.columns.iter().cloned()
    }
}

/// Σg and Σh of a node's rows in every bin of every column of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    cells: Vec<Cell>,
}

impl Histogram {
    /// Takes sums in the order of a [`Layout`]; gives none if rows can't have them.
    pub fn from_sums(sums: impl IntoIterator<Item = Sums>) -> Option<Histogram> {
        let packed = |sums: Sums| sums.plausible().then(|| Cell::pack(sums));
        let cells = sums.into_iter().map(packed).collect::<Option<Vec<_>>>()?;
        Some(Histogram { cells })
    }

    /// Counts the cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Says whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Gives the sums in the order of the [`Layout`].
    pub fn sums(&self) -> impl ExactSizeIterator<Item = Sums> {
        self.cells.iter().map(|cell| cell.unpack())
    }

    /// Takes away a child's: leaves the other child's.
    pub fn subtract(&mut self, child: &Histogram) {
        for (cell, other) in self.cells.iter_mut().zip(&child.cells) {
            *cell = cell.minus(*other);
        }
    }

    /// Gives the cells of some bins; none where there are none.
    pub(crate) fn cells(&self, bins: Range<usize>) -> &[Cell] {
        self.cells.get(bins).unwrap_or(&[])
    }

    /// Adds up the cells of rows; `cells` holds one for each of `rows`.
    pub(crate) fn build(
        binned: &Binned,
        layout: &Layout,
        rows: &[u32],
        cells: &[Cell],
    ) -> Histogram {
        let mut histogram = Histogram {
            cells: vec![Cell::ZERO; layout.cells],
        };
        let placed = |(column, bins): &(usize, Range<usize>)| {
            binned.digit(*column).map(|digit| (digit, bins.clone()))
        };
        let mut digits: Vec<(Digit, Range<usize>)> =
            layout.columns.iter().filter_map(placed).collect();
        // By lane, the digits of each from the highest down.
        digits.sort_unstable_by_key(|(digit, _)| (digit.lane, Reverse(digit.unit * digit.radix)));
        let mut block = Box::new([[Cell::ZERO; 256]; LANES]);
        for of_group in digits.chunk_by(|a, b| a.0.lane / LANES == b.0.lane / LANES) {
            let by_lane = || of_group.chunk_by(|a, b| a.0.lane == b.0.lane);
            let lanes: Vec<usize> = by_lane().map(|of_lane| of_lane[0].0.lane).collect();
            for lane in &lanes {
                block[lane % LANES][..binned.bytes(*lane)].fill(Cell::ZERO);
            }
            let group = binned.group(lanes[0] / LANES);
            if lanes.len() > LANES / 2 {
                add_all(&mut block, group, rows, cells);
            } else {
                add_some(&mut block, &lanes, group, rows, cells);
            }
            for of_lane in by_lane() {
                let lane = of_lane[0].0.lane;
                let joint = &mut block[lane % LANES][..binned.bytes(lane)];
                histogram.take_apart(joint, of_lane);
            }
        }
        histogram
    }

    /// Takes the sums of each digit from those of whole bytes.
    fn take_apart(&mut self, mut joint: &mut [Cell], digits: &[(Digit, Range<usize>)]) {
        for (digit, bins) in digits {
            let Digit {
                unit, radix, first, ..
            } = *digit;
            // Higher digits are of no more use: bytes that differ in them alone are put together.
            let (low, high) = joint.split_at_mut(unit * radix);
            for higher in high.chunks_exact(unit * radix) {
                for (sum, cell) in low.iter_mut().zip(higher) {
                    *sum = sum.plus(*cell);
                }
            }
            let cells = &mut self.cells[bins.clone()][usize::from(first)..];
            if unit == 1 {
                cells.copy_from_slice(low);
            } else {
                let of_digits = low.chunks_exact(unit);
                for (cell, of_digit) in cells.iter_mut().zip(of_digits) {
                    let parts = of_digit.iter();
                    *cell = parts.fold(Cell::ZERO, |sum, cell| sum.plus(*cell));
                }
            }
            joint = low;
        }
    }
}

type Block = [[Cell; 256]; LANES];

fn add_all(block: &mut Block, group: &[Lanes], rows: &[u32], cells: &[Cell]) {
    let mut add = |lanes: &Lanes, cell: Cell| {
        for (column, bin) in block.iter_mut().zip(lanes) {
            let sum = &mut column[usize::from(*bin)];
            *sum = sum.plus(cell);
        }
    };
    // All rows, in their order, as long as they have not been parted.
    if rows.len() == group.len() && rows.is_sorted() {
        for (lanes, cell) in group.iter().zip(cells) {
            add(lanes, *cell);
        }
    } else {
        for (row, cell) in rows.iter().zip(cells) {
            add(&group[*row as usize], *cell);
        }
    }
}

fn add_some(block: &mut Block, lanes: &[usize], group: &[Lanes], rows: &[u32], cells: &[Cell]) {
    for (row, cell) in rows.iter().zip(cells) {
        let bins = &group[*row as usize];
        for &lane in lanes {
            let sum = &mut block[lane % LANES][usize::from(bins[lane % LANES])];
            *sum = sum.plus(*cell);
        }
    }
}
