//! A sketch of a multiset, from which one sees in how many elements another one differs.
//!
//! One row of a count-min sketch (Cormode and Muthukrishnan, J. Algorithms 55, 2005, section 3), and beside it a
//! sum of hashes that differs for all multisets that do (MSet-Add-Hash of Clarke and others, ASIACRYPT 2003).

use std::f64::consts::PI;

use consilium_base::Digest;
use serde::{Deserialize, Serialize};

/// Counters of a sketch.
const COUNTERS: u16 = 1_024;
/// How many standard deviations unrelated rows must be off, for what is near to be no accident.
const DEVIATIONS: f64 = 3.0;

/// A sketch of a multiset of keyed hashes; its size does not grow with the multiset: up to five bytes for each
/// of 1,024 counters, two where it has a million elements, and one up to a hundred thousand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sketch {
    counters: Vec<u32>,
    sum: u128,
}

impl Sketch {
    /// Sketches no elements.
    pub(crate) fn new() -> Sketch {
        Sketch {
            counters: vec![0; COUNTERS.into()],
            sum: 0,
        }
    }

    /// Adds an element, by its hash, so often.
    pub(crate) fn add(&mut self, hash: &Digest, times: u32) {
        let (sum, rest) = hash.split_first_chunk().expect("a digest has 32 bytes");
        let sum = u128::from_le_bytes(*sum).wrapping_mul(times.into());
        self.sum = self.sum.wrapping_add(sum);
        let place = u16::from_le_bytes([rest[0], rest[1]]) % COUNTERS;
        let counter = &mut self.counters[usize::from(place)];
        *counter = counter.saturating_add(times);
    }

    /// Gives how many elements it has.
    pub(crate) fn elements(&self) -> u64 {
        self.counters.iter().map(|count| u64::from(*count)).sum()
    }

    /// Gives how many elements are in one multiset and not in the other, of the one that has more of them: an
    /// element that changed is counted once.
    ///
    /// It is 0 for equal multisets only, and never more than the true number; less where elements that went
    /// share a counter with others that came, so that a difference is rather taken for too small than for
    /// large enough.
    pub(crate) fn difference(&self, other: &Sketch) -> u64 {
        let (mut gone, mut come) = (0_u64, 0_u64);
        for (ours, theirs) in self.counters.iter().zip(&other.counters) {
            gone += u64::from(ours.saturating_sub(*theirs));
            come += u64::from(theirs.saturating_sub(*ours));
        }
        gone.max(come).max(u64::from(self.sum != other.sum))
    }

    /// Gives in about how many elements another draw from the same distribution would differ, and the standard
    /// deviation of that.
    ///
    /// A counter of c elements moves by a difference that is nearly normal, with a variance of 2c; what
    /// exceeds zero of it has a mean of √(c/π) and a variance of c·(1 − 1/π).
    fn by_chance(&self) -> (f64, f64) {
        let counters = self.counters.iter().map(|count| f64::from(*count));
        let (mut mean, mut variance) = (0.0, 0.0);
        for count in counters {
            mean += (count / PI).sqrt();
            variance += count * (1.0 - 1.0 / PI);
        }
        (mean, variance.sqrt())
    }

    /// Gives the most elements below which a difference is no accident: another draw from the same distribution
    /// would hardly come so near, so that both are of nearly the same rows. The more, the better it tells
    /// multisets apart; below 1 it does not at all.
    pub(crate) fn sharpness(&self) -> f64 {
        let (mean, deviation) = self.by_chance();
        mean - DEVIATIONS * deviation
    }

    /// Says whether it has the form that [`new`](Sketch::new) gives: one from the store may be damaged.
    pub(crate) fn is_whole(&self) -> bool {
        self.counters.len() == usize::from(COUNTERS)
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Tagged;
    use consilium_plan::Statistics;
    use proptest::prelude::*;

    use super::*;

    fn sketch(elements: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::new();
        for element in elements {
            let hash = Tagged::new("participant.1.test").number(element).digest();
            sketch.add(&hash, 1);
        }
        sketch
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_difference_is_never_overestimated_and_none_but_equal_multisets_have_none(
            start in 0..1_000_000_u64,
            common in 0..2_000_u64,
            gone in 0..300_u64,
            come in 0..300_u64,
        ) {
            let before = sketch(start..start + gone + common);
            let after = sketch(start + gone..start + gone + common + come);
            let found = before.difference(&after);
            prop_assert_eq!(found, after.difference(&before));
            prop_assert_eq!(found == 0, gone + come == 0);
            prop_assert!(found <= gone.max(come));
            // Of those that went, few share a counter with one that came.
            prop_assert!(2 * found >= gone.max(come), "{} of {} and {}", found, gone, come);
        }

        #[test]
        fn what_only_went_or_only_came_is_counted_exactly(
            common in 0..2_000_u64,
            come in 0..4_000_u64,
        ) {
            let (before, after) = (sketch(0..common), sketch(0..common + come));
            prop_assert_eq!(before.difference(&after), come);
        }

        #[test]
        fn elements_that_are_alike_count_each_for_itself(alike in 0..500_u32, more in 0..500_u32) {
            let hash = Tagged::new("participant.1.test").digest();
            let [mut before, mut after] = [Sketch::new(), Sketch::new()];
            before.add(&hash, alike);
            after.add(&hash, alike + more);
            prop_assert_eq!(before.difference(&after), u64::from(more));
        }
    }

    #[test]
    fn an_element_that_changed_counts_once_wherever_it_went() {
        let before = sketch(0..2_000);
        for changed in 2_000..2_100 {
            assert_eq!(before.difference(&sketch((1..2_000).chain([changed]))), 1);
        }
    }

    #[test]
    fn many_values_tell_multisets_apart_and_few_do_not() {
        let most = Statistics::MOST_MINIMUM_CELL as f64;
        let drawn = |values: u64| sketch((0..2_000_u64).map(|row| row * row % values));
        assert!(sketch(0..2_000).sharpness() > most);
        assert!(drawn(1_009).sharpness() > most);
        for blunt in [drawn(2), drawn(1), Sketch::new()] {
            assert!(blunt.sharpness() < 1.0);
        }
        assert!(sketch(0..20).sharpness() < 10.0);
    }
}
