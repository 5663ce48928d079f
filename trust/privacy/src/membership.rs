//! Whether a model tells whose rows taught it.

use std::f64::consts::LN_2;

use rand_core::Rng;
use serde::Serialize;

use crate::PrivacyError;

/// Permutations.
const DRAWS: usize = 1000;

/// What lies outside of an interval, on each side.
const OUTSIDE: f64 = 0.025;

/// Pieces of an integral.
const PIECES: usize = 2000;

/// How near to 0 and 1 a probability is told from them.
const CLOSEST: f64 = 1e-12;

/// Rates of false positives at which true positives are told, after Carlini et al. 2022.
const RATES: [f64; 2] = [0.01, 0.001];

/// How well an attacker tells rows that taught a model from rows that did not, by one number of each row
/// that is greater for members: minus its loss (Yeom et al. 2018), or a shadow attack's score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advantage {
    /// Rows that taught the model.
    pub members: usize,
    /// Rows that did not.
    pub others: usize,
    /// The greatest difference of true and false positive rate over all thresholds, from 0 to 1.
    pub advantage: f64,
    /// Where that of all such rows lies, with at least 95 of 100, however few these are and whatever their scores:
    /// no rate of any threshold is further from its own than the inequality of Dvoretzky, Kiefer and Wolfowitz with
    /// the constant of Massart (1990) lets it be.
    ///
    /// # Discussion
    ///
    /// The greatest of many differences is above its own by chance. A bootstrap adds that a second time: of scores
    /// that tell nothing its percentiles hardly ever reach 0.
    pub interval: Interval,
    /// The 95th percentile of what 1,000 attacks find that guess who is a member: an advantage that is no
    /// greater is none. The best of many thresholds is above 0 by chance alone, the more so the fewer rows.
    pub by_chance: f64,
    /// True positives where false ones are rare.
    pub true_positives: Vec<TruePositives>,
}

/// From and to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The share of members that is found out while others are hardly ever taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TruePositives {
    /// The share of others that is taken for members at most.
    pub false_positives: f64,
    /// The share of members found; none if there are too few others to tell.
    pub rate: Option<f64>,
}

impl Advantage {
    /// Measures it from a score of each member and of each other row.
    ///
    /// The same generator gives the same numbers, whatever the rows' order. A score may be infinite, as where a
    /// model was certain and wrong.
    ///
    /// # Errors
    ///
    /// [`PrivacyError::NoScores`] if either is empty, or a score is no number.
    pub fn of(
        members: &[f64],
        others: &[f64],
        rng: &mut impl Rng,
    ) -> Result<Advantage, PrivacyError> {
        measured(members, others, rng)
    }

    /// Whether the attacker does better than one who guesses.
    pub fn is_above_chance(&self) -> bool {
        self.advantage > self.by_chance
    }
}

/// How sure a model is of a row's true label, as log(p / (1 − p)), from the log loss −log(p) of the row:
/// the statistic of Carlini et al. 2022, whose distribution over models is nearly normal.
///
/// It is finite: a p within 1e-12 of 0 or 1 counts as just that.
pub fn confidence(log_loss: f64) -> f64 {
    // Probabilities of 0 and 1 have no logit; closer to them models differ by rounding.
    let loss = log_loss.clamp(CLOSEST, -CLOSEST.ln());
    -loss - (-(-loss).exp_m1()).ln()
}

/// Measures an advantage; compiled once for all generators.
fn measured(
    members: &[f64],
    others: &[f64],
    mut rng: &mut dyn Rng,
) -> Result<Advantage, PrivacyError> {
    let scores = members.iter().chain(others);
    let is_scored = scores.clone().all(|score| !score.is_nan());
    if members.is_empty() || others.is_empty() || !is_scored {
        return Err(PrivacyError::NoScores);
    }
    let both = [members.len(), others.len()];
    let mut rows = sorted(members, others);
    let groups = tied(&rows);
    let found = advantage(&rows, &groups, both);
    let mut guessed: Vec<f64> = (0..DRAWS)
        .map(|_| {
            shuffle_members(&mut rows, &mut rng);
            advantage(&rows, &groups, both)
        })
        .collect();
    guessed.sort_by(f64::total_cmp);
    Ok(Advantage {
        members: both[0],
        others: both[1],
        advantage: found,
        interval: interval(found, both),
        by_chance: guessed[DRAWS - 1 - DRAWS / 20],
        true_positives: RATES
            .map(|rate| true_positives(members, others, rate))
            .to_vec(),
    })
}

/// Where an advantage lies that was found in so many members and others.
fn interval(found: f64, both: [usize; 2]) -> Interval {
    let away = furthest(both);
    Interval {
        low: (found - away).max(0.0),
        high: (found + away).min(1.0),
    }
}

struct Row {
    score: f64,
    is_member: bool,
}

/// Rows by their scores, the greatest first.
fn sorted(members: &[f64], others: &[f64]) -> Vec<Row> {
    // 0 and -0 are one number.
    let row = |is_member: bool| {
        move |score: &f64| Row {
            score: *score + 0.0,
            is_member,
        }
    };
    let members = members.iter().map(row(true));
    let mut rows: Vec<Row> = members.chain(others.iter().map(row(false))).collect();
    rows.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(a.is_member.cmp(&b.is_member))
    });
    rows
}

/// Where groups of rows with one score end, the greatest score first.
fn tied(rows: &[Row]) -> Vec<usize> {
    let mut end = 0;
    let groups = rows.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq());
    groups
        .map(|group| {
            end += group.len();
            end
        })
        .collect()
}

/// How far a difference of rates over all thresholds is from that of all such rows at most, with 97.5 of 100 on
/// either side.
///
/// The rate of n rows is above that of all by more than x at some threshold with no more than exp(−2 n x²), where
/// that is no more than a half (Massart 1990), and below as well. Members and others are drawn apart, so the sum of
/// two numbers with just these tails is no less than the sum of what they are off by.
fn furthest([members, others]: [usize; 2]) -> f64 {
    let (members, others) = (members as f64, others as f64);
    let half = |rows: f64| (LN_2 / (2.0 * rows)).sqrt();
    let tail = |rows: f64, x: f64| (-2.0 * rows * x * x).exp();
    let tail_of_others = |x: f64| {
        if x < half(others) {
            return 1.0;
        }
        tail(others, x)
    };
    let tail_of_sum = |sum: f64| {
        let least = half(members);
        if sum <= least {
            return 1.0;
        }
        // Half of the weight is at the least, the rest along the tail; each step counts with its greater end.
        let step = (sum - least) / PIECES as f64;
        let along = (0..PIECES).map(|at| {
            let x = least + at as f64 * step;
            let weight = tail(members, x) - tail(members, x + step);
            weight * tail_of_others(sum - x - step)
        });
        0.5 * tail_of_others(sum - least) + along.sum::<f64>() + tail(members, sum)
    };
    let (mut low, mut high) = (0.0, 4.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if tail_of_sum(middle) > OUTSIDE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The greatest difference of rates over thresholds.
fn advantage(rows: &[Row], groups: &[usize], [members, others]: [usize; 2]) -> f64 {
    let (mut best, mut begin) = (0.0f64, 0);
    let mut above = [0u64; 2];
    for end in groups {
        for row in &rows[begin..*end] {
            above[usize::from(!row.is_member)] += 1;
        }
        begin = *end;
        let rate = |count: u64, of: usize| count as f64 / of as f64;
        best = best.max(rate(above[0], members) - rate(above[1], others));
    }
    best
}

/// Deals the members out anew over all rows (Fisher and Yates).
fn shuffle_members(rows: &mut [Row], rng: &mut impl Rng) {
    for last in (1..rows.len()).rev() {
        let other = below(last + 1, rng);
        let held = rows[last].is_member;
        rows[last].is_member = rows[other].is_member;
        rows[other].is_member = held;
    }
}

/// A number below another, each as likely to within 2^-32 at least.
pub(crate) fn below(bound: usize, rng: &mut impl Rng) -> usize {
    let wide = u128::from(rng.next_u64()) * bound as u128;
    usize::try_from(wide >> 64).expect("it is below a usize")
}

/// The share of members above the lowest threshold that no more than a share of others passes.
fn true_positives(members: &[f64], others: &[f64], false_positives: f64) -> TruePositives {
    let may_pass = (others.len() as f64 * false_positives).floor();
    if may_pass < 1.0 {
        let rate = None;
        return TruePositives {
            false_positives,
            rate,
        };
    }
    let mut sorted = others.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let passed = sorted
        .iter()
        .enumerate()
        .find(|(place, _)| *place as f64 >= may_pass);
    let threshold = passed.map_or(f64::NEG_INFINITY, |(_, score)| *score);
    let found = members.iter().filter(|score| **score > threshold).count();
    TruePositives {
        false_positives,
        rate: Some(found as f64 / members.len() as f64),
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn an_interval_covers_the_truth_where_there_is_none_and_where_there_is_some() {
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        // Of uniform scores on [0, 1] and on [shift, 1 + shift] the advantage is the shift.
        for (count, shift) in [(60, 0.0), (60, 0.383), (300, 0.1), (7, 0.0), (1, 0.5)] {
            let mut covered = 0;
            for _ in 0..100 {
                let members: Vec<f64> = (0..count).map(|_| uniform() + shift).collect();
                let others: Vec<f64> = (0..count).map(|_| uniform()).collect();
                let rows = sorted(&members, &others);
                let both = [count, count];
                let Interval { low, high } = interval(advantage(&rows, &tied(&rows), both), both);
                covered += u32::from((low..=high).contains(&shift));
            }
            // 95 are expected at least; fewer than 88 come of chance once in 600 (binomial).
            assert!(covered >= 88, "{count} rows, {shift}: {covered} of 100");
        }
    }

    #[test]
    fn a_band_is_as_wide_as_both_inequalities_together() {
        // Beyond either band alone, and within the sum of two bands of 98.75 of 100 (Massart 1990).
        for rows in [1, 60, 5000] {
            let band = |outside: f64| (-outside.ln() / (2.0 * rows as f64)).sqrt();
            let found = furthest([rows; 2]);
            assert!(
                found > band(OUTSIDE) && found < 2.0 * band(OUTSIDE / 2.0),
                "{found}"
            );
        }
    }
}
