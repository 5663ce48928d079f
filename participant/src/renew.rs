//! Renewing the certificate before it ends, without a restart.

use std::{path::PathBuf, time::Duration};

use consilium_identity::{AuthorityCertificate, Certificate, SigningRequest};
use consilium_node::{
    dial,
    grpc::enrolment_client::EnrolmentClient,
    tls::{ClientTls, Credentials},
};
use consilium_proto::v1;
use tokio::{sync::watch, time::sleep};
use tracing::{info, warn};

use crate::{ParticipantError, home::Home, join, membership};

/// How often is looked whether it is time.
const PAUSE: Duration = Duration::from_hours(1);
/// How long after a failure it is tried again.
const AFTER_FAILURE: Duration = Duration::from_mins(1);

/// Who renews this institution's certificate.
pub(crate) struct Renewal {
    pub(crate) home: Home,
    pub(crate) state: PathBuf,
    pub(crate) address: String,
    pub(crate) authority: AuthorityCertificate,
    pub(crate) credentials: Credentials,
    pub(crate) tls: ClientTls,
    /// The certificate in use.
    pub(crate) current: watch::Sender<Certificate>,
}

impl Renewal {
    /// Renews the certificate whenever it is due, for as long as it is polled.
    pub(crate) async fn run(self) {
        loop {
            let pause = match self.renew_if_due().await {
                Ok(()) => PAUSE,
                Err(error) => {
                    let until = self.current.borrow().validity().until;
                    warn!(%error, ends = until.0, "the certificate is not renewed");
                    AFTER_FAILURE
                }
            };
            sleep(pause).await;
        }
    }

    async fn renew_if_due(&self) -> Result<(), ParticipantError> {
        if self.current.borrow().is_due(self.home.ambient.now()) {
            self.renew().await?;
        }
        Ok(())
    }

    async fn renew(&self) -> Result<(), ParticipantError> {
        let (party, key) = (&self.home.party, &self.home.key);
        let request = SigningRequest::new(party, key);
        let signing_request = request.der().to_vec().into();
        let channel = dial::channel(&self.address, &self.tls).await?;
        let mut client = EnrolmentClient::new(channel);
        let answer = client.renew(v1::RenewRequest { signing_request }).await;
        let answer = answer.map_err(|status| join::refused(&status))?;
        let certificate = join::certificate(&answer.into_inner(), party, key)?;
        certificate.check(&self.authority, self.home.ambient.now())?;
        membership::keep_certificate(&self.state, &certificate)?;
        let (chain, key) = (certificate.to_pem(), key.to_pem());
        self.credentials
            .replace(chain.as_bytes(), key.expose().as_bytes())?;
        info!(
            ends = certificate.validity().until.0,
            "the certificate is renewed"
        );
        self.current.send_replace(certificate);
        Ok(())
    }
}
