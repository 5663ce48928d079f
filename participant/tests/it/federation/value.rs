//! Houses that learn what their rows are worth.

use consilium_plan::Plan;
use consilium_proto::v1;
use serde_json::Value;

use super::{
    house::House,
    world::{World, plan},
};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Runs a study to its end; gives its name and the coordinator's report.
async fn finished(world: &World, houses: &[House], text: &str) -> (String, Value) {
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(text).await;
    for house in houses {
        house.approve(&plan).await;
    }
    let last = watch.last().await;
    assert!(last.contains("finished"), "{last}");
    let request = v1::StudyRequest {
        study: study.clone(),
    };
    let result = world.operator().await.result(request).await;
    (study, read(&result.unwrap().into_inner().report))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_house_learns_what_its_own_rows_are_worth_and_nobody_else_does() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(
        &NAMES,
        "[model]\npenalty = 1.0\n[value]\njudged_by = [\"a\", \"b\", \"c\"]\n",
    );
    let (study, report) = finished(&world, &houses, &text).await;
    assert_eq!(
        report["outcomes"]["value"],
        serde_json::json!({ "valued": null })
    );
    for house in &houses {
        let own = read(&house.result(&study).await.unwrap().own_report);
        let value = &own["value"];
        assert_eq!(value["rows"], 400);
        assert_eq!(value["judged_rows"], 150);
        assert!(
            value["influence"]["value"].is_number() && value["step"].is_string(),
            "{own}"
        );
        assert!(value["coalesced"].is_null() && !own["overall"].is_null());
        let score = value["score"].as_f64().unwrap();
        assert!((0.0..=100.0).contains(&score));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_coalitions_every_house_and_the_report_say_what_each_is_worth() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(
        &NAMES,
        "[model]\npenalty = 1.0\n[value]\nmethod = \"shapley\"\n",
    );
    let (study, report) = finished(&world, &houses, &text).await;
    let told = &report["outcomes"]["value"]["valued"]["told"];
    assert_eq!(told["coalitions"], 16, "{report}");
    for (house, name) in houses.iter().zip(NAMES) {
        let own = read(&house.result(&study).await.unwrap().own_report);
        assert_eq!(own["value"]["coalesced"]["told"], *told);
        assert_eq!(own["value"]["party"], name);
        assert!(told["parties"][name]["shapley"]["value"].is_number());
        assert!(own["value"]["share"].is_number());
    }
}
