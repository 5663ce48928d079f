//! One run of a study: the aggregator's part of every phase that is not done yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use consilium_evaluation::EvaluationError;
use consilium_gbdt::{
    Losses, horizontal::HorizontalError, hybrid::HybridError, training as growth,
    vertical::VerticalError,
};
use consilium_glm::GlmError;
use consilium_identity::{RunContext, SealError, SealedTransport};
use consilium_mailbox::{Mailbox, MailboxError, Overdue, PartyId, RunId};
use consilium_node::link::RunTaken;
use consilium_plan::{DataVersion, Phase, Plan, Task};
use consilium_scarcity::ScarcityError;
use consilium_secagg::{Entry, Opened, SumError, SumNumber};
use consilium_statistics::StatisticsError;
use consilium_value::ValueError;
use tokio::sync::{mpsc, oneshot};

use super::{Outcome, Progress, Spent, align, phases::phases, scarcity, statistics, vertical};
use crate::desk::Desk;

/// What a run begins with.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) run: RunId,
    /// Which run of the study it is, from 1.
    pub(crate) attempt: u32,
    pub(crate) contributors: Vec<PartyId>,
    /// For which version of its data set each one's steward has approved.
    pub(crate) versions: BTreeMap<PartyId, DataVersion>,
    pub(crate) waivers: BTreeSet<PartyId>,
    pub(crate) progress: Progress,
    /// What was opened in the study before.
    pub(crate) opened: Vec<Entry>,
    /// Is told whom the run waits for.
    pub(crate) overdue: Overdue,
}

/// What the driver has to keep before the run goes on.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) what: Achieved,
    /// Answered once it is kept; dropped if it can't be.
    pub(crate) kept: oneshot::Sender<()>,
}

/// What a run has achieved.
#[derive(Debug)]
pub(crate) enum Achieved {
    Opened(SumNumber, Opened),
    /// Trees have come to where they can be kept.
    Grown(Box<growth::Training>),
    /// So many trees stand over columns of several institutions, and predict with these losses.
    Trees(u32, Losses),
    /// So many chunks of keys are done at all parties of an alignment.
    Compared(u32),
    Done(Phase, Option<Outcome>),
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    #[error(transparent)]
    Taken(#[from] RunTaken),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error(transparent)]
    Sum(#[from] SumError),
    #[error(transparent)]
    Fit(GlmError),
    #[error(transparent)]
    Trees(HorizontalError),
    #[error(transparent)]
    Hybrid(HybridError),
    #[error(transparent)]
    Evaluation(EvaluationError),
    #[error(transparent)]
    Value(ValueError),
    #[error(transparent)]
    Statistics(StatisticsError),
    #[error(transparent)]
    Scarcity(ScarcityError),
    /// The driver is gone, or could not keep what was achieved.
    #[error("what the run achieved could not be kept")]
    Unkept,
}

impl From<GlmError> for AttemptError {
    fn from(error: GlmError) -> AttemptError {
        match error {
            GlmError::Sum(error) => AttemptError::Sum(error),
            error => AttemptError::Fit(error),
        }
    }
}

impl From<HorizontalError> for AttemptError {
    fn from(error: HorizontalError) -> AttemptError {
        match error {
            HorizontalError::Sum(error) => AttemptError::Sum(error),
            error => AttemptError::Trees(error),
        }
    }
}

impl From<HybridError> for AttemptError {
    fn from(error: HybridError) -> AttemptError {
        match error {
            HybridError::Sum(error) => AttemptError::Sum(error),
            HybridError::Vertical(VerticalError::Mailbox(error)) => AttemptError::Mailbox(error),
            error => AttemptError::Hybrid(error),
        }
    }
}

impl From<EvaluationError> for AttemptError {
    fn from(error: EvaluationError) -> AttemptError {
        match error {
            EvaluationError::Sum(error) => AttemptError::Sum(error),
            error => AttemptError::Evaluation(error),
        }
    }
}

impl From<ScarcityError> for AttemptError {
    fn from(error: ScarcityError) -> AttemptError {
        match error {
            ScarcityError::Sum(error) => AttemptError::Sum(error),
            ScarcityError::Mailbox(error) => AttemptError::Mailbox(error),
            error => AttemptError::Scarcity(error),
        }
    }
}

impl From<ValueError> for AttemptError {
    fn from(error: ValueError) -> AttemptError {
        match error {
            ValueError::Sum(error) => AttemptError::Sum(error),
            error => AttemptError::Value(error),
        }
    }
}

impl From<StatisticsError> for AttemptError {
    fn from(error: StatisticsError) -> AttemptError {
        match error {
            StatisticsError::Sum(error) => AttemptError::Sum(error),
            StatisticsError::Mailbox(error) => AttemptError::Mailbox(error),
            error => AttemptError::Statistics(error),
        }
    }
}

/// Runs what is left of a study; gives what it cost, whatever came of it.
pub(crate) async fn attempt(
    desk: Desk,
    plan: Arc<Plan>,
    start: Start,
    reports: mpsc::Sender<Report>,
) -> (Spent, Result<(), AttemptError>) {
    let mail = match open(&desk, &plan, &start).await {
        Ok(mail) => mail,
        Err(error) => return (Spent::default(), Err(error)),
    };
    let outcome = match plan.task() {
        Task::Train(task) => phases(&desk, (&plan, task), &start, &mail, &reports).await,
        task @ (Task::Align(_) | Task::Dictionary(_)) => {
            align::witness(&mail, task, &start.contributors, &reports).await
        }
        Task::Statistics(task) => {
            statistics::open(&desk, (&plan, task), &start, &mail, &reports).await
        }
        Task::Scarcity(task) => scarcity::open(&desk, (&plan, task), &start, &mail, &reports).await,
        Task::Vertical(task) => {
            let directory = desk.roster.directory();
            vertical::witness(&mail, (&plan, task), directory, (&start, &reports)).await
        }
    };
    let spent = Spent {
        all: mail.account(),
        phases: mail.parts(),
    };
    if outcome.is_ok() {
        mail.finish();
    }
    (spent, outcome)
}

async fn open(desk: &Desk, plan: &Plan, start: &Start) -> Result<Mailbox, AttemptError> {
    let transport = desk.link.transport(start.run, &start.contributors)?;
    let context = RunContext {
        federation: desk.federation,
        plan: *plan.hash().as_bytes(),
        run: start.run,
        attempt: start.attempt,
        roles: plan.run_roles(),
    };
    let sealed = SealedTransport::open(
        Arc::new(transport),
        &context,
        desk.key.as_ref(),
        desk.roster.directory().as_ref(),
        plan.patience().answer,
        &mut desk.ambient.generator(),
    )
    .await?;
    let mail = Mailbox::new(Arc::new(sealed), start.run, plan.mail_patience());
    Ok(mail.telling(start.overdue.clone()))
}

pub(super) async fn report(
    reports: &mpsc::Sender<Report>,
    what: Achieved,
) -> Result<(), AttemptError> {
    let (kept, is_kept) = oneshot::channel();
    let unkept = |_| AttemptError::Unkept;
    reports
        .send(Report { what, kept })
        .await
        .map_err(|_| AttemptError::Unkept)?;
    is_kept.await.map_err(unkept)
}
