//! What a study will cost: one model for plans of every kind, by party and by what is computed.
//!
//! The figures were measured on two cores of an AMD EPYC with AVX-512, by `consilium lab run` and
//! `consilium demo` over the examples; docs/reference/measurements.md holds them beside each other.

mod align;
mod contract;
mod costs;
mod daemon;
mod dictionary;
mod hybrid;
mod regression;
mod scarcity;
mod statistics;
mod sums;
mod trees;
mod vertical;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use costs::{Cost, Costs, Links, RowsBy, Speed, Spent};

use crate::{Learner, Phase, Plan, Task, TestRows, Train};

/// What a study will probably cost, in a line: for as many rows as the plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Sums that are opened.
    pub sums: u64,
    /// Exchanges of messages.
    pub rounds: u64,
    /// Bytes of the frames of the institution that sends most.
    pub sent_by_each: u64,
    /// Bytes of frames that the coordinator passes on or sends.
    pub through_coordinator: u64,
    /// Seconds of one core at the party that computes most; 0 where they are not worth a word.
    #[serde(default)]
    pub core_seconds: u64,
    /// Bytes of memory at the party that needs most; 0 where they are those of its rows.
    #[serde(default)]
    pub memory: u64,
}

impl Estimate {
    /// Gives the time over links of that speed; computing is not in it.
    pub fn time(&self, speed: Speed) -> Duration {
        let rounds = u32::try_from(self.rounds).unwrap_or(u32::MAX);
        let carried = self.sent_by_each / speed.bytes_per_second.max(1);
        speed
            .round_trip
            .saturating_mul(rounds)
            .saturating_add(Duration::from_secs(carried))
    }
}

impl Plan {
    /// Sums up the cost of a study over as many rows as the plan allows, in which nothing is repeated.
    pub fn estimate(&self) -> Estimate {
        let costs = self.costs(&RowsBy::each(self.limits().most_rows.0));
        let is_contributor = |cost: &&Cost| cost.party != *self.coordinator();
        let most = |of: fn(&Cost) -> f64| {
            let all = costs.parties.iter().filter(is_contributor).map(of);
            whole(all.fold(0.0, f64::max))
        };
        let passed_on: u64 = costs.parties.iter().map(|cost| cost.passed_on).sum();
        let led = costs
            .of_party(self.coordinator())
            .map_or(0, |cost| cost.sent);
        let (core_seconds, memory) = match self.task() {
            Task::Train(_) => (0, 0),
            Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                (most(Cost::cpu_s), 0)
            }
            Task::Vertical(_) => (most(Cost::cpu_s), most(|cost| cost.memory as f64)),
        };
        Estimate {
            sums: costs.sums,
            rounds: costs.rounds,
            sent_by_each: most(|cost| cost.sent as f64),
            through_coordinator: led + passed_on,
            core_seconds,
            memory,
        }
    }

    /// Reckons what a study costs each party, the coordinator first, then the others in order of their
    /// names: over so many rows, by daemons, with nothing repeated.
    ///
    /// Taken for granted are six of Newton's steps, two of a linear regression, where the plan names no
    /// number; as many trees as planned, though early stopping may end before that; and columns without
    /// missing values, of which whole numbers take most values of their range and others as many as
    /// there are bins: columns of few values cost less. Trees over columns of several institutions part
    /// nodes at uniform places; their rows are those that all have, as many as the label holder's, and
    /// hospitals have equal shares of them. Of an alignment rows are keys.
    ///
    /// There are no parties in it where there can be no such study, such as one over no rows.
    pub fn costs(&self, rows: &RowsBy) -> Costs {
        let mut costs = Costs::of(self);
        self.charge_contract(&mut costs);
        match self.task() {
            Task::Train(task) => {
                let fitted = rows.times(1.0 - share_kept(&task.test));
                for phase in self.phases() {
                    self.charge_training((task, phase), &fitted, &mut costs);
                    self.charge_measures((task, phase), rows, &mut costs);
                }
                costs.add_memory_of_rows(task.columns.len() as u64, rows);
            }
            Task::Align(task) => self.charge_alignment(task, rows, &mut costs),
            Task::Statistics(task) => self.charge_statistics(task, rows, &mut costs),
            Task::Dictionary(task) => self.charge_dictionary(task, rows, &mut costs),
            Task::Scarcity(task) => self.charge_scarcity(task, rows, &mut costs),
            Task::Vertical(task) => {
                let common = rows.of(&task.label_holder);
                if !self.charge_vertical(task, common, &mut costs) {
                    return Costs::default();
                }
                task.charge_scoring(common, &mut costs);
            }
        }
        self.charge_daemons(&mut costs);
        costs
    }

    /// Reckons what training alone costs each party, as [`costs`](Plan::costs) does: of one phase with
    /// the comparison of contracts before it, over so many training rows, without daemons and without measuring the model. That is what
    /// experiments simulate.
    pub fn costs_of_training(&self, phase: Phase, rows: &RowsBy) -> Costs {
        let mut costs = Costs::of(self);
        self.charge_contract(&mut costs);
        match self.task() {
            Task::Train(task) => self.charge_training((task, phase), rows, &mut costs),
            Task::Vertical(task) => {
                let common = rows.of(&task.label_holder);
                if !self.charge_trees_of_several(task, common, &mut costs) {
                    return Costs::default();
                }
            }
            Task::Align(_) | Task::Statistics(_) | Task::Dictionary(_) | Task::Scarcity(_) => {
                return Costs::default();
            }
        }
        costs
    }

    fn charge_training(&self, (task, phase): (&Train, Phase), rows: &RowsBy, costs: &mut Costs) {
        match (&task.learner, phase) {
            (Learner::Glm(glm), Phase::Fit | Phase::Fedavg | Phase::Fedprox) => {
                self.charge_regression((glm, phase), &task.protection, rows, costs);
            }
            (Learner::Glm(glm), Phase::Value) => {
                self.charge_value(glm, &task.protection, rows, costs);
            }
            (Learner::Gbdt(trees), Phase::Fit) => {
                self.charge_trees((task, trees), rows, costs);
            }
            _ => {}
        }
    }
}

/// Gives the share of rows that is kept for testing, as far as the plan tells.
fn share_kept(test: &TestRows) -> f64 {
    match test {
        TestRows::Share { share, .. } => *share,
        TestRows::None | TestRows::Split(_) => 0.0,
    }
}

/// What costs are cut at: beyond all counting, and so little that those of all parties can be added up.
const MOST: f64 = (1_u64 << 53) as f64;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs are not negative, and cut"
)]
fn whole(number: f64) -> u64 {
    number.ceil().min(MOST) as u64
}
