//! What trees will cost.

use consilium_gbdt::horizontal::{Cost, Values};

use super::Estimate;
use crate::{Gbdt, Plan, Protection};

/// Cells that a round of counting usually asks of a column.
const USUAL_CELLS: u64 = 256;
/// Bytes of a count of rows, a byte for a thousand and more.
const BYTES_OF_A_COUNT: u64 = 4;
/// Bytes of a node as contributors are told of it.
const BYTES_OF_A_NODE: u64 = 40;

impl Plan {
    /// Estimates full trees; early stopping ends before that.
    pub(super) fn of_trees(&self, gbdt: &Gbdt, protection: &Protection) -> Estimate {
        let columns = gbdt.agreement.shared().columns.iter();
        let numbers = columns.filter(|column| column.values != Values::Binary);
        let cost = Cost::of(&gbdt.agreement);
        let measures: u64 = gbdt.subject.sums_len().iter().map(|len| *len as u64).sum();
        let counts = cost.rounds * numbers.count() as u64 * USUAL_CELLS;
        let masked = counts * BYTES_OF_A_COUNT
            + cost.cells * u64::from(cost.cell_bits.div_ceil(8))
            + (measures * u64::from(protection.bits.get())).div_ceil(8);
        let (sums, told) = (cost.sums + 2, cost.nodes * BYTES_OF_A_NODE);
        self.of_sums((sums, masked), told, protection)
    }
}
