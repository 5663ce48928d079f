//! Which ciphertexts hospitals return, and how they are divided among sums.

use std::ops::Range;

use bytes::Bytes;
use consilium_lwe::{Packing, Residues};

use super::messages::Outlined;
use crate::vertical::bits;

/// The most words that one sum is made to have, but for a ciphertext that has more.
pub(super) const MOST_WORDS: usize = 1 << 21;

/// The ciphertexts of some nodes, in the order in which they are returned.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) packs: Vec<Pack>,
}

/// A ciphertext.
#[derive(Debug)]
pub(super) struct Pack {
    /// The node's place among those examined at once.
    pub(super) node: usize,
    /// The ciphertext's place among the node's.
    pub(super) place: usize,
    /// The slots that are open.
    pub(super) slots: Vec<u16>,
}

impl Pack {
    pub(super) fn words(&self) -> usize {
        Residues::count(self.slots.len())
    }
}

/// Writes a node's outline: the open slots of each ciphertext.
pub(super) fn write<'a>(packs: impl Iterator<Item = &'a [bool]>, packing: Packing) -> Bytes {
    let slots = packing.candidates() as usize;
    let mut bytes = Vec::new();
    for is_open in packs {
        let closed = std::iter::repeat(&false);
        let padded = is_open.iter().chain(closed).take(slots);
        bytes.extend_from_slice(&bits::pack(padded.copied()));
    }
    bytes.into()
}

impl Outline {
    /// Reads what was said of so many nodes; gives none if there are more or fewer, or a node has
    /// more ciphertexts than its candidates fill, or one is empty.
    pub(super) fn read(
        outlined: &Outlined,
        (nodes, candidates): (usize, usize),
        packing: Packing,
    ) -> Option<Outline> {
        let slots = packing.candidates() as usize;
        let width = slots.div_ceil(8);
        if outlined.nodes.len() != nodes {
            return None;
        }
        let mut packs = Vec::new();
        for (node, bytes) in outlined.nodes.iter().enumerate() {
            let count = bytes.len() / width;
            if bytes.len() % width != 0 || count > packing.ciphertexts(candidates) {
                return None;
            }
            for (place, bytes) in bytes.chunks(width).enumerate() {
                let is_open = (0..).zip(bits::unpack(bytes, slots)?);
                let open = is_open.filter(|(_, is_open)| *is_open);
                let slots: Vec<u16> = open.map(|(slot, _)| slot).collect();
                if slots.is_empty() {
                    return None;
                }
                packs.push(Pack { node, place, slots });
            }
        }
        Some(Outline { packs })
    }

    /// Divides the ciphertexts among sums.
    pub(super) fn sums(&self) -> Vec<Range<usize>> {
        let mut sums = Vec::new();
        let (mut start, mut words) = (0, 0);
        for (place, pack) in self.packs.iter().enumerate() {
            if place > start && words + pack.words() > MOST_WORDS {
                sums.push(start..place);
                (start, words) = (place, 0);
            }
            words += pack.words();
        }
        if start < self.packs.len() {
            sums.push(start..self.packs.len());
        }
        sums
    }

    /// Counts the words of some ciphertexts.
    pub(super) fn words(&self, packs: Range<usize>) -> usize {
        self.packs[packs].iter().map(Pack::words).sum()
    }
}

/// Gives the most sums of ciphertexts of so many nodes, examined in so many steps.
pub(super) fn most_sums(nodes: u64, candidates: u32, steps: u32) -> u64 {
    // A ciphertext has most words for each of its slots where it has one.
    let words = nodes * u64::from(candidates) * Residues::count(1) as u64;
    // All sums but the last of a step are at least half full.
    2 * words / MOST_WORDS as u64 + u64::from(steps)
}
