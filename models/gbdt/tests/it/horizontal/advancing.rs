//! What the aggregator makes of sums that no honest fit has, or that others take part in.

use consilium_gbdt::{
    Objective,
    horizontal::{Agreement, Feature, NoModel, Question, Shared, Values, most_sums},
    training::Training,
};
use consilium_mailbox::PartyId;
use consilium_secagg::{Opened, SumNumber};

use super::world::{agreement, parties, specification};

/// One column of zeros and ones: there is nothing to count.
fn binary(objective: Objective) -> Agreement {
    let shared = Shared {
        columns: vec![Feature {
            name: "sex".into(),
            values: Values::Binary,
        }],
        ..agreement(specification(objective)).shared().clone()
    };
    Agreement::try_from(shared).unwrap()
}

fn opened(places: &[usize], sum: Vec<u64>) -> Opened {
    let contributors: Vec<PartyId> = places
        .iter()
        .map(|place| parties(5)[place + 1].clone())
        .collect();
    Opened { sum, contributors }
}

/// Elements of a number of rows, and of whole numbers.
fn amounts(rows: u64, reals: &[i64]) -> Vec<u64> {
    let mut elements = vec![rows];
    for real in reals {
        let units = i128::from(*real) << 48;
        let limb = |place: u32| u64::try_from((units >> (32 * place)) & 0xffff_ffff).unwrap();
        let limbs = (0..4).map(limb);
        elements.extend(limbs);
    }
    elements
}

#[test]
fn labels_that_none_in_the_declared_range_add_up_to_end_the_fit() {
    for (labels, weights, fits) in [
        (4, 10, true),
        (10, 10, true),
        (11, 10, false),
        (-1, 10, false),
        (0, 0, false),
    ] {
        let agreement = binary(Objective::Logistic);
        let training = Training::begin(&agreement, SumNumber(0));
        let (question, shape) = training.question(&agreement).unwrap();
        assert_eq!((question, shape.number), (Question::Labels, SumNumber(0)));
        let sum = opened(&[0, 1, 2], amounts(10, &[labels, weights]));
        let next = training.advance(&agreement, &sum);
        let failed = Training::Failed(NoModel::Implausible);
        assert_eq!(next != failed, fits, "{labels} of {weights}");
    }
}

#[test]
fn totals_that_bounded_rows_may_have_come_to_end_the_fit() {
    let agreement = binary(Objective::Squared);
    let begun = Training::begin(&agreement, SumNumber(0));
    let begun = begun.advance(&agreement, &opened(&[0, 1], amounts(10, &[50, 10])));
    // A row may add 2^78 / 50,000, which is over 2^62.
    let most = i64::MAX;
    for (g, fits) in [(1 << 61, true), (most, false)] {
        let totals = amounts(10, &[g, 10, 70, 10, 0, 0]);
        let next = begun.clone().advance(&agreement, &opened(&[0, 1], totals));
        let diverged = Training::Failed(NoModel::Diverged { tree: 0 });
        assert_eq!(next == diverged, !fits, "{g}");
    }
}

#[test]
fn every_beginning_over_another_roster_has_numbers_of_its_own() {
    let agreement = agreement(specification(Objective::Logistic));
    let mut training = Training::begin(&agreement, SumNumber(100));
    let rosters = [vec![0, 1, 2], vec![0, 1], vec![0, 1, 2]];
    // Of three columns all rows are in the first cell.
    let mut counts = vec![0; 768];
    for first in [0, 256, 512] {
        counts[first] = 40;
    }
    for begun in 0..=5_u32 {
        let number = training.awaits().unwrap();
        let expected = 100 + 5 * begun + u32::from(begun == 0);
        if begun == 0 {
            assert_eq!(number, SumNumber(100));
            let sum = opened(&[0, 1, 2], counts.clone());
            training = training.advance(&agreement, &sum);
        }
        let number = training.awaits().unwrap();
        assert_eq!(number, SumNumber(expected));
        assert!(number.0 < 100 + most_sums(&agreement));
        let others = &rosters[1 + begun as usize % 2];
        training = training.advance(&agreement, &opened(others, counts.clone()));
    }
    let failed = matches!(training, Training::Failed(NoModel::TooManySums { .. }));
    assert!(failed, "{training:?}");
}

#[test]
fn numbers_that_were_opened_over_others_are_passed_over() {
    let agreement = agreement(specification(Objective::Logistic));
    let begun = Training::begin(&agreement, SumNumber(100));
    // Under the number after the last one something may have been asked.
    for (last, next) in [(100, 105), (103, 105), (104, 110), (109, 115)] {
        let next = Some(SumNumber(next));
        let training = begun.clone().go_on_beyond(&agreement, SumNumber(last));
        assert_eq!(training.awaits(), next, "{last}");
    }
    let late = begun.go_on_beyond(&agreement, SumNumber(125));
    let failed = matches!(late, Training::Failed(NoModel::TooManySums { .. }));
    assert!(failed, "{late:?}");
}

#[test]
fn trees_that_stand_are_kept_beyond_numbers_opened_over_others() {
    let agreement = binary(Objective::Logistic);
    let begun = Training::begin(&agreement, SumNumber(100));
    let labels = opened(&[0, 1, 2], amounts(10, &[4, 10]));
    let measuring = begun.advance(&agreement, &labels);
    assert_eq!(measuring.awaits(), Some(SumNumber(101)));
    let training = measuring.go_on_beyond(&agreement, SumNumber(107));
    assert_eq!(training.awaits(), Some(SumNumber(109)));
    assert!(training.ensemble().is_some());
    // Contributors take no part in more sums than a fit may need.
    let most = 100 + most_sums(&agreement);
    for (last, goes_on) in [(most - 3, true), (most - 2, false)] {
        let late = training.clone().go_on_beyond(&agreement, SumNumber(last));
        assert_eq!(late.awaits().is_some(), goes_on, "{last}");
    }
}
