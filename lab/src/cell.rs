//! The cells of an experiment: what is run once, and the key under which its outcome is kept.

use consilium_base::{Digest, Tagged, written_as_hex};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{Experiment, SettingNumber, Source};

/// What learns in a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "arm", rename_all = "kebab-case")]
pub enum Arm {
    /// The same learner over the rows of all in one place.
    Pooled,
    /// The same learner at one party alone; of a vertical plan, its own columns with the labels.
    Local {
        /// Which.
        party: PartyId,
    },
    /// The plan.
    Exact,
    /// The plan with some knobs turned.
    Approximate {
        /// Which setting.
        setting: SettingNumber,
    },
}

/// One run: an arm on the rows of one split.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// What learns.
    #[serde(flatten)]
    pub arm: Arm,
    /// From it follow the split and all that is drawn.
    pub seed: u64,
    /// Which part of the rows is for testing, counted from 0; 0 where a share is drawn.
    pub fold: u32,
}

/// The key under which a cell's outcome is kept: equal keys, equal accuracies, but for what daemons
/// themselves draw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellKey(Digest);

written_as_hex!(CellKey);

impl Experiment {
    /// Gives the key of a cell; `data` is the hash of all tables, `engine` the version of the program
    /// that runs it. Nothing for a cell of another experiment.
    ///
    /// The experiment's own title and the numbers of its settings don't enter: who adds a setting or a
    /// seed finds the cells that were finished before.
    pub fn key_of(&self, cell: &Cell, data: &Digest, engine: &str) -> Option<CellKey> {
        let arm = match &cell.arm {
            Arm::Pooled => "pooled".to_owned(),
            Arm::Local { party } => format!("local {party}"),
            Arm::Exact | Arm::Approximate { .. } => "federated".to_owned(),
        };
        let split = match self.source() {
            Source::Files(_) => None,
            Source::Table { by, .. } => Some(by),
        };
        let conditions = serde_json::json!({
            "split": split,
            "test": self.test(),
            "mode": self.mode(),
            "links": self.links(),
        });
        let plan = self.plan_of(&cell.arm)?.to_string();
        let hash = Tagged::new("lab.1.cell")
            .field(engine.as_bytes())
            .field(plan.as_bytes())
            .field(self.phase_of(&cell.arm).name().as_bytes())
            .field(data)
            .field(conditions.to_string().as_bytes())
            .field(arm.as_bytes())
            .number(cell.seed)
            .number(cell.fold.into());
        Some(CellKey(hash.digest()))
    }
}
