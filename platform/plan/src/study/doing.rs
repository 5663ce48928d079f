//! What a step in hand is at, for those who watch.

use std::collections::BTreeSet;

use consilium_base::UnixTime;
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::names;
use crate::{Lang, texts::study as texts};

/// What a step in hand is at. Nothing depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
    /// It learns where each column is to be cut.
    Cutting,
    /// It grows a tree.
    Growing {
        /// The how many-th, from 1 on.
        tree: u32,
        /// The most that there can be.
        trees: u32,
        /// The mean loss of the rows trained on before it, by the objective.
        loss: Option<f64>,
        /// The same of the rows held out, where there are any.
        held_out: Option<f64>,
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
    /// Rows are scored by a model that there is.
    Predicting,
    /// Columns are being measured, sum by sum.
    Counting {
        /// Sums that are opened.
        sum: u32,
        /// How many there will be.
        sums: u32,
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
            Doing::Cutting => texts::CUTTING.say(lang, &[]),
            Doing::Growing {
                tree,
                trees,
                loss,
                held_out,
            } => growing((tree, trees), *loss, *held_out, lang),
            Doing::Measuring => texts::MEASURING.say(lang, &[]),
            Doing::Averaging { round, rounds } => {
                texts::AVERAGING.say(lang, &[("round", round), ("rounds", rounds)])
            }
            Doing::Comparing { chunks: 0 } | Doing::Counting { sum: 0, .. } => return None,
            Doing::Comparing { chunks } => texts::COMPARING.say(lang, &[("chunks", chunks)]),
            Doing::Predicting => texts::PREDICTING.say(lang, &[]),
            Doing::Counting { sum, sums } => {
                texts::COUNTING.say(lang, &[("sum", sum), ("sums", sums)])
            }
            Doing::Finishing => texts::FINISHING.say(lang, &[]),
        })
    }
}

fn growing(
    (tree, trees): (&u32, &u32),
    loss: Option<f64>,
    held_out: Option<f64>,
    lang: Lang,
) -> String {
    let shown = |loss: f64| format!("{loss:.5}");
    match (loss, held_out) {
        (Some(loss), Some(held_out)) => texts::GROWING_HELD_OUT.say(
            lang,
            &[
                ("tree", tree),
                ("trees", trees),
                ("loss", &shown(loss)),
                ("out", &shown(held_out)),
            ],
        ),
        (Some(loss), None) => texts::GROWING_LOSS.say(
            lang,
            &[("tree", tree), ("trees", trees), ("loss", &shown(loss))],
        ),
        (None, _) => texts::GROWING.say(lang, &[("tree", tree), ("trees", trees)]),
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
