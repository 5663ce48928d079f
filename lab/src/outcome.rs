//! What came of a cell.

use std::collections::BTreeMap;

use consilium_evaluation::Measures;
use consilium_mailbox::{Account, PartyId};
use serde::{Deserialize, Serialize};

use crate::{Cell, Part, Share};

/// What came of a cell, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The cell.
    #[serde(flatten)]
    pub cell: Cell,
    /// The rows of all parties.
    pub rows: RowCounts,
    /// Those of each contributor.
    pub rows_by_party: BTreeMap<PartyId, PartyRows>,
    /// The model's measures and costs, or why there is no model.
    #[serde(flatten)]
    pub result: Learnt,
}

/// How many rows there are of each part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// For training.
    pub train: u64,
    /// For testing.
    pub test: u64,
    /// Of one table that is split by the values of a column: those of no party, which are left out.
    pub dropped: u64,
}

/// The rows of one party in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartyRows {
    /// For training.
    pub train: u64,
    /// For testing.
    pub test: u64,
    /// The mean label of both: of two classes the share of positive ones. Nothing where the party has
    /// no labels.
    pub mean_label: Option<f64>,
}

impl RowCounts {
    /// Counts the rows of all these parties together.
    pub fn of<'a>(shares: impl IntoIterator<Item = &'a Share>) -> RowCounts {
        let mut counts = RowCounts::default();
        for share in shares {
            counts.train += share.count(Part::Training) as u64;
            counts.test += share.count(Part::Test) as u64;
        }
        counts
    }
}

/// A model, or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Learnt {
    /// A model was fitted and measured.
    Fitted(Box<Fitted>),
    /// The rows give no model, such as those of one class at a small hospital.
    Failed {
        /// Why, in English.
        reason: String,
    },
}

/// A model's measures and costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Over the test rows of all parties.
    pub measures: Measures,
    /// Over each party's own; none of a party whose rows can't be measured.
    pub by_party: BTreeMap<PartyId, Measures>,
    /// The mean training loss before the first update, after it, and so on; that of the model alone
    /// where nobody told it on the way.
    pub curve: Vec<f64>,
    /// Updates of the model, or trees.
    pub iterations: u32,
    /// What it cost each party, the coordinator first; none of what is learnt in one place but that
    /// place's.
    pub parties: Vec<PartyCost>,
    /// Seconds from the first message to the last, over links as declared; of daemons, from the
    /// submission of the plan to the end of the study; nothing where that study did more than the cell
    /// is about.
    pub wall_s: Option<f64>,
}

impl Fitted {
    /// Adds up the CPU time of all parties, in seconds.
    pub fn cpu_s(&self) -> f64 {
        self.parties.iter().map(|party| party.cpu_s).sum()
    }
}

/// What a cell cost one party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartyCost {
    /// Which.
    pub party: PartyId,
    /// CPU time, in seconds: of what the protocols compute, or of the whole process where the party is a
    /// daemon.
    pub cpu_s: f64,
    /// Bytes of the frames that it sent.
    pub sent_bytes: u64,
    /// Bytes of the frames that it received.
    pub received_bytes: u64,
    /// Exchanges.
    pub rounds: u64,
    /// The same, step by step.
    pub steps: Account,
}

impl PartyCost {
    /// Adds up a party's account: CPU time is that of what its protocols computed.
    pub fn of(party: PartyId, steps: Account) -> PartyCost {
        let total = steps.total();
        PartyCost {
            party,
            cpu_s: total.cpu.as_secs_f64(),
            sent_bytes: total.sent_bytes,
            received_bytes: total.received_bytes,
            rounds: total.rounds,
            steps,
        }
    }
}
