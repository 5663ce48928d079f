//! How institutions and people come to a certificate, and to the next one.

use consilium_identity::{Certificate, Purpose, SigningRequest, Token};
use consilium_journal::{Entry, Kind};
use consilium_node::{
    grpc::enrolment_server::{Enrolment, EnrolmentServer},
    status::status,
};
use consilium_proto::v1;
use tonic::{Request, Response, Status};

use crate::{
    access::By,
    desk::Desk,
    office::Office,
    operator::OperatorError,
    roster::note_expiry,
    store::{
        EnrolError,
        institutions::{self, Certified},
        people,
    },
};

/// The service.
pub(crate) struct EnrolmentService {
    desk: Desk,
    office: Office,
}

impl EnrolmentService {
    pub(crate) fn new(desk: Desk, office: Office) -> EnrolmentServer<EnrolmentService> {
        EnrolmentServer::new(EnrolmentService { desk, office })
    }

    async fn let_in(&self, request: v1::EnrolRequest) -> Result<v1::EnrolResponse, OperatorError> {
        let token = Token::parse(&request.token)?.hash();
        let request = SigningRequest::from_der(&request.signing_request)?;
        let (certificate, certified) = self.issue(&request)?;
        let now = self.desk.ambient.now();
        let name = request.party().to_string();
        let mut change = self.desk.store.begin().await?;
        let enrolled = institutions::enrol(&mut change, &token, &certified, now).await;
        let enrolled = match enrolled {
            Ok((party, _)) => party.to_string(),
            Err(EnrolError::NotInvited) => {
                // What was tried for an institution is undone; it may be a person's.
                drop(change);
                change = self.desk.store.begin().await?;
                people::enrol(&mut change, &token, &certified.public_key, now)
                    .await?
                    .0
            }
            Err(error) => return Err(error.into()),
        };
        if enrolled != name {
            return Err(OperatorError::OtherName {
                invited: enrolled,
                asked: name,
            });
        }
        let entry = Entry::new(now, Kind::ROSTER)
            .with("what", "enrolled")
            .with("name", &name)
            .with("certificate", certificate.serial());
        note_expiry(&mut change, &certificate).await?;
        change.log(&entry).await?;
        change.commit().await?;
        self.desk.roster.reload(&self.desk.store).await?;
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
        let response = self.let_in(request.into_inner()).await;
        response.map(Response::new).map_err(|error| status(&error))
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
