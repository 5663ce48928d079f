//! Who tells keepers what they are asked, and carries what they say.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::{PartyId, readable};
use consilium_node::link::{Control, ControlMessage};
use consilium_plan::{Party, Plan, PlanHash, Study};
use consilium_proto::{
    TO_COORDINATOR, TO_PARTICIPANT,
    v1::{
        self, ToCoordinator, ToParticipant, to_coordinator::Kind as Said,
        to_participant::Kind as Heard,
    },
};
use consilium_store::{StoreError, studies};
use prost::Message as _;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::{debug, error, info, warn};

use super::{
    Command, Own,
    fetching::Fetching,
    keeper::{KeepError, Keeper},
    spills,
};
use crate::{
    home::{Home, study_name},
    wire,
};

/// How long the connected coordinator may take to take a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// How soon the coordinator is asked again for what could not be kept.
const REST: Duration = Duration::from_secs(10);
/// How many studies may await a decision at once; more offers are not taken in.
const MOST_UNDECIDED: usize = 100;
/// How many ended studies the coordinator is told of; it does not ask for older ones.
const MOST_ENDED: usize = 10_000;
/// How many commands wait for one keeper.
const COMMANDS: usize = 256;

/// The studies, by name. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Studies {
    home: Home,
    keepers: Arc<Mutex<BTreeMap<StudyName, mpsc::Sender<Command>>>>,
}

impl Studies {
    /// Begins to keep every study that has not ended.
    pub(crate) async fn start(home: Home) -> Result<Studies, StoreError> {
        let keepers = Arc::default();
        let all = Studies { home, keepers };
        let mut unended = BTreeSet::new();
        for study in studies::all(&all.home.store).await? {
            match Own::read(&study) {
                Ok((_, own)) if own.end.is_some() => continue,
                Ok(_) => all.keep(study.name.clone()),
                Err(error) => error!(study = %study.name, %error, "the study can't be taken up"),
            }
            unended.insert(study.name.to_string());
        }
        if let Err(error) = spills::forget_all_but(&all.home, &unended) {
            warn!(%error, "what runs of ended studies have kept can't be removed");
        }
        Ok(all)
    }

    /// Tells a study's keeper something; says whether there is one.
    pub(crate) async fn command(&self, study: &StudyName, command: Command) -> bool {
        let keeper = self.keepers().get(study).cloned();
        match keeper {
            Some(keeper) => keeper.send(command).await.is_ok(),
            None => false,
        }
    }

    /// Carries messages between keepers and the coordinator for as long as it is polled.
    pub(crate) async fn receive(
        self,
        mut control: Control,
        mut outbox: mpsc::UnboundedReceiver<Said>,
    ) {
        let mut again = None;
        let mut fetching = Fetching::default();
        loop {
            tokio::select! {
                message = control.next() => {
                    if let Err(error) = self.heard(message, &mut fetching).await {
                        error!(%error, "what the coordinator said can't be kept for now");
                        again = Some(Instant::now() + REST);
                    }
                }
                Some(what) = outbox.recv() => self.deliver(&control, what).await,
                () = sleep_until(again.unwrap_or_else(Instant::now)), if again.is_some() => {
                    again = None;
                    self.ask().await;
                }
            }
        }
    }

    /// What is not delivered is told anew when the coordinator is back.
    async fn deliver(&self, control: &Control, what: Said) {
        let home = &self.home;
        if !home.is_connected() {
            return;
        }
        let payload = ToCoordinator { kind: Some(what) }.encode_to_vec().into();
        let sent = control.send(&home.coordinator, TO_COORDINATOR, payload);
        if !matches!(timeout(PATIENCE, sent).await, Ok(Ok(()))) {
            warn!("a message to the coordinator was given up");
        }
    }

    async fn heard(
        &self,
        message: ControlMessage,
        fetching: &mut Fetching,
    ) -> Result<(), StoreError> {
        let from_coordinator = |peer: &PartyId| *peer == self.home.coordinator;
        match message {
            ControlMessage::Joined { peer, .. } if from_coordinator(&peer) => {
                fetching.clear();
                self.ask().await;
                self.home.show_cards().await?;
                self.command_all(|| Command::Repeat).await;
            }
            ControlMessage::Said {
                peer,
                kind,
                payload,
            } if from_coordinator(&peer) && kind == TO_PARTICIPANT => {
                match ToParticipant::decode(payload).map(|message| message.kind) {
                    Ok(Some(what)) => return self.told(what, fetching).await,
                    Ok(None) => debug!("the coordinator sent a message of a later version"),
                    Err(_) => warn!("the coordinator sent a malformed message"),
                }
            }
            ControlMessage::Said { peer, kind, .. } => {
                debug!(%peer, kind, "a message of another kind came");
            }
            _ => {}
        }
        Ok(())
    }

    async fn told(&self, what: Heard, fetching: &mut Fetching) -> Result<(), StoreError> {
        match what {
            Heard::Roster(roster) => {
                self.home.compare_clocks(roster.now_ms);
                self.home.learn(&roster).await
            }
            Heard::Offer(offer) => self.offered(&offer).await,
            Heard::Part(part) => {
                let (ended, ask) = fetching.take(&part);
                if let Some(ask) = ask {
                    self.home.tell(ask);
                }
                if let Some((study, command)) = ended {
                    self.command(&study, command).await;
                }
                Ok(())
            }
            other => {
                match wire::read(other) {
                    Some((study, Command::End { state, .. })) => {
                        self.over(study, state, fetching).await?;
                    }
                    Some((study, command)) => {
                        self.command(&study, command).await;
                    }
                    None => warn!("the coordinator sent a malformed message"),
                }
                Ok(())
            }
        }
    }

    /// Ends a study; where this institution receives its result, as soon as that is there.
    async fn over(
        &self,
        name: StudyName,
        state: Box<Study>,
        fetching: &mut Fetching,
    ) -> Result<(), StoreError> {
        if matches!(*state, Study::Finished { .. })
            && let Some(study) = studies::find(&self.home.store, &name).await?
        {
            let (plan, own) = Own::read(&study)?;
            if own.end.is_some() {
                return Ok(());
            }
            if plan.party(&self.home.party).is_some_and(Party::receives) {
                let ask = fetching.begin(study.plan_hash, name, state);
                if let Some(ask) = ask {
                    self.home.tell(ask);
                }
                return Ok(());
            }
        }
        let result = None;
        self.command(&name, Command::End { state, result }).await;
        Ok(())
    }

    /// Asks the coordinator for all that it has for this institution.
    async fn ask(&self) {
        let offers = self.offers().await.unwrap_or_else(|error| {
            warn!(%error, "the coordinator is asked for studies that have ended too");
            v1::Offers::default()
        });
        self.home.tell(Said::Offers(offers));
    }

    /// Gives the question for all but the studies that have ended here.
    async fn offers(&self) -> Result<v1::Offers, StoreError> {
        let mut all = studies::all(&self.home.store).await?;
        all.retain(|study| Own::read_alone(study).is_ok_and(|own| own.end.is_some()));
        all.sort_unstable_by_key(|study| std::cmp::Reverse(study.changed));
        let hashes = all.iter().take(MOST_ENDED);
        Ok(v1::Offers {
            ended: hashes
                .map(|study| study.plan_hash.to_vec().into())
                .collect(),
        })
    }

    /// Keeps a study that awaits this institution's decision.
    async fn offered(&self, offer: &v1::StudyOffer) -> Result<(), StoreError> {
        let home = &self.home;
        let Ok(hash) = offer.study.as_ref().try_into().map(PlanHash::from_bytes) else {
            warn!("the coordinator sent a malformed message");
            return Ok(());
        };
        let name = study_name(&hash);
        if studies::find(&home.store, &name).await?.is_some() {
            self.command(&name, Command::Repeat).await;
            return Ok(());
        }
        if self.undecided().await? >= MOST_UNDECIDED {
            warn!(study = %hash, "too many studies await a decision: this one is not taken in");
            return Ok(());
        }
        let plan = match Plan::of_institutions(&offer.plan) {
            Ok(plan) => plan,
            Err(error) => {
                let error = readable(&error.to_string());
                warn!(
                    error,
                    "the coordinator offers a study whose plan can't be read"
                );
                return Ok(());
            }
        };
        let is_ours = plan.party(&home.party).is_some() && *plan.coordinator() == home.coordinator;
        if hash != plan.hash() || !is_ours {
            warn!(study = %hash, "the coordinator offers a study that is another, or not for us");
            return Ok(());
        }
        let own = Own::new(home.federation, &plan);
        let now = home.ambient.now();
        let text = plan.to_string();
        let new = studies::NewStudy {
            name: &name,
            plan_hash: hash.as_bytes(),
            plan: text.as_bytes(),
            state: &own.text(),
            submitted: now,
        };
        let entry = Entry::new(now, Kind::PLAN)
            .about(&name)
            .with("contributors", plan.contributors().count());
        let mut change = home.store.begin().await?;
        studies::submit(&mut change, new).await?;
        change.log(&entry).await?;
        change.commit().await?;
        info!(study = %name, "a study awaits a steward's decision");
        self.keep(name);
        home.news.send_modify(|news| *news += 1);
        // The coordinator takes the question for the answer that the plan has come.
        self.ask().await;
        Ok(())
    }

    /// Tells how many studies await a decision of this institution.
    async fn undecided(&self) -> Result<usize, StoreError> {
        let home = &self.home;
        // What can't be read is not known to be decided.
        let is_undecided = |study: &studies::Study| {
            Own::read_alone(study).map_or(true, |own| {
                own.end.is_none() && own.register.standing(&home.party).is_none()
            })
        };
        let all = studies::all(&home.store).await?;
        Ok(all.iter().filter(|study| is_undecided(study)).count())
    }

    async fn command_all(&self, command: impl Fn() -> Command) {
        let keepers: Vec<_> = self.keepers().values().cloned().collect();
        for keeper in keepers {
            keeper.send(command()).await.ok();
        }
    }

    fn keepers(&self) -> MutexGuard<'_, BTreeMap<StudyName, mpsc::Sender<Command>>> {
        // The map changes in single steps that don't panic.
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, name: StudyName) {
        let (sender, mut commands) = mpsc::channel(COMMANDS);
        self.keepers().insert(name.clone(), sender);
        let all = self.clone();
        self.home.tasks.spawn(async move {
            let mut rest = Duration::from_secs(1);
            while let Err(failed) = keep(&all.home, &name, &mut commands).await {
                error!(study = %name, error = %failed, "the study stands still for a while");
                sleep(rest).await;
                rest = (rest * 2).min(Duration::from_mins(1));
                // What was said meanwhile is said again.
                all.ask().await;
            }
            all.keepers().remove(&name);
            // It leaves out what it told of this study, and tells of others that it left out.
            all.ask().await;
        });
    }
}

async fn keep(
    home: &Home,
    name: &StudyName,
    commands: &mut mpsc::Receiver<Command>,
) -> Result<(), KeepError> {
    match studies::find(&home.store, name).await? {
        Some(study) => Keeper::new(home.clone(), &study)?.run(commands).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
