//! What trees over sums of histograms will cost.

use consilium_gbdt::{
    RowSampling, Specification,
    horizontal::{Cost as Asked, Values},
};

use super::{Costs, RowsBy, Spent, sums::Sums, whole};
use crate::{Gbdt, Plan, Train};

/// Cells that a round of counting usually asks of a column.
const USUAL_CELLS: u64 = 256;
/// The share of their range's values that whole numbers usually take: ranges are declared so that no
/// plausible value leaves them.
const USUAL_VALUES: f64 = 0.6;
/// Bytes of a count of rows, a byte for a thousand and more.
const BYTES_OF_A_COUNT: u64 = 4;
/// Bytes of a node as contributors are told of it.
const BYTES_OF_A_NODE: u64 = 20;

/// CPU seconds of a row in a tree, whatever its depth: gradient, leaf, loss.
const SECONDS_OF_A_ROW: f64 = 25e-9;
/// The same where rows are drawn by the size of their gradients: they are put in order.
const SECONDS_OF_A_PLACE: f64 = 90e-9;
/// CPU seconds of a value that goes into a histogram, on one level.
const SECONDS_OF_A_VALUE: f64 = 0.48e-9;
/// CPU seconds of a cell of a histogram that is looked through for a split.
const SECONDS_OF_A_CELL: f64 = 8e-9;

impl Plan {
    /// Adds full trees; early stopping ends before that.
    pub(super) fn charge_trees(
        &self,
        (task, gbdt): (&Train, &Gbdt),
        rows: &RowsBy,
        costs: &mut Costs,
    ) {
        let columns = &gbdt.agreement.shared().columns;
        let numbers = columns.iter().filter(|it| it.values != Values::Binary);
        let asked = Asked::of(&gbdt.agreement);
        let spec = gbdt.agreement.boosting().specification();
        let counts = asked.rounds * numbers.count() as u64 * USUAL_CELLS;
        let most = columns
            .iter()
            .map(|it| of_column(it.values, spec.bins, false));
        let usual = columns
            .iter()
            .map(|it| of_column(it.values, spec.bins, true));
        let usual = usual.sum::<u64>() as f64 / most.sum::<u64>().max(1) as f64;
        let cells = whole(asked.cells as f64 * usual);
        let sums = Sums {
            count: asked.sums,
            elements: counts + cells,
            bytes: counts * BYTES_OF_A_COUNT + (cells * u64::from(asked.cell_bits)).div_ceil(8),
            told: asked.nodes * BYTES_OF_A_NODE,
        };
        self.charge_sums(sums, &task.protection, costs);
        let longest = cells / u64::from(spec.trees.max(1));
        for cost in costs.others() {
            let own = rows.of(&cost.party) as f64;
            cost.spend(Spent::Learning, own * of_a_row(spec, task.features.len()));
            super::sums::memory(cost, longest);
        }
        let looking = cells as f64 * SECONDS_OF_A_CELL;
        costs.coordinator().spend(Spent::Learning, looking);
        super::sums::memory(costs.coordinator(), longest);
    }
}

/// Counts the cells of a column's histogram; usually whole numbers take some of the values of their range.
fn of_column(values: Values, bins: u16, usually: bool) -> u64 {
    match values {
        Values::Binary => 3,
        Values::Whole(range) if usually => {
            let values = USUAL_VALUES * (range.high() - range.low() + 1.0);
            // And missing ones.
            (1 + whole(values)).min(bins.into())
        }
        Values::Whole(_) | Values::Number(_) => bins.into(),
    }
}

/// Gives the CPU seconds that all trees take for a row of so many columns; a category is one.
pub(super) fn of_a_row(spec: &Specification, columns: usize) -> f64 {
    let (drawn, placing) = match spec.rows {
        RowSampling::All => (1.0, 0.0),
        RowSampling::Share(share) => (share, 0.0),
        RowSampling::Goss { top, other } => (top + other, SECONDS_OF_A_PLACE),
    };
    let values = f64::from(spec.growth.depth()) * spec.column_share * columns as f64;
    let of_a_tree = SECONDS_OF_A_ROW + placing + drawn * values * SECONDS_OF_A_VALUE;
    f64::from(spec.trees) * of_a_tree
}
