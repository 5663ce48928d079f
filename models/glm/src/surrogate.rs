//! A surrogate likelihood: one institution, the lead, fits its own rows corrected by sums over all.
//!
//! Jordan, Lee and Yang, JASA 114 (2019), section 2, and for hospitals as ODAL Duan et al., JAMIA
//! 27(3) (2020), "Materials and methods". There each hospital's gradient is sent in the clear; here
//! sums over all are opened, as docs/protocols/glm-surrogate.md says. An approximation of what
//! [`aggregate`](crate::aggregate) fits, in two or three sums.

mod lead;
mod limits;
mod messages;
mod part;
mod protocol;
mod totals;

#[cfg(test)]
pub(crate) use messages::{Answer, Model};

pub use lead::{Lead, Solved};
pub use protocol::{aggregate, announce, contribute, lead};
pub use totals::{Totals, largest_totals, local_totals, totals_len};

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

/// The most rounds that are worth their sums: Newton's steps take hardly more to converge.
pub const MOST_ROUNDS: u32 = 2;

/// How a likelihood is approximated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surrogate {
    /// Whose own likelihood stands for that of all; one of the contributors.
    pub lead: PartyId,
    /// How often it is corrected, 1 to [`MOST_ROUNDS`].
    pub rounds: u32,
    /// By what.
    pub order: Order,
}

/// By which derivatives of the likelihood of all the lead's is corrected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The gradient: ODAL1. A row costs each contributor as many multiplications as there are
    /// coefficients.
    First,
    /// The gradient and the Fisher information: ODAL2. Exact where the loss is a square.
    #[default]
    Second,
}
