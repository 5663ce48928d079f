//! What weights of evidence over columns of several institutions cost, as
//! docs/protocols/statistics-evidence.md has it.

use consilium_schema::{Column, Kind, Levels};

use super::{BYTES_OF_A_FRAME, Costs, ROUNDS_OF_A_SETUP, Spent, whole};
use crate::{Vertical, Weigh};

/// Messages there and back with feature holders.
const ROUNDS: u64 = 2;
/// Rows whose labels share two ciphertexts, and bins whose sums do.
const ROWS_OF_A_BLOCK: f64 = 1024.0;
const BINS_OF_A_CIPHERTEXT: f64 = 4.0;
/// Two ring elements of 4,096 coefficients of 100 bits.
const BYTES_OF_A_BLOCK: f64 = 2.0 * 4_096.0 * 12.5;
/// What re-randomises sums, and sums of four bins, as few bits of each coefficient as they need.
const BYTES_OF_A_KEY: f64 = 140e3;
const BYTES_OF_A_SUM: f64 = 28e3;
/// Seconds for encrypting a block, for adding one up for four bins, and for returning or opening their
/// sums.
const ENCRYPTING: f64 = 0.8e-3;
const ADDING: f64 = 0.03e-3;
const RETURNING: f64 = 4e-3;

/// Adds what holding columns against so many labels costs, all holders at once.
pub(super) fn charge(task: &Vertical, weigh: &Weigh, rows: u64, costs: &mut Costs) {
    let holders: Vec<_> = task.feature_holders().collect();
    let rounds = ROUNDS_OF_A_SETUP + ROUNDS;
    costs.rounds += rounds;
    costs.trips += rounds;
    let blocks = (rows as f64 / ROWS_OF_A_BLOCK).ceil();
    let labels = blocks * BYTES_OF_A_BLOCK + BYTES_OF_A_KEY;
    let sums = |columns: &[Column]| {
        let bins: f64 = columns.iter().map(|column| bins(column, weigh)).sum();
        (bins / BINS_OF_A_CIPHERTEXT).ceil()
    };
    let returned: f64 = holders.iter().map(|it| sums(&it.columns)).sum();
    for cost in costs.others() {
        if cost.party == task.label_holder {
            let others = holders.len() as u64;
            let bytes = labels * others as f64;
            cost.send_through(bytes, others);
            cost.frames += whole(bytes) / BYTES_OF_A_FRAME + rounds;
            cost.spend(Spent::Ciphertexts, blocks * others as f64 * ENCRYPTING);
            cost.spend(Spent::Ciphertexts, returned * RETURNING);
            continue;
        }
        let Some(own) = task.member(&cost.party) else {
            continue;
        };
        let sums = sums(&own.columns);
        let bytes = sums * BYTES_OF_A_SUM;
        cost.send_through(bytes, 1);
        cost.frames += whole(bytes) / BYTES_OF_A_FRAME + rounds;
        cost.spend(Spent::Ciphertexts, sums * (blocks * ADDING + RETURNING));
    }
}

/// Gives the bins of a column without missing values.
fn bins(column: &Column, weigh: &Weigh) -> f64 {
    match column.kind() {
        Kind::Boolean => 2.0,
        Kind::Category(Levels::Closed { levels, .. }) => levels.len() as f64,
        _ => weigh.bins.into(),
    }
}
