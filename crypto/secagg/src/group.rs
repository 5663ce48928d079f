//! The second mask: what hides opened sums from who opens them, and shows whether they were changed.
//!
//! Contributor i adds PRG(key, transcript, i) to its vector modulo 2^64, and with it 64 sums of random
//! subsets of its elements. Whoever has the key takes the masks of those off whose vectors are in an
//! opened sum. An opened sum that differs anywhere from theirs passes with a probability of at most
//! 2^-64: of each subset, drawn independently, an element that differs is in it or not with even
//! chance, and at most one of both agrees with what was opened.

use consilium_base::{Digest, Generator, Seed, Tagged};
use consilium_mailbox::PartyId;
use rand_core::Rng as _;

/// Sums of random subsets that go with a vector.
const TAGS: usize = 64;
/// Elements behind those of a question: a 1, a number that follows from all that was told before, and
/// the sums of subsets.
pub const TAIL: usize = 2 + TAGS;

/// What contributors of a run know and the aggregator doesn't: the key of their second mask, and
/// everything that they were told under it.
///
/// Statistics were the first to have one, and those that are on their way mask under its labels.
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct GroupKey {
    key: Seed,
    transcript: Digest,
}

impl GroupKey {
    /// Begins a study's course; `about` is everything that was agreed, under a label of the protocol's own.
    pub fn new(key: Seed, about: &Digest) -> GroupKey {
        let transcript = Tagged::new("statistics.1.begun").field(about).digest();
        GroupKey { key, transcript }
    }

    /// Gives a generator that all contributors have alike, fed by what was told up to now.
    fn generator(&self, label: &'static str, number: usize) -> Generator {
        let number = (number as u64).to_le_bytes();
        self.key
            .derive(label, &[&self.transcript, &number])
            .generator()
    }

    /// Gives a seed that all contributors have alike during the whole course.
    pub fn seed(&self, label: &'static str, number: usize) -> Seed {
        self.key.derive(label, &[&(number as u64).to_le_bytes()])
    }

    /// Appends the checks to a vector and hides it as the contributor of that place.
    pub fn hide(&self, mut body: Vec<u64>, contributor: usize) -> Vec<u64> {
        let tags = self.tags(&body);
        body.push(1);
        body.push(self.told());
        body.extend(tags);
        let mut stream = self.generator("statistics.1.mask", contributor);
        for element in &mut body {
            *element = element.wrapping_add(stream.next_u64());
        }
        body
    }

    /// Takes the masks of the contributors in those places off an opened sum and checks it.
    ///
    /// Nothing if it is not the sum of their vectors.
    pub fn show(&self, mut sum: Vec<u64>, contributors: &[usize]) -> Option<Vec<u64>> {
        for contributor in contributors {
            let mut stream = self.generator("statistics.1.mask", *contributor);
            for element in &mut sum {
                *element = element.wrapping_sub(stream.next_u64());
            }
        }
        let tail = sum.split_off(sum.len().checked_sub(TAIL)?);
        let (checks, tags) = tail.split_at(2);
        let count = contributors.len() as u64;
        let is_right =
            checks == [count, self.told().wrapping_mul(count)] && tags == self.tags(&sum);
        is_right.then_some(sum)
    }

    /// Notes what all contributors now know: later masks and checks depend on it.
    pub fn note(&mut self, sum: &[u64], contributors: &[PartyId]) {
        let words = sum.iter().map(|element| element.to_le_bytes());
        let hash = Tagged::new("statistics.1.told")
            .field(&self.transcript)
            .field_in_parts(sum.len() * 8, words);
        let hash = contributors
            .iter()
            .fold(hash, |hash, party| hash.field(party.as_str().as_bytes()));
        self.transcript = hash.digest();
    }

    /// Gives a hash of everything that was told, which says nothing to who doesn't have the key.
    pub fn seal(&self) -> Digest {
        *self
            .key
            .derive("statistics.1.same", &[&self.transcript])
            .expose()
    }

    fn told(&self) -> u64 {
        self.generator("statistics.1.check", 0).next_u64()
    }

    fn tags(&self, body: &[u64]) -> [u64; TAGS] {
        let mut subsets = self.generator("statistics.1.tags", 0);
        let mut tags = [0_u64; TAGS];
        for element in body {
            let subset = subsets.next_u64();
            for (place, tag) in tags.iter_mut().enumerate() {
                let is_in = (subset >> place) & 1;
                *tag = tag.wrapping_add(element & is_in.wrapping_neg());
            }
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> GroupKey {
        GroupKey::new(Seed::from_bytes([7; 32]), &[1; 32])
    }

    fn hidden(vectors: &[Vec<u64>]) -> Vec<u64> {
        let key = key();
        let mut sum = vec![0_u64; vectors[0].len() + TAIL];
        for (place, vector) in vectors.iter().enumerate() {
            let hidden = key.hide(vector.clone(), place);
            for (total, element) in sum.iter_mut().zip(hidden) {
                *total = total.wrapping_add(element);
            }
        }
        sum
    }

    proptest! {
        #[test]
        fn a_sum_is_shown_as_it_is(one: [u64; 5], other: [u64; 5], third: [u64; 5]) {
            let sum = hidden(&[one.to_vec(), other.to_vec(), third.to_vec()]);
            let expected: Vec<u64> = (0..5)
                .map(|at| one[at].wrapping_add(other[at]).wrapping_add(third[at]))
                .collect();
            prop_assert_eq!(key().show(sum, &[0, 1, 2]), Some(expected));
        }

        #[test]
        fn what_was_changed_anywhere_is_not_shown(at in 0..5 + TAIL, bit in 0..64_u32) {
            let mut sum = hidden(&[vec![1, 2, 3, 4, 5], vec![0; 5], vec![9; 5]]);
            sum[at] ^= 1 << bit;
            prop_assert_eq!(key().show(sum, &[0, 1, 2]), None);
        }
    }

    #[test]
    fn a_wrong_list_is_found_and_so_is_another_past() {
        let sum = hidden(&[vec![1; 4], vec![2; 4], vec![3; 4]]);
        assert_eq!(key().show(sum.clone(), &[0, 1]), None);
        assert_eq!(key().show(sum.clone(), &[0, 1, 3]), None);
        let mut later = key();
        later.note(&[1], &[]);
        assert_eq!(later.show(sum.clone(), &[0, 1, 2]), None);
        assert_eq!(key().show(sum, &[0, 1, 2]), Some(vec![6; 4]));
        assert_eq!(key().show(vec![0; 3], &[0]), None);
    }
}
