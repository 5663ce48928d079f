//! Who tells drivers what they are asked, and carries what they say.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use consilium_journal::{Entry, Kind, StudyName};
use consilium_mailbox::{PartyId, RunId};
use consilium_node::link::{Control, ControlMessage};
use consilium_plan::{Failure, Part, Party, Plan, SignedStatement, Statement, Study};
use consilium_proto::v1::{
    self, ToCoordinator, to_coordinator::Kind as Heard, to_participant::Kind as Said,
};
use consilium_store::{StoreError, studies};
use prost::Message as _;
use tokio::{sync::mpsc, time::timeout};
use tracing::{debug, error, warn};

use super::{
    Command, Job, MODEL, REPORT,
    driver::{Driver, Halt},
    keep,
    post::{Post, Turn},
};
use crate::{
    desk::Desk,
    store::results::{self, ResultFile},
};

/// What a control message to a participant is called.
pub(crate) const TO_PARTICIPANT: &str = "consilium.v1.ToParticipant";
/// What a control message to the coordinator is called.
pub(crate) const TO_COORDINATOR: &str = "consilium.v1.ToCoordinator";

/// How long ended studies are told of to parties that may have missed the end.
const REMEMBERED: i64 = 30 * 86_400;
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
            if !keep::read(&study.state)?.study.has_ended() {
                all.drive(study.name);
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
        let state = keep::text(&job)?;
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
        change
            .log(&keep::entry(
                &name,
                now,
                &consilium_plan::Event::Submitted,
                &job,
            ))
            .await?;
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
                    Turn::Welcome(party) => self.welcome(&party).await,
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
                    Ok(Some(Heard::Offers(_))) => post.asked(&peer),
                    Ok(Some(what)) => {
                        if let Some((study, command)) = read(&peer, what) {
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
    async fn welcome(&self, party: &PartyId) {
        self.introduce(party);
        self.command_all(|| Command::Offers(party.clone())).await;
        match self.ends_for(party).await {
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

    async fn ends_for(&self, party: &PartyId) -> Result<Vec<Said>, StoreError> {
        let since = self.desk.ambient.now().0 - REMEMBERED;
        let mut ends = Vec::new();
        for study in studies::all(&self.desk.store).await? {
            if study.changed.0 < since || self.drivers().contains_key(&study.name) {
                continue;
            }
            let job = keep::read(&study.state)?;
            let plan = String::from_utf8(study.plan)
                .ok()
                .and_then(|text| text.parse::<Plan>().ok());
            if let Some(plan) = plan
                && let Some(Party { part, .. }) = plan.party(party)
            {
                if *part == Part::Receiver {
                    // It may have been away all the while.
                    ends.push(offer_of(&plan));
                }
                let files = results::of(&self.desk.store, &study.name).await?;
                ends.push(end_of(&plan, &job.study, party, &files));
            }
        }
        Ok(ends)
    }
}

/// Gives the message that there is a study.
pub(super) fn offer_of(plan: &Plan) -> Said {
    Said::Offer(v1::StudyOffer {
        study: plan.hash().as_bytes().to_vec().into(),
        plan: plan.to_string(),
    })
}

/// Gives the message that a study has ended; whoever only receives gets the result with it.
pub(super) fn end_of(plan: &Plan, study: &Study, to: &PartyId, files: &[ResultFile]) -> Said {
    let only_receives = plan.party(to).is_some_and(|party| !party.contributes());
    let file = |name: &str| {
        let mut named = files.iter().filter(|file| file.name == name);
        let file = named.next().filter(|_| only_receives);
        file.and_then(|file| String::from_utf8(file.content.clone()).ok())
            .unwrap_or_default()
    };
    Said::End(v1::StudyEnd {
        study: plan.hash().as_bytes().to_vec().into(),
        state: serde_json::to_string(study).unwrap_or_default(),
        model: file(MODEL),
        report: file(REPORT),
    })
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

/// Reads what a party says about a study.
fn read(from: &PartyId, what: Heard) -> Option<(StudyName, Command)> {
    let from = from.clone();
    match what {
        Heard::Decision(notice) => {
            let statement: Statement = serde_json::from_slice(&notice.statement).ok()?;
            let signature = notice.signature.as_ref().try_into().ok()?;
            let signature = consilium_base::Signature(signature);
            let command = Command::Decision {
                from,
                signed: Box::new(SignedStatement::new(statement, signature)),
                steward: notice.steward.as_ref().try_into().ok()?,
            };
            Some((study(&notice.study)?, command))
        }
        Heard::Preflight(report) => {
            let name = study(&report.study)?;
            let report = Box::new(serde_json::from_str(&report.report).ok()?);
            Some((name, Command::Preflight { from, report }))
        }
        Heard::Run(notice) => {
            let run = RunId(notice.run.as_ref().try_into().ok()?);
            let failure: Option<Failure> = match notice.failure.as_str() {
                "" => None,
                failure => Some(serde_json::from_str(failure).ok()?),
            };
            Some((
                study(&notice.study)?,
                Command::Notice { from, run, failure },
            ))
        }
        Heard::Offers(_) => None,
    }
}

fn study(hash: &[u8]) -> Option<StudyName> {
    let hash = consilium_plan::PlanHash::from_bytes(hash.try_into().ok()?);
    Some(super::name(&hash))
}
