//! Fits whose sums carry noise.

use consilium_glm::{
    BadSpecification, Design, Family, Fit, GlmError, MOST_STEPS, Question, Regression, Table,
    Training, aggregate_turn, contribute, local, noise::Noise, shape,
};
use consilium_mailbox::{Quorum, mem};
use consilium_secagg::{
    Bits, Opened, SumNumber,
    plain::{PlainAggregator, PlainContributor},
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::world::{fit, parties, respecified, study};

const NOISE: Noise = Noise {
    epsilon: 5.0,
    delta: 1e-5,
    clip: 2.0,
    honest: 2,
};

fn noised(steps: u32, noise: Noise) -> (Regression, Vec<Table>) {
    let (regression, tables) = study(Family::Logistic, &[1600, 1700, 1800], 4);
    let regression = respecified(&regression, |spec| {
        (spec.steps, spec.noise) = (Some(steps), Some(noise));
    });
    (regression, tables)
}

async fn fitted(regression: &Regression, tables: &[Table]) -> Fit {
    let outcome = fit(regression, tables).await;
    let fit = outcome.aggregator.unwrap();
    for contributor in outcome.contributors {
        assert_eq!(contributor.unwrap(), fit.publish());
    }
    fit
}

/// How far predictions are apart, at most.
fn apart(one: &Fit, other: &Fit, tables: &[Table]) -> f64 {
    let rows = tables.iter().flat_map(Table::iter);
    rows.map(|(row, _)| (one.predict(row) - other.predict(row)).abs())
        .fold(0.0, f64::max)
}

#[tokio::test]
async fn without_a_bound_worth_the_name_the_model_is_the_exact_one() {
    let boundless = Noise {
        epsilon: 1e12,
        clip: 3.0,
        ..NOISE
    };
    let (regression, tables) = noised(30, boundless);
    let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
    let fit = fitted(&regression, &tables).await;
    assert_eq!((fit.rows, fit.updates, fit.sums), (5100, 30, 30));
    let apart = apart(&fit, &exact, &tables);
    assert!(apart < 1e-6, "{apart:e}");
}

#[tokio::test]
async fn less_is_lost_the_more_may_be_told_and_errors_are_not_claimed() {
    let mut before = f64::INFINITY;
    for epsilon in [0.1, 1.0, 10.0, 1000.0] {
        let (regression, tables) = noised(6, Noise { epsilon, ..NOISE });
        let exact = local::fit(&regression, &tables.iter().collect::<Vec<_>>()).unwrap();
        let fit = fitted(&regression, &tables).await;
        let apart = apart(&fit, &exact, &tables);
        println!(
            "epsilon {epsilon}: predictions within {apart:.3}, {} rows",
            fit.rows
        );
        assert!(apart < before, "{epsilon}: {apart} {before}");
        before = apart;
        for estimate in &fit.estimates {
            assert_eq!(
                (estimate.standard_error, estimate.p_value),
                (f64::INFINITY, 1.0)
            );
            assert_eq!(estimate.interval, (f64::NEG_INFINITY, f64::INFINITY));
        }
    }
    assert!(before < 0.01, "{before}");
}

#[test]
fn a_fit_stored_after_a_sum_goes_on_where_it_was() {
    let (regression, _) = noised(3, NOISE);
    let mut training = Training::begin(&regression, SumNumber(5));
    let mut numbers = Vec::new();
    while let Some((number, question)) = training.question() {
        let Question::Sums(candidate) = &question else {
            panic!("nothing is asked of the columns");
        };
        assert_eq!(candidate.design, Design::by_ranges(&regression));
        numbers.push(number.0);
        let opened = Opened {
            sum: vec![1 << 40; shape(&regression, number, &question).len],
            contributors: parties(3)[1..].to_vec(),
        };
        let stored = postcard::to_stdvec(&training).unwrap();
        let again: Training = postcard::from_bytes(&stored).unwrap();
        assert_eq!(again, training);
        training = training.advance(&regression, &opened);
    }
    assert!(matches!(training, Training::Done(_)), "{training:?}");
    assert_eq!(numbers, [5, 6, 7]);
}

/// A lying aggregator asks in the sum of that number under these coefficients.
async fn answers(number: u32, coefficients: Vec<f64>) -> Result<(), GlmError> {
    let (regression, tables) = noised(3, NOISE);
    let mut mail = mem::mailboxes(&parties(3));
    let aggregator = mail.remove(0);
    let name = aggregator.me().clone();
    let mut roster = parties(3)[1..].to_vec();
    let mut running = Vec::new();
    for (mail, table) in mail.into_iter().zip(tables) {
        let (name, regression) = (name.clone(), regression.clone());
        running.push(tokio::spawn(async move {
            let rounding = |sum: SumNumber| ChaCha20Rng::seed_from_u64(sum.0.into());
            let mut sum = PlainContributor {
                aggregator: name.clone(),
            };
            let rows = (&regression, &table);
            contribute(&mail, &name, rows, SumNumber(0), &rounding, &mut sum).await
        }));
    }
    let mut stored = Training::begin(&regression, SumNumber(number));
    if let Training::Noised { descent, .. } = &mut stored {
        let text = serde_json::to_string(descent).unwrap();
        let mut made: serde_json::Value = serde_json::from_str(&text).unwrap();
        made["candidate"]["coefficients"] = serde_json::json!(coefficients);
        *descent = serde_json::from_value(made).unwrap();
    }
    let mut sum = PlainAggregator {
        contributors: roster.clone(),
        quorum: Quorum {
            at_least: 3,
            within: std::time::Duration::from_secs(5),
        },
    };
    let here = aggregator.scope("turn-0");
    let opened = aggregate_turn(&here, &mut roster, &regression, stored, &mut sum).await;
    drop(here);
    drop(aggregator);
    for hospital in running {
        let error = hospital.await.unwrap().unwrap_err();
        assert_eq!(
            opened.is_err(),
            matches!(error, GlmError::BadModel { .. }),
            "{error}"
        );
    }
    opened.map(drop)
}

#[tokio::test]
async fn nobody_is_asked_more_than_the_budget_is_for() {
    let (zero, other) = (vec![0.0; 6], vec![0.5; 6]);
    assert!(answers(0, zero.clone()).await.is_ok());
    assert!(answers(2, other.clone()).await.is_ok());
    // A sum more than there are steps, the information again, and none of it at first.
    assert!(answers(3, other.clone()).await.is_err());
    assert!(answers(1, zero).await.is_err());
    assert!(answers(0, other).await.is_err());
}

#[test]
fn what_no_noise_can_hide_is_refused() {
    let refused = |family, change: &dyn Fn(&mut consilium_glm::Specification)| {
        let mut spec = study(family, &[20], 4).0.specification().clone();
        (spec.steps, spec.noise) = (Some(4), Some(NOISE));
        change(&mut spec);
        Regression::try_from(spec).unwrap_err()
    };
    let family = "poisson";
    assert_eq!(
        refused(Family::Poisson, &|_| ()),
        BadSpecification::NoiseFamily { family }
    );
    assert_eq!(
        refused(Family::Logistic, &|spec| spec.steps = None),
        BadSpecification::NoiseSteps
    );
    for noise in [
        Noise {
            epsilon: 0.0005,
            ..NOISE
        },
        Noise {
            epsilon: f64::INFINITY,
            ..NOISE
        },
        Noise {
            delta: 0.0,
            ..NOISE
        },
        Noise {
            delta: 0.6,
            ..NOISE
        },
        Noise {
            clip: f64::NAN,
            ..NOISE
        },
        Noise { clip: 0.0, ..NOISE },
        Noise { honest: 0, ..NOISE },
        Noise { honest: 6, ..NOISE },
    ] {
        let error = refused(Family::Logistic, &|spec| spec.noise = Some(noise));
        assert_eq!(error, BadSpecification::NoiseTerms, "{noise:?}");
    }
    // Fewer than four quanta are left for the noise.
    let boundless = Noise {
        epsilon: 1e15,
        ..NOISE
    };
    for (bits, noise) in [
        (40, boundless),
        (
            64,
            Noise {
                epsilon: 1e30,
                ..NOISE
            },
        ),
    ] {
        let error = refused(Family::Logistic, &|spec| {
            (spec.bits, spec.noise) = (Bits::new(bits).unwrap(), Some(noise));
        });
        assert_eq!(error, BadSpecification::TooFewBits { bits });
    }
    let least = Noise {
        epsilon: 0.001,
        delta: 1e-300,
        ..NOISE
    };
    let spec = noised(MOST_STEPS, least).0;
    assert_eq!(spec.specification().noise, Some(least));
}
