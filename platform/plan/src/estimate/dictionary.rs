//! The cost of looking codes up, as docs/protocols/dictionary.md has it.

use consilium_dictionary::Terms;
use consilium_psi::unbalanced::Uses;

use super::{
    Costs, RowsBy, Spent,
    align::{BY_CURVE, BYTES_OF_A_CHUNK, ROUNDS_OF_A_SETUP},
};
use crate::{Dictionary, Plan};

/// Exchanges of a comparison, and the answer.
const ROUNDS: u64 = 7;
/// CPU seconds of a cell that is brought into its normal form and counted.
const BY_CELL: f64 = 1e-6;
/// Bytes of a code that is told, with its band.
const BYTES_OF_A_CODE: u64 = 12;
/// Bytes of memory of a listed code, while the table is made.
const MEMORY_OF_A_CODE: u64 = 150;

impl Plan {
    /// Adds the cost of a list as long as its holder's rows, and of others that are told to lack as
    /// many codes as are compared.
    pub(super) fn charge_dictionary(&self, task: &Dictionary, rows: &RowsBy, costs: &mut Costs) {
        let respondents = self.respondents(task).count() as u64;
        let listed = rows.of(&task.holder).min(Terms::MOST_LISTED.into());
        let listed = Terms::filled_up(usize::try_from(listed).unwrap_or(usize::MAX)) as u64;
        let asked = u64::from(task.most_codes);
        let items = u32::try_from(listed).unwrap_or(u32::MAX);
        let table = Uses::table_bytes(items, task.most_codes).unwrap_or(0) + BYTES_OF_A_CHUNK;
        for cost in costs.others() {
            let cells = rows.of(&cost.party) as f64 * BY_CELL;
            if cost.party == task.holder {
                let sent = respondents * (table + 32 * asked + 3 * BYTES_OF_A_CHUNK);
                cost.send_through(sent as f64, respondents);
                cost.frames += respondents * ROUNDS;
                cost.spend(
                    Spent::Matching,
                    cells + (listed + respondents * asked) as f64 * BY_CURVE,
                );
                cost.memory += listed * MEMORY_OF_A_CODE;
            } else {
                let sent = (32 + BYTES_OF_A_CODE) * asked + 2 * BYTES_OF_A_CHUNK;
                cost.send_through(sent as f64, 1);
                cost.frames += ROUNDS;
                cost.spend(Spent::Matching, cells + 2.0 * asked as f64 * BY_CURVE);
                cost.memory += asked * MEMORY_OF_A_CODE + table;
            }
        }
        costs.rounds += ROUNDS_OF_A_SETUP + ROUNDS * respondents;
        costs.trips += ROUNDS_OF_A_SETUP + ROUNDS * respondents;
    }
}
