//! Which rows are whose, and which of them are for testing: pure functions of counts, labels and a
//! generator.

mod assign;
mod parts;

use rand_core::Rng;

pub(crate) use assign::{by_label, by_shares, by_value, dirichlet};
pub(crate) use parts::{Unit, drawn, folds};

/// Gives the places of so many things in a drawn order.
///
/// Written out, so that no other version of a library splits an experiment otherwise.
fn shuffled(count: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut lots: Vec<(u64, usize)> = (0..count).map(|place| (rng.next_u64(), place)).collect();
    lots.sort_unstable();
    lots.into_iter().map(|(_, place)| place).collect()
}

/// Draws a number from 0 to below 1.
fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Divides a number of rows by shares that make 1 together: each gets its part rounded down, and
/// what is left goes to the largest remainders.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "parts of a number of rows, between 0 and that number"
)]
fn apportioned(rows: usize, shares: &[f64]) -> Vec<usize> {
    let exact: Vec<f64> = shares.iter().map(|share| share * rows as f64).collect();
    let mut parts: Vec<usize> = exact.iter().map(|part| part.floor() as usize).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    let left = rows.saturating_sub(parts.iter().sum());
    for place in order.into_iter().cycle().take(left) {
        parts[place] += 1;
    }
    parts
}

#[cfg(test)]
mod tests;
