//! Whom a step in hand is kept waiting for, so that those who watch see it before anybody is given
//! up.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use consilium_journal::{Entry, Kind, UnixTime};
use consilium_mailbox::PartyId;
use consilium_plan::Waiting;
use tokio::time::{Duration, Instant};
use tracing::info;

use super::{
    driver::{Driver, Halt},
    keep::{self, Deed},
    working::Working,
};

/// Those who are awaited, and since when each of them is.
type Awaited = BTreeMap<PartyId, Instant>;

impl Driver {
    /// Keeps whom the step is kept waiting for, where that has changed.
    pub(super) async fn look_around(&mut self) -> Result<(), Halt> {
        let Some(awaited) = self.awaited() else {
            return Ok(());
        };
        let now = (Instant::now(), self.desk.ambient.now());
        let waiting = go_on(self.job.waiting.as_ref(), &awaited, self.murmur(), now);
        if waiting == self.job.waiting {
            return Ok(());
        }
        if let Some(Waiting { on, since }) = &waiting {
            info!(study = %self.name, ?on, %since, "the study waits");
        }
        self.job.waiting = waiting;
        let entry = Entry::new(now.1, Kind::WAITING).about(&self.name);
        let deed = Deed {
            entries: vec![keep::with_doing(entry, &self.job)],
            ..Deed::default()
        };
        self.keep(deed).await?.ok();
        Ok(())
    }

    /// Gives when somebody who is awaited becomes worth telling of.
    pub(super) fn next_murmur(&self) -> Option<Instant> {
        let awaited = self.awaited()?.into_iter();
        let told = self.job.waiting.as_ref();
        let untold = awaited.filter(|(party, _)| !is_told(party, told));
        untold.map(|(_, since)| since + self.murmur()).min()
    }

    /// Gives who is awaited; `None` where that is not the time to say.
    fn awaited(&self) -> Option<Awaited> {
        let all = |parties: Vec<PartyId>, since: Instant| {
            parties.into_iter().map(|party| (party, since)).collect()
        };
        Some(match &self.working {
            // What it waited for is tried again.
            Working::Not | Working::Resting { .. } => return None,
            Working::Gathering { since, .. } => all(self.absent().into_iter().collect(), *since),
            Working::Asking { since, reports, .. } => {
                let mut silent = self.counted_on();
                silent.retain(|party| !reports.contains_key(party));
                all(silent, *since)
            }
            Working::Settling { since, awaited, .. } => {
                all(awaited.keys().cloned().collect(), *since)
            }
            Working::Running(running) => {
                let mut awaited = Awaited::new();
                for (party, since) in running.overdue.borrow().iter() {
                    let first = awaited.entry(party.clone()).or_insert(*since);
                    *first = (*first).min(*since);
                }
                awaited
            }
        })
    }

    fn murmur(&self) -> Duration {
        self.plan.mail_patience().murmur
    }
}

/// Goes on from what was told: of those who are awaited, whoever was told of before stays, and
/// others come in after the murmur.
fn go_on(
    told: Option<&Waiting>,
    awaited: &Awaited,
    murmur: Duration,
    (now, time): (Instant, UnixTime),
) -> Option<Waiting> {
    let mut late = awaited.clone();
    late.retain(|party, since| is_told(party, told) || *since + murmur <= now);
    let first = late.values().min()?;
    let since = match told {
        Some(told) => told.since,
        None => time.before(now - *first),
    };
    Some(Waiting {
        on: late.into_keys().collect(),
        since,
    })
}

fn is_told(party: &PartyId, told: Option<&Waiting>) -> bool {
    told.is_some_and(|told| told.on.contains(party))
}
