//! The coordinator's part in an alignment, or a check of codes: it passes sealed frames on, and waits until all are done.

#[cfg(test)]
mod tests;

use consilium_mailbox::{Mailbox, MailboxError, PartyId};
use consilium_plan::{Compared, Matching, Phase, Task};
use futures_util::future::try_join_all;
use tokio::sync::{mpsc, watch};

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, report},
};

/// Hears from all parties how far they have come, until all have kept what they learnt.
pub(super) async fn witness(
    mail: &Mailbox,
    task: &Task,
    parties: &[PartyId],
    reports: &mpsc::Sender<Report>,
) -> Result<(), AttemptError> {
    let mail = mail.scope(Phase::Align.name());
    let told: Vec<_> = parties.iter().map(|_| watch::Sender::new(0)).collect();
    let listening = parties.iter().zip(&told);
    let listening = try_join_all(listening.map(|(party, own)| listen(&mail, party, own, &told)));
    tokio::pin!(listening);
    let counting = parties.iter().zip(&told);
    let counting = counting.filter(|(party, _)| counts(task, party));
    let heard = counting.map(|(_, told)| told.subscribe()).collect();
    tokio::select! {
        biased;
        ended = &mut listening => {
            ended?;
        }
        unkept = pass_on(heard, reports) => return Err(unkept),
    }
    let done = Achieved::Done(Phase::Align, Some(Outcome::Aligned));
    report(reports, done).await
}

/// Says whether all is as far as the slowest of such parties: whoever asks a holder says of its
/// table, too, how far it is, and tells on when the holder has no more to tell.
fn counts(task: &Task, party: &PartyId) -> bool {
    match task {
        Task::Align(task) => match &task.matching {
            Matching::Unbalanced { holder, .. } => holder != party,
            _ => true,
        },
        _ => true,
    }
}

/// Listens to one of the parties; it may be silent as long as another one comes further.
async fn listen(
    mail: &Mailbox,
    party: &PartyId,
    own: &watch::Sender<u32>,
    told: &[watch::Sender<u32>],
) -> Result<(), MailboxError> {
    let so_far = || -> u64 { told.iter().map(|chunks| u64::from(*chunks.borrow())).sum() };
    loop {
        let before = so_far();
        match mail.recv(party).await {
            Ok(Compared::Chunks(chunks)) => own.send_modify(|most| *most = chunks.max(*most)),
            Ok(Compared::Done) => return Ok(()),
            Err(MailboxError::Silent { .. }) if so_far() > before => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reports what all have done, ever more seldom: by an eighth more each time.
async fn pass_on(
    mut heard: Vec<watch::Receiver<u32>>,
    reports: &mpsc::Sender<Report>,
) -> AttemptError {
    let mut next = 1;
    loop {
        for told in &mut heard {
            if told.wait_for(|chunks| *chunks >= next).await.is_err() {
                // Nobody listens any more.
                return std::future::pending().await;
            }
        }
        let least = heard.iter().map(|told| *told.borrow()).min();
        let chunks = least.unwrap_or(next);
        if let Err(unkept) = report(reports, Achieved::Compared(chunks)).await {
            return unkept;
        }
        let Some(more) = chunks.checked_add((chunks / 8).max(1)) else {
            // Nobody has so many: whoever says so is not listened to without end.
            return std::future::pending().await;
        };
        next = more;
    }
}
