//! Base oblivious transfers: the offerer has two keys, the chooser one of them.
//!
//! The two-message endemic transfer of Masny and Rindal (CCS 2019, ePrint 2019/706), instantiated
//! with Diffie–Hellman in ristretto255. The chooser sends two points of which it can know the
//! logarithm of one sum only; the offerer's own point serves a whole batch.
//!
//! Against malicious parties: neither learns more than its keys and its choices, but a party may
//! influence its own keys. That is what *endemic* means, and enough here. Each hash is bound to the
//! session, the index and all that was sent, so nothing can be replayed or moved.

use consilium_base::{Digest, Secret, Tagged};
use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::RistrettoBasepointTable};
use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

use super::field::Block;
use crate::points::{Point, decode};

/// What the chooser sends for one transfer.
pub(crate) type Pair = [Point; 2];

/// The offerer's exponent, and its point.
pub(crate) struct Offer {
    secret: Secret<Scalar>,
    point: Point,
}

impl Offer {
    /// Draws an exponent; it serves one batch.
    pub(crate) fn draw(rng: &mut impl CryptoRng) -> Offer {
        let secret = Secret::new(scalar(rng));
        let point = RistrettoPoint::mul_base(secret.expose()).compress();
        Offer {
            secret,
            point: point.to_bytes(),
        }
    }

    /// Gives the message to the chooser.
    pub(crate) fn point(&self) -> Point {
        self.point
    }

    /// Gives both keys of each transfer.
    ///
    /// # Errors
    ///
    /// The index of the first pair with an invalid point.
    pub(crate) fn keys(&self, session: &Digest, pairs: &[Pair]) -> Result<Vec<[Block; 2]>, usize> {
        let mut keys = Vec::with_capacity(pairs.len());
        for (index, pair) in pairs.iter().enumerate() {
            let transfer = Transfer {
                session,
                offered: &self.point,
                index,
            };
            let mut both = [Block::ZERO; 2];
            for (side, key) in (0_u8..).zip(&mut both) {
                let [own, other] = match side {
                    0 => *pair,
                    _ => [pair[1], pair[0]],
                };
                let sum = decode(&own).ok_or(index)? + transfer.hash(side, &other);
                *key = transfer.key(side, pair, &(sum * self.secret.expose()));
            }
            keys.push(both);
        }
        Ok(keys)
    }
}

/// What the chooser sends, and what it keeps.
pub(crate) struct Chosen {
    /// A pair of points for each transfer: the message to the offerer.
    pub(crate) pairs: Vec<Pair>,
    /// The key at the chosen side of each transfer.
    pub(crate) keys: Vec<Block>,
}

/// Chooses one side of each transfer.
///
/// Gives nothing if the offered point is invalid. Takes the same time whatever the choices are.
pub(crate) fn choose(
    session: &Digest,
    offered: &Point,
    choices: impl Iterator<Item = Choice>,
    rng: &mut impl CryptoRng,
) -> Option<Chosen> {
    let table = RistrettoBasepointTable::create(&decode(offered)?);
    let mut chosen = Chosen {
        pairs: Vec::new(),
        keys: Vec::new(),
    };
    for (index, choice) in choices.enumerate() {
        let transfer = Transfer {
            session,
            offered,
            index,
        };
        let side = choice.unwrap_u8();
        let exponent = Secret::new(scalar(rng));
        let blind = uniform(rng).compress().to_bytes();
        let own = RistrettoPoint::mul_base(exponent.expose()) - transfer.hash(side, &blind);
        let own = own.compress().to_bytes();
        let pair = [(own, blind), (blind, own)]
            .map(|(zero, one)| Point::conditional_select(&zero, &one, choice));
        let shared = &table * exponent.expose();
        chosen.keys.push(transfer.key(side, &pair, &shared));
        chosen.pairs.push(pair);
    }
    Some(chosen)
}

/// Which transfer a hash belongs to.
struct Transfer<'a> {
    session: &'a Digest,
    offered: &'a Point,
    index: usize,
}

impl Transfer<'_> {
    fn hash(&self, side: u8, other: &Point) -> RistrettoPoint {
        let uniform = self
            .begin("psi-vole.1.ot-point", side)
            .field(other)
            .secret::<64>();
        RistrettoPoint::from_uniform_bytes(uniform.expose())
    }

    fn key(&self, side: u8, pair: &Pair, shared: &RistrettoPoint) -> Block {
        let mut shared = shared.compress().to_bytes();
        let key = self
            .begin("psi-vole.1.ot-key", side)
            .field(pair.as_flattened())
            .field(&shared)
            .secret();
        shared.zeroize();
        Block::from_bytes(*key.expose())
    }

    fn begin(&self, label: &'static str, side: u8) -> Tagged {
        Tagged::new(label)
            .field(self.session)
            .field(self.offered)
            .number(self.index as u64)
            .field(&[side])
    }
}

fn scalar(rng: &mut impl CryptoRng) -> Scalar {
    let mut wide = [0; 64];
    rng.fill_bytes(&mut wide);
    let scalar = Scalar::from_bytes_mod_order_wide(&wide);
    wide.zeroize();
    scalar
}

fn uniform(rng: &mut impl CryptoRng) -> RistrettoPoint {
    let mut wide = [0; 64];
    rng.fill_bytes(&mut wide);
    RistrettoPoint::from_uniform_bytes(&wide)
}

#[cfg(test)]
mod tests;
