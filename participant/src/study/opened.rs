//! A run whose ways to all others are sealed, until it is left in good order.

use std::sync::Arc;

use consilium_identity::{Directory, RunContext, SealedTransport};
use consilium_mailbox::Mailbox;
use consilium_node::link::LinkTransport;
use consilium_plan::Plan;
use tracing::info;

use super::{Call, Results, costs::Meter, failure::RunError, under_way::GoesOn};
use crate::home::{Home, study_name};

/// A run that goes on until this is dropped; what it cost is kept then.
pub(super) struct Opened {
    meter: Meter,
    pub(super) mail: Mailbox,
    /// Whose public key is whose, as the ways were sealed.
    pub(super) directory: Arc<Directory>,
    pub(super) goes_on: GoesOn,
}

impl Opened {
    /// Notes that the run goes on, and seals its ways.
    ///
    /// # Errors
    ///
    /// [`RunError`] names who can't be talked to.
    pub(super) async fn new(
        home: &Home,
        (plan, call): (&Plan, &Call),
        ways: LinkTransport,
    ) -> Result<Opened, RunError> {
        let study = study_name(&plan.hash());
        let goes_on = home.under_way.begin(call.run, study, home.ambient.now());
        let directory = Arc::new(home.directory().await?);
        let mail = sealed(home, (plan, call), ways, &directory).await?;
        let meter = Meter {
            mail: mail.clone(),
            run: call.run,
            results: Results::new(&home.state, &plan.hash()),
        };
        Ok(Opened {
            meter,
            mail,
            directory,
            goes_on,
        })
    }

    /// Leaves the run in good order.
    pub(super) fn close(self) {
        drop(self.meter);
        let run = self.mail.run();
        let total = self.mail.finish().total();
        info!(
            %run,
            sent = total.sent_bytes,
            received = total.received_bytes,
            cpu = ?total.cpu,
            "our part in the run is done"
        );
    }
}

async fn sealed(
    home: &Home,
    (plan, call): (&Plan, &Call),
    ways: LinkTransport,
    directory: &Directory,
) -> Result<Mailbox, RunError> {
    let context = RunContext {
        federation: home.federation,
        plan: *plan.hash().as_bytes(),
        run: call.run,
        attempt: call.attempt,
        roles: plan.run_roles(),
    };
    let mut rng = home.ambient.generator();
    let sealed = SealedTransport::open(
        Arc::new(ways),
        &context,
        home.key.as_ref(),
        directory,
        plan.patience().answer,
        &mut rng,
    );
    let sealed = Arc::new(sealed.await?);
    Ok(Mailbox::new(sealed, call.run, plan.mail_patience()))
}
