//! The cost of holding sets against each other, as docs/protocols/psi-ecdh.md, psi-vole.md, psi-star.md
//! and psi-unbalanced.md have it.

use consilium_mailbox::PartyId;
use consilium_psi::{Sizes, unbalanced::Uses};

use super::{Costs, RowsBy, Spent};
use crate::{Align, Matching, Plan};

/// Exchanges before the first message: sealing, and that all are there.
pub(super) const ROUNDS_OF_A_SETUP: u64 = 4;
/// Frames, seals and acknowledgements of a chunk.
pub(super) const BYTES_OF_A_CHUNK: u64 = 200;
/// What the sender sends for the correlation of a bucket of 2^20 keys, and how much less for each time
/// that a bucket is half as large.
const BYTES_OF_A_CORRELATION: [u64; 2] = [181_000, 10_000];
/// CPU seconds of a key, from the file to the file, each time that it is multiplied in the curve, by
/// AVX-512: docs/adr/0008-curves-on-ifma.md.
pub(super) const BY_CURVE: f64 = 18e-6;
/// CPU seconds of a key, from the file to the file, in one correlation.
const BY_CODE: f64 = 3e-6;
/// CPU seconds of a key in each correlation beyond the first.
const BY_CODE_AGAIN: f64 = 1e-6;
/// Bytes of memory that an own key takes, and one of another institution.
const MEMORY_OF_A_KEY: [u64; 2] = [120, 40];

/// What comparing costs: exchanges, and for each contributor bytes and seconds.
struct Compared {
    rounds: u64,
    each: Vec<(u64, f64)>,
}

impl Plan {
    /// Adds the cost of comparing sets of these sizes.
    ///
    /// Of large sets it is the cost where the first sample shows that enough keys are common; of a
    /// holder's table, that of making it and sending it for the first time.
    pub(super) fn charge_alignment(&self, task: &Align, rows: &RowsBy, costs: &mut Costs) {
        let chunk = u64::from(task.terms(self).chunk);
        let parties: Vec<&PartyId> = self.contributors().map(|(party, _)| party).collect();
        let sizes: Vec<u64> = parties.iter().map(|party| rows.of(party)).collect();
        let (most, least) = (
            sizes.iter().copied().max().unwrap_or(0),
            sizes.iter().copied().min().unwrap_or(0),
        );
        let compared = match &task.matching {
            Matching::Vole if most > u64::from(Sizes::USUAL.sample) => {
                of_large(&sizes, &Buckets::of(most, chunk))
            }
            Matching::Star { leader } => {
                let led = parties.iter().position(|party| *party == leader);
                of_star(&sizes, led.unwrap_or(0), chunk)
            }
            Matching::Unbalanced { holder, queries } => {
                let held = usize::from(parties.first() != Some(&holder));
                of_table(&sizes, held, *queries, chunk)
            }
            Matching::Ecdh | Matching::Vole | Matching::Cardinality(_) => {
                let positions = u64::from(task.gives_rows());
                let sent = |own: usize| {
                    let other = sizes[1 - own];
                    let chunks = sizes[own].div_ceil(chunk);
                    32 * sizes[own] + 16 * other + 4 * positions * least + chunks * BYTES_OF_A_CHUNK
                };
                let seconds = (sizes[0] + sizes[1]) as f64 * BY_CURVE;
                Compared {
                    rounds: 2 + (3 + positions) * most.div_ceil(chunk),
                    each: vec![(sent(0), seconds), (sent(1), seconds)],
                }
            }
        };
        costs.rounds += ROUNDS_OF_A_SETUP + compared.rounds;
        costs.trips += ROUNDS_OF_A_SETUP + compared.rounds;
        let all: u64 = sizes.iter().sum();
        let others = sizes.len() as u64 - 1;
        let each = compared.each.into_iter().zip(sizes);
        for (cost, ((sent, seconds), size)) in costs.others().iter_mut().zip(each) {
            cost.send_through(sent as f64, others);
            cost.frames += compared.rounds + sent / chunk;
            cost.spend(Spent::Matching, seconds);
            let [own, other] = MEMORY_OF_A_KEY;
            cost.memory += size * own + (all - size) * other;
        }
    }
}

/// The receiver is the party with fewer keys, by name where both have as many.
fn of_large(sizes: &[u64], buckets: &Buckets) -> Compared {
    let fewer = usize::from(sizes[1] < sizes[0]);
    let small = Buckets {
        room: buckets.room * sizes[fewer] / buckets.keys.max(1),
        ..*buckets
    };
    // Of both sets the same share is drawn: so many of the larger.
    let drawn = |own: usize| u64::from(Sizes::USUAL.sample) * sizes[own] / buckets.keys.max(1);
    let sample = |own: usize| 48 * drawn(own) + BYTES_OF_A_CHUNK;
    let receiver = buckets.count * (small.masked() + buckets.room / 8) + sample(fewer);
    let sender = buckets.count
        * (buckets.correlation() + buckets.elements(buckets.bytes_of_a_name(), buckets.room))
        + sample(1 - fewer);
    let sampled = drawn(0) + drawn(1);
    let seconds = buckets.keys as f64 * BY_CODE + sampled as f64 * BY_CURVE;
    let mut each = vec![(sender, seconds); 2];
    each[fewer].0 = receiver;
    Compared {
        rounds: 2 + 5 + 6 * buckets.count,
        each,
    }
}

/// The leader runs the receiver's part with each member, and tells each what is common.
fn of_star(sizes: &[u64], leader: usize, chunk: u64) -> Compared {
    let most = sizes.iter().copied().max().unwrap_or(0);
    let count = Buckets::of(most, chunk).count;
    let of = |keys: u64| Buckets::divided(keys, count, chunk);
    let own = of(sizes[leader]);
    let members = sizes.len() as u64 - 1;
    let width = (40 + own.bits_of_size()).div_ceil(8);
    let least = sizes.iter().copied().min().unwrap_or(0);
    let to_each = count * own.masked() + own.elements(own.bytes_of_a_name(), least);
    let each = sizes.iter().enumerate().map(|(place, &keys)| {
        if place == leader {
            let seconds = BY_CODE + BY_CODE_AGAIN * members.saturating_sub(1) as f64;
            (members * to_each, keys as f64 * seconds)
        } else {
            let own = of(keys);
            let shares = own.elements(width, own.columns());
            (count * (own.correlation() + shares), keys as f64 * BY_CODE)
        }
    });
    Compared {
        rounds: 4 + 7 * count,
        each: each.collect(),
    }
}

fn of_table(sizes: &[u64], holder: usize, queries: u32, chunk: u64) -> Compared {
    let (held, own) = (sizes[holder], sizes[1 - holder]);
    let asked = u64::from(queries).min(own);
    let frames = asked.div_ceil(chunk) * BYTES_OF_A_CHUNK;
    let items = u32::try_from(held).unwrap_or(u32::MAX);
    // A plan that is checked has no larger one.
    let table = Uses::table_bytes(items, queries).unwrap_or(0);
    let mut each = vec![((32 + 4) * asked + 2 * frames, 2.0 * asked as f64 * BY_CURVE); 2];
    each[holder] = (
        table + 32 * asked + frames,
        (held + asked) as f64 * BY_CURVE,
    );
    Compared { rounds: 7, each }
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
        Buckets::divided(keys, keys.div_ceil(Sizes::USUAL.bucket.into()), chunk)
    }

    /// Divides keys into so many.
    fn divided(keys: u64, count: u64, chunk: u64) -> Buckets {
        let count = count.max(1);
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

    fn correlation(&self) -> u64 {
        let [of_largest, of_a_half] = BYTES_OF_A_CORRELATION;
        let largest = u64::from(Sizes::LARGEST_BUCKET.ilog2());
        let halved = largest.saturating_sub(self.room.max(1).ilog2().into());
        of_largest.saturating_sub(halved.min(10) * of_a_half)
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
