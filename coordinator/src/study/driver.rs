//! The task that alone changes a study.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::{Account, PartyId, RunId};
use consilium_plan::{Code, Event, Failure, Plan, Standing, StepNumber, Study};
use consilium_proto::v1::{self, to_participant::Kind as Said};
use consilium_secagg as secagg;
use consilium_store::{StoreError, studies};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::Instant,
};
use tracing::{debug, info, warn};

use super::{
    Command, Forbidden, Job,
    attempt::{Achieved, AttemptError, Report, Start, attempt},
    blame::{Blame, blame, is_consequence},
    keep::{self, Deed},
    regression, result,
    working::{Heard, Running, Working},
};
use crate::{
    desk::Desk,
    store::openings::{self, OpenedSum, OpeningError},
};

/// How often a run may fail in a row, with all parties there, before the study fails.
const MOST_FRUITLESS: u32 = 6;
/// The longest that a study's state is not looked at.
const TICK: Duration = Duration::from_secs(600);

/// Drives one study to its end.
pub(super) struct Driver {
    pub(super) desk: Desk,
    pub(super) name: StudyName,
    pub(super) plan: Arc<Plan>,
    pub(super) job: Job,
    pub(super) version: studies::Version,
    working: Working,
    /// Contributors that have the plan.
    shown: BTreeSet<PartyId>,
    fruitless: u32,
}

/// Why a driver stops before its study has ended; another one goes on from the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The daemon stops.
    #[error("the daemon stops")]
    Orphaned,
}

impl Driver {
    pub(super) fn new(desk: Desk, study: studies::Study) -> Result<Driver, StoreError> {
        let damaged = consilium_store::columns::damaged;
        let plan = std::str::from_utf8(&study.plan).map_err(|_| damaged("plan"))?;
        let plan: Plan = plan.parse().map_err(|_| damaged("plan"))?;
        Ok(Driver {
            desk,
            job: keep::read(&study.state)?,
            name: study.name,
            plan: Arc::new(plan),
            version: study.version,
            working: Working::Not,
            shown: BTreeSet::new(),
            fruitless: 0,
        })
    }

    /// Drives the study until it has ended.
    pub(super) async fn run(mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), Halt> {
        self.plan.contributors().for_each(|(party, _)| self.offer(party));
        loop {
            self.set_out().await?;
            if self.job.study.has_ended() {
                self.farewell();
                return Ok(());
            }
            let tick = self.tick();
            let heard = self.working.next(commands, Some(tick)).await;
            self.take(heard).await?;
        }
    }

    async fn take(&mut self, heard: Heard) -> Result<(), Halt> {
        match heard {
            Heard::Orphaned => return Err(Halt::Orphaned),
            Heard::Command(command) => self.obey(command).await?,
            Heard::Report(report) => self.achieved(report).await?,
            Heard::Ended(account, outcome) => self.ended(account, outcome).await?,
            Heard::Late => self.late().await?,
            Heard::Tick => {
                let absent = match &self.job.study {
                    Study::Paused { on, .. } => on.clone(),
                    _ => BTreeSet::new(),
                };
                self.apply(Event::Tick).await?.ok();
                if matches!(self.job.study, Study::Running { .. }) {
                    self.job.left_out.extend(absent);
                }
            }
        }
        Ok(())
    }

    async fn obey(&mut self, command: Command) -> Result<(), Halt> {
        match command {
            Command::Offers(party) => {
                if self.plan.party(&party).is_some() {
                    self.offer(&party);
                    self.shown.insert(party);
                }
            }
            Command::Presence(party) => self.presence(&party),
            Command::Decision { from, signed, steward } => {
                self.decide(&from, &signed, &steward).await?;
                // Who decides has the plan.
                self.shown.insert(from);
            }
            Command::Preflight { from, report } => {
                if let Working::Asking { reports, .. } = &mut self.working
                    && self.plan.contributors().any(|(party, _)| *party == from)
                {
                    reports.insert(from, *report);
                    self.judge(false).await?;
                }
            }
            Command::Notice { from, run, failure } => self.notice(&from, run, failure).await?,
            Command::Cancel { by, why, answer } => {
                let reason = why;
                let done = self.apply(Event::Cancelled { by, reason }).await?;
                // Whoever asked may have gone.
                let _ = answer.send(done);
            }
        }
        Ok(())
    }

    /// Begins what the study's state asks for, unless it is under way.
    async fn set_out(&mut self) -> Result<(), Halt> {
        loop {
            let event = match &self.job.study {
                Study::Submitted { .. } if self.is_shown() => Event::Shown,
                Study::WaitingForApproval { approved, .. } => match self.undecided(approved) {
                    Some(event) => event,
                    None => return Ok(()),
                },
                Study::Paused { on, .. } => match on.iter().find(|party| self.desk.is_there(party)) {
                    Some(party) => Event::Returned(party.clone()),
                    None => return Ok(()),
                },
                Study::Preflight { .. } if matches!(self.working, Working::Not) => {
                    self.ask();
                    return Ok(());
                }
                Study::Running { .. } if matches!(self.working, Working::Not) => {
                    return self.begin_run().await;
                }
                _ => return Ok(()),
            };
            self.apply(event).await?.map_err(|_| Halt::Orphaned)?;
        }
    }

    /// Gives a decision that is known and that the study has not taken yet: stewards may decide
    /// before all parties have the plan.
    fn undecided(&self, approved: &BTreeSet<PartyId>) -> Option<Event> {
        self.plan.contributors().find_map(|(party, _)| {
            let is_approved = approved.contains(party);
            match self.job.register.standing(party)? {
                Standing::Approved { .. } if !is_approved => Some(Event::Approved(party.clone())),
                Standing::Refused => Some(Event::Refused(party.clone())),
                Standing::Revoked if is_approved => Some(Event::Revoked(party.clone())),
                _ => None,
            }
        })
    }

    fn is_shown(&self) -> bool {
        self.plan.contributors().all(|(party, _)| self.shown.contains(party))
    }

    /// Lets an event happen: keeps it, then acts by it. The inner error says why it can't.
    pub(super) async fn apply(&mut self, event: Event) -> Result<Result<(), Forbidden>, Halt> {
        let entries = Vec::new();
        let deed = Deed { event: Some(event), entries, ..Deed::default() };
        self.keep(deed).await
    }

    /// Keeps what happened, and the state that follows.
    pub(super) async fn keep(&mut self, deed: Deed) -> Result<Result<(), Forbidden>, Halt> {
        let now = self.desk.ambient.now();
        let mut job = self.job.clone();
        if let Some(event) = &deed.event {
            match job.study.on(event.clone(), &self.plan, now) {
                Ok(study) if study == job.study && *event == Event::Tick => return Ok(Ok(())),
                Ok(study) => job.study = study,
                Err(forbidden) => {
                    debug!(study = %self.name, %forbidden, "an event was refused");
                    return Ok(Err(Forbidden(forbidden.to_string())));
                }
            }
        }
        let at = (self.version, consilium_journal::UnixSeconds(now.0));
        match keep::keep(&self.desk.store, &self.name, at, &job, &deed).await {
            Ok(version) => self.version = version,
            Err(OpeningError::Store(error @ StoreError::Replayed { .. })) => {
                return Ok(Err(Forbidden(error.to_string())));
            }
            Err(OpeningError::Store(error)) => return Err(error.into()),
            Err(error) => {
                warn!(study = %self.name, %error, "an opened sum was refused");
                let failure = Failure::new(Code::SumRefused).of(&self.desk.me).at("opening");
                return Box::pin(self.apply(Event::Failed(failure))).await;
            }
        }
        if job.study.name() != self.job.study.name() {
            info!(study = %self.name, state = job.study.name(), "the study goes on");
        }
        self.job = job;
        self.desk.news.send_modify(|news| *news += 1);
        if !matches!(self.job.study, Study::Running { .. }) {
            self.stop_run();
        }
        Ok(Ok(()))
    }

    // Contributors and their presence

    /// Gives the contributors that are still counted on.
    fn counted_on(&self) -> Vec<PartyId> {
        let all = self.plan.contributors().map(|(party, _)| party);
        all.filter(|party| !self.job.left_out.contains(party)).cloned().collect()
    }

    fn absent(&self) -> BTreeSet<PartyId> {
        let all = self.counted_on().into_iter();
        all.filter(|party| !self.desk.is_there(party)).collect()
    }

    fn presence(&mut self, party: &PartyId) {
        let is_there = self.desk.is_there(party);
        let all_are_there = self.absent().is_empty();
        match &mut self.working {
            Working::Asking { reports, .. } if is_there && !reports.contains_key(party) => {
                self.ask_one(party);
            }
            Working::Gathering { .. } if all_are_there => self.working = Working::Not,
            Working::Settling { awaited, .. } => {
                let restarted = awaited
                    .get(party)
                    .is_some_and(|then| self.desk.epoch(party).is_some_and(|now| Some(now) != *then));
                if restarted {
                    // It has lost the run, and its own scores with it.
                    self.working = Working::Not;
                }
            }
            _ => {}
        }
    }

    fn offer(&self, party: &PartyId) {
        let study = self.plan.hash().as_bytes().to_vec().into();
        let plan = self.plan.to_string();
        self.desk.tell(party, Said::Offer(v1::StudyOffer { study, plan }));
    }

    // Preflight

    fn ask(&mut self) {
        self.working = Working::Asking {
            reports: BTreeMap::new(),
            since: Instant::now(),
            patience: Instant::now() + self.plan.patience().answer,
        };
        for (party, _) in self.plan.contributors() {
            self.ask_one(party);
        }
    }

    fn ask_one(&self, party: &PartyId) {
        let study = self.plan.hash().as_bytes().to_vec().into();
        let now_ms = self.desk.ambient.now_ms();
        self.desk.tell(party, Said::Preflight(v1::PreflightAsk { study, now_ms }));
    }

    /// Judges the reports once they are complete, or once waiting is over.
    async fn judge(&mut self, waiting_is_over: bool) -> Result<(), Halt> {
        let Working::Asking { reports, .. } = &self.working else {
            return Ok(());
        };
        if !waiting_is_over && reports.len() < self.plan.contributors().count() {
            return Ok(());
        }
        let verdict = self.plan.verdict(reports);
        self.job.reports = reports.clone();
        self.working = Working::Not;
        let event = match verdict.failures.into_iter().next() {
            None => Event::Ready,
            Some(failure) => Event::Failed(failure),
        };
        self.apply(event).await?.ok();
        Ok(())
    }

    // Runs

    async fn begin_run(&mut self) -> Result<(), Halt> {
        if !self.absent().is_empty() {
            let patience = Instant::now() + self.plan.patience().answer;
            self.working = Working::Gathering { patience };
            return Ok(());
        }
        let run = self.desk.ambient.run();
        let contributors = self.counted_on();
        let waivers = self.job.register.waivers();
        let phase = self.job.progress.next(&self.plan);
        let step = phase.unwrap_or(consilium_plan::Phase::Fit).name();
        self.job.attempts += 1;
        let attempt_number = self.job.attempts;
        let entry = Entry::new(self.desk.ambient.seconds(), Kind::RUN)
            .about(&self.name)
            .with("run", run)
            .with("attempt", attempt_number)
            .with("step", step)
            .with("contributors", contributors.len());
        let deed = Deed { entries: vec![entry], ..Deed::default() };
        self.keep(deed).await?.ok();
        let start = Start {
            run,
            attempt: attempt_number,
            contributors: contributors.clone(),
            waivers: waivers.clone(),
            progress: self.job.progress.clone(),
            opened: self.opened().await?,
        };
        for party in &contributors {
            self.desk.tell(
                party,
                Said::Start(v1::RunStart {
                    study: self.plan.hash().as_bytes().to_vec().into(),
                    run: run.0.to_vec().into(),
                    attempt: attempt_number,
                    step: step.to_owned(),
                    contributors: contributors.iter().map(ToString::to_string).collect(),
                    waivers: waivers.iter().map(ToString::to_string).collect(),
                }),
            );
        }
        let (sender, reports) = mpsc::channel(1);
        let mut task = JoinSet::new();
        task.spawn(attempt(self.desk.clone(), self.plan.clone(), start, sender));
        self.working = Working::Running(Running {
            run,
            contributors,
            done: BTreeSet::new(),
            was_fruitful: false,
            reports,
            task,
        });
        Ok(())
    }

    async fn opened(&self) -> Result<Vec<secagg::Entry>, StoreError> {
        let opened = openings::of(&self.desk.store, &self.name).await?.into_iter();
        let entry = |sum: OpenedSum| secagg::Entry::Opening {
            number: secagg::SumNumber(sum.number),
            survivors: sum.contributors,
        };
        Ok(opened.map(entry).collect())
    }

    /// Keeps what a run achieved; the run goes on once it is kept.
    async fn achieved(&mut self, report: Report) -> Result<(), Halt> {
        let Report { what, kept } = report;
        let mut deed = Deed::default();
        match what {
            Achieved::Opened(number, opened) => {
                self.job.progress.open(regression(&self.plan), number, &opened);
                let now = self.desk.ambient.seconds();
                let entry = Entry::new(now, Kind::OPENING)
                    .about(&self.name)
                    .with("sum", number.0)
                    .with("contributors", opened.contributors.len());
                deed.entries.push(entry);
                deed.opened = Some(OpenedSum {
                    study: self.name.clone(),
                    number: number.0,
                    contributors: opened.contributors.into_iter().collect(),
                    sum: opened.sum.iter().flat_map(|element| element.to_le_bytes()).collect(),
                    opened: now,
                });
            }
            Achieved::Done(phase, outcome) => {
                self.job.progress.outcomes.extend(outcome);
                if self.job.progress.next(&self.plan).is_some() {
                    deed.event = self.plan.step(phase).map(Event::Committed);
                }
            }
        }
        let is_kept = self.keep(deed).await?.is_ok();
        if let Working::Running(running) = &mut self.working
            && is_kept
        {
            running.was_fruitful = true;
            kept.send(()).ok();
        }
        Ok(())
    }

    async fn ended(
        &mut self,
        account: Account,
        outcome: Result<(), AttemptError>,
    ) -> Result<(), Halt> {
        result::charge(&mut self.job.costs, &account);
        let Working::Running(running) = std::mem::replace(&mut self.working, Working::Not) else {
            return Ok(());
        };
        let Err(error) = outcome else {
            let awaited = running.contributors.iter().filter(|party| !running.done.contains(*party));
            self.working = Working::Settling {
                run: running.run,
                awaited: awaited.map(|party| (party.clone(), self.desk.epoch(party))).collect(),
                patience: Instant::now() + self.plan.patience().answer,
            };
            return self.settle(false).await;
        };
        warn!(study = %self.name, run = %running.run, %error, "a run ended early");
        match blame(&error, &self.desk.me) {
            Blame::Ours => Err(consilium_store::columns::damaged("run").into()),
            Blame::Lasting(failure) => {
                self.tell_stop(&running.contributors, running.run, Some(&failure));
                self.apply(Event::Failed(failure)).await?.ok();
                Ok(())
            }
            Blame::Passing(failure) => {
                self.tell_stop(&running.contributors, running.run, None);
                self.fruitless = if running.was_fruitful { 0 } else { self.fruitless + 1 };
                if self.fruitless >= MOST_FRUITLESS && self.absent().is_empty() {
                    self.apply(Event::Failed(failure)).await?.ok();
                    return Ok(());
                }
                let rest = Duration::from_millis(100) * 2_u32.saturating_pow(self.fruitless);
                self.working = Working::Resting { until: Instant::now() + rest };
                Ok(())
            }
        }
    }

    async fn notice(
        &mut self,
        from: &PartyId,
        run: RunId,
        failure: Option<Failure>,
    ) -> Result<(), Halt> {
        let is_current = match &self.working {
            Working::Running(running) => running.run == run,
            Working::Settling { run: current, .. } => *current == run,
            _ => false,
        };
        if !is_current {
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
    async fn settle(&mut self, waiting_is_over: bool) -> Result<(), Halt> {
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
        let Study::Running { step: StepNumber(step), .. } = self.job.study else {
            return Ok(());
        };
        let opened = openings::of(&self.desk.store, &self.name).await?;
        let files = result::files(&self.name, &self.plan, &self.job, &opened, self.desk.ambient.seconds());
        let event = Some(Event::Finished(StepNumber(step)));
        let deed = Deed { event, files, ..Deed::default() };
        self.keep(deed).await?.ok();
        Ok(())
    }

    async fn late(&mut self) -> Result<(), Halt> {
        match &mut self.working {
            Working::Gathering { .. } => {
                let absent = self.absent();
                self.working = Working::Not;
                if !absent.is_empty() {
                    self.apply(Event::Lost(absent)).await?.ok();
                }
            }
            Working::Resting { .. } => self.working = Working::Not,
            Working::Asking { since, patience, reports } => {
                let (now, limits) = (Instant::now(), self.plan.patience());
                let silent = |party: &PartyId| !reports.contains_key(party);
                let waits_for_absent = self
                    .plan
                    .contributors()
                    .any(|(party, _)| silent(party) && !self.desk.is_there(party));
                if waits_for_absent && now < *since + limits.outage {
                    *patience = now + limits.answer;
                } else {
                    self.judge(true).await?;
                }
            }
            Working::Settling { .. } => self.settle(true).await?,
            Working::Not | Working::Running(_) => {}
        }
        Ok(())
    }

    /// Ends the run that is going on, for everybody.
    fn stop_run(&mut self) {
        if let Working::Running(running) = std::mem::replace(&mut self.working, Working::Not) {
            let failure = self.job.study.failure();
            self.tell_stop(&running.contributors, running.run, failure.as_ref());
        }
    }

    fn tell_stop(&self, contributors: &[PartyId], run: RunId, failure: Option<&Failure>) {
        let failure = failure.and_then(|failure| serde_json::to_string(failure).ok());
        for party in contributors {
            let stop = v1::RunStop {
                study: self.plan.hash().as_bytes().to_vec().into(),
                run: run.0.to_vec().into(),
                failure: failure.clone().unwrap_or_default(),
            };
            self.desk.tell(party, Said::Stop(stop));
        }
    }

    fn farewell(&self) {
        for party in self.plan.parties() {
            self.desk.tell(&party.name, super::reception::end_of(&self.plan, &self.job.study));
        }
    }

    /// Gives when the study's state is to be looked at next.
    fn tick(&self) -> Instant {
        let until = match &self.job.study {
            Study::Paused { until, deadline, .. } => Some(*until.min(deadline)),
            other => other.deadline(),
        };
        let wait = until.map_or(0, |until| until.since(self.desk.ambient.now()).max(0));
        // Times are whole seconds: a quarter more, so that the time has come when it is looked at.
        let wait = Duration::from_secs(wait.unsigned_abs()) + Duration::from_millis(250);
        Instant::now() + wait.min(TICK)
    }
}
