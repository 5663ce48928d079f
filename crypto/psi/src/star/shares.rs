//! Shares of zero: what members add to their answers so that only all of them together tell.
//!
//! Each pair of members has a key, and adds the same pseudorandom block for the same item: over all
//! members the blocks cancel. The "unconditional" zero sharing of Kolesnikov, Matania, Pinkas,
//! Rosulek and Trieu (CCS 2017, ePrint 2017/799), by AES-128 under the pair's key for a bucket.
//!
//! # Security
//!
//! Of a coalition's view, the blocks of pairs with two honest members are unknown. With `h` honest
//! members, any `h` − 1 of their shares of one item are independent and uniform: the key of each
//! with the last one is in no other. So they tell something of an item only where all `h` have it,
//! and then that one sum is zero.

use consilium_base::{Digest, Secret, Tagged};
use rand_core::CryptoRng;

use super::{messages::Shared, terms::Roles};
use crate::{
    PsiError,
    vole::{
        field::{self, Block},
        hashing::{BATCH, Permutation},
    },
};

/// The keys that a member has with each other one, for one run.
pub(super) struct Shares(pub(super) Vec<Secret<Digest>>);

impl Shares {
    /// m3: of each pair, the first by name draws the key.
    pub(super) async fn agree(
        roles: &Roles<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Shares, PsiError> {
        let mail = roles.party.mail;
        let mut keys = Vec::new();
        for member in roles.members().filter(|it| *it > mail.me()) {
            let mut key = Digest::default();
            rng.fill_bytes(&mut key);
            mail.send(member, &Shared { key }).await?;
            keys.push(Secret::new(key));
        }
        for member in roles.members().filter(|it| *it < mail.me()) {
            let Shared { key } = mail.recv(member).await?;
            keys.push(Secret::new(key));
        }
        Ok(Shares(keys))
    }

    /// Adds the member's shares of zero for items, by their keys, to values.
    pub(super) fn add(&self, bucket: &Digest, keys: &[Block], values: &mut [Block]) {
        for pair in &self.0 {
            let hash = Tagged::new("psi-star.1.share").field(pair.expose());
            let permutation = Permutation::keyed(&hash.field(bucket).secret());
            for (keys, values) in keys.chunks(BATCH).zip(values.chunks_mut(BATCH)) {
                let mut shares = [Block::ZERO; BATCH];
                let shares = &mut shares[..keys.len()];
                shares.copy_from_slice(keys);
                permutation.permute(shares);
                field::add(values, shares);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shares of members with these numbers, each pair with the key of both numbers.
    fn of(member: u8, members: u8) -> Shares {
        let others = (0..members).filter(|other| *other != member);
        let key = |other: u8| Secret::new([16 * member.min(other) + member.max(other); 32]);
        Shares(others.map(key).collect())
    }

    fn shares(shares: &Shares, bucket: u8, keys: &[Block]) -> Vec<Block> {
        let mut values = vec![Block::ZERO; keys.len()];
        shares.add(&[bucket; 32], keys, &mut values);
        values
    }

    #[test]
    fn all_shares_of_an_item_cancel_and_none_fewer_do() {
        let keys: Vec<Block> = (0..200).map(Block::new).collect();
        for members in 2..=7 {
            let all: Vec<Vec<Block>> = (0..members)
                .map(|member| shares(&of(member, members), 1, &keys))
                .collect();
            for some in 1_u32..1 << members {
                let mut sums = vec![Block::ZERO; keys.len()];
                let chosen = (0..)
                    .zip(&all)
                    .filter(|(member, _)| some >> member & 1 == 1);
                for (_, shares) in chosen {
                    field::add(&mut sums, shares);
                }
                let zeros = sums.iter().filter(|sum| **sum == Block::ZERO).count();
                let whole = some == (1 << members) - 1;
                assert_eq!(zeros, if whole { keys.len() } else { 0 });
            }
        }
    }

    #[test]
    fn another_bucket_has_other_shares() {
        let keys = [Block::new(7)];
        let own = of(0, 3);
        assert!(shares(&own, 1, &keys) != shares(&own, 2, &keys));
    }
}
