//! Attacks on models that remember, and on such as don't.

use consilium_privacy::{Advantage, PrivacyError, Shadows, confidence, shadow_scores};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

#[test]
fn one_who_knows_all_members_has_all_advantage_there_is() {
    let (members, others) = (vec![1.0; 200], vec![0.0; 200]);
    let found = Advantage::of(&members, &others, &mut rng(1)).unwrap();
    assert_eq!((found.advantage, found.interval.high), (1.0, 1.0));
    assert!((0.8..0.9).contains(&found.interval.low), "{found:?}");
    assert!(found.is_above_chance());
    let rates: Vec<Option<f64>> = found.true_positives.iter().map(|it| it.rate).collect();
    assert_eq!(
        rates,
        [Some(1.0), None],
        "a rate of 1/1000 can't be told from 200 rows"
    );
}

#[test]
fn rates_are_those_of_the_best_threshold() {
    // Above 3 lie three of four members, and one of five others.
    let (members, others) = ([9.0, 8.0, 4.0, 1.0], [5.0, 3.0, 2.0, 2.0, 0.5]);
    let found = Advantage::of(&members, &others, &mut rng(1)).unwrap();
    assert!((found.advantage - (0.75 - 0.2)).abs() < 1e-15);
    assert!(found.interval.low <= found.advantage && found.advantage <= found.interval.high);
}

#[test]
fn scores_that_tell_nothing_are_no_better_than_chance() {
    let mut draw = rng(2);
    let mut above = 0;
    for seed in 0..10 {
        let mut scores = || {
            (0..40)
                .map(|_| f64::from(draw.next_u32()))
                .collect::<Vec<_>>()
        };
        let (members, others) = (scores(), scores());
        let found = Advantage::of(&members, &others, &mut rng(seed)).unwrap();
        above += u32::from(found.is_above_chance());
    }
    // One in twenty is expected; four or more come of chance once in a thousand (binomial).
    assert!(above < 4, "{above} of 10");
    let ties = Advantage::of(&[1.0; 9], &[1.0; 7], &mut rng(3)).unwrap();
    assert_eq!((ties.advantage, ties.by_chance), (0.0, 0.0));
}

#[test]
fn a_loss_without_end_is_no_reason_to_refuse() {
    let (members, others) = (
        [-0.1, -0.2, -0.3],
        [f64::NEG_INFINITY, -0.25, f64::NEG_INFINITY],
    );
    let found = Advantage::of(&members, &others, &mut rng(1)).unwrap();
    assert!((found.advantage - 2.0 / 3.0).abs() < 1e-15, "{found:?}");
}

/// A model of labels: the mean label of a row's group, in which a row that it has seen weighs so much
/// more.
struct Remembers {
    labels: Vec<bool>,
    weight: f64,
}

impl Remembers {
    /// Confidences in all rows, of a model taught by some.
    fn fit(&self, rows: &[usize]) -> Vec<f64> {
        let group = |row: usize| row % 10;
        let mut sums = [[1.0, 2.0]; 10];
        let mut seen = vec![false; self.labels.len()];
        for row in rows {
            let sum = &mut sums[group(*row)];
            *sum = [sum[0] + f64::from(self.labels[*row]), sum[1] + 1.0];
            seen[*row] = true;
        }
        let confidence_in = |row: usize| {
            let label = f64::from(self.labels[row]);
            let [yes, all] = sums[group(row)];
            let weight = if seen[row] { self.weight } else { 0.0 };
            let yes = (yes + weight * label) / (all + weight);
            confidence(-(label * yes + (1.0 - label) * (1.0 - yes)).ln())
        };
        (0..self.labels.len()).map(confidence_in).collect()
    }

    /// The advantage by loss and by shadow models.
    fn attacked(&self) -> [Advantage; 2] {
        let rows = self.labels.len();
        let taught: Vec<usize> = (0..rows / 2).collect();
        let observed = self.fit(&taught);
        let mut rng = rng(5);
        let fit = |rows: &[usize]| self.fit(rows);
        let shadow = shadow_scores(&observed, Shadows(16), &mut rng, fit).unwrap();
        [observed, shadow].map(|scores| {
            let (members, others) = scores.split_at(rows / 2);
            Advantage::of(members, others, &mut rng).unwrap()
        })
    }
}

/// Labels of which some groups' are nearly sure, and others' are coins.
fn labels(rows: usize) -> Vec<bool> {
    let mut rng = rng(4);
    (0..rows)
        .map(|row| rng.next_u64() % 20 <= 2 * (row as u64 % 10))
        .collect()
}

#[test]
fn a_model_that_remembers_is_found_out_and_by_shadow_models_more_so() {
    let model = Remembers {
        labels: labels(500),
        weight: 4.0,
    };
    let [loss, shadow] = model.attacked();
    assert!(loss.is_above_chance(), "{loss:?}");
    assert!(shadow.advantage > loss.advantage, "{shadow:?} {loss:?}");
    assert!(shadow.interval.low > 0.0, "{shadow:?}");
}

#[test]
fn attacks_that_cannot_be_made_are_refused() {
    let mut rng = rng(6);
    let refused = |observed: &[f64], shadows, answer: &[f64]| {
        let answer = answer.to_vec();
        let shadows = Shadows(shadows);
        let fit = |_: &[usize]| answer.clone();
        shadow_scores(observed, shadows, &mut ChaCha20Rng::from_seed([0; 32]), fit).unwrap_err()
    };
    let few = PrivacyError::TooFewShadows { shadows: 3 };
    assert_eq!(refused(&[1.0, 2.0], 3, &[]), few);
    let bad = PrivacyError::BadShadow { shadow: 0 };
    assert_eq!(refused(&[1.0, 2.0], 4, &[1.0]), bad);
    assert_eq!(refused(&[1.0, 2.0], 4, &[1.0, f64::NAN]), bad);
    assert_eq!(refused(&[1.0], 4, &[1.0]), PrivacyError::NoScores);
    for (members, others) in [(vec![], vec![1.0]), (vec![1.0], vec![f64::NAN])] {
        let error = Advantage::of(&members, &others, &mut rng).unwrap_err();
        assert_eq!(error, PrivacyError::NoScores);
    }
}

#[test]
fn confidence_is_the_logit_of_the_probability() {
    for probability in [0.001f64, 0.25, 0.5, 0.999] {
        let logit = (probability / (1.0 - probability)).ln();
        assert!((confidence(-probability.ln()) - logit).abs() < 1e-9);
    }
    assert!(confidence(0.0).is_finite());
    assert!(confidence(f64::INFINITY).is_finite());
    assert!(confidence(f64::INFINITY) < confidence(20.0));
}
