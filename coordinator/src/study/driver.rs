//! The task that alone changes a study.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use consilium_journal::{Entry, StudyName};
use consilium_mailbox::PartyId;
use consilium_node::link::Epoch;
use consilium_plan::{Code, Doing, Event, Failure, Plan, Standing, Study, Task};
use consilium_store::{StoreError, studies};
use metrics::counter;
use tokio::{sync::mpsc, time::Instant};
use tracing::{debug, info, warn};

use super::{
    Command, Forbidden, Job,
    keep::{self, Deed},
    working::{Heard, Working},
};
use crate::{
    desk::Desk,
    store::{
        Kept,
        openings::{OpenedSum, OpeningError},
    },
    wire,
};

/// The longest that a study's state is not looked at.
const TICK: Duration = Duration::from_mins(10);

/// Drives one study to its end.
pub(super) struct Driver {
    pub(super) desk: Desk,
    pub(super) name: StudyName,
    pub(super) plan: Arc<Plan>,
    pub(super) job: Job,
    pub(super) version: studies::Version,
    pub(super) working: Working,
    /// Parties that have the plan.
    shown: BTreeSet<PartyId>,
    /// In which life of its daemon each party was last offered the study.
    pub(super) offered: BTreeMap<PartyId, Epoch>,
    pub(super) fruitless: u32,
    /// How many chunks any run has compared, or how many trees have grown over columns of several.
    pub(super) furthest: u32,
    /// When it was kept last whom the step waits for.
    pub(super) told: Option<Instant>,
}

/// Why a driver stops before its study has ended; another one goes on from the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run ended without a word.
    #[error("a run ended without a word")]
    Run,
    /// What its state asks for can't happen: there is a mistake in this program.
    #[error("it can't go on: {0}")]
    Stuck(#[from] Forbidden),
    /// The daemon stops.
    #[error("the daemon stops")]
    Orphaned,
}

impl Driver {
    pub(super) fn new(desk: Desk, study: studies::Study) -> Result<Driver, StoreError> {
        let (plan, job) = Job::read(&study)?;
        let furthest = match (plan.task(), job.doing) {
            (Task::Vertical(_), Some(Doing::Growing { tree, .. })) => tree.saturating_sub(1),
            _ => 0,
        };
        Ok(Driver {
            desk,
            job,
            name: study.name,
            plan: Arc::new(plan),
            version: study.version,
            working: Working::Not,
            shown: BTreeSet::new(),
            offered: BTreeMap::new(),
            fruitless: 0,
            furthest,
            told: None,
        })
    }

    /// Drives the study until it has ended.
    pub(super) async fn run(mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), Halt> {
        let plan = self.plan.clone();
        for party in plan.parties() {
            self.offer(&party.name);
        }
        loop {
            self.set_out().await?;
            if self.job.study.has_ended() {
                self.farewell();
                return Ok(());
            }
            self.look_around().await?;
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
            Heard::Ended(spent, outcome) => self.ended(spent, outcome).await?,
            Heard::Late => self.late().await?,
            // Whom it waits for is looked at before anything else is heard.
            Heard::Overdue => {}
            Heard::Tick => {
                self.apply(Event::Tick).await?.ok();
            }
        }
        Ok(())
    }

    async fn obey(&mut self, command: Command) -> Result<(), Halt> {
        match command {
            Command::Offers(party) => {
                if self.plan.party(&party).is_some() {
                    self.offer(&party);
                    self.presence(&party).await?;
                    self.ask_again(&party);
                    self.call_again(&party);
                    self.shown.insert(party);
                }
            }
            Command::Presence(party) => self.presence(&party).await?,
            Command::Decision {
                from,
                signed,
                steward,
            } => {
                self.decide(&from, &signed, &steward).await?;
                // Who decides has the plan.
                self.shown.insert(from);
            }
            Command::Preflight { from, report } => self.hear(from, *report).await?,
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
        if let (Some(party), false) = (self.revoked(), self.job.study.has_ended()) {
            let failure = Failure::new(Code::PartyRevoked).of(&party);
            self.apply(Event::Failed(failure)).await?.ok();
        }
        loop {
            let event = match &self.job.study {
                Study::Submitted { .. } if self.is_shown() => Event::Shown,
                Study::WaitingForApproval { approved, .. } => match self.undecided(approved) {
                    Some(event) => event,
                    None => return Ok(()),
                },
                Study::Paused { on, .. } => match on.iter().find(|party| self.is_there(party)) {
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
            self.apply(event).await??;
        }
    }

    /// Gives a contributor that no longer belongs to the federation.
    fn revoked(&self) -> Option<PartyId> {
        let mut all = self.plan.contributors().map(|(party, _)| party);
        all.find(|party| !self.desk.roster.has(party)).cloned()
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
        self.plan
            .contributors()
            .all(|(party, _)| self.shown.contains(party))
    }

    /// Lets an event happen: keeps it, then acts by it. The inner error says why it can't.
    pub(super) async fn apply(&mut self, event: Event) -> Result<Result<(), Forbidden>, Halt> {
        let entries = Vec::new();
        let deed = Deed {
            event: Some(event),
            entries,
            ..Deed::default()
        };
        Ok(self.keep(deed).await?.map(|_| ()))
    }

    /// Keeps what happened, and the state that follows; says whether a sum was opened for the first time.
    pub(super) async fn keep(&mut self, deed: Deed) -> Result<Result<bool, Forbidden>, Halt> {
        let now = self.desk.ambient.now();
        let mut job = self.job.clone();
        if let Some(event) = &deed.event {
            match job.study.on(event.clone(), &self.plan, now) {
                Ok(study) if study == job.study && *event == Event::Tick => return Ok(Ok(false)),
                Ok(study) => {
                    if study.name() != job.study.name() {
                        job.waiting = None;
                    }
                    job.study = study;
                }
                Err(forbidden) => {
                    debug!(study = %self.name, %forbidden, "an event was refused");
                    return Ok(Err(Forbidden(forbidden.to_string())));
                }
            }
        }
        let at = (self.version, now);
        let is_new = match keep::keep(&self.desk.store, &self.name, at, &job, &deed).await {
            Ok((version, is_new)) => {
                self.version = version;
                is_new
            }
            Err(error) => return Ok(self.unkept(error).await?.map(|()| false)),
        };
        if job.study.name() != self.job.study.name() {
            info!(study = %self.name, state = job.study.name(), "the study goes on");
            counter!("consilium_study_states_total", "state" => job.study.name()).increment(1);
        }
        self.job = job;
        self.desk.news.send_modify(|news| *news += 1);
        // Whom it waits for is kept as well, and ends nothing.
        let changes = deed.event.is_some() || deed.decision.is_some();
        if changes && !matches!(self.job.study, Study::Running { .. }) {
            self.stop_run();
        }
        Ok(Ok(is_new))
    }

    /// Keeps an opened sum before anything is made of it, and nothing else; says whether it is new.
    pub(super) async fn keep_opening(
        &mut self,
        entry: &Entry,
        opened: &OpenedSum,
    ) -> Result<Result<Kept, Forbidden>, Halt> {
        match keep::opening(&self.desk.store, entry, opened).await {
            Ok(kept) => {
                self.desk.news.send_modify(|news| *news += 1);
                Ok(Ok(kept))
            }
            Err(error) => Ok(self.unkept(error).await?.map(|()| Kept::First)),
        }
    }

    /// Ends the study if a sum was opened otherwise before; says what else can't be kept.
    async fn unkept(&mut self, error: OpeningError) -> Result<Result<(), Forbidden>, Halt> {
        match error {
            OpeningError::Store(error @ StoreError::Replayed { .. }) => {
                Ok(Err(Forbidden(error.to_string())))
            }
            OpeningError::Store(error) => Err(error.into()),
            OpeningError::OpenedOtherwise { .. } => {
                warn!(study = %self.name, %error, "an opened sum was refused");
                let failure = Failure::new(Code::SumRefused)
                    .of(&self.desk.me)
                    .at("opening");
                Box::pin(self.apply(Event::Failed(failure))).await
            }
        }
    }

    async fn late(&mut self) -> Result<(), Halt> {
        let absent = self.absent();
        match &mut self.working {
            Working::Gathering { .. } => {
                self.working = Working::Not;
                if !absent.is_empty() {
                    self.apply(Event::Lost(absent)).await?.ok();
                }
            }
            Working::Resting { .. } => self.working = Working::Not,
            Working::Asking { reports, .. } => {
                let silent = |party: &PartyId| !reports.contains_key(party);
                let waits_for_absent = absent.iter().any(silent);
                if !(waits_for_absent && self.working.wait_anew(self.plan.patience())) {
                    self.judge(true).await?;
                }
            }
            Working::Settling { .. } => self.settle(true).await?,
            Working::Not | Working::Running(_) => {}
        }
        Ok(())
    }

    fn farewell(&self) {
        for party in self.plan.parties() {
            let end = wire::end(&self.plan, &self.job.study);
            self.desk.tell(&party.name, end);
        }
    }

    /// Gives when the study's state, or whom it waits for, is to be looked at next.
    fn tick(&self) -> Instant {
        let until = match &self.job.study {
            Study::Paused {
                until, deadline, ..
            } => Some(*until.min(deadline)),
            other => other.deadline(),
        };
        let wait = until.map_or(0, |until| until.since(self.desk.ambient.now()).max(0));
        // Times are whole seconds: a quarter more, so that the time has come when it is looked at.
        let wait = Duration::from_secs(wait.unsigned_abs()) + Duration::from_millis(250);
        let tick = Instant::now() + wait.min(TICK);
        self.next_murmur().map_or(tick, |murmur| tick.min(murmur))
    }
}
