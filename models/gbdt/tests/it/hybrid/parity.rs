//! With nothing kept back the trees are those of one learner over all rows and columns.

use consilium_gbdt::{Objective, Specification, horizontal::Values};

use super::world::Case;
use crate::world::{OBJECTIVES, SAMPLED, leaf_wise, penalise, sample, specification, table};

const ROWS: [usize; 3] = [80, 50, 70];

/// The same terms but for the ensemble.
fn with(objective: Objective, change: impl FnOnce(&mut Specification)) -> Case {
    let mut spec = specification(objective);
    change(&mut spec);
    Case::of(spec, &table(objective, 200, 3), 1, &ROWS)
}

#[tokio::test(start_paused = true)]
async fn every_objective_gives_the_trees_of_one_learner() {
    for objective in OBJECTIVES {
        Case::new(objective, 2, &ROWS).check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_label_holder_without_columns_and_four_hospitals_give_the_same_trees() {
    Case::new(Objective::Logistic, 0, &[50, 50, 30, 70])
        .check()
        .await;
}

#[tokio::test(start_paused = true)]
async fn leaf_wise_trees_are_the_same() {
    with(Objective::Logistic, leaf_wise).check().await;
}

#[tokio::test(start_paused = true)]
async fn sampled_rows_and_columns_and_rows_held_out_give_the_same_trees() {
    for rows in SAMPLED {
        let sampled = with(Objective::Logistic, |spec| sample(spec, rows));
        sampled.check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn gradients_of_a_few_bits_give_the_same_trees() {
    for (objective, bits) in OBJECTIVES.into_iter().zip([2, 4, 5, 6, 8]) {
        let few = with(objective, |spec| spec.gradient_bits = Some(bits));
        few.with_further(1).check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn penalties_monotone_own_columns_and_any_stride_give_the_same_trees() {
    for stride in [1, 3, 64] {
        let mut penalised = with(Objective::Squared, penalise);
        penalised.terms.stride = Some(stride);
        penalised.check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_further_feature_holder_of_all_rows_gives_the_same_trees() {
    for (own, further) in [(1, 1), (0, 2)] {
        let case = Case::new(Objective::Logistic, own, &ROWS);
        case.with_further(further).check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn columns_of_zeros_and_ones_and_hospitals_whose_patients_differ_do() {
    let mut case = Case::new(Objective::Logistic, 0, &ROWS);
    for (hospital, columns) in case.columns.iter_mut().enumerate() {
        for value in &mut columns[3].values {
            *value = (*value > 0.5).into();
        }
        // One hospital has only few values of one column, another none of another.
        for value in &mut columns[hospital].values {
            *value = if hospital == 1 {
                f64::NAN
            } else {
                *value / 4.0
            };
        }
    }
    case.terms.columns[3].values = Values::Binary;
    case.check().await;
}

#[tokio::test(start_paused = true)]
async fn a_patient_at_two_hospitals_counts_as_two_rows_where_that_was_agreed() {
    let mut case = Case::new(Objective::Squared, 1, &ROWS);
    case.terms.repeated_patients = true;
    let both = case.patients[0][..40].to_vec();
    case.patients[2][..40].copy_from_slice(&both);
    case.check().await;
}
