//! A house that finds out which codes of others are not in its list.

use std::{fmt::Write as _, fs};

use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use serde_json::{Value, json};

use super::{house::House, world::World};

/// A house's data set: a column of codes, each in so many rows.
struct Rows {
    name: &'static str,
    column: &'static str,
    system: &'static str,
    codes: Vec<(&'static str, usize)>,
}

impl Rows {
    async fn register(&self, house: &House) {
        let mut text = format!("{},ward\n", self.column);
        for (code, rows) in &self.codes {
            for _ in 0..*rows {
                writeln!(text, "{code},inner").unwrap();
            }
        }
        let path = house.file("column-of-codes.csv");
        fs::write(&path, text).unwrap();
        let schema = format!(
            "[[column]]\nname = \"{}\"\ntype = \"code\"\ncodes = {{ system = \"{}\" }}\n\
             [[column]]\nname = \"ward\"\ntype = \"text\"\n",
            self.column, self.system
        );
        let request = v1::AddDataRequest {
            name: self.name.to_owned(),
            path: path.to_str().unwrap().to_owned(),
            schema,
            ..v1::AddDataRequest::default()
        };
        house.client().await.add_data(request).await.unwrap();
    }
}

fn plan_of(title: &str, houses: &[&str]) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"codes\"\n");
    let parties: String = houses.iter().map(party).collect();
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"dictionary\"\n\
         [dictionary]\nholder = \"a\"\nsystem = \"icd-10\"\ncolumn = \"diagnosis\"\n\
         list = \"known\"\nmost_codes = 64\n[patience]\nanswer = \"5s\"\noutage = \"60s\"\n{parties}"
    )
}

/// Takes a study to its end; gives its plan, its name and the last event.
async fn study(world: &World, houses: &[House], text: &str) -> (Plan, String, String) {
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(text).await;
    for house in houses {
        let decision = Decision::Approve(house.grant(&plan).await);
        let decision = house.sign(&plan, decision, house.number()).await;
        house.client().await.decide(decision).await.unwrap();
    }
    let last = watch.last().await;
    for house in houses {
        house.ended(&plan).await;
    }
    (plan, study, last)
}

async fn report(house: &House, study: &str) -> Value {
    let result = house.result(study).await.unwrap();
    assert!(result.model.is_empty() && result.aligned_path.is_empty());
    serde_json::from_str(&result.own_report).unwrap()
}

fn of_list(codes: &[&'static str]) -> Rows {
    Rows {
        name: "codes",
        column: "known",
        system: "icd-10",
        codes: codes.iter().map(|code| (*code, 1)).collect(),
    }
}

fn of_stays(codes: Vec<(&'static str, usize)>) -> Rows {
    Rows {
        name: "codes",
        column: "diagnosis",
        system: "icd-10",
        codes,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_learns_which_frequent_codes_its_list_lacks_and_nothing_of_rare_ones() {
    let world = World::new().await;
    let names = ["a", "b", "c"];
    let houses = world.houses(&names).await;
    // One code in two ways of writing, as in the stays.
    let list = of_list(&["I10", "e119", "S72.0", "not a code"]);
    list.register(&houses[0]).await;
    let codes = vec![
        ("I10", 30),
        ("E11.9", 12),
        ("j189", 11),
        ("J18.9", 14),
        ("Q87.4", 3),
    ];
    let unclear = [("CANARY-9", 12), ("", 5)];
    of_stays([codes, unclear.to_vec()].concat())
        .register(&houses[1])
        .await;
    of_stays(vec![("K35", 60), ("C50", 9)])
        .register(&houses[2])
        .await;

    let (_, study, last) = study(&world, &houses, &plan_of("Codes", &names)).await;
    assert!(last.contains("finished"), "{last}");

    let band = |least: u64, most: u64| json!({ "least": least, "most": most });
    let of_b = json!({
        "missing": { "J18.9": band(20, 49) },
        "rows": band(50, 99), "rare": band(1, 9), "unclear": band(10, 19),
    });
    let of_c = json!({
        "missing": { "K35": band(50, 99) },
        "rows": band(50, 99), "rare": band(1, 9), "unclear": band(0, 0),
    });
    let own = report(&houses[0], &study).await;
    assert_eq!(own["told"], json!({ "b": of_b, "c": of_c }));
    assert_eq!((&own["codes"], &own["unclear"]), (&json!(3), &json!(1)));
    assert_eq!(own["own"], Value::Null);

    let own = report(&houses[1], &study).await;
    assert_eq!(own["told"], json!({ "b": of_b }));
    assert_eq!(own["own"]["compared"], json!({ "codes": 3, "rows": 67 }));
    assert_eq!(own["own"]["listed"], json!({ "codes": 2, "rows": 42 }));
    assert_eq!(
        report(&houses[2], &study).await["told"],
        json!({ "c": of_c })
    );

    // The coordinator has passed lengths on; nobody but b has its rare codes and its other texts.
    let to_all = world.report(&study).await.to_string();
    assert!(!to_all.contains("J18.9") && !to_all.contains("\"told\""));
    for house in &houses {
        let journal = house.journal().await;
        assert!(journal.contains("\"learnt\":\"codes\"") && !journal.contains("J18"));
        let known = report(house, &study).await.to_string() + &journal;
        assert!(!known.contains("CANARY") && !known.contains("Q87") && !known.contains("S72"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_s_plan_leads_to_what_it_says() {
    let guide = include_str!("../../../../docs/guide/codes.md");
    let plan = guide.split("```toml\n").nth(2).unwrap();
    let plan = plan.split("```").next().unwrap();
    let world = World::new().await;
    let houses = world.houses(&["hospital", "insurer"]).await;
    let stays = Rows {
        name: "stays",
        system: "icd-10-cm",
        ..of_stays(vec![("I10", 99), ("O80", 50), ("Z38.00", 10), ("R99", 9)])
    };
    let mapped = Rows {
        name: "mapped",
        column: "source",
        system: "icd-10-cm",
        ..of_list(&["I10", "E11.9"])
    };
    stays.register(&houses[0]).await;
    mapped.register(&houses[1]).await;
    let (_, study, last) = study(&world, &houses, plan).await;
    assert!(last.contains("finished"), "{last}");
    let own = report(&houses[1], &study).await;
    let missing = json!({
        "O80": { "least": 50, "most": 99 },
        "Z38.00": { "least": 10, "most": 19 },
    });
    assert_eq!(own["told"]["hospital"]["missing"], missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_and_a_column_that_is_not_there_end_the_study_with_a_name() {
    let world = World::new().await;
    let houses = world.houses(&["a", "b"]).await;
    of_list(&["nothing of the kind"]).register(&houses[0]).await;
    of_stays(vec![("I10", 30)]).register(&houses[1]).await;
    let (_, empty, last) = study(&world, &houses, &plan_of("Empty", &["a", "b"])).await;
    assert!(last.contains("DICTIONARY-EMPTY"), "{last}");
    assert!(houses[1].result(&empty).await.is_err());

    let text = plan_of("Elsewhere", &["a", "b"]).replace("list = \"known\"", "list = \"other\"");
    let plan: Plan = text.parse().unwrap();
    let _watch = world.submit(&text).await;
    houses[0].offered(&plan).await;
    let obstacles = houses[0].obstacles(&plan, true).await.concat();
    assert!(obstacles.contains("DATA-COLUMN-MISSING"), "{obstacles}");
}
