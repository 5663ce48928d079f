//! What an institution keeps of a valuation.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use consilium_scorecard::{Heard, Measure, Whose};
use serde::{Deserialize, Serialize};

use crate::{Coalesced, Marginal, Method, Step, Value, Valued, Worth, share};

/// What an institution keeps of a valuation: for its own eyes, and for a scorecard.
///
/// `consilium_scorecard::Found::of_value` reads whose it is, the scores and the countersignatures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Whose rows, and in which study.
    #[serde(flatten)]
    pub whose: Whose,
    /// How they were valued.
    pub method: Method,
    /// Rows of all that were fitted.
    pub rows: u64,
    /// Rows of all that judge.
    pub judged_rows: u64,
    /// By how much the model lowers the deviance of the judging rows.
    pub explained: f64,
    /// To first order, against the mean of all institutions; nothing if the own rows determine nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub influence: Option<Value>,
    /// By how much the deviance would rise without the own rows, as computed at home; nothing likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_one_out: Option<Value>,
    /// What coalitions tell, if the plan asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coalesced: Option<Coalesced>,
    /// In which of five steps the value lies, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// For a scorecard: how much the rows help; by coalitions, also how much of an equal share of the Shapley
    /// values the own one is.
    pub scores: Vec<Measure>,
    /// What others and the aggregator have signed of these scores.
    #[serde(flatten)]
    pub heard: Heard,
}

impl Record {
    /// Draws up the record; the step and the scores are those of coalitions where these were told.
    pub fn new(whose: Whose, method: Method, valued: Valued, heard: Heard) -> Record {
        let Valued {
            totals,
            own,
            coalesced,
        } = valued;
        let scores = coalesced.as_ref().map(Coalesced::scores);
        let by_all = scores.and_then(|mut all| all.remove(&whose.party));
        let leave_one_out = own.map(|it| it.leave_one_out);
        let at_home = || {
            let score = leave_one_out.map(|it| it.score(totals.explained()));
            score.into_iter().collect()
        };
        let worth = coalesced.as_ref().and_then(|it| it.of(&whose.party));
        let value = worth.map(|it| it.leave_one_out).or(leave_one_out);
        Record {
            whose,
            method,
            rows: totals.rows,
            judged_rows: totals.judged_rows,
            explained: totals.explained(),
            influence: own.map(|it| it.influence),
            leave_one_out,
            step: value.map(|it| it.step(totals.explained())),
            scores: by_all.unwrap_or_else(at_home),
            coalesced,
            heard,
        }
    }
}

/// What the holder of the labels keeps of what others' columns add.
///
/// It is about the others: as a finding of its own institution no scorecard takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalRecord {
    /// The holder of the labels, with its rows, and the study.
    #[serde(flatten)]
    pub whose: Whose,
    /// Whose columns, together.
    pub of: Vec<PartyId>,
    /// What they add.
    #[serde(flatten)]
    pub found: Marginal,
    /// For a scorecard of theirs: how sure it is that they help.
    pub score: Measure,
}

impl Coalesced {
    /// Gives each institution's scores, the same to all who were told the values: none if these are withheld.
    pub fn scores(&self) -> BTreeMap<PartyId, Vec<Measure>> {
        let Coalesced::Told { parties, all, .. } = self else {
            return BTreeMap::new();
        };
        let scores = parties.iter().map(|(party, worth)| {
            let others = parties.iter().filter(|(other, _)| *other != party);
            let others: Vec<Value> = others.map(|(_, it)| it.shapley).collect();
            let helps = worth.leave_one_out.score(*all);
            let shapley = share(&worth.shapley, &others);
            (party.clone(), vec![helps, shapley])
        });
        scores.collect()
    }

    /// Gives what one institution is worth.
    fn of(&self, party: &PartyId) -> Option<&Worth> {
        match self {
            Coalesced::Told { parties, .. } => parties.get(party),
            Coalesced::Withheld => None,
        }
    }
}
