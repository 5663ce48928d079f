//! The cost of holding two sets against each other, as docs/protocols/psi-ecdh.md has it.

use super::{Estimate, ROUNDS_OF_A_SETUP};
use crate::{Align, Matching, Plan};

/// Frames, seals and acknowledgements of a chunk.
const BYTES_OF_A_CHUNK: u64 = 200;

impl Plan {
    /// Gives the most that it costs: nobody tells how large the sets are.
    pub(super) fn of_alignment(&self, task: &Align) -> Estimate {
        let terms = task.terms(self);
        let most = u64::from(terms.largest);
        let chunks = most.div_ceil(terms.chunk.into());
        let positions = u64::from(task.matching == Matching::Ecdh);
        let sent = (32 + 16 + 4 * positions) * most + chunks * BYTES_OF_A_CHUNK;
        Estimate {
            sums: 0,
            rounds: ROUNDS_OF_A_SETUP + 2 + (3 + positions) * chunks,
            sent_by_each: sent,
            through_coordinator: 2 * sent,
        }
    }
}
