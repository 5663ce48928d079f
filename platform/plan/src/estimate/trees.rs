//! What trees will cost.

use consilium_gbdt::{Growing, horizontal::Values};

use super::Estimate;
use crate::{Gbdt, Plan, Protection};

/// Bytes of an element of a histogram: gradients and curvatures in 59 bits.
const BYTES_OF_A_CELL: u64 = 8;
/// Rounds of counting until the cut points stand.
const COUNTING: u64 = 4;
/// Cells that such a round usually asks of a column.
const USUAL_CELLS: u64 = 256;
/// Bytes of a count of rows, a byte for a thousand and more.
const BYTES_OF_A_COUNT: u64 = 4;
/// Bytes of a node as contributors are told of it.
const BYTES_OF_A_NODE: u64 = 40;

impl Plan {
    /// Estimates full trees; early stopping ends before that.
    pub(super) fn of_trees(&self, gbdt: &Gbdt, protection: &Protection) -> Estimate {
        let (spec, shared) = (gbdt.specification(), gbdt.agreement.shared());
        let numbers = shared
            .columns
            .iter()
            .filter(|column| column.values != Values::Binary)
            .count() as u64;
        let binary = shared.columns.len() as u64 - numbers;
        // Of missing values, and of either value.
        let cells = numbers * u64::from(spec.bins) + binary * 3;
        // Of two siblings the sums of one are asked for.
        let (sums_of_a_tree, built, nodes) = match spec.growth {
            Growing::DepthWise { depth } => {
                let deepest = 1_u64 << depth.min(40);
                (1 + u64::from(depth), deepest / 2, 2 * deepest)
            }
            Growing::LeafWise { leaves, .. } => {
                let leaves = u64::from(leaves);
                (1 + leaves, leaves, 2 * leaves)
            }
        };
        let trees = u64::from(spec.trees);
        let measures: u64 = gbdt.subject.sums_len().iter().map(|len| *len as u64).sum();
        let sums = COUNTING + 1 + trees * sums_of_a_tree + 1 + 2;
        let masked = COUNTING * numbers * USUAL_CELLS * BYTES_OF_A_COUNT
            + trees * built * cells * BYTES_OF_A_CELL
            + (measures * u64::from(protection.bits.get())).div_ceil(8);
        let told = trees * nodes * BYTES_OF_A_NODE;
        self.of_sums((sums, masked), told, protection)
    }
}
