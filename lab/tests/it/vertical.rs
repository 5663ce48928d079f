use consilium_lab::{Arm, Experiment, Part, Report};
use consilium_plan::Lang;

use crate::folder::Folder;

const ALIGN: &str = r#"
title = "Common patients"
purpose = "research: tests"
kind = "align"
party = [{ name = "hospital", data = "rows" }, { name = "insurer", data = "rows" }]

[[key.part]]
column = "number"
kind = "text"
"#;

const TRAIN: &str = r#"
title = "Two columns"
purpose = "research: tests"
kind = "train-vertical-gbdt"
alignment = "align.toml"

[trees]
objective = "logistic"
trees = 3

[[party]]
name = "hospital"
data = "rows"
features = ["x"]
label = { column = "ill" }

[[party.column]]
name = "x"
type = "number"
min = 0
max = 1000

[[party.column]]
name = "ill"
type = "boolean"

[[party]]
name = "insurer"
data = "rows"
features = ["z"]

[[party.column]]
name = "z"
type = "number"
min = 0
max = 1000
"#;

pub(crate) const FILES: &str = r#"title = "Vertical"
plan = "train.toml"
seeds = [1]

[data.hospital]
file = "hospital.csv"

[data.insurer]
file = "insurer.csv"

[test]
share = 0.25

[[approximate]]
"vertical.first_tree" = ["joint"]
"#;

/// The hospital knows people 0 to 79, in that order; the insurer 20 to 119, the last first.
pub(crate) fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("align.toml", ALIGN);
    folder.write("train.toml", TRAIN);
    let hospital = (0..80).map(|it| format!("n{it},{it},{}\n", u8::from(it % 4 == 0)));
    let insurer = (20..120).rev().map(|it| format!("n{it},{}\n", it + 500));
    let all = (0..60).map(|it| {
        // Every tenth row has no label, so it is nobody's.
        let ill = if it % 10 == 9 {
            ""
        } else {
            ["1", "0", "0"][it % 3]
        };
        format!("{it},{ill},{}\n", it + 500)
    });
    folder.write(
        "hospital.csv",
        &format!("number,x,ill\n{}", hospital.collect::<String>()),
    );
    folder.write(
        "insurer.csv",
        &format!("number,z\n{}", insurer.collect::<String>()),
    );
    folder.write("all.csv", &format!("x,ill,z\n{}", all.collect::<String>()));
    folder
}

/// Checks that the rows of both are of the same people; gives how many there are of each part.
fn counts(folder: &Folder, text: &str) -> (Experiment, [usize; 2]) {
    let (experiment, tables) = folder.read(text).expect("it is one");
    let shares = tables.shares(1, 0);
    assert_eq!(shares.len(), 2);
    let counts = [Part::Training, Part::Test].map(|part| {
        let [hospital, insurer] = [0, 1].map(|place| tables.rows(&shares[place], part));
        assert!(insurer.labels.is_empty());
        let pairs = hospital.columns[0]
            .values
            .iter()
            .zip(&insurer.columns[0].values);
        assert!(pairs.clone().all(|(x, z)| (x + 500.0 - z).abs() < 1e-9));
        assert_eq!(pairs.len(), hospital.labels.len());
        pairs.len()
    });
    (experiment, counts)
}

#[test]
fn rows_of_two_files_are_matched_by_the_alignments_key() {
    let (experiment, counts) = counts(&folder(), FILES);
    assert_eq!(counts, [45, 15]);
    // Pooled, each alone, exact, and one setting.
    assert_eq!(experiment.cells().len(), 5);
}

#[test]
fn one_table_gives_each_party_its_columns_of_the_same_rows() {
    let (_, rest) = FILES.split_once("[test]").expect("there are test rows");
    let text = format!(
        "title = \"Vertical\"\nplan = \"train.toml\"\nseeds = [1]\n[table]\nfile = \"all.csv\"\nsplit = {{ by = \"columns\" }}\n[test]{rest}"
    );
    // 54 of 60 rows have a label: a quarter is 13.5.
    assert_eq!(counts(&folder(), &text).1.iter().sum::<usize>(), 54);
    let real = format!("mode = \"processes\"\n{text}");
    assert_eq!(
        folder().refusal(&real),
        "lab.toml: line 7, column 11: mode = \"processes\" finds common rows by the plan's alignment: \
         give each institution its own file in [data.PARTY]"
    );
}

#[test]
fn daemons_align_among_themselves() {
    let folder = folder();
    let real = format!("mode = \"processes\"\n{FILES}");
    folder.read(&real).expect("all parties are the plan's");
    let other = "coordinator = \"elsewhere\"\n";
    let three = ALIGN.replace("[{", "[{ name = \"registry\", data = \"rows\" }, {");
    let three = format!("{three}\n[align]\nprotocol = \"star\"\n");
    for align in [three, format!("{other}{ALIGN}")] {
        folder.write("align.toml", &align);
        folder.read(FILES).expect("the lab matches rows by itself");
        let said = folder.refusal(&real);
        assert!(
            said.starts_with("train.toml: mode = \"processes\" runs the alignment"),
            "{said}"
        );
    }
}

#[test]
fn a_key_that_several_rows_have_is_refused() {
    let folder = folder();
    folder.write("insurer.csv", "number,z\nn1,1\nn1,2\nn2,3\n");
    assert_eq!(
        folder.refusal(FILES),
        "insurer.csv: 2 rows share 1 keys, and the plan refuses duplicates"
    );
    folder.write(
        "align.toml",
        &ALIGN.replace(
            "[[key.part]]",
            "[key]\nduplicates = \"all\"\n\n[[key.part]]",
        ),
    );
    assert_eq!(
        folder.refusal(FILES),
        "insurer.csv: several rows have one key, and the alignment keeps them all: duplicates = \"first\"?"
    );
}

#[test]
fn an_alignment_that_finds_no_rows_of_a_party_is_refused() {
    let folder = folder();
    folder.write("align.toml", &ALIGN.replace("\"insurer\"", "\"company\""));
    assert_eq!(
        folder.refusal(FILES),
        "train.toml: the alignment \"align.toml\" gives no common rows of insurer"
    );
    let hash = "\"0000000000000000000000000000000000000000000000000000000000000001\"";
    folder.write("train.toml", &TRAIN.replace("\"align.toml\"", hash));
    assert_eq!(
        folder.refusal(FILES),
        "train.toml: line 5, column 1: an experiment needs the alignment's plan, for the key by which rows are \
         matched: write the name of its file beside this plan, as in alignment = \"align.toml\", not a hash"
    );
}

#[test]
fn whoever_has_no_labels_is_no_arm_of_its_own() {
    let experiment = folder().load(FILES).expect("it is one");
    let report = Report::new(&experiment, &[]);
    let labels_of = |party: &str| {
        let party = party.parse().expect("it is a name");
        let arm = report.arm(&Arm::Local { party });
        let arm = arm.expect("it is an arm");
        arm.labels_of.as_ref().map(ToString::to_string)
    };
    assert_eq!(labels_of("hospital"), None);
    assert_eq!(labels_of("insurer"), Some("hospital".to_owned()));
    let page = report.html(Lang::En);
    assert!(page.contains("hospital alone") && !page.contains("insurer alone"));
    assert!(page.contains("columns of insurer with the labels of hospital"));
    let page = report.html(Lang::Zh);
    assert!(page.contains("insurer 的列加 hospital 的标签") && !page.contains("仅 insurer"));
}
