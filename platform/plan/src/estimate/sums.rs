//! What sums by secure aggregation cost, as docs/protocols/secagg.md has it.

use super::{Cost, Costs, Spent};
use crate::{Plan, Protection};

/// Exchanges that a party counts for a sum: the question, the masked vector, signatures, shares.
const ROUNDS_OF_A_SUM: u64 = 4;
/// Those that wait for one another: the question goes with what is carried over.
const TRIPS_OF_A_SUM: u64 = 3;
/// Exchanges before the first sum of a run.
const ROUNDS_OF_A_SETUP: u64 = 2;

/// Bytes of a contributor's frames that set a sum up: keys (a1) and whose shares it holds (a6).
const BYTES_OF_A_SETUP: u64 = 1_384 + 98;
/// Bytes of shares (a5) for a neighbour.
const BYTES_OF_SHARES: u64 = 203;
/// Bytes of a capsule of ML-KEM-768, which goes to a neighbour of higher index (a5) and to the
/// aggregator (a6).
const BYTES_OF_A_CAPSULE: u64 = 1_092;
/// Bytes of the frames that open a sum: m1 without its vector, m3, m5 without its shares.
const BYTES_OF_AN_OPENING: u64 = 120 + 158 + 98;
/// Bytes of a share (m5).
const BYTES_OF_A_SHARE: u64 = 40;

/// Bytes of the aggregator's frames to a contributor: the frames of a2, a7, m2, m4 and the question.
const BYTES_TO_A_CONTRIBUTOR: u64 = 70 + 100 + 101 + 105 + 80;
/// Bytes of a neighbour's keys in a2.
const BYTES_OF_KEYS: u64 = 1_288;
/// Bytes of each contributor in a2 (fingerprint), m4 (signature) and the lists of members.
const BYTES_OF_A_NAME: u64 = 68 + 65 + 2;

/// CPU seconds of a contributor for a sum: its keys, its signature.
const SECONDS_OF_A_SUM: f64 = 45e-6;
/// For a neighbour: encapsulating or the reverse, X25519, shares.
pub(super) const SECONDS_OF_A_PAIR: f64 = 50e-6;
/// For a contributor whose signature is checked, at a contributor.
const SECONDS_OF_A_SIGNATURE: f64 = 20e-6;
/// For a contributor, at the aggregator: its signature, its shares, its keys in lists.
const SECONDS_AT_THE_AGGREGATOR: f64 = 31e-6;
/// For an element, at a contributor: rounding, hashing, packing.
const SECONDS_OF_AN_ELEMENT: f64 = 15e-9;
/// For an element of a contributor, at the aggregator: unpacking and adding.
const SECONDS_OF_ADDING: f64 = 0.8e-9;
/// For an element and neighbour: 8 bytes of mask at 24 GB/s.
const SECONDS_OF_A_MASK: f64 = 8.0 / 24e9;

/// Frames of a contributor in a sum, with the aggregator.
const FRAMES_OF_A_SUM: u64 = 11;

/// Sums that follow each other in one run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// How many.
    pub(super) count: u64,
    /// The elements of all.
    pub(super) elements: u64,
    /// The bytes that these take in a masked vector.
    pub(super) bytes: u64,
    /// Bytes that each contributor is told with the questions.
    pub(super) told: u64,
}

impl Sums {
    /// Gives sums of these lengths, in elements of one width.
    pub(super) fn of(lengths: impl IntoIterator<Item = usize>, protection: &Protection) -> Sums {
        let bits = u64::from(protection.bits.get());
        lengths.into_iter().fold(Sums::default(), |sums, len| Sums {
            count: sums.count + 1,
            elements: sums.elements + len as u64,
            bytes: sums.bytes + (len as u64 * bits).div_ceil(8),
            ..sums
        })
    }
}

impl Plan {
    /// Adds sums over all contributors, opened by the coordinator one after the other in one run.
    pub(super) fn charge_sums(&self, sums: Sums, protection: &Protection, costs: &mut Costs) {
        if sums.count == 0 {
            return;
        }
        let all = self.contributors().count() as u64;
        let neighbours = protection.thresholds.neighbourhood() as u64 - 1;
        // What the next sum would need is set up with the last one too.
        let (count, setups) = (sums.count as f64, (sums.count + 1) as f64);
        costs.sums += sums.count;
        costs.rounds += ROUNDS_OF_A_SETUP + sums.count * ROUNDS_OF_A_SUM;
        costs.trips += ROUNDS_OF_A_SETUP + sums.count * TRIPS_OF_A_SUM;

        let shares = (neighbours * BYTES_OF_SHARES) as f64;
        let opening = BYTES_OF_AN_OPENING + (neighbours + 1) * BYTES_OF_A_SHARE;
        let elements = sums.elements as f64;
        let pairs = setups * neighbours as f64;
        for (place, cost) in (0..).zip(costs.others()) {
            // Neighbours of higher index, where they are drawn at random.
            let above = (neighbours * (all - 1 - place)) as f64 / (all - 1).max(1) as f64;
            let capsules = above * BYTES_OF_A_CAPSULE as f64;
            cost.send(
                setups * (BYTES_OF_A_SETUP as f64 + capsules)
                    + count * opening as f64
                    + sums.bytes as f64,
            );
            cost.send_through(setups * (shares + capsules), neighbours);
            cost.frames += (sums.count + 1) * frames(neighbours);
            cost.spend(
                Spent::Sums,
                setups * SECONDS_OF_A_SUM
                    + pairs * SECONDS_OF_A_PAIR
                    + count * all as f64 * SECONDS_OF_A_SIGNATURE
                    + elements * SECONDS_OF_AN_ELEMENT
                    + elements * (neighbours + 1) as f64 * SECONDS_OF_A_MASK,
            );
        }
        let told = BYTES_TO_A_CONTRIBUTOR + neighbours * BYTES_OF_KEYS + all * BYTES_OF_A_NAME;
        let coordinator = costs.coordinator();
        let contributors = all as f64;
        coordinator.sent += super::whole(contributors * (setups * told as f64 + sums.told as f64));
        coordinator.frames += (sums.count + 1) * all * frames(neighbours);
        coordinator.spend(
            Spent::Sums,
            count * contributors * SECONDS_AT_THE_AGGREGATOR
                + contributors * elements * SECONDS_OF_ADDING
                + contributors * elements * SECONDS_OF_A_MASK,
        );
    }
}

/// Frames of a contributor in a sum with so many neighbours.
pub(super) fn frames(neighbours: u64) -> u64 {
    FRAMES_OF_A_SUM + 2 * neighbours
}

/// Bytes that a contributor sends in a sum, beside its vector and what neighbours get.
pub(super) fn bytes_of_a_sum() -> u64 {
    BYTES_OF_A_SETUP + BYTES_OF_AN_OPENING + BYTES_OF_A_SHARE
}

/// Bytes that it sends for a neighbour; one of two sends the capsule, to the neighbour and the aggregator.
pub(super) fn bytes_of_a_neighbour() -> u64 {
    BYTES_OF_SHARES + BYTES_OF_A_CAPSULE + BYTES_OF_A_SHARE
}

/// Adds what an aggregator spends on so many sums over so many contributors, all of them neighbours,
/// beside their vectors.
pub(super) fn add_aggregator(sums: u64, contributors: u64, cost: &mut Cost) {
    let neighbours = contributors - 1;
    let told = BYTES_TO_A_CONTRIBUTOR + neighbours * BYTES_OF_KEYS + contributors * BYTES_OF_A_NAME;
    cost.send((sums * contributors * told) as f64);
    cost.frames += sums * contributors * FRAMES_OF_A_SUM;
    let each = (sums * contributors) as f64;
    cost.spend(Spent::Sums, each * SECONDS_AT_THE_AGGREGATOR);
}

/// Says what a party holds of the longest vector: two of it.
pub(super) fn memory(cost: &mut Cost, elements: u64) {
    cost.memory += 2 * 8 * elements;
}
