//! What a study gives, and to whom.

use std::fs;

use consilium_plan::Plan;
use consilium_proto::v1;
use serde_json::Value;

use super::{
    house::House,
    world::{World, plan},
};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Runs a study to its end; gives its name and the coordinator's result.
async fn finished(world: &World, houses: &[House], text: &str) -> (String, v1::StudyResult) {
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(text).await;
    for house in houses {
        house.approve(&plan).await;
    }
    assert!(watch.last().await.contains("finished"));
    let request = v1::StudyRequest {
        study: study.clone(),
    };
    let result = world.operator().await.result(request).await;
    (study, result.unwrap().into_inner())
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Gives labels and scores of a house's test rows, as it keeps them.
async fn scored(house: &House, study: &str) -> Vec<(f64, f64)> {
    let path = house.result(study).await.unwrap().scores_path;
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let mut fields = line.split(',').skip(1).map(|field| field.parse().unwrap());
        (fields.next().unwrap(), fields.next().unwrap())
    };
    text.lines().skip(1).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linear_study_is_measured_as_all_scores_in_one_place_say() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let text = plan(&NAMES, "[model]\nfamily = \"gaussian\"\n").replace(
        "features = [\"age\", \"dose\"]\nlabel = { column = \"ill\" }",
        "features = [\"age\", \"ill\"]\nlabel = { column = \"dose\" }",
    );
    let (study, result) = finished(&world, &houses, &text).await;
    let measures = &read(&result.report)["outcomes"]["evaluation"]["evaluation"];
    let mut all = Vec::new();
    for house in &houses {
        let rows = scored(house, &study).await;
        let own = read(&house.result(&study).await.unwrap().own_report);
        let rmse = (rows.iter().map(|(y, m)| (y - m).powi(2)).sum::<f64>() / 50.0).sqrt();
        assert!((own["own"]["rmse"].as_f64().unwrap() - rmse).abs() < 1e-9);
        assert_eq!(own["overall"], *measures);
        all.extend(rows);
    }
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / 150.0;
    let observed = mean(&|(y, _)| *y);
    let unexplained = mean(&|(y, m)| (y - m).powi(2));
    let expected = [
        ("rmse", unexplained.sqrt()),
        ("mae", mean(&|(y, m)| (y - m).abs())),
        ("deviance", 150.0 * unexplained),
        (
            "d2",
            1.0 - unexplained / mean(&|(y, _)| (y - observed).powi(2)),
        ),
        ("mean_observed", observed),
        ("mean_predicted", mean(&|(_, m)| *m)),
    ];
    for (name, expected) in expected {
        let found = measures[name].as_f64().unwrap();
        assert!(
            (found - expected).abs() < 1e-9,
            "{name}: {found} {expected}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arms_are_measured_on_the_same_rows_and_institutions_show_rounded_measures() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let more = "[evaluation]\nown_metrics = \"rounded\"\n\
                [comparison]\nfedavg = { rounds = 3 }\nfedprox = { rounds = 2 }\n";
    let (study, result) = finished(&world, &houses, &plan(&NAMES, more)).await;
    let outcomes = &read(&result.report)["outcomes"];
    let fitted = &outcomes["evaluation"]["evaluation"];
    for arm in ["fedavg", "fedprox"] {
        let of_arm = &outcomes[arm]["averaged"]["evaluation"];
        for count in ["rows", "positives"] {
            assert_eq!(of_arm[count], fitted[count], "{arm}");
        }
        assert!(of_arm["auc"].as_f64().unwrap() > 0.5, "{arm}");
    }
    for (name, house) in NAMES.iter().zip(&houses) {
        let own = read(&house.result(&study).await.unwrap().own_report);
        for measure in ["auc", "accuracy"] {
            let exact = own["own"][measure].as_f64().unwrap();
            let shown = fitted["institutions"][name][measure].as_f64().unwrap();
            assert!((shown * 100.0 - (exact * 100.0).round()).abs() < 1e-9);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approximations_of_a_fit_take_as_many_sums_as_planned_and_come_near_it() {
    let mut fits = Vec::new();
    for (more, sums) in [("", None), ("steps = 3\n", Some(4))] {
        let world = World::new().await;
        let houses = world.houses(&NAMES).await;
        let text = plan(&NAMES, &format!("[model]\npenalty = 1.0\n{more}"));
        let (study, result) = finished(&world, &houses, &text).await;
        let fit = read(&result.model)["fit"].take();
        for house in &houses {
            let kept = house.result(&study).await.unwrap();
            assert_eq!(read(&kept.model)["fit"], fit);
        }
        assert!(
            sums.is_none_or(|sums| fit["sums"] == sums),
            "{}",
            fit["sums"]
        );
        fits.push(fit);
    }
    let slope = |fit: &Value, place: usize| {
        let estimate = &fit["estimates"][place];
        let of = |key: &str| estimate[key].as_f64().unwrap();
        (of("coefficient"), of("standard_error"))
    };
    for approximate in &fits[1..] {
        for place in 0..3 {
            let ((exact, error), (near, _)) = (slope(&fits[0], place), slope(approximate, place));
            assert!((near - exact).abs() < 0.1 * error, "{near} {exact} {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_receiver_gets_the_same_model_and_report_and_nobody_else_the_report() {
    for is_away in [false, true] {
        receive(is_away).await;
    }
}

async fn receive(is_away: bool) {
    let mut world = World::new().await;
    let mut houses = world.houses(&["a", "b", "c", "university"]).await;
    let receives = "[[party]]\nname = \"university\"\nrole = \"receiver\"\n";
    let text = plan(&NAMES, "").replace("name = \"c\"\n", "name = \"c\"\nreceives = false\n");
    let text = text + receives;
    let parsed: Plan = text.parse().unwrap();
    let mut university = houses.pop().unwrap();
    if is_away {
        university.stop().await;
    }
    let (study, result) = finished(&world, &houses, &text).await;
    if is_away {
        // Neither daemon remembers anything but what it has stored.
        world.stop().await;
        world.start().await;
        university.start().await;
    }
    assert_eq!(university.ended(&parsed).await.state, "finished");
    let received = university.result(&study).await.unwrap();
    assert_eq!(received.model, result.model);
    assert_eq!(received.report, result.report);
    assert_eq!([received.own_report, received.scores_path], ["", ""]);
    for (name, house) in NAMES.iter().zip(&houses) {
        assert_eq!(house.ended(&parsed).await.state, "finished");
        let kept = house.result(&study).await.unwrap();
        assert!(read(&kept.own_report)["own"].is_object(), "{name}");
        assert_eq!(read(&kept.model)["fit"], read(&result.model)["fit"]);
        let shared = [kept.model == result.model, kept.report == result.report];
        assert_eq!(shared, [*name != "c"; 2], "{name}");
        assert_eq!(kept.report.is_empty(), *name == "c");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_longer_than_any_message_arrives() {
    let mut world = World::new().await;
    let mut houses = world.houses(&["a", "b", "c", "university"]).await;
    let receives = "[[party]]\nname = \"university\"\nrole = \"receiver\"\n";
    let text = plan(&NAMES, "") + receives;
    let parsed: Plan = text.parse().unwrap();
    let mut university = houses.pop().unwrap();
    university.stop().await;
    let (study, _) = finished(&world, &houses, &text).await;
    world.stop().await;
    let report = world.lengthen_report(&study, 3 << 20).await;
    world.start().await;
    university.start().await;
    assert_eq!(university.ended(&parsed).await.state, "finished");
    assert!(university.result(&study).await.unwrap().report == report);
}
