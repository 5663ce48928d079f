//! What operators and supervisors ask of the coordinator.

mod convert;
mod error;
mod federation;
mod studies;

use std::pin::Pin;

use consilium_node::{
    grpc::operator_server::{Operator, OperatorServer},
    status::status,
};
use consilium_proto::v1;
use futures_util::Stream;
use tonic::{Request, Response, Status};

pub(crate) use error::OperatorError;

use crate::{access::By, desk::Desk, office::Office, study::Studies};

/// The service.
pub(crate) struct OperatorService {
    desk: Desk,
    studies: Studies,
    office: Office,
}

impl OperatorService {
    pub(crate) fn new(
        desk: Desk,
        studies: Studies,
        office: Office,
    ) -> OperatorServer<OperatorService> {
        OperatorServer::new(OperatorService {
            desk,
            studies,
            office,
        })
    }
}

/// Makes the answer, or the status that says why there is none.
fn answer<T>(outcome: Result<T, OperatorError>) -> Result<Response<T>, Status> {
    outcome.map(Response::new).map_err(|error| status(&error))
}

type Events = Pin<Box<dyn Stream<Item = Result<v1::StudyEvent, Status>> + Send>>;

#[tonic::async_trait]
impl Operator for OperatorService {
    async fn submit(
        &self,
        request: Request<v1::SubmitRequest>,
    ) -> Result<Response<v1::StudyStatus>, Status> {
        let by = By::of(&request);
        answer(self.submit_plan(by, &request.into_inner().plan).await)
    }

    async fn list(&self, _: Request<v1::ListRequest>) -> Result<Response<v1::StudyList>, Status> {
        answer(self.list_studies().await)
    }

    async fn show(
        &self,
        request: Request<v1::StudyRequest>,
    ) -> Result<Response<v1::StudyDetail>, Status> {
        answer(self.show_study(&request.into_inner().study).await)
    }

    async fn cancel(
        &self,
        request: Request<v1::CancelRequest>,
    ) -> Result<Response<v1::StudyStatus>, Status> {
        let by = By::of(&request);
        answer(self.cancel_study(by, request.into_inner()).await)
    }

    type WatchStream = Events;

    async fn watch(&self, request: Request<v1::StudyRequest>) -> Result<Response<Events>, Status> {
        answer(self.watch_study(&request.into_inner().study).await)
    }

    async fn result(
        &self,
        request: Request<v1::StudyRequest>,
    ) -> Result<Response<v1::StudyResult>, Status> {
        let by = By::of(&request);
        answer(self.study_result(by, &request.into_inner().study).await)
    }

    async fn invite(
        &self,
        request: Request<v1::InviteRequest>,
    ) -> Result<Response<v1::Invitation>, Status> {
        let by = By::of(&request);
        answer(self.make_invitation(by, request.into_inner()).await)
    }

    async fn invitations(
        &self,
        _: Request<v1::InvitationsRequest>,
    ) -> Result<Response<v1::InvitationList>, Status> {
        answer(self.list_invitations().await)
    }

    async fn withdraw(
        &self,
        request: Request<v1::WithdrawRequest>,
    ) -> Result<Response<v1::InvitationList>, Status> {
        let by = By::of(&request);
        answer(
            self.withdraw_invitations(by, &request.into_inner().name)
                .await,
        )
    }

    async fn members(
        &self,
        _: Request<v1::MembersRequest>,
    ) -> Result<Response<v1::MemberList>, Status> {
        answer(Ok(self.list_members()))
    }

    async fn revoke(
        &self,
        request: Request<v1::RevokeRequest>,
    ) -> Result<Response<v1::MemberList>, Status> {
        let by = By::of(&request);
        answer(self.revoke_member(by, &request.into_inner().name).await)
    }

    async fn export_log(
        &self,
        request: Request<v1::ExportLogRequest>,
    ) -> Result<Response<v1::LogExport>, Status> {
        let by = By::of(&request);
        answer(self.export_journal(by).await)
    }

    async fn scorecards(
        &self,
        _: Request<v1::ScorecardsRequest>,
    ) -> Result<Response<v1::ScorecardList>, Status> {
        answer(self.desk.cards().await.map_err(OperatorError::from))
    }
}
