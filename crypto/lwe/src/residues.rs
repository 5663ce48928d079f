//! Returned ciphertexts of several feature holders, added before any is opened.

use std::ops::RangeInclusive;

use rand_core::CryptoRng;

use crate::{
    FloodShare, LweError, Native, Opened, Packing, RawSum, Refresher, Ring, SecretKeys, Wanted,
    messages::{Parts, are_slots},
    noise,
    ring::Draw,
};

/// A re-randomised ciphertext of set A as words modulo 2^64: the mask, the coefficients of the first
/// body, those of the second.
///
/// The sum of words is a ciphertext of the sums. So secure aggregation modulo 2^64 adds ciphertexts of
/// several feature holders, under masks of its own, and neither the adder nor the label holder sees
/// that of one.
///
/// # Security
///
/// Each takes the share of the flood that leaves the whole where some are absent:
/// [`FloodShare::among`] as many as are sure to be in the sum and honest.
#[derive(Clone, PartialEq, Eq)]
pub struct Residues {
    slots: Vec<u16>,
    words: Vec<u64>,
}

impl Residues {
    /// How many words there are for so many slots.
    pub fn count(slots: usize) -> usize {
        Native::PARAMETERS.degree + 2 * slots
    }

    /// Says whether opening accepts the sum of so many parties' ciphertexts, each with this share of the
    /// flood, over so many rows of all parties and of all r candidates together.
    ///
    /// Its noise is then above the limit for one coefficient in 2^28 at most. Sums that were subtracted
    /// count the rows of both.
    pub fn leave_room(packing: Packing, rows: u64, parties: u32, share: FloodShare) -> bool {
        let deviation = Residues::variance(packing, rows, parties, share).sqrt();
        noise::residual_limit::<Native>(packing) as f64 >= LEAST_DEVIATIONS * deviation
    }

    /// The variance of the noise of such a sum.
    pub(crate) fn variance(packing: Packing, rows: u64, parties: u32, share: FloodShare) -> f64 {
        let flood = (packing.flood::<Native>() * share.0).powi(2);
        let of_party = noise::refreshing_variance::<Native>() + flood;
        rows as f64 * noise::row_variance::<Native>() + f64::from(parties) * of_party
    }

    /// Takes words that were added up elsewhere.
    ///
    /// # Errors
    ///
    /// [`LweError::Slots`] if the slots don't exist or don't ascend, or the words are not as many as
    /// they ask for.
    pub fn new(packing: Packing, slots: Vec<u16>, words: Vec<u64>) -> Result<Residues, LweError> {
        if words.len() != Residues::count(slots.len()) || !are_slots(packing, &slots) {
            return Err(LweError::Slots);
        }
        Ok(Residues { slots, words })
    }

    /// The words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

/// How many deviations opening has to accept at least: beyond lies one coefficient in 2^28. Fewer than of a
/// single ciphertext, since those who collude add flood of their own.
const LEAST_DEVIATIONS: f64 = 6.0;

impl std::fmt::Debug for Residues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Residues")
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

impl Refresher<Native> {
    /// Does what [`refresh`](Refresher::refresh) does, for a ciphertext that is added to others.
    ///
    /// # Errors
    ///
    /// [`LweError::Slots`] if slots don't exist or don't ascend.
    pub fn refresh_residues(
        &self,
        sum: &RawSum<Native>,
        wanted: &[Wanted],
        share: FloodShare,
        rng: &mut impl CryptoRng,
    ) -> Result<Residues, LweError> {
        let parts = self.parts(sum, wanted, share, &mut Draw::from_rng(rng))?;
        let [g, h] = parts.bodies;
        Ok(Residues {
            slots: parts.slots,
            words: [parts.mask, g, h].concat(),
        })
    }
}

impl SecretKeys<Native> {
    /// Opens the sum of several ciphertexts.
    ///
    /// # Errors
    ///
    /// As [`open`](SecretKeys::open).
    pub fn open_residues(
        &self,
        packing: Packing,
        residues: &Residues,
        allowed: &[RangeInclusive<i64>; 2],
    ) -> Result<Vec<Opened>, LweError> {
        let (mask, bodies) = residues.words.split_at(Native::PARAMETERS.degree);
        let (g, h) = bodies.split_at(residues.slots.len());
        let parts = Parts {
            slots: residues.slots.clone(),
            mask: mask.to_vec(),
            bodies: [g.to_vec(), h.to_vec()],
        };
        self.open_parts(packing, &parts, allowed)
    }
}
