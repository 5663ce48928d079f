//! What a step in hand is at, for those who watch.

use std::collections::BTreeSet;

use consilium_base::UnixTime;
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::names;
use crate::{Lang, texts::study as texts};

/// What a step in hand is at. Nothing depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "kebab-case")]
pub enum Doing {
    /// It learns where each column's values lie.
    Standardising,
    /// It looks at the model without features, from which the fit sets out.
    Starting,
    /// It improves the coefficients.
    Improving {
        /// The how many-th time, from 1 on.
        iteration: u32,
        /// The most that there can be.
        most: u32,
    },
    /// It adds measures up.
    Measuring,
    /// It averages the contributors' models.
    Averaging {
        /// The how many-th time, from 1 on.
        round: u32,
        /// How many there will be.
        rounds: u32,
    },
    /// Sets of keys are being compared, part by part.
    Comparing {
        /// Parts that all have done: chunks of points by `psi-ecdh`, of stores and tags by `psi-vole`,
        /// of the holder's table by `psi-unbalanced`; buckets by `psi-star`.
        chunks: u32,
    },
    /// All is done but for the contributors' last words.
    Finishing,
}

impl Doing {
    /// Says it in words; nothing before the first part is done.
    pub fn describe(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Doing::Standardising => texts::STANDARDISING.say(lang, &[]),
            Doing::Starting => texts::STARTING.say(lang, &[]),
            Doing::Improving { iteration, most } => {
                texts::IMPROVING.say(lang, &[("iteration", iteration), ("most", most)])
            }
            Doing::Measuring => texts::MEASURING.say(lang, &[]),
            Doing::Averaging { round, rounds } => {
                texts::AVERAGING.say(lang, &[("round", round), ("rounds", rounds)])
            }
            Doing::Comparing { chunks: 0 } => return None,
            Doing::Comparing { chunks } => texts::COMPARING.say(lang, &[("chunks", chunks)]),
            Doing::Finishing => texts::FINISHING.say(lang, &[]),
        })
    }
}

/// Whom a step in hand is kept waiting for. Nothing depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Whom for now, never nobody.
    pub on: BTreeSet<PartyId>,
    /// Since when the step has waited without a break, for these or for others before them.
    pub since: UnixTime,
}

impl Waiting {
    /// Says it in words.
    pub fn describe(&self, lang: Lang) -> String {
        let parties = names(self.on.iter());
        texts::WAITING_SINCE.say(lang, &[("parties", &parties), ("since", &self.since)])
    }
}
