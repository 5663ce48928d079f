//! Runs one target over its corpus and what mutation makes of it.

use std::panic;

use crate::{Mutator, Target};

/// One target with its corpus and the seed of the mutations.
#[derive(Debug)]
pub struct Campaign {
    /// The decoder to be fed.
    pub target: Target,
    /// Inputs to begin with.
    pub corpus: Vec<Vec<u8>>,
    /// Seed of the mutations.
    pub seed: u64,
}

/// What a campaign came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How many inputs were fed.
    pub executions: u64,
    /// The input at which the target panicked.
    pub failing: Option<Vec<u8>>,
}

impl Campaign {
    /// Feeds the corpus, then mutated inputs while `go_on` says so before each of them.
    ///
    /// Ends at the first input that makes the target panic.
    pub fn run(&self, mut go_on: impl FnMut() -> bool) -> Outcome {
        let mut outcome = Outcome {
            executions: 0,
            failing: None,
        };
        for input in &self.corpus {
            if !self.survives(input, &mut outcome) {
                return outcome;
            }
        }
        let mut mutator = Mutator::new(self.seed);
        while go_on() {
            if !self.survives(&mutator.next(&self.corpus), &mut outcome) {
                return outcome;
            }
        }
        outcome
    }

    fn survives(&self, input: &[u8], outcome: &mut Outcome) -> bool {
        outcome.executions += 1;
        let survived = panic::catch_unwind(|| (self.target.run)(input)).is_ok();
        if !survived {
            outcome.failing = Some(input.to_vec());
        }
        survived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses_long_inputs(bytes: &[u8]) {
        assert!(bytes.len() < 40, "too long");
    }

    #[test]
    fn a_panic_is_found_and_its_input_kept() {
        let target = Target {
            name: "short",
            run: refuses_long_inputs,
            smoke: 0,
        };
        let campaign = Campaign {
            target,
            corpus: vec![vec![1; 30]],
            seed: 1,
        };
        let outcome = campaign.run(|| true);
        assert!(outcome.failing.is_some_and(|input| input.len() >= 40));
        assert!(outcome.executions > 1);
    }

    #[test]
    fn a_campaign_ends_when_it_is_told() {
        let target = Target {
            name: "any",
            run: |_| {},
            smoke: 0,
        };
        let campaign = Campaign {
            target,
            corpus: vec![b"one".to_vec()],
            seed: 1,
        };
        let mut left = 0..20;
        let outcome = campaign.run(|| left.next().is_some());
        assert_eq!(
            outcome,
            Outcome {
                executions: 21,
                failing: None
            }
        );
    }
}
