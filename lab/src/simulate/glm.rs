//! A regression by sums.

use consilium_glm::{
    Candidate, Fit, GlmError, Question, Regression, Table, Training, aggregate_turn, announce,
    averaging, contribute,
    surrogate::{self, Surrogate},
};
use consilium_mailbox::PartyId;
use consilium_plan::{Glm, Phase, Plan, Train};
use futures_util::future::{join, join_all};

use super::{Brought, Fitted, Parties, SimulationError, protection::Sums};
use crate::{Predictor, predictor::mean_loss};

/// Fits as the plan says, or by the averaging of a phase.
pub(super) async fn fit(
    (plan, task, glm): (&Plan, &Train, &Glm),
    phase: Phase,
    (brought, parties): (&[Brought], &Parties),
) -> Result<Fitted, SimulationError> {
    let tables = brought.iter().map(|it| table(&glm.regression, it));
    let tables: Vec<Table> = tables.collect::<Result<_, _>>()?;
    let sums = Sums::new(plan, &task.protection, &parties.seed);
    let around = Around {
        plan,
        glm,
        names: brought.iter().map(|it| it.party.clone()).collect(),
        tables,
        sums,
    };
    match phase {
        Phase::Fit => match &glm.surrogate {
            Some(surrogate) => around.approximate(surrogate, parties).await,
            None => around.newton(parties).await,
        },
        averaging => around.average(averaging, parties).await,
    }
}

/// Makes rows what a regression is fitted to.
pub(crate) fn table(regression: &Regression, it: &Brought) -> Result<Table, SimulationError> {
    let (features, labels) = (it.rows.by_row(), it.rows.labels.clone());
    Table::new(regression, features, labels).map_err(SimulationError::of_regression(&it.party))
}

struct Around<'a> {
    plan: &'a Plan,
    glm: &'a Glm,
    names: Vec<PartyId>,
    tables: Vec<Table>,
    sums: Sums,
}

impl Around<'_> {
    async fn newton(&self, parties: &Parties) -> Result<Fitted, SimulationError> {
        let regression = &self.glm.regression;
        let aggregating = async {
            let mut sums = self.sums.aggregator()?;
            self.lead(parties, &mut sums).await
        };
        let contributing = parties
            .others
            .iter()
            .zip(&self.tables)
            .map(|(mail, own)| async move {
                let me = mail.me();
                let mut sums = self.sums.contributor(me)?;
                let chance = |number| self.sums.chance(me, number);
                let here = mail.scope(Phase::Fit.name());
                let (rows, first) = ((regression, own), Phase::Fit.first_sum());
                contribute(
                    &here,
                    self.plan.coordinator(),
                    rows,
                    first,
                    &chance,
                    &mut sums,
                )
                .await?;
                Ok::<_, SimulationError>(())
            });
        let (led, contributed) = join(aggregating, join_all(contributing)).await;
        // A contributor's own error says more than the coordinator's that it went missing.
        contributed.into_iter().collect::<Result<Vec<()>, _>>()?;
        let (fit, course) = led?;
        Ok(Fitted {
            curve: self.curve(&course),
            iterations: fit.updates,
            sums: fit.sums.into(),
            predictor: Predictor::regression(regression, fit.model()),
        })
    }

    /// The coordinator's part; gives the coefficients on the way too.
    async fn lead(
        &self,
        parties: &Parties,
        sums: &mut consilium_secagg::Aggregator,
    ) -> Result<(Fit, Vec<Candidate>), SimulationError> {
        let here = parties.coordinator.scope(Phase::Fit.name());
        let (mut training, mut roster) = (
            Training::begin(&self.glm.regression, Phase::Fit.first_sum()),
            self.names.clone(),
        );
        let mut course = Vec::new();
        for turn in 0.. {
            let here = here.scope(format_args!("turn-{turn}"));
            match training {
                Training::Done(fit) => {
                    announce(&here, &roster, &Ok((*fit).clone())).await?;
                    course.push(fit.model());
                    return Ok((*fit, course));
                }
                Training::Failed(failure) => {
                    announce(&here, &roster, &Err(failure.clone())).await?;
                    return Err(GlmError::from(failure).into());
                }
                underway => {
                    if let Some((_, Question::Sums(candidate))) = underway.question() {
                        course.push(candidate);
                    }
                    let regression = &self.glm.regression;
                    training =
                        aggregate_turn(&here, &mut roster, regression, underway, sums).await?;
                }
            }
        }
        unreachable!("turns end with a fit or without")
    }

    /// By a surrogate likelihood.
    async fn approximate(
        &self,
        by: &Surrogate,
        parties: &Parties,
    ) -> Result<Fitted, SimulationError> {
        let regression = &self.glm.regression;
        let first = Phase::Fit.first_sum();
        let aggregating = async {
            let mut sums = self.sums.aggregator()?;
            let here = parties.coordinator.scope(Phase::Fit.name());
            let fit = surrogate::aggregate(&here, &self.names, (regression, by), first, &mut sums);
            Ok::<_, SimulationError>(fit.await?)
        };
        let contributing = parties
            .others
            .iter()
            .zip(&self.tables)
            .map(|(mail, own)| async move {
                let me = mail.me();
                let mut sums = self.sums.contributor(me)?;
                let chance = |number| self.sums.chance(me, number);
                let here = mail.scope(Phase::Fit.name());
                let (coordinator, rows, what) =
                    (self.plan.coordinator(), (regression, own), (by, first));
                if *me == by.lead {
                    let led = surrogate::lead(&here, coordinator, rows, what, &chance, &mut sums);
                    Box::pin(led).await?;
                } else {
                    surrogate::contribute(&here, coordinator, rows, what, &chance, &mut sums)
                        .await?;
                }
                Ok::<_, SimulationError>(())
            });
        let (led, contributed) = join(aggregating, join_all(contributing)).await;
        contributed.into_iter().collect::<Result<Vec<()>, _>>()?;
        let fit = led?;
        Ok(Fitted {
            curve: self.curve(&[fit.model()]),
            iterations: fit.updates,
            sums: fit.sums.into(),
            predictor: Predictor::regression(regression, fit.model()),
        })
    }

    async fn average(&self, phase: Phase, parties: &Parties) -> Result<Fitted, SimulationError> {
        let regression = &self.glm.regression;
        let schedule = self.glm.schedule(phase);
        let schedule = schedule.ok_or(SimulationError::NotSimulated)?;
        let arm = (&schedule, phase.first_sum());
        let aggregating = async {
            let mut sums = self.sums.aggregator()?;
            let here = parties.coordinator.scope(phase.name());
            let models =
                averaging::aggregate(&here, &self.names, regression, arm, &mut sums).await?;
            Ok::<_, SimulationError>(models)
        };
        let contributing = parties
            .others
            .iter()
            .zip(&self.tables)
            .map(|(mail, own)| async move {
                let me = mail.me();
                let mut sums = self.sums.contributor(me)?;
                let chance = |number| self.sums.chance(me, number);
                let here = mail.scope(phase.name());
                let (coordinator, rows) = (self.plan.coordinator(), (regression, own));
                averaging::contribute(&here, coordinator, rows, arm, &chance, &mut sums).await?;
                Ok::<_, SimulationError>(())
            });
        let (led, contributed) = join(aggregating, join_all(contributing)).await;
        contributed.into_iter().collect::<Result<Vec<()>, _>>()?;
        let models = led?;
        let last = models.last().ok_or(SimulationError::NotSimulated)?.clone();
        Ok(Fitted {
            curve: self.curve(&models),
            iterations: schedule.rounds,
            // One more for where the columns' values lie.
            sums: u64::from(schedule.rounds) + 1,
            predictor: Predictor::regression(regression, last),
        })
    }

    /// Gives the mean loss over all training rows of each model.
    fn curve(&self, models: &[Candidate]) -> Vec<f64> {
        let subject = self.glm.regression.subject();
        let loss = |model: &Candidate| {
            let family = self.glm.regression.specification().family;
            let score = |table: &Table| table.score(|features| model.predict(family, features));
            let scored: Vec<_> = self.tables.iter().flat_map(score).collect();
            mean_loss(&subject, &scored)
        };
        models.iter().filter_map(loss).collect()
    }
}
