//! What a run should have cost, reckoned as `consilium study estimate` does.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use consilium_plan::{Cost, Costs, Links, Phase, RowsBy, Speed, Task};
use serde::Serialize;

use super::Spread;
use crate::{Arm, Experiment, LinkTerms, Mode, Outcome, learn::of_phase};

/// What a run should have cost, by the plan's cost model: reckoned from the plan, the rows and the
/// links alone, never from a run. Of simulated parties it is what the protocols cost, of daemons all.
///
/// The rows are those of the run, party by party. Nothing is lost on its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimated {
    /// CPU seconds of all parties.
    pub cpu_s: f64,
    /// Bytes that all parties send.
    pub sent_bytes: f64,
    /// Seconds from the first message to the last.
    pub wall_s: f64,
    /// Each party's CPU seconds and bytes sent.
    pub parties: BTreeMap<PartyId, EstimatedParty>,
}

/// What a run should have cost one party.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EstimatedParty {
    /// CPU seconds.
    pub cpu_s: f64,
    /// Bytes that it sends.
    pub sent_bytes: f64,
}

impl Estimated {
    /// Reckons the cost of a run over its rows; none of what is learnt in one place, where nothing is
    /// sent.
    pub(super) fn of(experiment: &Experiment, run: &Outcome) -> Option<Estimated> {
        let arm = &run.cell.arm;
        let (Arm::Exact | Arm::Approximate { .. }) = arm else {
            return None;
        };
        let plan = experiment.plan_of(arm)?;
        // Of columns of several institutions all rows are the label holder's.
        let mut rows = RowsBy::each(run.rows.train);
        if let Task::Train(_) = plan.task() {
            for (party, own) in &run.rows_by_party {
                rows = rows.with(party.clone(), own.train);
            }
        }
        let phase = experiment.phase_of(arm);
        let costs = match (experiment.mode(), phase) {
            (Mode::Simulated, _) => plan.costs_of_training(phase, &rows),
            (Mode::Processes, Phase::Fit) => of_phase(plan, phase).costs(&rows),
            // Its daemons fit the plan's own model besides.
            (Mode::Processes, _) => return None,
        };
        (!costs.parties.is_empty()).then(|| Estimated::from_costs(experiment, &costs))
    }

    fn from_costs(experiment: &Experiment, costs: &Costs) -> Estimated {
        let links = experiment.links();
        let own: BTreeMap<&PartyId, &LinkTerms> = links.of_parties().collect();
        let usual = links.usual();
        let speed = |party: &PartyId| speed(own.get(party).copied().unwrap_or(&usual));
        let party = |cost: &Cost| {
            let own = EstimatedParty {
                cpu_s: cost.cpu_s(),
                sent_bytes: cost.sent as f64,
            };
            (cost.party.clone(), own)
        };
        Estimated {
            cpu_s: costs.parties.iter().map(Cost::cpu_s).sum(),
            sent_bytes: costs.parties.iter().map(|cost| cost.sent as f64).sum(),
            wall_s: costs.time(Links::Apart, speed).as_secs_f64(),
            parties: costs.parties.iter().map(party).collect(),
        }
    }

    /// Gives the means over several runs.
    pub(super) fn mean(experiment: &Experiment, outcomes: &[&Outcome]) -> Option<Estimated> {
        let runs = outcomes.iter();
        let runs = runs.filter_map(|run| Estimated::of(experiment, run));
        let runs: Vec<Estimated> = runs.collect();
        let mean = |of: &dyn Fn(&Estimated) -> f64| Some(Spread::of(runs.iter().map(of))?.mean);
        let first = runs.first()?;
        let parties = first.parties.keys().map(|party| {
            let own = EstimatedParty {
                cpu_s: mean(&|run| run.parties[party].cpu_s)?,
                sent_bytes: mean(&|run| run.parties[party].sent_bytes)?,
            };
            Some((party.clone(), own))
        });
        Some(Estimated {
            cpu_s: mean(&|run| run.cpu_s)?,
            sent_bytes: mean(&|run| run.sent_bytes)?,
            wall_s: mean(&|run| run.wall_s)?,
            parties: parties.collect::<Option<_>>()?,
        })
    }
}

/// Gives what a link can do; one without a limit carries anything at once.
fn speed(terms: &LinkTerms) -> Speed {
    let link = terms.link();
    Speed {
        round_trip: link.latency * 2,
        bytes_per_second: link.bandwidth.unwrap_or(u64::MAX),
    }
}
