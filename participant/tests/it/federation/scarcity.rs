//! Houses that find out how much others lack what they have.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use consilium_scorecard::{Dimension, Found};
use serde_json::{Value, json};

use super::{house::House, world::World};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

const COLUMNS: &str = "[[column]]\nname = \"ward\"\ntype = \"category\"\nlevels = [\"inner\", \"outer\"]\n\
     [[column]]\nname = \"days\"\ntype = \"integer\"\nmin = 0\nmax = 99\n";

const ID: &str = "[[column]]\nname = \"id\"\ntype = \"text\"\n";

fn plan_of(title: &str) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"stays\"\n");
    let parties: String = NAMES.iter().map(party).collect();
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"scarcity\"\n\
         features = [\"ward\", \"days\"]\n\
         [scarcity]\nepsilon = 8.0\nentities = 1100\nbuckets = 2048\n\
         [scarcity.cuts]\ndays = [3, 10]\n\
         [key]\nduplicates = \"first\"\n[[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
         [limits]\nminimum_rows = 100\nmost_rows = 1000\n\
         [patience]\nanswer = \"5s\"\noutage = \"60s\"\n{parties}{COLUMNS}"
    )
}

/// A house's file: of 400 patients a hundred are everybody's, two hundred of d are nobody else's, and these stay
/// long in the outer ward.
fn rows_of(house: &str) -> String {
    let mut rows = "id,ward,days\n".to_owned();
    for patient in 0..400 {
        let (whose, ward, days) = match (patient, house) {
            (0..100, _) => ("all", "inner", 1),
            (100..300, "d") => ("CANARY", "outer", 30),
            _ => ("some", "inner", patient % 8),
        };
        writeln!(rows, "{whose}-{patient},{ward},{days}").unwrap();
    }
    rows
}

async fn register(house: &House, rows: &str, schema: &str) {
    let path = house.file("stays.csv");
    fs::write(&path, rows).unwrap();
    let request = v1::AddDataRequest {
        name: "stays".to_owned(),
        path: path.to_str().unwrap().to_owned(),
        schema: schema.to_owned(),
        ..v1::AddDataRequest::default()
    };
    house.client().await.add_data(request).await.unwrap();
}

/// Four houses with their stays.
async fn houses(world: &World) -> Vec<House> {
    let houses = world.houses(&NAMES).await;
    for house in &houses {
        register(house, &rows_of(&house.name), &format!("{ID}{COLUMNS}")).await;
    }
    houses
}

/// Approves; no two decisions of a house have one number.
async fn approve(house: &House, plan: &Plan) -> Result<(), tonic::Status> {
    let decision = Decision::Approve(house.grant(plan).await);
    let decision = house.sign(plan, decision, house.number()).await;
    house.client().await.decide(decision).await.map(drop)
}

/// Gives what each house has found.
async fn found(houses: &[House], plan: &Plan, study: &str) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for house in houses {
        house.ended(plan).await;
        let result = house.result(study).await.unwrap();
        assert!(result.model.is_empty() && result.findings.is_empty());
        let own: Value = serde_json::from_str(&result.own_report).unwrap();
        all.insert(house.name.clone(), own["scarcity"].clone());
    }
    all
}

/// Runs a study in which secrets are the same in every world, and `victim` stops amid the sums; gives its name and
/// what each house has found.
async fn study(
    world: &mut World,
    houses: &mut [House],
    victim: Option<&str>,
) -> (String, BTreeMap<String, Value>) {
    let text = plan_of("Whose patients are rare");
    let plan: Plan = text.parse().unwrap();
    for house in houses.iter_mut() {
        house.plant_secret(&plan).await;
    }
    let (study, mut watch) = world.submit(&text).await;
    for house in houses.iter() {
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
    let found = found(houses, &plan, &study).await;
    (study, found)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_house_learns_what_the_others_lack_and_the_coordinator_a_step_and_two_numbers_of_each()
{
    let mut world = World::new().await;
    let mut houses = houses(&world).await;
    let (study, found) = study(&mut world, &mut houses, None).await;
    let mut told = json!({ "steps": {}, "zeros": {} });
    for (house, own) in &found {
        assert_eq!(
            (&own["party"], &own["data"]),
            (&json!(house), &json!("stays"))
        );
        assert_eq!(own["contributors"], json!(NAMES));
        let (surprisal, exclusive) = (&own["surprisal"], &own["exclusive"]);
        assert_eq!(
            (&surprisal["rows"], &exclusive["entities"]),
            (&json!(400), &json!(400))
        );
        let near = |value: &Value, truth: f64, by: f64| {
            let value = value.as_f64().unwrap();
            assert!((value - truth).abs() < by, "{house}: {value}, not {truth}");
        };
        near(
            &exclusive["share"],
            if house == "d" { 0.5 } else { 0.0 },
            0.2,
        );
        if house == "d" {
            // Half of its rows have a ward and a stay that no other has.
            assert!(surprisal["excess"].as_f64().unwrap() > 1.0, "{surprisal}");
            assert_eq!(
                own["exclusive"]["score"],
                100.0 * exclusive["share"].as_f64().unwrap()
            );
            let rarest = surprisal["rarest"].as_array().unwrap();
            let is_own = |row: &Value| (100..300).contains(&row["row"].as_u64().unwrap());
            assert!(
                !rarest.is_empty() && rarest.iter().all(is_own),
                "{rarest:?}"
            );
        } else {
            assert!(surprisal["excess"].as_f64().unwrap() < 0.3, "{surprisal}");
        }
        told["steps"][house] = surprisal["step"].clone();
        told["zeros"][house] = exclusive["zeros"].clone();
    }
    for house in &houses {
        let journal = house.journal().await;
        assert!(journal.contains("\"learnt\":\"scarcity\"") && !journal.contains("CANARY"));
    }
    let d = &houses[3];
    let own = found["d"].to_string();
    let version = found["d"]["version"].as_str().unwrap().parse().unwrap();
    let part = Found::of_scarcity(&own, &"d".parse().unwrap(), Some(version)).unwrap();
    let card = d.card_of(("stays", version), (Dimension::Scarcity, part));
    d.add_card(&card.await).await.unwrap();
    // Receivers are shown nothing of it.
    let to_all = world.report(&study).await;
    assert!(
        to_all["outcomes"].is_null() && to_all["sums"] == 2,
        "{to_all}"
    );
    let to_all = to_all.to_string();
    assert!(!to_all.contains("zeros\"") && !to_all.contains("excess\""));
    world.stop().await;
    let kept = world.kept(&study).await;
    assert_eq!(
        kept["state"]["progress"]["outcomes"],
        json!([{ "held": told }]),
        "{kept}"
    );
    let files = world.files();
    assert!(!files.is_empty());
    for (path, bytes) in files {
        let has = |text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        assert!(
            !has("CANARY") && !has("rarest\"") && !has("excess\""),
            "{}",
            path.display()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_and_the_coordinator_that_stop_amid_the_sums_change_nothing() {
    let mut all = Vec::new();
    for victim in [None, Some("a"), Some("d"), Some("coordinator")] {
        let mut world = World::new().await;
        let mut houses = houses(&world).await;
        let (_, mut found) = study(&mut world, &mut houses, victim).await;
        for own in found.values_mut() {
            own.as_object_mut().unwrap().remove("study");
        }
        all.push((victim, found));
    }
    for (victim, found) in &all {
        assert_eq!(*found, all[0].1, "{victim:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_too_few_and_a_key_that_lacks_are_told_of_whom_before_the_first_sum() {
    let world = World::new().await;
    let houses = houses(&world).await;
    let lines = rows_of("c");
    let few: Vec<&str> = lines.lines().take(100).collect();
    let keyless = rows_of("d").replace("id,ward", "number,ward");
    let elsewhere = ID.replace("\"id\"", "\"number\"");
    let cases = [
        (2, few.join("\n"), ID, "DATA-ROWS-TOO-FEW", "c has"),
        (3, keyless, &elsewhere, "DATA-COLUMN-MISSING", "of d"),
    ];
    for (place, rows, id, code, named) in cases {
        register(&houses[place], &rows, &format!("{id}{COLUMNS}")).await;
        let text = plan_of(code);
        let plan: Plan = text.parse().unwrap();
        let (study, _) = world.submit(&text).await;
        for (other, house) in houses.iter().enumerate() {
            let decided = approve(house, &plan).await;
            if other == place {
                let refused = decided.unwrap_err();
                let told = [code, named];
                assert!(
                    told.iter().all(|told| refused.message().contains(told)),
                    "{refused}"
                );
            } else {
                decided.unwrap();
            }
            assert!(house.result(&study).await.is_err());
            assert!(!house.journal().await.contains("\"learnt\":\"scarcity\""));
        }
        let house = &houses[place];
        register(house, &rows_of(&house.name), &format!("{ID}{COLUMNS}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_told_what_noise_let_through_before_and_runs_beside_studies_that_its_steward_names()
 {
    let mut world = World::new().await;
    let mut houses = houses(&world).await;
    let (first, _) = study(&mut world, &mut houses, None).await;
    assert_eq!(houses[0].journal().await.matches("\"noised\"").count(), 1);

    // Most rows of the next version are the same.
    let longer = rows_of("a") + "late-1,inner,1\n";
    register(&houses[0], &longer, &format!("{ID}{COLUMNS}")).await;
    let text = plan_of("Once more");
    let plan: Plan = text.parse().unwrap();
    let (again, mut watch) = world.submit(&text).await;
    for house in &houses {
        house.offered(&plan).await;
        let obstacles = house.obstacles(&plan, true).await.concat();
        assert!(obstacles.contains("NOISE-SPENT"), "{obstacles}");
        let refused = approve(house, &plan).await.unwrap_err();
        let told = ["NOISE-SPENT", &first[..12]];
        assert!(
            told.iter().all(|told| refused.message().contains(told)),
            "{refused}"
        );
        let answered = house.study(&plan).await.answered;
        let [earlier] = &answered[..] else {
            panic!("one study was answered: {answered:?}");
        };
        assert_eq!((&earlier.study, earlier.epsilon), (&first, 8.0));
        let mut grant = house.grant(&plan).await;
        grant.beside.insert(first.parse().unwrap());
        let decision = house
            .sign(&plan, Decision::Approve(grant), house.number())
            .await;
        house.client().await.decide(decision).await.unwrap();
    }
    let last = watch.last().await;
    assert!(last.contains("finished"), "{last}");
    found(&houses, &plan, &again).await;
}
