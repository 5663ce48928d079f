//! The coordinator's part in a study over columns of several institutions: it passes sealed frames
//! on, and hears how far they are. Of hospitals that have each its own people it opens counts.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use consilium_evaluation::Shared;
use consilium_gbdt::{
    Losses, MOST_ROWS,
    hybrid::{HybridError, coordinate, hear_rows},
    vertical::VerticalError,
};
use consilium_identity::Directory;
use consilium_mailbox::{Mailbox, MailboxError, Message as _, PartyId};
use consilium_plan::{Doing, Grow, Phase, Plan, Reached, Vertical, VerticalWork};
use consilium_secagg::Open;
use tokio::sync::mpsc;

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, Start, report},
    ledger::Ledger,
};

/// Hears from all parties in each phase, until all have kept what it gave them.
pub(super) async fn witness(
    mail: &Mailbox,
    (plan, task): (&Plan, &Vertical),
    directory: Arc<Directory>,
    (start, reports): (&Start, &mpsc::Sender<Report>),
) -> Result<(), AttemptError> {
    let done = start.progress.outcomes.len();
    for (place, phase) in plan.phases().into_iter().enumerate() {
        let here = mail.scope(phase.name());
        let hearing = hear(&here, (task, phase), &start.contributors, reports);
        // Institutions go through each phase in every run; one that is done is soon over.
        let outcome = match (phase, &task.work, plan.hybrid_sums()) {
            (Phase::Fit, VerticalWork::Grow(grow), Some(sums)) => {
                let mut ledger = Ledger::new(sums.counts, directory.clone(), (start, reports))?;
                let judging = judge(&here, plan, (task, grow), &mut ledger);
                let (outcome, ()) = tokio::try_join!(hearing, judging)?;
                outcome
            }
            _ => hearing.await?,
        };
        if place >= done {
            report(reports, Achieved::Done(phase, Some(outcome))).await?;
        }
    }
    Ok(())
}

/// Opens counts over all hospitals, and says by them what may be told.
async fn judge(
    mail: &Mailbox,
    plan: &Plan,
    (task, grow): (&Vertical, &Grow),
    sums: &mut impl Open,
) -> Result<(), AttemptError> {
    let least = task.least_fitted(plan.limits().minimum_rows.0);
    let most = plan.limits().most_rows.0.min(MOST_ROWS as u64);
    let within = least..=u32::try_from(most).unwrap_or(u32::MAX);
    let rows = hear_rows(mail, &task.label_holder, &[], within).await?;
    let agreement = task.hybrid_agreement(grow, plan.coordinator(), rows.into());
    // The plan was checked, and so was the number of rows.
    let agreement =
        agreement.map_err(|_| HybridError::Vertical(VerticalError::NotAgreed("the rows")))?;
    Ok(coordinate(mail, &agreement, sums).await?)
}

/// Hears of one phase. Whoever has no labels says only that it is done.
///
/// # Errors
///
/// [`MailboxError::Malformed`] names who says what can't be: numbers that are none could not be
/// read again once they are kept.
async fn hear(
    mail: &Mailbox,
    (task, phase): (&Vertical, Phase),
    parties: &[PartyId],
    reports: &mpsc::Sender<Report>,
) -> Result<Outcome, AttemptError> {
    let most = most_trees(task) as usize;
    let mut left = most_told(task);
    let mut losses: Vec<Losses> = Vec::new();
    let shown = loop {
        match mail.recv(&task.label_holder).await? {
            Reached::Done(shown) if shown.as_ref().is_none_or(Shared::is_possible) => break shown,
            Reached::Trees {
                trees,
                losses: so_far,
            } if left > 0 && are_numbers(so_far) => {
                left -= 1;
                // It says so at every level: the tree in hand goes on.
                if trees as usize == losses.len() && losses.len() <= most {
                    losses.push(so_far);
                    report(reports, Achieved::Trees(trees, so_far)).await?;
                }
            }
            _ => return Err(malformed(&task.label_holder)),
        }
    };
    for party in parties.iter().filter(|it| **it != task.label_holder) {
        let Reached::Done(None) = mail.recv(party).await? else {
            return Err(malformed(party));
        };
    }
    Ok(match phase {
        Phase::Fit => Outcome::Grown(losses),
        Phase::Evaluation => Outcome::Shown(shown),
        Phase::Statistics => Outcome::Measured,
        _ => Outcome::Predicted,
    })
}

fn malformed(peer: &PartyId) -> AttemptError {
    let (peer, step) = (peer.clone(), Reached::STEP);
    MailboxError::Malformed { peer, step }.into()
}

fn are_numbers(losses: Losses) -> bool {
    losses.trained.is_finite() && losses.held_out.is_none_or(f64::is_finite)
}

/// Says what the study is at when a phase begins.
pub(super) fn doing(task: &Vertical, phase: Phase) -> Doing {
    match phase {
        Phase::Fit => growing(task, 0, None),
        Phase::Evaluation | Phase::Statistics => Doing::Measuring,
        _ => Doing::Predicting,
    }
}

/// Says that the tree after so many grows.
pub(super) fn growing(task: &Vertical, trees: u32, losses: Option<Losses>) -> Doing {
    let most = most_trees(task);
    Doing::Growing {
        tree: trees.saturating_add(1).min(most),
        trees: most,
        loss: losses.map(|losses| losses.trained),
        held_out: losses.and_then(|losses| losses.held_out),
    }
}

/// Gives how often in a run it can be told of trees: of each once by what an earlier run has kept,
/// and as often as splits are settled in it.
fn most_told(task: &Vertical) -> u64 {
    match &task.work {
        VerticalWork::Grow(grow) => {
            let spec = grow.specification();
            let of_each = u64::from(spec.growth.most_leaves()) + 2;
            (u64::from(spec.trees) + 1) * of_each
        }
        VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => 0,
    }
}

fn most_trees(task: &Vertical) -> u32 {
    match &task.work {
        VerticalWork::Grow(grow) => grow.specification().trees,
        VerticalWork::Predict { .. } | VerticalWork::Weigh(_) => 0,
    }
}
