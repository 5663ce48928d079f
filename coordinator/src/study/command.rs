//! What is asked of a study's driver, and told to it.

use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Failure, PartyReport, SignedStatement};
use tokio::sync::oneshot;

/// Something that happens to a study from outside.
#[derive(Debug)]
pub(crate) enum Command {
    /// A party's daemon came up and asks what there is for it.
    Offers(PartyId),
    /// A party can be reached, or no longer.
    Presence(PartyId),
    /// A steward decided.
    Decision {
        from: PartyId,
        signed: Box<SignedStatement>,
        /// The key that the steward's institution vouches for.
        steward: [u8; 32],
    },
    /// A party tells what it has.
    Preflight {
        from: PartyId,
        report: Box<PartyReport>,
    },
    /// A party's part in a run is done, or failed.
    Notice {
        from: PartyId,
        run: RunId,
        failure: Option<Failure>,
    },
    /// An operator ends the study.
    Cancel {
        by: String,
        why: String,
        answer: oneshot::Sender<Result<(), Forbidden>>,
    },
}

/// Why an operator's wish is not fulfilled.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Forbidden(pub(crate) String);
