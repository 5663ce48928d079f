//! Made-up predictions and what came true.

use consilium_evaluation::{Deviance, Labels, Range, Scored, Subject};
use consilium_mailbox::PartyId;
use consilium_secagg::Bits;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

/// `aggregator` and that many hospitals.
pub(crate) fn parties(contributors: usize) -> Vec<PartyId> {
    let hospitals = (0..contributors).map(|place| format!("hospital-{place}"));
    std::iter::once("aggregator".to_owned())
        .chain(hospitals)
        .map(|name| name.parse().unwrap())
        .collect()
}

fn subject(labels: Labels) -> Subject {
    Subject::new(labels, (100_000, 5), Bits::WIDEST).unwrap()
}

pub(crate) fn classes() -> Subject {
    subject(Labels::Classes)
}

pub(crate) fn numbers(deviance: Deviance) -> Subject {
    let range = match deviance {
        Deviance::Gaussian => Range::new(-1000.0, 1000.0),
        Deviance::Poisson => Range::new(0.0, 500.0),
        Deviance::Gamma | Deviance::Tweedie { .. } => Range::new(0.0, 1e6),
    };
    let range = range.unwrap();
    subject(Labels::Numbers { deviance, range })
}

/// Uniform between 0 and 1.
fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Scores that tell the labels apart, but not always.
pub(crate) fn scored(rows: usize, seed: u64) -> Vec<Scored> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let row = |_| {
        let score = uniform(&mut rng);
        Scored {
            score,
            label: f64::from(uniform(&mut rng) < score),
        }
    };
    (0..rows).map(row).collect()
}

/// Predictions near the labels of each party's rows.
pub(crate) fn predicted(deviance: Deviance, rows: &[usize], seed: u64) -> Vec<Vec<Scored>> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut row = || {
        // The sum of many uniforms lies where calibration expects predictors: in a bell.
        let predictor = (0..12).map(|_| uniform(&mut rng)).sum::<f64>() - 6.0;
        let about = uniform(&mut rng);
        let (score, label) = match deviance {
            Deviance::Gaussian => (
                30.0 + 12.0 * predictor,
                30.0 + 12.0 * (predictor + about - 0.5),
            ),
            Deviance::Poisson => (predictor.exp(), (2.0 * about * predictor.exp()).round()),
            Deviance::Gamma => (
                400.0 * predictor.exp(),
                400.0 * (predictor + about - 0.5).exp(),
            ),
            Deviance::Tweedie { .. } if about < 0.3 => (40.0 * predictor.exp(), 0.0),
            Deviance::Tweedie { .. } => (40.0 * predictor.exp(), 80.0 * about * predictor.exp()),
        };
        Scored { score, label }
    };
    rows.iter()
        .map(|&rows| (0..rows).map(|_| row()).collect())
        .collect()
}

/// Daemons move their work between threads; what can't be moved doesn't compile.
pub(crate) fn sendable<F: Future + Send>(future: F) -> F {
    future
}
