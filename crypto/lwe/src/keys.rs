//! The label holder's side: keys, encryption, opening.

use std::sync::Arc;

use consilium_base::SecretVec;
use rand_core::CryptoRng;

use crate::{
    Encrypted, LweError, Packing, RefreshKey, Ring, RingElement,
    ring::{Draw, Precision, draw_short},
};

/// The two secret keys of a tree, s_g and s_h.
///
/// # Security
///
/// One mask serves both numbers of a row, under a key for each (Peikert, Vaikuntanathan and Waters,
/// CRYPTO 2008). Keys live for one tree, and every encryption takes fresh seeds and fresh noise.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct SecretKeys<R: Ring> {
    ring: Arc<R>,
    pub(crate) short: [SecretVec<i8>; 2],
    factors: [R::Factor; 2],
}

impl<R: Ring> SecretKeys<R> {
    /// Draws keys.
    pub fn random(ring: &Arc<R>, rng: &mut impl CryptoRng) -> SecretKeys<R> {
        let mut draw = Draw::from_rng(rng);
        let short = [(); 2].map(|()| draw_short::<R>(&mut draw));
        let factors = [0, 1].map(|key: usize| ring.factor(short[key].expose()));
        SecretKeys {
            ring: Arc::clone(ring),
            short,
            factors,
        }
    }

    pub(crate) fn ring(&self) -> &R {
        &self.ring
    }

    /// Encrypts the two numbers of each row, block after block.
    ///
    /// A block that is not full is filled up with zeros.
    ///
    /// # Errors
    ///
    /// [`LweError::Uneven`], and [`LweError::TooLarge`] if a sum over some of the rows could leave
    /// the message space. Sums over several calls are the caller's to bound.
    pub fn encrypt(
        &self,
        packing: Packing,
        numbers: [&[i32]; 2],
        rng: &mut impl CryptoRng,
    ) -> Result<Encrypted, LweError> {
        let [first, second] = numbers.map(<[i32]>::len);
        if first != second {
            return Err(LweError::Uneven { first, second });
        }
        for numbers in numbers {
            check_sum::<R>(packing, numbers)?;
        }
        let mut bytes = Vec::with_capacity(Encrypted::bytes::<R>(packing.blocks(first)));
        let blocks = numbers.map(|numbers| numbers.chunks(packing.block()));
        let [firsts, seconds] = blocks;
        for pair in firsts.zip(seconds) {
            let mut seed = [0; 16];
            rng.fill_bytes(&mut seed);
            bytes.extend_from_slice(&seed);
            let mask = self.ring.expand(&seed);
            let bodies = self.bodies(&mask, rng);
            for (mut body, numbers) in bodies.into_iter().zip([pair.0, pair.1]) {
                self.lift(packing, &mut body, numbers);
                self.ring.write(Precision::Body, &body, &mut bytes);
            }
        }
        Ok(Encrypted(bytes.into()))
    }

    /// Makes the key with which a feature holder re-randomises, for a ring element that both drew.
    pub fn refresh_key(&self, element: &RingElement<R>, rng: &mut impl CryptoRng) -> RefreshKey {
        let mut bytes = Vec::with_capacity(RefreshKey::bytes::<R>());
        for body in self.bodies(element.words(), rng) {
            self.ring.write(Precision::Body, &body, &mut bytes);
        }
        RefreshKey(bytes.into())
    }

    /// Gives mask·s + e for both keys.
    fn bodies(&self, mask: &[u64], rng: &mut impl CryptoRng) -> [Vec<u64>; 2] {
        let [g, h] = &self.factors;
        let mut draw = Draw::from_rng(rng);
        let mask = self.ring.prepare(mask);
        self.ring.multiply(&mask, [g, h]).map(|mut body| {
            let noise = draw.noise(R::PARAMETERS.fresh, R::PARAMETERS.degree);
            self.ring.add_scaled(&mut body, 0, noise.expose());
            body
        })
    }

    /// Adds numbers above the noise.
    fn lift(&self, packing: Packing, body: &mut [u64], numbers: &[i32]) {
        let mut lifted: Vec<i64> = numbers.iter().copied().map(i64::from).collect();
        lifted.resize(R::PARAMETERS.degree, 0);
        self.ring
            .add_scaled(body, packing.scale_log2::<R>(), &lifted);
    }
}

fn check_sum<R: Ring>(packing: Packing, numbers: &[i32]) -> Result<(), LweError> {
    let log2 = packing.sum_log2::<R>();
    let sum: u64 = numbers.iter().map(|n| u64::from(n.unsigned_abs())).sum();
    if sum >> log2 == 0 {
        Ok(())
    } else {
        Err(LweError::TooLarge { log2 })
    }
}
