//! The size gate: before anything large, a sample shows whether enough items are common.
//!
//! A sample is the items of which the key under the session, to which both gave a nonce after
//! committing to their sets, is in a share of all keys. How many of them are common is counted by
//! `psi-ecdh/1`, which shows the number and no member. It is random for parties that draw their
//! nonces: one that hears the other's first could choose among sessions.
//!
//! # Discussion
//!
//! To count all would cost more than the whole comparison by `psi-ecdh/1`. So if the largest sample
//! leaves the minimum in doubt, that protocol takes over, with an exact gate of its own.

use consilium_mailbox::Message as _;
use rand_core::CryptoRng;

use super::{
    messages::Declared,
    order::{Keyed, Share},
};
use crate::{
    Item, Party, PsiError, Sizes, Terms, Unkept,
    ecdh::{self, Counted, Shown},
    session::Session,
    sizes::likely_most,
};

/// Bits of confidence: an intersection below the minimum passes one sample of 2^20 at most.
const CONFIDENCE: f64 = 20.0;

/// What was counted.
pub(super) struct Sample {
    /// The places of the own items that are in the sample.
    pub(super) places: Vec<u32>,
    /// How many of them are common.
    pub(super) common: u32,
}

/// m2: counts samples until one shows that the minimum is reached; `None` if none does.
pub(super) async fn pass(
    party: &Party<'_>,
    session: &Session,
    sizes: Sizes,
    keyed: &Keyed,
    rng: &mut impl CryptoRng,
) -> Result<Option<Sample>, PsiError> {
    let larger = session.largest();
    for size in sizes.samples() {
        // There would be nothing left to save.
        if larger <= size {
            return Ok(None);
        }
        let share = Share::of(size, larger);
        let places = party.mail.compute(Declared::STEP, || keyed.sample(share));
        let rows = places.iter().map(|&place| keyed.row(place) as usize);
        let mut items: Vec<Item> = rows.map(|row| party.items[row]).collect();
        // How many there are would tell of the set.
        let room = likely_most(share.mean(session.size(party.mail.me()))) as usize;
        if items.len() > room {
            return Err(PsiError::Misfit("its sample"));
        }
        items.resize_with(room, || random_item(rng));
        let common = count(party, session, (size, &items), rng).await?;
        if shows(common, party.terms.minimum, share.probability()) {
            return Ok(Some(Sample { places, common }));
        }
    }
    Ok(None)
}

/// Fills room: nobody has it.
fn random_item(rng: &mut impl CryptoRng) -> Item {
    let mut item = Item::default();
    rng.fill_bytes(&mut item);
    item
}

/// Counts the common items of a sample.
async fn count(
    party: &Party<'_>,
    session: &Session,
    (size, items): (u32, &[Item]),
    rng: &mut impl CryptoRng,
) -> Result<u32, PsiError> {
    let study = session.name("psi-vole.1.sample", size);
    let part = Party {
        mail: &party.mail.scope(format_args!("sample-{size}")),
        terms: &Terms {
            study,
            largest: likely_most(size),
            minimum: 0,
            chunk: party.terms.chunk,
        },
        items,
        secret: &party.secret.derive("psi-vole.1.sample", &[&study]),
        ..*party
    };
    let mut unkept = Unkept;
    let counting = ecdh::cardinality(&part, &Shown::Exact, &mut unkept, rng);
    match Box::pin(counting).await? {
        Counted::Exact(common) => Ok(common),
        Counted::Noised(_) => unreachable!("an exact number was asked for"),
    }
}

/// Says whether a count shows that at least `minimum` items are common.
///
/// With fewer, at most `minimum` - 1, each in the sample with this probability, so high a count
/// or a higher one has a probability of at most 2^-[`CONFIDENCE`]: by the bound of Chernoff,
/// P[X ≥ c] ≤ e^(c − μ) (μ/c)^c for c > μ (Mitzenmacher and Upfal, Probability and Computing,
/// theorem 4.4).
fn shows(count: u32, minimum: u32, probability: f64) -> bool {
    let Some(fewer) = minimum.checked_sub(1) else {
        return true;
    };
    let (count, mean) = (f64::from(count), f64::from(fewer) * probability);
    if count <= mean {
        return false;
    }
    mean == 0.0 || mean - count + count * (count / mean).ln() >= CONFIDENCE * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability that a binomial number is at least `count`.
    fn tail(count: u32, trials: u32, probability: f64) -> f64 {
        let (mut term, mut below) = ((1.0 - probability).powf(f64::from(trials)), 0.0);
        for number in 0..count.min(trials + 1) {
            below += term;
            let next = f64::from(trials - number) / f64::from(number + 1);
            term *= next * probability / (1.0 - probability);
        }
        1.0 - below
    }

    #[test]
    fn the_least_count_that_passes_is_as_unlikely_as_is_said_and_not_much_more() {
        for (minimum, probability) in [(2, 0.001), (100, 0.001), (100, 0.25), (5000, 0.01)] {
            let least = (0..minimum + 100)
                .find(|&count| shows(count, minimum, probability))
                .unwrap();
            let unlikely = tail(least, minimum - 1, probability);
            assert!(unlikely < 2.0_f64.powi(-20), "{minimum} {least} {unlikely}");
            // The bound gives away a factor of a few standard deviations only.
            let before = tail(least - 3, minimum - 1, probability);
            assert!(before > 2.0_f64.powi(-40), "{minimum} {least} {before}");
        }
    }

    #[test]
    fn no_minimum_needs_no_count_and_one_needs_one() {
        assert!(shows(0, 0, 0.001));
        assert!(!shows(0, 1, 0.001));
        assert!(shows(1, 1, 0.001));
        assert!(!shows(5, 5000, 0.001));
        assert!(!shows(4, 5000, 0.001));
    }
}
