//! A regression by sums.

use consilium_base::Generator;
use consilium_evaluation::Weight;
use consilium_glm::{
    Candidate, Question, Regression, Table, Training, aggregate, averaging, contribute, surrogate,
};
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::{Glm, Phase, Plan};
use consilium_secagg::{Contribute, Open, SumNumber};

use super::{Brought, SimulationError, Trained};
use crate::{Predictor, predictor::mean_loss};

/// A regression with the rows of all.
pub(super) struct Regressing<'a> {
    coordinator: &'a PartyId,
    glm: &'a Glm,
    /// In the order of what is brought.
    tables: Vec<Table>,
}

/// Makes rows what a regression is fitted to, as much as they count.
pub(crate) fn table(
    regression: &Regression,
    it: &Brought,
    weight: Weight,
) -> Result<Table, SimulationError> {
    let (features, labels) = (it.rows.by_row(), it.rows.labels.clone());
    let table = Table::new(regression, features, labels);
    let table = table.map_err(SimulationError::of_regression(&it.party))?;
    Ok(table.weighted(weight))
}

impl<'a> Regressing<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        glm: &'a Glm,
        brought: &[Brought],
    ) -> Result<Regressing<'a>, SimulationError> {
        let tables = brought
            .iter()
            .map(|it| table(&glm.regression, it, plan.weight(&it.party)));
        Ok(Regressing {
            coordinator: plan.coordinator(),
            glm,
            tables: tables.collect::<Result<_, _>>()?,
        })
    }

    /// The coordinator's part: fits as the plan says, or by the averaging of a phase.
    pub(super) async fn lead(
        &self,
        (mail, phase): (&Mailbox, Phase),
        roster: &[PartyId],
        sums: &mut impl Open,
    ) -> Result<Trained, SimulationError> {
        let (regression, first) = (&self.glm.regression, phase.first_sum());
        if phase != Phase::Fit {
            let schedule = self.glm.schedule(phase);
            let schedule = schedule.ok_or(SimulationError::NotSimulated)?;
            let arm = (&schedule, first);
            let models = averaging::aggregate(mail, roster, regression, arm, sums).await?;
            let last = models.last().ok_or(SimulationError::NotSimulated)?.clone();
            return Ok(Trained {
                curve: self.curve(&models),
                iterations: schedule.rounds,
                // One more than rounds: for where the columns' values lie.
                sums: models.len() as u64,
                ..Trained::new(Predictor::regression(regression, last))
            });
        }
        let mut course = Vec::new();
        let fit = if let Some(by) = &self.glm.surrogate {
            surrogate::aggregate(mail, roster, (regression, by), first, sums).await?
        } else {
            let mut hear = |training: &Training| {
                if let Some((_, Question::Sums(candidate))) = training.question() {
                    course.push(candidate);
                }
            };
            let training = Training::begin(regression, first);
            aggregate(mail, roster, regression, training, sums, &mut hear).await?
        };
        course.push(fit.model());
        Ok(Trained {
            curve: self.curve(&course),
            iterations: fit.updates,
            sums: fit.sums.into(),
            fit: Some(Box::new(fit.clone())),
            ..Trained::new(Predictor::regression(regression, fit.model()))
        })
    }

    /// The part of the contributor at a place.
    pub(super) async fn contribute(
        &self,
        (mail, phase): (&Mailbox, Phase),
        place: usize,
        chance: &impl Fn(SumNumber) -> Generator,
        sums: &mut impl Contribute,
    ) -> Result<Predictor, SimulationError> {
        let (coordinator, first) = (self.coordinator, phase.first_sum());
        let regression = &self.glm.regression;
        let rows = (regression, &self.tables[place]);
        let model = if phase == Phase::Fit {
            match &self.glm.surrogate {
                Some(by) if *mail.me() == by.lead => {
                    let led = surrogate::lead(mail, coordinator, rows, (by, first), chance, sums);
                    Box::pin(led).await?.model()
                }
                Some(by) => {
                    surrogate::contribute(mail, coordinator, rows, (by, first), chance, sums)
                        .await?
                        .model()
                }
                None => contribute(mail, coordinator, rows, first, chance, sums)
                    .await?
                    .model(),
            }
        } else {
            let schedule = self.glm.schedule(phase);
            let schedule = schedule.ok_or(SimulationError::NotSimulated)?;
            let arm = (&schedule, first);
            averaging::contribute(mail, coordinator, rows, arm, chance, sums).await?
        };
        Ok(Predictor::regression(regression, model))
    }

    /// Gives the mean loss over all training rows of each model.
    fn curve(&self, models: &[Candidate]) -> Vec<f64> {
        let subject = self.glm.regression.subject();
        let family = self.glm.regression.specification().family;
        let loss = |model: &Candidate| {
            let score = |table: &Table| table.score(|features| model.predict(family, features));
            let scored: Vec<_> = self.tables.iter().flat_map(score).collect();
            mean_loss(&subject, &scored)
        };
        models.iter().filter_map(loss).collect()
    }
}
