//! What holds for all labels and predictions.

use consilium_evaluation::{BadSubject, Deviance, Labels, Range, Scored, Subject, auc};
use consilium_secagg::Bits;
use proptest::prelude::*;

fn deviance() -> impl Strategy<Value = Deviance> {
    prop_oneof![
        Just(Deviance::Gaussian),
        Just(Deviance::Poisson),
        Just(Deviance::Gamma),
        (1.01..1.99).prop_map(|power| Deviance::Tweedie { power }),
    ]
}

proptest! {
    #[test]
    fn the_area_is_the_share_of_ordered_pairs(rows in scored_rows()) {
        let (mut pairs, mut ordered) = (0.0, 0.0);
        for one in rows.iter().filter(|row| row.label > 0.5) {
            for zero in rows.iter().filter(|row| row.label < 0.5) {
                pairs += 1.0;
                ordered += match one.score.total_cmp(&zero.score) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        match auc(&rows) {
            None => prop_assert!(pairs == 0.0),
            Some(area) => prop_assert!((area - ordered / pairs).abs() < 1e-12),
        }
    }

    #[test]
    fn no_mean_is_nearer_to_a_label_than_the_label(
        deviance in deviance(),
        label in 0.1..50.0_f64,
        mean in 0.1..50.0_f64,
    ) {
        prop_assert!(deviance.of(label, label).abs() < 1e-9);
        prop_assert!(deviance.of(label, mean) >= -1e-9);
    }

    #[test]
    fn between_one_and_two_the_power_leads_from_poisson_to_gamma(
        label in 0.5..20.0_f64,
        mean in 0.5..20.0_f64,
    ) {
        let of = |power| Deviance::Tweedie { power }.of(label, mean);
        let near = |ours: f64, theirs: f64| (ours - theirs).abs() < 1e-2 * (1.0 + theirs);
        prop_assert!(near(of(1.0001), Deviance::Poisson.of(label, mean)));
        prop_assert!(near(of(1.9999), Deviance::Gamma.of(label, mean)));
    }
}

fn scored_rows() -> impl Strategy<Value = Vec<Scored>> {
    let row = (0_u32..=40, any::<bool>()).prop_map(|(score, label)| Scored {
        score: f64::from(score) / 40.0,
        label: f64::from(label),
    });
    prop::collection::vec(row, 0..60)
}

#[test]
fn labels_that_no_distribution_gives_are_refused() {
    let numbers = |deviance, low| Labels::Numbers {
        deviance,
        range: Range::new(low, 9.0).unwrap(),
    };
    let subject = |labels, rows| Subject::new(labels, rows, Bits::WIDEST);
    for power in [1.0, 2.0, f64::NAN] {
        let labels = numbers(Deviance::Tweedie { power }, 0.0);
        assert_eq!(subject(labels, (100, 3)), Err(BadSubject::Power));
    }
    for deviance in [
        Deviance::Poisson,
        Deviance::Gamma,
        Deviance::Tweedie { power: 1.5 },
    ] {
        let labels = numbers(deviance, -1.0);
        assert_eq!(subject(labels, (100, 3)), Err(BadSubject::Labels));
        assert!(subject(numbers(deviance, 0.0), (100, 3)).is_ok());
    }
    for rows in [(0, 3), (100, 0), (1 << 40, 2)] {
        assert_eq!(subject(Labels::Classes, rows), Err(BadSubject::Rows));
    }
}
