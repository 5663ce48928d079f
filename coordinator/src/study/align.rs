//! The coordinator's part in an alignment: it passes sealed frames on, and waits until both are done.

use consilium_mailbox::{Mailbox, MailboxError, PartyId};
use consilium_plan::{Compared, Phase};
use futures_util::future::try_join_all;
use tokio::sync::{mpsc, watch};

use super::{
    Outcome,
    attempt::{Achieved, AttemptError, Report, report},
};

/// Hears from both parties how far they have come, until both have kept what they learnt.
pub(super) async fn witness(
    mail: &Mailbox,
    parties: &[PartyId],
    reports: &mpsc::Sender<Report>,
) -> Result<(), AttemptError> {
    let mail = mail.scope(Phase::Align.name());
    let (told, heard): (Vec<_>, Vec<_>) = parties.iter().map(|_| watch::channel(0)).unzip();
    let listening = try_join_all(
        parties
            .iter()
            .zip(told)
            .map(|(party, told)| listen(&mail, party, told)),
    );
    tokio::pin!(listening);
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

async fn listen(
    mail: &Mailbox,
    party: &PartyId,
    told: watch::Sender<u32>,
) -> Result<(), MailboxError> {
    while let Compared::Chunks(chunks) = mail.recv(party).await? {
        told.send_modify(|most| *most = chunks.max(*most));
    }
    Ok(())
}

/// Reports what both have done, ever more seldom: by an eighth more each time.
async fn pass_on(
    mut heard: Vec<watch::Receiver<u32>>,
    reports: &mpsc::Sender<Report>,
) -> AttemptError {
    let mut next = 1;
    loop {
        for told in &mut heard {
            if told.wait_for(|chunks| *chunks >= next).await.is_err() {
                // That party is done; the run ends with the other one.
                return std::future::pending().await;
            }
        }
        let both = heard.iter().map(|told| *told.borrow()).min();
        let chunks = both.unwrap_or(next);
        if let Err(unkept) = report(reports, Achieved::Compared(chunks)).await {
            return unkept;
        }
        next = chunks.saturating_add((chunks / 8).max(1));
    }
}
