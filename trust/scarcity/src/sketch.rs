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

use crate::{Interval, Sketch};

/// Standard deviations to either side of a 95 % interval.
const WIDE: f64 = 1.96;
/// How far a told number of empty buckets may be from what another lets expect, in square roots of the
/// buckets: six standard deviations, each of which is √(1/4 + 1/4·(4/3)²) of one at most.
const FARTHEST: f64 = 5.0;

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

    /// Gives the probability that none of so many contributors occupies a bucket falsely.
    fn honest(&self, contributors: usize) -> f64 {
        (1.0 - self.falsely).powi(i32::try_from(contributors).unwrap_or(i32::MAX))
    }

    /// Gives a contributor's vectors: first that of all, then for each of `contributors` that of all others.
    /// An own bucket, and any other with the probability that is agreed, holds a uniform number of 32 bits,
    /// the others 0; in the vector without the contributor itself all are 0.
    pub(crate) fn vectors(
        &self,
        own: &[bool],
        (me, contributors): (usize, usize),
        seed: &Seed,
    ) -> Vec<u64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most a quarter of 2^32"
        )]
        let threshold = (self.falsely * 2_f64.powi(32)) as u32;
        let mut vectors = Vec::with_capacity(own.len() * (contributors + 1));
        for vector in 0..=contributors {
            if vector == me + 1 {
                vectors.resize(vectors.len() + own.len(), 0);
                continue;
            }
            let number = (vector as u64).to_le_bytes();
            let mut generator = seed.derive("scarcity.1.vector", &[&number]).generator();
            vectors.extend(own.iter().map(|is_own| {
                let is_false = generator.next_u32() < threshold;
                let uniform = generator.next_u32();
                let is_in = u32::from(*is_own | is_false);
                u64::from(uniform & is_in.wrapping_neg())
            }));
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

    /// Says whether told numbers can be: own buckets are occupied, and a contributor alone makes no more
    /// buckets occupied than it has.
    pub(crate) fn can_be(&self, zeros: Zeros, own: &[bool], contributors: usize) -> bool {
        let (buckets, own) = (own.len(), own.iter().filter(|is_own| **is_own).count());
        if zeros.of_all as usize > buckets - own || zeros.of_others as usize > buckets {
            return false;
        }
        let slack = FARTHEST * (buckets as f64).sqrt();
        let empty = f64::from(zeros.of_all) / self.honest(contributors);
        let most = (empty + own as f64).min(buckets as f64);
        let honest = self.honest(contributors.saturating_sub(1));
        let told = f64::from(zeros.of_others);
        (empty * honest - slack..=most * honest + slack).contains(&told)
    }

    /// Estimates how many of so many entities nobody else has; nothing if all buckets are occupied, as where
    /// there are far more entities than were agreed, or if there are no own ones.
    ///
    /// With a and b the shares of empty buckets, of all and of the others, own exclusive ones are
    /// (m/rate)·(ln(b/a) + ln(1 − q)). The variance of the logarithms, to the first order and as if buckets were
    /// independent, is (1/a + 1/b − 2(1 − q)^(n − 1)/b)/m, as both are empty with probability a(1 − q)^(n − 1);
    /// that is more than it is, as entities do not come and go by chance.
    pub(crate) fn estimate(
        &self,
        zeros: Zeros,
        entities: usize,
        contributors: usize,
    ) -> Option<Exclusive> {
        let buckets = f64::from(self.buckets);
        let (a, b) = (
            f64::from(zeros.of_all) / buckets,
            f64::from(zeros.of_others) / buckets,
        );
        if zeros.of_all == 0 || zeros.of_others == 0 || entities == 0 {
            return None;
        }
        let log = (b / a).ln() + (1.0 - self.falsely).ln();
        let both = self.honest(contributors.saturating_sub(1));
        let variance = (1.0 / a + 1.0 / b - 2.0 * both / b) / buckets;
        let wide = WIDE * variance.max(0.0).sqrt();
        let share = |log: f64| (log * buckets / self.rate() / entities as f64).clamp(0.0, 1.0);
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
