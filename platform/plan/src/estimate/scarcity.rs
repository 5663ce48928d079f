//! What it will cost to find out how much others lack: sums are as long as the plan says, whatever the rows.

use super::{Costs, RowsBy, Spent, sums::Sums};
use crate::{Plan, Scarcity};

/// CPU seconds of a row at home, in each table of two columns.
const SECONDS_OF_A_CELL: f64 = 3e-9;
/// CPU seconds of an element under the second mask, or with noise.
const SECONDS_OF_AN_ELEMENT: f64 = 1e-6;
/// CPU seconds of a bucket of one vector.
const SECONDS_OF_A_BUCKET: f64 = 10e-9;
/// CPU seconds of an entity, whose bucket is found.
const SECONDS_OF_AN_ENTITY: f64 = 0.5e-6;
/// CPU seconds of a cell, in all draws of the interval.
const SECONDS_OF_DRAWS: f64 = 20e-6;
/// Bytes of an element that the coordinator passes back to a contributor.
const BYTES_OF_AN_ELEMENT: u64 = 8;
/// Bytes of the key of the second mask, and of a hash that two contributors compare.
const BYTES_OF_A_WORD: u64 = 60;

impl Plan {
    /// Adds the sums, what is made of rows and entities for them, and what contributors tell each other.
    pub(super) fn charge_scarcity(&self, task: &Scarcity, rows: &RowsBy, costs: &mut Costs) {
        let agreement = task.agreement();
        let contributors = self.contributors().count();
        let others = contributors as u64 - 1;
        let (cells, buckets) = (agreement.cells(), agreement.buckets(contributors));
        let mut sums = Sums::of([cells], &task.protection);
        sums.told = cells as u64 * BYTES_OF_AN_ELEMENT;
        if buckets > 0 {
            sums.count += 1;
            sums.elements += buckets as u64;
            sums.bytes += buckets as u64 * 4;
        }
        self.charge_sums(sums, &task.protection, costs);
        let columns = task.columns.len() as f64;
        let pairs = columns * (columns + 1.0) / 2.0;
        for cost in costs.others() {
            let own = rows.of(&cost.party) as f64;
            let keys = if buckets > 0 { own } else { 0.0 };
            cost.spend(
                Spent::Learning,
                own * pairs * SECONDS_OF_A_CELL
                    + cells as f64 * (SECONDS_OF_AN_ELEMENT + SECONDS_OF_DRAWS)
                    + buckets as f64 * SECONDS_OF_A_BUCKET
                    + keys * SECONDS_OF_AN_ENTITY,
            );
            cost.send_through((others * 2 * BYTES_OF_A_WORD) as f64, others);
            cost.frames += 4 * others + 2;
        }
        costs.rounds += 3;
        costs.trips += 3;
        costs.add_memory_of_rows(task.columns.len() as u64, rows);
        for cost in &mut costs.parties {
            super::sums::memory(cost, cells.max(buckets) as u64);
        }
    }
}
