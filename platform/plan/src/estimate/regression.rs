//! What regressions will cost.

use consilium_glm::{Family, moments_len, noise, sums_len, surrogate::totals_len};
use consilium_mailbox::PartyId;

use super::{Costs, RowsBy, Spent, sums::Sums};
use crate::{Glm, Phase, Plan, Protection, Train};

/// Newton's steps that a fit usually takes until it has converged: as many as the regressions of
/// `examples` take.
const USUAL_STEPS: u32 = 6;
/// The same where the loss is a square.
const STEPS_OF_A_SQUARE: u32 = 2;
/// Steps that the lead of a surrogate likelihood takes in each round, which begins near its end.
const STEPS_OF_A_ROUND: u32 = 4;
/// Bytes of a coefficient with what its column is standardised by, as contributors are told it.
const BYTES_OF_A_COEFFICIENT: u64 = 32;

/// CPU seconds of a row in a step: its prediction and the weights.
const SECONDS_OF_A_ROW: f64 = 12e-9;
/// CPU seconds of a product of two columns in a row's information matrix.
const SECONDS_OF_A_PRODUCT: f64 = 0.35e-9;
/// CPU seconds of a sum at a contributor, whatever its rows.
const SECONDS_OF_A_STEP: f64 = 2.5e-6;
/// CPU seconds of a column of a row in a gradient step of averaging.
const SECONDS_OF_A_GRADIENT: f64 = 3e-9;
/// CPU seconds of solving a step, for a coefficient cubed, and at least.
const SECONDS_OF_SOLVING: (f64, f64) = (3e-9, 12e-6);
/// CPU seconds of a row that is measured: its prediction, and where it belongs.
const SECONDS_OF_A_SCORE: f64 = 60e-9;

impl Plan {
    /// Adds a fit, or the training by a phase that averages.
    pub(super) fn charge_regression(
        &self,
        (glm, phase): (&Glm, Phase),
        protection: &Protection,
        rows: &RowsBy,
        costs: &mut Costs,
    ) {
        let coefficients = glm.most_coefficients();
        let p = coefficients as f64;
        let noised = |first| noise::sums_len(coefficients, first);
        let is_noised = glm.regression.specification().noise.is_some();
        let first = match glm.schedule(phase) {
            None if is_noised => noised(true),
            _ => moments_len(&glm.regression),
        };
        let of_a_step = SECONDS_OF_A_ROW + p * p * SECONDS_OF_A_PRODUCT;
        let (len, steps, of_a_row) = match (glm.schedule(phase), &glm.surrogate) {
            (Some(by), _) => {
                let of_a_row = f64::from(by.epochs) * p * SECONDS_OF_A_GRADIENT;
                (coefficients, by.rounds, of_a_row)
            }
            (None, Some(by)) => {
                charge_lead((&by.lead, by.rounds), of_a_step, rows, costs);
                (totals_len(by.order, coefficients), by.rounds, of_a_step)
            }
            (None, None) if is_noised => (noised(false), steps(glm).saturating_sub(1), of_a_step),
            (None, None) => (sums_len(coefficients), steps(glm), of_a_step),
        };
        let lengths = [first].into_iter();
        let lengths = lengths.chain(std::iter::repeat_n(len, steps as usize));
        let mut sums = Sums::of(lengths, protection);
        sums.told = (1 + sums.count) * coefficients as u64 * BYTES_OF_A_COEFFICIENT;
        self.charge_sums(sums, protection, costs);
        let steps = f64::from(steps);
        for cost in costs.others() {
            let rows = rows.of(&cost.party) as f64;
            let looking = rows * (SECONDS_OF_A_ROW + p * SECONDS_OF_A_PRODUCT);
            cost.spend(
                Spent::Learning,
                (1.0 + steps) * SECONDS_OF_A_STEP + looking + steps * rows * of_a_row,
            );
            super::sums::memory(cost, len.max(first) as u64);
        }
        let (cubed, least) = SECONDS_OF_SOLVING;
        costs
            .coordinator()
            .spend(Spent::Learning, steps * (least + p * p * p * cubed));
        super::sums::memory(costs.coordinator(), len.max(first) as u64);
    }

    /// Adds what valuing rows costs: two sums, and two looks at own rows.
    pub(super) fn charge_value(
        &self,
        glm: &Glm,
        protection: &Protection,
        rows: &RowsBy,
        costs: &mut Costs,
    ) {
        let coefficients = glm.most_coefficients();
        let p = coefficients as f64;
        let lengths = [
            consilium_value::COUNTS,
            consilium_value::sums_len(coefficients),
        ];
        let mut sums = Sums::of(lengths, protection);
        sums.told = coefficients as u64 * BYTES_OF_A_COEFFICIENT;
        self.charge_sums(sums, protection, costs);
        let of_a_row = 2.0 * SECONDS_OF_A_ROW + p * p * SECONDS_OF_A_PRODUCT;
        for cost in costs.others() {
            let rows = rows.of(&cost.party) as f64;
            cost.spend(Spent::Learning, SECONDS_OF_A_STEP + rows * of_a_row);
        }
    }

    /// Adds what measuring a phase's model costs, whatever learnt it.
    pub(super) fn charge_measures(
        &self,
        (task, phase): (&Train, Phase),
        rows: &RowsBy,
        costs: &mut Costs,
    ) {
        // A fit's model is measured in a phase of its own.
        if matches!(phase, Phase::Fit | Phase::Value) {
            return;
        }
        let lengths = task.learner.subject().sums_len();
        let sums = Sums::of(lengths, &task.protection);
        self.charge_sums(sums, &task.protection, costs);
        for cost in costs.others() {
            let rows = rows.of(&cost.party) as f64;
            cost.spend(Spent::Learning, rows * SECONDS_OF_A_SCORE);
            super::sums::memory(cost, sums.elements);
        }
        super::sums::memory(costs.coordinator(), sums.elements);
    }
}

/// Adds what the lead of a surrogate likelihood does beside: it fits its own rows, and then in each
/// round those of all.
fn charge_lead((lead, rounds): (&PartyId, u32), of_a_step: f64, rows: &RowsBy, costs: &mut Costs) {
    let steps = f64::from(USUAL_STEPS + rounds * STEPS_OF_A_ROUND);
    costs.rounds += u64::from(1 + rounds);
    costs.trips += u64::from(1 + rounds);
    if let Some(cost) = costs.others().iter_mut().find(|cost| cost.party == *lead) {
        cost.spend(
            Spent::Learning,
            steps * (rows.of(lead) as f64 * of_a_step + SECONDS_OF_A_STEP),
        );
    }
}

/// Gives how many of Newton's steps are reckoned with.
fn steps(glm: &Glm) -> u32 {
    let spec = glm.regression.specification();
    let usual = match spec.family {
        Family::Gaussian => STEPS_OF_A_SQUARE,
        Family::Logistic | Family::Poisson | Family::Gamma => USUAL_STEPS,
    };
    match spec.steps {
        // With noise all are taken.
        Some(steps) if spec.noise.is_some() => steps,
        // The last of the planned steps is not looked at again.
        Some(steps) => steps.min(usual),
        None => usual,
    }
}
