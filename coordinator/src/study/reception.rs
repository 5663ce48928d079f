//! Who tells drivers what they are asked, and carries what they say.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::PartyId;
use consilium_node::link::{Control, ControlMessage};
use consilium_plan::{Event, Part, Party, Plan, Study};
use consilium_proto::{
    TO_COORDINATOR,
    v1::{self, ToCoordinator, to_coordinator::Kind as Heard, to_participant::Kind as Said},
};
use consilium_store::{StoreError, studies};
use prost::Message as _;
use tokio::{sync::mpsc, time::timeout};
use tracing::{debug, error, warn};

use super::{
    Command, Job,
    driver::{Driver, Halt},
    keep,
    post::{Post, Turn},
};
use crate::{desk::Desk, store::results, wire};

/// How long ended studies are told of to parties that may have missed the end.
const REMEMBERED: i64 = 30 * 86_400;
/// How much one welcome tells of ended studies, in bytes; whoever has kept an end asks for more.
const MOST_OF_ENDS: usize = 8 << 20;
/// How many studies a party may say have ended for it.
const MOST_ENDED: usize = 10_000;
/// How many commands wait for one driver.
const COMMANDS: usize = 256;

/// Something to be said to a party.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) to: PartyId,
    pub(crate) what: Said,
}

/// The living studies, by name. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Studies {
    desk: Desk,
    drivers: Arc<Mutex<BTreeMap<StudyName, mpsc::Sender<Command>>>>,
}

impl Studies {
    /// Begins to drive every study that has not ended.
    pub(crate) async fn start(desk: Desk) -> Result<Studies, StoreError> {
        let drivers = Arc::default();
        let all = Studies { desk, drivers };
        for study in studies::all(&all.desk.store).await? {
            match Job::read(&study) {
                Ok((_, job)) if job.study.has_ended() => {}
                Ok(_) => all.drive(study.name),
                Err(error) => error!(study = %study.name, %error, "the study can't be taken up"),
            }
        }
        Ok(all)
    }

    /// Takes a checked plan in, and begins to drive it.
    pub(crate) async fn submit(
        &self,
        plan: &Plan,
        study: Study,
        by: &str,
    ) -> Result<(), StoreError> {
        let hash = plan.hash();
        let name = super::name(&hash);
        let federation = self.desk.federation;
        let job = Job::new(study, federation, plan);
        let now = self.desk.ambient.now();
        let entry = Entry::new(now, Kind::PLAN)
            .about(&name)
            .with("by", by)
            .with("contributors", plan.contributors().count());
        let text = plan.to_string();
        let state = job.text();
        let mut change = self.desk.store.begin().await?;
        let new = studies::NewStudy {
            name: &name,
            plan_hash: hash.as_bytes(),
            plan: text.as_bytes(),
            state: &state,
            submitted: now,
        };
        studies::submit(&mut change, new).await?;
        change.log(&entry).await?;
        let submitted = keep::entry(&name, now, &Event::Submitted, &job);
        change.log(&submitted).await?;
        change.commit().await?;
        self.desk.news.send_modify(|news| *news += 1);
        self.drive(name);
        Ok(())
    }

    /// Tells a study's driver something; says whether there is one.
    pub(crate) async fn command(&self, study: &StudyName, command: Command) -> bool {
        let driver = self.drivers().get(study).cloned();
        match driver {
            Some(driver) => driver.send(command).await.is_ok(),
            None => false,
        }
    }

    async fn command_all(&self, command: impl Fn() -> Command) {
        let drivers: Vec<_> = self.drivers().values().cloned().collect();
        for driver in drivers {
            // One that has just ended needs nothing any more.
            driver.send(command()).await.ok();
        }
    }

    fn drivers(&self) -> MutexGuard<'_, BTreeMap<StudyName, mpsc::Sender<Command>>> {
        // The map changes in single steps that don't panic.
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drive(&self, name: StudyName) {
        let (sender, mut commands) = mpsc::channel(COMMANDS);
        self.drivers().insert(name.clone(), sender);
        let all = self.clone();
        let driving = async move {
            let mut rest = Duration::from_secs(1);
            loop {
                match drive(&all.desk, &name, &mut commands).await {
                    Ok(()) | Err(Halt::Orphaned) => break,
                    Err(failed) => {
                        error!(study = %name, error = %failed, "the study stands still for a while");
                        // Whoever says something now has to say it again: the driver asks anew.
                        let deaf = async { while commands.recv().await.is_some() {} };
                        timeout(rest, deaf).await.ok();
                        rest = (rest * 2).min(Duration::from_mins(1));
                    }
                }
            }
            all.drivers().remove(&name);
        };
        self.desk.tasks.spawn(driving);
    }

    /// Carries messages between drivers and participants for as long as it is polled.
    pub(crate) async fn receive(
        self,
        mut control: Control,
        mut parcels: mpsc::UnboundedReceiver<Parcel>,
    ) {
        let mut roster = self.desk.roster.changed();
        let mut post = Post::default();
        loop {
            tokio::select! {
                // What is to be said goes first, or much that is asked would pile answers up.
                biased;
                Some(Parcel { to, what }) = parcels.recv() => {
                    // Whoever can't be reached now asks for everything when it is back.
                    if self.desk.reaches(&to) {
                        post.say(&control, &to, what);
                    }
                }
                turn = post.next() => match turn {
                    Turn::Arrived(party) if self.desk.reaches(&party) => post.go_on(&control, &party),
                    Turn::Arrived(party) => post.give_up(&party),
                    Turn::Welcome(party, ended) => self.welcome(&party, &ended).await,
                    Turn::Part(party, study, offset) => {
                        match self.part_for(&party, &study, offset).await {
                            Ok(Some(part)) => post.say(&control, &party, part),
                            Ok(None) => warn!(%party, %study, "it asks for a result that it can't have"),
                            Err(error) => {
                                error!(%study, %error, "the result can't be read");
                                // Told of the end again, it asks again.
                                post.owes(&party);
                            }
                        }
                    }
                },
                Ok(()) = roster.changed() => {
                    for party in self.desk.roster.parties() {
                        self.introduce(&party);
                    }
                    self.command_all(|| Command::Presence(self.desk.me.clone())).await;
                }
                message = control.next() => self.heard(message, &mut post).await,
            }
        }
    }

    async fn heard(&self, message: ControlMessage, post: &mut Post) {
        match message {
            ControlMessage::Joined { peer, .. } | ControlMessage::Left { peer } => {
                self.command_all(|| Command::Presence(peer.clone())).await;
            }
            ControlMessage::Said {
                peer,
                kind,
                payload,
            } if kind == TO_COORDINATOR => {
                match ToCoordinator::decode(payload).map(|message| message.kind) {
                    Ok(Some(Heard::Offers(v1::Offers { ended }))) => {
                        let ended = ended.iter().take(MOST_ENDED);
                        let ended = ended.filter_map(|study| wire::named(study));
                        post.asked(&peer, ended.collect());
                    }
                    Ok(Some(Heard::Scorecards(shown))) => {
                        if let Err(error) = self.desk.hear_cards(&peer, shown).await {
                            error!(party = %peer, %error, "its scorecards can't be kept");
                        }
                    }
                    Ok(Some(Heard::Result(v1::ResultAsk { study, offset }))) => {
                        if let Some(study) = wire::named(&study) {
                            post.wanted(&peer, study, offset);
                        } else {
                            warn!(party = %peer, "it sent a malformed message");
                        }
                    }
                    Ok(Some(what)) => {
                        if let Some((study, command)) = wire::read(&peer, what) {
                            self.command(&study, command).await;
                        } else {
                            warn!(party = %peer, "it sent a malformed message");
                        }
                    }
                    Ok(None) => debug!(party = %peer, "it sent a message of a later version"),
                    Err(_) => warn!(party = %peer, "it sent a malformed message"),
                }
            }
            ControlMessage::Said { peer, kind, .. } => {
                debug!(party = %peer, kind, "it sent a message of another kind");
            }
            _ => {}
        }
    }

    /// Tells a party that has come up all that there is for it.
    async fn welcome(&self, party: &PartyId, ended: &BTreeSet<StudyName>) {
        self.introduce(party);
        self.command_all(|| Command::Offers(party.clone())).await;
        match self.ends_for(party, ended).await {
            Ok(ends) => ends.into_iter().for_each(|end| self.desk.tell(party, end)),
            Err(error) => error!(%error, "ended studies can't be read"),
        }
    }

    /// Tells a party who belongs to the federation, and what time it is here.
    fn introduce(&self, party: &PartyId) {
        let now_ms = self.desk.ambient.now_ms();
        let roster = self.desk.roster.message(now_ms);
        self.desk.tell(party, Said::Roster(roster));
    }

    async fn ends_for(
        &self,
        party: &PartyId,
        ended: &BTreeSet<StudyName>,
    ) -> Result<Vec<Said>, StoreError> {
        let since = self.desk.ambient.now().0 - REMEMBERED;
        let (mut ends, mut bytes) = (Vec::new(), 0);
        for study in studies::all(&self.desk.store).await? {
            let is_over = study.changed.0 >= since && !self.drivers().contains_key(&study.name);
            if !is_over || ended.contains(&study.name) {
                continue;
            }
            if bytes >= MOST_OF_ENDS {
                break;
            }
            let (plan, job) = match Job::read(&study) {
                Ok(read) => read,
                Err(error) => {
                    error!(study = %study.name, %error, "nobody can be told of its end");
                    continue;
                }
            };
            if let Some(Party { part, .. }) = plan.party(party) {
                // A receiver may have been away all the while.
                let offer = (*part == Part::Receiver).then(|| wire::offer(&plan));
                for said in offer.into_iter().chain([wire::end(&plan, &job.study)]) {
                    bytes += said.encoded_len();
                    ends.push(said);
                }
            }
        }
        Ok(ends)
    }

    /// Gives a part of a study's result; nothing if the party is none of its receivers.
    async fn part_for(
        &self,
        party: &PartyId,
        name: &StudyName,
        offset: u64,
    ) -> Result<Option<Said>, StoreError> {
        let store = &self.desk.store;
        let Some(study) = studies::find(store, name).await? else {
            return Ok(None);
        };
        let (plan, job) = match Job::read(&study) {
            Ok(read) => read,
            // Asked again it would be no better.
            Err(error) => {
                error!(study = %name, %error, "nobody can be given its result");
                return Ok(None);
            }
        };
        if !plan.party(party).is_some_and(Party::receives) {
            return Ok(None);
        }
        let files = match job.study {
            Study::Finished { .. } => results::of(store, name).await?,
            _ => Vec::new(),
        };
        Ok(Some(wire::part(&study.plan_hash, &files, offset)))
    }
}

async fn drive(
    desk: &Desk,
    name: &StudyName,
    commands: &mut mpsc::Receiver<Command>,
) -> Result<(), Halt> {
    match studies::find(&desk.store, name).await? {
        Some(study) => Driver::new(desk.clone(), study)?.run(commands).await,
        None => Ok(()),
    }
}
