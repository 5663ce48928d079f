//! The steps of the receiver, who has a and c.

use consilium_base::{Digest, Secret};
use rand_core::CryptoRng;
use zeroize::Zeroize;

use super::{
    sender::Told,
    shape::{FIRST_KEY, NOISE, PURPOSE, Shape, assemble, level_key, value},
};
use crate::{
    noise::below,
    vole::{
        bits::bit,
        code::Code,
        field::Block,
        ggm::{self, Trees},
        ot::{Offer, Pair},
        subfield::{self, Corrections},
    },
};

/// One noisy place: where in its block, its value, and the share of the value's product with Δ.
#[derive(Zeroize)]
struct Noisy {
    hole: usize,
    value: Block,
    share: Block,
}

/// The receiver between c3 and c4: it knows the noise.
pub(super) struct Noise<'a> {
    session: &'a Digest,
    shape: Shape,
    places: Secret<Vec<Noisy>>,
    /// For each level of each tree, the key of the side off the path.
    keys: Secret<Vec<Block>>,
}

/// By how much the sides off the paths differ from the correlated bits, one bit for each level.
pub(super) type Flips = Vec<u64>;

impl Noise<'_> {
    /// Draws the noise and correlates it with the sender's Δ.
    ///
    /// # Errors
    ///
    /// The index of the first invalid pair of points.
    pub(super) fn draw<'a>(
        session: &'a Digest,
        shape: Shape,
        offer: &Offer,
        pairs: &[Pair],
        rng: &mut impl CryptoRng,
    ) -> Result<(Noise<'a>, Corrections, Flips), usize> {
        let base = Secret::new(offer.keys(session, pairs)?);
        let roots = Secret::new(std::array::from_fn(|_| Block::random(rng)));
        let (received, corrections) =
            subfield::receive(session, base.expose(), roots.expose(), shape.words());
        let (bits, shares) = (received.bits.expose(), received.shares.expose());
        let mut places = Vec::with_capacity(NOISE);
        let mut keys = Vec::with_capacity(shape.keys());
        let mut flips = vec![0; shape.key_words()];
        for tree in 0..NOISE {
            let hole = below(shape.block as u64, rng);
            let hole = usize::try_from(hole).expect("it is in the block");
            for side in ggm::path(hole, shape.levels) {
                let level = keys.len();
                let correlated = FIRST_KEY + level;
                let wanted = side == 0;
                let flip = bit(bits, correlated) ^ wanted;
                flips[level / 64] |= u64::from(flip) << (level % 64);
                keys.push(level_key(session, level, shares[correlated]));
            }
            let value = value(tree);
            let words = &bits[value.start / 64..value.end / 64];
            places.push(Noisy {
                hole,
                value: Block::new(u128::from(words[0]) | u128::from(words[1]) << 64),
                share: assemble(&shares[value]),
            });
        }
        let noise = Noise {
            session,
            shape,
            places: Secret::new(places),
            keys: Secret::new(keys),
        };
        Ok((noise, corrections, flips))
    }

    /// Regrows the sender's trees and gives a and c.
    pub(super) fn finish(self, told: &Told) -> [Secret<Vec<Block>>; 2] {
        let shape = self.shape;
        let trees = Trees::new(self.session, PURPOSE);
        let mut shares = vec![Block::ZERO; shape.elements()];
        let blocks = shares.chunks_mut(shape.block).zip(self.places.expose());
        let levels = told
            .sums
            .chunks(shape.levels)
            .zip(self.keys.expose().chunks(shape.levels));
        for (((leaves, place), (sums, keys)), &total) in blocks.zip(levels).zip(&told.totals) {
            let path = ggm::path(place.hole, shape.levels);
            let known = sums.iter().zip(keys).zip(path);
            let known: Vec<Block> = known
                .map(|((sums, &key), side)| sums[side ^ 1] ^ key)
                .collect();
            trees.regrow(place.hole, &known, leaves);
            let others = leaves.iter().fold(Block::ZERO, |sum, &leaf| sum ^ leaf);
            leaves[place.hole] = total ^ others ^ place.share;
        }
        let code = Code::new(self.session, shape.elements() / 2);
        code.compress(&mut shares);
        let mut values = vec![Block::ZERO; shape.elements()];
        for (block, place) in values.chunks_mut(shape.block).zip(self.places.expose()) {
            block[place.hole] = place.value;
        }
        code.compress(&mut values);
        [values, shares].map(|mut vector| {
            vector.truncate(shape.outputs);
            Secret::new(vector)
        })
    }
}
