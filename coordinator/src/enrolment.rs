//! How institutions and people come to a certificate, and to the next one.

use consilium_identity::{Certificate, Purpose, SigningRequest, Token};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::Fault;
use consilium_node::{
    NodeError,
    grpc::enrolment_server::{Enrolment, EnrolmentServer},
    status::{answer, status},
};
use consilium_proto::v1;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};
use tracing::debug;

use crate::{
    access::By,
    desk::Desk,
    office::Office,
    operator::OperatorError,
    roster::note_expiry,
    store::{
        institutions::{self, Certified},
        invitations::{self, Guest},
        people,
    },
};

/// The service.
pub(crate) struct EnrolmentService {
    desk: Desk,
    office: Office,
    newcomers: Semaphore,
}

/// How many newcomers are attended to at once.
const AT_ONCE: usize = 8;

impl EnrolmentService {
    pub(crate) fn new(desk: Desk, office: Office) -> EnrolmentServer<EnrolmentService> {
        let newcomers = Semaphore::new(AT_ONCE);
        EnrolmentServer::new(EnrolmentService {
            desk,
            office,
            newcomers,
        })
    }

    async fn let_in(&self, request: v1::EnrolRequest) -> Result<v1::EnrolResponse, OperatorError> {
        let token = Token::parse(&request.token)?.hash();
        let request = SigningRequest::from_der(&request.signing_request)?;
        let now = self.desk.ambient.now();
        let name = request.party().to_string();
        // Anybody may ask: whoever has no invitation costs one look at it.
        let store = &self.desk.store;
        let key = request.key().to_bytes();
        let guest = invitations::guest(store, &token, &key, now).await?;
        if guest.name() != name {
            return Err(OperatorError::OtherName {
                invited: guest.name().to_owned(),
                asked: name,
            });
        }
        let (certificate, certified) = self.issue(&request)?;
        let mut change = store.begin().await?;
        match guest {
            Guest::Institution { .. } => {
                institutions::enrol(&mut change, &token, &certified, now).await?;
            }
            Guest::Person { .. } => {
                people::enrol(&mut change, &token, &certified.public_key, now).await?;
            }
        }
        let entry = Entry::new(now, Kind::ROSTER)
            .with("what", "enrolled")
            .with("name", &name)
            .with("certificate", certificate.serial());
        note_expiry(&mut change, &certificate).await?;
        change.log(&entry).await?;
        change.commit().await?;
        self.desk.roster.reload(store).await?;
        Ok(self.response(&certificate))
    }

    async fn extend(&self, By(by): By, request: &[u8]) -> Result<v1::EnrolResponse, OperatorError> {
        let request = SigningRequest::from_der(request)?;
        let known = self.desk.roster.all();
        let known = known
            .iter()
            .find(|(name, who)| **name == *by && !who.is_revoked);
        if request.party().as_str() != &*by {
            let (invited, asked) = (by.to_string(), request.party().to_string());
            return Err(OperatorError::OtherName { invited, asked });
        }
        if known.is_none_or(|(_, who)| who.key != *request.key()) {
            return Err(OperatorError::Certificate(
                consilium_identity::CertificateError::OtherKey {
                    party: request.party().clone(),
                },
            ));
        }
        let (certificate, certified) = self.issue(&request)?;
        let entry = Entry::new(self.desk.ambient.now(), Kind::ROSTER)
            .with("what", "renewed")
            .with("name", &by)
            .with("certificate", certificate.serial());
        let mut change = self.desk.store.begin().await?;
        if self.desk.roster.has(request.party()) {
            institutions::renew(&mut change, request.party(), &certified).await?;
        }
        note_expiry(&mut change, &certificate).await?;
        change.log(&entry).await?;
        change.commit().await?;
        self.desk.roster.reload(&self.desk.store).await?;
        Ok(self.response(&certificate))
    }

    fn issue(&self, request: &SigningRequest) -> Result<(Certificate, Certified), OperatorError> {
        let certificate = self.office.authority.issue(
            request,
            Purpose::Client,
            self.office.certificate_lifetime,
            self.desk.ambient.now(),
            &mut self.desk.ambient.generator(),
        )?;
        let certified = Certified {
            serial: certificate.serial().0.to_vec(),
            public_key: certificate.key().to_bytes().to_vec(),
        };
        Ok((certificate, certified))
    }

    fn response(&self, certificate: &Certificate) -> v1::EnrolResponse {
        let authority = self.office.authority.certificate();
        v1::EnrolResponse {
            chain: vec![
                certificate.der().to_vec().into(),
                authority.der().to_vec().into(),
            ],
            federation: self.office.federation.to_string(),
            coordinator: self.desk.me.to_string(),
        }
    }
}

#[tonic::async_trait]
impl Enrolment for EnrolmentService {
    async fn enrol(
        &self,
        request: Request<v1::EnrolRequest>,
    ) -> Result<Response<v1::EnrolResponse>, Status> {
        let request = request.into_inner();
        let response = match self.newcomers.acquire().await {
            Ok(_turn) => self.let_in(request).await,
            Err(_) => Err(NodeError::Stopping.into()),
        };
        response
            .map(Response::new)
            .map_err(|error| match error.fault() {
                Fault::Ours | Fault::Network => status(&error),
                // Anybody may try, and as often as it likes.
                _ => {
                    debug!(%error, "nobody was enrolled");
                    answer(&error)
                }
            })
    }

    async fn renew(
        &self,
        request: Request<v1::RenewRequest>,
    ) -> Result<Response<v1::EnrolResponse>, Status> {
        let by = By::of(&request);
        let response = self.extend(by, &request.into_inner().signing_request).await;
        response.map(Response::new).map_err(|error| status(&error))
    }
}
