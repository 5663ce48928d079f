//! The oblivious pseudorandom function of RFC 9497: ristretto255-SHA512, mode OPRF.

use consilium_base::{Digest, Secret, Seed};
use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroize;

use super::shape::{Value, value};
use crate::{
    Item,
    points::{BATCH, Point, decode, encode_doubles},
};

/// What the function is evaluated on: the table's context, then the item.
pub(super) type Input = [u8; 64];

/// The value of the function on one input: `Nh` bytes.
pub(super) type Output = [u8; 64];

/// Gives the input that stands for an item under a context.
pub(super) fn input(context: &Digest, item: &Item) -> Input {
    let mut input = [0; 64];
    let (head, tail) = input.split_at_mut(context.len());
    head.copy_from_slice(context);
    tail.copy_from_slice(item);
    input
}

/// The function's key `skS`, kept as its half: all points are encoded doubled, in batches.
pub(super) struct Key {
    half: Secret<Scalar>,
}

impl Key {
    /// Derives the key: `DeriveKeyPair`, section 3.2.1.
    pub(super) fn derive(seed: &Seed, info: &[u8]) -> Key {
        let length = length(info);
        // As the RFC has it; a second attempt is due once in 2^252.
        let keys = (0..=u8::MAX).map(|counter| {
            let message: [&[u8]; 4] = [seed.expose(), &length, info, &[counter]];
            let mut uniform = expand(&message, b"DeriveKeyPairOPRFV1-\0-ristretto255-SHA512");
            let key = Scalar::from_bytes_mod_order_wide(&uniform);
            uniform.zeroize();
            key
        });
        let mut keys = keys.filter(|key| *key != Scalar::ZERO);
        let mut key = keys.next().expect("one of 256 hashes is not zero");
        let half = Secret::new(key.div_by_2());
        key.zeroize();
        Key { half }
    }

    /// Gives what tags are made of: `Evaluate`, section 3.3.1, cut.
    pub(super) fn values(&self, inputs: &[Input]) -> Vec<Value> {
        let mut values = Vec::with_capacity(inputs.len());
        for inputs in inputs.chunks(BATCH) {
            let points = inputs.iter().map(|input| to_group(input));
            let halves: Vec<_> = points.map(|point| point * self.half.expose()).collect();
            let outputs = encode_doubles(&halves).zip(inputs);
            values.extend(outputs.map(|(point, input)| value(&finalize(input, &point))));
        }
        values
    }

    /// Answers blinded points: `BlindEvaluate`, section 3.3.1.
    ///
    /// # Errors
    ///
    /// The index of the first point that is none, or the identity.
    pub(super) fn answer(&self, points: &[Point]) -> Result<Vec<Point>, usize> {
        multiply(points.iter().map(|point| (point, self.half.expose())))
    }
}

/// Draws a blind for each of so many inputs: uniform, not zero.
pub(super) fn draw_blinds(count: usize, rng: &mut impl CryptoRng) -> Secret<Vec<Scalar>> {
    let (mut blinds, mut wide) = (Vec::with_capacity(count), [0; 64]);
    while blinds.len() < count {
        rng.fill_bytes(&mut wide);
        let blind = Scalar::from_bytes_mod_order_wide(&wide);
        if blind != Scalar::ZERO {
            blinds.push(blind);
        }
    }
    wide.zeroize();
    Secret::new(blinds)
}

/// Blinds inputs: `Blind`, section 3.3.1.
pub(super) fn blind<I: AsRef<[u8]>>(inputs: &[(I, &Scalar)]) -> Vec<Point> {
    let mut blinded = Vec::with_capacity(inputs.len());
    for inputs in inputs.chunks(BATCH) {
        let points = inputs.iter();
        let points = points.map(|(input, blind)| to_group(input.as_ref()) * blind.div_by_2());
        blinded.extend(encode_doubles(&points.collect::<Vec<_>>()));
    }
    blinded
}

/// Takes the blinds off the answers and gives the outputs: `Finalize`, section 3.3.1.
///
/// # Errors
///
/// The index of the first answer that is no point, or the identity.
pub(super) fn unblind<I: AsRef<[u8]>>(
    inputs: &[(I, &Scalar)],
    answers: &[Point],
) -> Result<Vec<Output>, usize> {
    let mut inverses: Vec<Scalar> = inputs.iter().map(|&(_, blind)| *blind).collect();
    Scalar::invert_batch_alloc(&mut inverses);
    for inverse in &mut inverses {
        *inverse = inverse.div_by_2();
    }
    let inverses = Secret::new(inverses);
    let points = multiply(answers.iter().zip(inverses.expose()))?;
    let outputs = points.iter().zip(inputs);
    Ok(outputs
        .map(|(point, (input, _))| finalize(input.as_ref(), point))
        .collect())
}

/// Multiplies each point by the double of its factor.
fn multiply<'a>(
    pairs: impl ExactSizeIterator<Item = (&'a Point, &'a Scalar)>,
) -> Result<Vec<Point>, usize> {
    let mut products = Vec::with_capacity(pairs.len());
    let mut batch = Vec::with_capacity(BATCH);
    for (index, (point, half)) in pairs.enumerate() {
        batch.push(decode(point).ok_or(index)? * half);
        if batch.len() == BATCH {
            products.extend(encode_doubles(&batch));
            batch.clear();
        }
    }
    products.extend(encode_doubles(&batch));
    Ok(products)
}

/// Hashes to the group; nobody finds an input whose point is the identity.
fn to_group(input: &[u8]) -> RistrettoPoint {
    let mut uniform = expand(&[input], b"HashToGroup-OPRFV1-\0-ristretto255-SHA512");
    let point = RistrettoPoint::from_uniform_bytes(&uniform);
    uniform.zeroize();
    point
}

/// Hashes an input with the unblinded point, both prefixed by their lengths.
fn finalize(input: &[u8], point: &Point) -> Output {
    let hash = Sha512::new().chain_update(length(input));
    let hash = hash.chain_update(input).chain_update(length(point));
    hash.chain_update(point)
        .chain_update(b"Finalize")
        .finalize()
        .into()
}

/// Expands a message to 64 bytes: `expand_message_xmd` with SHA-512, RFC 9380 section 5.3.1.
fn expand(message: &[&[u8]], label: &[u8]) -> [u8; 64] {
    const BLOCK: [u8; 128] = [0; 128];
    let label_length = [u8::try_from(label.len()).expect("labels are short")];
    let hash = Sha512::new().chain_update(BLOCK);
    let hash = message.iter().fold(hash, Sha512::chain_update);
    let hash = hash.chain_update(64_u16.to_be_bytes()).chain_update([0]);
    let first = hash.chain_update(label).chain_update(label_length);
    let hash = Sha512::new().chain_update(first.finalize());
    let hash = hash.chain_update([1]).chain_update(label);
    hash.chain_update(label_length).finalize().into()
}

/// The length of a field, as it stands before it.
fn length(field: &[u8]) -> [u8; 2] {
    let length = u16::try_from(field.len()).expect("fields are short");
    length.to_be_bytes()
}

#[cfg(test)]
mod tests;
