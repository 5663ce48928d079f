//! Houses that find out which of their rows are of the same people.

mod kept;
mod star;
mod unbalanced;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use consilium_base::Tagged;
use consilium_plan::{Decision, Plan};
use consilium_proto::v1;
use serde_json::Value;

use super::{
    house::House,
    people::{full_width, id},
    world::{PATIENCE, World},
};

const SCHEMA: &str = "[[column]]\nname = \"id\"\ntype = \"text\"\n\
                      [[column]]\nname = \"name\"\ntype = \"text\"\n";

const NAMES: [&str; 2] = ["a", "b"];

/// A plan of two; another title, another study.
fn plan(title: &str, duplicates: &str, protocol: &str) -> String {
    plan_of(&NAMES, title, duplicates, protocol)
}

/// The same of these houses.
fn plan_of(names: &[&str], title: &str, duplicates: &str, protocol: &str) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"people\"\n");
    let parties: String = names.iter().map(party).collect();
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"align\"\n\
         [key]\nduplicates = \"{duplicates}\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"citizen-id\"\n\
         [[key.part]]\ncolumn = \"name\"\nkind = \"name\"\n\
         [align]\nminimum = 10\n{protocol}\n\
         [limits]\nmost_rows = 5000\n{parties}"
    )
}

/// What a house's file has, and which person each row is of; none where it gives no key.
struct File {
    text: String,
    people: Vec<Option<u64>>,
}

/// Writes a row for each person in an order of its own, some twice, some ids in other forms, and
/// some damaged ones of people that the other house has, too.
fn file(house: &str, people: impl Iterator<Item = u64>, repeated: bool) -> File {
    let lot = |person: &u64| {
        let lot = Tagged::new("test.1.lot").field(house.as_bytes());
        u64::from_le_bytes(lot.number(*person).digest()[..8].try_into().unwrap())
    };
    let mut people: Vec<u64> = people.collect();
    people.sort_by_key(lot);
    let mut file = File {
        text: String::from("id,name\n"),
        people: Vec::new(),
    };
    for person in people {
        let (full, lot) = (id(person), lot(&person));
        let old = full[..6].to_owned() + &full[8..17];
        let wide: String = full.chars().map(full_width).collect();
        let forms = [
            full.clone(),
            old,
            wide,
            format!("'{full}"),
            full.to_lowercase(),
        ];
        let form = &forms[usize::try_from(lot % 5).unwrap()];
        file.row(form, "欧阳·娜娜", Some(person));
        if repeated && lot.is_multiple_of(7) {
            file.row(&full, " 欧阳 • 娜娜", Some(person));
        }
        if lot.is_multiple_of(11) {
            file.row("1.10105E+17", "欧阳·娜娜", None);
            file.row(&full, "", None);
        }
    }
    file
}

impl File {
    fn row(&mut self, id: &str, name: &str, person: Option<u64>) {
        writeln!(self.text, "{id},{name}").unwrap();
        self.people.push(person);
    }

    fn persons(&self) -> BTreeSet<u64> {
        self.people.iter().flatten().copied().collect()
    }

    async fn register(&self, house: &House) -> v1::DataSet {
        let path = house.file("people.csv");
        fs::write(&path, &self.text).unwrap();
        let request = v1::AddDataRequest {
            name: "people".to_owned(),
            path: path.to_str().unwrap().to_owned(),
            schema: SCHEMA.to_owned(),
            splits: Vec::new(),
            mapping: String::new(),
            codes: Vec::new(),
        };
        let added = house.client().await.add_data(request).await;
        added.unwrap().into_inner()
    }
}

/// Counts the files under a folder, if it is there.
fn files_under(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| if path.is_dir() { files_under(&path) } else { 1 })
        .sum()
}

/// Waits until a house is amid a run: it has kept something of it to be taken up again.
async fn amid_a_run(house: &House, plan: &Plan) {
    let kept = house.kept("spill").join(plan.hash().to_string());
    let begun = async {
        while files_under(&kept) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.unwrap();
}

/// Stops somebody amid a run, again and again until it was amid one: it may have just done its
/// part, and then another study is tried. An attempt tells whether it was.
async fn until_amid_a_run(mut attempt: impl AsyncFnMut(u32) -> bool) {
    for number in 0..8 {
        if attempt(number).await {
            return;
        }
    }
    panic!("nobody was ever stopped amid a run");
}

/// Runs a study to its end; gives its name and its last event.
async fn run(world: &World, houses: &[House], text: &str) -> (String, String) {
    let plan: Plan = text.parse().unwrap();
    let (study, mut watch) = world.submit(text).await;
    for house in houses {
        approve(house, &plan).await;
    }
    let last = watch.last().await;
    for house in houses {
        house.ended(&plan).await;
    }
    (study, last)
}

/// Approves a plan; each of several at another time, lest the second be taken for the first.
async fn approve(house: &House, plan: &Plan) {
    decided(house, plan).await.unwrap();
}

/// Gives why an approval is not taken, if it is not.
async fn decided(house: &House, plan: &Plan) -> Result<(), String> {
    let grant = house.grant(plan).await;
    let nonce = plan.hash().as_bytes()[0];
    let approval = house.sign(plan, Decision::Approve(grant), nonce).await;
    let decided = house.client().await.decide(approval).await;
    decided
        .map(drop)
        .map_err(|status| status.message().to_owned())
}

async fn report(house: &House, study: &str) -> Value {
    let result = house.result(study).await.unwrap();
    serde_json::from_str(&result.own_report).unwrap()
}

/// Gives for each place of the common order the people of the own rows there.
async fn places(house: &House, study: &str, file: &File) -> BTreeMap<u64, Vec<Option<u64>>> {
    let path = house.result(study).await.unwrap().aligned_path;
    let table = fs::read_to_string(path).unwrap();
    let mut places = BTreeMap::<u64, Vec<Option<u64>>>::new();
    for line in table.strip_prefix("place,row\n").unwrap().lines() {
        let (place, row) = line.split_once(',').unwrap();
        let row: usize = row.parse().unwrap();
        let people = places.entry(place.parse().unwrap()).or_default();
        people.push(file.people[row - 1]);
    }
    places
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_common_is_what_plain_sets_say() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    // Sizes of both sets, and of what they share.
    for (one, other, common) in [
        (60, 45, 0),
        (45, 60, 1),
        (30, 64, 29),
        (33, 33, 33),
        (50, 20, 12),
    ] {
        let files = [
            file("a", 0..one, true),
            file("b", one - common..one - common + other, true),
        ];
        for (file, house) in files.iter().zip(&houses) {
            file.register(house).await;
        }
        let expected = &files[0].persons() & &files[1].persons();
        assert_eq!(expected.len() as u64, common);
        for (duplicates, protocol) in [
            ("all", "cardinality"),
            ("first", "ecdh"),
            ("all", "ecdh"),
            ("all", "vole"),
        ] {
            let title = format!("{one} {other} {common} {duplicates} {protocol}");
            let text = plan(&title, duplicates, &format!("protocol = \"{protocol}\""));
            let (study, last) = run(&world, &houses, &text).await;
            if protocol != "cardinality" && common < 10 {
                assert!(last.contains("ALIGN-TOO-FEW"), "{title}: {last}");
                assert!(houses[0].result(&study).await.is_err());
                continue;
            }
            assert!(last.contains("finished"), "{title}: {last}");
            for (house, file) in houses.iter().zip(&files) {
                let own = report(house, &study).await;
                let few = protocol == "cardinality" && common < 10;
                let found = if few {
                    ("fewer-than", 10)
                } else {
                    ("exact", common)
                };
                assert_eq!(own["common"][found.0], found.1, "{title}");
                let counts = &own["keys"]["counts"];
                assert_eq!(counts["keys"], file.persons().len());
                assert_eq!(counts["valid"], file.people.iter().flatten().count());
                assert_eq!(counts["rows"], file.people.len());
            }
            if protocol == "cardinality" {
                assert_eq!(houses[0].result(&study).await.unwrap().aligned_path, "");
                continue;
            }
            let ones = places(&houses[0], &study, &files[0]).await;
            let others = places(&houses[1], &study, &files[1]).await;
            assert!(ones.keys().eq(others.keys()) && ones.keys().copied().eq(1..=common));
            let mut seen = BTreeSet::new();
            for (place, people) in &ones {
                let [Some(person), ..] = people[..] else {
                    panic!("{title}: {place} is of nobody");
                };
                let of_all = people.iter().chain(&others[place]);
                assert!(of_all.clone().all(|it| *it == Some(person)), "{title}");
                assert!(seen.insert(person));
                let rows = files[0].people.iter().filter(|it| **it == Some(person));
                let named = if duplicates == "all" { rows.count() } else { 1 };
                assert_eq!(people.len(), named, "{title}");
            }
            assert_eq!(seen, expected, "{title}");
        }
    }
    for house in &houses {
        let journal = house.journal().await;
        for number in ["0", "1..9"] {
            let number = format!("\"common\":\"{number}\"");
            assert!(!journal.contains(&number), "{journal}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alignment_ends_with_the_version_of_its_data_set() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    for (house, name) in houses.iter().zip(NAMES) {
        file(name, 0..40, false).register(house).await;
    }
    let (study, last) = run(&world, &houses, &plan("once", "refuse", "")).await;
    assert!(last.contains("finished"), "{last}");
    let listed = async || {
        let mut client = houses[0].client().await;
        let listed = client.alignments(v1::AlignmentsRequest {}).await.unwrap();
        listed.into_inner().alignments
    };
    let [found] = &listed().await[..] else {
        panic!("there is one alignment");
    };
    assert_eq!(consilium_base::hex::encode(&found.study), study);
    assert_eq!((found.rows, &found.peers[..]), (40, &["b".to_owned()][..]));
    assert_eq!(
        (found.data.as_str(), found.state.as_str()),
        ("people", "current")
    );

    let path = houses[0].result(&study).await.unwrap().aligned_path;
    let table = fs::read_to_string(&path).unwrap();
    fs::write(&path, table.replace("\n1,", "\n2,")).unwrap();
    assert_eq!(listed().await[0].state, "damaged");
    fs::write(&path, table).unwrap();
    assert_eq!(listed().await[0].state, "current");

    let people = houses[0].file("people.csv");
    let rows = fs::read_to_string(&people).unwrap();
    fs::write(&people, rows.clone() + "\n").unwrap();
    assert_eq!(listed().await[0].state, "changed");
    fs::write(&people, rows).unwrap();
    assert_eq!(listed().await[0].state, "current");

    file("a", 0..41, false).register(&houses[0]).await;
    assert_eq!(listed().await[0].state, "ended");
    file("a", 0..40, false).register(&houses[0]).await;
    assert_eq!(listed().await[0].state, "current");
    let name = "people".to_owned();
    let mut client = houses[0].client().await;
    let removed = client.remove_data(v1::RemoveDataRequest { name }).await;
    removed.unwrap();
    assert_eq!(listed().await[0].state, "ended");

    assert!(!houses[0].kept("spill").join(&study).exists());
    let journal = houses[0].journal().await;
    assert!(
        journal.contains("\"common\":\"10..99\""),
        "the size is in the journal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_the_plan_refuses_are_told_before_anything_is_signed() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    file("b", 0..40, false).register(&houses[1]).await;
    let none = File {
        text: "id,name\n1.1E+17,x\n1.2E+17,y\n".to_owned(),
        people: Vec::new(),
    };
    let cases = [
        (file("a", 0..40, true), "refuse", "KEYS-REPEATED"),
        (none, "all", "KEYS-NONE"),
        (file("a", 0..9, false), "all", "ALIGN-SET-TOO-SMALL"),
        (file("a", 0..5001, false), "all", "ALIGN-SET-TOO-LARGE"),
    ];
    for (file, duplicates, code) in cases {
        file.register(&houses[0]).await;
        let text = plan(code, duplicates, "");
        let (study, _) = world.submit(&text).await;
        let refused = decided(&houses[0], &text.parse().unwrap())
            .await
            .unwrap_err();
        assert!(refused.contains(code), "{refused}");
        assert!(houses[0].result(&study).await.is_err());
    }
    let journal = houses[0].journal().await;
    assert!(!journal.contains("\"opening\""), "nothing was compared");
    let looked = journal.matches("\"preflight\"").count();
    assert_eq!(looked, 4, "every look is in the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_aligns_with_whom_it_has_not_verified() {
    let world = World::new().await;
    let houses = [
        House::join(&world, "a", 1).await,
        House::join(&world, "b", 2).await,
    ];
    houses[0].verify(&houses[1]).await;
    for (house, name) in houses.iter().zip(NAMES) {
        file(name, 0..40, false).register(house).await;
    }
    let text = plan("strangers", "all", "");
    let plan: Plan = text.parse().unwrap();
    world.submit(&text).await;
    approve(&houses[0], &plan).await;
    let refused = decided(&houses[1], &plan).await.unwrap_err();
    assert!(refused.contains("VERIFIED-TOO-FEW"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_hides_the_number_from_one_of_both_and_the_coordinator_learns_none() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    let canary = id(7);
    for (house, name) in houses.iter().zip(NAMES) {
        file(name, 0..40, false).register(house).await;
    }
    let noisy = "protocol = \"cardinality\"\ncounter = \"b\"\nepsilon = 1.0";
    let (study, last) = run(&world, &houses, &plan("noise", "all", noisy)).await;
    assert!(last.contains("finished"), "{last}");
    let exact = report(&houses[1], &study).await;
    assert_eq!(exact["common"]["exact"], 40);
    let noised = report(&houses[0], &study).await;
    let number = noised["common"]["noised"].as_i64().unwrap();
    assert!((number - 40).abs() < 40, "{number}");
    assert!(noised.get("rows").is_none());
    let request = v1::StudyRequest {
        study: study.clone(),
    };
    let told = world
        .operator()
        .await
        .result(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.model, "");
    for house in &houses {
        let kept = house.result(&study).await.unwrap();
        assert_eq!(
            (kept.model, kept.report),
            (String::new(), told.report.clone())
        );
        let journal = house.journal().await;
        assert!(journal.contains("\"result\":\"taken\""), "{journal}");
    }
    let told: Value = serde_json::from_str(&told.report).unwrap();
    assert!(told.get("costs").is_some() && told.get("common").is_none());
    assert!(!told.to_string().contains(&canary));
    let entry = fs::read_dir(world.folder.path().join("coordinator")).unwrap();
    for file in entry.map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap_or_default();
        let found = bytes.windows(18).any(|it| it == canary.as_bytes());
        assert!(!found, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_restarted_amid_a_run_comes_to_the_same_rows() {
    let mut world = World::new().await;
    let mut houses = world.houses(&NAMES).await;
    // More than a sample has, so that those by vole are compared by it.
    let files = [file("a", 0..4000, true), file("b", 1000..5000, true)];
    for (file, house) in files.iter().zip(&houses) {
        file.register(house).await;
    }
    let expected: Vec<Option<u64>> = (1000..4000).map(Some).collect();
    for (protocol, is_house) in [
        ("ecdh", true),
        ("ecdh", false),
        ("vole", true),
        ("vole", false),
    ] {
        until_amid_a_run(async |attempt| {
            let title = format!("restarted {protocol} {is_house} {attempt}");
            let text = plan(&title, "all", &format!("protocol = \"{protocol}\""));
            let plan: Plan = text.parse().unwrap();
            let (study, mut watch) = world.submit(&text).await;
            for house in &houses {
                approve(house, &plan).await;
            }
            amid_a_run(&houses[1], &plan).await;
            if is_house {
                houses[1].stop().await;
                houses[1].start().await;
            } else {
                world.stop().await;
                world.start().await;
                watch = world.watch(&study).await;
            }
            let last = tokio::time::timeout(PATIENCE, watch.last()).await.unwrap();
            assert!(last.contains("finished"), "{last}");
            let ones = places(&houses[0], &study, &files[0]).await;
            let others = places(&houses[1], &study, &files[1]).await;
            let persons = |places: &BTreeMap<u64, Vec<Option<u64>>>| -> Vec<Option<u64>> {
                places.values().map(|rows| rows[0]).collect()
            };
            assert_eq!(persons(&ones), persons(&others));
            let mut found = persons(&ones);
            found.sort_unstable();
            assert_eq!(found, expected);
            houses[1].study(&plan).await.runs > 1
        })
        .await;
    }
}
