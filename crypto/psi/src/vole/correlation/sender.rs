//! The steps of the sender, who has Δ and b.

use consilium_base::{Digest, Secret};
use rand_core::CryptoRng;

use super::shape::{FIRST_KEY, PURPOSE, Shape, assemble, level_key, value};
use crate::{
    points::Point,
    vole::{
        bits::bit,
        code::Code,
        field::Block,
        ggm::Trees,
        ot::{self, Pair},
        subfield::{self, Corrections},
    },
};

/// The sender between c2 and c3: it knows Δ, and one key of each base transfer.
pub(super) struct Choosing<'a> {
    session: &'a Digest,
    shape: Shape,
    delta: Secret<Block>,
    keys: Secret<Vec<Block>>,
}

/// What the receiver is told: two masked sums for each level, and a masked total for each tree.
pub(super) struct Told {
    pub(super) sums: Vec<[Block; 2]>,
    pub(super) totals: Vec<Block>,
}

/// The sender after c4: it knows its trees.
pub(super) struct Grown<'a> {
    session: &'a Digest,
    shape: Shape,
    delta: Secret<Block>,
    leaves: Vec<Block>,
}

impl Choosing<'_> {
    /// Draws Δ and chooses its bits in the base transfers; nothing comes of an invalid point.
    pub(super) fn begin<'a>(
        session: &'a Digest,
        shape: Shape,
        offered: &Point,
        rng: &mut impl CryptoRng,
    ) -> Option<(Choosing<'a>, Vec<Pair>)> {
        let delta = Secret::new(Block::random(rng));
        let choices = subfield::choices(*delta.expose());
        let chosen = ot::choose(session, offered, choices, rng)?;
        let choosing = Choosing {
            session,
            shape,
            delta,
            keys: Secret::new(chosen.keys),
        };
        Some((choosing, chosen.pairs))
    }
}

impl<'a> Choosing<'a> {
    /// Grows the noise's trees, and tells the receiver what it may know of them; nothing comes of
    /// corrections that differ from tree to tree.
    pub(super) fn grow(
        self,
        corrections: &Corrections,
        flips: &[u64],
        rng: &mut impl CryptoRng,
    ) -> Option<(Grown<'a>, Told)> {
        let (session, shape, delta) = (self.session, self.shape, *self.delta.expose());
        let shares = subfield::send(
            session,
            delta,
            self.keys.expose(),
            corrections,
            shape.words(),
        )?;
        let shares = shares.expose();
        let trees = Trees::new(session, PURPOSE);
        let mut leaves = vec![Block::ZERO; shape.elements()];
        let mut sums = vec![[Block::ZERO; 2]; shape.keys()];
        let mut totals = Vec::new();
        let grown = leaves.chunks_mut(shape.block);
        let grown = grown.zip(sums.chunks_mut(shape.levels)).enumerate();
        for (tree, (leaves, sums)) in grown {
            trees.grow(Block::random(rng), leaves, sums);
            let total = leaves.iter().fold(Block::ZERO, |sum, &leaf| sum ^ leaf);
            totals.push(total ^ assemble(&shares[value(tree)]));
        }
        let keyed = sums.iter_mut().zip(&shares[FIRST_KEY..]);
        for (level, (sums, &share)) in keyed.enumerate() {
            let flip = bit(flips, level);
            for (side, sum) in [false, true].into_iter().zip(sums) {
                let share = share ^ delta.kept_if(side ^ flip);
                *sum ^= level_key(session, level, share);
            }
        }
        let grown = Grown {
            session,
            shape,
            delta: self.delta,
            leaves,
        };
        Some((grown, Told { sums, totals }))
    }
}

impl Grown<'_> {
    /// Gives Δ and b.
    pub(super) fn finish(mut self) -> (Secret<Block>, Secret<Vec<Block>>) {
        let code = Code::new(self.session, self.shape.elements() / 2);
        code.compress(&mut self.leaves);
        self.leaves.truncate(self.shape.outputs);
        (self.delta, Secret::new(self.leaves))
    }
}
