//! The coordinator's part in a study over columns of several institutions: it passes sealed frames
//! on, and hears how far they are.

#[cfg(test)]
mod tests;

use consilium_gbdt::Losses;
use consilium_mailbox::{Mailbox, PartyId};
use consilium_plan::{Doing, Phase, Plan, Reached, Vertical, VerticalWork};
use tokio::sync::mpsc;

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, Start, report},
};

/// Hears from all parties in each phase, until all have kept what it gave them.
pub(super) async fn witness(
    mail: &Mailbox,
    (plan, task): (&Plan, &Vertical),
    start: &Start,
    reports: &mpsc::Sender<Report>,
) -> Result<(), AttemptError> {
    let done = start.progress.outcomes.len();
    for (place, phase) in plan.phases().into_iter().enumerate() {
        let here = mail.scope(phase.name());
        // Institutions go through each phase in every run; one that is done is soon over.
        let outcome = hear(&here, (task, phase), &start.contributors, reports).await?;
        if place >= done {
            report(reports, Achieved::Done(phase, Some(outcome))).await?;
        }
    }
    Ok(())
}

/// Hears of one phase. Whoever has no labels says only that it is done.
async fn hear(
    mail: &Mailbox,
    (task, phase): (&Vertical, Phase),
    parties: &[PartyId],
    reports: &mpsc::Sender<Report>,
) -> Result<Outcome, AttemptError> {
    let most = most_trees(task) as usize;
    let mut losses: Vec<Losses> = Vec::new();
    let shown = loop {
        match mail.recv(&task.label_holder).await? {
            Reached::Done(shown) => break shown,
            Reached::Trees {
                trees,
                losses: so_far,
            } if trees as usize == losses.len() && losses.len() <= most => {
                losses.push(so_far);
                report(reports, Achieved::Trees(trees, so_far)).await?;
            }
            // It says so at every level: the tree in hand goes on.
            Reached::Trees { .. } => {}
        }
    };
    for party in parties.iter().filter(|it| **it != task.label_holder) {
        while !matches!(mail.recv(party).await?, Reached::Done(_)) {}
    }
    Ok(match phase {
        Phase::Fit => Outcome::Grown(losses),
        Phase::Evaluation => Outcome::Shown(shown),
        _ => Outcome::Predicted,
    })
}

/// Says what the study is at when a phase begins.
pub(super) fn doing(task: &Vertical, phase: Phase) -> Doing {
    match phase {
        Phase::Fit => growing(task, 0, None),
        Phase::Evaluation => Doing::Measuring,
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

fn most_trees(task: &Vertical) -> u32 {
    match &task.work {
        VerticalWork::Grow(grow) => grow.specification().trees,
        VerticalWork::Predict { .. } => 0,
    }
}
