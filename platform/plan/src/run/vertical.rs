//! What the parties of trees over several institutions' columns say to each other and to the
//! coordinator beside the protocol.

use consilium_evaluation::Shared;
use consilium_gbdt::Losses;
use consilium_mailbox::Message;
use serde::{Deserialize, Serialize};

/// How far a party has come, for the coordinator.
///
/// Losses are means over all rows, to four significant digits; those of few held-out rows are left
/// out. How many rows there are it learns only where hospitals have each its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reached {
    /// So many trees stand, and predict with these losses; from the label holder alone.
    Trees {
        /// How many, from 0 on.
        trees: u32,
        /// Mean losses of the rows trained on, and of those held out for early stopping.
        losses: Losses,
    },
    /// All is done, and every party has kept what the phase gave it. In an evaluation the label
    /// holder's has its measures, where they may be shown.
    Done(Option<Shared>),
}

impl Message for Reached {
    const STEP: &'static str = "vertical.1.reached";
}
