//! The life of a study at the houses.

use std::{fs, os::unix::fs::PermissionsExt as _};

use consilium_node::Shutdown;
use consilium_participant::start;
use consilium_plan::Plan;
use consilium_proto::v1;
use tokio::time::timeout;

use super::{
    house::House,
    world::{PATIENCE, World, plan},
};

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
    let estimates = world.model(&study).await;
    assert_eq!(estimates.as_array().unwrap().len(), 3);

    for house in &houses {
        house.ended(&plan).await;
        let result = house.result(&study).await.unwrap();
        let model: serde_json::Value = serde_json::from_str(&result.model).unwrap();
        assert_eq!(model["fit"]["estimates"], estimates);
        let report: serde_json::Value = serde_json::from_str(&result.own_report).unwrap();
        assert_eq!(
            (&report["fitted_rows"], &report["scored_rows"]),
            (&100.into(), &50.into())
        );
        assert!(report["own"]["auc"].as_f64().unwrap() > 0.5);
        let costs = report["costs"][&house.name].as_object().unwrap();
        assert!(costs["study.1.scores"]["cpu_us"].is_u64());
        let sent = |step: &serde_json::Value| step["sent_bytes"].as_u64().unwrap();
        assert!(costs.values().map(sent).sum::<u64>() > 0);
        assert_eq!(report["overall"]["rows"], 150);
        let scores = fs::read_to_string(&result.scores_path).unwrap();
        assert_eq!(scores.lines().count(), 51);
        assert!(
            scores.lines().nth(1).unwrap().starts_with("3,"),
            "the first test row is the third"
        );
        let mode = fs::metadata(&result.scores_path)
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
            "plan",
            "approval",
            "preflight",
            "run",
            "opening",
            "state",
            "data-set",
            "roster",
            "export",
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

#[tokio::test(flavor = "multi_thread")]
async fn waivers_are_confirmed_by_those_who_gave_them() {
    let names = ["a", "b", "c", "d"];
    let world = World::new().await;
    let houses = world.houses(&names).await;
    let more = "[protection]\non_dropout = \"continue\"\ndropouts = 1\nask_waiver = true\n";
    let text = plan(&names, more);
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));
    assert!(houses[0].journal().await.contains("\"waivers\":\"4\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_lost_its_database_forgets_nothing_in_silence() {
    let world = World::new().await;
    let mut house = House::join(&world, "a", 1).await;
    house.stop().await;
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        fs::remove_file(house.kept(name)).ok();
    }
    let started = start(house.config.clone(), house.ambient(), Shutdown::default()).await;
    let refused = started.unwrap_err().to_string();
    assert!(refused.contains("missing or empty"), "{refused}");
    assert!(!house.kept("state.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_due_is_renewed_without_a_restart() {
    let mut world = World::new().await;
    let mut house = House::join(&world, "a", 1).await;
    let first = fs::read_to_string(house.kept("participant.pem")).unwrap();
    house.stop().await;
    // Of ninety days fewer than thirty are left.
    house.minutes_ahead = 61 * 24 * 60;
    house.start().await;
    let renewed = async {
        while fs::read_to_string(house.kept("participant.pem")).unwrap() == first {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, renewed).await.unwrap();
    world.stop().await;
    world.start().await;
    house.connected().await;
    let status = house
        .client()
        .await
        .status(v1::StatusRequest {})
        .await
        .unwrap()
        .into_inner();
    assert!(status.connected && status.certificate_expires > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_is_in_what_the_coordinator_keeps() {
    const CANARY: f64 = 61.209_384_715_023_9;
    let mut world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let patients = fs::read_to_string(houses[0].file("patients.csv")).unwrap();
    fs::write(houses[0].file("patients.csv"), canaried(&patients, CANARY)).unwrap();
    houses[0].register().await.unwrap();
    let text = plan(&NAMES, "");
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));
    world.stop().await;
    let written = CANARY.to_string().into_bytes();
    let (little, big) = (CANARY.to_le_bytes(), CANARY.to_be_bytes());
    let canaries = [&written[..], &little, &big];
    let mut files = 0;
    for entry in fs::read_dir(world.folder.path().join("coordinator")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        for canary in canaries {
            let found = bytes.windows(canary.len()).any(|window| window == canary);
            assert!(!found, "{}", path.display());
        }
        files += 1;
    }
    assert!(files > 3);
}

/// Puts an age in the place of the first patient's.
fn canaried(patients: &str, canary: f64) -> String {
    let mut lines: Vec<String> = patients.lines().map(str::to_owned).collect();
    let rest = lines[1].split_once(',').unwrap().1.to_owned();
    lines[1] = format!("{canary},{rest}");
    lines.join("\n") + "\n"
}
