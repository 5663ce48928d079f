//! What a study will cost: sums, rounds, bytes, time.

mod align;
mod hybrid;
mod trees;
mod vertical;

use std::time::Duration;

use consilium_glm::{moments_len, noise, sums_len, surrogate::totals_len};
use serde::{Deserialize, Serialize};

pub use vertical::Expense;

use crate::{Glm, Learner, Plan, Protection, Task};

/// Newton's steps that a fit usually takes, those that were halved included.
const USUAL_STEPS: usize = 8;
/// Exchanges of one sum: the question, the masked vector, signatures, shares.
const ROUNDS_OF_A_SUM: u64 = 4;
/// Exchanges before the first sum: sealing, keys, shares.
const ROUNDS_OF_A_SETUP: u64 = 4;
/// What each contributor sends for each neighbour in a sum: keys, capsules and shares carried over
/// (X25519 and ML-KEM-768), with their frames.
const BYTES_OF_A_NEIGHBOUR: u64 = 1_600;
/// What each contributor sends in a sum beside that: frames, signature, its own keys.
const BYTES_OF_A_SUM: u64 = 2_200;
/// Bytes of a number in a model.
const BYTES_OF_A_NUMBER: u64 = 8;

/// What a link to the coordinator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speed {
    /// Time there and back.
    pub round_trip: Duration,
    /// Bytes a second, at least one.
    pub bytes_per_second: u64,
}

/// What a study will probably cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Sums that are opened.
    pub sums: u64,
    /// Exchanges of messages.
    pub rounds: u64,
    /// Bytes that each contributor sends; of an alignment, whoever sends most.
    pub sent_by_each: u64,
    /// Bytes that the coordinator passes on or sends.
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
    /// Estimates the cost of a study in which nothing is repeated.
    pub fn estimate(&self) -> Estimate {
        match self.task() {
            Task::Train(task) => match &task.learner {
                Learner::Glm(glm) => self.of_regression(glm, &task.protection),
                Learner::Gbdt(trees) => self.of_trees(trees, &task.protection),
            },
            Task::Align(task) => self.of_alignment(task),
            Task::Vertical(task) => self.of_vertical(task),
        }
    }

    fn of_regression(&self, glm: &Glm, protection: &Protection) -> Estimate {
        let coefficients = glm.most_coefficients();
        let is_noised = glm.regression.specification().noise.is_some();
        let first = if is_noised {
            noise::sums_len(coefficients, true)
        } else {
            moments_len(&glm.regression)
        };
        let mut lengths = vec![first as u64];
        let (step, steps) = match (&glm.surrogate, glm.regression.specification().steps) {
            (Some(by), _) => (totals_len(by.order, coefficients), by.rounds as usize),
            (None, Some(steps)) if is_noised => {
                (noise::sums_len(coefficients, false), steps as usize - 1)
            }
            // The last of the planned steps is not looked at again.
            (None, Some(steps)) => (
                sums_len(coefficients),
                (steps as usize).min(1 + USUAL_STEPS),
            ),
            (None, None) => (sums_len(coefficients), 1 + USUAL_STEPS),
        };
        lengths.extend(std::iter::repeat_n(step as u64, steps));
        let measures = glm.regression.subject().sums_len().map(|len| len as u64);
        lengths.extend(measures);
        for schedule in [glm.comparison.fedavg, glm.comparison.fedprox]
            .into_iter()
            .flatten()
        {
            let model = glm.most_coefficients() as u64;
            lengths.push(moments_len(&glm.regression) as u64);
            lengths.extend(std::iter::repeat_n(model, schedule.rounds as usize));
            lengths.extend(measures);
        }
        let bits = u64::from(protection.bits.get());
        let masked = lengths.iter().map(|len| (len * bits).div_ceil(8)).sum();
        let model = glm.most_coefficients() as u64 * BYTES_OF_A_NUMBER;
        let sums = lengths.len() as u64;
        let estimate = self.of_sums((sums, masked), sums * model, protection);
        // The lead fits its own rows, and then in each round those of all.
        let asked = glm.surrogate.as_ref().map_or(0, |by| 1 + by.rounds);
        Estimate {
            rounds: estimate.rounds + u64::from(asked),
            ..estimate
        }
    }

    /// Estimates sums, so many bytes of masked elements in all, with so many bytes of questions to
    /// each contributor.
    fn of_sums(&self, (sums, masked): (u64, u64), told: u64, protection: &Protection) -> Estimate {
        let contributors = self.contributors().count() as u64;
        let neighbours = protection.thresholds.neighbourhood() as u64 - 1;
        let fixed = sums * (BYTES_OF_A_SUM + neighbours * BYTES_OF_A_NEIGHBOUR);
        Estimate {
            sums,
            rounds: ROUNDS_OF_A_SETUP + sums * ROUNDS_OF_A_SUM,
            sent_by_each: masked + fixed,
            through_coordinator: contributors * (fixed + told),
            core_seconds: 0,
            memory: 0,
        }
    }
}
