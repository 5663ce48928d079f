//! What others say of a card's parts.

use consilium_base::Verifier;

use super::{Card, Measured, check::NEAR};
use crate::{CardError, Countersignature, Dimension, Evidence, statement::not_own};

/// A countersignature on a card, and what came of checking it.
#[derive(Debug, Clone, PartialEq)]
pub struct Countersigned<'a> {
    /// On which dimension.
    pub dimension: Dimension,
    /// By whom.
    pub signer: &'a str,
    /// Whether it is that signer's, about this card's study, institution and version, and says the same scores, where
    /// these can be seen.
    pub outcome: Result<(), CardError>,
}

impl Card {
    /// Checks every countersignature on the card.
    pub fn countersigned(&self, verifier: &dyn Verifier) -> Vec<Countersigned<'_>> {
        let mut all = Vec::new();
        for (dimension, measured) in &self.dimensions {
            for evidence in &measured.evidence {
                for by in &evidence.countersigned {
                    let agrees = || self.agrees(*dimension, measured, evidence, by);
                    all.push(Countersigned {
                        dimension: *dimension,
                        outcome: by.verify(verifier).and_then(|()| agrees()),
                        signer: &by.signer,
                    });
                }
            }
        }
        all
    }

    /// Sees that no countersignature on the card contradicts it, whosever it is.
    pub(super) fn is_agreed(&self) -> Result<(), CardError> {
        for (dimension, measured) in &self.dimensions {
            for evidence in &measured.evidence {
                for by in &evidence.countersigned {
                    self.agrees(*dimension, measured, evidence, by)?;
                }
            }
        }
        Ok(())
    }

    fn agrees(
        &self,
        dimension: Dimension,
        measured: &Measured,
        evidence: &Evidence,
        by: &Countersignature,
    ) -> Result<(), CardError> {
        let signer = || by.signer.clone();
        let said = &by.statement;
        let subject = &said.subject;
        not_own(&by.signer, &self.institution)?;
        let is_here = subject.is_of(self.federation, &self.institution, self.version);
        let is_study = (subject.study == evidence.hash)
            .then_some(())
            .ok_or("study");
        is_here.and(is_study).map_err(|what| CardError::Elsewhere {
            signer: signer(),
            what,
        })?;
        for (score, value) in &said.scores {
            let own = measured.subscores.iter().find(|it| it.id == *score);
            if own.is_none_or(|own| (own.score.score - value).abs() >= NEAR) {
                return Err(CardError::Contradicted {
                    signer: signer(),
                    dimension,
                    score: score.clone(),
                });
            }
        }
        Ok(())
    }
}
