//! Gradients of a few bits, and how small their sums stay.

use crate::{Boosting, Objective, Quanta, Quantum, SumBits, Totals};

/// Where an objective has no largest gradient, so many times the mean counts as the largest.
const LARGEST: f64 = 4.0;

impl Quanta {
    /// Gives the quanta of a tree: the finest in which no sum can overflow, or, where the fit has
    /// gradients of a few bits, so coarse that a row has no more.
    ///
    /// A |g| has at most `2^(bits - 1) - 1` quanta and an h at most `2^bits - 1` if it is no larger than
    /// the objective's largest. Where that has none, four times the mean takes its place. What is larger
    /// then, or counts more by its weight or by one-side sampling, has more quanta: nothing is cut
    /// off, so that sums stay right in the mean.
    ///
    /// Gives none if a total is no finite number or there are too many rows for the sums' bits.
    pub fn of(boosting: &Boosting, totals: Totals, sums: SumBits) -> Option<Quanta> {
        let finest = Quanta::choose(totals, sums)?;
        let spec = boosting.specification();
        let Some(bits) = spec.gradient_bits else {
            return Some(finest);
        };
        let [g, h] = spec.objective.steepest();
        let [of_g, of_h] = levels(bits);
        let mean = |total: f64| total / totals.rows.max(1) as f64;
        let g = Quantum::holding(g.unwrap_or(LARGEST * mean(totals.g)), of_g)?;
        let h = Quantum::holding(h.unwrap_or(LARGEST * mean(totals.h)), of_h)?;
        Some(Quanta {
            g: finest.g.coarser(g),
            h: finest.h.coarser(h),
        })
    }
}

impl Totals {
    /// Gives the most that gradients of so many rows can add up to, whose weights add up to so much;
    /// none where the objective does not bound them.
    pub(crate) fn at_most(objective: Objective, (rows, weights): (u64, f64)) -> Option<Totals> {
        let [g, h] = objective.steepest();
        Some(Totals {
            g: g? * weights,
            h: h? * weights,
            rows,
        })
    }
}

/// Gives the most quanta of a |g| and of an h of so many bits.
fn levels(bits: u8) -> [u32; 2] {
    [(1 << (bits - 1)) - 1, (1 << bits) - 1]
}

/// Gives how many bits Σg, without its sign, and Σh have at most, over any of so many rows of weight 1:
/// fewer than [`SumBits::WIDEST`] where gradients have few and the objective bounds them.
pub(crate) fn sum_bits(boosting: &Boosting, rows: u64) -> [u8; 2] {
    let widest = SumBits::WIDEST.get();
    let spec = boosting.specification();
    let Some(levels) = spec.gradient_bits.map(levels) else {
        return [widest; 2];
    };
    let steepest = spec.objective.steepest();
    [0, 1].map(|which| {
        let largest = steepest[which];
        let quantum = largest.and_then(|largest| Quantum::holding(largest, levels[which]));
        let (Some(largest), Some(quantum)) = (largest, quantum) else {
            return widest;
        };
        let of_row = (spec.rows.most_weight() * largest / quantum.unit()).ceil();
        let most = of_row * rows as f64;
        let fits = |bits: &u8| most < f64::from(1_u32 << bits);
        (1..widest).find(fits).unwrap_or(widest)
    })
}
