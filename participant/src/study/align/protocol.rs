//! The protocol that compares the keys, as the plan says.

use std::{num::NonZeroUsize, thread};

use consilium_mailbox::Mailbox;
use consilium_plan::{Matching, NoisyCount};
use consilium_psi::{
    Aligned, Party, PsiError, Sizes,
    ecdh::{self, Shown},
    star,
    unbalanced::Uses,
    vole,
};

use super::{Learnt, OwnPart, Watched};
use crate::study::{aligned::Common, failure::RunError};

impl OwnPart<'_> {
    /// Runs the plan's protocol.
    pub(super) async fn protocol(
        &self,
        mail: &Mailbox,
        spill: &mut Watched,
    ) -> Result<Learnt, RunError> {
        let secret = self.counted.secret.derive("participant.1.alignment", &[]);
        let terms = self.task.terms(self.plan);
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let rng = &mut self.home.ambient.generator();
        let of_two = || match &self.others[..] {
            [peer] => Ok(Party {
                mail,
                peer,
                terms: &terms,
                items: &self.keys.items,
                secret: &secret,
                threads,
            }),
            _ => Err(PsiError::Terms("two parties compare by this protocol")),
        };
        Ok(match &self.task.matching {
            Matching::Ecdh => rows(ecdh::align(&of_two()?, spill, rng).await?),
            Matching::Vole => rows(vole::align(&of_two()?, &Sizes::USUAL, spill, rng).await?),
            Matching::Star { leader } => {
                let all = self.plan.contributors().map(|(party, _)| party.clone());
                let party = star::Party {
                    mail,
                    parties: &all.collect::<Vec<_>>(),
                    leader,
                    terms: &terms,
                    items: &self.keys.items,
                    secret: &secret,
                    threads,
                };
                rows(star::align(&party, &Sizes::USUAL, spill, rng).await?)
            }
            Matching::Unbalanced { holder, queries } => {
                let uses = Uses {
                    holder: holder.clone(),
                    queries: *queries,
                };
                let kept = spill.kept.clone();
                self.unbalanced(&of_two()?, &uses, kept).await?
            }
            Matching::Cardinality(noisy) => {
                let shown = noisy.as_ref().map_or(Shown::Exact, NoisyCount::shown);
                let counted = ecdh::cardinality(&of_two()?, &shown, spill, rng).await?;
                Learnt::Number(Common::of(counted, self.task.minimum))
            }
        })
    }
}

fn rows(Aligned { rows, sizes }: Aligned) -> Learnt {
    Learnt::Rows {
        rows,
        sizes,
        queries: None,
    }
}
