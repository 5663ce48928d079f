//! The life of a study at the houses.

use std::os::unix::fs::PermissionsExt as _;

use consilium_plan::Plan;

use super::world::{World, plan};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Patience short enough for tests in which somebody stays away.
const SHORT: &str = "[patience]\nanswer = \"5s\"\noutage = \"60s\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn houses_fit_a_model_and_keep_their_scores_at_home() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, SHORT);
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(&text).await;
    for house in &houses {
        assert_eq!(house.offered(&plan).await.state, "awaiting");
        assert_eq!(house.approve(&plan).await.state, "approved");
    }
    assert!(watch.last().await.contains("finished"));
    assert_eq!(world.model(&study).await.as_array().unwrap().len(), 3);

    for house in &houses {
        let result = house.result(&study).await.unwrap();
        let report: serde_json::Value = serde_json::from_str(&result.own_report).unwrap();
        assert_eq!(
            (&report["fitted_rows"], &report["scored_rows"]),
            (&100.into(), &50.into())
        );
        assert!(report["own"]["auc"].as_f64().unwrap() > 0.5);
        assert_eq!(report["overall"]["rows"], 150);
        let scores = std::fs::read_to_string(&result.scores_path).unwrap();
        assert_eq!(scores.lines().count(), 51);
        assert!(
            scores.lines().nth(1).unwrap().starts_with("3,"),
            "the first test row is the third"
        );
        let mode = std::fs::metadata(&result.scores_path)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(house.study(&plan).await.runs, 1);
        let journal = house.journal().await;
        assert!(
            consilium_journal::verify(journal.as_bytes())
                .unwrap()
                .flaw()
                .is_none()
        );
        for kind in [
            "plan", "approval", "run", "opening", "state", "data-set", "roster", "export",
        ] {
            assert!(journal.contains(&format!("\"kind\":\"{kind}\"")), "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_stopped_at_every_state_goes_on_to_the_same_model() {
    let mut models = Vec::new();
    for event in [
        None,
        Some("shown"),
        Some("approved"),
        Some("ready"),
        Some("committed"),
    ] {
        let world = World::new().await;
        let mut houses = world.houses(&NAMES).await;
        let text = plan(&NAMES, SHORT);
        let plan: Plan = text.parse().unwrap();
        for house in &mut houses {
            house.plant_secret(&plan).await;
        }
        let (study, mut watch) = world.submit(&text).await;
        for house in &houses {
            house.offered(&plan).await;
        }
        if event == Some("shown") {
            watch.until("shown").await;
            houses[2].stop().await;
            houses[2].start().await;
        }
        for house in &houses {
            house.approve(&plan).await;
        }
        if let Some(event) = event.filter(|event| *event != "shown") {
            watch.until(event).await;
            houses[2].stop().await;
            houses[2].start().await;
        }
        assert!(
            watch.last().await.contains("finished"),
            "stopped at {event:?}"
        );
        models.push(world.model(&study).await);
        for house in &houses {
            let result = house.result(&study).await.unwrap();
            assert!(
                result.own_report.contains("overall"),
                "stopped at {event:?}"
            );
        }
    }
    for model in &models {
        assert_eq!(*model, models[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_made_while_the_coordinator_is_away_reaches_it_later() {
    let mut world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, SHORT);
    let plan: Plan = text.parse().unwrap();
    let (study, _) = world.submit(&text).await;
    for house in &houses {
        house.offered(&plan).await;
    }
    world.stop().await;
    for house in &houses {
        house.approve(&plan).await;
    }
    world.start().await;
    let mut watch = world.watch(&study).await;
    assert!(watch.last().await.contains("finished"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_ends_a_study_by_name() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "[comparison]\nfedavg = { rounds = 10000 }\n");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    watch.until("committed").await;
    houses[1].revoke(&plan).await;
    let end = watch.last().await;
    assert!(end.contains("revoked") && end.contains("\"b\""), "{end}");
    assert_eq!(houses[1].study(&plan).await.approval, Vec::<u8>::new());
}
