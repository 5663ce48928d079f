//! Houses that don't mean the same by their columns.

use std::{fmt::Write as _, fs};

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;

use super::{house::House, world::World};

const NAMES: [&str; 3] = ["a", "b", "c"];
const SCHEMA: &str = "\
    [[column]]\nname = \"age\"\ntype = \"number\"\nunit = \"a\"\nmin = 0\nmax = 100\n\
    [[column]]\nname = \"heart\"\ntype = \"category\"\nlevels = [\"I20\", \"I21\"]\n\
    codes = { system = \"icd-10-cm\", version = \"2026\" }\n";

/// A table of the levels, and of one more code.
fn table(more: &str) -> String {
    format!(
        "kind = \"table\"\nsystem = \"icd-10-cm\"\nversion = \"2026\"\nsource = \"a test\"\n---\n\
         code,en,zh,parent,from,until,status\nI20,Angina,,,,,\nI21,Infarction,,,,,\n{more},More,,,,,\n"
    )
}

async fn register(house: &House, schema: &str, codes: Option<&str>) -> Result<(), tonic::Status> {
    let mut rows = String::from("age,heart\n");
    for row in 0..150 {
        writeln!(rows, "{},I2{}", 20 + row % 60, row % 2).unwrap();
    }
    fs::write(house.file("hearts.csv"), rows).unwrap();
    let path = |name: &str| house.file(name).to_str().unwrap().to_owned();
    let table = codes.map(|more| {
        fs::write(house.file("codes.csv"), table(more)).unwrap();
        path("codes.csv")
    });
    let request = v1::AddDataRequest {
        name: "hearts".to_owned(),
        path: path("hearts.csv"),
        schema: schema.to_owned(),
        splits: Vec::new(),
        mapping: String::new(),
        codes: table.into_iter().collect(),
    };
    house.client().await.add_data(request).await.map(drop)
}

fn plan(title: &str) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"hearts\"\n");
    let parties: String = NAMES.iter().map(party).collect();
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"statistics\"\n\
         features = [\"age\", \"heart\"]\n\
         [patience]\nanswer = \"5s\"\noutage = \"60s\"\n{parties}{SCHEMA}"
    )
}

async fn approve(house: &House, plan: &Plan) -> Result<(), tonic::Status> {
    let decision = Decision::Approve(house.grant(plan).await);
    let decision = house.sign(plan, decision, house.number()).await;
    house.client().await.decide(decision).await.map(drop)
}

/// Takes a study that all approve to its end; gives its plan and the last event.
async fn study(world: &World, houses: &[House], title: &str) -> (Plan, String) {
    let text = plan(title);
    let plan: Plan = text.parse().unwrap();
    let (_, mut watch) = world.submit(&text).await;
    for house in houses {
        approve(house, &plan).await.unwrap();
    }
    let last = watch.last().await;
    for house in houses {
        house.ended(&plan).await;
    }
    (plan, last)
}

/// Gives under which seal a house has shown its contract in a study, as its journal says.
async fn seal(house: &House, plan: &Plan) -> Option<String> {
    let journal = house.journal().await;
    let study = plan.hash().to_string();
    let own = journal.lines().filter(|line| line.contains(&study));
    let told = own.filter_map(|line| line.split_once("\"contract\":\""));
    let mut seals = told.map(|(_, seal)| seal[..64].to_owned());
    seals.next_back()
}

/// Nothing was opened, and no value stands in a journal.
async fn nothing_was_opened(houses: &[House]) {
    for house in houses {
        let journal = house.journal().await;
        for part in ["opening", "I20", "Angina"] {
            assert!(!journal.contains(part), "{part}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_unit_or_version_at_one_house_stops_the_study_until_it_is_mended() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    for house in &houses[..2] {
        register(house, SCHEMA, None).await.unwrap();
    }
    for (title, was, is, told) in [
        (
            "Unit",
            "\"a\"",
            "\"mo\"",
            "column age of c is not the plan's: unit mo (plan: a)",
        ),
        (
            "Version",
            "\"2026\"",
            "\"2025\"",
            "column heart of c is not the plan's: code system icd-10-cm 2025 (plan: icd-10-cm 2026)",
        ),
    ] {
        register(&houses[2], &SCHEMA.replace(was, is), None)
            .await
            .unwrap();
        let text = plan(title);
        let plan: Plan = text.parse().unwrap();
        world.submit(&text).await;
        for house in &houses[..2] {
            approve(house, &plan).await.unwrap();
        }
        let refused = approve(&houses[2], &plan).await.unwrap_err();
        let message = refused.message();
        assert!(
            message.contains("DATA-COLUMN-DIFFERS") && message.contains(told),
            "{message}"
        );
        assert!(!message.contains("I20"), "{message}");
    }
    nothing_was_opened(&houses).await;
    register(&houses[2], SCHEMA, None).await.unwrap();
    let (mended, last) = study(&world, &houses, "Mended").await;
    assert!(last.contains("finished"), "{last}");
    let first = seal(&houses[0], &mended).await;
    assert!(first.is_some());
    for house in &houses {
        assert_eq!(seal(house, &mended).await, first);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_table_of_codes_at_one_house_stops_all_before_the_first_round() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    register(&houses[0], SCHEMA, Some("I22")).await.unwrap();
    // One that has no table.
    register(&houses[1], SCHEMA, None).await.unwrap();
    register(&houses[2], SCHEMA, Some("I23")).await.unwrap();
    let (plan, last) = study(&world, &houses, "Tables").await;
    // Each holds what it is told against itself first, and any of them may be heard first.
    let others = ["heart at c: ", "heart at a: "];
    assert!(others.iter().any(|told| last.contains(told)), "{last}");
    let told = "contents of the table of codes icd-10-cm 2026 (";
    assert!(
        last.contains("CONTRACT-DIFFERS") && last.contains(told),
        "{last}"
    );
    for code in ["I20", "I22", "I23", "Angina"] {
        assert!(!last.contains(code), "{last}");
    }
    nothing_was_opened(&houses).await;
    for house in &houses {
        assert_eq!(house.study(&plan).await.state, "failed");
        assert_eq!(seal(house, &plan).await, None);
    }
    register(&houses[2], SCHEMA, Some("I22")).await.unwrap();
    let (again, last) = study(&world, &houses, "The same tables").await;
    assert!(last.contains("finished"), "{last}");
    let first = seal(&houses[0], &again).await;
    assert_eq!(seal(&houses[2], &again).await, first);
    assert_ne!(seal(&houses[1], &again).await, first, "it has no table");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_no_table_has_is_counted_and_not_told() {
    let world = World::new().await;
    let houses = world.houses(&NAMES[..1]).await;
    let other = SCHEMA.replace("2026", "2025");
    let refused = register(&houses[0], &other, Some("I22")).await.unwrap_err();
    assert!(
        refused
            .message()
            .contains("no column has codes of icd-10-cm 2026"),
        "{refused}"
    );
    let open = SCHEMA.replace("levels = [\"I20\", \"I21\"]\n", "");
    fs::write(
        houses[0].file("short.csv"),
        table("I22").replace("I21", "I29"),
    )
    .unwrap();
    let path = |name: &str| houses[0].file(name).to_str().unwrap().to_owned();
    let request = v1::AddDataRequest {
        name: "hearts".to_owned(),
        path: path("hearts.csv"),
        schema: open,
        codes: vec![path("short.csv")],
        ..v1::AddDataRequest::default()
    };
    let refused = houses[0]
        .client()
        .await
        .add_data(request)
        .await
        .unwrap_err();
    let told = "column heart has 75 values that are not in the table of codes";
    assert!(refused.message().contains(told), "{refused}");
    assert!(!refused.message().contains("I21"), "{refused}");
}
