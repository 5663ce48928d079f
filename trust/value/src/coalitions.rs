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
    is_optimum: bool,
}

/// What each institution is worth, in the order of the parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Worths {
    /// Its Shapley value.
    pub shapley: Vec<Value>,
    /// By how much the deviance would rise without it.
    pub leave_one_out: Vec<Value>,
    /// By how much the coalition of all lowers the deviance.
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
            penalty,
            judged,
            is_optimum: false,
        }
    }

    /// Takes the model of all to be at its optimum: all together make no step from it, and are worth exactly what it
    /// explains.
    #[must_use]
    pub fn at_optimum(self) -> Coalitions<'a> {
        Coalitions {
            is_optimum: true,
            ..self
        }
    }

    /// Gives the step from the model of all to that of a coalition: `−(H_S + P)⁻¹(g_S + P t)`.
    ///
    /// `P` is the plan's penalty; where that is below 1 it rises to 1 as the coalition has fewer of the rows.
    /// Nothing if rows have no determinate step even so.
    pub fn step(&self, coalition: Coalition) -> Option<Vec<f64>> {
        self.solve(coalition).map(|(_, step)| step)
    }

    fn solve(&self, coalition: Coalition) -> Option<(Cholesky, Vec<f64>)> {
        let order = self.at.len();
        let mut gradient = vec![0.0; order];
        let mut upper = vec![0.0; triangle(order)];
        let (mut rows, mut all) = (0, 0);
        for (player, part) in self.parts.iter().enumerate() {
            all += part.rows;
            if coalition >> player & 1 == 1 {
                rows += part.rows;
                add(&mut upper, part.fisher.upper());
                for (sum, g) in gradient.iter_mut().zip(&part.gradient) {
                    *sum -= g;
                }
            }
        }
        let absent = 1.0 - rows as f64 / all.max(1) as f64;
        let penalty = self.penalty + absent * (LEAST_PENALTY - self.penalty).max(0.0);
        for (sum, t) in gradient.iter_mut().zip(self.at).skip(1) {
            *sum -= penalty * t;
        }
        let mut information = Symmetric::new(order, upper);
        penalise(&mut information, penalty);
        let factor = Cholesky::new(&information).ok()?;
        let step = factor.solve(&gradient);
        Some((factor, step))
    }

    /// Looks at a coalition. Nobody's model is that of the mean alone: all coefficients but the intercept
    /// are zero, and it is worth nothing; so is a coalition whose rows have no determinate step.
    fn look(&self, coalition: Coalition) -> Look {
        let solved = (coalition != 0).then(|| self.solve(coalition)).flatten();
        let Some((factor, mut step)) = solved else {
            let mut step: Vec<f64> = self.at.iter().map(|t| -t).collect();
            step[0] = 0.0;
            let pull = vec![0.0; step.len()];
            return Look {
                worth: 0.0,
                step,
                pull,
            };
        };
        if self.is_optimum && coalition == game::everybody(self.parts.len()) {
            step.fill(0.0);
        }
        let judged = &self.judged.sums;
        let bent = judged.fisher.times(&step);
        let rise = 2.0 * dot(&judged.gradient, &step) + dot(&step, &bent);
        let slope: Vec<f64> = (judged.gradient.iter().zip(&bent))
            .map(|(g, bent)| 2.0 * (g + bent))
            .collect();
        Look {
            worth: self.judged.null_deviance - 2.0 * judged.loss - rise,
            pull: factor.solve(&slope),
            step,
        }
    }

    /// Gives what a coalition is worth: by how much its model lowers the deviance of the judged rows, to
    /// second order in the step. Nobody is worth nothing.
    pub fn worth(&self, coalition: Coalition) -> f64 {
        self.look(coalition).worth
    }

    /// Gives the variance of what a player adds, to first order: of the difference that it makes to steps,
    /// were the judged rows drawn anew, and of its pull, were its own rows; both by the information that
    /// they have under the model.
    fn variance(&self, player: usize, added: &Added) -> f64 {
        let (step, pull) = (&added.step, &added.pull);
        let of_judged = 4.0 * dot(step, &self.judged.sums.fisher.times(step));
        let of_own = dot(pull, &self.parts[player].fisher.times(pull));
        self.judged.dispersion * (of_judged.max(0.0) + of_own.max(0.0))
    }

    /// Gives what each institution is worth; `rng` draws orders of joining where there are more than
    /// [`MOST_PLAYERS`].
    ///
    /// Standard errors are those of judged rows and of own rows drawn anew, to first order in the steps,
    /// and of orders drawn. What one step does otherwise than a fit is not in them.
    pub fn worths(&self, rng: &mut impl Rng) -> Worths {
        let players = self.parts.len();
        let everybody = game::everybody(players);
        let (shapley, coalitions) = if players <= MOST_PLAYERS {
            (self.exactly(), 1 << players)
        } else {
            (self.drawn(rng), u64::from(ORDERS) * players as u64)
        };
        let all = self.look(everybody);
        let leave_one_out = (0..players).map(|player| {
            let without = self.look(everybody & !(1 << player));
            let mut added = Added::new(self.at.len());
            added.add(1.0, &all.step, Some(all.pull.as_slice()));
            added.add(-1.0, &without.step, None);
            let error = self.variance(player, &added).sqrt();
            Value::new(all.worth - without.worth, error)
        });
        Worths {
            shapley,
            leave_one_out: leave_one_out.collect(),
            all: all.worth,
            coalitions,
        }
    }

    /// Looks at all coalitions.
    fn exactly(&self) -> Vec<Value> {
        let players = self.parts.len();
        let weights = game::weights(players);
        let mut worth = Vec::with_capacity(1 << players);
        let mut added = vec![Added::new(self.at.len()); players];
        for coalition in 0..1_u64 << players {
            let look = self.look(coalition);
            worth.push(look.worth);
            let size = coalition.count_ones() as usize;
            for (player, added) in added.iter_mut().enumerate() {
                match coalition >> player & 1 {
                    1 => added.add(weights[size - 1], &look.step, Some(look.pull.as_slice())),
                    _ => added.add(-weights[size], &look.step, None),
                }
            }
        }
        let values = game::shapley(&worth).into_iter().zip(&added).enumerate();
        values
            .map(|(player, (value, added))| Value::new(value, self.variance(player, added).sqrt()))
            .collect()
    }

    /// Draws orders of joining.
    fn drawn(&self, rng: &mut impl Rng) -> Vec<Value> {
        let players = self.parts.len();
        let weight = 1.0 / f64::from(ORDERS);
        let mut added = vec![Added::new(self.at.len()); players];
        let mut before = self.look(0);
        let drawn = game::sampled(players, ORDERS, rng, |player, coalition| {
            if coalition.is_power_of_two() {
                before = self.look(0);
            }
            let look = self.look(coalition);
            added[player].add(weight, &look.step, Some(look.pull.as_slice()));
            added[player].add(-weight, &before.step, None);
            let value = look.worth - before.worth;
            before = look;
            value
        });
        let values = drawn.iter().zip(&added).enumerate();
        values
            .map(|(player, (drawn, added))| {
                let of_orders = drawn.standard_error * drawn.standard_error;
                let error = (self.variance(player, added) + of_orders).sqrt();
                Value::new(drawn.mean, error)
            })
            .collect()
    }
}

/// What a coalition comes to.
struct Look {
    /// By how much its model lowers the deviance of the judged rows.
    worth: f64,
    /// The step to its model.
    step: Vec<f64>,
    /// By how much its worth moves with its members' gradient: `2 (H_S + P)⁻¹(g_v + H_v D)`.
    pull: Vec<f64>,
}

/// What a player adds to steps, and its pull, in the mean over the coalitions that it joins.
#[derive(Clone)]
struct Added {
    step: Vec<f64>,
    pull: Vec<f64>,
}

impl Added {
    fn new(order: usize) -> Added {
        Added {
            step: vec![0.0; order],
            pull: vec![0.0; order],
        }
    }

    /// Adds a coalition with a weight: its step, and its pull if the player is in it.
    fn add(&mut self, weight: f64, step: &[f64], pull: Option<&[f64]>) {
        let weigh = |sums: &mut [f64], by: &[f64]| {
            sums.iter_mut()
                .zip(by)
                .for_each(|(sum, by)| *sum += weight * by);
        };
        weigh(&mut self.step, step);
        if let Some(pull) = pull {
            weigh(&mut self.pull, pull);
        }
    }
}

pub(crate) fn add(total: &mut [f64], part: &[f64]) {
    for (sum, part) in total.iter_mut().zip(part) {
        *sum += part;
    }
}
