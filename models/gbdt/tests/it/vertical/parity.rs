//! With nothing kept back the trees are those of one learner over all columns.

use consilium_gbdt::{
    BadTable, Direction, Objective, Table,
    vertical::{BadTerms, LabelHolder, VerticalError},
};
use consilium_lwe::Set;
use proptest::prelude::*;

use super::world::{Case, secret};
use crate::world::{
    OBJECTIVES, SAMPLED, boosting, column, leaf_wise, penalise, sample, specification, table,
    values,
};

/// The same terms but for the ensemble.
fn with(objective: Objective, change: impl FnOnce(&mut consilium_gbdt::Specification)) -> Case {
    let mut spec = specification(objective);
    change(&mut spec);
    Case::of(spec, &table(objective, 400, 3), &[1, 2, 1])
}

#[tokio::test(start_paused = true)]
async fn every_objective_gives_the_trees_of_one_learner() {
    for objective in OBJECTIVES {
        Case::new(objective, 400, &[2, 2]).check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_label_holder_without_columns_gives_the_same_trees() {
    Case::new(Objective::Logistic, 400, &[0, 4]).check().await;
    Case::new(Objective::Logistic, 400, &[0, 2, 2])
        .check()
        .await;
}

#[tokio::test(start_paused = true)]
async fn several_feature_holders_give_the_same_trees() {
    Case::new(Objective::Logistic, 400, &[1, 2, 1])
        .check()
        .await;
    Case::new(Objective::Squared, 400, &[1, 1, 1, 1])
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
        with(objective, |spec| spec.gradient_bits = Some(bits))
            .check()
            .await;
    }
    for (rows, set) in SAMPLED.into_iter().zip([Set::A, Set::B]) {
        let mut sampled = with(Objective::Logistic, |spec| {
            sample(spec, rows);
            spec.gradient_bits = Some(3);
        });
        sampled.terms.set = set;
        sampled.check().await;
    }
}

#[test]
fn rows_of_different_weight_have_no_gradients_of_a_few_bits() {
    let case = with(Objective::Logistic, |spec| spec.gradient_bits = Some(2));
    let rows = case.labels.len();
    let weighted = case.label_table().with_weights(vec![2.0; rows]).unwrap();
    let refused = LabelHolder::new(&case.agreement(), &weighted, secret(0)).unwrap_err();
    assert!(matches!(refused, VerticalError::NotAgreed("the weights")));
}

#[tokio::test(start_paused = true)]
async fn the_penalties_and_monotone_own_columns_give_the_same_trees() {
    with(Objective::Squared, penalise).check().await;
}

#[tokio::test(start_paused = true)]
async fn set_b_and_any_stride_give_the_same_trees() {
    let mut case = Case::new(Objective::Logistic, 300, &[1, 3]);
    for stride in [1, 3, 64] {
        case.terms.stride = Some(stride);
        case.check().await;
    }
    case.terms.set = Set::B;
    case.terms.stride = Some(16);
    case.check().await;
}

#[tokio::test(start_paused = true)]
async fn rows_fewer_than_a_block_and_columns_without_candidates_do() {
    let case = Case::new(Objective::Logistic, 12, &[1, 3]);
    case.check().await;
    let mut constant = Case::new(Objective::Logistic, 200, &[2, 2]);
    for column in &mut constant.columns[1] {
        column.values.fill(1.0);
    }
    constant.check().await;
    for columns in &mut constant.columns {
        for column in columns {
            column.values.fill(f64::NAN);
        }
    }
    constant.check().await;
}

/// Columns of few values, so that many candidates part the rows alike.
fn tied() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<bool>)> {
    let few = prop_oneof![4 => (0_u8..4).prop_map(f64::from), 1 => Just(f64::NAN)];
    let rows = 60_usize;
    let few = prop::collection::vec(few, rows);
    let column = prop_oneof![few, values(rows)];
    let columns = prop::collection::vec(column, 4);
    (columns, prop::collection::vec(any::<bool>(), rows))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn ties_are_broken_as_by_one_learner((columns, labels) in tied(), shares in 0_usize..3) {
        let names = ["a", "b", "c", "d"].into_iter().zip(columns);
        let columns = names.map(|(name, values)| column(name, values)).collect();
        let labels = labels.into_iter().map(f64::from).collect();
        for objective in [Objective::Squared, Objective::Logistic] {
            let mut spec = specification(objective);
            (spec.trees, spec.min_child_weight) = (2, 0.0);
            let pooled = Table::new(objective, Vec::clone(&columns), Vec::clone(&labels)).unwrap();
            let shares = [&[0, 4][..], &[1, 3], &[1, 1, 2]][shares];
            paused(Case::of(spec, &pooled, shares).check());
        }
    }
}

/// Runs a future under a clock that stands still unless all wait.
fn paused<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

#[tokio::test(start_paused = true)]
async fn the_first_tree_is_the_label_holder_s_own_unless_agreed_otherwise() {
    let mut case = Case::new(Objective::Logistic, 400, &[1, 3]);
    case.terms.protections.own_trees = 1;
    let (label, features) = case.fit().await;
    let joined = case.joined(&label, &features);
    assert!(
        joined[0]
            .branches()
            .all(|(_, branch)| branch.choice.column == 0)
    );
    assert!(
        joined[1]
            .branches()
            .any(|(_, branch)| branch.choice.column > 0)
    );
    let mut alone = Case::new(Objective::Logistic, 400, &[1, 3]);
    let mut spec = specification(Objective::Logistic);
    spec.trees = 1;
    alone.terms.boosting = boosting(spec);
    alone.columns.truncate(1);
    assert_eq!(joined[0], alone.pooled_fit().model.trees()[0]);
}

#[tokio::test(start_paused = true)]
async fn as_many_trees_as_agreed_are_the_label_holder_s_own() {
    let mut case = Case::new(Objective::Logistic, 400, &[1, 3]);
    case.terms.protections.own_trees = 3;
    let (label, features) = case.fit().await;
    let joined = case.joined(&label, &features);
    let is_own = |tree: &consilium_gbdt::Tree<consilium_gbdt::Rule>| {
        tree.branches().all(|(_, branch)| branch.choice.column == 0)
    };
    assert!(joined[..3].iter().all(is_own) && !joined[3..].iter().any(is_own));
    let mut alone = Case::new(Objective::Logistic, 400, &[1, 3]);
    let mut spec = specification(Objective::Logistic);
    spec.trees = 3;
    alone.terms.boosting = boosting(spec);
    alone.columns.truncate(1);
    assert_eq!(joined[..3], alone.pooled_fit().model.trees()[..]);
}

#[tokio::test(start_paused = true)]
async fn where_all_trees_are_its_own_nobody_is_asked() {
    let mut case = Case::new(Objective::Logistic, 400, &[1, 3]);
    case.terms.protections.own_trees = 5;
    let (label, features) = case.fit().await;
    let joined = case.joined(&label, &features);
    let mut alone = case.clone();
    alone.columns.truncate(1);
    assert_eq!(joined, alone.pooled_fit().model.trees());
}

#[test]
fn terms_that_can_t_be_kept_are_refused() {
    let mut many = Case::new(Objective::Logistic, 400, &[1, 3]);
    many.terms.protections.own_trees = 6;
    let refused = consilium_gbdt::vertical::Agreement::try_from(many.terms).unwrap_err();
    let key = "protections.own_trees";
    assert!(matches!(refused, BadTerms::Value { key: found, .. } if found == key));
    let mut case = Case::new(Objective::Logistic, 400, &[0, 4]);
    case.terms.protections.own_trees = 1;
    let refused = consilium_gbdt::vertical::Agreement::try_from(case.terms.clone());
    assert_eq!(refused.unwrap_err(), BadTerms::NoOwnColumns);
    case.terms.feature_holders[0].party = super::world::insurer();
    let refused = consilium_gbdt::vertical::Agreement::try_from(case.terms);
    let party = super::world::insurer();
    assert_eq!(refused.unwrap_err(), BadTerms::Twice { party });
}

#[test]
fn a_feature_holder_s_column_can_t_be_monotone_and_labels_must_suit() {
    let case = with(Objective::Squared, |spec| {
        spec.monotone = [("noise".into(), Direction::Increasing)].into();
    });
    let refused = LabelHolder::new(&case.agreement(), &case.label_table(), secret(0));
    assert!(matches!(refused.unwrap_err(), VerticalError::Failed(_)));
    let labels = Table::of_labels(Objective::Logistic, vec![0.0, 7.0]);
    assert!(matches!(
        labels.unwrap_err(),
        BadTable::Labels { rows: 1, .. }
    ));
}
