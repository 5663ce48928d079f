//! Where a key's row begins, and its band.

use consilium_base::Digest;

use super::{
    BAND,
    window::{Bits, WIDTH},
};
use crate::vole::{
    field::Block,
    hashing::{BATCH, Permutation},
};

/// The bits of a place that tell a key's position.
const POSITION: u32 = 32;

/// The size of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    columns: usize,
}

impl Shape {
    /// Gives the shape of a store of so many keys: 1.1 columns for each, and a band.
    pub(crate) fn of(keys: usize) -> Shape {
        let columns = keys + keys.div_ceil(10) + BAND;
        Shape {
            columns: columns.next_multiple_of(WIDTH),
        }
    }

    /// Gives the number of columns.
    pub(crate) fn columns(self) -> usize {
        self.columns
    }
}

/// A key's place in the order of rows: the hash that its row is made of, and its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Placed(u128);

impl Placed {
    /// Gives the key's position among the keys.
    pub(crate) fn position(self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "it is in the lower bits")]
        let position = self.0 as u32;
        position
    }

    fn hash(self) -> u128 {
        self.0 >> POSITION << POSITION
    }

    /// Gives the row's first column: it ascends with the hash.
    fn begin(self, shape: Shape) -> usize {
        let places = (shape.columns - BAND + 1) as u128;
        usize::try_from(((self.0 >> 64) * places) >> 64).expect("it is less than the places")
    }
}

/// Makes rows of keys.
pub(crate) struct Rows {
    shape: Shape,
    permutation: Permutation,
}

impl Rows {
    /// Derives the hash of a store from its public seed.
    pub(crate) fn new(seed: &Digest, shape: Shape) -> Rows {
        let permutation = Permutation::new("psi-vole.1.rows", seed, 0);
        Rows { shape, permutation }
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Puts keys in the order of their rows' places.
    pub(crate) fn place(&self, keys: &[Block]) -> Vec<Placed> {
        let mut hashes = keys.to_vec();
        self.permutation.hash(&mut hashes);
        let numbered = hashes.into_iter().zip(0_u128..);
        let place = |(hash, position): (Block, _)| hash.bits() >> POSITION << POSITION | position;
        let mut placed: Vec<Placed> = numbered.map(|key| Placed(place(key))).collect();
        debug_assert!(u32::try_from(keys.len()).is_ok());
        placed.sort_unstable();
        placed
    }

    /// Gives the rows of placed keys, one after another.
    pub(crate) fn bands<'a>(&'a self, placed: &'a [Placed]) -> impl Iterator<Item = Band> + 'a {
        placed.chunks(BATCH).flat_map(|placed| {
            let mut halves = [[Block::ZERO; 2]; BATCH];
            let used = &mut halves[..placed.len()];
            for (halves, placed) in used.iter_mut().zip(placed) {
                *halves = [1, 2].map(|half| Block::new(placed.hash() | half));
            }
            self.permutation.hash(used.as_flattened_mut());
            let halves = halves.into_iter();
            placed.iter().zip(halves).map(|(placed, [low, high])| Band {
                begin: placed.begin(self.shape),
                // A band without its first bit would be a shorter one.
                low: low.bits() | 1,
                high: high.bits(),
            })
        })
    }
}

/// A row: its first column, and the bits from there on.
pub(crate) struct Band {
    begin: usize,
    low: u128,
    high: u128,
}

impl Band {
    /// Gives the bits from the first column of a group on.
    pub(crate) fn by_group(&self) -> (usize, Bits) {
        (self.begin / WIDTH, self.shifted(self.begin % WIDTH))
    }

    /// Gives the bits from a column on whose number is a multiple of 64.
    pub(crate) fn by_word(&self) -> (usize, [u64; 5]) {
        (self.begin / 64, self.shifted(self.begin % 64))
    }

    #[expect(clippy::cast_possible_truncation, reason = "words of wider numbers")]
    fn shifted(&self, by: usize) -> [u64; 5] {
        let low = self.low << by;
        // In two steps, since one by 128 would be none.
        let carried = self.low >> 64 >> (64 - by);
        let high = self.high << by | carried;
        let last = self.high >> 64 >> (64 - by);
        [
            low as u64,
            (low >> 64) as u64,
            high as u64,
            (high >> 64) as u64,
            last as u64,
        ]
    }
}
