//! Statistics over the rows of several houses.

use std::fs;

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use serde_json::Value;

use super::{
    house::House,
    world::{SCHEMA, World},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

fn plan_of(title: &str, houses: &[&str]) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"patients\"\n");
    let parties: String = houses.iter().map(party).collect();
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"statistics\"\n\
         features = [\"age\", \"dose\"]\nlabel = {{ column = \"ill\" }}\n\
         [statistics]\nquantile_error = 1e-6\n\
         [patience]\nanswer = \"5s\"\noutage = \"60s\"\n{parties}{SCHEMA}"
    )
}

/// Approves; no two decisions of a house have one number.
async fn approve(house: &House, plan: &Plan) -> Result<(), tonic::Status> {
    let decision = Decision::Approve(house.grant(plan).await);
    let decision = house.sign(plan, decision, house.number()).await;
    house.client().await.decide(decision).await.map(drop)
}

/// Takes a study to its end; gives its plan, its name and the last event.
async fn study(world: &World, houses: &[House], title: &str) -> (Plan, String, String) {
    let text = plan_of(title, &NAMES);
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(&text).await;
    for house in houses {
        approve(house, &plan).await.unwrap();
    }
    let last = watch.last().await;
    (plan, study, last)
}

/// Gives what all houses have found alike, and the first one's own report.
async fn found(houses: &[House], plan: &Plan, study: &str) -> (String, Value) {
    let mut all = Vec::new();
    for house in houses {
        house.ended(plan).await;
        all.push(house.result(study).await.unwrap());
    }
    for result in &all {
        assert_eq!(result.findings, all[0].findings);
        assert!(result.model.is_empty() && result.report.contains("\"sums\""));
    }
    let own = serde_json::from_str(&all[0].own_report).unwrap();
    (all.swap_remove(0).findings, own)
}

/// Reads a house's column of numbers.
fn column(house: &House, place: usize) -> Vec<f64> {
    let text = fs::read_to_string(house.file("patients.csv")).unwrap();
    let lines = text.lines().skip(1);
    let cell = |line: &str| line.split(',').nth(place).unwrap().parse().unwrap();
    lines.map(cell).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, squares.sum::<f64>() / (n - 1.0))
}

fn assert_near(told: &Value, truth: f64) {
    let told = told.as_f64().unwrap();
    assert!(
        (told - truth).abs() <= 1e-9 * truth.abs(),
        "{told}, not {truth}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn houses_find_what_all_their_rows_in_one_place_show() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let (plan, study, last) = study(&world, &houses, "Statistics").await;
    assert!(last.contains("finished"), "{last}");
    let (findings, own) = found(&houses, &plan, &study).await;
    let findings: Value = serde_json::from_str(&findings).unwrap();
    assert_eq!(findings["rows"], 450);
    for (place, name) in ["age", "dose"].into_iter().enumerate() {
        let told = &findings["columns"][place];
        assert_eq!(told["name"], name);
        let by_house: Vec<Vec<f64>> = houses.iter().map(|house| column(house, place)).collect();
        let mut all = by_house.concat();
        let (mean, variance) = moments(&all);
        assert_near(&told["numbers"]["mean"], mean);
        assert_near(&told["numbers"]["variance"], variance);
        all.sort_by(f64::total_cmp);
        let median = &told["numbers"]["quantiles"][2];
        assert_eq!(median["share"], 0.5);
        let (from, to) = (&median["within"]["from"], &median["within"]["to"]);
        let middle = all[all.len() / 2 - 1];
        assert!(from.as_f64().unwrap() <= middle && middle <= to.as_f64().unwrap());
        let (ours, rest) = (moments(&by_house[0]), moments(&by_house[1..].concat()));
        let difference = (ours.0 - rest.0) / f64::midpoint(ours.1, rest.1).sqrt();
        let told = &own["own"]["columns"][place]["mean_difference"];
        assert!((told.as_f64().unwrap() - difference).abs() < 1e-6, "{own}");
    }
    // What the coordinator has of it are lengths and times.
    let report = world.report(&study).await;
    assert!(report["outcomes"].is_null() && report["sums"].as_u64().unwrap() > 3);
    let journal = houses[0].journal().await;
    assert!(journal.contains("\"learnt\":\"statistics\"") && journal.contains("\"cohort\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_and_the_coordinator_that_stop_amid_the_sums_change_nothing() {
    let mut all = Vec::new();
    for victim in [None, Some("a"), Some("c"), Some("coordinator")] {
        let mut world = World::new().await;
        let mut houses = world.houses(&NAMES).await;
        let text = plan_of("Statistics", &NAMES);
        let plan: Plan = text.parse().unwrap();
        let (study, mut watch) = world.submit(&text).await;
        for house in &houses {
            approve(house, &plan).await.unwrap();
        }
        if let Some(victim) = victim {
            let has_begun = |doing: &Value| doing["doing"] == "counting" && doing["sum"] != 0;
            watch.until_doing(has_begun).await;
            let victim = houses.iter_mut().find(|house| house.name == victim);
            if let Some(house) = victim {
                house.stop().await;
                house.start().await;
            } else {
                world.stop().await;
                world.start().await;
                watch = world.watch(&study).await;
            }
        }
        let last = watch.last().await;
        assert!(last.contains("finished"), "{victim:?}: {last}");
        all.push(found(&houses, &plan, &study).await.0);
        // However often it ran, it asked about one cohort.
        assert_eq!(houses[2].journal().await.matches("\"cohort\"").count(), 1);
    }
    for findings in &all {
        assert_eq!(*findings, all[0]);
    }
}

/// Registers the data of a house anew, without so many of its first rows.
async fn without(house: &House, whole: &str, rows: usize) {
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.drain(1..=rows);
    fs::write(house.file("patients.csv"), lines.join("\n") + "\n").unwrap();
    let mut request = v1::AddDataRequest {
        name: "patients".to_owned(),
        path: house.file("patients.csv").to_str().unwrap().to_owned(),
        schema: SCHEMA.to_owned(),
        splits: Vec::new(),
        mapping: String::new(),
        codes: Vec::new(),
    };
    // It is the people's own business how they call it in between.
    house
        .client()
        .await
        .add_data(request.clone())
        .await
        .unwrap();
    "another".clone_into(&mut request.name);
    house.client().await.add_data(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_does_not_answer_for_rows_that_differ_by_a_few_from_those_of_earlier_statistics() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let whole = fs::read_to_string(houses[0].file("patients.csv")).unwrap();
    // Approved before anything was answered.
    without(&houses[0], &whole, 9).await;
    let early = plan_of("Early", &NAMES);
    let early_plan: Plan = early.parse().unwrap();
    let (_, mut early_watch) = world.submit(&early).await;
    approve(&houses[0], &early_plan).await.unwrap();
    without(&houses[0], &whole, 0).await;
    let (first, _, last) = study(&world, &houses, "First").await;
    assert!(last.contains("finished"), "{last}");
    assert!(houses[0].study(&first).await.answered.is_empty());

    without(&houses[0], &whole, 1).await;
    let text = plan_of("One less", &NAMES);
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    houses[0].offered(&plan).await;
    let obstacles = houses[0].obstacles(&plan, true).await;
    assert!(
        obstacles.concat().contains("COHORT-TOO-CLOSE"),
        "{obstacles:?}"
    );
    let refused = approve(&houses[0], &plan).await.unwrap_err();
    assert!(refused.message().contains("COHORT-TOO-CLOSE"), "{refused}");
    let answered = houses[0].study(&plan).await.answered;
    assert_eq!(answered.len(), 1);
    assert_eq!(answered[0].study, first.hash().to_string());

    without(&houses[0], &whole, 9).await;
    for house in &houses[1..] {
        approve(house, &early_plan).await.unwrap();
    }
    let last = early_watch.last().await;
    let is_named = last.contains("COHORT-TOO-CLOSE") && last.contains("\"a\"");
    assert!(is_named, "{last}");
    for (rows, title) in [(10, "Ten less"), (0, "The same again")] {
        without(&houses[0], &whole, rows).await;
        let (.., last) = study(&world, &houses, title).await;
        assert!(last.contains("finished"), "{rows}: {last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_answers_by_another_rule_only_beside_studies_that_its_steward_names() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let (first, _, last) = study(&world, &houses, "First").await;
    assert!(last.contains("finished"), "{last}");

    let text = plan_of("Otherwise", &NAMES).replace("1e-6", "1e-5");
    let plan: Plan = text.parse().unwrap();
    let (otherwise, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.offered(&plan).await;
        let refused = approve(house, &plan).await.unwrap_err();
        let named = &first.hash().to_string()[..12];
        let told = ["COHORT-ASKED-OTHERWISE", named];
        assert!(
            told.iter().all(|told| refused.message().contains(told)),
            "{refused}"
        );
        let mut grant = house.grant(&plan).await;
        grant.beside.insert(first.hash());
        let decision = Decision::Approve(grant);
        let decision = house.sign(&plan, decision, house.number()).await;
        house.client().await.decide(decision).await.unwrap();
    }
    let last = watch.last().await;
    assert!(last.contains("finished"), "{last}");
    found(&houses, &plan, &otherwise).await;
    let answered = houses[0].study(&plan).await.answered;
    assert_eq!(answered.len(), 1);
    assert_eq!(answered[0].data_set, "patients");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_differs_at_one_house_stops_the_study_before_the_first_sum() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let request = v1::AddDataRequest {
        name: "patients".to_owned(),
        path: houses[2].file("patients.csv").to_str().unwrap().to_owned(),
        schema: SCHEMA.replace("max = 10\n", "max = 20\n"),
        splits: Vec::new(),
        mapping: String::new(),
        codes: Vec::new(),
    };
    houses[2].client().await.add_data(request).await.unwrap();
    let text = plan_of("Differs", &NAMES);
    let plan: Plan = text.parse().unwrap();
    let (study, _) = world.submit(&text).await;
    for house in &houses[..2] {
        approve(house, &plan).await.unwrap();
    }
    let refused = approve(&houses[2], &plan).await.unwrap_err();
    let told = ["DATA-COLUMN-DIFFERS", "column dose of c"];
    assert!(
        told.iter().all(|told| refused.message().contains(told)),
        "{refused}"
    );
    for house in &houses {
        assert!(house.result(&study).await.is_err());
        assert!(!house.journal().await.contains("\"cohort\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_houses_are_too_few() {
    let world = World::new().await;
    let request = v1::SubmitRequest {
        plan: plan_of("Two", &NAMES[..2]),
    };
    let refused = world.operator().await.submit(request).await.unwrap_err();
    assert!(refused.message().contains("party"), "{refused}");
}
