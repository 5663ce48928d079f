//! What is sent: bytes of a fixed layout, numbers little-endian.

use bytes::Bytes;
use consilium_base::{Seed, Tagged};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{
    Breach, LweError, Packing, Ring,
    ring::{PARTS, Precision},
};

/// Label holder to feature holder: rows, encrypted. For each block a seed of 16 bytes, the body of
/// the first number and that of the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encrypted(pub(crate) Bytes);

impl Encrypted {
    /// Bytes of so many blocks.
    pub fn bytes<R: Ring>(blocks: usize) -> usize {
        blocks * (16 + 2 * element_bytes::<R>(Precision::Body))
    }

    /// Gives the mask and the bodies of each block; `rows` is what the caller expects.
    pub(crate) fn read<R: Ring>(
        &self,
        ring: &R,
        packing: Packing,
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<[Vec<u64>; PARTS], LweError>>, LweError> {
        let Encrypted(bytes) = self;
        check_length(bytes, Encrypted::bytes::<R>(packing.blocks(rows)))?;
        let blocks = bytes.chunks_exact(Encrypted::bytes::<R>(1));
        Ok(blocks.map(|block| {
            let (seed, bodies) = block.split_first_chunk().ok_or(Breach::NotReduced)?;
            let (g, h) = bodies.split_at(bodies.len() / 2);
            let body = |bytes| ring.read(Precision::Body, bytes).ok_or(Breach::NotReduced);
            Ok([ring.expand(seed), body(g)?, body(h)?])
        }))
    }
}

/// Label holder to feature holder, once for each tree: a·s + e for both keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshKey(pub(crate) Bytes);

impl RefreshKey {
    /// Bytes of the key.
    pub fn bytes<R: Ring>() -> usize {
        2 * element_bytes::<R>(Precision::Body)
    }

    pub(crate) fn read<R: Ring>(&self, ring: &R) -> Result<[Vec<u64>; 2], LweError> {
        let RefreshKey(bytes) = self;
        check_length(bytes, RefreshKey::bytes::<R>())?;
        let (g, h) = bytes.split_at(bytes.len() / 2);
        let body = |bytes| ring.read(Precision::Body, bytes).ok_or(Breach::NotReduced);
        Ok([body(g)?, body(h)?])
    }
}

/// Either way, once for each tree: what a party adds to the ring element, fresh and uniform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Draws one.
    pub fn random(rng: &mut impl CryptoRng) -> Nonce {
        Nonce(*Seed::random(rng).expose())
    }
}

/// The ring element a of the refresh key: neither party chose it.
///
/// # Security
///
/// Hashed from randomness of both parties and the run. A label holder that could choose it, say
/// zero or a quotient of short elements, would take the re-randomisation off.
#[derive(Clone, Debug)]
pub struct RingElement<R: Ring> {
    words: Vec<u64>,
    ring: std::marker::PhantomData<fn() -> R>,
}

impl<R: Ring> RingElement<R> {
    /// Hashes the nonces of both and the bytes that name the run, both parties and the tree.
    pub fn agree(ring: &R, run: &[u8], label_holder: Nonce, feature_holder: Nonce) -> Self {
        let seed = Tagged::new("lwe-sums.1.ring-element")
            .field(run)
            .field(&label_holder.0)
            .field(&feature_holder.0)
            .secret::<16>();
        RingElement::of(ring.expand(seed.expose()))
    }

    pub(crate) fn of(words: Vec<u64>) -> Self {
        let ring = std::marker::PhantomData;
        RingElement { words, ring }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn into_words(self) -> Vec<u64> {
        self.words
    }
}

/// Feature holder to label holder: sums of some slots, re-randomised and flooded.
///
/// The number of slots (2 bytes), the slots (2 bytes each, ascending), the mask, then for each slot
/// its coefficient of the first body, then those of the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned(pub(crate) Bytes);

/// What stands in a [`Returned`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) slots: Vec<u16>,
    pub(crate) mask: Vec<u64>,
    pub(crate) bodies: [Vec<u64>; 2],
}

impl Returned {
    /// Bytes of a ciphertext that returns so many slots.
    pub fn bytes<R: Ring>(slots: usize) -> usize {
        let body = R::width(Precision::Body);
        2 + 2 * slots + element_bytes::<R>(Precision::Mask) + 2 * slots * body
    }

    pub(crate) fn write<R: Ring>(ring: &R, parts: &Parts) -> Returned {
        let mut bytes = Vec::with_capacity(Returned::bytes::<R>(parts.slots.len()));
        let count = u16::try_from(parts.slots.len()).expect("at most N slots");
        for number in [count].iter().chain(&parts.slots) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        ring.write(Precision::Mask, &parts.mask, &mut bytes);
        for body in &parts.bodies {
            ring.write(Precision::Body, body, &mut bytes);
        }
        Returned(bytes.into())
    }

    pub(crate) fn read<R: Ring>(&self, ring: &R, packing: Packing) -> Result<Parts, LweError> {
        let Returned(bytes) = self;
        let short = Breach::WrongLength {
            expected: Returned::bytes::<R>(1),
            got: bytes.len(),
        };
        let (count, rest) = bytes.split_first_chunk().ok_or(short)?;
        let count = usize::from(u16::from_le_bytes(*count));
        check_length(bytes, Returned::bytes::<R>(count))?;
        let (slots, rest) = rest.split_at(2 * count);
        let (mask, bodies) = rest.split_at(element_bytes::<R>(Precision::Mask));
        let (g, h) = bodies.split_at(bodies.len() / 2);
        let number = |pair: &[u8]| pair.iter().rev().fold(0, |n, &b| n << 8 | u16::from(b));
        let slots: Vec<u16> = slots.chunks_exact(2).map(number).collect();
        if !are_slots(packing, &slots) {
            return Err(Breach::BadSlots.into());
        }
        let words = |precision, bytes| ring.read(precision, bytes).ok_or(Breach::NotReduced);
        Ok(Parts {
            slots,
            mask: words(Precision::Mask, mask)?,
            bodies: [words(Precision::Body, g)?, words(Precision::Body, h)?],
        })
    }
}

/// Says whether slots ascend and exist.
pub(crate) fn are_slots(packing: Packing, slots: &[u16]) -> bool {
    let last = slots.last().copied().map(u32::from);
    last < Some(packing.candidates()) && slots.windows(2).all(|pair| pair.first() < pair.last())
}

fn element_bytes<R: Ring>(precision: Precision) -> usize {
    R::PARAMETERS.degree * R::width(precision)
}

fn check_length(bytes: &[u8], expected: usize) -> Result<(), Breach> {
    let got = bytes.len();
    if got == expected {
        Ok(())
    } else {
        Err(Breach::WrongLength { expected, got })
    }
}
