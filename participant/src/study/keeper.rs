//! The task that alone changes what is kept of a study.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::{PartyId, RunId};
use consilium_node::files::FileError;
use consilium_plan::{
    Code, Failure, Matching, Party, Plan, SignedStatement, Standing, Study, Task, UnixTime,
};
use consilium_proto::v1::{self, to_coordinator::Kind as Said};
use consilium_store::{Change, StoreError, studies};
use tokio::{
    sync::{Mutex, mpsc},
    time::{Instant, sleep_until},
};
use tracing::{info, warn};

use super::{
    Call, Command, DecideError, Own, Received, Results,
    failure::{RunError, internal},
    own::Decided,
    report::report,
    running::{Held, Progress, Running},
    spills,
};
use crate::{
    home::{Home, study_name},
    store::{alignments, secrets},
    wire,
};

/// The longest that the end of an approval is not looked at while a run goes on.
const TICK: Duration = Duration::from_mins(1);

/// Keeps one study.
pub(super) struct Keeper {
    home: Home,
    name: StudyName,
    plan: Arc<Plan>,
    own: Own,
    version: studies::Version,
    running: Option<Running>,
    /// Whoever has it is the study's only run here; one that was ended, until nothing is left of it.
    turn: Arc<Mutex<()>>,
    /// The report before a run that is being made, and from what.
    reporting: Option<(Own, Held)>,
    /// What was said last about a run, in case it did not arrive.
    said: Option<v1::RunNotice>,
}

/// Why a study can't be kept for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the result can't be written: {0}")]
    Result(#[from] FileError),
}

/// What a keeper hears next.
enum Heard {
    Command(Option<Command>),
    Progress(Progress),
    Tick,
}

impl Keeper {
    /// Takes up a study as the store has it.
    pub(super) fn new(home: Home, study: &studies::Study) -> Result<Keeper, StoreError> {
        let (plan, own) = Own::read(study)?;
        Ok(Keeper {
            home,
            name: study_name(&plan.hash()),
            plan,
            own,
            version: study.version,
            running: None,
            turn: Arc::default(),
            reporting: None,
            said: None,
        })
    }

    /// Keeps the study until it has ended, or nobody commands it any more.
    pub(super) async fn run(
        mut self,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<(), KeepError> {
        while self.own.end.is_none() {
            let heard = self.next(commands).await;
            match heard {
                Heard::Command(Some(command)) => self.obey(command).await?,
                Heard::Command(None) => return Ok(()),
                Heard::Progress(Progress::Confirmed { by, waivers }) => {
                    self.confirmed(&by, waivers).await?;
                }
                Heard::Progress(Progress::Ended(outcome)) => {
                    let silent = || Err(internal(&self.home.party, "run").into());
                    self.ended(&outcome.unwrap_or_else(silent));
                }
                Heard::Tick => self.check_time().await,
            }
        }
        Ok(())
    }

    async fn next(&mut self, commands: &mut mpsc::Receiver<Command>) -> Heard {
        let left = self.own.until(&self.plan, &self.home.party);
        let left = left.map_or(0, |(until, _)| until.since(self.home.ambient.now()).max(0));
        // Times are whole seconds: a quarter more, so that the time has come when it is looked at.
        let left = Duration::from_secs(left.unsigned_abs()) + Duration::from_millis(250);
        let Some(running) = &mut self.running else {
            return Heard::Command(commands.recv().await);
        };
        tokio::select! {
            command = commands.recv() => Heard::Command(command),
            progress = running.next() => Heard::Progress(progress),
            () = sleep_until(Instant::now() + left.min(TICK)) => Heard::Tick,
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), KeepError> {
        match command {
            Command::Preflight { now_ms } => self.report(now_ms),
            Command::Call(call) => self.begin(call),
            Command::Stop { run, failure } => {
                if self
                    .running
                    .as_ref()
                    .is_some_and(|running| running.run == run)
                {
                    self.running = None;
                    let why = failure.map(|failure| failure.to_string());
                    info!(study = %self.name, %run, why, "the coordinator ended the run");
                }
            }
            Command::End { state, result } => self.end(*state, result).await?,
            Command::Repeat => self.repeat(),
            Command::Decide {
                signed,
                steward,
                answer,
            } => {
                let decided = self.decide(&signed, steward).await;
                // Whoever asked may have gone.
                answer.send(decided).ok();
            }
        }
        Ok(())
    }

    /// Makes the report before a run, unless one is being made of the same: the coordinator can't
    /// know whether its first question has come, and reading may take long.
    fn report(&mut self, now_ms: i64) {
        let goes_on = |(own, report): &(Own, Held)| *own == self.own && !report.0.is_finished();
        if self.reporting.as_ref().is_some_and(goes_on) {
            return;
        }
        let (home, plan, own) = (self.home.clone(), self.plan.clone(), self.own.clone());
        let report = self
            .home
            .tasks
            .spawn(report(home, plan, own.clone(), now_ms));
        self.reporting = Some((own, Held(report)));
    }

    async fn decide(
        &mut self,
        signed: &SignedStatement,
        steward: [u8; 32],
    ) -> Result<(), DecideError> {
        let at = (self.plan.as_ref(), &self.own, self.version);
        (self.own, self.version) = self.home.decide(at, signed, steward).await?;
        if let Some(decided) = self.own.decided.last() {
            self.tell(decided);
        }
        let code = match self.own.register.standing(&self.home.party) {
            Some(Standing::Refused) => Code::ApprovalRefused,
            Some(Standing::Revoked) => Code::ApprovalRevoked,
            _ => return Ok(()),
        };
        self.reporting = None;
        self.leave(Failure::new(code)).await;
        Ok(())
    }

    /// Tells the coordinator what it may have missed.
    fn repeat(&self) {
        self.own
            .decided
            .iter()
            .for_each(|decided| self.tell(decided));
        if let Some(said) = &self.said {
            self.home.tell(Said::Run(said.clone()));
        }
    }

    /// Tells the coordinator of a decision; it takes no harm from hearing of it again.
    fn tell(&self, Decided { signed, steward }: &Decided) {
        self.home.tell(Said::Decision(v1::DecisionNotice {
            study: self.plan.hash().as_bytes().to_vec().into(),
            statement: wire::json(&signed.statement).into(),
            signature: signed.signature().0.to_vec().into(),
            steward: steward.to_vec().into(),
        }));
    }

    fn begin(&mut self, call: Call) {
        let goes_on = self.running.as_ref().map(|running| running.run);
        let is_over = |said: &v1::RunNotice| said.run[..] == call.run.0;
        if goes_on == Some(call.run) || self.said.as_ref().is_some_and(is_over) {
            // The coordinator can't know whether its first call has come.
            return;
        }
        self.said = None;
        let (plan, own) = (self.plan.clone(), self.own.clone());
        // A younger run ends an older one: the coordinator has given that up.
        self.running = None;
        self.running = Some(Running::begin(
            &self.home,
            plan,
            own,
            call,
            self.turn.clone(),
        ));
    }

    async fn confirmed(
        &mut self,
        by: &[PartyId],
        waivers: BTreeSet<PartyId>,
    ) -> Result<(), StoreError> {
        let mut own = self.own.clone();
        own.waivers = self.own.waivers_after(by, waivers);
        if own == self.own {
            return Ok(());
        }
        let entry = Entry::new(self.home.ambient.now(), Kind::STATE)
            .about(&self.name)
            .with("waivers", own.waivers.len());
        let change = self.home.store.begin().await?;
        self.keep(change, own, &entry).await
    }

    fn ended(&mut self, outcome: &Result<(), RunError>) {
        let Some(run) = self.running.take().map(|running| running.run) else {
            return;
        };
        let failure = match outcome {
            Ok(()) => None,
            Err(error) => {
                warn!(study = %self.name, %run, %error, "our part in the run ended early");
                Some(error.failure(&self.home.party))
            }
        };
        self.notice(run, failure.as_ref());
    }

    /// Leaves a run whose time is over.
    async fn check_time(&mut self) {
        let now = self.home.ambient.now();
        if let Some((until, code)) = self.own.until(&self.plan, &self.home.party)
            && until <= now
        {
            self.leave(Failure::new(code).with("time", until)).await;
        }
    }

    async fn leave(&mut self, why: Failure) {
        let Some(run) = self.end_run().await else {
            return;
        };
        warn!(study = %self.name, %run, code = %why.code, "we leave the run");
        self.notice(run, Some(&why.of(&self.home.party)));
    }

    /// Ends the run that goes on, if one does: nothing of it is left then.
    async fn end_run(&mut self) -> Option<RunId> {
        let run = self.running.take().map(|running| running.run);
        drop(self.turn.lock().await);
        run
    }

    fn notice(&mut self, run: RunId, failure: Option<&Failure>) {
        let said = v1::RunNotice {
            study: self.plan.hash().as_bytes().to_vec().into(),
            run: run.0.to_vec().into(),
            failure: failure.map(wire::json).unwrap_or_default(),
        };
        self.home.tell(Said::Run(said.clone()));
        self.said = Some(said);
    }

    async fn end(&mut self, end: Study, result: Option<Received>) -> Result<(), KeepError> {
        self.reporting = None;
        self.end_run().await;
        if !end.has_ended() {
            return Ok(());
        }
        let mut entry = Entry::new(self.home.ambient.now(), Kind::STATE)
            .about(&self.name)
            .with("state", end.name());
        if let Some(failure) = end.failure() {
            entry = entry.with("failure", failure.code);
        }
        if let Some(result) = result.filter(|_| self.receives()) {
            let results = Results::new(&self.home.state, &self.plan.hash());
            entry = results.receive(&result, (&self.plan, &self.home.party), entry)?;
        }
        info!(study = %self.name, state = end.name(), "the study has ended");
        let own = Own {
            end: Some(end),
            ..self.own.clone()
        };
        let mut change = self.home.store.begin().await?;
        self.settle(&mut change, &own, entry.time).await?;
        // Without its secret nothing of the study can be repeated.
        secrets::forget(&mut change, &self.name).await?;
        Ok(self.keep(change, own, &entry).await?)
    }

    /// Forgets what runs have kept to be taken up again, and lets an alignment count that all have;
    /// else nothing of it is left.
    async fn settle(
        &self,
        change: &mut Change,
        own: &Own,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        if !matches!(self.plan.task(), Task::Train(_))
            && let Err(error) = spills::forget(&self.home, &self.plan.hash())
        {
            warn!(study = %self.name, %error, "what its runs have kept can't be removed");
        }
        let failed = !matches!(own.end, Some(Study::Finished { .. }));
        let failed = match self.plan.task() {
            Task::Align(task) => {
                let has_order = alignments::settle(change, &self.name, (failed, now)).await?;
                // Where the coordinator alone says that it is finished, no order counts.
                failed || !(has_order || matches!(task.matching, Matching::Cardinality(_)))
            }
            Task::Dictionary(_) => failed,
            _ => return Ok(()),
        };
        let results = Results::new(&self.home.state, &self.plan.hash());
        if failed && let Err(error) = results.forget_aligned() {
            warn!(study = %self.name, %error, "what it has learnt can't be removed");
        }
        Ok(())
    }

    fn receives(&self) -> bool {
        let us = self.plan.party(&self.home.party);
        us.is_some_and(Party::receives)
    }

    /// Keeps what is kept of the study, with all else that the change holds.
    async fn keep(
        &mut self,
        mut change: Change,
        own: Own,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let advance = studies::Advance {
            study: &self.name,
            from: self.version,
            state: &own.text(),
            now: entry.time,
        };
        let version = studies::advance(&mut change, advance).await?;
        change.log(entry).await?;
        change.commit().await?;
        (self.own, self.version) = (own, version);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
