//! Studies at an institution, from the offer to the result.
//!
//! Each living study has one task, its [keeper](keeper), which alone changes what is kept of it.
//! Nothing happens in a study that a steward of this institution has not signed.

mod align;
mod aligned;
mod begin;
mod contract;
mod costs;
mod decide;
mod dictionary;
mod failure;
mod fetching;
mod keeper;
mod keys;
mod look;
mod obstacles;
mod opened;
mod own;
mod permit;
mod phases;
mod preflight;
mod received;
mod reception;
mod report;
mod room;
mod rows;
mod run;
mod running;
mod scarcity;
mod scores;
mod seen;
mod spills;
mod statistics;
mod told;
mod under_way;
mod value;
mod vertical;
mod waivers;

use consilium_mailbox::{PartyId, RunId};
use consilium_plan::{Failure, Plan, SignedStatement, Study};
use tokio::sync::oneshot;

pub(crate) use aligned::is_aligned;
pub(crate) use costs::added_to as with_costs;
pub(crate) use decide::DecideError;
pub(crate) use failure::RunError;
pub(crate) use obstacles::{approved, obstacles};
pub(crate) use own::Own;
pub(crate) use received::Received;
pub(crate) use reception::Studies;
pub(crate) use run::Call;
pub(crate) use scores::Results;
pub(crate) use seen::Seen;
pub(crate) use under_way::UnderWay;

/// What is asked of a study's keeper, and told to it.
#[derive(Debug)]
pub(crate) enum Command {
    /// The coordinator wants to know whether all is there; its clock, Unix milliseconds.
    Preflight { now_ms: i64 },
    /// A run begins.
    Call(Call),
    /// A run is over.
    Stop {
        run: RunId,
        failure: Option<Failure>,
    },
    /// The study is over; a receiver gets the result.
    End {
        state: Box<Study>,
        result: Option<Received>,
    },
    /// The coordinator may not know what was decided.
    Repeat,
    /// A steward decides.
    Decide {
        signed: Box<SignedStatement>,
        /// The key that the decision is said to be signed with.
        steward: [u8; 32],
        answer: oneshot::Sender<Result<(), DecideError>>,
    },
}

/// Gives the other institutions in the plan's order.
fn others(plan: &Plan, me: &PartyId) -> Vec<PartyId> {
    let all = plan.contributors().map(|(party, _)| party);
    all.filter(|party| *party != me).cloned().collect()
}
