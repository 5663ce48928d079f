//! Houses that learn what their rows are worth.

use consilium_identity::{Directory, PublicKey};
use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use consilium_scorecard::{Dimension, Found, Score};
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
        assert_eq!(value["scores"][0]["id"], "leave-one-out");
        let score = value["scores"][0]["score"].as_f64().unwrap();
        assert!((0.0..=100.0).contains(&score));
        assert!(value["countersigned"].is_null());
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
    let text = text.replace("minimum_cell = 0", "minimum_cell = 10");
    let (study, report) = finished(&world, &houses, &text).await;
    let told = &report["outcomes"]["value"]["valued"]["told"];
    assert_eq!(told["coalitions"], 16, "{report}");
    let peers = houses[0].client().await.peers(v1::PeersRequest {}).await;
    let peers = peers.unwrap().into_inner().peers.into_iter();
    let status = houses[0].client().await.status(v1::StatusRequest {}).await;
    let status = status.unwrap().into_inner();
    let own = (status.party, status.key);
    let coordinator = (status.coordinator, status.coordinator_key);
    let keys: Directory = peers
        .map(|it| (it.party, it.key))
        .chain([own, coordinator])
        .map(|(party, key)| {
            (
                party,
                PublicKey::from_bytes(key.as_ref().try_into().unwrap()).unwrap(),
            )
        })
        .collect();
    for (house, name) in houses.iter().zip(NAMES) {
        let report = house.result(&study).await.unwrap().own_report;
        let own = read(&report);
        assert_eq!(own["value"]["coalesced"]["told"], *told);
        assert_eq!(own["value"]["party"], name);
        assert!(told["parties"][name]["shapley"]["value"].is_number());
        // What it may put on its card, and three others and the coordinator stand by.
        let version = own["version"].as_str().unwrap().parse().unwrap();
        let found = Found::of_value(
            &own["value"].to_string(),
            &name.parse().unwrap(),
            Some(version),
        );
        let found = found.unwrap();
        assert_eq!(found.subscores[1].id, "shapley");
        let signed = &found.evidence.countersigned;
        assert_eq!(signed.len(), 4, "{own}");
        for by in signed {
            let signed = by.statement.scores["shapley"];
            assert!((signed - found.subscores[1].score.score).abs() < 1e-9);
            assert_ne!(by.signer, name);
            by.verify(&keys).unwrap();
        }
        assert!(own["value"]["contradicted"].is_null());
    }
    let house = &houses[0];
    let own = read(&house.result(&study).await.unwrap().own_report);
    let value = |change: fn(&mut Found)| {
        let me = "a".parse().unwrap();
        let mut found = Found::of_value(&own["value"].to_string(), &me, None).unwrap();
        change(&mut found);
        house.card_with(80.0, |_, all| all.push((Dimension::Value, found)))
    };
    house.add_card(&value(|_| {}).await).await.unwrap();
    let lifted = value(|found| {
        // What others have signed contradicts it, and is left out.
        found.evidence.countersigned.clear();
        let part = &mut found.subscores[0].score;
        *part = Score::exact(100.0 - part.score / 2.0).unwrap();
    });
    let refused = house.add_card(&lifted.await).await.unwrap_err();
    assert!(refused.message().contains("does not have so"), "{refused}");
    let forged = value(|found| {
        let by = serde_json::to_value(&found.evidence.countersigned[0]).unwrap();
        let mut by = by.as_object().unwrap().clone();
        by.insert("signature".to_owned(), "00".repeat(64).into());
        found.evidence.countersigned[0] = serde_json::from_value(by.into()).unwrap();
    });
    let refused = house.add_card(&forged.await).await.unwrap_err();
    assert!(refused.message().contains("the signature of"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_asked_of_nearly_the_same_rows_or_judges_only_beside_studies_that_its_steward_names()
 {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let shapley = |judges: &str| {
        let value = format!("[model]\npenalty = 1.0\n[value]\nmethod = \"shapley\"\n{judges}\n");
        plan(&NAMES, &value).replace("minimum_cell = 0", "minimum_cell = 10")
    };
    let (first, _) = finished(&world, &houses, &shapley("")).await;
    assert_eq!(houses[0].journal().await.matches("\"valued\"").count(), 1);

    // One fitted row of the first is another one, and one judge fewer is asked.
    let path = houses[0].file("patients.csv");
    let mut rows: Vec<String> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    rows[1] = "50.5,5.5,1".to_owned();
    std::fs::write(&path, rows.join("\n") + "\n").unwrap();
    houses[0].register().await.unwrap();
    let text = shapley("judged_by = [\"a\", \"b\", \"c\"]");
    let plan: Plan = text.parse().unwrap();
    let (again, mut watch) = world.submit(&text).await;
    for (place, house) in houses.iter().enumerate() {
        house.offered(&plan).await;
        let obstacles = house.obstacles(&plan, true).await.concat();
        assert!(obstacles.contains("VALUE-JUDGES-DIFFER"), "{obstacles}");
        let is_close = obstacles.contains("VALUE-ROWS-TOO-CLOSE");
        assert_eq!(is_close, place == 0, "{obstacles}");
        assert!(obstacles.contains(&first[..12]), "{obstacles}");
        let answered = house.study(&plan).await.answered;
        assert_eq!(answered.len(), 1, "{answered:?}");
        assert_eq!(answered[0].study, first);
        let decide = async |grant| {
            let decision = Decision::Approve(grant);
            // The first study's approval has the number 1.
            let decision = house.sign(&plan, decision, 2 + house.number()).await;
            house.client().await.decide(decision).await
        };
        let mut grant = house.grant(&plan).await;
        let refused = decide(grant.clone()).await.unwrap_err();
        assert!(
            refused.message().contains("VALUE-JUDGES-DIFFER"),
            "{refused}"
        );
        grant.beside.insert(first.parse().unwrap());
        decide(grant).await.unwrap();
    }
    let last = watch.last().await;
    assert!(last.contains("finished"), "{last}");
    assert_eq!(houses[3].journal().await.matches("\"valued\"").count(), 2);
    houses[3].result(&again).await.unwrap();
}
