//! Columns as bins, some of them in one byte.

mod walk;

use std::fmt;

use crate::{Cuts, cuts};

/// How many lanes lie side by side.
///
/// Eight bytes of a row are read at once, and eight histograms of 256 cells fit in the first-level
/// cache.
pub(crate) const LANES: usize = 8;

/// The bytes of eight lanes in one row.
pub(crate) type Lanes = [u8; LANES];

/// Columns of at most so many bins may share a lane.
const NARROW: usize = 16;

/// A table of bins.
///
/// A lane holds one byte for each row: the bin of one column, or those of several narrow ones as
/// the digits of a number of mixed radix. So eight columns of zeros and ones take one lane, and one
/// addition for each row and node. Its `Debug` shows counts alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Binned {
    rows: usize,
    digits: Vec<Digit>,
    /// How many different bytes each lane may hold.
    lanes: Vec<usize>,
    groups: Vec<Vec<Lanes>>,
}

/// Where a column's bin is in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digit {
    pub(crate) lane: usize,
    /// What one step of the digit adds to the byte.
    pub(crate) unit: usize,
    /// How many values the digit has.
    pub(crate) radix: usize,
    /// The bin at the digit's 0: 1 where no row misses a value.
    pub(crate) first: u8,
}

impl Digit {
    #[inline]
    fn bin(self, byte: u8) -> u8 {
        let digit = usize::from(byte) / self.unit % self.radix;
        // Below the radix, which is at most 256.
        u8::try_from(digit).unwrap_or(u8::MAX) + self.first
    }
}

/// The bins of one column.
#[derive(Clone, Copy)]
pub(crate) struct ColumnBins<'a> {
    group: &'a [Lanes],
    lane: usize,
    of_byte: [u8; 256],
}

impl ColumnBins<'_> {
    /// Gives the bin of a row.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[inline]
    pub(crate) fn bin(&self, row: u32) -> u8 {
        let byte = self.group[row as usize][self.lane % LANES];
        self.of_byte[usize::from(byte)]
    }
}

impl Binned {
    /// Puts every value of every column into its bin, NaN into that of missing values.
    ///
    /// Columns beyond those of `cuts` are left out, and rows beyond the shortest column.
    pub fn new<'a>(cuts: &Cuts, columns: impl IntoIterator<Item = &'a [f64]>) -> Binned {
        let columns: Vec<&[f64]> = columns.into_iter().take(cuts.columns()).collect();
        let rows = columns.iter().map(|values| values.len()).min().unwrap_or(0);
        let mut binned = Binned {
            rows,
            digits: Vec::with_capacity(columns.len()),
            lanes: Vec::new(),
            groups: Vec::new(),
        };
        let mut bins = Vec::with_capacity(rows);
        let mut shared = None;
        for (values, cuts) in columns.iter().zip(cuts.iter()) {
            bins.clear();
            cuts::bin_all(cuts, &values[..rows], &mut bins);
            binned.push(&bins, cuts.len() + 2, &mut shared);
        }
        binned
    }

    /// Adds a column; `shared` is the lane in which there may be room for narrow ones.
    fn push(&mut self, bins: &[u8], most: usize, shared: &mut Option<usize>) {
        let first = u8::from(!bins.contains(&cuts::MISSING));
        let radix = most - usize::from(first);
        let is_narrow = most <= NARROW;
        let has_room = |lane: &usize| is_narrow && self.lanes[*lane] * radix <= 256;
        let (lane, unit) = match shared.filter(has_room) {
            Some(lane) => (lane, self.lanes[lane]),
            None => (self.lanes.len(), 1),
        };
        if lane == self.lanes.len() {
            self.lanes.push(1);
            if lane % LANES == 0 {
                self.groups.push(vec![[0; LANES]; self.rows]);
            }
        }
        if is_narrow {
            *shared = Some(lane);
        }
        self.lanes[lane] *= radix;
        self.digits.push(Digit {
            lane,
            unit,
            radix,
            first,
        });
        for (lanes, bin) in self.groups[lane / LANES].iter_mut().zip(bins) {
            // Digits times their units make less than the lane's number of bytes, at most 256.
            let part = usize::from(bin - first) * unit;
            lanes[lane % LANES] += u8::try_from(part).unwrap_or(0);
        }
    }

    /// Counts the rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Counts the columns.
    pub fn columns(&self) -> usize {
        self.digits.len()
    }

    /// Gives the bin of a row in a column, if there is such a row and column.
    pub fn bin(&self, row: usize, column: usize) -> Option<u8> {
        let digit = self.digits.get(column)?;
        let lanes = self.groups[digit.lane / LANES].get(row)?;
        Some(digit.bin(lanes[digit.lane % LANES]))
    }

    /// Gives the bins of a column, to be asked for many rows; none if there is no such column.
    pub(crate) fn column(&self, column: usize) -> Option<ColumnBins<'_>> {
        let digit = *self.digits.get(column)?;
        let mut of_byte = [0; 256];
        for (byte, bin) in (0..=u8::MAX).zip(&mut of_byte) {
            if usize::from(byte) < self.lanes[digit.lane] {
                *bin = digit.bin(byte);
            }
        }
        Some(ColumnBins {
            group: &self.groups[digit.lane / LANES],
            lane: digit.lane,
            of_byte,
        })
    }

    /// Says where a column's bin is in its lane.
    pub(crate) fn digit(&self, column: usize) -> Option<Digit> {
        self.digits.get(column).copied()
    }

    /// Counts the bytes that a lane may hold.
    pub(crate) fn bytes(&self, lane: usize) -> usize {
        self.lanes.get(lane).copied().unwrap_or(0)
    }

    /// Gives the rows of a group of lanes.
    pub(crate) fn group(&self, group: usize) -> &[Lanes] {
        &self.groups[group]
    }
}

impl fmt::Debug for Binned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binned")
            .field("rows", &self.rows)
            .field("columns", &self.digits.len())
            .finish_non_exhaustive()
    }
}
