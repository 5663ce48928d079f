//! What statistics will cost: their sums are as long as the plan says, whatever the rows.

use super::{Costs, RowsBy, Spent, sums::Sums};
use crate::{Plan, Statistics};

/// CPU seconds of a value at home, in each sum that it enters.
const SECONDS_OF_A_VALUE: f64 = 20e-9;
/// CPU seconds of a product of two columns in a row.
const SECONDS_OF_A_PRODUCT: f64 = 6e-9;
/// CPU seconds of an element under the second mask, put on and taken off.
const SECONDS_OF_AN_ELEMENT: f64 = 10e-9;
/// Bytes of a sum that the coordinator passes back to a contributor, for each element.
const BYTES_OF_AN_ELEMENT: u64 = 8;
/// Bytes of the key of the second mask, and of a hash that two contributors compare.
const BYTES_OF_A_WORD: u64 = 60;

impl Plan {
    /// Adds the sums, what is made of rows for them, and what contributors tell each other.
    pub(super) fn charge_statistics(&self, task: &Statistics, rows: &RowsBy, costs: &mut Costs) {
        let agreement = task.agreement();
        let lengths = agreement.costs();
        let lengths: Vec<usize> = lengths.iter().map(|cost| cost.elements).collect();
        let mut sums = Sums::of(lengths.iter().copied(), &task.protection);
        sums.told = sums.elements * BYTES_OF_AN_ELEMENT;
        self.charge_sums(sums, &task.protection, costs);
        let others = self.contributors().count() as u64 - 1;
        let columns = task.specification.columns.len() as f64;
        let pairs = if task.specification.correlations {
            columns * (columns - 1.0) / 2.0
        } else {
            0.0
        };
        let (count, elements) = (sums.count as f64, sums.elements as f64);
        for cost in costs.others() {
            let own = rows.of(&cost.party) as f64;
            let values = own * columns * count * SECONDS_OF_A_VALUE;
            let products = own * pairs * SECONDS_OF_A_PRODUCT;
            let masks = elements * (others + 1) as f64 * SECONDS_OF_AN_ELEMENT;
            cost.spend(Spent::Learning, values + products + masks);
            cost.send_through((others * 2 * BYTES_OF_A_WORD) as f64, others);
            cost.frames += 4 * others;
        }
        costs.rounds += 2;
        costs.trips += 2;
        costs.add_memory_of_rows(task.columns.len() as u64, rows);
        let longest = lengths.into_iter().max().unwrap_or_default() as u64;
        for cost in &mut costs.parties {
            super::sums::memory(cost, longest);
        }
    }
}
