//! A fit that was stored goes on bit for bit.

use consilium_gbdt::{
    EarlyStopping, Growing, Objective, Specification, Table,
    horizontal::{Agreement, Keep},
    training::{Fit, Training},
};
use consilium_mailbox::{PartyId, mem};
use consilium_secagg::{BookError, SumNumber, plain::PlainContributor};

use super::{
    shrinking::regrown,
    world::{fit_keeping, parties, plain, specification, study},
};

/// What there is to go on from: before the first sum, and after each.
struct Stored(Vec<String>);

impl Stored {
    fn add(&mut self, training: &Training) {
        self.0.push(serde_json::to_string(training).unwrap());
    }
}

impl Keep for Stored {
    async fn keep(&mut self, training: &Training) -> Result<(), BookError> {
        self.add(training);
        Ok(())
    }
}

async fn going_on(
    training: Training,
    agreement: &Agreement,
    tables: &[Table],
    kept: &mut (impl Keep + Send),
) -> Fit {
    let mail = mem::mailboxes(&parties(tables.len()));
    let contributors: Vec<PartyId> = parties(tables.len())[1..].to_vec();
    let sum = plain(&contributors, contributors.len());
    let members = contributors.iter().map(|_| PlainContributor {
        aggregator: parties(0).remove(0),
    });
    let sums = (sum, members.collect::<Vec<_>>());
    let outcome = fit_keeping(mail, sums, (agreement, tables), training, kept).await;
    for contributor in outcome.contributors {
        let fit = outcome.aggregator.as_ref().unwrap();
        assert_eq!(contributor.unwrap(), fit.publish(agreement).unwrap());
    }
    outcome.aggregator.unwrap()
}

/// Fits in one run; gives what was stored, too.
async fn whole(agreement: &Agreement, tables: &[Table]) -> (Fit, Vec<String>) {
    let begun = Training::begin(agreement, SumNumber(0));
    let mut stored = Stored(Vec::new());
    stored.add(&begun);
    let fit = going_on(begun, agreement, tables, &mut stored).await;
    let sums = fit.publish(agreement).unwrap().sums;
    assert_eq!(stored.0.len(), 1 + sums as usize);
    (fit, stored.0)
}

#[tokio::test]
async fn a_tree_that_was_lost_is_grown_again_by_the_same_sums() {
    let spec = Specification {
        trees: 3,
        ..specification(Objective::Logistic)
    };
    let (agreement, tables) = study(spec, &[160, 170, 90]);
    let (fit, stored) = whole(&agreement, &tables).await;
    for text in stored {
        let training: Training = serde_json::from_str(&text).unwrap();
        if !training.holds_histograms() && training.awaits().is_some() {
            assert!(text.len() < 20_000, "{}", text.len());
            let other = going_on(training, &agreement, &tables, &mut ()).await;
            assert_eq!(other, fit);
        }
    }
}

async fn every_turn_can_be_the_last_of_a_run(spec: Specification) {
    let (agreement, tables) = study(spec, &[160, 170, 90]);
    let (fit, stored) = whole(&agreement, &tables).await;
    for (turns, text) in stored.iter().enumerate() {
        let training = serde_json::from_str(text).unwrap();
        let other = going_on(training, &agreement, &tables, &mut ()).await;
        assert_eq!(other, fit, "after {turns} turns");
    }
}

#[tokio::test]
async fn a_fit_stored_after_any_sum_goes_on_bit_for_bit() {
    let spec = Specification {
        trees: 4,
        early_stopping: Some(EarlyStopping {
            share: 0.2,
            patience: 2,
        }),
        ..specification(Objective::Gamma)
    };
    every_turn_can_be_the_last_of_a_run(spec).await;
}

#[tokio::test]
async fn leaf_by_leaf_too() {
    let growth = Growing::LeafWise {
        leaves: 5,
        depth: 3,
    };
    let spec = Specification {
        trees: 3,
        growth,
        ..specification(Objective::Logistic)
    };
    every_turn_can_be_the_last_of_a_run(spec).await;
}

#[tokio::test]
async fn over_others_a_fit_goes_on_by_numbers_that_nobody_was_asked_under() {
    let spec = Specification {
        trees: 3,
        ..specification(Objective::Logistic)
    };
    let (agreement, tables) = study(spec, &[160, 170, 90]);
    let (_, stored) = whole(&agreement, &tables).await;
    let (left, _) = whole(&agreement, &tables[..2]).await;
    let left = left.publish(&agreement).unwrap().model;
    for text in stored {
        let training: Training = serde_json::from_str(&text).unwrap();
        let Some(SumNumber(number)) = training.awaits() else {
            continue;
        };
        let has_begun = training.ensemble().is_some();
        // The sums up to the second after this one were opened with the third hospital's rows.
        let training = training.go_on_beyond(&agreement, SumNumber(number + 2));
        assert!(training.awaits() > Some(SumNumber(number + 3)));
        let fit = going_on(training, &agreement, &tables[..2], &mut ()).await;
        if has_begun {
            let trees = fit.ensemble().trees();
            assert_eq!(regrown(&agreement, &tables, &fit), trees, "{number}");
        } else {
            assert_eq!(fit.publish(&agreement).unwrap().model, left, "{number}");
        }
    }
}
