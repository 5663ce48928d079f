//! Whole fits.

use std::ops::ControlFlow;

use consilium_base::Seed;
use consilium_gbdt::{
    BadTable, Cuts, Direction, EarlyStopping, Failure, Growing, Objective, RowSampling, Segment,
    Side, Specification, Table, local,
};
use proptest::prelude::*;

use crate::world::{Draws, OBJECTIVES, boosting, column, fit, on, specification, table};

#[test]
fn every_objective_learns_more_with_every_tree() {
    for objective in OBJECTIVES {
        let fit = fit(specification(objective), &table(objective, 500, 11));
        let losses: Vec<f64> = fit.losses.iter().map(|losses| losses.trained).collect();
        assert!(
            losses.is_sorted_by(|a, b| a > b),
            "{objective:?} {losses:?}"
        );
        assert_eq!(fit.losses.len(), 6);
        assert_eq!(fit.model.importance()[3].column, "noise", "{objective:?}");
    }
}

#[test]
fn a_fit_is_the_same_bit_for_bit_for_a_seed() {
    let spec = |seed| Specification {
        rows: RowSampling::Goss {
            top: 0.2,
            other: 0.2,
        },
        column_share: 0.5,
        growth: Growing::LeafWise {
            leaves: 6,
            depth: 4,
        },
        early_stopping: Some(EarlyStopping {
            share: 0.2,
            patience: 5,
        }),
        seed,
        ..specification(Objective::Logistic)
    };
    let table = table(Objective::Logistic, 400, 3);
    let written = |seed| serde_json::to_string(&fit(spec(seed), &table).model).unwrap();
    assert_eq!(written(1), written(1));
    assert_ne!(written(1), written(2));
}

#[test]
fn separable_rows_are_separated() {
    let values: Vec<f64> = (0..100).map(f64::from).collect();
    let labels = values
        .iter()
        .map(|v| f64::from(u8::from(*v > 41.0)))
        .collect();
    let table = Table::new(Objective::Logistic, vec![column("x", values)], labels).unwrap();
    let spec = Specification {
        trees: 50,
        learning_rate: 0.3,
        ..specification(Objective::Logistic)
    };
    let fit = fit(Specification { bins: 128, ..spec }, &table);
    assert!(fit.model.mean(&[41.0]) < 0.05);
    assert!(fit.model.mean(&[42.0]) > 0.95);
    let node = fit.model.trees()[0].branches().next().unwrap().1;
    assert!((node.choice.threshold - 41.5).abs() < 1e-12);
}

#[test]
fn a_constant_label_gives_its_value() {
    for (objective, label) in [
        (Objective::Logistic, 1.0),
        (Objective::Squared, 7.3),
        (Objective::Poisson, 0.0),
        (Objective::Gamma, 3.0),
        (Objective::Tweedie { power: 1.2 }, 2.0),
    ] {
        let mut draws = Draws::new(5);
        let values = (0..50).map(|_| draws.next()).collect();
        let table = Table::new(objective, vec![column("x", values)], vec![label; 50]).unwrap();
        let fit = fit(specification(objective), &table);
        assert!(
            (fit.model.mean(&[0.5]) - label).abs() < 1e-4,
            "{objective:?}"
        );
    }
}

#[test]
fn one_row_is_a_base_score() {
    let table = Table::new(Objective::Squared, vec![column("x", vec![1.0])], vec![2.5]).unwrap();
    let fit = fit(specification(Objective::Squared), &table);
    assert!((fit.model.mean(&[9.0]) - 2.5).abs() < 1e-9);
    assert!(fit.model.trees().iter().all(|tree| tree.leaves() == 1));
}

#[test]
fn no_rows_and_no_rows_to_measure_by_are_named() {
    let empty = Table::new(
        Objective::Squared,
        vec![column("x", Vec::new())],
        Vec::new(),
    )
    .unwrap();
    let spec = specification(Objective::Squared);
    assert_eq!(
        local::fit(&boosting(spec.clone()), &empty, on),
        Err(Failure::NoRows)
    );
    let one = Table::new(Objective::Squared, vec![column("x", vec![1.0])], vec![2.5]).unwrap();
    let early = Specification {
        early_stopping: Some(EarlyStopping {
            share: 0.3,
            patience: 1,
        }),
        ..spec.clone()
    };
    assert_eq!(
        local::fit(&boosting(early), &one, on),
        Err(Failure::NothingHeldOut)
    );
    let mut monotone = spec.clone();
    monotone
        .monotone
        .insert("gone".to_owned(), Direction::Increasing);
    let column = "gone".to_owned();
    assert_eq!(
        local::fit(&boosting(monotone), &one, on),
        Err(Failure::NoColumn { column })
    );
    let stopped = local::fit(&boosting(spec.clone()), &one, |_| ControlFlow::Break(()));
    assert_eq!(stopped, Err(Failure::Stopped));
    let cuts = Cuts::new(vec![vec![0.0]; 2]).unwrap();
    let pooled = local::fit_on(&boosting(spec.clone()), &one, &cuts, Vec::new(), on);
    assert_eq!(
        pooled,
        Err(Failure::Columns {
            cuts: 2,
            columns: 1
        })
    );
    let cuts = Cuts::new(vec![vec![0.0]]).unwrap();
    let segments = vec![Segment {
        seed: Seed::from_bytes([1; 32]),
        rows: 2,
    }];
    let pooled = local::fit_on(&boosting(spec), &one, &cuts, segments, on);
    assert_eq!(
        pooled,
        Err(Failure::Segments {
            segments: 2,
            rows: 1
        })
    );
}

#[test]
fn labels_too_extreme_for_sums_are_named() {
    let table = Table::new(
        Objective::Squared,
        vec![column("x", vec![1.0, 2.0])],
        vec![f64::MAX, -f64::MAX],
    );
    let fit = local::fit(
        &boosting(specification(Objective::Squared)),
        &table.unwrap(),
        on,
    );
    assert_eq!(fit, Err(Failure::Diverged { tree: 0 }));
}

#[test]
fn bad_tables_are_named() {
    let new = |values: Vec<f64>, labels: Vec<f64>| {
        Table::new(Objective::Logistic, vec![column("x", values)], labels).unwrap_err()
    };
    let column_name = || "x".to_owned();
    assert_eq!(
        new(vec![1.0], vec![0.0, 1.0]),
        BadTable::Shape {
            column: column_name(),
            values: 1,
            rows: 2
        }
    );
    assert_eq!(
        new(vec![f64::INFINITY], vec![0.0]),
        BadTable::Infinite {
            column: column_name(),
            rows: 1
        }
    );
    assert_eq!(
        new(vec![1.0, 2.0], vec![0.5, f64::NAN]),
        BadTable::Labels {
            rows: 2,
            objective: "logistic"
        }
    );
    let twice = vec![column("x", vec![]), column("x", vec![])];
    let error = Table::new(Objective::Gamma, twice, vec![]).unwrap_err();
    assert_eq!(
        error,
        BadTable::Twice {
            column: column_name()
        }
    );
    let none = Table::new(Objective::Gamma, vec![], vec![]).unwrap_err();
    assert_eq!(none, BadTable::Columns { columns: 0 });
    let table = table(Objective::Squared, 3, 1);
    let error = table
        .clone()
        .with_weights(vec![1.0, 0.0, f64::NAN])
        .unwrap_err();
    assert_eq!(error, BadTable::Weights { rows: 2 });
    assert_eq!(
        table.with_weights(vec![1.0]).unwrap_err(),
        BadTable::Weights { rows: 2 }
    );
}

#[test]
fn a_column_without_values_and_more_bins_than_rows_do_no_harm() {
    let labels = vec![0.0, 0.0, 1.0, 1.0];
    let columns = vec![
        column("missing", vec![f64::NAN; 4]),
        column("x", vec![1.0, 2.0, 3.0, 4.0]),
    ];
    let table = Table::new(Objective::Squared, columns, labels).unwrap();
    let spec = Specification {
        bins: 256,
        trees: 30,
        learning_rate: 0.5,
        ..specification(Objective::Squared)
    };
    let fit = fit(spec, &table);
    assert_eq!(fit.model.importance()[0].column, "x");
    assert_eq!(fit.model.importance()[1].splits, 0);
    assert!(fit.model.mean(&[f64::NAN, 4.0]) > 0.8);
}

#[test]
fn missing_values_go_where_they_belong() {
    let mut draws = Draws::new(9);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        let (value, is_missing) = (draws.next(), draws.next() < 0.3);
        values.push(if is_missing { f64::NAN } else { value });
        labels.push(if is_missing || value < 0.3 { 1.0 } else { 0.0 });
    }
    let table = Table::new(Objective::Logistic, vec![column("x", values)], labels).unwrap();
    let model = fit(specification(Objective::Logistic), &table).model;
    let root = model.trees()[0].branches().next().unwrap().1;
    assert_eq!(root.choice.missing, Side::Left);
    assert!((model.margin(&[f64::NAN]) - model.margin(&[0.1])).abs() < 1e-9);
    assert!(model.margin(&[f64::NAN]) > model.margin(&[0.9]));
}

#[test]
fn the_fit_stops_when_the_held_out_loss_no_longer_falls() {
    let table = table(Objective::Logistic, 300, 2);
    let spec = Specification {
        trees: 200,
        learning_rate: 0.5,
        early_stopping: Some(EarlyStopping {
            share: 0.3,
            patience: 4,
        }),
        ..specification(Objective::Logistic)
    };
    let fit = fit(spec, &table);
    let held_out: Vec<f64> = fit
        .losses
        .iter()
        .map(|losses| losses.held_out.unwrap())
        .collect();
    let best = fit.model.trees().len();
    assert!(
        best > 0 && held_out.len() == best + 5,
        "{best} {held_out:?}"
    );
    assert!(held_out.iter().all(|loss| *loss >= held_out[best]));
}

#[test]
fn a_weight_of_two_is_as_two_rows() {
    let objective = Objective::Logistic;
    let single = table(objective, 200, 4);
    let double = |values: &[f64]| values.iter().flat_map(|v| [*v, *v]).collect::<Vec<f64>>();
    let columns = single
        .columns()
        .iter()
        .map(|c| column(&c.name, double(&c.values)));
    let doubled = Table::new(objective, columns.collect(), double(single.labels())).unwrap();
    let weighted = single.clone().with_weights(vec![2.0; 200]).unwrap();
    let one = fit(specification(objective), &weighted).losses;
    let other = fit(specification(objective), &doubled).losses;
    for (one, other) in one.iter().zip(&other) {
        assert!((one.trained - other.trained).abs() < 1e-6);
    }
}

#[test]
fn samples_of_rows_and_columns_still_learn() {
    let table = table(Objective::Squared, 2_000, 6);
    let loss = |spec| fit(spec, &table).losses.last().unwrap().trained;
    let plain = Specification {
        trees: 60,
        ..specification(Objective::Squared)
    };
    let best = loss(plain.clone());
    for rows in [
        RowSampling::Share(0.5),
        RowSampling::Goss {
            top: 0.2,
            other: 0.1,
        },
    ] {
        let spec = Specification {
            rows,
            column_share: 0.75,
            ..plain.clone()
        };
        let sampled = loss(spec);
        assert!(sampled < 1.3 * best, "{sampled} {best}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn monotone_columns_never_turn(
        seed: u64,
        objective in prop::sample::select(&OBJECTIVES[..]),
        leaf_wise: bool,
    ) {
        let mut spec = specification(objective);
        spec.trees = 15;
        spec.learning_rate = 0.5;
        spec.min_child_weight = 0.0;
        spec.growth = if leaf_wise {
            Growing::LeafWise { leaves: 20, depth: 8 }
        } else {
            Growing::DepthWise { depth: 5 }
        };
        // Against what the label says, so that the constraint has work.
        spec.monotone.insert("falling".to_owned(), Direction::Increasing);
        spec.monotone.insert("rising".to_owned(), Direction::Increasing);
        spec.monotone.insert("noise".to_owned(), Direction::Decreasing);
        let model = fit(spec, &table(objective, 300, seed)).model;
        let mut draws = Draws::new(seed ^ 1);
        for _ in 0..50 {
            let row: Vec<f64> = (0..4).map(|_| draws.next()).collect();
            for (place, sign) in [(0, 1.0), (1, 1.0), (3, -1.0)] {
                let mut higher = row.clone();
                higher[place] += draws.next();
                let change = sign * (model.margin(&higher) - model.margin(&row));
                prop_assert!(change >= -1e-12, "{change}");
            }
        }
    }
}
