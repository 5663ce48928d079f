//! The cost of holding sets against each other, as docs/protocols/psi-ecdh.md, psi-vole.md, psi-star.md
//! and psi-unbalanced.md have it.

use std::time::Duration;

use consilium_psi::{Sizes, unbalanced::Uses};

use super::{Estimate, ROUNDS_OF_A_SETUP};
use crate::{Align, Matching, Plan};

/// Frames, seals and acknowledgements of a chunk.
const BYTES_OF_A_CHUNK: u64 = 200;
/// What the sender sends for the correlation of a bucket.
const BYTES_OF_A_CORRELATION: u64 = 181_000;
/// A key, from the file to the file: a multiplication in the curve for each set, by AVX2.
const BY_CURVE: Duration = Duration::from_micros(61);
/// A key, from the file to the file, in one correlation.
const BY_CODE: Duration = Duration::from_micros(3);
/// A key in each correlation beyond the first.
const BY_CODE_AGAIN: Duration = Duration::from_micros(1);

impl Plan {
    /// Gives the cost for sets of the largest size: nobody tells how large they are.
    ///
    /// Of large sets it is the cost where the first sample shows that enough keys are common; of a
    /// holder's table, that of making it and sending it for the first time.
    pub(super) fn of_alignment(&self, task: &Align) -> Estimate {
        let terms = task.terms(self);
        let (most, chunk) = (u64::from(terms.largest), u64::from(terms.chunk));
        match &task.matching {
            Matching::Vole if most > u64::from(Sizes::USUAL.sample) => {
                of_large(&Buckets::of(most, chunk))
            }
            Matching::Star { .. } => {
                let members = self.contributors().count().saturating_sub(1) as u64;
                of_star(&Buckets::of(most, chunk), members)
            }
            Matching::Unbalanced { queries, .. } => of_table(most, *queries, chunk),
            Matching::Ecdh | Matching::Vole | Matching::Cardinality(_) => {
                let chunks = most.div_ceil(chunk);
                let positions = u64::from(task.gives_rows());
                let sent = (32 + 16 + 4 * positions) * most + chunks * BYTES_OF_A_CHUNK;
                of_two([sent; 2], 2 + (3 + positions) * chunks, (most, BY_CURVE))
            }
        }
    }
}

fn of_two(sent: [u64; 2], rounds: u64, (keys, each): (u64, Duration)) -> Estimate {
    let [one, other] = sent;
    let core = each.saturating_mul(u32::try_from(keys).unwrap_or(u32::MAX));
    Estimate {
        sums: 0,
        rounds: ROUNDS_OF_A_SETUP + rounds,
        sent_by_each: one.max(other),
        through_coordinator: one + other,
        core_seconds: core.as_secs() + 1,
        memory: 0,
    }
}

fn of_large(buckets: &Buckets) -> Estimate {
    let sample = 48 * u64::from(Sizes::USUAL.sample) + BYTES_OF_A_CHUNK;
    let sent = [
        buckets.count * (buckets.masked() + buckets.room / 8) + sample,
        buckets.count
            * (BYTES_OF_A_CORRELATION + buckets.elements(buckets.bytes_of_a_name(), buckets.room))
            + sample,
    ];
    of_two(sent, 2 + 5 + 6 * buckets.count, (buckets.keys, BY_CODE))
}

/// The leader runs the receiver's part with each member, and tells each what is common.
fn of_star(buckets: &Buckets, members: u64) -> Estimate {
    let width = (40 + buckets.bits_of_size()).div_ceil(8);
    let to_each = buckets.count * buckets.masked()
        + buckets.elements(buckets.bytes_of_a_name(), buckets.keys);
    let shares = buckets.elements(width, buckets.columns());
    let member = buckets.count * (BYTES_OF_A_CORRELATION + shares);
    let sent = [members * to_each, members * member];
    let each =
        BY_CODE + BY_CODE_AGAIN * u32::try_from(members.saturating_sub(1)).unwrap_or(u32::MAX);
    Estimate {
        sent_by_each: (members * to_each).max(member),
        ..of_two(sent, 4 + 7 * buckets.count, (buckets.keys, each))
    }
}

fn of_table(most: u64, queries: u32, chunk: u64) -> Estimate {
    let asked = u64::from(queries).min(most);
    let frames = asked.div_ceil(chunk) * BYTES_OF_A_CHUNK;
    let items = u32::try_from(most).unwrap_or(u32::MAX);
    // A plan that is checked has no larger one.
    let table = Uses::table_bytes(items, queries).unwrap_or(0);
    let sent = [table + 32 * asked + frames, (32 + 4) * asked + 2 * frames];
    of_two(sent, 7, (most, BY_CURVE))
}

/// How sets of a size are divided.
struct Buckets {
    keys: u64,
    chunk: u64,
    count: u64,
    room: u64,
}

impl Buckets {
    fn of(keys: u64, chunk: u64) -> Buckets {
        let count = keys.div_ceil(Sizes::USUAL.bucket.into());
        // One bucket is not filled up; of several, each to eight standard deviations.
        let room = match keys.div_ceil(count) {
            all if count == 1 => all,
            mean => mean + 8 * (mean.isqrt() + 1) + 16,
        };
        Buckets {
            keys,
            chunk,
            count,
            room,
        }
    }

    fn bits_of_size(&self) -> u64 {
        self.keys.next_power_of_two().trailing_zeros().into()
    }

    /// What tells an item of one set from all of another: a tag, or leading bits of its hash.
    fn bytes_of_a_name(&self) -> u64 {
        (40 + 2 * self.bits_of_size()).div_ceil(8)
    }

    fn columns(&self) -> u64 {
        self.room * 11 / 10 + 256
    }

    fn elements(&self, width: u64, count: u64) -> u64 {
        width * count + count.div_ceil(self.chunk) * BYTES_OF_A_CHUNK
    }

    /// What the receiver sends of a bucket: its part of the correlation, and the masked store.
    fn masked(&self) -> u64 {
        self.elements(16, self.columns()) + 113_000
    }
}
