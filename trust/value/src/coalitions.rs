//! What coalitions of institutions would come to, by one Newton step from the model of all.

use consilium_glm::{
    Sums,
    solve::{Cholesky, Symmetric, dot, triangle},
};
use rand_core::Rng;

use crate::{Coalition, Judged, LEAST_PENALTY, MOST_PLAYERS, Value, game, influence::penalise};

/// How many orders of joining are drawn where there are more than [`MOST_PLAYERS`] institutions.
pub const ORDERS: u32 = 1_000;

/// Each institution's sums at the model of all, and the rows that judge.
///
/// # Discussion
///
/// Coalitions could be fitted by secure sums of their own, with each fit looked at by the judges: as many
/// studies as there are coalitions. The step needs one message of each institution.
#[derive(Debug)]
pub struct Coalitions<'a> {
    parts: Vec<&'a Sums>,
    at: &'a [f64],
    penalty: f64,
    judged: &'a Judged,
}

/// What each institution is worth, in the order of the parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Worths {
    /// Its Shapley value.
    pub shapley: Vec<Value>,
    /// By how much the deviance would rise without it.
    pub leave_one_out: Vec<Value>,
    /// By how much the coalition of all lowers the deviance, by the same step.
    pub all: f64,
    /// Coalitions that were looked at.
    pub coalitions: u64,
}

impl<'a> Coalitions<'a> {
    /// Takes the parts, the coefficients that they were summed at, and the plan's penalty.
    ///
    /// # Panics
    ///
    /// If orders differ, or there are more than [`MOST_DRAWN_PLAYERS`](crate::MOST_DRAWN_PLAYERS) parts.
    pub fn new(
        parts: Vec<&'a Sums>,
        at: &'a [f64],
        penalty: f64,
        judged: &'a Judged,
    ) -> Coalitions<'a> {
        let order =
            |sums: &Sums| sums.gradient.len() == at.len() && sums.fisher.order() == at.len();
        assert!(
            parts.iter().all(|part| order(part)),
            "parts of another model"
        );
        assert!(order(&judged.sums), "judged by another model");
        assert!(parts.len() <= game::MOST_DRAWN_PLAYERS, "too many parts");
        Coalitions {
            parts,
            at,
            penalty: penalty.max(LEAST_PENALTY),
            judged,
        }
    }

    /// Gives the step from the model of all to that of a coalition: `−(H_S + P)⁻¹(g_S + P t)`.
    ///
    /// Nothing if rows have no determinate step even with a penalty.
    pub fn step(&self, coalition: Coalition) -> Option<Vec<f64>> {
        let order = self.at.len();
        let mut gradient: Vec<f64> = self.at.iter().map(|t| -self.penalty * t).collect();
        gradient[0] = 0.0;
        let mut upper = vec![0.0; triangle(order)];
        for (player, part) in self.parts.iter().enumerate() {
            if coalition >> player & 1 == 1 {
                add(&mut upper, part.fisher.upper());
                for (sum, g) in gradient.iter_mut().zip(&part.gradient) {
                    *sum -= g;
                }
            }
        }
        let mut information = Symmetric::new(order, upper);
        penalise(&mut information, self.penalty);
        Some(Cholesky::new(&information).ok()?.solve(&gradient))
    }

    /// Gives by how much a step lowers the deviance of the judged rows below that of their mean, to second
    /// order.
    fn lowered(&self, step: &[f64]) -> f64 {
        let judged = &self.judged.sums;
        let rise = 2.0 * dot(&judged.gradient, step) + dot(step, &judged.fisher.times(step));
        self.judged.null_deviance - 2.0 * judged.loss - rise
    }

    /// Gives what a coalition is worth: by how much its model lowers the deviance of the judged rows. Nobody
    /// is worth nothing.
    pub fn worth(&self, coalition: Coalition) -> f64 {
        self.weighed(coalition).0
    }

    /// Gives what a coalition is worth, and its step; nobody has none.
    fn weighed(&self, coalition: Coalition) -> (f64, Option<Vec<f64>>) {
        let step = (coalition != 0).then(|| self.step(coalition)).flatten();
        let worth = step.as_ref().map_or(0.0, |step| self.lowered(step));
        (worth, step)
    }

    /// Gives the variance of the difference that a step makes, were the judged rows drawn anew.
    fn variance(&self, step: &[f64]) -> f64 {
        4.0 * self.judged.dispersion * dot(step, &self.judged.sums.fisher.times(step))
    }

    /// Gives what each institution is worth; `rng` draws orders of joining where there are more than
    /// [`MOST_PLAYERS`].
    ///
    /// Standard errors are those of judged rows drawn anew, to first order in the steps, and of orders drawn.
    pub fn worths(&self, rng: &mut impl Rng) -> Worths {
        let players = self.parts.len();
        let everybody = game::everybody(players);
        let (shapley, coalitions) = if players <= MOST_PLAYERS {
            (self.exactly(), 1 << players)
        } else {
            let drawn = game::sampled(players, ORDERS, rng, |coalition| self.worth(coalition));
            let values = drawn
                .iter()
                .map(|it| Value::new(it.mean, it.standard_error));
            (values.collect(), u64::from(ORDERS) * players as u64)
        };
        let (all, own) = self.weighed(everybody);
        let leave_one_out = (0..players).map(|player| {
            let without = everybody & !(1 << player);
            let (worth, step) = self.weighed(without);
            let change = own.as_ref().zip(step);
            let variance = change.map_or(0.0, |(own, without)| {
                let apart: Vec<f64> = own.iter().zip(&without).map(|(a, b)| a - b).collect();
                self.variance(&apart)
            });
            Value::new(all - worth, variance.max(0.0).sqrt())
        });
        Worths {
            shapley,
            leave_one_out: leave_one_out.collect(),
            all,
            coalitions,
        }
    }

    /// Looks at all coalitions, and at the mean change of coefficients by each institution.
    fn exactly(&self) -> Vec<Value> {
        let players = self.parts.len();
        let weights = game::weights(players);
        let mut worth = Vec::with_capacity(1 << players);
        let mut changes = vec![vec![0.0; self.at.len()]; players];
        // Nobody's model is that of the mean alone: all coefficients but the intercept are zero.
        let mut nobody: Vec<f64> = self.at.iter().map(|t| -t).collect();
        nobody[0] = 0.0;
        for coalition in 0..1_u64 << players {
            let (value, step) = self.weighed(coalition);
            let step = step.as_ref().unwrap_or(&nobody);
            worth.push(value);
            let size = coalition.count_ones() as usize;
            for (player, change) in changes.iter_mut().enumerate() {
                let weight = match coalition >> player & 1 {
                    1 => weights[size - 1],
                    _ => -weights[size],
                };
                for (sum, by) in change.iter_mut().zip(step) {
                    *sum += weight * by;
                }
            }
        }
        let values = game::shapley(&worth);
        let with_errors = values.iter().zip(&changes);
        with_errors
            .map(|(value, change)| Value::new(*value, self.variance(change).max(0.0).sqrt()))
            .collect()
    }
}

pub(crate) fn add(total: &mut [f64], part: &[f64]) {
    for (sum, part) in total.iter_mut().zip(part) {
        *sum += part;
    }
}
