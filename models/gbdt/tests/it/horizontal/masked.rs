//! The fit through masked sums, as in production.

use std::collections::BTreeSet;

use consilium_gbdt::{
    Growing, Objective, RowSampling, Specification, Table, horizontal::Agreement,
    training::Training,
};
use consilium_mailbox::{
    PartyId, RunId,
    sim::{Crash, Moment, World},
};
use consilium_secagg::{Assumed, MemoryBook, SumNumber, Terms};

use super::shrinking::regrown;
use super::world::{Outcome, fit_through, parties, party, pooled, specification, study};
use crate::masks;

fn terms(hospitals: usize, waivers: BTreeSet<PartyId>) -> Terms {
    let assumed = Assumed {
        contributors: hospitals,
        colluding: Some(1),
        dropouts: usize::from(hospitals > 3),
    };
    let roster = &parties(hospitals)[1..];
    Terms {
        waivers,
        ..masks::terms(5, party("aggregator"), roster, assumed)
    }
}

async fn masked(world: &World, terms: &Terms, agreement: &Agreement, tables: &[Table]) -> Outcome {
    let hospitals = terms.roster.len();
    let members = (0..hospitals).map(|place| masks::member(terms, place, MemoryBook::default(), 0));
    let sums = (masks::aggregator(terms), members.collect());
    let mail = world.mailboxes(&parties(hospitals), RunId([7; 16]));
    let training = Training::begin(agreement, SumNumber(0));
    fit_through(mail, sums, (agreement, tables), training).await
}

async fn masks_change_nothing(spec: Specification, rows: &[usize]) {
    let (agreement, tables) = study(spec, rows);
    let terms = terms(rows.len(), BTreeSet::new());
    let outcome = masked(&World::new(1), &terms, &agreement, &tables).await;
    let fit = outcome.aggregator.unwrap();
    let places: Vec<usize> = (0..rows.len()).collect();
    let pooled = pooled(&agreement, &places, &tables, fit.ensemble().cuts());
    let published = fit.publish(&agreement).unwrap();
    assert_eq!(published.model, pooled.model);
    for contributor in outcome.contributors {
        assert_eq!(contributor.unwrap(), published);
    }
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_three_parties_give_the_pooled_trees() {
    masks_change_nothing(specification(Objective::Logistic), &[160, 170, 90]).await;
}

#[tokio::test(start_paused = true)]
async fn masked_sums_over_four_parties_give_the_pooled_trees() {
    let spec = Specification {
        rows: RowSampling::Goss {
            top: 0.3,
            other: 0.2,
        },
        growth: Growing::LeafWise {
            leaves: 6,
            depth: 4,
        },
        ..specification(Objective::Gamma)
    };
    masks_change_nothing(spec, &[160, 170, 180, 90]).await;
}

#[tokio::test(start_paused = true)]
async fn masked_sums_of_gradients_of_two_bits_give_the_pooled_trees() {
    let spec = Specification {
        gradient_bits: Some(2),
        ..specification(Objective::Logistic)
    };
    masks_change_nothing(spec, &[160, 170, 90]).await;
}

#[tokio::test(start_paused = true)]
async fn masked_sums_without_a_learning_curve_give_the_pooled_trees() {
    let spec = Specification {
        learning_curve: false,
        ..specification(Objective::Logistic)
    };
    masks_change_nothing(spec, &[160, 170, 90]).await;
}

/// Dies in the middle of the third tree.
fn crash(spec: &Specification) -> Crash {
    let (cuts, labels, levels) = (4, 1, 3);
    let of_a_tree = levels + usize::from(spec.learning_curve);
    Crash {
        party: party("hospital-1"),
        step: "gbdt-histogram.1.turn".into(),
        nth: cuts + labels + 2 * of_a_tree + of_a_tree - 1,
        moment: Moment::OnReceive,
    }
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_allowed_it_may_die_in_a_tree_and_the_others_go_on() {
    for learning_curve in [true, false] {
        let spec = Specification {
            learning_curve,
            ..specification(Objective::Logistic)
        };
        the_others_go_on(spec).await;
    }
}

async fn the_others_go_on(spec: Specification) {
    let world = World::new(1);
    world.crash(crash(&spec));
    let (agreement, tables) = study(spec, &[160, 170, 180, 90]);
    let waivers = BTreeSet::from([party("hospital-1")]);
    let outcome = masked(&world, &terms(4, waivers), &agreement, &tables).await;
    let fit = outcome.aggregator.unwrap();
    let rosters = fit.ensemble().rosters();
    assert_eq!(rosters.len(), 2);
    assert_eq!((rosters[0].from, rosters[0].contributors.len()), (0, 4));
    assert_eq!((rosters[1].from, rosters[1].contributors.len()), (2, 3));
    assert_eq!(regrown(&agreement, &tables, &fit), fit.ensemble().trees());
    // The trees that stood stay as they were.
    let pooled = pooled(&agreement, &[0, 1, 2, 3], &tables, fit.ensemble().cuts());
    let published = fit.publish(&agreement).unwrap();
    let trees = published.model.trees();
    assert_eq!(trees[..2], pooled.model.trees()[..2]);
    assert_ne!(trees[2], pooled.model.trees()[2]);
    assert_eq!(trees.len(), 8);
    for place in [0, 2, 3] {
        assert_eq!(*outcome.contributors[place].as_ref().unwrap(), published);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hospital_that_did_not_allow_it_stops_the_fit_when_it_dies() {
    let (agreement, tables) = study(specification(Objective::Logistic), &[160, 170, 180, 90]);
    let world = World::new(1);
    world.crash(crash(&specification(Objective::Logistic)));
    let outcome = masked(&world, &terms(4, BTreeSet::new()), &agreement, &tables).await;
    let error = outcome.aggregator.unwrap_err();
    assert!(error.to_string().contains("hospital-1"), "{error}");
}
