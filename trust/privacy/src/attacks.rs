//! What attacks together say of one model.

use serde::Serialize;

use crate::{Advantage, Score};

/// How well attackers tell who taught a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Membership {
    /// One who knows the model's loss on a row (Yeom et al. 2018).
    #[serde(flatten)]
    pub loss: Advantage,
    /// One who has taught models alike besides ([`shadow_scores`](crate::shadow_scores)), if it was tried.
    pub shadow: Option<ShadowAttack>,
}

/// An attack by shadow models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowAttack {
    /// How many models were taught for it.
    pub shadows: usize,
    /// What it finds.
    #[serde(flatten)]
    pub advantage: Advantage,
}

impl Membership {
    /// The score of the attack that finds more, as [`Advantage::score`] gives it: whoever holds rows has to fear the
    /// stronger one.
    pub fn score(&self) -> Score {
        let loss = self.loss.score();
        let shadow = self.shadow.as_ref().map(|it| it.advantage.score());
        match shadow {
            Some(shadow) if shadow.score < loss.score => shadow,
            _ => loss,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn the_stronger_attack_counts() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let weak = Advantage::of(&[1.0, 3.0], &[2.0, 4.0], &mut rng).unwrap();
        let strong = Advantage::of(&[3.0, 4.0], &[1.0, 2.0], &mut rng).unwrap();
        let of = |loss: &Advantage, shadow: Option<&Advantage>| {
            let shadow = shadow.map(|it| ShadowAttack {
                shadows: 4,
                advantage: it.clone(),
            });
            let loss = loss.clone();
            Membership { loss, shadow }.score().score
        };
        assert_eq!((strong.advantage, weak.advantage), (1.0, 0.0));
        assert!(of(&weak, None) > 99.9);
        assert!(of(&weak, Some(&strong)) < 0.1);
        assert!(of(&strong, Some(&weak)) < 0.1);
    }
}
