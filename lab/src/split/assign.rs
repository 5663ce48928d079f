//! Whose a row is.

use rand_core::Rng;
use rand_distr::{Distribution as _, Gamma};

use super::{apportioned, shuffled, uniform};

/// Gives each row to whom its value belongs; nobody where it is none of the values.
pub(crate) fn by_value(rows: &[Option<String>], values: &[&[String]]) -> Vec<Option<usize>> {
    let whose = |value: &String| values.iter().position(|own| own.contains(value));
    let rows = rows.iter();
    rows.map(|value| value.as_ref().and_then(whose)).collect()
}

/// Gives drawn rows, of each party its share.
pub(crate) fn by_shares(rows: usize, shares: &[f64], rng: &mut impl Rng) -> Vec<usize> {
    let mut owners = vec![0; rows];
    let parts = apportioned(rows, shares).into_iter().enumerate();
    let parts = parts.flat_map(|(party, part)| std::iter::repeat_n(party, part));
    for (row, party) in shuffled(rows, rng).into_iter().zip(parts) {
        owners[row] = party;
    }
    owners
}

/// Gives all parties as many rows, but each its own mix of two classes.
///
/// Hsu, Qi and Brown, *Measuring the Effects of Non-Identical Data Distribution for Federated Visual
/// Classification* (2019): the mix is drawn from Dir(α·p), p being that of all rows. Parties take
/// turns at drawing a class from their mix, and a row of that class, until none is left; where a
/// class has no rows left, they take the other. So no party is served last.
pub(crate) fn by_label(
    labels: &[f64],
    parties: usize,
    alpha: f64,
    rng: &mut impl Rng,
) -> Vec<usize> {
    let mut classes = [Vec::new(), Vec::new()];
    for row in shuffled(labels.len(), rng) {
        classes[usize::from(labels[row] > 0.5)].push(row);
    }
    let rows = labels.len().max(1) as f64;
    let prior = [0, 1].map(|class| classes[class].len() as f64 / rows);
    let draw_mix = |_| dirichlet(&prior.map(|share| alpha * share), rng);
    let mixes: Vec<Vec<f64>> = (0..parties).map(draw_mix).collect();
    let mut owners = vec![0; labels.len()];
    for turn in 0..labels.len() {
        let party = turn % parties;
        let class = usize::from(uniform(rng) < mixes[party][1]);
        let row = classes[class].pop();
        let row = row.or_else(|| classes[1 - class].pop());
        owners[row.expect("a row is left for each turn")] = party;
    }
    owners
}

/// Draws shares that make 1 together from a Dirichlet distribution; what has no concentration gets
/// nothing.
pub(crate) fn dirichlet(concentrations: &[f64], rng: &mut impl Rng) -> Vec<f64> {
    let weight = |concentration: &f64| {
        let gamma = Gamma::new(*concentration, 1.0);
        gamma.map_or(0.0, |gamma| gamma.sample(rng))
    };
    let weights: Vec<f64> = concentrations.iter().map(weight).collect();
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        return weights.into_iter().map(|weight| weight / total).collect();
    }
    // So concentrated that all underflowed: one has everything, with the chance of its part.
    let mut left = uniform(rng) * concentrations.iter().sum::<f64>();
    let chosen = concentrations.iter().position(|concentration| {
        left -= concentration;
        left < 0.0
    });
    let chosen = chosen.unwrap_or(0);
    let whole = |place| f64::from(u8::from(place == chosen));
    (0..concentrations.len()).map(whole).collect()
}
