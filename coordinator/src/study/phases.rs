//! The aggregator's part of every phase of a training that is not done yet.

use consilium_base::Seed;
use consilium_evaluation::{self as evaluation, EvaluationError, Measures};
use consilium_gbdt::{
    horizontal::{self, Keep},
    training as growth,
};
use consilium_glm::{GlmError, averaging};
use consilium_mailbox::{Mailbox, PartyId, Quorum};
use consilium_plan::{Glm, Learner, OwnMetrics, Phase, Plan, ResultKept, Train};
use consilium_scorecard::{Announced, EvidenceHash, Findings, VersionHash};
use consilium_secagg::BookError;
use consilium_value::{Method, Valuation, ValueError};
use tokio::sync::mpsc;
use tracing::warn;

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, Start, report},
    fitting::Fitting,
    job::{Averaged, Evaluated},
    ledger::{Ledger, keep},
};
use crate::desk::Desk;

pub(super) async fn phases(
    desk: &Desk,
    (plan, task): (&Plan, &Train),
    start: &Start,
    mail: &Mailbox,
    reports: &mpsc::Sender<Report>,
) -> Result<(), AttemptError> {
    let terms = plan.sum_terms(&task.protection, start.waivers.clone());
    let mut sums = Ledger::new(terms, desk.roster.directory(), (start, reports))?;
    let roster = start.progress.contributors(&start.contributors);
    let underway = &start.progress.fit;
    let here = mail.phase(Phase::Fit.name());
    let fitted = fit(&here, (task, underway), &roster, &mut sums).await?;
    if !underway.is_done() {
        report(reports, Achieved::Done(Phase::Fit, None)).await?;
    }
    let done = 1 + start.progress.outcomes.len();
    for phase in plan.phases().into_iter().skip(done) {
        let here = mail.phase(phase.name());
        let outcome = match later_phase(
            (desk, start),
            &here,
            (plan, task),
            (phase, &fitted),
            &mut sums,
        )
        .await
        {
            // The fit is worth something without it.
            Err(AttemptError::Fit(GlmError::Failed(failure))) => Some(Outcome::Without(failure)),
            Err(AttemptError::Evaluation(EvaluationError::Failed(failure))) => {
                Some(Outcome::Without(failure.into()))
            }
            Err(AttemptError::Value(ValueError::Failed(failure))) => {
                Some(Outcome::Without(failure.into()))
            }
            other => other?,
        };
        report(reports, Achieved::Done(phase, outcome)).await?;
    }
    Ok(())
}

/// A model that all contributors have.
enum Fitted {
    Glm(Box<consilium_glm::Fit>),
    Gbdt(Box<growth::Published>, Vec<PartyId>),
}

impl Fitted {
    /// Gives whose rows are in it to its end.
    fn contributors(&self) -> &[PartyId] {
        match self {
            Fitted::Glm(fit) => &fit.contributors,
            Fitted::Gbdt(_, contributors) => contributors,
        }
    }
}

/// Fits the model from where its training stands, or announces it anew.
async fn fit(
    mail: &Mailbox,
    (task, underway): (&Train, &Fitting),
    roster: &[PartyId],
    sums: &mut Ledger<'_>,
) -> Result<Fitted, AttemptError> {
    match (&task.learner, underway) {
        // A surrogate is fitted in experiments alone.
        (Learner::Glm(glm), Fitting::Glm(training)) if glm.surrogate.is_none() => {
            let (regression, training) = (&glm.regression, (**training).clone());
            let hear = &mut |_: &_| ();
            let fit = consilium_glm::aggregate(mail, roster, regression, training, sums, hear);
            Ok(Fitted::Glm(Box::new(fit.await?)))
        }
        (Learner::Gbdt(trees), Fitting::Gbdt(training)) => {
            let (agreement, training) = (&trees.agreement, (**training).clone());
            let mut kept = Kept(sums.reports());
            let fit = horizontal::aggregate(mail, roster, agreement, training, sums, &mut kept);
            let fit = fit.await?;
            let published = fit.publish(agreement).map_err(|_| AttemptError::Unkept)?;
            Ok(Fitted::Gbdt(
                Box::new(published),
                fit.contributors().to_vec(),
            ))
        }
        _ => Err(AttemptError::Unkept),
    }
}

/// Runs one phase after the fit.
async fn later_phase(
    (desk, start): (&Desk, &Start),
    mail: &Mailbox,
    (plan, task): (&Plan, &Train),
    (phase, fitted): (Phase, &Fitted),
    sums: &mut Ledger<'_>,
) -> Result<Option<Outcome>, AttemptError> {
    if let (Phase::Value, Learner::Glm(glm), Fitted::Glm(fit)) = (phase, &task.learner, fitted) {
        return value((desk, start), mail, (plan, glm), fit, sums).await;
    }
    if let (Phase::Fedavg | Phase::Fedprox, Learner::Glm(glm)) = (phase, &task.learner)
        && let Some(schedule) = glm.schedule(phase)
    {
        let (roster, regression) = (fitted.contributors(), &glm.regression);
        let learn = (&schedule, phase.first_sum());
        let mut models = averaging::aggregate(mail, roster, regression, learn, sums).await?;
        let Some(model) = models.pop() else {
            return Ok(None);
        };
        let here = mail.phase(Phase::Evaluation.name());
        let (what, first) = (
            (&regression.subject(), &model),
            phase.first_sum_of_measures(),
        );
        let measured = evaluation::aggregate(&here, roster, what, first, sums).await;
        let evaluation = match measured {
            Err(EvaluationError::Failed(_)) => None,
            other => Some(other?),
        };
        let averaged = Averaged { model, evaluation };
        return Ok(Some(Outcome::Averaged(Box::new(averaged))));
    }
    let overall = measure(mail, task, fitted, sums).await?;
    let institutions = match task.own_metrics {
        OwnMetrics::Home => None,
        OwnMetrics::Rounded => Some(evaluation::shared(mail, fitted.contributors()).await?),
    };
    let evaluated = Evaluated {
        overall,
        institutions,
    };
    Ok(Some(Outcome::Evaluation(Box::new(evaluated))))
}

/// Values the institutions' rows by the fitted model, stands by what is told of each, and waits until all have
/// kept it: whoever says nothing then takes nothing from the others.
async fn value(
    (desk, start): (&Desk, &Start),
    mail: &Mailbox,
    (plan, glm): (&Plan, &Glm),
    fit: &consilium_glm::Fit,
    sums: &mut Ledger<'_>,
) -> Result<Option<Outcome>, AttemptError> {
    let Some(by) = &glm.value else {
        return Ok(None);
    };
    let valuation = Valuation {
        regression: &glm.regression,
        model: &fit.model(),
        has_converged: !fit.was_cut_short(&glm.regression),
        contributors: &fit.contributors,
        judges: &by.judges,
        colluding: by.colluding,
        method: by.method,
    };
    let announced = match by.method {
        Method::Shapley => {
            let version = |party: &PartyId| start.versions.get(party).map(|it| VersionHash(it.0));
            let announced = Announced::hear(mail, &fit.contributors).await?;
            announced.as_known(version)
        }
        Method::Influence => Announced::default(),
    };
    // Orders of joining are drawn alike whenever the step is repeated.
    let mut chance = Seed::from_bytes(*plan.hash().as_bytes()).generator();
    let first = Phase::Value.first_sum();
    let (_, told) = consilium_value::aggregate(mail, &valuation, first, sums, &mut chance).await?;
    if let Some(told) = &told {
        let findings = Findings {
            federation: desk.federation,
            study: EvidenceHash(*plan.hash().as_bytes()),
            scores: told.scores(),
        };
        consilium_scorecard::sign(mail, (&findings, &announced), desk.key.as_ref()).await?;
    }
    // They wait for each other that long, before they have kept all.
    let within = plan.mail_patience().silence.saturating_mul(2);
    let at_least = 1;
    let kept = mail
        .gather::<ResultKept>(&fit.contributors, Quorum { at_least, within })
        .await?;
    for (party, error) in kept.absent {
        warn!(study = %plan.hash(), %party, %error, "it did not say that it has kept its value");
    }
    Ok(Some(Outcome::Valued(told)))
}

/// Measures the fitted model.
async fn measure(
    mail: &Mailbox,
    task: &Train,
    fitted: &Fitted,
    sums: &mut Ledger<'_>,
) -> Result<Measures, EvaluationError> {
    let (subject, roster) = (task.learner.subject(), fitted.contributors());
    let first = Phase::Evaluation.first_sum_of_measures();
    match fitted {
        Fitted::Glm(fit) => {
            let what = (&subject, &fit.model());
            evaluation::aggregate(mail, roster, what, first, sums).await
        }
        Fitted::Gbdt(fit, _) => {
            let what = (&subject, &fit.model);
            evaluation::aggregate(mail, roster, what, first, sums).await
        }
    }
}

/// Where trees are kept once no histogram is in hand.
struct Kept<'a>(&'a mpsc::Sender<Report>);

impl Keep for Kept<'_> {
    async fn keep(&mut self, training: &growth::Training) -> Result<(), BookError> {
        if training.holds_histograms() {
            return Ok(());
        }
        keep(self.0, Achieved::Grown(Box::new(training.clone()))).await
    }
}
