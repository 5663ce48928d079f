//! Sharing of 32-byte secrets after Shamir, over the integers modulo `2^61 - 1`.
//!
//! # Discussion
//!
//! Bytes over GF(2^8) would make shares of 32 bytes instead of 40, but allow 255 holders, and
//! constant-time products without tables are slow there. A product here is one multiplication
//! instruction, and a secret is five elements of at most 52 bits.

use consilium_base::Secret;
use rand_core::CryptoRng;
use zeroize::Zeroize;

use crate::field::{Element, PRIME};

/// Elements of a secret: 52 bits each.
const LIMBS: usize = 5;
const LIMB_BITS: usize = 52;

/// Bytes of a share.
pub(crate) const SHARE_LEN: usize = 8 * LIMBS;

/// A holder's place on the polynomial: its index in the roster plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(Element);

impl Place {
    pub(crate) fn of(index: usize) -> Place {
        Place(Element::new(index as u64 + 1).expect("rosters have fewer than 2^61 - 2 parties"))
    }
}

/// One holder's share of a secret.
#[derive(Clone, Copy, Zeroize)]
pub(crate) struct Share([Element; LIMBS]);

impl Share {
    pub(crate) fn to_bytes(self) -> [u8; SHARE_LEN] {
        let mut bytes = [0; SHARE_LEN];
        for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *chunk = limb.get().to_le_bytes();
        }
        bytes
    }

    /// Reads a share; nothing if an element is not below the prime.
    pub(crate) fn from_bytes(bytes: &[u8; SHARE_LEN]) -> Option<Share> {
        let mut share = [Element::ZERO; LIMBS];
        for (limb, chunk) in share.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *limb = Element::new(u64::from_le_bytes(*chunk))?;
        }
        Some(Share(share))
    }
}

/// Deals a secret to the holders at `places`: any `threshold` shares restore it, fewer say nothing.
pub(crate) fn deal(
    secret: &Secret<[u8; 32]>,
    threshold: usize,
    places: &[Place],
    rng: &mut impl CryptoRng,
) -> Secret<Vec<Share>> {
    let mut polynomial = Vec::with_capacity(threshold);
    polynomial.push(limbs(secret.expose()));
    polynomial.resize_with(threshold.max(1), || std::array::from_fn(|_| random(rng)));
    let share_at = |place: &Place| {
        let mut value = [Element::ZERO; LIMBS];
        for coefficients in polynomial.iter().rev() {
            for (value, coefficient) in value.iter_mut().zip(coefficients) {
                *value = value.times(place.0).plus(*coefficient);
            }
        }
        Share(value)
    };
    let shares = Secret::new(places.iter().map(share_at).collect());
    polynomial.iter_mut().for_each(Zeroize::zeroize);
    shares
}

/// The weights that restore secrets from the shares of one set of holders.
#[derive(Debug)]
pub(crate) struct Weights(Vec<Element>);

impl Weights {
    /// Computes the weights of distinct places; their number squared products.
    pub(crate) fn new(places: &[Place]) -> Weights {
        let weight = |(mine, place): (usize, &Place)| {
            let (mut above, mut below) = (Element::ONE, Element::ONE);
            for (_, other) in places.iter().enumerate().filter(|(at, _)| *at != mine) {
                above = above.times(other.0);
                below = below.times(other.0.minus(place.0));
            }
            above.times(below.inverse())
        };
        Weights(places.iter().enumerate().map(weight).collect())
    }

    /// Restores the secret, given the shares in the order of the places; nothing if they are not
    /// shares of any secret.
    pub(crate) fn restore<'a>(
        &self,
        shares: impl IntoIterator<Item = &'a Share>,
    ) -> Option<Secret<[u8; 32]>> {
        let mut value = [Element::ZERO; LIMBS];
        for (weight, share) in self.0.iter().zip(shares) {
            for (value, limb) in value.iter_mut().zip(share.0) {
                *value = value.plus(weight.times(limb));
            }
        }
        let secret = join(&value);
        value.zeroize();
        secret
    }
}

fn random(rng: &mut impl CryptoRng) -> Element {
    loop {
        // One in 2^61 draws is the prime itself and is drawn again.
        if let Some(element) = Element::new(rng.next_u64() & PRIME) {
            return element;
        }
    }
}

/// Cuts a secret into limbs, little endian.
fn limbs(secret: &[u8; 32]) -> [Element; LIMBS] {
    let mut padded = [0; 40];
    padded[..32].copy_from_slice(secret);
    let limbs = std::array::from_fn(|k| {
        let (byte, shift) = (k * LIMB_BITS / 8, k * LIMB_BITS % 8);
        let word = padded[byte..]
            .first_chunk()
            .expect("the last limb begins at byte 26");
        let limb = (u64::from_le_bytes(*word) >> shift) & ((1 << LIMB_BITS) - 1);
        Element::new(limb).expect("52 bits are below the prime")
    });
    padded.zeroize();
    limbs
}

/// Joins limbs; nothing if they hold more than 256 bits.
fn join(limbs: &[Element; LIMBS]) -> Option<Secret<[u8; 32]>> {
    let mut words = [0_u64; LIMBS];
    for (k, limb) in limbs.iter().enumerate() {
        let (word, shift) = (k * LIMB_BITS / 64, k * LIMB_BITS % 64);
        let spread = u128::from(limb.get()) << shift;
        #[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
        let (low, high) = (spread as u64, (spread >> 64) as u64);
        words[word] |= low;
        if high != 0 {
            *words.get_mut(word + 1)? |= high;
        }
    }
    let fits = limbs.iter().all(|limb| limb.get() >> LIMB_BITS == 0) && words[4] == 0;
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *chunk = word.to_le_bytes();
    }
    words.zeroize();
    let secret = Secret::new(bytes);
    bytes.zeroize();
    fits.then_some(secret)
}

#[cfg(test)]
mod tests {
    use consilium_base::Generator;
    use proptest::{prelude::*, sample::subsequence};

    use super::*;

    fn generator(seed: u8) -> Generator {
        consilium_base::Seed::from_bytes([seed; 32]).generator()
    }

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn shares_computed_elsewhere_restore_their_secret() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../vectors/shamir.json")).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            let threshold = usize::try_from(case["threshold"].as_u64().unwrap()).unwrap();
            let places: Vec<Place> = case["places"].as_array().unwrap()[..threshold]
                .iter()
                .map(|place| Place::of(usize::try_from(place.as_u64().unwrap()).unwrap() - 1))
                .collect();
            let shares: Vec<Share> = case["shares"].as_array().unwrap()[..threshold]
                .iter()
                .map(|share| hex(share.as_str().unwrap()).try_into().unwrap())
                .map(|bytes: [u8; SHARE_LEN]| Share::from_bytes(&bytes).unwrap())
                .collect();
            let restored = Weights::new(&places).restore(&shares).unwrap();
            assert_eq!(restored.expose()[..], hex(case["secret"].as_str().unwrap()));
        }
    }

    proptest! {
        #[test]
        fn any_threshold_of_shares_restores_and_one_fewer_does_not(
            secret: [u8; 32],
            seed: u8,
            (threshold, chosen) in (1_usize..9, 9_usize..14)
                .prop_flat_map(|(t, n)| (Just(t), subsequence((0..n).collect::<Vec<_>>(), t)))
        ) {
            let places: Vec<Place> = (0..14).map(Place::of).collect();
            let shares = deal(&Secret::new(secret), threshold, &places, &mut generator(seed));
            let restore = |chosen: &[usize]| {
                let places: Vec<Place> = chosen.iter().map(|&at| places[at]).collect();
                let shares: Vec<Share> = chosen.iter().map(|&at| shares.expose()[at]).collect();
                Weights::new(&places).restore(&shares).map(|secret| *secret.expose())
            };
            prop_assert_eq!(restore(&chosen), Some(secret));
            if threshold > 1 {
                prop_assert_ne!(restore(&chosen[1..]), Some(secret));
            }
        }

        #[test]
        fn shares_survive_their_bytes(seed: u8, secret: [u8; 32]) {
            let shares = deal(&Secret::new(secret), 3, &[Place::of(6)], &mut generator(seed));
            let bytes = shares.expose()[0].to_bytes();
            prop_assert_eq!(Share::from_bytes(&bytes).unwrap().to_bytes(), bytes);
        }

        #[test]
        fn reading_arbitrary_shares_never_panics(bytes: [u8; SHARE_LEN]) {
            if let Some(share) = Share::from_bytes(&bytes) {
                let _ = Weights::new(&[Place::of(0)]).restore(&[share]);
            }
        }
    }
}
