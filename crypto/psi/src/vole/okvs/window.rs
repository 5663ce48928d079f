//! Sums over columns near each other, by tables: the method of the Four Russians.

use crate::vole::field::Block;

/// Columns of a group.
pub(crate) const WIDTH: usize = 4;

/// Groups that a band touches at most.
pub(crate) const REACH: usize = super::BAND / WIDTH + 1;

/// Groups kept: a power of two above [`REACH`].
const KEPT: usize = 128;

/// The bits of a band from a group's first column on: of the last word there are four at most.
pub(crate) type Bits = [u64; 5];

/// The halves of a block: compilers add pairs of words in one vector, but not wide numbers.
type Pair = [u64; 2];

/// All sums of the columns of a group.
type Sums = [Pair; 1 << WIDTH];

/// The sums for the groups around a place, twice: those of a band lie in one piece.
pub(crate) struct Window(Box<[Sums; 2 * KEPT]>);

impl Window {
    pub(crate) fn new() -> Window {
        let sums = vec![Sums::default(); 2 * KEPT];
        Window(sums.try_into().expect("they are as many"))
    }

    /// Sums up the columns of a group, in place of the group [`KEPT`] away.
    pub(crate) fn set(&mut self, group: usize, columns: &[Block]) {
        let mut sums = Sums::default();
        for (index, column) in columns[group * WIDTH..][..WIDTH].iter().enumerate() {
            let column = pair(*column);
            let (known, rest) = sums.split_at_mut(1 << index);
            for (sum, known) in rest.iter_mut().zip(known) {
                *sum = add(*known, column);
            }
        }
        self.0[group % KEPT] = sums;
        self.0[group % KEPT + KEPT] = sums;
    }

    /// Gives the sum of the columns whose bit is set, the first bit for the first of a group.
    ///
    /// Groups of which no bit is set need no table.
    #[inline]
    pub(crate) fn sum(&self, group: usize, bits: &Bits) -> Block {
        let [words @ .., last] = bits;
        let groups: &[Sums; REACH] = self.0[group % KEPT..]
            .first_chunk()
            .expect("there are more");
        let (of_words, of_last) = groups.as_chunks::<16>();
        let mut sums = [Pair::default(); 4];
        for (groups, word) in of_words.iter().zip(words) {
            for (place, group) in groups.iter().enumerate() {
                let sum = &mut sums[place % 4];
                *sum = add(*sum, group[(word >> (WIDTH * place) & 15) as usize]);
            }
        }
        let [a, b, c, d] = sums;
        let [low, high] = add(add(a, b), add(c, d));
        let [low, high] = add([low, high], of_last[0][(last & 15) as usize]);
        Block::new(u128::from(high) << 64 | u128::from(low))
    }
}

#[inline]
fn add([a, b]: Pair, [c, d]: Pair) -> Pair {
    [a ^ c, b ^ d]
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of a block")]
fn pair(block: Block) -> Pair {
    [block.bits() as u64, (block.bits() >> 64) as u64]
}
