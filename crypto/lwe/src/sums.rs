//! The feature holder's sums, over ciphertexts that it can't read.

use std::{ops::Range, sync::Arc};

use crate::{Encrypted, LweError, Packing, Ring};

/// Blocks that are added up together: what is added to passes through the caches once for each.
const TILE: usize = 8;

/// Encrypted rows, transformed: ready to be multiplied.
pub struct Blocks<R: Ring> {
    packing: Packing,
    cells: Vec<R::Cell>,
}

impl<R: Ring> Blocks<R> {
    /// Reads `rows` rows, as many as the label holder was to send.
    ///
    /// # Errors
    ///
    /// A [`Breach`](crate::Breach) if there are more or fewer, or coefficients above the modulus.
    pub fn read(
        ring: &R,
        packing: Packing,
        encrypted: &Encrypted,
        rows: usize,
    ) -> Result<Blocks<R>, LweError> {
        let read = encrypted.read(ring, packing, rows)?;
        let mut scratch = ring.scratch();
        let mut cells = vec![R::Cell::default(); packing.blocks(rows) * R::CELLS];
        for (parts, cells) in read.zip(cells.chunks_exact_mut(R::CELLS)) {
            let [mask, g, h] = &parts?;
            ring.transform([mask, g, h], cells, &mut scratch);
        }
        Ok(Blocks { packing, cells })
    }

    /// How many blocks there are.
    pub fn count(&self) -> usize {
        self.cells.len() / R::CELLS
    }
}

impl<R: Ring> std::fmt::Debug for Blocks<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks")
            .field("count", &self.count())
            .finish()
    }
}

/// The rows for which the caller says who is in a candidate's subset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The candidate, from 0 in the order of the caller.
    pub candidate: usize,
    /// The block, from 0 in the blocks that are added.
    pub block: usize,
}

/// Sums in the making: for each candidate, over the rows of the blocks that were added.
///
/// Candidates may be divided among several of these, on several threads, over the same blocks.
pub struct Accumulator<R: Ring> {
    ring: Arc<R>,
    packing: Packing,
    candidates: usize,
    sums: Vec<R::Cell>,
    scratch: R::Scratch,
}

impl<R: Ring> Accumulator<R> {
    /// Gives the bytes of memory that the sums of so many candidates take.
    pub fn bytes(packing: Packing, candidates: usize) -> usize {
        packing.ciphertexts(candidates) * R::CELLS * size_of::<R::Cell>()
    }

    /// Begins with empty sums.
    pub fn new(ring: &Arc<R>, packing: Packing, candidates: usize) -> Accumulator<R> {
        let sums = vec![R::Cell::default(); packing.ciphertexts(candidates) * R::CELLS];
        Accumulator {
            ring: Arc::clone(ring),
            packing,
            candidates,
            sums,
            scratch: ring.scratch(),
        }
    }

    /// Adds rows of some blocks to the sums of all candidates.
    ///
    /// `members` is asked once for each block and candidate, and sets the byte of each row that is in
    /// the subset to 1; all bytes come as 0. Bytes beyond the rows of the last block may be anything
    /// up to 1: they count zeros.
    pub fn add(
        &mut self,
        blocks: &Blocks<R>,
        range: Range<usize>,
        mut members: impl FnMut(Asked, &mut [u8]),
    ) {
        debug_assert_eq!(self.packing, blocks.packing, "blocks are packed alike");
        let degree = R::PARAMETERS.degree;
        let slots = self.packing.candidates() as usize;
        let mut bytes = vec![0; self.packing.block()];
        let mut indicator = vec![0; degree];
        let mut indicators = vec![R::Cell::default(); TILE * R::INDICATOR_CELLS];
        for start in range.clone().step_by(TILE) {
            let tile = start..range.end.min(start + TILE);
            let cells = &blocks.cells[tile.start * R::CELLS..tile.end * R::CELLS];
            for (group, sums) in self.sums.chunks_exact_mut(R::CELLS).enumerate() {
                let first = group * slots;
                let last = self.candidates.min(first + slots);
                let outputs = indicators.chunks_exact_mut(R::INDICATOR_CELLS);
                for (block, output) in tile.clone().zip(outputs) {
                    indicator.fill(0);
                    for candidate in first..last {
                        bytes.fill(0);
                        members(Asked { candidate, block }, &mut bytes);
                        self.packing
                            .place(candidate - first, &bytes, &mut indicator);
                    }
                    let scratch = &mut self.scratch;
                    self.ring.transform_indicator(&indicator, output, scratch);
                }
                let used = tile.len() * R::INDICATOR_CELLS;
                self.ring.accumulate(sums, cells, &indicators[..used]);
            }
        }
    }

    /// Ends with the sums: candidate c has slot c mod r of sum ⌊c / r⌋.
    pub fn finish(mut self) -> Vec<RawSum<R>> {
        let places = self.packing.places();
        let sums = self.sums.chunks_exact(R::CELLS);
        sums.map(|cells| {
            let [mask, g, h] = self.ring.restore(cells, &mut self.scratch);
            let slots = |body: Vec<u64>| select::<R>(&body, &places);
            RawSum {
                ring: Arc::clone(&self.ring),
                packing: self.packing,
                mask,
                bodies: [slots(g), slots(h)],
            }
        })
        .collect()
    }
}

impl<R: Ring> std::fmt::Debug for Accumulator<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let candidates = self.candidates;
        f.debug_struct("Accumulator")
            .field("candidates", &candidates)
            .finish_non_exhaustive()
    }
}

/// Sums of up to r candidates, as they come out of the products. They never leave the feature holder.
///
/// # Security
///
/// The label holder knows every mask: whoever shows it one of a raw sum shows it the subset.
#[derive(Clone)]
pub struct RawSum<R: Ring> {
    pub(crate) ring: Arc<R>,
    pub(crate) packing: Packing,
    pub(crate) mask: Vec<u64>,
    pub(crate) bodies: [Vec<u64>; 2],
}

impl<R: Ring> RawSum<R> {
    /// Gives the bytes of memory that one takes.
    pub fn bytes(packing: Packing) -> usize {
        let coefficients = R::PARAMETERS.degree + 2 * packing.candidates() as usize;
        coefficients * R::LIMBS * size_of::<u64>()
    }

    /// Takes away the sums over a subset: those of the other rows remain.
    ///
    /// Exact in masks and bodies; the noise that remains is at most that of both together.
    ///
    /// # Errors
    ///
    /// [`LweError::OtherSlots`] if the two are not packed alike.
    pub fn subtract(&mut self, child: &RawSum<R>) -> Result<(), LweError> {
        self.combine(child, R::subtract)
    }

    /// Adds the sums of the same slots.
    ///
    /// # Errors
    ///
    /// [`LweError::OtherSlots`] if the two are not packed alike.
    pub fn add(&mut self, other: &RawSum<R>) -> Result<(), LweError> {
        self.combine(other, R::add)
    }

    fn combine(
        &mut self,
        other: &RawSum<R>,
        operation: impl Fn(&R, &mut [u64], &[u64]),
    ) -> Result<(), LweError> {
        if self.packing != other.packing {
            return Err(LweError::OtherSlots);
        }
        operation(&self.ring, &mut self.mask, &other.mask);
        for (body, other) in self.bodies.iter_mut().zip(&other.bodies) {
            operation(&self.ring, body, other);
        }
        Ok(())
    }
}

impl<R: Ring> std::fmt::Debug for RawSum<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawSum").finish_non_exhaustive()
    }
}

/// Picks coefficients of an element, or of some coefficients of one.
pub(crate) fn select<R: Ring>(words: &[u64], places: &[usize]) -> Vec<u64> {
    let limbs = words.chunks_exact(words.len() / R::LIMBS);
    limbs
        .flat_map(|limb| places.iter().map(|&place| limb[place]))
        .collect()
}
