//! Sums over rows that the adder can't read.

use std::sync::Arc;

use consilium_lwe::{Accumulator, Asked, Blocks, Encrypted, LweError, Packing, RawSum, Ring};

use super::{deal::Dealt, stride::chunk_rows};
use crate::{Binned, Layout};

/// The sets of rows over which sums are taken.
#[derive(Clone, Copy)]
pub(crate) struct Sets<'a> {
    pub(crate) binned: &'a Binned,
    /// The columns drawn for the tree.
    pub(crate) layout: &'a Layout,
    pub(crate) dealt: &'a [Dealt],
}

/// Sums of one node in the making.
pub(crate) struct Adding<R: Ring> {
    ring: Arc<R>,
    packing: Packing,
    accumulator: Accumulator<R>,
    rows: Vec<u32>,
    at: usize,
}

impl<R: Ring> Adding<R> {
    /// Begins to add up some rows of so many candidates.
    pub(crate) fn begin(
        ring: &Arc<R>,
        packing: Packing,
        candidates: usize,
        rows: Vec<u32>,
    ) -> Adding<R> {
        Adding {
            ring: Arc::clone(ring),
            packing,
            accumulator: Accumulator::new(ring, packing, candidates),
            rows,
            at: 0,
        }
    }

    /// Says whether all rows were added.
    pub(crate) fn is_whole(&self) -> bool {
        self.at == self.rows.len()
    }

    /// Adds the next rows.
    pub(crate) fn add(&mut self, sets: Sets<'_>, encrypted: &Encrypted) -> Result<(), LweError> {
        let end = self.rows.len();
        let end = end.min(self.at + chunk_rows::<R>(self.packing));
        let rows = &self.rows[self.at..end];
        let blocks = Blocks::read(&*self.ring, self.packing, encrypted, rows.len())?;
        let mut bins: Vec<Vec<u8>> = Vec::new();
        for (column, _) in sets.layout.columns() {
            bins.resize(bins.len().max(column + 1), Vec::new());
            if let Some(of_column) = sets.binned.column(column) {
                bins[column] = rows.iter().map(|row| of_column.bin(*row)).collect();
            }
        }
        let block_rows = self.packing.block();
        let mark = |Asked { candidate, block }: Asked, members: &mut [u8]| {
            let dealt = sets.dealt[candidate];
            let bins = &bins[dealt.rule.column as usize];
            dealt.mark(&bins[block * block_rows..], members);
        };
        self.accumulator.add(&blocks, 0..blocks.count(), mark);
        self.at = end;
        Ok(())
    }

    /// Ends with the sums, and gives the rows that are in them.
    pub(crate) fn finish(self) -> (Vec<RawSum<R>>, Vec<u32>) {
        (self.accumulator.finish(), self.rows)
    }
}
