//! Three hospitals that share a schema, an insurer that has the labels, and a fund with costs of all.

use std::{fmt::Write as _, fs, ops::Range};

use consilium_proto::v1;

use crate::federation::{
    house::House,
    joint::{lot, number, run, ward},
    world::World,
};

/// All houses: the hospitals first.
pub(super) const NAMES: [&str; 5] = ["a", "b", "c", "fund", "insurer"];
pub(super) const HOSPITALS: Range<usize> = 0..3;
pub(super) const FUND: usize = 3;
pub(super) const LABELS: usize = 4;
/// Whom each house knows, and whom both insurers know of each hospital's.
pub(super) const KNOWN: [Range<u64>; 5] = [0..160, 160..300, 300..460, 0..440, 20..460];
pub(super) const COMMON: [Range<u64>; 3] = [20..160, 160..300, 300..440];

const SHARED: &str = "[[column]]\nname = \"points\"\ntype = \"integer\"\nmin = 0\nmax = 9\n\
    [[column]]\nname = \"ward\"\ntype = \"category\"\nlevels = [\"x\", \"y\", \"z\"]\n";
const OF_FUND: &str = "[[column]]\nname = \"cost\"\ntype = \"number\"\n";
const OF_INSURER: &str = "[[column]]\nname = \"age\"\ntype = \"number\"\n";
const LABEL: &str = "[[column]]\nname = \"ill\"\ntype = \"boolean\"\n";
const ID: &str = "[[column]]\nname = \"id\"\ntype = \"text\"\n";

/// A person's points, whole ones; one in ten is missing.
pub(super) fn points(person: u64) -> Option<f64> {
    let missing = lot("points missing", person) < 0.1;
    (!missing).then(|| (lot("points", person) * 10.0).floor())
}

pub(super) fn ill(person: u64) -> bool {
    let of = |column| number(column, person).unwrap_or(50.0) / 100.0;
    let points = points(person).unwrap_or(5.0) / 10.0;
    let margin = 4.0 * of("age") - 5.0 * points + 3.0 * of("cost");
    let margin = margin + [0.0, 1.5, -1.5][ward(person)] - 1.0;
    lot("ill", person) < 1.0 / (1.0 + (-margin).exp())
}

/// A person's cells at a house, after the id.
pub(super) fn cells(house: usize, person: u64) -> String {
    let shown = |value: Option<f64>| value.map_or(String::new(), |it| it.to_string());
    match house {
        FUND => shown(number("cost", person)),
        LABELS => format!("{},{}", shown(number("age", person)), ill(person)),
        _ => format!(
            "{},{}",
            shown(points(person)),
            ["x", "y", "z"][ward(person)]
        ),
    }
}

/// Who is in each row of a house's file: everybody in an order of its own.
pub(super) fn people(house: usize) -> Vec<u64> {
    let mut people: Vec<u64> = KNOWN[house].clone().collect();
    people.sort_by(|a, b| lot(NAMES[house], *a).total_cmp(&lot(NAMES[house], *b)));
    people
}

/// Writes a house's file, with more people than usual, and registers it.
pub(super) async fn register(house: &House, place: usize, more: &[u64]) {
    let header = match place {
        FUND => "cost",
        LABELS => "age,ill",
        _ => "points,ward",
    };
    let mut text = format!("id,{header}\n");
    for person in people(place).iter().chain(more) {
        writeln!(text, "person-{person},{}", cells(place, *person)).unwrap();
    }
    fs::write(house.file("people.csv"), text).unwrap();
    let columns = match place {
        FUND => OF_FUND.to_owned(),
        LABELS => [OF_INSURER, LABEL].concat(),
        _ => SHARED.to_owned(),
    };
    let request = v1::AddDataRequest {
        name: "people".to_owned(),
        path: house.file("people.csv").to_str().unwrap().to_owned(),
        schema: [ID, &columns].concat(),
        splits: Vec::new(),
        mapping: String::new(),
        codes: Vec::new(),
    };
    house.client().await.add_data(request).await.unwrap();
}

/// A plan that aligns a hospital with others.
pub(super) fn aligning(title: &str, names: &[&str]) -> String {
    let party = |name: &&str| format!("[[party]]\nname = \"{name}\"\ndata = \"people\"\n");
    let parties: String = names.iter().map(party).collect();
    let protocol = if names.len() > 2 {
        "protocol = \"star\"\nleader = \"fund\"\n"
    } else {
        ""
    };
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"align\"\n\
         [[key.part]]\ncolumn = \"id\"\nkind = \"text\"\n\
         [align]\nminimum = 10\n{protocol}{parties}"
    )
}

/// Aligns a hospital with both insurers; gives that study.
pub(super) async fn align(world: &World, houses: &[House], hospital: usize, title: &str) -> String {
    let names = [NAMES[hospital], "fund", "insurer"];
    let three = [&houses[hospital], &houses[FUND], &houses[LABELS]];
    let (study, last) = run(world, three, &aligning(title, &names)).await;
    assert!(last.contains("finished"), "{last}");
    study
}

/// Founds a federation of houses that have found their common people, hospital by hospital.
pub(super) async fn aligned() -> (World, Vec<House>, Vec<String>) {
    let world = World::new().await;
    let houses = world.houses(&NAMES).await;
    for (place, house) in houses.iter().enumerate() {
        register(house, place, &[]).await;
    }
    let mut alignments = Vec::new();
    for hospital in HOSPITALS {
        let title = format!("people of {}", NAMES[hospital]);
        alignments.push(align(&world, &houses, hospital, &title).await);
    }
    (world, houses, alignments)
}

fn parties(alignments: &[String], label: bool) -> String {
    let mut text = SHARED.to_owned();
    for (name, alignment) in NAMES.iter().zip(alignments) {
        writeln!(
            text,
            "[[party]]\nname = \"{name}\"\ndata = \"people\"\nalignment = \"{alignment}\""
        )
        .unwrap();
    }
    let (labels, columns) = if label {
        ("label = { column = \"ill\" }", [OF_INSURER, LABEL].concat())
    } else {
        ("label_holder = true", OF_INSURER.to_owned())
    };
    for (name, labels, feature, columns) in [
        ("fund", "", "cost", OF_FUND.to_owned()),
        ("insurer", labels, "age", columns),
    ] {
        let columns = columns.replace("[[column]]", "[[party.column]]");
        writeln!(
            text,
            "[[party]]\nname = \"{name}\"\ndata = \"people\"\nfeatures = [\"{feature}\"]\n\
             {labels}\n{columns}"
        )
        .unwrap();
    }
    text
}

/// Nothing is kept back.
pub(super) const OPEN: &str = "[vertical]\nfirst_tree = \"joint\"\nmin_side = 1\nmin_gap = 0\n\
    min_node = 2\n[hybrid]\nmin_hospitals = 1\n";

/// A plan that grows trees.
pub(super) fn growing(title: &str, alignments: &[String], (trees, more): (u32, &str)) -> String {
    format!(
        "title = \"{title}\"\npurpose = \"testing\"\nkind = \"train-hybrid-gbdt\"\n\
         features = [\"points\", \"ward\"]\ntest = {{ share = 0.2, seed = 3 }}\n\
         [trees]\nobjective = \"logistic\"\ntrees = {trees}\nbins = 32\n\
         growth = {{ depth-wise = {{ depth = 3 }} }}\n{more}\n{}",
        parties(alignments, true)
    )
}

/// A plan that scores rows.
pub(super) fn predicting(alignments: &[String], model: &str) -> String {
    format!(
        "title = \"scores\"\npurpose = \"testing\"\nkind = \"predict-hybrid-gbdt\"\n\
         features = [\"points\", \"ward\"]\nmodel = \"{model}\"\n{}",
        parties(alignments, false)
    )
}

/// Who stands at each place, as a house's file and one of its orders say.
pub(super) async fn places(house: &House, place: usize, alignment: &str) -> Vec<u64> {
    let path = house.result(alignment).await.unwrap().aligned_path;
    let people = people(place);
    let table = fs::read_to_string(path).unwrap();
    let row = |line: &str| -> usize { line.split_once(',').unwrap().1.parse().unwrap() };
    let lines = table.lines().skip(1);
    lines.map(|line| people[row(line) - 1]).collect()
}
