//! Calls about studies.

use consilium_journal::{Entry, Kind, StudyName};
use consilium_plan::{Event, Plan, Standing, Study};
use consilium_proto::v1;
use consilium_store::{StoreError, studies};
use futures_util::{StreamExt as _, stream};
use tokio::sync::{oneshot, watch};
use tonic::Status;
use tracing::error;

use super::{Events, OperatorError, OperatorService, convert};
use crate::{
    access::By,
    desk::Desk,
    store::results,
    study::{
        self, Command, Forbidden, Job,
        events::{self, Happened, Place},
    },
    wire,
};

/// A study with its plan and state, read.
struct Read {
    study: studies::Study,
    plan: Plan,
    job: Job,
}

impl OperatorService {
    pub(super) async fn submit_plan(
        &self,
        By(by): By,
        text: &str,
    ) -> Result<v1::StudyStatus, OperatorError> {
        let plan = Plan::of_institutions(text)?;
        let me = &self.desk.me;
        if plan.coordinator() != me {
            let (found, me) = (plan.coordinator().clone(), me.clone());
            return Err(OperatorError::OtherCoordinator { found, me });
        }
        for party in plan.parties() {
            if !self.desk.roster.has(&party.name) {
                let party = party.name.clone();
                return Err(OperatorError::UnknownParty { party });
            }
        }
        let (name, plan) = self.next_attempt(plan).await?;
        let submitted = Study::Drafted.on(Event::Submitted, &plan, self.desk.ambient.now());
        let submitted =
            submitted.map_err(|forbidden| OperatorError::Unfit(forbidden.to_string()))?;
        self.studies.submit(&plan, submitted, &by).await?;
        self.status_of(&name).await
    }

    /// Gives the first attempt at a plan that was not made yet, and its study's name: a plan may be
    /// tried again when its last study ended without a result.
    async fn next_attempt(&self, mut plan: Plan) -> Result<(StudyName, Plan), OperatorError> {
        loop {
            let name = study::name(&plan.hash());
            let Some(before) = studies::find(&self.desk.store, &name).await? else {
                return Ok((name, plan));
            };
            let before = read(before)?.job.study;
            let in_vain = before.has_ended() && !matches!(before, Study::Finished { .. });
            match plan.next_attempt().filter(|_| in_vain) {
                Some(next) => plan = next,
                None => return Err(OperatorError::Exists(name)),
            }
        }
    }

    pub(super) async fn list_studies(&self) -> Result<v1::StudyList, OperatorError> {
        let all = studies::all(&self.desk.store).await?;
        let listed = all.iter().map(|study| match Job::read(study) {
            Ok((plan, job)) => convert::status(study, &plan, &job),
            Err(error) => {
                error!(study = %study.name, %error, "the study can't be shown");
                convert::unreadable(study)
            }
        });
        Ok(v1::StudyList {
            studies: listed.collect(),
        })
    }

    pub(super) async fn show_study(&self, prefix: &str) -> Result<v1::StudyDetail, OperatorError> {
        let Read { study, plan, job } = self.find(prefix).await?;
        let decision = |party| match job.register.standing(party)? {
            Standing::Approved { .. } => Some("approve"),
            Standing::Refused => Some("refuse"),
            Standing::Revoked => Some("revoke"),
        };
        let times = self.decision_times(&study.name).await?;
        let decisions = plan.contributors().filter_map(|(party, _)| {
            Some(v1::Decision {
                party: party.to_string(),
                decision: decision(party)?.to_owned(),
                time: times
                    .iter()
                    .rev()
                    .find(|(who, _)| who == party)
                    .map_or(0, |(_, at)| *at),
            })
        });
        Ok(v1::StudyDetail {
            decisions: decisions.collect(),
            preflight: job.reports.values().map(wire::json).collect(),
            status: Some(convert::status(&study, &plan, &job)),
            plan: plan.to_string(),
        })
    }

    pub(super) async fn cancel_study(
        &self,
        By(by): By,
        request: v1::CancelRequest,
    ) -> Result<v1::StudyStatus, OperatorError> {
        let name = self.find(&request.study).await?.study.name;
        let (answer, answered) = oneshot::channel();
        let why = request.why;
        let lives = self
            .studies
            .command(
                &name,
                Command::Cancel {
                    by: by.to_string(),
                    why,
                    answer,
                },
            )
            .await;
        if !lives {
            return Err(Forbidden("the study has ended".to_owned()).into());
        }
        let gone =
            |_| Forbidden("the study stands still; its coordinator's log says why".to_owned());
        answered.await.map_err(gone)??;
        self.status_of(&name).await
    }

    pub(super) async fn watch_study(&self, prefix: &str) -> Result<Events, OperatorError> {
        let name = self.find(prefix).await?.study.name;
        let watch = Watch {
            news: self.desk.news.subscribe(),
            desk: self.desk.clone(),
            name,
            place: Place::default(),
            is_over: false,
        };
        let chunks = stream::unfold(watch, |mut watch| async {
            let events = watch.more().await?;
            Some((stream::iter(events), watch))
        });
        Ok(Box::pin(chunks.flatten()))
    }

    pub(super) async fn study_result(
        &self,
        By(by): By,
        prefix: &str,
    ) -> Result<v1::StudyResult, OperatorError> {
        let Read { study, job, .. } = self.find(prefix).await?;
        let files = results::of(&self.desk.store, &study.name).await?;
        let file = |name| {
            let file = files.iter().find(|file| file.name == name)?;
            String::from_utf8(file.content.clone()).ok()
        };
        let Some(report) = file(study::REPORT) else {
            return Err(OperatorError::NoResult(job.study.name().to_owned()));
        };
        // An alignment leads to no model.
        let model = file(study::MODEL).unwrap_or_default();
        let entry = Entry::new(self.desk.ambient.now(), Kind::EXPORT)
            .about(&study.name)
            .with("what", "result")
            .with("by", by);
        self.desk.store.log(&entry).await?;
        Ok(v1::StudyResult { model, report })
    }

    async fn status_of(&self, name: &StudyName) -> Result<v1::StudyStatus, OperatorError> {
        let Read { study, plan, job } = self.find(name.as_str()).await?;
        Ok(convert::status(&study, &plan, &job))
    }

    /// Gives the one study whose hash begins so.
    async fn find(&self, prefix: &str) -> Result<Read, OperatorError> {
        let all = studies::all(&self.desk.store).await?;
        let mut matching = all
            .into_iter()
            .filter(|study| study.name.as_str().starts_with(prefix));
        match (prefix, matching.next(), matching.next()) {
            ("", ..) | (_, None, _) => Err(OperatorError::NoSuchStudy(prefix.to_owned())),
            (_, Some(_), Some(_)) => Err(OperatorError::Ambiguous(prefix.to_owned())),
            (_, Some(study), None) => Ok(read(study)?),
        }
    }

    async fn decision_times(
        &self,
        name: &StudyName,
    ) -> Result<Vec<(consilium_mailbox::PartyId, i64)>, StoreError> {
        let all = consilium_store::decisions::of(&self.desk.store, name).await?;
        Ok(all
            .into_iter()
            .map(|decision| (decision.party, decision.received.0))
            .collect())
    }
}

fn read(study: studies::Study) -> Result<Read, StoreError> {
    let (plan, job) = Job::read(&study)?;
    Ok(Read { study, plan, job })
}

/// A study that somebody watches.
struct Watch {
    desk: Desk,
    name: StudyName,
    news: watch::Receiver<u64>,
    place: Place,
    is_over: bool,
}

impl Watch {
    /// Gives what has happened since, waiting for it; `None` once the study has ended.
    async fn more(&mut self) -> Option<Vec<Result<v1::StudyEvent, Status>>> {
        while !self.is_over {
            self.news.borrow_and_update();
            let happened = match self.look().await {
                Ok(happened) => happened,
                Err(error) => {
                    self.is_over = true;
                    return Some(vec![Err(consilium_node::status::status(&error))]);
                }
            };
            if !happened.is_empty() {
                return Some(happened.into_iter().map(Ok).collect());
            }
            if !self.is_over {
                tokio::select! {
                    changed = self.news.changed() => changed.ok()?,
                    () = self.desk.shutdown.requested() => return None,
                }
            }
        }
        None
    }

    /// Reads what is new: while a step goes on that is a line or two of the journal.
    async fn look(&mut self) -> Result<Vec<v1::StudyEvent>, OperatorError> {
        let mut events: Vec<Happened> = Vec::new();
        loop {
            let store = &self.desk.store;
            let new = events::next(store, &self.name, &mut self.place).await?;
            let changes = new.iter().any(|event| !event.event.is_empty());
            events.extend(new);
            // Whatever ended the study is among the events that are read after its state.
            if !changes || self.is_over {
                break;
            }
            self.is_over = match studies::find(store, &self.name).await? {
                Some(study) => read(study)?.job.study.has_ended(),
                None => true,
            };
        }
        let newest = self.place.events.saturating_sub(1);
        let events = events.into_iter().map(|happened| v1::StudyEvent {
            number: happened.number,
            time_ms: happened.time * 1_000,
            event: happened.event,
            doing: happened.doing,
            waiting: happened.waiting,
            newest,
        });
        Ok(events.collect())
    }
}
