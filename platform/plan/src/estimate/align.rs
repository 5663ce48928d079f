//! The cost of holding two sets against each other, as docs/protocols/psi-ecdh.md and psi-vole.md
//! have it.

use consilium_psi::vole::Sizes;

use super::{Estimate, ROUNDS_OF_A_SETUP};
use crate::{Align, Matching, Plan};

/// Frames, seals and acknowledgements of a chunk.
const BYTES_OF_A_CHUNK: u64 = 200;

impl Plan {
    /// Gives the cost for two sets of the largest size: nobody tells how large they are.
    ///
    /// Of large sets it is the cost where the first sample shows that enough keys are common.
    pub(super) fn of_alignment(&self, task: &Align) -> Estimate {
        let terms = task.terms(self);
        let most = u64::from(terms.largest);
        let chunk = u64::from(terms.chunk);
        let sample = u64::from(Sizes::USUAL.sample);
        if task.matching == Matching::Vole && most > sample {
            return of_large(most, chunk);
        }
        let chunks = most.div_ceil(chunk);
        let positions = u64::from(task.gives_rows());
        let sent = (32 + 16 + 4 * positions) * most + chunks * BYTES_OF_A_CHUNK;
        Estimate {
            sums: 0,
            rounds: ROUNDS_OF_A_SETUP + 2 + (3 + positions) * chunks,
            sent_by_each: sent,
            through_coordinator: 2 * sent,
        }
    }
}

fn of_large(most: u64, chunk: u64) -> Estimate {
    let sample = 48 * u64::from(Sizes::USUAL.sample) + BYTES_OF_A_CHUNK;
    let buckets = most.div_ceil(Sizes::USUAL.bucket.into());
    // One bucket is not filled up; of several, each to eight standard deviations.
    let room = match most.div_ceil(buckets) {
        all if buckets == 1 => all,
        mean => mean + 8 * (mean.isqrt() + 1) + 16,
    };
    let frames = |elements: u64| elements.div_ceil(chunk) * BYTES_OF_A_CHUNK;
    let columns = room * 11 / 10 + 256;
    let bits_of_size = u64::from(most.next_power_of_two().trailing_zeros());
    let tag = (40 + 2 * bits_of_size).div_ceil(8);
    let receiver = 16 * columns + frames(columns) + room / 8 + 111_000;
    let sender = tag * room + frames(room) + 181_000;
    Estimate {
        sums: 0,
        rounds: ROUNDS_OF_A_SETUP + 2 + 5 + 6 * buckets,
        sent_by_each: buckets * receiver.max(sender) + sample,
        through_coordinator: buckets * (receiver + sender) + 2 * sample,
    }
}
