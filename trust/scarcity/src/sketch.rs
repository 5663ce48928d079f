//! How many of an institution's entities nobody else has.
//!
//! Linear counting: of m buckets into which n different things fall by chance, m·e^(−n/m) stay empty (Whang,
//! Vander-Zanden and Taylor, *A linear-time probabilistic counting algorithm for database applications*,
//! ACM TODS 15, 1990). Buckets of several parties are added up as random numbers, so that a sum shows
//! whether anybody is in a bucket, but not how many (Kissner and Song, *Privacy-preserving set operations*,
//! CRYPTO 2005).

use consilium_base::{Digest, Seed, Tagged};
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

use crate::{Interval, Sketch, interval::WIDE};

/// Of fewer own entities in the sample a share says nothing; ours.
const FEWEST_SAMPLED: f64 = 30.0;
/// What honest contributors occupy together at least, as entities for each bucket: as many as there are where the
/// plan's guess is right and buckets are the most that it allows.
const LEAST_LOAD: f64 = 0.5;

/// Empty buckets, as a contributor is told them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zeros {
    /// With the entities of all contributors.
    pub of_all: u32,
    /// With those of all but this one.
    pub of_others: u32,
}

/// How many of an institution's entities nobody else has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Exclusive {
    /// Its own different entities.
    pub entities: usize,
    /// The share of them that no other contributor has, 0 to 1.
    pub share: f64,
    /// The 95 % interval of the share.
    pub interval: Interval,
    /// What it is made of.
    pub zeros: Zeros,
}

impl Exclusive {
    /// Gives the score: 100 times the share.
    pub fn score(&self) -> f64 {
        100.0 * self.share
    }

    /// Gives the scores at both ends of the interval.
    pub fn score_interval(&self) -> Interval {
        Interval {
            low: 100.0 * self.interval.low,
            high: 100.0 * self.interval.high,
        }
    }
}

/// The different entities of an institution, as digests that other contributors make alike.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "whoever has digests of ids finds out the ids"
)]
pub struct Entities(Vec<Digest>);

impl Entities {
    /// Takes digests; each is counted once.
    pub fn new(mut digests: Vec<Digest>) -> Entities {
        digests.sort_unstable();
        digests.dedup();
        Entities(digests)
    }

    /// Gives how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives which buckets they are in, under a key that all contributors have.
    pub(crate) fn buckets(&self, sketch: &Sketch, key: &Seed) -> Vec<bool> {
        let mut is_in = vec![false; sketch.buckets as usize];
        for digest in &self.0 {
            let hash = Tagged::new("scarcity.1.bucket")
                .field(key.expose())
                .field(digest);
            let hash = hash.digest();
            let word = |at: usize| {
                let bytes = hash[at..at + 8].try_into();
                u128::from(u64::from_le_bytes(bytes.unwrap_or_default()))
            };
            // In with the probability buckets/entities, and then anywhere.
            if word(0) * u128::from(sketch.entities) >= u128::from(sketch.buckets) << 64 {
                continue;
            }
            let bucket = (word(8) * u128::from(sketch.buckets)) >> 64;
            if let Some(is_in) = usize::try_from(bucket)
                .ok()
                .and_then(|bucket| is_in.get_mut(bucket))
            {
                *is_in = true;
            }
        }
        is_in
    }
}

impl Sketch {
    /// Gives the share of entities that are counted.
    fn rate(&self) -> f64 {
        (f64::from(self.buckets) / self.entities as f64).min(1.0)
    }

    /// Gives the probability with which a contributor of such own buckets occupies each other one falsely: as agreed,
    /// or so much more that it occupies a share of 1 − e^(−1/(2·honest)) with its own.
    ///
    /// # Security
    ///
    /// Contributors' buckets are independent of each other's. So `honest` of them leave a bucket empty with a
    /// probability of e^(−1/2) at most, however few entities there are, whatever was guessed, and whoever else lies.
    pub(crate) fn falsely(&self, own: &[bool], honest: usize) -> f64 {
        let occupied = own.iter().filter(|is_own| **is_own).count() as f64 / own.len() as f64;
        let empty = (-LEAST_LOAD / honest as f64).exp();
        self.falsely.max(1.0 - empty / (1.0 - occupied))
    }

    /// Gives a contributor's vectors: first that of all, then for each of `contributors` that of all others.
    /// An own bucket, and any other with the probability `falsely`, holds a uniform number of 32 bits,
    /// the others 0; in the vector without the contributor itself all are 0.
    ///
    /// False buckets are the same in all vectors: were they others, whoever sees several vectors could take them off.
    /// Each vector has an order of its own, by `key` that all contributors have and no aggregator: it sees how many
    /// buckets of each are empty, and not which of one are which of another.
    pub(crate) fn vectors(
        (own, falsely): (&[bool], f64),
        (me, contributors): (usize, usize),
        (key, seed): (&Seed, &Seed),
    ) -> Vec<u64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability, less than one"
        )]
        let threshold = (falsely * 2_f64.powi(32)) as u32;
        let mut generator = seed.derive("scarcity.1.false", &[]).generator();
        let occupied: Vec<u32> = own
            .iter()
            .map(|is_own| u32::from(*is_own | (generator.next_u32() < threshold)))
            .collect();
        let mut vectors = vec![0; own.len() * (contributors + 1)];
        for (vector, elements) in vectors.chunks_mut(own.len()).enumerate() {
            if vector == me + 1 {
                continue;
            }
            let number = (vector as u64).to_le_bytes();
            let order = order(own.len(), &key.derive("scarcity.1.order", &[&number]));
            let mut generator = seed.derive("scarcity.1.vector", &[&number]).generator();
            for (place, is_in) in order.into_iter().zip(&occupied) {
                elements[place] = u64::from(generator.next_u32() & is_in.wrapping_neg());
            }
        }
        vectors
    }

    /// Counts empty buckets of each vector of an opened sum.
    pub(crate) fn zeros(&self, sum: &[u64]) -> Vec<u32> {
        let count = |vector: &[u64]| vector.iter().filter(|element| **element == 0).count();
        let vectors = sum.chunks(self.buckets as usize);
        vectors
            .map(|vector| u32::try_from(count(vector)).unwrap_or(u32::MAX))
            .collect()
    }

    /// Says whether told numbers can be, of an own vector with so many occupied buckets: those are occupied in the
    /// vector of all, and no others can be empty without this contributor that aren't with it.
    pub(crate) fn can_be(&self, zeros: Zeros, occupied: usize) -> bool {
        let (all, others) = (zeros.of_all as usize, zeros.of_others as usize);
        let buckets = self.buckets as usize;
        let (least, most) = (all, (all + occupied).min(buckets));
        all <= buckets.saturating_sub(occupied) && (least..=most).contains(&others)
    }

    /// Estimates how many of so many entities nobody else has; nothing if all buckets are occupied, as where
    /// there are far more entities than were agreed, or if there are no own ones.
    ///
    /// With a and b the shares of empty buckets, of all and of the others, and q the probability of own false ones, own
    /// exclusive ones are (m/rate)·(ln(b/a) + ln(1 − q)). The variance of the logarithms, to the first order and as if buckets were
    /// independent, is (1/a − 1/b)/m, as those that are empty with all are so without one; that is more than it is, as
    /// entities do not come and go by chance. There is none if fewer than [`FEWEST_SAMPLED`] own entities are sampled in
    /// the mean.
    pub(crate) fn estimate(
        &self,
        zeros: Zeros,
        (entities, falsely): (usize, f64),
    ) -> Option<Exclusive> {
        let buckets = f64::from(self.buckets);
        let (a, b) = (
            f64::from(zeros.of_all) / buckets,
            f64::from(zeros.of_others) / buckets,
        );
        let sampled = self.rate() * entities as f64;
        if zeros.of_all == 0 || zeros.of_others == 0 || sampled < FEWEST_SAMPLED {
            return None;
        }
        let most = sampled / buckets;
        // A share is from 0 to 1, and what chance put beyond is that next to it: no interval is a point.
        let log = ((b / a).ln() + (1.0 - falsely).ln()).clamp(0.0, most);
        let wide = WIDE * ((1.0 / a - 1.0 / b) / buckets).max(0.0).sqrt();
        let share = |log: f64| (log / most).clamp(0.0, 1.0);
        Some(Exclusive {
            entities,
            share: share(log),
            interval: Interval {
                low: share(log - wide),
                high: share(log + wide),
            },
            zeros,
        })
    }
}

/// Gives each bucket's place in an order by chance (Fisher and Yates; Durstenfeld, Communications of the ACM 7, 1964).
fn order(buckets: usize, seed: &Seed) -> Vec<usize> {
    let mut generator = seed.generator();
    let mut order: Vec<usize> = (0..buckets).collect();
    for last in (1..buckets).rev() {
        // Buckets are fewer than 2^24: what this favours is beyond 2^-40.
        let drawn = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
    order
}
