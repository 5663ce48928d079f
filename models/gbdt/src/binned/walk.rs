//! Rows that find their leaves by their bins, several side by side.

use super::{Binned, LANES, Lanes};
use crate::{BinRule, Node, Tree, cuts::MISSING};

/// How many rows walk through a tree side by side: their steps don't wait for each other.
const WALKERS: usize = 8;

/// A node as walkers meet it: one table look-up for a row, however its lane is packed.
struct Step {
    /// Of each byte of the lane, a bit: whether rows that have it go left.
    lefts: [u64; 4],
    group: usize,
    lane: usize,
    /// Where rows go that don't go left, and those that do; of a leaf, to itself.
    children: [u32; 2],
    value: f64,
}

impl Binned {
    /// Adds a tree's value for each row to its margin.
    ///
    /// A rule on a column that is not there sends rows where missing values go. Margins beyond the rows stay.
    pub fn add(&self, tree: &Tree<BinRule>, margins: &mut [f64]) {
        let steps: Vec<Step> = (0..)
            .zip(tree.nodes())
            .map(|(place, node)| self.step(place, node))
            .collect();
        let depth = tree.depth();
        let rows = margins.len().min(self.rows);
        for (block, margins) in margins[..rows].chunks_mut(WALKERS).enumerate() {
            let begin = block * WALKERS;
            let mut at = [0_u32; WALKERS];
            for _ in 0..depth {
                for (row, at) in (begin..begin + margins.len()).zip(&mut at) {
                    let step = &steps[*at as usize];
                    let byte = self.lanes_of(step.group, row)[step.lane % LANES];
                    let is_left = step.lefts[usize::from(byte >> 6)] >> (byte & 63) & 1;
                    *at = step.children[usize::from(is_left == 1)];
                }
            }
            for (margin, at) in margins.iter_mut().zip(at) {
                *margin += steps[at as usize].value;
            }
        }
    }

    /// Gives a row's bytes in a group; zeros where there is no column at all.
    #[inline]
    fn lanes_of(&self, group: usize, row: usize) -> Lanes {
        self.groups.get(group).map_or([0; LANES], |rows| rows[row])
    }

    fn step(&self, place: u32, node: &Node<BinRule>) -> Step {
        let branch = match node {
            Node::Branch(branch) => branch,
            Node::Leaf(leaf) => {
                return Step {
                    lefts: [0; 4],
                    group: 0,
                    lane: 0,
                    children: [place; 2],
                    value: leaf.value,
                };
            }
        };
        let rule = branch.choice;
        let digit = self.digits.get(rule.column as usize);
        let mut lefts = [0; 4];
        for byte in 0..=u8::MAX {
            let bin = digit.map_or(MISSING, |digit| digit.bin(byte));
            lefts[usize::from(byte >> 6)] |= u64::from(rule.goes_left(bin)) << (byte & 63);
        }
        let lane = digit.map_or(0, |digit| digit.lane);
        Step {
            lefts,
            group: lane / LANES,
            lane: lane % LANES,
            children: [branch.right.0, branch.left.0],
            value: 0.0,
        }
    }
}
