//! The life of a study that grows trees.

use std::sync::Arc;

use serde_json::Value;

use super::{
    hospital::{Home, Hospital},
    life::{NAMES, enrolled, started},
    world::{Watch, World, plan},
};

/// A plan of eight small trees, with patience short enough for somebody to stay away.
fn trees() -> String {
    let more = "[trees]\nobjective = \"logistic\"\ntrees = 8\nbins = 32\n\
                growth = { depth-wise = { depth = 3 } }\n\
                [patience]\nanswer = \"3s\"\noutage = \"60s\"\n";
    plan(&NAMES, more).replace("train-glm", "train-gbdt")
}

/// Runs a study to its end in spite of what happens in between; gives the fit.
async fn fit_in_spite_of(
    what: impl AsyncFnOnce(&mut World, &mut Vec<Hospital>, (&mut Watch, &[Arc<Home>])),
) -> Value {
    let mut world = World::new().await;
    let homes = enrolled(&world).await;
    let mut hospitals = started(&world, &homes);
    let (study, mut watch) = world.submit(&trees()).await;
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
