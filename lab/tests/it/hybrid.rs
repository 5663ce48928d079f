use std::{collections::BTreeSet, fmt::Write as _, fs};

use consilium_lab::Part;

use crate::folder::Folder;

const LAB: &str = r#"title = "Hospitals"
plan = "train.toml"
seeds = [1]

[data]
east = { file = "east.csv" }
north = { file = "north.csv" }
west = { file = "west.csv" }
insurer = { file = "insurer.csv" }

[test]
share = 0.25

[[approximate]]
"trees.trees" = [2]
"#;

fn align(hospital: &str, column: &str) -> String {
    format!(
        r#"title = "Patients of {hospital}"
purpose = "research: tests"
kind = "align"
party = [{{ name = "{hospital}", data = "rows" }}, {{ name = "insurer", data = "rows" }}]
key = {{ part = [{{ column = "{column}", kind = "text" }}] }}
"#
    )
}

/// Three hospitals with forty people each, all of whom the insurer knows.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut plan = String::from(
        r#"title = "Hospitals"
purpose = "research: tests"
kind = "train-hybrid-gbdt"
features = ["x"]
column = [{ name = "x", type = "integer", min = 0, max = 9 }]

[trees]
objective = "logistic"
trees = 3

[vertical]
first_tree = "joint"

[[party]]
name = "insurer"
data = "rows"
label = { column = "ill" }
column = [{ name = "ill", type = "boolean" }]
"#,
    );
    let mut labels = String::from("number,ill\n");
    for (place, hospital) in ["east", "north", "west"].into_iter().enumerate() {
        let alignment = format!("align-{hospital}.toml");
        folder.write(&alignment, &align(hospital, "number"));
        write!(
            plan,
            "\n[[party]]\nname = \"{hospital}\"\ndata = \"rows\"\nalignment = \"{alignment}\"\n"
        )
        .expect("a string takes any text");
        let mut rows = String::from("number,x\n");
        for person in 40 * place..40 * (place + 1) {
            writeln!(rows, "n{person},{}", person % 10).expect("a string takes any text");
            writeln!(labels, "n{person},{}", person % 3 / 2).expect("a string takes any text");
        }
        folder.write(&format!("{hospital}.csv"), &rows);
    }
    folder.write("insurer.csv", &labels);
    folder.write("train.toml", &plan);
    folder
}

#[test]
fn alignments_of_one_plan_have_one_key() {
    let folder = folder();
    folder.write("align-west.toml", &align("west", "other"));
    assert_eq!(
        folder.refusal(LAB),
        "train.toml: the alignment \"align-west.toml\" has another key than the first"
    );
}

#[test]
fn a_patient_at_two_hospitals_is_refused_as_the_plan_says() {
    let folder = folder();
    let rows: Vec<String> = (30..80).map(|it| format!("n{it},1\n")).collect();
    folder.write("north.csv", &format!("number,x\n{}", rows.concat()));
    assert_eq!(
        folder.refusal(LAB),
        "north.csv: some patients are at another hospital too, which the plan refuses: \
         hybrid.repeated_patients = true?"
    );
}

#[test]
fn all_rows_of_a_patient_of_two_hospitals_are_for_training_or_all_for_testing() {
    let folder = folder();
    let rows: Vec<String> = (30..80).map(|it| format!("n{it},1\n")).collect();
    folder.write("north.csv", &format!("number,x\n{}", rows.concat()));
    let plan = fs::read_to_string(folder.path("train.toml")).expect("it is there");
    let group = "[hybrid]\nrepeated_patients = true\n\n[vertical]\n";
    folder.write("train.toml", &plan.replace("[vertical]\n", group));
    let (_, tables) = folder.read(LAB).expect("the plan allows it");
    let shares = tables.shares(1, 0);
    let insurer = shares.iter().find(|it| it.party.as_str() == "insurer");
    let insurer = insurer.expect("it has the labels");
    let of = |part: Part| tables.numbers(insurer, part);
    let (training, test) = (of(Part::Training), of(Part::Test));
    assert_eq!(training.len() + test.len(), 130);
    let people = |rows: &[usize]| rows.iter().copied().collect::<BTreeSet<usize>>();
    let (trained, tested) = (people(&training), people(&test));
    assert_eq!(trained.len() + tested.len(), 120);
    assert!(trained.is_disjoint(&tested));
}

#[test]
fn a_group_of_hospitals_is_simulated_only() {
    assert_eq!(
        folder().refusal(&LAB.replace("seeds", "mode = \"processes\"\nseeds")),
        "lab.toml: line 3, column 1: mode = \"processes\" is not for kind = \"train-hybrid-gbdt\": \
         leave it out"
    );
}
