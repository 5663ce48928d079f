//! The contributor's part of every phase of a training that is not done yet.

use std::fmt::Display;

use consilium_base::Generator;
use consilium_evaluation::{self as evaluation, EvaluationError, Measures, Scored, Subject};
use consilium_gbdt::{horizontal as gbdt, training as growth};
use consilium_glm::{Candidate, GlmError, Published, Table, averaging};
use consilium_identity::Directory;
use consilium_mailbox::Mailbox;
use consilium_node::files::FileError;
use consilium_plan::{Gbdt, Glm, Learner, OwnMetrics, Phase, Train};
use consilium_secagg::SumNumber;
use consilium_value::ValueError;
use tracing::info;

use super::{
    failure::{RunError, internal},
    rows::{Rows, Taken},
    run::{Run, Sums},
    scores::{OwnReport, Results},
    value::Regressed,
};
use crate::home::Home;

/// The label under which scoring the own rows is accounted.
const SCORES: &str = "study.1.scores";

/// A model that all contributors have, and the own rows of its kind.
enum Fitted<'a> {
    Glm(Published, &'a Glm, &'a Rows<Table>),
    Gbdt(Box<growth::Published>, &'a Rows<consilium_gbdt::Table>),
}

impl Run {
    pub(super) async fn phases(
        &self,
        home: &Home,
        task: &Train,
        (mail, directory): (&Mailbox, &Directory),
        sums: &mut Sums,
    ) -> Result<(), RunError> {
        let fitted = Box::pin(self.fit(home, task, mail, sums)).await?;
        let results = Results::new(&home.state, &self.plan.hash());
        let subject = task.learner.subject();
        let scored = mail.compute(SCORES, || Self::keep(&results, &fitted))?;
        let is_measured_again = self.left().any(|phase| phase == Phase::Evaluation);
        if is_measured_again || !results.has_own_report()? {
            mail.compute(SCORES, || self.report(&results, &subject, &scored, None))?;
        }
        for phase in self.left() {
            let here = mail.phase(phase.name());
            // Rows are not valued by trees.
            if let (Phase::Value, Fitted::Glm(fit, glm, rows)) = (phase, &fitted) {
                let regressed = Regressed { fit, glm, rows };
                let ways = (&here, directory);
                Box::pin(self.value(home, regressed, &results, ways, sums)).await?;
                continue;
            }
            if phase != Phase::Evaluation {
                Box::pin(self.compare(&fitted, phase, &here, sums)).await?;
                continue;
            }
            let found = self
                .measure(&here, (&subject, &fitted, &scored), sums)
                .await;
            if let Some(overall) = unless_the_data_allow_none(phase, found)? {
                if task.own_metrics == OwnMetrics::Rounded {
                    evaluation::share(&here, self.plan.coordinator(), &scored).await?;
                }
                mail.compute(SCORES, || {
                    self.report(&results, &subject, &scored, Some(overall))
                })?;
            }
        }
        Ok(())
    }

    /// Fits the model with the others, or hears again what it is.
    async fn fit<'a>(
        &'a self,
        home: &Home,
        task: &'a Train,
        mail: &Mailbox,
        sums: &mut Sums,
    ) -> Result<Fitted<'a>, RunError> {
        let here = mail.phase(Phase::Fit.name());
        let coordinator = self.plan.coordinator();
        match (&task.learner, &self.rows) {
            // A surrogate is fitted in experiments alone.
            (Learner::Glm(glm), Taken::Glm(rows)) if glm.surrogate.is_none() => {
                let (own, first) = (&rows.fitted.table, Phase::Fit.first_sum());
                let (own, rounding) = ((&glm.regression, own), self.rounding());
                let fit =
                    consilium_glm::contribute(&here, coordinator, own, first, &rounding, sums);
                Ok(Fitted::Glm(fit.await?, glm, rows))
            }
            (Learner::Gbdt(Gbdt { agreement, .. }), Taken::Gbdt(rows)) => {
                let seed = self.secret.derive("participant.1.trees", &[]);
                let own = (agreement, &rows.fitted.table, &seed);
                let first = Gbdt::FIRST_SUM;
                let fit = gbdt::contribute(&here, coordinator, own, first, sums).await?;
                Ok(Fitted::Gbdt(Box::new(fit), rows))
            }
            _ => Err(internal(&home.party, "rows").into()),
        }
    }

    /// Keeps the model and the scores of the rows that it is measured on, and gives them.
    fn keep(results: &Results, fitted: &Fitted<'_>) -> Result<Vec<Scored>, FileError> {
        let (scored, numbers) = match fitted {
            Fitted::Glm(fit, _, rows) => {
                results.keep_model("glm", fit)?;
                let rows = rows.measured();
                let scored = rows.table.score(|features| fit.predict(features));
                (scored, &rows.numbers)
            }
            Fitted::Gbdt(fit, rows) => {
                results.keep_model("gbdt", fit)?;
                let rows = rows.measured();
                (score(fit, &rows.table), &rows.numbers)
            }
        };
        results.keep_scores(&scored, numbers)?;
        Ok(scored)
    }

    /// Measures the model with the others.
    async fn measure(
        &self,
        mail: &Mailbox,
        (subject, fitted, scored): (&Subject, &Fitted<'_>, &[Scored]),
        sums: &mut Sums,
    ) -> Result<Measures, EvaluationError> {
        let (coordinator, chance) = (self.plan.coordinator(), self.rounding());
        let first = Phase::Evaluation.first_sum_of_measures();
        match fitted {
            Fitted::Glm(fit, ..) => {
                let rows = (subject, &fit.model(), scored);
                evaluation::contribute(mail, coordinator, rows, first, &chance, sums).await
            }
            Fitted::Gbdt(fit, _) => {
                let rows = (subject, &fit.model, scored);
                evaluation::contribute(mail, coordinator, rows, first, &chance, sums).await
            }
        }
    }

    /// Takes part in another way of training the same regression, and in measuring it.
    async fn compare(
        &self,
        fitted: &Fitted<'_>,
        phase: Phase,
        mail: &Mailbox,
        sums: &mut Sums,
    ) -> Result<(), RunError> {
        let Fitted::Glm(_, glm, rows) = fitted else {
            // Of trees there is no other way.
            return Ok(());
        };
        let Some(schedule) = glm.schedule(phase) else {
            return Ok(());
        };
        let (coordinator, chance) = (self.plan.coordinator(), self.rounding());
        let regression = &glm.regression;
        let (fitted, arm) = (
            (regression, &rows.fitted.table),
            (&schedule, phase.first_sum()),
        );
        let averaged = averaging::contribute(mail, coordinator, fitted, arm, &chance, sums).await;
        let Some(model) = unless_the_data_allow_none(phase, averaged)? else {
            return Ok(());
        };
        let table: &Table = &rows.measured().table;
        let family = regression.specification().family;
        let predict = |features: &[f64]| Candidate::predict(&model, family, features);
        let scored = mail.compute(SCORES, || table.score(predict));
        let here = mail.phase(Phase::Evaluation.name());
        let rows = (&regression.subject(), &model, &scored[..]);
        let first = phase.first_sum_of_measures();
        let found = evaluation::contribute(&here, coordinator, rows, first, &chance, sums).await;
        unless_the_data_allow_none(phase, found)?;
        Ok(())
    }

    /// Gives what rounds a sum: the same whenever it is repeated.
    pub(super) fn rounding(&self) -> impl Fn(SumNumber) -> Generator + Send + Sync {
        |number| {
            let number = number.0.to_le_bytes();
            self.secret
                .derive("participant.1.rounding", &[&number])
                .generator()
        }
    }

    /// Gives the phases after the fit that are not done.
    fn left(&self) -> impl Iterator<Item = Phase> {
        let from = self.call.from;
        let planned = self
            .plan
            .phases()
            .into_iter()
            .filter(|phase| *phase != Phase::Fit);
        planned.filter(move |phase| from.is_some_and(|from| *phase >= from))
    }

    fn report(
        &self,
        results: &Results,
        subject: &Subject,
        scored: &[Scored],
        overall: Option<Measures>,
    ) -> Result<(), FileError> {
        let (fitted_rows, tested) = match &self.rows {
            Taken::Glm(rows) => (rows.fitted.table.rows(), rows.tested.is_some()),
            Taken::Gbdt(rows) => (rows.fitted.table.rows(), rows.tested.is_some()),
        };
        results.keep_own_report(&OwnReport {
            plan: self.plan.hash(),
            data: &self.data,
            version: self.version,
            fitted_rows,
            scored_rows: scored.len(),
            tested,
            own: Measures::own(subject, scored),
            overall,
        })
    }
}

/// Scores rows by trees.
fn score(fit: &growth::Published, table: &consilium_gbdt::Table) -> Vec<Scored> {
    let columns: Vec<&[f64]> = table.values().collect();
    let means = fit.model.means(&columns);
    means
        .into_iter()
        .zip(table.labels())
        .map(|(score, &label)| Scored { score, label })
        .collect()
}

/// Takes what a phase after the fit gave: where the data allow none, the study goes on without.
pub(super) fn unless_the_data_allow_none<T, E: Into<RunError>>(
    phase: Phase,
    gave: Result<T, E>,
) -> Result<Option<T>, RunError> {
    let error = match gave {
        Ok(gave) => return Ok(Some(gave)),
        Err(error) => error.into(),
    };
    let failure: &dyn Display = match &error {
        RunError::Fit(GlmError::Failed(failure)) => failure,
        RunError::Evaluation(EvaluationError::Failed(failure)) => failure,
        RunError::Value(ValueError::Failed(failure)) => failure,
        _ => return Err(error),
    };
    info!(phase = phase.name(), %failure, "the data allow no result of this phase");
    Ok(None)
}
