//! What the people of an institution ask of their own daemon.

mod alignments;
mod answers;
mod error;
mod examine;
mod queries;
mod statistics;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    body::Body, http::Request as HttpRequest, middleware::Next, response::Response as Reply,
};
use consilium_identity::{Certificate, Role};
use consilium_journal::{Entry, Kind};
use consilium_node::{
    Shutdown,
    grpc::steward_server::{Steward, StewardServer},
    status::status,
};
use consilium_plan::{Name, Study, Task};
use consilium_proto::v1;
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};
use tonic::{Request, Response, Status, service::Routes};

pub(crate) use error::StewardError;

use crate::{
    data::{Listed, NewDataSet},
    home::{Home, study_name},
    peers,
    store::peers::Verified,
    study::{Command, DecideError, Own, Results, Studies, with_costs},
    wire,
};

/// The longest that a call waits for a study.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The service.
pub(crate) struct StewardService {
    pub(crate) home: Home,
    pub(crate) studies: Studies,
    /// The federation's name.
    pub(crate) federation: Arc<str>,
    /// The certificate in use.
    pub(crate) certificate: watch::Receiver<Certificate>,
    pub(crate) shutdown: Shutdown,
}

/// Gives the calls that may be made over the socket, each by the table of roles.
pub(crate) fn routes(service: StewardService) -> Routes {
    let router = Routes::new(StewardServer::new(service)).into_axum_router();
    Routes::from(router.layer(axum::middleware::from_fn(guard)))
}

/// Whoever can open the socket is a person of the institution.
async fn guard(request: HttpRequest<Body>, next: Next) -> Reply {
    match Role::Steward.authorise(request.uri().path()) {
        Ok(()) => next.run(request).await,
        Err(forbidden) => {
            // A command's slip about which daemon it speaks to; it is told so.
            tracing::debug!(?forbidden, "a call was refused");
            let status: Status = consilium_node::status::answer(&StewardError::from(forbidden));
            status.into_http()
        }
    }
}

/// Makes the answer, or the status that says why there is none.
fn answer<T>(outcome: Result<T, StewardError>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(|error| status(&error))
}

fn name(text: String) -> Result<Name, StewardError> {
    Name::try_from(text).map_err(|fault| StewardError::BadName(fault.to_string()))
}

impl StewardService {
    async fn add(&self, request: v1::AddDataRequest) -> Result<v1::DataSet, StewardError> {
        let mut splits = BTreeMap::new();
        for split in request.splits {
            splits.insert(name(split.name)?, PathBuf::from(split.path));
        }
        let set = self.home.register(NewDataSet {
            name: name(request.name)?,
            path: request.path.into(),
            schema: request.schema,
            splits,
            mapping: Some(request.mapping).filter(|text| !text.is_empty()),
            codes: request.codes.into_iter().map(PathBuf::from).collect(),
        });
        let Listed { set, sources, .. } = set.await?;
        self.home.clear_tables().await;
        Ok(answers::data_set(set, true, &sources))
    }

    async fn add_card(&self, card: &str) -> Result<v1::OwnScorecard, StewardError> {
        let signed = self.home.keep_card(card).await?;
        Ok(v1::OwnScorecard {
            data: signed.card.data_set.clone(),
            purpose: signed.card.purpose.to_string(),
            shown: wire::json(&signed.public()),
        })
    }

    async fn list(&self) -> Result<v1::DataSets, StewardError> {
        let sets = self.home.data_sets().await?.into_iter();
        Ok(v1::DataSets {
            sets: sets
                .map(|it| answers::data_set(it.set, it.is_unchanged, &it.sources))
                .collect(),
        })
    }

    async fn take_decision(
        &self,
        request: v1::DecideRequest,
    ) -> Result<v1::OwnStudy, StewardError> {
        let v1::DecideRequest {
            statement,
            signature,
            steward,
        } = request;
        let decision = wire::decision(&statement, &signature, &steward);
        let (signed, steward) = decision.ok_or(StewardError::NoStatement)?;
        let study = study_name(&signed.statement.plan);
        self.look_before(&signed, steward).await?;
        let (answer, decided) = oneshot::channel();
        let command = Command::Decide {
            signed: Box::new(signed),
            steward,
            answer,
        };
        if !self.studies.command(&study, command).await {
            // Nobody keeps a study that has ended.
            self.stored(study.as_str()).await?;
            return Err(DecideError::Ended.into());
        }
        decided.await.map_err(|_| StewardError::Stopping)??;
        self.find(study.as_str()).await
    }

    /// Waits until a study has been offered, for a minute at most.
    async fn offered(&self, request: &v1::AwaitStudyRequest) -> Result<v1::OwnStudy, StewardError> {
        let study = wire::study(&request.study).ok_or(StewardError::NoStudy)?;
        let within = Duration::from_millis(request.within_ms.into()).min(LONGEST_WAIT);
        let mut news = self.home.news.subscribe();
        let waiting = async {
            loop {
                news.borrow_and_update();
                match self.find(study.as_str()).await {
                    Err(StewardError::NoStudy) => {}
                    found => return found,
                }
                if news.changed().await.is_err() {
                    return Err(StewardError::Stopping);
                }
            }
        };
        tokio::select! {
            found = timeout(within, waiting) => found.unwrap_or(Err(StewardError::NoStudy)),
            () = self.shutdown.requested() => Err(StewardError::Stopping),
        }
    }

    async fn own_result(&self, study: &str) -> Result<v1::OwnStudyResult, StewardError> {
        let (plan, own) = Own::read(&self.stored(study).await?)?;
        // What was done before the study failed left its files here: they are no result.
        if let Some(end) = own.end.filter(|end| !matches!(end, Study::Finished { .. })) {
            return Err(StewardError::EndedWithout(end.name()));
        }
        let results = Results::new(&self.home.state, &plan.hash());
        match plan.task() {
            Task::Train(_) => {}
            Task::Align(task) => return self.own_alignment(&results, task.gives_rows()),
            Task::Dictionary(_) | Task::Scarcity(_) => {
                return self.own_alignment(&results, false);
            }
            Task::Vertical(_) => return self.own_share(&results),
            Task::Statistics(_) => return self.own_statistics(&results),
        }
        let kept = results.read()?.ok_or(StewardError::NoResult)?;
        let mut result = v1::OwnStudyResult {
            model: kept.model,
            report: kept.report.unwrap_or_default(),
            ..v1::OwnStudyResult::default()
        };
        if let Some(own_report) = kept.own_report {
            result.own_report = with_costs(&own_report, &self.home.party, &results)?;
            result.scores_path = results.scores_path().display().to_string();
        }
        Ok(result)
    }

    async fn compared(&self, request: v1::VerifyRequest) -> Result<v1::Peers, StewardError> {
        let party = request.party.parse();
        let party = party.map_err(|_| StewardError::BadName(request.party.clone()))?;
        let key = peers::key(&request.key).ok_or(StewardError::BadKey)?;
        self.home.verify(&party, &key, Verified::ByWords).await?;
        self.known_peers().await
    }

    async fn vouched(&self, request: &v1::AddVouchRequest) -> Result<v1::Peers, StewardError> {
        self.home.believe(request.vouch.parse()?).await?;
        self.known_peers().await
    }

    async fn enlist(&self, request: v1::AddStewardRequest) -> Result<v1::Stewards, StewardError> {
        let steward = name(request.name)?;
        let key = peers::key(&request.key).ok_or(StewardError::BadKey)?;
        self.home.add_steward(steward.as_str(), &key).await?;
        Ok(v1::Stewards {
            names: self.home.stewards().await?.into_keys().collect(),
        })
    }

    async fn export(&self) -> Result<v1::OwnLogExport, StewardError> {
        let entry = Entry::new(self.home.ambient.now(), Kind::EXPORT).with("what", "log");
        self.home.store.log(&entry).await?;
        let lines = self.home.store.export_journal().await?;
        Ok(v1::OwnLogExport { lines })
    }
}

#[tonic::async_trait]
impl Steward for StewardService {
    async fn status(
        &self,
        _: Request<v1::StatusRequest>,
    ) -> Result<Response<v1::ParticipantStatus>, Status> {
        answer(self.own_status().await)
    }

    async fn add_data(
        &self,
        request: Request<v1::AddDataRequest>,
    ) -> Result<Response<v1::DataSet>, Status> {
        answer(self.add(request.into_inner()).await)
    }

    async fn list_data(
        &self,
        _: Request<v1::ListDataRequest>,
    ) -> Result<Response<v1::DataSets>, Status> {
        answer(self.list().await)
    }

    async fn remove_data(
        &self,
        request: Request<v1::RemoveDataRequest>,
    ) -> Result<Response<v1::DataSets>, Status> {
        let forgotten = self.home.forget_data(&request.into_inner().name).await;
        match forgotten {
            Ok(()) => {
                self.home.clear_tables().await;
                answer(self.list().await)
            }
            Err(error) => answer(Err(error.into())),
        }
    }

    async fn alignments(
        &self,
        _: Request<v1::AlignmentsRequest>,
    ) -> Result<Response<v1::OwnAlignments>, Status> {
        answer(self.own_alignments().await)
    }

    async fn queries(
        &self,
        _: Request<v1::QueriesRequest>,
    ) -> Result<Response<v1::Queries>, Status> {
        answer(self.queries_asked().await)
    }

    async fn studies(
        &self,
        _: Request<v1::OwnStudiesRequest>,
    ) -> Result<Response<v1::OwnStudies>, Status> {
        answer(self.all().await)
    }

    async fn await_study(
        &self,
        request: Request<v1::AwaitStudyRequest>,
    ) -> Result<Response<v1::OwnStudy>, Status> {
        answer(self.offered(&request.into_inner()).await)
    }

    async fn examine(
        &self,
        request: Request<v1::ExamineRequest>,
    ) -> Result<Response<v1::Examination>, Status> {
        answer(self.examined(request.get_ref()).await)
    }

    async fn decide(
        &self,
        request: Request<v1::DecideRequest>,
    ) -> Result<Response<v1::OwnStudy>, Status> {
        answer(self.take_decision(request.into_inner()).await)
    }

    async fn own_result(
        &self,
        request: Request<v1::OwnStudyRequest>,
    ) -> Result<Response<v1::OwnStudyResult>, Status> {
        answer(self.own_result(&request.into_inner().study).await)
    }

    async fn peers(&self, _: Request<v1::PeersRequest>) -> Result<Response<v1::Peers>, Status> {
        answer(self.known_peers().await)
    }

    async fn verify(
        &self,
        request: Request<v1::VerifyRequest>,
    ) -> Result<Response<v1::Peers>, Status> {
        answer(self.compared(request.into_inner()).await)
    }

    async fn add_vouch(
        &self,
        request: Request<v1::AddVouchRequest>,
    ) -> Result<Response<v1::Peers>, Status> {
        answer(self.vouched(&request.into_inner()).await)
    }

    async fn add_steward(
        &self,
        request: Request<v1::AddStewardRequest>,
    ) -> Result<Response<v1::Stewards>, Status> {
        answer(self.enlist(request.into_inner()).await)
    }

    async fn add_scorecard(
        &self,
        request: Request<v1::AddScorecardRequest>,
    ) -> Result<Response<v1::OwnScorecard>, Status> {
        answer(self.add_card(&request.into_inner().card).await)
    }

    async fn export_own_log(
        &self,
        _: Request<v1::ExportOwnLogRequest>,
    ) -> Result<Response<v1::OwnLogExport>, Status> {
        answer(self.export().await)
    }
}
