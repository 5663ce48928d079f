//! A fit that was stored goes on bit for bit.

use consilium_gbdt::{
    EarlyStopping, Growing, Objective, Specification, Table,
    horizontal::{Agreement, aggregate_turn},
    training::{Fit, Told, Training},
};
use consilium_mailbox::{PartyId, mem};
use consilium_secagg::{SumNumber, plain::PlainContributor};

use super::world::{fit, fit_through, hospitals, parties, plain, specification, study};

/// Goes so many turns, then stores the fit and loses everything else.
async fn stored_after(turns: u32, agreement: &Agreement, tables: &[Table]) -> String {
    let mut mail = mem::mailboxes(&parties(tables.len()));
    let aggregator = mail.remove(0);
    let running = hospitals(mail, agreement, tables);
    let mut roster = parties(tables.len())[1..].to_vec();
    let mut sum = plain(&roster, roster.len());
    let (mut training, mut told) = (Training::begin(agreement, SumNumber(0)), Told::default());
    for turn in 0..turns {
        let here = aggregator.scope(format_args!("turn-{turn}"));
        let on = (agreement, &mut told);
        let next = aggregate_turn(&here, &mut roster, on, training, &mut sum).await;
        training = next.unwrap();
    }
    drop(aggregator);
    for hospital in running {
        assert!(hospital.await.unwrap().is_err());
    }
    serde_json::to_string(&training).unwrap()
}

async fn going_on(training: &str, agreement: &Agreement, tables: &[Table]) -> Fit {
    let mail = mem::mailboxes(&parties(tables.len()));
    let contributors: Vec<PartyId> = parties(tables.len())[1..].to_vec();
    let sum = plain(&contributors, contributors.len());
    let members = contributors.iter().map(|_| PlainContributor {
        aggregator: parties(0).remove(0),
    });
    let training = serde_json::from_str(training).unwrap();
    let sums = (sum, members.collect::<Vec<_>>());
    let outcome = fit_through(mail, sums, (agreement, tables), training).await;
    for contributor in outcome.contributors {
        let fit = outcome.aggregator.as_ref().unwrap();
        assert_eq!(contributor.unwrap(), fit.publish(agreement).unwrap());
    }
    outcome.aggregator.unwrap()
}

#[tokio::test]
async fn a_tree_that_was_lost_is_grown_again_by_the_same_sums() {
    let spec = Specification {
        trees: 3,
        ..specification(Objective::Logistic)
    };
    let (agreement, tables) = study(spec, &[160, 170, 90]);
    let whole = fit(&agreement, &tables).await.aggregator.unwrap();
    let last = whole.publish(&agreement).unwrap().sums;
    let mut kept = String::new();
    for turns in 0..last {
        let stored = stored_after(turns, &agreement, &tables).await;
        let training: Training = serde_json::from_str(&stored).unwrap();
        if !training.holds_histograms() {
            assert!(stored.len() < 20_000, "{}", stored.len());
            kept = stored;
        }
        let other = going_on(&kept, &agreement, &tables).await;
        assert_eq!(other, whole, "after {turns} turns");
    }
}

async fn every_turn_can_be_the_last_of_a_run(spec: Specification) {
    let (agreement, tables) = study(spec, &[160, 170, 90]);
    let whole = fit(&agreement, &tables).await.aggregator.unwrap();
    for turns in 0..=whole.publish(&agreement).unwrap().sums {
        let stored = stored_after(turns, &agreement, &tables).await;
        let other = going_on(&stored, &agreement, &tables).await;
        assert_eq!(other, whole, "after {turns} turns");
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
