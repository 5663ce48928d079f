//! Puncturable pseudorandom functions: trees of seeds after Goldreich, Goldwasser and Micali.
//!
//! A seed s has the children π₀(s) ⊕ s and π₁(s) ⊕ s, where π₀ and π₁ are AES-128 under two keys of
//! the session: Davies–Meyer's one-way step on fixed-key AES, as analysed by Guo, Katz, Wang and Yu
//! (IEEE S&P 2020, ePrint 2019/074) in the ideal-cipher model. Keys are the session's own, so that
//! a table of one session helps against no other (their remark on many instances).
//!
//! Who knows a tree's root knows all leaves. Who is given, for each level, the sum of all nodes on
//! the other side of the path to a hole, knows all leaves but that one.

use aes::{
    Aes128,
    cipher::{Array, BlockCipherEncrypt, KeyInit},
};
use consilium_base::{Digest, Tagged};

use super::field::Block;

/// Seeds doubled at a time: enough for the widest vector instructions, little enough for the
/// first-level cache.
const BATCH: usize = 64;

/// Gives the number of levels below the root of a tree with so many leaves.
pub(crate) fn depth(leaves: usize) -> usize {
    leaves.next_power_of_two().trailing_zeros() as usize
}

/// Says on which side of its parent the path to a leaf goes, level by level from the root.
pub(crate) fn path(leaf: usize, depth: usize) -> impl Iterator<Item = usize> {
    (0..depth).rev().map(move |level| leaf >> level & 1)
}

/// The trees of one session.
pub(crate) struct Trees([Aes128; 2]);

impl Trees {
    /// Keys the trees of one purpose in a session.
    pub(crate) fn new(session: &Digest, purpose: u64) -> Trees {
        Trees([0, 1].map(|side| {
            let key = Tagged::new("psi-vole.1.tree").field(session);
            let key = key.number(purpose).number(side).secret::<16>();
            Aes128::new(key.expose().into())
        }))
    }

    /// Grows a tree from its root; writes, level by level, the sums of left and of right nodes.
    pub(crate) fn grow(&self, root: Block, leaves: &mut [Block], sums: &mut [[Block; 2]]) {
        debug_assert_eq!(sums.len(), depth(leaves.len()));
        let last = leaves.len();
        if let Some(first) = leaves.first_mut() {
            *first = root;
        }
        let mut above = 1;
        for (width, sums) in widths(last).zip(sums) {
            *sums = self.double(leaves, above, width);
            above = width;
        }
    }

    /// Grows a tree with a hole from the sums of the nodes on the other side of its path.
    ///
    /// The hole is left zero.
    pub(crate) fn regrow(&self, hole: usize, known: &[Block], leaves: &mut [Block]) {
        let levels = depth(leaves.len());
        debug_assert_eq!(known.len(), levels);
        debug_assert!(hole < leaves.len().max(1));
        let last = leaves.len();
        if let Some(first) = leaves.first_mut() {
            *first = Block::ZERO;
        }
        let mut above = 1;
        for ((width, &known), level) in widths(last).zip(known).zip((0..levels).rev()) {
            let sums = self.double(leaves, above, width);
            let on_path = hole >> level;
            let sibling = on_path ^ 1;
            // What grew out of the hole is no part of the tree.
            let grown = leaves.get(sibling).copied().filter(|_| sibling < width);
            let rest = sums[sibling & 1] ^ grown.unwrap_or(Block::ZERO);
            leaves[on_path] = Block::ZERO;
            if sibling < width {
                leaves[sibling] = known ^ rest;
            }
            above = width;
        }
    }

    /// Turns the `above` seeds of one level into the `below` of the next, in place.
    fn double(&self, seeds: &mut [Block], above: usize, below: usize) -> [Block; 2] {
        let mut sums = [Block::ZERO; 2];
        let mut children = [[Array::default(); BATCH]; 2];
        let mut parents = [Block::ZERO; BATCH];
        // From the last to the first: children lie at and after their parent.
        for from in (0..above).step_by(BATCH).rev() {
            let count = BATCH.min(above - from);
            parents[..count].copy_from_slice(&seeds[from..from + count]);
            for (cipher, children) in self.0.iter().zip(&mut children) {
                for (child, parent) in children.iter_mut().zip(&parents[..count]) {
                    *child = Array::from(parent.to_bytes());
                }
                cipher.encrypt_blocks(&mut children[..count]);
            }
            let end = below.min(2 * (from + count));
            let pairs = seeds[2 * from..end].chunks_mut(2);
            for (index, pair) in pairs.enumerate() {
                for ((seed, children), sum) in pair.iter_mut().zip(&children).zip(&mut sums) {
                    *seed = Block::from_bytes(children[index].into()) ^ parents[index];
                    *sum ^= *seed;
                }
            }
        }
        sums
    }
}

/// Gives the number of nodes of each level below the root.
fn widths(leaves: usize) -> impl Iterator<Item = usize> {
    let depth = depth(leaves);
    (0..depth)
        .rev()
        .map(move |level| leaves.div_ceil(1 << level))
}

#[cfg(test)]
mod tests;
