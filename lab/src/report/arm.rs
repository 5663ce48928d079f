//! All fits of one arm together.

use std::collections::{BTreeMap, BTreeSet};

use consilium_mailbox::PartyId;
use consilium_plan::Task;
use serde::Serialize;

use super::{Estimated, Measure, Spread, setting::Yardstick};
use crate::{
    Arm, Experiment, Fitted, Interval, Learnt, Outcome, PartyCost,
    verdict::{Mean, loss},
};

/// All fits of one arm together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmReport {
    /// Which.
    #[serde(flatten)]
    pub arm: Arm,
    /// Of an institution alone that has no labels of its own: whose it was given. Nobody could run it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels_of: Option<PartyId>,
    /// Cells that gave a model.
    pub fitted: usize,
    /// Those that gave none.
    pub failures: Vec<FailedCell>,
    /// Every measure over the test rows of all parties.
    pub measures: BTreeMap<Measure, Spread>,
    /// The mean of the measure that verdicts rest on, with its 95 % interval.
    pub score: Option<Interval>,
    /// What pooled rows or an institution alone lose against the exact plan, as
    /// [`Verdict::lost`](crate::Verdict::lost); of settings their verdicts tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Interval>,
    /// CPU seconds of all parties.
    pub cpu_s: Option<Spread>,
    /// Bytes that all parties sent.
    pub sent_bytes: Option<Spread>,
    /// Seconds from the first message to the last; nothing where fits don't tell.
    pub wall_s: Option<Spread>,
    /// Updates of the model, or trees.
    pub iterations: Option<Spread>,
    /// What the plan's cost model says of the same runs; none of what is learnt in one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated: Option<Estimated>,
    /// Each party's own.
    pub parties: BTreeMap<PartyId, PartyReport>,
    /// The mean training loss before the first update, after it, and so on, or that of the model
    /// alone: the mean over fits that came so far.
    pub curve: Vec<f64>,
}

/// A cell that gave no model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedCell {
    /// Its seed.
    pub seed: u64,
    /// Its fold, from 0.
    pub fold: u32,
    /// Why, in English.
    pub reason: String,
}

/// What an arm is for one party, as means over fits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartyReport {
    /// The measure that verdicts rest on, over the party's own test rows; nothing where it has none,
    /// or they don't tell.
    pub score: Option<Spread>,
    /// CPU seconds; nothing of a party that took no part.
    pub cpu_s: Option<Spread>,
    /// Bytes that it sent.
    pub sent_bytes: Option<Spread>,
    /// Bytes that it received.
    pub received_bytes: Option<Spread>,
    /// Exchanges.
    pub rounds: Option<Spread>,
}

/// The fits of one arm by seed and fold.
pub(super) type Fits<'a> = BTreeMap<(u64, u32), &'a Fitted>;

impl ArmReport {
    /// Sums up outcomes of an arm.
    pub(super) fn new(
        (experiment, arm): (&Experiment, &Arm),
        outcomes: &[&Outcome],
        score: &[Measure],
        by: &Yardstick<'_>,
    ) -> Self {
        let fits = fits(outcomes.iter().copied());
        let lost = match arm {
            Arm::Pooled | Arm::Local { .. } => {
                loss(&by.pairs(&fits), by.score.scale(), by.overlap).ok()
            }
            Arm::Exact | Arm::Approximate { .. } => None,
        };
        let fits: Vec<&Fitted> = fits.into_values().collect();
        let each = |value: fn(&Fitted) -> f64| Spread::of(fits.iter().map(|it| value(it)));
        let values = |measure: Measure| fits.iter().filter_map(move |it| measure.of(&it.measures));
        let spreads = score
            .iter()
            .filter_map(|it| Some((*it, Spread::of(values(*it))?)));
        let failed = outcomes.iter().filter_map(|outcome| match &outcome.result {
            Learnt::Fitted(_) => None,
            Learnt::Failed { reason } => Some(FailedCell {
                seed: outcome.cell.seed,
                fold: outcome.cell.fold,
                reason: reason.clone(),
            }),
        });
        ArmReport {
            arm: arm.clone(),
            labels_of: labels_of(experiment.task(), arm),
            fitted: fits.len(),
            failures: failed.collect(),
            measures: spreads.collect(),
            score: Mean::of(values(score[0]), by.overlap).map(|mean| mean.interval()),
            lost,
            cpu_s: each(Fitted::cpu_s),
            sent_bytes: each(sent_bytes),
            wall_s: Spread::of(fits.iter().filter_map(|it| it.wall_s)),
            iterations: each(|it| it.iterations.into()),
            estimated: Estimated::mean(experiment, outcomes),
            parties: parties(&fits, score[0]),
            curve: curve(&fits),
        }
    }
}

/// Says whose labels an institution is given: over columns of several one has those of all.
fn labels_of(task: &Task, arm: &Arm) -> Option<PartyId> {
    match (task, arm) {
        (Task::Vertical(task), Arm::Local { party }) if *party != task.label_holder => {
            Some(task.label_holder.clone())
        }
        _ => None,
    }
}

/// Gives the fits among outcomes of one arm.
pub(super) fn fits<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Fits<'a> {
    let fitted = outcomes
        .into_iter()
        .filter_map(|outcome| match &outcome.result {
            Learnt::Fitted(fitted) => Some(((outcome.cell.seed, outcome.cell.fold), &**fitted)),
            Learnt::Failed { .. } => None,
        });
    fitted.collect()
}

/// Counts the bytes of all frames, each at its sender.
pub(super) fn sent_bytes(fitted: &Fitted) -> f64 {
    fitted
        .parties
        .iter()
        .map(|party| party.sent_bytes as f64)
        .sum()
}

fn parties(fits: &[&Fitted], score: Measure) -> BTreeMap<PartyId, PartyReport> {
    let of_costs = fits
        .iter()
        .flat_map(|it| it.parties.iter().map(|cost| &cost.party));
    let of_scores = fits.iter().flat_map(|it| it.by_party.keys());
    let names: BTreeSet<&PartyId> = of_costs.chain(of_scores).collect();
    let report = |party: &PartyId| {
        let cost = |value: fn(&PartyCost) -> f64| {
            let all = fits.iter().flat_map(|it| &it.parties);
            Spread::of(all.filter(|cost| cost.party == *party).map(value))
        };
        let own = fits
            .iter()
            .filter_map(|it| score.of(it.by_party.get(party)?));
        PartyReport {
            score: Spread::of(own),
            cpu_s: cost(|it| it.cpu_s),
            sent_bytes: cost(|it| it.sent_bytes as f64),
            received_bytes: cost(|it| it.received_bytes as f64),
            rounds: cost(|it| it.rounds as f64),
        }
    };
    names
        .into_iter()
        .map(|party| (party.clone(), report(party)))
        .collect()
}

fn curve(fits: &[&Fitted]) -> Vec<f64> {
    let longest = fits.iter().map(|it| it.curve.len()).max().unwrap_or(0);
    let at = |place: usize| {
        let losses = fits.iter().filter_map(|it| it.curve.get(place).copied());
        Spread::of(losses).map_or(f64::NAN, |spread| spread.mean)
    };
    (0..longest).map(at).collect()
}
