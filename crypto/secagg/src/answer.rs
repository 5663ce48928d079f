//! A contributor's answer to what the aggregator asks.

use std::{fmt, ops::Range};

use consilium_mailbox::Mailbox;
use rand_core::CryptoRng;

use crate::{Bits, Contribute, Encoding, Input, SumError, SumNumber, SumShape};

/// Own sums, and where they are told; uniform integers stand elsewhere.
#[derive(Clone, PartialEq)]
pub struct Told {
    /// One for each element of the sum.
    pub sums: Vec<f64>,
    /// Which of them are told.
    pub at: Range<usize>,
}

impl Told {
    /// Tells all of them.
    pub fn whole(sums: Vec<f64>) -> Told {
        Told {
            at: 0..sums.len(),
            sums,
        }
    }
}

/// Its `Debug` shows the places alone.
impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Puts own sums into the sum of a shape.
///
/// `add_up` and the rounding take from the same generator, that of the sum.
///
/// # Errors
///
/// If the question is refused or the sum not reached: none that depends on own rows.
///
/// # Security
///
/// What is asked comes from the aggregator. If its model is none of these rows, own sums may lie
/// beyond their bounds. Whoever refused then, alone and in the sight of all, would tell on which side
/// of a bound its own sum lies, and a few dozen questions would give that sum. Instead the whole
/// vector is withheld: the total is uniform, as if nobody had been asked.
pub async fn answer<R: CryptoRng>(
    mail: &Mailbox,
    (shape, encoding): (&SumShape, &Encoding),
    step: &'static str,
    chance: &impl Fn(SumNumber) -> R,
    add_up: impl FnOnce(&mut R) -> Told,
    sum: &mut impl Contribute,
) -> Result<(), SumError> {
    sum.admit(shape).await?;
    let mut chance = chance(shape.number);
    let input = mail.compute(step, || {
        let told = add_up(&mut chance);
        let mut input = encoding.encode(&told.sums, &mut chance).ok()?;
        withhold(&mut input, &told.at, (encoding.bits(), &mut chance));
        Some(input)
    });
    let input = input.as_deref().map_or(Input::Withheld, Input::Own);
    sum.contribute(mail, shape, input).await
}

/// Puts uniform integers modulo `2^b` in the place of all elements that are not told.
///
/// # Security
///
/// Zeros would be left out of the sum: what is opened would be the total of fewer institutions
/// than agreed to open one, in the end of one alone. Under uniform integers it tells nothing.
/// They come from the generator of the sum's rounding, so that a repeated sum adds the same.
fn withhold(elements: &mut [u64], told: &Range<usize>, (bits, rng): (Bits, &mut impl CryptoRng)) {
    for (place, element) in elements.iter_mut().enumerate() {
        if !told.contains(&place) {
            *element = rng.next_u64() & bits.mask();
        }
    }
}
