//! The coordinator's part in a study of scarcity: it opens tables that it can't read, and counts empty buckets.

use consilium_mailbox::Mailbox;
use consilium_plan::{Phase, Plan, ResultKept, Scarcity};
use consilium_scarcity::aggregate;
use futures_util::future::try_join_all;
use tokio::sync::mpsc;

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, Start, report},
    ledger::Ledger,
};
use crate::desk::Desk;

/// Opens all sums anew, the same as in an earlier run, and waits until all contributors have kept what
/// they found.
pub(super) async fn open(
    desk: &Desk,
    (plan, task): (&Plan, &Scarcity),
    start: &Start,
    mail: &Mailbox,
    reports: &mpsc::Sender<Report>,
) -> Result<(), AttemptError> {
    let terms = plan.sum_terms(&task.protection, start.waivers.clone());
    let mut sums = Ledger::new(terms, desk.roster.directory(), (start, reports))?;
    let here = mail.phase(Phase::Scarcity.name());
    let (roster, first) = (&start.contributors, Phase::Scarcity.first_sum());
    let opened = aggregate(&here, roster, &task.agreement(), first, &mut sums).await?;
    try_join_all(roster.iter().map(|party| here.recv::<ResultKept>(party))).await?;
    let done = Achieved::Done(Phase::Scarcity, Some(Outcome::Held(opened)));
    report(reports, done).await
}
