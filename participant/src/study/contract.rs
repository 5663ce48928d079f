//! Before anything of the first round is sent: all mean the same by the columns that they share.

use consilium_base::Seed;
use consilium_contract::Contract;
use consilium_journal::{Entry, Kind};
use consilium_mailbox::Mailbox;
use consilium_plan::Plan;

use super::{Call, failure::RunError};
use crate::home::{Home, study_name};

/// Shows those of a run who bring the same columns that this institution means the same by them, and notes in
/// the journal by what it has shown it.
///
/// `secret` is this institution's for the study.
///
/// # Errors
///
/// [`Code::ContractDiffers`](consilium_plan::Code::ContractDiffers) at all of them if any two differ.
pub(super) async fn prove(
    home: &Home,
    mail: &Mailbox,
    (plan, call): (&Plan, &Call),
    (contract, secret): (Option<&Contract>, &Seed),
) -> Result<(), RunError> {
    let Some(contract) = contract else {
        return Ok(());
    };
    let roster = plan.sharing(mail.me(), &call.contributors);
    let about = plan.hash();
    let secret = secret.derive("participant.1.contract", &[]);
    let own = (contract, about.as_bytes());
    if let Some(seal) = consilium_contract::prove(mail, &roster, own, &secret).await? {
        let entry = Entry::new(home.ambient.now(), Kind::RUN)
            .about(&study_name(&about))
            .with("run", call.run)
            .with("contract", seal);
        home.store.log(&entry).await?;
    }
    Ok(())
}
