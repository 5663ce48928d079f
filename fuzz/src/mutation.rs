//! Makes new inputs out of old ones.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// The longest input, in bytes.
const LONGEST: usize = 1 << 16;

/// Bytes and words at the edges of what decoders count with, and of text.
const EDGES: &[&[u8]] = &[
    &[0],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    b"\r\n",
    b"\"",
    b",",
    b"-9",
    b"1e400",
    b"NaN",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "会".as_bytes(),
];

/// A seeded source of inputs: the same seed and corpus give the same inputs.
#[derive(Debug)]
pub struct Mutator {
    rng: ChaCha8Rng,
}

impl Mutator {
    /// Makes a source.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Makes one input: a corpus entry after one to eight mutations, now and then of noise alone.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = if self.below(16) == 0 {
            self.noise(256)
        } else {
            self.pick(corpus)
        };
        for _ in 0..=self.below(8) {
            self.mutate(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn mutate(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let (from, to) = self.range(input.len());
        match self.below(7) {
            0 => {
                if let Some(byte) = input.get_mut(from) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => drop(input.drain(from..to)),
            2 => drop(input.splice(from..from, self.noise(16))),
            3 => drop(input.splice(from..to, EDGES[self.below(EDGES.len())].iter().copied())),
            4 => {
                let part = input[from..to].to_vec();
                drop(input.splice(from..from, part));
            }
            5 => input.truncate(from),
            _ => {
                let other = self.pick(corpus);
                let (other_from, other_to) = self.range(other.len());
                drop(input.splice(from..to, other[other_from..other_to].iter().copied()));
            }
        }
    }

    fn pick(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        if corpus.is_empty() {
            return Vec::new();
        }
        corpus[self.below(corpus.len())].clone()
    }

    fn noise(&mut self, longest: usize) -> Vec<u8> {
        let mut noise = vec![0; self.below(longest) + 1];
        self.rng.fill_bytes(&mut noise);
        noise
    }

    /// Draws a range of positions, short ones mostly.
    fn range(&mut self, len: usize) -> (usize, usize) {
        let from = self.below(len + 1);
        let longest = if self.below(4) == 0 { len } else { len.min(8) };
        (from, (from + self.below(longest + 1)).min(len))
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.next_u64() % bound as u64).expect("below a usize")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(seed: u64, corpus: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut mutator = Mutator::new(seed);
        (0..1000).map(|_| mutator.next(corpus)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let corpus = [b"age,sex\n63,1\n".to_vec(), b"bp\n120\n".to_vec()];
        assert_eq!(inputs(7, &corpus), inputs(7, &corpus));
        assert_ne!(inputs(7, &corpus), inputs(8, &corpus));
    }

    #[test]
    fn inputs_stay_bounded_and_come_from_an_empty_corpus_too() {
        let huge = [vec![1; 2 * LONGEST]];
        assert!(inputs(1, &huge).iter().all(|input| input.len() <= LONGEST));
        assert!(inputs(1, &[]).iter().any(|input| !input.is_empty()));
    }
}
