//! Algebra that holds for all numbers.

use consilium_evaluation::Range;
use consilium_glm::{
    Candidate, Centre, Design, Family, Likelihood, Question, RawCoefficients, Regression, Table,
    Term, Training, largest_sums, local_moments, local_sums,
    solve::{Cholesky, Dependent, Symmetric, triangle},
    sums_len,
};
use consilium_secagg::SumNumber;
use proptest::prelude::*;

use crate::world::study;

const FAMILIES: [Family; 4] = [
    Family::Gaussian,
    Family::Logistic,
    Family::Poisson,
    Family::Gamma,
];

fn likelihood(family: Family) -> Likelihood {
    let high = if family == Family::Logistic {
        1.0
    } else {
        50.0
    };
    Likelihood::new(family, Range::new(0.0, high).unwrap())
}

fn family_and_label() -> impl Strategy<Value = (Family, f64)> {
    (prop::sample::select(&FAMILIES[..]), 0_u32..40).prop_map(|(family, drawn)| {
        let drawn = f64::from(drawn);
        let label = match family {
            Family::Gaussian => drawn / 10.0 - 2.0,
            Family::Logistic => drawn % 2.0,
            Family::Poisson => drawn,
            Family::Gamma => drawn / 8.0 + 0.1,
        };
        (family, label)
    })
}

proptest! {
    #[test]
    fn a_row_s_slope_is_the_derivative_of_its_loss(
        (family, label) in family_and_label(),
        predictor in -4.0..4.0,
    ) {
        let step = 1e-5;
        let loss = |at| likelihood(family).row(label, at).unwrap().loss;
        let slope = (loss(predictor + step) - loss(predictor - step)) / (2.0 * step);
        let exact = likelihood(family).row(label, predictor).unwrap().slope;
        prop_assert!((slope - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{slope} {exact}");
    }

    #[test]
    fn a_row_s_weight_is_the_expected_second_derivative(
        family in prop::sample::select(&FAMILIES[..]),
        predictor in -4.0..4.0,
    ) {
        // Slopes are linear in the label, so the expectation is taken by putting in the mean.
        let mean = family.mean(predictor);
        let step = 1e-5;
        let slope = |at| likelihood(family).row(mean, at).unwrap().slope;
        let second = (slope(predictor + step) - slope(predictor - step)) / (2.0 * step);
        let exact = likelihood(family).row(mean, predictor).unwrap().weight;
        prop_assert!((second - exact).abs() < 1e-5 * (1.0 + exact), "{second} {exact}");
    }

    #[test]
    fn a_row_within_the_caps_is_within_the_largest_terms(
        (family, label) in family_and_label(),
        predictor in -600.0..600.0,
    ) {
        prop_assume!(family != Family::Gaussian);
        let likelihood = likelihood(family);
        if let Some(terms) = likelihood.row(label, predictor) {
            let largest = likelihood.largest();
            prop_assert!(terms.loss.abs() <= largest.loss);
            prop_assert!(terms.slope.abs() <= largest.slope);
            prop_assert!((0.0..=largest.weight).contains(&terms.weight));
            prop_assert!((0.0..=largest.pearson).contains(&terms.pearson));
        }
    }

    #[test]
    fn the_link_undoes_the_mean(
        family in prop::sample::select(&FAMILIES[..]),
        predictor in -20.0..20.0,
    ) {
        let back = family.link(family.mean(predictor));
        prop_assert!((back - predictor).abs() < 1e-6);
    }

    #[test]
    fn the_summed_gradient_is_the_derivative_of_the_summed_loss(
        family in prop::sample::select(&FAMILIES[..]),
        coefficients in prop::collection::vec(-0.3..0.3, 6),
        place in 0_usize..6,
    ) {
        let (regression, tables) = study(family, &[60], 1);
        let candidate = Candidate { design: design(&tables[0]), coefficients };
        let step = 1e-5;
        let loss = |by: f64| {
            let mut moved = candidate.clone();
            moved.coefficients[place] += by;
            local_sums(&regression, &tables[0], &moved)[2]
        };
        let sums = local_sums(&regression, &tables[0], &candidate);
        let slope = (loss(step) - loss(-step)) / (2.0 * step);
        let exact = sums[4 + place];
        prop_assert!((slope - exact).abs() < 1e-4 * (1.0 + exact.abs()), "{slope} {exact}");
    }

    #[test]
    fn sums_do_not_depend_on_how_rows_lie_over_parties(
        family in prop::sample::select(&FAMILIES[..]),
        cut in 1_usize..59,
    ) {
        let (regression, tables) = study(family, &[60], 1);
        let rows: Vec<(Vec<f64>, f64)> =
            tables[0].iter().map(|(features, label)| (features.to_vec(), label)).collect();
        let part = |rows: &[(Vec<f64>, f64)]| crate::real::table(&regression, rows);
        let candidate =
            Candidate { design: design(&tables[0]), coefficients: vec![0.1; 6] };
        let whole = [
            local_moments(&regression, &tables[0]),
            local_sums(&regression, &tables[0], &candidate),
        ];
        let parts = [part(&rows[..cut]), part(&rows[cut..])].map(|table| {
            [local_moments(&regression, &table), local_sums(&regression, &table, &candidate)]
        });
        for kind in 0..2 {
            for (place, whole) in whole[kind].iter().enumerate() {
                let sum = parts[0][kind][place] + parts[1][kind][place];
                prop_assert!((sum - whole).abs() < 1e-9 * (1.0 + whole.abs()));
            }
        }
    }

    #[test]
    fn no_party_s_sums_are_beyond_their_bounds(
        family in prop::sample::select(&FAMILIES[..]),
        coefficients in prop::collection::vec(-200.0..200.0, 6),
    ) {
        let (regression, tables) = study(family, &[60], 1);
        let candidate = Candidate { design: design(&tables[0]), coefficients };
        let sums = local_sums(&regression, &tables[0], &candidate);
        prop_assert_eq!(sums.len(), sums_len(6));
        for (sum, bound) in sums.iter().zip(largest_sums(&regression, 6)) {
            prop_assert!(sum.abs() <= bound);
        }
        if sums[1] > 0.0 {
            prop_assert!(sums[2..].iter().all(|sum| *sum == 0.0));
        }
    }

    #[test]
    fn a_matrix_times_its_inverse_is_one(
        elements in prop::collection::vec(-1.0..1.0, 25),
    ) {
        // A Aᵀ + 1/10 is positive definite.
        let a = |row: usize, column: usize| elements[row * 5 + column];
        let mut upper = Vec::new();
        for row in 0..5 {
            for column in row..5 {
                let product: f64 = (0..5).map(|k| a(row, k) * a(column, k)).sum();
                upper.push(product + if row == column { 0.1 } else { 0.0 });
            }
        }
        let matrix = Symmetric::new(5, upper);
        let inverse = Cholesky::new(&matrix).unwrap().inverse();
        for row in 0..5 {
            for column in 0..5 {
                let product: f64 =
                    (0..5).map(|k| matrix.at(row, k) * inverse.at(k, column)).sum();
                let one = if row == column { 1.0 } else { 0.0 };
                prop_assert!((product - one).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_dependent_column_is_named(place in 1_usize..4) {
        let rows: Vec<Vec<f64>> = (0..9)
            .map(|row| {
                let mut row: Vec<f64> = (0..4).map(|k| f64::from(row * k % 5 + k * k)).collect();
                row[place] = 2.0 * row[0] - row[place - 1];
                row
            })
            .collect();
        let mut upper = Vec::new();
        for first in 0..4 {
            for second in first..4 {
                upper.push(rows.iter().map(|row| row[first] * row[second]).sum());
            }
        }
        prop_assert_eq!(upper.len(), triangle(4));
        prop_assert!(matches!(
            Cholesky::new(&Symmetric::new(4, upper)),
            Err(Dependent(found)) if found <= place
        ));
    }

    #[test]
    fn stored_or_sent_nonsense_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (regression, tables) = study(Family::Logistic, &[30], 1);
        if let Ok(training) = postcard::from_bytes::<Training>(&bytes) {
            let opened = consilium_secagg::Opened { sum: vec![7; 40], contributors: Vec::new() };
            let _ = training.advance(&regression, &opened);
        }
        let _ = postcard::from_bytes::<Regression>(&bytes);
        let _ = postcard::from_bytes::<Question>(&bytes);
        let _ = postcard::from_bytes::<Symmetric>(&bytes);
        drop(tables);
    }
}

/// Standardises a table by its own rows, as a sum over one party would.
fn design(table: &Table) -> Design {
    let centre = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Centre {
            mean,
            deviation: (squares / values.len() as f64).sqrt(),
        }
    };
    let column = |column: usize| table.iter().map(move |(features, _)| features[column]);
    let present = |place: usize| {
        column(place)
            .filter(|value| !value.is_nan())
            .collect::<Vec<f64>>()
    };
    let term = |column: usize| Term {
        column,
        missing: false,
        centre: centre(present(column)),
    };
    let marks = column(1).map(|value| f64::from(value.is_nan())).collect();
    let missing = Term {
        column: 1,
        missing: true,
        centre: centre(marks),
    };
    let labels: Vec<f64> = table.iter().map(|(_, label)| label).collect();
    let is_class_or_count = labels.iter().all(|label| label.fract() == 0.0);
    let label = if is_class_or_count {
        Centre {
            mean: 0.0,
            deviation: 1.0,
        }
    } else if labels.iter().all(|label| *label > 0.0) && labels.iter().any(|label| *label > 150.0) {
        Centre {
            mean: 0.0,
            deviation: centre(labels).mean,
        }
    } else {
        centre(labels)
    };
    Design {
        terms: vec![term(0), term(1), missing, term(2), term(3)],
        label,
    }
}

#[test]
fn raw_coefficients_say_the_same_as_standardised_ones() {
    let (regression, tables) = study(Family::Poisson, &[80], 9);
    let design = design(&tables[0]);
    let coefficients = [0.3, -0.2, 0.1, 0.4, 0.05, -0.6];
    let RawCoefficients { intercept, columns } = design.to_raw(&regression, &coefficients);
    for (features, _) in tables[0].iter() {
        let terms = features.iter().zip(&columns).zip([0, 1, 3, 4]).map(
            |((value, (slope, missing)), term): ((&f64, &(f64, f64)), usize)| {
                let mean = design.terms[term].centre.mean;
                if value.is_nan() {
                    slope * mean + missing
                } else {
                    slope * value
                }
            },
        );
        let mean = (intercept + terms.sum::<f64>()).exp();
        let predicted = design.predict(Family::Poisson, &coefficients, features);
        assert!((mean / predicted - 1.0).abs() < 1e-12);
    }
    assert_eq!(
        Training::begin(&regression, SumNumber(3)).question(),
        Some((SumNumber(3), Question::Moments))
    );
}
