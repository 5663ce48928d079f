//! What an institution keeps of a valuation.

use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{Coalesced, Method, Step, Value, Valued, share};

/// The format of a record.
const FORMAT: u32 = 1;

/// What an institution keeps of a valuation: for its own eyes, and for a scorecard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The format.
    pub format: u32,
    /// The study, by its plan's hash.
    pub study: String,
    /// Whose rows.
    pub party: PartyId,
    /// How they were valued.
    pub method: Method,
    /// Rows of all that were fitted.
    pub rows: u64,
    /// Rows of all that judge.
    pub judged_rows: u64,
    /// By how much the model lowers the deviance of the judging rows.
    pub explained: f64,
    /// To first order, against the mean of all institutions.
    pub influence: Value,
    /// By how much the deviance would rise without the own rows: as computed at home.
    pub leave_one_out: Value,
    /// What coalitions tell, if the plan asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coalesced: Option<Coalesced>,
    /// In which of five steps the value lies.
    pub step: Step,
    /// How sure it is that the rows help, 0 to 100.
    pub score: f64,
    /// By coalitions: the share in the own value and the mean of the others', 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

impl Record {
    /// Draws up the record; the step and the score are those of the loss without the own rows, by coalitions
    /// where these were told.
    pub fn new(study: String, party: PartyId, method: Method, valued: Valued) -> Record {
        let Valued {
            totals,
            own,
            coalesced,
        } = valued;
        let told = match &coalesced {
            Some(Coalesced::Told { parties, .. }) => Some(parties),
            _ => None,
        };
        let by_all = told.and_then(|parties| parties.get(&party));
        let others = || -> Vec<f64> {
            let others = told
                .into_iter()
                .flatten()
                .filter(|(other, _)| **other != party);
            others.map(|(_, worth)| worth.shapley.value).collect()
        };
        let value = by_all.map_or(own.leave_one_out, |worth| worth.leave_one_out);
        Record {
            format: FORMAT,
            study,
            method,
            rows: totals.rows,
            judged_rows: totals.judged_rows,
            explained: totals.explained(),
            influence: own.influence,
            leave_one_out: own.leave_one_out,
            step: value.step(totals.explained()),
            score: value.score(),
            share: by_all.map(|worth| share(worth.shapley.value, &others())),
            coalesced,
            party,
        }
    }
}
