//! The life of a study that grows trees.

use std::sync::{Arc, atomic::Ordering};

use consilium_coordinator::store::studies;
use serde_json::Value;

use super::{
    hospital::{Home, Hospital},
    life::{FOUR, GOES_ON, NAMES, enrolled, enrolled_as, started},
    world::{Watch, World, plan},
};
use crate::place::open;

/// Patience short enough for somebody to stay away.
const SHORT: &str = "[patience]\nanswer = \"3s\"\noutage = \"60s\"\n";

/// A plan of eight small trees.
fn trees(hospitals: &[&str], more: &str) -> String {
    let trees = "[trees]\nobjective = \"logistic\"\ntrees = 8\nbins = 32\n\
                 growth = { depth-wise = { depth = 3 } }\n";
    plan(hospitals, &format!("{trees}{more}")).replace("train-glm", "train-gbdt")
}

/// Looks at what a coordinator that was stopped has on its disk.
async fn no_histogram_is_kept(world: &World) {
    let store = open(world.state().to_str().unwrap()).await;
    let [study] = &studies::all(&store).await.unwrap()[..] else {
        panic!("there is one study");
    };
    let kept: Value = serde_json::from_str(&study.state).unwrap();
    let trees = kept["state"]["progress"]["trees"].as_object().unwrap();
    let stages = ["Cutting", "Beginning", "Measuring", "Rooting"];
    let stage = trees.keys().next().unwrap();
    assert!(stages.contains(&stage.as_str()), "{stage}");
    store.close().await;
}

/// Runs a study to its end in spite of what happens in between; gives the fit.
async fn fit_in_spite_of(
    what: impl AsyncFnOnce(&mut World, &mut Vec<Hospital>, (&mut Watch, &[Arc<Home>])),
) -> Value {
    let mut world = World::new().await;
    let homes = enrolled(&world).await;
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&trees(&NAMES, SHORT)).await;
    what(&mut world, &mut hospitals, (&mut watch, &homes)).await;
    world.watch(&study).await.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "finished", "{}", status.detail);
    let result = world.result(&study).await;
    let report: Value = serde_json::from_str(&result.report).unwrap();
    let measured = &report["outcomes"]["evaluation"]["evaluation"];
    assert!(measured["auc"].as_f64().unwrap() > 0.7, "{measured}");
    let mut model: Value = serde_json::from_str(&result.model).unwrap();
    assert_eq!(model["kind"], "gbdt");
    model["fit"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_in_the_middle_of_trees_the_model_is_the_same() {
    let undisturbed = fit_in_spite_of(async |_, _, (watch, _)| _ = watch.rest().await).await;
    let trees = undisturbed["model"]["trees"].as_array().unwrap();
    assert_eq!(trees.len(), 8);
    assert_eq!(undisturbed["rows"], 360);
    // Before there are cut points, in the second tree, and in the sixth.
    for lines in [2, 12, 26] {
        let fit = fit_in_spite_of(async |world, _, (_, homes)| {
            homes[0].wrote(lines).await;
            world.stop().await;
            no_histogram_is_kept(world).await;
            world.start().await;
        })
        .await;
        assert_eq!(
            fit, undisturbed,
            "the coordinator after {lines} lines in a book"
        );
        let fit = fit_in_spite_of(async |world, hospitals, (_, homes)| {
            homes[2].wrote(lines).await;
            drop(hospitals.pop());
            hospitals.push(homes[2].start(&world.address));
        })
        .await;
        assert_eq!(
            fit, undisturbed,
            "a hospital after {lines} lines in its book"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_coordinator_is_killed_and_a_hospital_gone_the_tree_in_hand_begins_anew() {
    let mut world = World::new().await;
    let homes = enrolled_as(&world, &FOUR).await;
    homes[3].waives.store(true, Ordering::Relaxed);
    let mut hospitals = started(&world, &homes);
    let waives = GOES_ON.replace("dropouts = 1", "dropouts = 1\nask_waiver = true");
    let (study, _) = world.submit(&trees(&FOUR, &waives)).await;
    // A tree is in hand: some of its sums have been opened over all four, and one was asked for.
    homes[0].wrote(23).await;
    world.stop().await;
    hospitals.pop();
    world.start().await;
    world.watch(&study).await.rest().await;
    let status = world.status(&study).await;
    assert_eq!(status.state, "finished", "{}", status.detail);
    let result = world.result(&study).await;
    let report: Value = serde_json::from_str(&result.report).unwrap();
    let sets = serde_json::json!([["a", "b", "c"], ["a", "b", "c", "d"]]);
    assert_eq!(report["opened_sets"], sets);
    let model: Value = serde_json::from_str(&result.model).unwrap();
    let rosters = model["fit"]["rosters"].as_array().unwrap();
    assert_eq!(
        rosters[1]["contributors"],
        serde_json::json!(["a", "b", "c"])
    );
    assert_eq!(model["fit"]["model"]["trees"].as_array().unwrap().len(), 8);
}
