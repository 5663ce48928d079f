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
        let waiting = go_on(self.job.waiting.as_ref(), &awaited, self.pace(), now);
        if waiting == self.job.waiting {
            return Ok(());
        }
        self.told = Some(now.0);
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

    /// Gives when it is worth looking again whom the step is kept waiting for.
    pub(super) fn next_murmur(&self) -> Option<Instant> {
        let awaited = self.awaited()?;
        next(self.job.waiting.as_ref(), &awaited, self.pace())
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

    fn pace(&self) -> Pace {
        let murmur = self.plan.mail_patience().murmur;
        let rested = self.told.map(|told| told + murmur);
        Pace { murmur, rested }
    }
}

/// How soon others are told of.
#[derive(Clone, Copy)]
struct Pace {
    /// How long somebody is awaited before that is worth telling.
    murmur: Duration,
    /// From when on a spell that goes on may change: a party that comes and goes makes no entry
    /// each time.
    rested: Option<Instant>,
}

/// Goes on from what was told: of those who are awaited, whoever was told of before stays, and
/// others come in after the murmur.
fn go_on(
    told: Option<&Waiting>,
    awaited: &Awaited,
    pace: Pace,
    (now, time): (Instant, UnixTime),
) -> Option<Waiting> {
    let mut late = awaited.clone();
    late.retain(|party, since| is_told(party, told) || *since + pace.murmur <= now);
    let first = late.values().min()?;
    let since = match told {
        Some(told) if pace.rested.is_some_and(|rested| now < rested) => return Some(told.clone()),
        Some(told) => told.since,
        None => time.before(now - *first),
    };
    Some(Waiting {
        on: late.into_keys().collect(),
        since,
    })
}

/// Gives when somebody becomes worth telling of, or is no more, if that is not before `rested`.
fn next(
    told: Option<&Waiting>,
    awaited: &Awaited,
    Pace { murmur, rested }: Pace,
) -> Option<Instant> {
    let untold = awaited.iter().filter(|(party, _)| !is_told(party, told));
    let untold = untold.map(|(_, since)| *since + murmur).min();
    let Some(told) = told else {
        return untold;
    };
    let is_back = told.on.iter().any(|party| !awaited.contains_key(party));
    let returned = rested.filter(|_| is_back);
    let untold = untold.map(|due| rested.map_or(due, |rested| due.max(rested)));
    untold.into_iter().chain(returned).min()
}

fn is_told(party: &PartyId, told: Option<&Waiting>) -> bool {
    told.is_some_and(|told| told.on.contains(party))
}
