//! What it costs to show each other that all mean the same.

use consilium_mailbox::PartyId;

use super::Costs;
use crate::Plan;

/// Bytes of the key of the comparison, or of a keyed hash of a contract, as frames carry them.
const BYTES_OF_A_WORD: u64 = 103;

impl Plan {
    /// Adds a comparison of contracts that are alike, in one run.
    pub(super) fn charge_contract(&self, costs: &mut Costs) {
        let contributors = self.contributors().map(|(party, _)| party);
        let contributors: Vec<PartyId> = contributors.cloned().collect();
        let mut rounds = 0;
        for cost in costs.others() {
            let sharing = self.sharing(&cost.party, &contributors);
            let others = (sharing.len() as u64).saturating_sub(1);
            if others == 0 {
                continue;
            }
            // The first one deals the key.
            let messages = if sharing.first() == Some(&cost.party) {
                2
            } else {
                1
            };
            cost.send_through((messages * others * BYTES_OF_A_WORD) as f64, others);
            cost.frames += (messages + 1) * others;
            rounds = 2;
        }
        costs.rounds += rounds;
        costs.trips += rounds;
    }
}
