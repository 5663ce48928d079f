//! Training by sums over rows with the same columns, phase after phase.

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::Generator;
use consilium_evaluation::{self as evaluation, Subject};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::{Learner, Phase, Plan, Train};
use consilium_secagg::{Contribute, Open, SumNumber};
use futures_util::future::{join, join_all};

use super::{
    Brought, Parties, SimulationError, Trained, error::all_ended, glm::Regressing,
    protection::Sums, trees::Growing,
};
use crate::{Predictor, Rows};

/// Trains in each phase; measures each model where test rows are brought.
pub(super) async fn train(
    (plan, task): (&Plan, &Train),
    phases: &[Phase],
    (brought, parties): (&[Brought], &Parties),
) -> Result<BTreeMap<Phase, Trained>, SimulationError> {
    let coordinator = plan.coordinator();
    let learning = match &task.learner {
        Learner::Glm(glm) => Learning::Regression(Regressing::new(plan, glm, brought)?),
        Learner::Gbdt(trees) => Learning::Trees(Growing::new(plan, trees, (brought, parties))?),
    };
    let terms = plan.sum_terms(&task.protection, BTreeSet::new());
    let protection = Sums::new(terms, parties.seed.derive("lab.1.sums", &[]));
    let roster: Vec<PartyId> = brought.iter().map(|it| it.party.clone()).collect();
    let measuring = Measuring {
        coordinator,
        subject: task.learner.subject(),
    };
    let is_measured = brought.iter().all(|it| it.test.is_some());
    let aggregating = async {
        let mut sums = protection.aggregator()?;
        let mut trained = BTreeMap::new();
        for &phase in phases {
            let here = parties.coordinator.scope(phase.name());
            let mut model = learning.lead((&here, phase), &roster, &mut sums).await?;
            if is_measured {
                let at = (&parties.coordinator, phase);
                measuring.lead(at, &roster, &mut model, &mut sums).await?;
            }
            trained.insert(phase, model);
        }
        Ok::<_, SimulationError>(trained)
    };
    let contributing = parties.others.iter().zip(brought).enumerate();
    let contributing = contributing.map(async |(place, (mail, own))| {
        parties.prove(mail, plan, brought).await?;
        let mut sums = protection.contributor(mail.me())?;
        let chance = |number| protection.chance(mail.me(), number);
        for &phase in phases {
            let here = mail.scope(phase.name());
            let at = (&here, phase);
            let contributing = learning.contribute(at, place, &chance, &mut sums);
            let model = Box::pin(contributing).await?;
            if let (true, Some(test)) = (is_measured, &own.test) {
                let rows = (&model, test);
                measuring
                    .contribute((mail, phase), rows, &chance, &mut sums)
                    .await?;
            }
        }
        Ok::<_, SimulationError>(())
    });
    let (led, contributed) = join(aggregating, join_all(contributing)).await;
    all_ended(led, contributed).map(|(trained, _)| trained)
}

/// A learner with the rows of all.
enum Learning<'a> {
    Regression(Regressing<'a>),
    Trees(Growing<'a>),
}

impl Learning<'_> {
    async fn lead(
        &self,
        at: (&Mailbox, Phase),
        roster: &[PartyId],
        sums: &mut impl Open,
    ) -> Result<Trained, SimulationError> {
        match (self, at) {
            (Learning::Regression(by), at) => by.lead(at, roster, sums).await,
            (Learning::Trees(by), (mail, Phase::Fit)) => by.lead(mail, roster, sums).await,
            (Learning::Trees(_), _) => Err(SimulationError::NotSimulated),
        }
    }

    async fn contribute(
        &self,
        at: (&Mailbox, Phase),
        place: usize,
        chance: &impl Fn(SumNumber) -> Generator,
        sums: &mut impl Contribute,
    ) -> Result<Predictor, SimulationError> {
        match self {
            Learning::Regression(by) => by.contribute(at, place, chance, sums).await,
            Learning::Trees(by) => by.contribute(at.0, place, sums).await,
        }
    }
}

/// How models are measured: by two sums over the test rows of all.
struct Measuring<'a> {
    coordinator: &'a PartyId,
    subject: Subject,
}

impl Measuring<'_> {
    async fn lead(
        &self,
        (mail, phase): (&Mailbox, Phase),
        roster: &[PartyId],
        model: &mut Trained,
        sums: &mut impl Open,
    ) -> Result<(), SimulationError> {
        let (here, first) = (scope(mail, phase), phase.first_sum_of_measures());
        let what = (&self.subject, &model.predictor);
        let measures = evaluation::aggregate(&here, roster, what, first, sums).await?;
        model.measures = Some(measures);
        model.sums += 2;
        Ok(())
    }

    async fn contribute(
        &self,
        (mail, phase): (&Mailbox, Phase),
        (model, test): (&Predictor, &Rows),
        chance: &impl Fn(SumNumber) -> Generator,
        sums: &mut impl Contribute,
    ) -> Result<(), SimulationError> {
        let (here, first) = (scope(mail, phase), phase.first_sum_of_measures());
        let scored = model.score(test);
        let what = (&self.subject, model, &scored[..]);
        evaluation::contribute(&here, self.coordinator, what, first, chance, sums).await?;
        Ok(())
    }
}

/// Gives where a phase's model is measured: the fit's in a phase of its own.
fn scope(mail: &Mailbox, phase: Phase) -> Mailbox {
    match phase {
        Phase::Fit => mail.scope(Phase::Evaluation.name()),
        averaging => mail.scope(averaging.name()).scope(Phase::Evaluation.name()),
    }
}
