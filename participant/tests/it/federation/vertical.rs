//! Houses that grow trees over the columns of all, and score their common rows by them.

mod killed;
mod refused;
mod weighed;

use std::{collections::BTreeMap, fmt::Write as _, fs, ops::Range};

use consilium_base::Seed;
use consilium_gbdt::{
    Column, Cuts, Model, Rule, Segment, Table, Tree, local,
    vertical::{Condition, FeatureModel, LabelModel},
};
use consilium_identity::IdentityKey;
use consilium_plan::{Grow, Plan, Task, Vertical, VerticalWork};
use consilium_proto::v1;
use consilium_scorecard::{Dimension, Found, Salt, Score, Statement, Subject, VersionHash};
use consilium_value::MarginalRecord;
use serde_json::Value;

use super::{
    house::House,
    joint::{json, lot, nothing_of_rows_is_at_the_coordinator, number, parts, run, scores, ward},
    world::World,
};

/// All houses; the second one has the labels.
const NAMES: [&str; 3] = ["a", "b", "c"];
const LABELS: usize = 1;
/// Whom each house knows, and whom all know.
const KNOWN: [Range<u64>; 3] = [0..320, 30..360, 20..350];
const COMMON: Range<u64> = 30..320;

const SCHEMAS: [&str; 3] = [
    "[[column]]\nname = \"pressure\"\ntype = \"number\"\n\
     [[column]]\nname = \"dose\"\ntype = \"number\"\n",
    "[[column]]\nname = \"age\"\ntype = \"number\"\n\
     [[column]]\nname = \"ill\"\ntype = \"boolean\"\n",
    "[[column]]\nname = \"cost\"\ntype = \"number\"\n\
     [[column]]\nname = \"ward\"\ntype = \"category\"\nlevels = [\"x\", \"y\", \"z\"]\n",
];
const ID: &str = "[[column]]\nname = \"id\"\ntype = \"text\"\n";

fn ill(person: u64) -> bool {
    let of = |column| number(column, person).unwrap_or(50.0) / 100.0;
    let margin = 4.0 * of("age") - 3.0 * of("pressure") + 3.0 * of("cost") - 2.0 * of("dose");
    let margin = margin + [0.0, 1.0, -1.0][ward(person)] - 1.0;
    lot("ill", person) < 1.0 / (1.0 + (-margin).exp())
}

/// A person's cells at a house, after the id.
fn cells(house: usize, person: u64) -> String {
    let shown = |column| number(column, person).map_or(String::new(), |it| it.to_string());
    match house {
        0 => format!("{},{}", shown("pressure"), shown("dose")),
        1 => format!("{},{}", shown("age"), ill(person)),
        _ => format!("{},{}", shown("cost"), ["x", "y", "z"][ward(person)]),
    }
}

/// The columns of the model: the label holder's first.
fn model_columns(people: &[u64]) -> Vec<Column> {
    let of = |name: &str, value: &dyn Fn(u64) -> f64| Column {
        name: name.to_owned(),
        values: people.iter().map(|person| value(*person)).collect(),
    };
    let plain = |name: &str| of(name, &|person| number(name, person).unwrap_or(f64::NAN));
    let in_ward = |name: &str, wanted| of(name, &|it| f64::from(u8::from(ward(it) == wanted)));
    vec![
        plain("age"),
        plain("pressure"),
        plain("dose"),
        plain("cost"),
        in_ward("ward=y", 1),
        in_ward("ward=z", 2),
    ]
}

/// Who is in each row of a house's file: everybody in an order of its own.
fn people(house: usize) -> Vec<u64> {
    let mut people: Vec<u64> = KNOWN[house].clone().collect();
    people.sort_by(|a, b| lot(NAMES[house], *a).total_cmp(&lot(NAMES[house], *b)));
    people
}

/// Writes a house's file and registers it.
async fn register(house: &House, place: usize, more: &str) {
    let header = ["pressure,dose", "age,ill", "cost,ward"][place];
    let mut text = format!("id,{header}\n");
    for person in people(place) {
        writeln!(text, "person-{person},{}", cells(place, person)).unwrap();
    }
    fs::write(house.file("people.csv"), text + more).unwrap();
    register_file(house, place, "people").await;
}

/// Registers a house's file under a name.
async fn register_file(house: &House, place: usize, name: &str) {
    let request = v1::AddDataRequest {
        name: name.to_owned(),
        path: house.file("people.csv").to_str().unwrap().to_owned(),
        schema: [ID, SCHEMAS[place]].concat(),
        splits: Vec::new(),
        mapping: String::new(),
        codes: Vec::new(),
    };
    house.client().await.add_data(request).await.unwrap();
}

/// The plan of the alignment.
fn aligning(duplicates: &str) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"people\"\n");
    let parties: String = NAMES.iter().map(party).collect();
    format!(
        "title = \"common\"\npurpose = \"testing\"\nkind = \"align\"\n\
         [key]\nduplicates = \"{duplicates}\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
         [align]\nminimum = 10\nprotocol = \"star\"\nleader = \"c\"\n{parties}"
    )
}

/// The lines of all parties; `extra` are the label holder's.
fn parties(labelled: bool) -> String {
    let features = ["\"pressure\", \"dose\"", "\"age\"", "\"cost\", \"ward\""];
    let mut text = String::new();
    for (place, name) in NAMES.iter().enumerate() {
        write!(
            text,
            "[[party]]\nname = \"{name}\"\ndata = \"people\"\nfeatures = [{}]\n",
            features[place]
        )
        .unwrap();
        let mut columns = SCHEMAS[place].to_owned();
        if place == LABELS && labelled {
            text.push_str("label = { column = \"ill\" }\n");
        } else if place == LABELS {
            text.push_str("label_holder = true\n");
            columns.truncate(columns.rfind("[[column]]").unwrap());
        }
        text.push_str(&columns.replace("[[column]]", "[[party.column]]"));
    }
    text
}

/// Nothing is kept back.
const OPEN: &str = "[vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\nmin_node = 2\n";

/// A plan that grows trees.
fn growing(title: &str, alignment: &str, (trees, more): (u32, &str)) -> String {
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"train-vertical-gbdt\"\n\
         alignment = \"{alignment}\"\ntest = {{ share = 0.2, seed = 3 }}\n\
         [trees]\nobjective = \"logistic\"\ntrees = {trees}\nbins = 32\n\
         growth = {{ depth-wise = {{ depth = 3 }} }}\n{more}\n{}",
        parties(true)
    )
}

/// A plan that scores rows.
fn predicting(alignment: &str, model: &str) -> String {
    format!(
        "title = \"scores\"\npurpose = \"testing\"\nkind = \"predict-vertical-gbdt\"\n\
         alignment = \"{alignment}\"\nmodel = \"{model}\"\n{}",
        parties(false)
    )
}

/// Founds a federation of houses that have found their common people; gives that study.
async fn aligned() -> (World, Vec<House>, String) {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    for (place, house) in houses.iter().enumerate() {
        register(house, place, "").await;
    }
    let (alignment, last) = run(&world, &houses, &aligning("refuse")).await;
    assert!(last.contains("finished"), "{last}");
    (world, houses, alignment)
}

/// Who stands at each place, as a house's file and its order say.
async fn places(house: &House, place: usize, alignment: &str) -> Vec<u64> {
    let path = house.result(alignment).await.unwrap().aligned_path;
    let people = people(place);
    let table = fs::read_to_string(path).unwrap();
    let row = |line: &str| -> usize { line.split_once(',').unwrap().1.parse().unwrap() };
    table
        .lines()
        .skip(1)
        .map(|line| people[row(line) - 1])
        .collect()
}

/// The trees over the columns of all.
fn joined(parts: &[Value]) -> (LabelModel, Vec<Tree<Rule>>) {
    let label: LabelModel = serde_json::from_value(parts[LABELS].clone()).unwrap();
    let features = [0, 2].map(|place| {
        let part: FeatureModel = serde_json::from_value(parts[place].clone()).unwrap();
        part
    });
    let first = [1, 3];
    let rule = |condition: &Condition<Rule>| match *condition {
        Condition::Own(rule) => Ok::<_, ()>(rule),
        Condition::Theirs { holder, split } => {
            let rule = features[holder as usize].rules()[split as usize];
            let column = rule.column + first[holder as usize];
            Ok(Rule { column, ..rule })
        }
    };
    let trees = label.trees().iter();
    let trees = trees.map(|tree| tree.try_map(rule).unwrap()).collect();
    (label, trees)
}

fn vertical(plan: &Plan) -> (&Vertical, &Grow) {
    let Task::Vertical(task) = plan.task() else {
        panic!("it is over common rows");
    };
    match &task.work {
        VerticalWork::Grow(grow) => (task, grow),
        _ => panic!("it grows trees"),
    }
}

/// The model of one learner that has all columns of these people.
fn pooled(grow: &Grow, people: &[u64], secret: &Seed) -> Model {
    let labels = people.iter().map(|it| f64::from(u8::from(ill(*it))));
    let (boosting, spec) = (&grow.boosting, grow.specification());
    let table = Table::new(spec.objective, model_columns(people), labels.collect()).unwrap();
    let cuts = Cuts::of(table.values(), spec.bins).unwrap();
    let segment = Segment {
        seed: secret.derive("participant.1.vertical", &[]),
        rows: table.rows(),
    };
    let on = |_: &_| std::ops::ControlFlow::Continue(());
    local::fit_on(boosting, &table, &cuts, vec![segment], on)
        .unwrap()
        .model
}

/// Gives each person's score.
fn means(model: &Model, people: &[u64]) -> BTreeMap<u64, f64> {
    let columns = model_columns(people);
    let columns: Vec<&[f64]> = columns.iter().map(|column| &column.values[..]).collect();
    let means = model.means(&columns);
    people.iter().copied().zip(means).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_common_rows_to_trees_and_scores_all_is_as_one_learner_with_all_columns_has_it() {
    let (world, mut houses, alignment) = aligned().await;
    let order = places(&houses[0], 0, &alignment).await;
    for (place, house) in houses.iter().enumerate() {
        assert_eq!(places(house, place, &alignment).await, order);
    }
    let mut all = order.clone();
    all.sort_unstable();
    assert!(all.into_iter().eq(COMMON));

    let text = growing("trees", &alignment, (6, OPEN));
    let plan: Plan = text.parse().unwrap();
    let secret = houses[LABELS].plant_secret(&plan).await;
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let (task, grow) = vertical(&plan);
    let (tested, fitted): (Vec<_>, Vec<_>) = (0..)
        .zip(order.iter().copied())
        .partition(|(place, _)| task.held_out(None, *place));
    let [tested, fitted] = [tested, fitted]
        .map(|rows| -> Vec<u64> { rows.into_iter().map(|(_, person)| person).collect() });
    let model = pooled(grow, &fitted, &secret);
    let (label, trees) = joined(&parts(&houses, &study).await);
    let start = |score: f64| score.to_bits();
    assert_eq!(start(label.base_score()), start(model.base_score()));
    assert_eq!(trees, model.trees());

    let file = people(LABELS);
    let by_row = |means: BTreeMap<u64, f64>| -> BTreeMap<usize, f64> {
        let row = |person: &u64| 1 + file.iter().position(|it| it == person).unwrap();
        means
            .iter()
            .map(|(person, mean)| (row(person), *mean))
            .collect()
    };
    let expected = by_row(means(&model, &tested));
    assert_eq!(scores(&houses[LABELS], &study).await, expected);
    let told = world.report(&study).await;
    assert_eq!(
        told["outcomes"]["fit"]["grown"].as_array().unwrap().len(),
        7
    );
    assert_eq!(told["label_holder"], "b");
    for (place, house) in houses.iter().enumerate() {
        let [part, own] = json(house, &study).await;
        let has_labels = place == LABELS;
        assert_eq!(part["kind"], "gbdt-part");
        assert_eq!(own["fitted_rows"], fitted.len());
        assert_eq!(own["scored_rows"], tested.len());
        assert_eq!(own["alignment"], alignment);
        assert_eq!(own["own"].is_object(), has_labels, "{own}");
        assert_eq!(own["losses"].is_array(), has_labels);
        assert_eq!(own["marginal"].is_object(), has_labels);
        let result = house.result(&study).await.unwrap();
        assert_eq!(result.scores_path.is_empty(), !has_labels);
        assert!(!house.kept("spill").join(&study).exists());
        if has_labels {
            let shown = &told["outcomes"]["evaluation"]["shown"];
            let exact = own["own"]["auc"].as_f64().unwrap();
            assert!(exact > 0.6, "{exact}");
            assert_eq!(shown["auc"], (exact * 100.0).round() / 100.0);
            // Held against trees on its own columns alone.
            let marginal: MarginalRecord = serde_json::from_value(own["marginal"].clone()).unwrap();
            assert_eq!(marginal.of.len(), houses.len() - 1);
            assert_eq!(marginal.whose.party.as_str(), house.name);
            assert!(marginal.found.gain.standard_error > 0.0);
            let area = marginal.found.area.unwrap();
            assert!(area.value < exact, "{marginal:?}");
            let losses = own["losses"].as_array().unwrap();
            let loss = |it: &Value| it["trained"].as_f64().unwrap();
            assert!(loss(&losses[6]) < loss(&losses[0]));
        }
    }

    let (predicted, last) = run(&world, &houses, &predicting(&alignment, &study)).await;
    assert!(last.contains("finished"), "{last}");
    let expected = by_row(means(&model, &order));
    assert_eq!(scores(&houses[LABELS], &predicted).await, expected);
    let told = world.report(&predicted).await;
    assert_eq!(told["outcomes"]["predict"], "predicted");
    let led = (&houses[LABELS], &study[..]);
    nothing_of_rows_is_at_the_coordinator(&world, led, canaries()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_labels_alone_and_keeps_no_rows_for_testing_learns_scores_too() {
    let (world, houses, alignment) = aligned().await;
    let text = growing("labels", &alignment, (3, OPEN));
    let text = text.replace("features = [\"age\"]\n", "");
    let age = "[[party.column]]\nname = \"age\"\ntype = \"number\"\n";
    let text = text
        .replace(age, "")
        .replace("test = { share = 0.2, seed = 3 }\n", "");
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let told = world.report(&study).await;
    assert_eq!(told["outcomes"].as_object().unwrap().len(), 1);
    assert_eq!(houses[LABELS].result(&study).await.unwrap().scores_path, "");
    let (label, trees) = joined(&parts(&houses, &study).await);
    assert_eq!((label.columns().len(), trees.len()), (0, 3));
    let [_, own] = json(&houses[LABELS], &study).await;
    let others = own["importance"]["others"].as_object().unwrap();
    let splits: u64 = others
        .values()
        .map(|of| of["splits"].as_u64().unwrap())
        .sum();
    let branches = trees.iter().map(|tree| tree.branches().count() as u64);
    assert_eq!(splits, branches.sum::<u64>());

    let text = predicting(&alignment, &study);
    let text = text.replace("features = [\"age\"]\n", "").replace(age, "");
    let (predicted, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let scores = scores(&houses[LABELS], &predicted).await;
    assert_eq!(scores.len(), COMMON.count());
    assert!(scores.values().all(|score| (0.0..1.0).contains(score)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_columns_foretell_of_a_column_is_kept_on_a_card_as_the_study_has_found_it() {
    let (world, houses, alignment) = aligned().await;
    let age = "[[party.column]]\nname = \"age\"\ntype = \"number\"\n";
    let text = growing("labels", &alignment, (3, OPEN));
    let text = text.replace("features = [\"age\"]\n", "").replace(age, "");
    let (study, last) = run(&world, &houses, &text).await;
    assert!(last.contains("finished"), "{last}");
    let house = &houses[LABELS];
    let report = house.result(&study).await.unwrap().own_report;
    let own: Value = serde_json::from_str(&report).unwrap();
    let version: VersionHash = own["version"].as_str().unwrap().parse().unwrap();
    let me = house.name.parse().unwrap();
    let found = Found::of_predicted(&report, &me, Some(version)).unwrap();
    let mut lifted = found.clone();
    let part = &mut lifted.subscores[0].score;
    *part = Score::exact(part.score / 2.0).unwrap();
    let card = house
        .card_of(("people", version), (Dimension::Scarcity, lifted))
        .await;
    let refused = house.add_card(&card).await.unwrap_err();
    assert!(refused.message().contains("does not have so"), "{refused}");
    let card = house
        .card_of(("people", version), (Dimension::Scarcity, found))
        .await;
    house.add_card(&card).await.unwrap();
}

/// The first two parties of a plan.
fn of_two(text: &str) -> String {
    let (two, third) = text.split_once("[[party]]\nname = \"c\"\n").unwrap();
    assert!(!third.contains("name = \"b\""));
    two.replace("protocol = \"star\"\nleader = \"c\"\n", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steward_s_word_on_columns_is_taken_only_from_the_holder_of_the_labels_of_a_study_here() {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    for (place, house) in houses[..2].iter().enumerate() {
        register(house, place, "").await;
    }
    let (alignment, last) = run(&world, &houses[..2], &of_two(&aligning("refuse"))).await;
    assert!(last.contains("finished"), "{last}");
    let text = of_two(&growing("labels", &alignment, (3, OPEN)));
    let (study, last) = run(&world, &houses[..2], &text).await;
    assert!(last.contains("finished"), "{last}");
    let [_, own] = json(&houses[LABELS], &study).await;
    let score = own["marginal"]["score"]["score"].as_f64().unwrap();
    let [_, own] = json(&houses[0], &study).await;
    let version: VersionHash = own["version"].as_str().unwrap().parse().unwrap();
    let told = async |study: &str, signer: &str, rows: VersionHash| {
        let subject = Subject {
            federation: houses[0].federation().await,
            study: study.parse().unwrap(),
            about: "a".parse().unwrap(),
            version: Some(rows),
        };
        let statement = Statement {
            subject,
            salt: Salt([9; 32]),
            scores: [("marginal".to_owned(), score)].into(),
        };
        let key = IdentityKey::from_seed(&Seed::from_bytes([9; 32]));
        let by = statement.sign(signer, &key).unwrap();
        let me = "a".parse().unwrap();
        let by = serde_json::to_string(&by).unwrap();
        let found = Found::of_value(&by, &me, Some(rows)).unwrap();
        let card = houses[0].card_of(("people", rows), (Dimension::Value, found));
        houses[0].add_card(&card.await).await.map(drop)
    };
    let took_no_part = "did not take part";
    for (study, signer, why) in [
        (&*"ab".repeat(32), "b/wang", took_no_part),
        (&*alignment, "b/wang", "does not have so"),
        (&*study, "c/li", took_no_part),
        (&*study, "hungary/nagy", took_no_part),
        (&*study, "national-center", took_no_part),
        (&*study, "b", "the signature of b"),
    ] {
        let refused = told(study, signer, version).await.unwrap_err();
        assert!(refused.message().contains(why), "{signer}: {refused}");
    }
    told(&study, "b/wang", version).await.unwrap();
}

/// Keys, cells and rows of those whom all know.
fn canaries() -> impl Iterator<Item = Vec<u8>> {
    let keys = COMMON.map(|person| format!("person-{person}").into_bytes());
    let columns = ["age", "pressure", "dose", "cost"];
    let few = COMMON.take(20);
    let numbers = few.flat_map(move |person| columns.map(|column| number(column, person)));
    // Whole numbers are mostly zeros, as are many other things.
    let numbers = numbers.flatten().filter(|value| value.fract() != 0.0);
    let numbers = numbers.map(|value| value.to_le_bytes().to_vec());
    let rows = COMMON.take(20);
    let rows = rows.flat_map(|person| [0, 1, 2].map(|house| cells(house, person)));
    let rows = rows.filter(|row| row.len() > 8 && !row.starts_with(',') && !row.ends_with(','));
    keys.chain(numbers).chain(rows.map(String::into_bytes))
}
