//! An attack with models that the attacker has trained alike.

use rand_core::Rng;

use crate::{PrivacyError, membership::below};

/// How many models are trained for an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shadows(pub usize);

/// The least standard deviation of a row's confidence that is believed.
const LEAST_DEVIATION: f64 = 1e-9;

/// Scores each row by how much likelier the model's confidence in it is if the row taught the model
/// than if it did not: greater for members.
///
/// This is the likelihood ratio attack of Carlini et al. (2022), on shadow models after Shokri et al.
/// (2017): each shadow model is trained on a random half of all rows, so that half of them have seen a
/// row. A row's confidences with and without it are taken for normal; with few models, as that paper
/// advises, all rows share one standard deviation on either side.
///
/// `observed` holds the confidence ([`confidence`](crate::confidence)) of the model under attack in each
/// row; `fit` trains a model alike on the rows it is given, and answers with its confidence in every row.
///
/// # Discussion
///
/// The offline variant needs no model that has seen the row, and is for an attacker who must answer for
/// rows that come later. Whoever examines a model has all rows, and should fear the stronger attack.
///
/// # Errors
///
/// [`PrivacyError::TooFewShadows`] below four; [`PrivacyError::BadShadow`] if a model doesn't answer for
/// every row; [`PrivacyError::NoScores`] without two rows at least.
pub fn shadow_scores(
    observed: &[f64],
    Shadows(shadows): Shadows,
    rng: &mut impl Rng,
    mut fit: impl FnMut(&[usize]) -> Vec<f64>,
) -> Result<Vec<f64>, PrivacyError> {
    if shadows < 4 {
        return Err(PrivacyError::TooFewShadows { shadows });
    }
    if observed.len() < 2 || observed.iter().any(|it| !it.is_finite()) {
        return Err(PrivacyError::NoScores);
    }
    let mut sides = vec![[Moments::default(); 2]; observed.len()];
    for (shadow, inside) in halves(observed.len(), shadows, rng).iter().enumerate() {
        let rows: Vec<usize> = (0..observed.len()).filter(|row| inside[*row]).collect();
        let confidences = fit(&rows);
        let is_whole = confidences.len() == observed.len();
        if !is_whole || confidences.iter().any(|it| !it.is_finite()) {
            return Err(PrivacyError::BadShadow { shadow });
        }
        for ((sides, confidence), inside) in sides.iter_mut().zip(&confidences).zip(inside) {
            sides[usize::from(*inside)].add(*confidence);
        }
    }
    let deviation = [0, 1].map(|side| {
        let (squares, freedom) = sides.iter().fold((0.0, 0.0), |(squares, freedom), row| {
            (squares + row[side].squares, freedom + row[side].count - 1.0)
        });
        (squares / freedom).sqrt().max(LEAST_DEVIATION)
    });
    let score = |(row, observed): (&[Moments; 2], &f64)| {
        let likelihood = |side: usize| {
            let away = (observed - row[side].mean) / deviation[side];
            -0.5 * away * away - deviation[side].ln()
        };
        likelihood(1) - likelihood(0)
    };
    Ok(sides.iter().zip(observed).map(score).collect())
}

/// Which rows each shadow model sees: of every two models one sees a row and the other doesn't, so that
/// each row is inside of as many as it is outside.
fn halves(rows: usize, shadows: usize, rng: &mut impl Rng) -> Vec<Vec<bool>> {
    let mut halves = Vec::with_capacity(shadows);
    while halves.len() < shadows {
        let mut order: Vec<usize> = (0..rows).collect();
        for last in (1..rows).rev() {
            order.swap(last, below(last + 1, rng));
        }
        let mut inside = vec![false; rows];
        for row in &order[..rows / 2] {
            inside[*row] = true;
        }
        let outside = inside.iter().map(|inside| !inside).collect();
        halves.extend([inside, outside]);
    }
    halves.truncate(shadows);
    halves
}

/// Count, mean and squares about the mean of numbers that come one by one (Welford 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        let away = number - self.mean;
        self.mean += away / self.count;
        self.squares += away * (number - self.mean);
    }
}
