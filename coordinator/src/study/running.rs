//! Runs, as the driver of their study sees them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use consilium_base::Tagged;
use consilium_journal::{Entry, Kind};
use consilium_mailbox::{Overdue, PartyId, RunId};
use consilium_plan::{
    Code, DataVersion, Doing, Event, Failure, Gbdt, Phase, Standing, StepNumber, Study, Task,
};
use consilium_proto::v1::{self, to_participant::Kind as Said};
use consilium_secagg as secagg;
use consilium_store::StoreError;
use metrics::counter;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::Instant,
};
use tracing::{debug, warn};

use super::{
    Forbidden, Spent,
    attempt::{Achieved, AttemptError, Report, Start, attempt},
    blame::{Blame, blame, is_consequence},
    driver::{Driver, Halt},
    fitting::Fitting,
    keep::{self, Deed},
    result, vertical,
    working::{Running, Working},
};
use crate::{
    store::{
        Kept,
        openings::{self, OpenedSum},
    },
    wire,
};

/// How often a run may fail in a row, with all parties there, before the study fails.
const MOST_FRUITLESS: u32 = 6;
/// How long a driver rests before it tries again; twice as long after each failure in a row.
const REST: Duration = Duration::from_millis(100);

/// Gives what is kept of an opened sum, so that its number is not opened otherwise.
///
/// Of trees' sums a hash is kept: they are many and long, and what they lead to is kept elsewhere.
fn evidence(task: &Task, number: secagg::SumNumber, sum: &[u64]) -> Vec<u8> {
    let bytes: Vec<u8> = sum
        .iter()
        .flat_map(|element| element.to_le_bytes())
        .collect();
    if matches!(task, Task::Train(_)) && number < Gbdt::FIRST_SUM {
        return bytes;
    }
    Tagged::new("coordinator.1.opened-sum")
        .field(&bytes)
        .digest()
        .to_vec()
}

impl Driver {
    pub(super) async fn begin_run(&mut self) -> Result<(), Halt> {
        if !self.absent().is_empty() {
            let since = Instant::now();
            let patience = since + self.plan.patience().answer;
            self.working = Working::Gathering { since, patience };
            return Ok(());
        }
        let run = self.desk.ambient.run();
        let contributors = self.counted_on();
        let lives = contributors
            .iter()
            .map(|party| (party.clone(), self.desk.epoch(party)))
            .collect();
        let waivers = self.job.register.waivers();
        let phase = self.job.progress.next(&self.plan);
        let step = phase.map_or("", Phase::name);
        let opened = self.opened().await?;
        let fit = &mut self.job.progress.fit;
        fit.renumber(&self.plan, &opened, &contributors);
        self.job.attempts += 1;
        let attempt_number = self.job.attempts;
        let entry = Entry::new(self.desk.ambient.now(), Kind::RUN)
            .about(&self.name)
            .with("run", run)
            .with("attempt", attempt_number)
            .with("step", step)
            .with("contributors", contributors.len());
        let deed = Deed {
            entries: vec![entry],
            ..Deed::default()
        };
        self.keep(deed).await?.ok();
        let overdue = Overdue::default();
        let awaited_long = overdue.subscribe();
        let start = Start {
            run,
            attempt: attempt_number,
            contributors: contributors.clone(),
            versions: self.approved_versions(),
            waivers: waivers.clone(),
            progress: self.job.progress.clone(),
            opened,
            overdue,
        };
        let call = v1::RunStart {
            study: self.plan.hash().as_bytes().to_vec().into(),
            run: run.0.to_vec().into(),
            attempt: attempt_number,
            step: step.to_owned(),
            contributors: contributors.iter().map(ToString::to_string).collect(),
            waivers: waivers.iter().map(ToString::to_string).collect(),
        };
        for party in &contributors {
            self.desk.tell(party, Said::Start(call.clone()));
        }
        counter!("consilium_runs_total").increment(1);
        let (sender, reports) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(attempt(self.desk.clone(), self.plan.clone(), start, sender));
        self.working = Working::Running(Running {
            run,
            call: Box::new(call),
            contributors,
            lives,
            done: BTreeSet::new(),
            was_fruitful: false,
            reports,
            overdue: awaited_long,
            task,
        });
        // Whoever was restarted while this was written has not heard of it.
        for party in self.counted_on() {
            self.presence(&party).await?;
        }
        Ok(())
    }

    /// Gives for which version of its data set each institution's steward has approved.
    fn approved_versions(&self) -> BTreeMap<PartyId, DataVersion> {
        let approved = self.plan.contributors().filter_map(|(party, _)| {
            let Some(Standing::Approved { grant, .. }) = self.job.register.standing(party) else {
                return None;
            };
            Some((party.clone(), grant.data))
        });
        approved.collect()
    }

    /// Calls a party once more that asks for everything: the first call is lost if the party could
    /// not be reached just then. Whoever has heard it takes no harm.
    pub(super) fn call_again(&mut self, party: &PartyId) {
        let now = self.desk.epoch(party);
        if let Working::Running(running) = &mut self.working
            && !running.done.contains(party)
            && let Some(life) = running.lives.get_mut(party)
        {
            *life = life.or(now);
            self.desk.tell(party, Said::Start((*running.call).clone()));
        }
    }

    pub(super) async fn opened(&self) -> Result<Vec<secagg::Entry>, StoreError> {
        let opened = openings::of(&self.desk.store, &self.name)
            .await?
            .into_iter();
        let entry = |sum: OpenedSum| secagg::Entry::Opening {
            number: secagg::SumNumber(sum.number),
            survivors: sum.contributors,
        };
        Ok(opened.map(entry).collect())
    }

    /// Keeps what a run achieved; the run goes on once it is kept.
    pub(super) async fn achieved(&mut self, report: Report) -> Result<(), Halt> {
        let Report { what, kept } = report;
        let mut deed = Deed::default();
        let mut is_fruit = true;
        match what {
            Achieved::Opened(number, opened) => {
                self.job.progress.open(&self.plan, number, &opened);
                let has_sums = matches!(
                    self.plan.task(),
                    Task::Train(_) | Task::Statistics(_) | Task::Scarcity(_)
                );
                if has_sums {
                    self.job.doing = self.job.progress.doing(&self.plan, Some(number));
                }
                let now = self.desk.ambient.now();
                let entry = Entry::new(now, Kind::OPENING)
                    .about(&self.name)
                    .with("sum", number.0)
                    .with("contributors", opened.contributors.len());
                let entry = keep::with_doing(entry, &self.job);
                counter!("consilium_sums_opened_total").increment(1);
                let sum = OpenedSum {
                    study: self.name.clone(),
                    number: number.0,
                    contributors: opened.contributors.into_iter().collect(),
                    sum: evidence(self.plan.task(), number, &opened.sum),
                    opened: now,
                };
                if self.job.progress.are_sums_apart(&self.plan) {
                    let is_new = self.keep_opening(&entry, &sum).await?;
                    self.go_on(kept, is_new.map(|is_new| is_new == Kept::First));
                    return Ok(());
                }
                deed.entries.push(entry);
                deed.opened = Some(sum);
            }
            Achieved::Grown(training) => {
                let trees = training.ensemble().map_or(0, |all| all.trees().len());
                self.job.progress.fit = Fitting::Gbdt(training);
                let was = self.job.doing;
                // The phase is over once the run says so.
                self.job.doing = self
                    .job
                    .progress
                    .doing(&self.plan, Some(Gbdt::FIRST_SUM))
                    .or(was);
                if self.job.doing != was {
                    let entry = Entry::new(self.desk.ambient.now(), Kind::RUN)
                        .about(&self.name)
                        .with("trees", trees);
                    deed.entries.push(keep::with_doing(entry, &self.job));
                }
            }
            Achieved::Trees(trees, losses) => {
                // What an earlier run has told is told again.
                if trees < self.furthest {
                    self.go_on(kept, Ok(false));
                    return Ok(());
                }
                is_fruit = trees > self.furthest;
                self.furthest = trees;
                if let Task::Vertical(task) = self.plan.task() {
                    self.job.doing = Some(vertical::growing(task, trees, Some(losses)));
                }
                let entry = Entry::new(self.desk.ambient.now(), Kind::RUN)
                    .about(&self.name)
                    .with("trees", trees);
                deed.entries.push(keep::with_doing(entry, &self.job));
            }
            Achieved::Compared(chunks) => {
                // A bucket that is repeated is no fruit, or runs that break off in it never end.
                is_fruit = chunks > self.furthest;
                self.furthest = self.furthest.max(chunks);
                self.job.doing = Some(Doing::Comparing { chunks });
                let entry = Entry::new(self.desk.ambient.now(), Kind::RUN)
                    .about(&self.name)
                    .with("chunks", chunks);
                deed.entries.push(keep::with_doing(entry, &self.job));
            }
            Achieved::Done(phase, outcome) => {
                self.job.progress.outcomes.extend(outcome);
                self.job.doing = self.job.progress.doing(&self.plan, None);
                if self.job.progress.next(&self.plan).is_some() {
                    deed.event = self.plan.step(phase).map(Event::Committed);
                }
            }
        }
        let is_sum = deed.opened.is_some();
        let is_kept = self.keep(deed).await?;
        self.go_on(kept, is_kept.map(|is_new| is_fruit && (is_new || !is_sum)));
        Ok(())
    }

    /// Lets a run go on whose achievement was kept; says whether it was any.
    fn go_on(&mut self, kept: oneshot::Sender<()>, is_fruit: Result<bool, Forbidden>) {
        if let (Working::Running(running), Ok(is_fruit)) = (&mut self.working, is_fruit) {
            running.was_fruitful |= is_fruit;
            // The run may have ended.
            kept.send(()).ok();
        }
    }

    pub(super) async fn ended(
        &mut self,
        spent: Spent,
        outcome: Result<(), AttemptError>,
    ) -> Result<(), Halt> {
        self.job.charge(&spent);
        let Working::Running(running) = std::mem::replace(&mut self.working, Working::Not) else {
            return Ok(());
        };
        let Err(error) = outcome else {
            let awaited = running
                .contributors
                .iter()
                .filter(|party| !running.done.contains(*party));
            self.working = Working::Settling {
                run: running.run,
                awaited: awaited
                    .map(|party| (party.clone(), self.desk.epoch(party)))
                    .collect(),
                since: Instant::now(),
                patience: Instant::now() + self.plan.patience().answer,
            };
            return self.settle(false).await;
        };
        warn!(study = %self.name, run = %running.run, %error, "a run ended early");
        match blame(&error, &self.desk.me) {
            Blame::Ours => Err(Halt::Run),
            Blame::Lasting(failure) => {
                self.tell_stop(&running.contributors, running.run, Some(&failure));
                self.apply(Event::Failed(failure)).await?.ok();
                Ok(())
            }
            Blame::Passing(failure) => {
                self.tell_stop(&running.contributors, running.run, None);
                self.count(running.was_fruitful);
                if self.fruitless >= MOST_FRUITLESS && self.absent().is_empty() {
                    self.apply(Event::Failed(failure)).await?.ok();
                    return Ok(());
                }
                self.rest(Some(running.run));
                Ok(())
            }
        }
    }

    pub(super) async fn notice(
        &mut self,
        from: &PartyId,
        run: RunId,
        failure: Option<Failure>,
    ) -> Result<(), Halt> {
        let is_current = match &self.working {
            Working::Running(running) => running.run == run,
            Working::Settling { run: current, .. } => *current == run,
            Working::Resting { after, .. } => *after == Some(run),
            _ => false,
        };
        if !(is_current && self.counted_on().contains(from)) {
            return Ok(());
        }
        match (failure, &mut self.working) {
            (None, Working::Running(running)) => {
                running.done.insert(from.clone());
                Ok(())
            }
            (None, Working::Settling { awaited, .. }) => {
                awaited.remove(from);
                self.settle(false).await
            }
            (Some(failure), _) if is_consequence(failure.code) => {
                debug!(study = %self.name, party = %from, code = %failure.code, "a party left the run");
                Ok(())
            }
            (Some(failure), _) => {
                let failure = failure.of(from);
                self.apply(Event::Failed(failure)).await?.ok();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Finishes the study once all contributors have said their last word, or may no longer.
    pub(super) async fn settle(&mut self, waiting_is_over: bool) -> Result<(), Halt> {
        let Working::Settling { awaited, .. } = &self.working else {
            return Ok(());
        };
        if !awaited.is_empty() && !waiting_is_over {
            return Ok(());
        }
        for party in awaited.keys() {
            warn!(study = %self.name, %party, "it did not say that its part is done");
        }
        self.working = Working::Not;
        let Study::Running {
            step: StepNumber(step),
            ..
        } = self.job.study
        else {
            return Ok(());
        };
        let opened = openings::of(&self.desk.store, &self.name).await?;
        let files = result::files(
            &self.name,
            &self.plan,
            &self.job,
            &opened,
            self.desk.ambient.now(),
        );
        let event = Some(Event::Finished(StepNumber(step)));
        let deed = Deed {
            event,
            files,
            ..Deed::default()
        };
        self.keep(deed).await?.ok();
        Ok(())
    }

    /// Gives up a run that a party has lost, to begin another one.
    ///
    /// # Security
    ///
    /// Each run counts at every contributor: one that is restarted again and again would use up
    /// what the others' stewards allow, and is named for it.
    pub(super) async fn abandon_run(&mut self, lost_by: &PartyId) -> Result<(), Halt> {
        let working = std::mem::replace(&mut self.working, Working::Not);
        let (was_fruitful, run) = match &working {
            Working::Running(running) => {
                self.tell_stop(&running.contributors, running.run, None);
                (running.was_fruitful, Some(running.run))
            }
            _ => (false, None),
        };
        self.count(was_fruitful);
        self.rest(run);
        if self.fruitless >= MOST_FRUITLESS {
            let failure = Failure::new(Code::PartyAborted).of(lost_by);
            self.apply(Event::Failed(failure)).await?.ok();
        }
        Ok(())
    }

    fn count(&mut self, was_fruitful: bool) {
        self.fruitless = if was_fruitful { 0 } else { self.fruitless + 1 };
    }

    fn rest(&mut self, after: Option<RunId>) {
        let rest = REST * 2_u32.saturating_pow(self.fruitless);
        self.working = Working::Resting {
            until: Instant::now() + rest,
            after,
        };
    }

    /// Ends the run that is going on, for everybody.
    pub(super) fn stop_run(&mut self) {
        if let Working::Running(running) = std::mem::replace(&mut self.working, Working::Not) {
            let failure = self.job.study.failure();
            self.tell_stop(&running.contributors, running.run, failure.as_ref());
        }
    }

    pub(super) fn tell_stop(
        &self,
        contributors: &[PartyId],
        run: RunId,
        failure: Option<&Failure>,
    ) {
        for party in contributors {
            let stop = v1::RunStop {
                study: self.plan.hash().as_bytes().to_vec().into(),
                run: run.0.to_vec().into(),
                failure: failure.map(wire::json).unwrap_or_default(),
            };
            self.desk.tell(party, Said::Stop(stop));
        }
    }
}
