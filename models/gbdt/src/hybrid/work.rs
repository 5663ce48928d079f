//! What a tree asks of hospitals, and what that costs: the formula of docs/protocols/gbdt-hybrid.md.

use consilium_lwe::{Residues, Set};

use super::{
    agreement::Agreement,
    outline::MOST_WORDS,
    tally::{self, Width},
};
use crate::{
    Growing,
    vertical::{Cost, Work},
};

/// What each party has of a tree's cost: bytes that it sends, seconds that it computes.
///
/// Rows and what is added up are counted: not what secure aggregation itself sends and computes for
/// each sum, nor the sides of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// The label holder's, for all hospitals.
    pub label_holder: Cost,
    /// Each hospital's, if all have as many rows.
    pub hospital: Cost,
    /// How many sums are opened, of counts and of ciphertexts.
    pub sums: u64,
}

impl Shares {
    /// Reckons with as many rows drawn as may be expected, in the worst case: where the tree is as wide
    /// as its growth allows.
    pub(super) fn of(agreement: &Agreement, candidates: u32, stride: u32) -> Shares {
        let terms = agreement.whole().terms();
        let hospitals = agreement.hospitals().len() as u64;
        let whole = Work::of(terms, agreement.whole().drawn_rows(), vec![candidates]);
        let of_node = words_of_a_node(candidates, stride);
        let width = Width {
            slots: candidates as usize,
            columns: agreement.terms().columns.len(),
        };
        let (mut words, mut counts, mut sums) = (0, 0, 0);
        for level in whole.levels() {
            words += level.nodes * of_node;
            counts += match level.nodes {
                1 => width.of_root() as u64,
                _ => level.built * width.of_pair() as u64,
            };
            let (asks, at_once) = match terms.boosting.specification().growth {
                Growing::DepthWise { .. } => (1, level.nodes),
                Growing::LeafWise { .. } => (level.built, level.nodes.min(2)),
            };
            sums += asks * (1 + (at_once * of_node).div_ceil(MOST_WORDS as u64));
        }
        let own = Work {
            rows: whole.rows / hospitals,
            least_rows: (whole.least_rows / hospitals).max(1),
            ..whole
        };
        let own = own.shares(Set::A, stride);
        let bits = u64::from(tally::bits(agreement).get());
        let added_up = 8 * words + (counts * bits).div_ceil(8);
        let examining = own.feature_holders.iter().map(|it| it.cpu);
        Shares {
            // To add up a hospital's part takes about what opening it alone would.
            label_holder: Cost {
                bytes: own.label_holder.bytes * hospitals as f64,
                cpu: own.label_holder.cpu * hospitals as f64,
            },
            hospital: Cost {
                bytes: added_up as f64,
                cpu: examining.sum(),
            },
            sums,
        }
    }

    /// Adds up what all have.
    pub(super) fn total(&self, hospitals: usize) -> Cost {
        let hospitals = hospitals as f64;
        Cost {
            bytes: self.label_holder.bytes + hospitals * self.hospital.bytes,
            cpu: self.label_holder.cpu + hospitals * self.hospital.cpu,
        }
    }
}

/// Counts the words of a node's ciphertexts, if all candidates are returned.
fn words_of_a_node(candidates: u32, stride: u32) -> u64 {
    let packs = u64::from(candidates.div_ceil(stride.max(1)));
    packs * Residues::count(0) as u64 + 2 * u64::from(candidates)
}
