//! Trees over several parties' rows are those of the pooled rows, bit for bit.

use std::collections::BTreeMap;

use consilium_evaluation::Weight;
use consilium_gbdt::{
    Direction, EarlyStopping, Growing, Model, Objective, RowSampling, Specification, Tree,
    horizontal::HorizontalError,
};

use super::world::{fit, pooled, specification, study};

async fn trees_are_the_pooled_ones(spec: Specification, rows: &[usize]) -> Model {
    weighted_trees_are_the_pooled_ones(spec, rows, &[]).await
}

/// The same where rows of the first hospitals count as these weights say.
async fn weighted_trees_are_the_pooled_ones(
    spec: Specification,
    rows: &[usize],
    weights: &[f64],
) -> Model {
    let (agreement, mut tables) = study(spec, rows);
    for (table, weight) in tables.iter_mut().zip(weights) {
        *table = table.clone().weighted(Weight::try_from(*weight).unwrap());
    }
    let outcome = fit(&agreement, &tables).await;
    let fit = outcome.aggregator.unwrap();
    let places: Vec<usize> = (0..rows.len()).collect();
    let pooled = pooled(&agreement, &places, &tables, fit.ensemble().cuts());
    let published = fit.publish(&agreement).unwrap();
    assert_eq!(published.model, pooled.model);
    for contributor in outcome.contributors {
        assert_eq!(contributor.unwrap(), published);
    }
    assert_eq!(published.losses.len(), pooled.losses.len());
    for (one, other) in published.losses.iter().zip(&pooled.losses) {
        // Parties' sums are rounded to 2^-48.
        assert!((one.trained - other.trained).abs() < 1e-9);
        assert_eq!(one.held_out.is_some(), other.held_out.is_some());
    }
    assert!(published.model.trees().iter().any(|tree| tree.leaves() > 2));
    published.model
}

#[tokio::test]
async fn every_objective_gives_the_pooled_trees() {
    for objective in [
        Objective::Logistic,
        Objective::Squared,
        Objective::Poisson,
        Objective::Gamma,
        Objective::Tweedie { power: 1.5 },
    ] {
        trees_are_the_pooled_ones(specification(objective), &[300, 120, 90]).await;
    }
}

#[tokio::test]
async fn four_parties_one_of_them_with_a_single_row_give_the_pooled_trees() {
    trees_are_the_pooled_ones(specification(Objective::Logistic), &[300, 1, 90, 60]).await;
}

#[tokio::test]
async fn weighted_rows_give_the_trees_of_the_pooled_rows_weighted_alike() {
    let goss = RowSampling::Goss {
        top: 0.2,
        other: 0.3,
    };
    for (objective, sampling) in [
        (Objective::Logistic, RowSampling::All),
        (Objective::Logistic, goss),
        (Objective::Squared, RowSampling::Share(0.6)),
        (Objective::Poisson, RowSampling::All),
    ] {
        let spec = || Specification {
            rows: sampling,
            ..specification(objective)
        };
        let rows = [300, 120, 90];
        let weighted = weighted_trees_are_the_pooled_ones(spec(), &rows, &[1.0, 0.3, 0.8]).await;
        assert_ne!(weighted, trees_are_the_pooled_ones(spec(), &rows).await);
    }
    let short = Specification {
        learning_curve: false,
        ..specification(Objective::Logistic)
    };
    weighted_trees_are_the_pooled_ones(short, &[300, 120, 90], &[0.7, 1.0, 0.3]).await;
    let stopping = Specification {
        early_stopping: Some(EarlyStopping {
            share: 0.3,
            patience: 2,
        }),
        ..specification(Objective::Logistic)
    };
    weighted_trees_are_the_pooled_ones(stopping, &[300, 120, 90], &[0.7, 1.0, 0.3]).await;
}

#[tokio::test]
async fn rows_that_differ_in_weight_within_a_hospital_are_refused() {
    for weights in [vec![0.5, 0.6, 0.5], vec![2.0; 3], vec![0.001; 3]] {
        let (agreement, mut tables) = study(specification(Objective::Logistic), &[60, 3, 50]);
        tables[1] = tables[1].clone().with_weights(weights).unwrap();
        let outcome = fit(&agreement, &tables).await;
        let own = &outcome.contributors[1];
        assert!(matches!(own, Err(HorizontalError::BadRows)), "{own:?}");
    }
}

#[tokio::test]
async fn a_party_without_rows_changes_nothing() {
    trees_are_the_pooled_ones(specification(Objective::Squared), &[300, 0, 90]).await;
}

#[tokio::test]
async fn leaf_wise_trees_are_the_pooled_ones() {
    for depth in [4, 32] {
        let growth = Growing::LeafWise { leaves: 12, depth };
        let spec = Specification {
            growth,
            ..specification(Objective::Logistic)
        };
        let model = trees_are_the_pooled_ones(spec, &[300, 200, 90]).await;
        assert!(model.trees().iter().any(|tree| tree.leaves() == 12));
    }
}

#[tokio::test]
async fn sampled_rows_and_columns_are_those_of_the_pooled_rows() {
    for rows in [
        RowSampling::Share(0.6),
        RowSampling::Goss {
            top: 0.2,
            other: 0.3,
        },
    ] {
        let spec = Specification {
            rows,
            column_share: 0.5,
            ..specification(Objective::Logistic)
        };
        trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
    }
}

#[tokio::test]
async fn gradients_of_a_few_bits_give_the_pooled_trees() {
    let goss = RowSampling::Goss {
        top: 0.2,
        other: 0.1,
    };
    for (objective, bits, rows) in [
        (Objective::Logistic, 2, RowSampling::All),
        (Objective::Logistic, 3, goss),
        (Objective::Logistic, 8, RowSampling::Share(0.6)),
        (Objective::Squared, 4, RowSampling::All),
        (Objective::Poisson, 5, RowSampling::All),
        (Objective::Gamma, 6, goss),
        (Objective::Tweedie { power: 1.5 }, 7, RowSampling::All),
    ] {
        let spec = Specification {
            gradient_bits: Some(bits),
            rows,
            ..specification(objective)
        };
        trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
    }
}

#[tokio::test]
async fn trees_without_a_learning_curve_are_the_pooled_ones() {
    for gradient_bits in [None, Some(4)] {
        let spec = Specification {
            learning_curve: false,
            gradient_bits,
            ..specification(Objective::Logistic)
        };
        trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
    }
}

#[tokio::test]
async fn monotone_columns_are_so_together_too() {
    let spec = Specification {
        monotone: BTreeMap::from([
            ("age".into(), Direction::Increasing),
            ("score".into(), Direction::Decreasing),
        ]),
        ..specification(Objective::Gamma)
    };
    trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
}

#[tokio::test]
async fn penalties_and_many_bins_give_the_pooled_trees() {
    let spec = Specification {
        bins: 256,
        alpha: 0.3,
        gamma: 0.1,
        lambda: 2.5,
        min_child_weight: 3.0,
        ..specification(Objective::Poisson)
    };
    trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
}

#[tokio::test]
async fn a_fit_that_stops_early_keeps_the_pooled_number_of_trees() {
    let spec = Specification {
        trees: 60,
        learning_rate: 0.8,
        early_stopping: Some(EarlyStopping {
            share: 0.25,
            patience: 4,
        }),
        ..specification(Objective::Logistic)
    };
    let model = trees_are_the_pooled_ones(spec, &[300, 120, 90]).await;
    assert!(
        (1..56).contains(&model.trees().len()),
        "{}",
        model.trees().len()
    );
}

#[tokio::test]
async fn no_node_of_too_few_rows_is_split() {
    let spec = Specification {
        min_node: 60,
        growth: Growing::DepthWise { depth: 6 },
        trees: 1,
        ..specification(Objective::Squared)
    };
    let wide = trees_are_the_pooled_ones(spec.clone(), &[300, 120, 90]).await;
    let unbounded = Specification {
        min_node: 2,
        ..spec
    };
    let deep = trees_are_the_pooled_ones(unbounded, &[300, 120, 90]).await;
    let leaves = |model: &Model| model.trees().iter().map(Tree::leaves).sum::<usize>();
    assert!(leaves(&wide) < leaves(&deep));
    // In squared error the cover of a node is its number of rows.
    let mut branches = wide.trees()[0].branches();
    assert!(branches.all(|(_, branch)| branch.cover >= 59.0));
}
