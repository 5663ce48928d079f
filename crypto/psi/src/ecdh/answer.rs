//! The one noisy answer of a study.

use rand_core::CryptoRng;

use crate::{Epsilon, Spill, SpillError, noise::two_sided_geometric};

/// Under which name the answer lies.
const ANSWER: &str = "answer";

/// A count with noise, as the other party is told it.
///
/// # Discussion
///
/// Noise that follows from what both bring would be the same under the same commitments, which bind
/// nobody: a peer that lies once and then doesn't sees two counts under one noise. Fresh noise for
/// each run averages away. So it is drawn once, and the sum is kept, not the noise.
pub(super) struct Answer(pub(super) i64);

impl Answer {
    /// Reads what was answered, if anything was.
    pub(super) fn load(spill: &mut dyn Spill) -> Result<Option<Answer>, SpillError> {
        let kept = match spill.read(ANSWER) {
            Err(SpillError::Damaged { .. }) => return Err(SpillError::AnswerDamaged),
            kept => kept?,
        };
        let parse = |bytes: Vec<u8>| {
            let size = bytes.try_into().map_err(|_| SpillError::AnswerDamaged)?;
            Ok(Answer(i64::from_le_bytes(size)))
        };
        kept.map(parse).transpose()
    }

    /// Adds noise to a count and keeps the sum: only then may it leave.
    pub(super) fn draw(
        count: u32,
        epsilon: Epsilon,
        spill: &mut dyn Spill,
        rng: &mut impl CryptoRng,
    ) -> Result<Answer, SpillError> {
        let size = two_sided_geometric(epsilon, rng).saturating_add(count.into());
        spill.write(ANSWER, &size.to_le_bytes())?;
        Answer::load(spill)?.ok_or(SpillError::KeepsNothing)
    }
}

#[cfg(test)]
mod tests {
    use consilium_base::Seed;

    use super::*;
    use crate::{MemorySpill, Unkept};

    #[test]
    fn an_answer_is_given_only_if_the_store_keeps_it() {
        let mut rng = Seed::from_bytes([1; 32]).generator();
        let epsilon = Epsilon::thousandths(100).unwrap();
        let mut spill = MemorySpill::default();
        assert!(Answer::load(&mut spill).unwrap().is_none());
        let answer = Answer::draw(20, epsilon, &mut spill, &mut rng).unwrap();
        let kept = Answer::load(&mut spill).unwrap().unwrap();
        assert_eq!(kept.0, answer.0);
        let unkept = Answer::draw(20, epsilon, &mut Unkept, &mut rng);
        assert!(matches!(unkept, Err(SpillError::KeepsNothing)));
        spill.write(ANSWER, &[0; 7]).unwrap();
        let damaged = Answer::load(&mut spill);
        assert!(matches!(damaged, Err(SpillError::AnswerDamaged)));
    }
}
