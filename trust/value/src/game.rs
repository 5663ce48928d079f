//! Shapley's value: what each player adds to coalitions, in the mean over all orders of joining.

use rand_core::Rng;

/// The most players whose coalitions are all looked at; with more, orders are drawn.
pub const MOST_PLAYERS: usize = 12;

/// The most players of any game.
pub const MOST_DRAWN_PLAYERS: usize = 64;

/// A coalition: the bit `1 << i` is set where player `i` takes part.
pub type Coalition = u64;

/// The coalition of all players.
///
/// # Panics
///
/// If there are more than [`MOST_DRAWN_PLAYERS`].
pub fn everybody(players: usize) -> Coalition {
    assert!(players <= MOST_DRAWN_PLAYERS, "more players than bits");
    match players {
        MOST_DRAWN_PLAYERS => Coalition::MAX,
        fewer => (1 << fewer) - 1,
    }
}

/// Gives each player's value (Shapley 1953): `φ_i = Σ_S |S|! (n−|S|−1)! / n! · (v(S ∪ i) − v(S))`.
///
/// `worth` has the worth of each of the `2ⁿ` coalitions, at the place of its bits. The values add up to
/// the worth of everybody less that of nobody.
///
/// # Panics
///
/// If `worth` has no `2ⁿ` elements of at most [`MOST_PLAYERS`] players.
pub fn shapley(worth: &[f64]) -> Vec<f64> {
    assert!(worth.len().is_power_of_two(), "a coalition is missing");
    let players = worth.len().trailing_zeros() as usize;
    assert!(
        players <= MOST_PLAYERS,
        "more coalitions than are looked at"
    );
    let weight = weights(players);
    let mut values = vec![0.0; players];
    for (coalition, before) in worth.iter().enumerate() {
        for (player, value) in values.iter_mut().enumerate() {
            if coalition >> player & 1 == 0 {
                let joined = worth[coalition | 1 << player];
                *value += weight[coalition.count_ones() as usize] * (joined - before);
            }
        }
    }
    values
}

/// `s! (n−s−1)! / n!` for each size s of a coalition that a player joins.
pub(crate) fn weights(players: usize) -> Vec<f64> {
    let mut weights = Vec::with_capacity(players);
    let mut choose = 1.0;
    for size in 0..players {
        weights.push(1.0 / (players as f64 * choose));
        choose *= (players - 1 - size) as f64 / (size + 1) as f64;
    }
    weights
}

/// A mean over draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// Estimates each player's value from orders of joining that are drawn at random (Castro, Gómez and
/// Tejada 2009).
///
/// `adds` gives what a player adds to those before it, which with it make up a coalition; it is asked in
/// the order of joining.
///
/// # Panics
///
/// With more than [`MOST_DRAWN_PLAYERS`] players, or less than two orders.
pub fn sampled(
    players: usize,
    orders: u32,
    rng: &mut impl Rng,
    mut adds: impl FnMut(usize, Coalition) -> f64,
) -> Vec<Drawn> {
    assert!(players <= MOST_DRAWN_PLAYERS, "more players than bits");
    assert!(orders >= 2, "one draw has no spread");
    let mut sums = vec![(0.0, 0.0); players];
    let mut order: Vec<usize> = (0..players).collect();
    for _ in 0..orders {
        shuffle(&mut order, rng);
        let mut coalition = 0;
        for &player in &order {
            coalition |= 1 << player;
            let added = adds(player, coalition);
            let (sum, squares) = &mut sums[player];
            *sum += added;
            *squares += added * added;
        }
    }
    let count = f64::from(orders);
    let drawn = |(sum, squares): (f64, f64)| {
        let mean = sum / count;
        let variance = (squares - count * mean * mean).max(0.0) / (count - 1.0);
        Drawn {
            mean,
            standard_error: (variance / count).sqrt(),
        }
    };
    sums.into_iter().map(drawn).collect()
}

/// Puts into an order drawn uniformly (Fisher and Yates).
fn shuffle(order: &mut [usize], rng: &mut impl Rng) {
    for last in (1..order.len()).rev() {
        order.swap(last, below(last as u64 + 1, rng));
    }
}

/// Draws a number below a bound, each as likely.
#[expect(
    clippy::cast_possible_truncation,
    reason = "below a bound that came from a usize"
)]
fn below(bound: u64, rng: &mut impl Rng) -> usize {
    // What lies in the last, incomplete round of the bound is drawn anew.
    let whole = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = rng.next_u64();
        if drawn < whole {
            return (drawn % bound) as usize;
        }
    }
}
