use consilium_lab::{KNOBS, Knob, LabFault};
use consilium_plan::Lang;
use proptest::prelude::*;

use crate::folder::{FILES, Folder, TABLE};

/// Each experiment with something written otherwise, and what is said of it.
const BAD: &[(&str, &str, &str, &str)] = &[
    (
        FILES,
        "title = \"Coarser",
        "title = Coarser",
        "lab.toml: line 1, column 9: missing opening quote, expected `\"`",
    ),
    (
        FILES,
        "seeds = [1, 2]",
        "seeds = [1, -2]",
        "lab.toml: line 3, column 13: invalid value: integer `-2`, expected a whole number, 0 or above",
    ),
    (
        FILES,
        "seeds",
        "format = 2\nseeds",
        "lab.toml: line 3, column 1: format 2 is not known, this program reads format 1",
    ),
    (
        FILES,
        "seeds",
        "sedes = 1\nseeds",
        "lab.toml: line 3, column 1: unknown field `sedes`, expected one of `format`, `title`, `plan`, `seeds`, `mode`, `data`, `table`, `test`, `link`, `bargain`, `approximate`, `published`",
    ),
    (
        FILES,
        "\"Coarser trees\"",
        "\" Coarser trees\"",
        "lab.toml: line 1, column 1: title needs 1 to 120 characters, all of them seen, without blanks at the ends",
    ),
    (
        FILES,
        "[[approximate]]",
        "[[published]]\nname = \"trees\"\nsource = \"a paper\"\nmeasure = \"rmse\"\nvalue = 1\nbeside = \"exact\"\n[[approximate]]",
        "lab.toml: line 20, column 1: a plan of this label is measured by \"auc\", \"accuracy\", \"log-loss\", \"brier\"",
    ),
    (
        FILES,
        "[[approximate]]",
        "[[published]]\nname = \"trees\"\nsource = \"a paper\"\nmeasure = \"accuracy\"\nvalue = 80\nbeside = \"exact\"\n[[approximate]]",
        "lab.toml: line 21, column 1: value must be from 0 to 1: a share, not percent",
    ),
    (
        FILES,
        "[[approximate]]",
        "[[published]]\nname = \"trees\"\nsource = \"a paper\"\nmeasure = \"auc\"\nvalue = 1\nbeside = \"other\"\n[[approximate]]",
        "lab.toml: line 22, column 1: beside must be \"pooled\", \"exact\" or the name of a block of settings, not \"other\"",
    ),
    (
        FILES,
        "[[approximate]]",
        "[[published]]\nname = \"trees\"\nsource = \"a paper\"\nmeasure = \"auc\"\nvalue = 1\ndeviation = 0\nbeside = \"exact\"\n[[approximate]]",
        "lab.toml: line 22, column 1: deviation must be a finite number above 0",
    ),
    (
        FILES,
        "seeds = [1, 2]",
        "seeds = []",
        "lab.toml: line 3, column 1: seeds is empty: give at least one value",
    ),
    (
        FILES,
        "seeds = [1, 2]",
        "seeds = [1, 2, 1]",
        "lab.toml: line 3, column 1: seeds has 1 twice",
    ),
    (
        FILES,
        "\"plan.toml\"",
        "\"other.toml\"",
        "lab.toml: line 2, column 1: other.toml: no such file",
    ),
    (
        FILES,
        "\"south.csv\"",
        "\"east.csv\"",
        "lab.toml: line 9, column 1: east.csv: no such file",
    ),
    (
        FILES,
        "[data.south]",
        "[data.east]",
        "lab.toml: line 8, column 7: the plan has no contributor \"east\"; it has north, south, west",
    ),
    (
        FILES,
        "[data.south]\nfile = \"south.csv\"\n",
        "",
        "lab.toml: line 5, column 2: nothing is given for south, a contributor of the plan",
    ),
    (
        FILES,
        "\"south.csv\"",
        "\"south.csv\"\nsplit = \"split.csv\"",
        "lab.toml: line 10, column 1: split.csv: no such file",
    ),
    (
        FILES,
        "share = 0.25",
        "share = 0.95",
        "lab.toml: line 15, column 1: test.share must be over 0 and at most 0.9",
    ),
    (
        FILES,
        "share = 0.25",
        "folds = 1",
        "lab.toml: line 15, column 1: test.folds must be 2 to 20",
    ),
    (
        FILES,
        "share = 0.25",
        "",
        "lab.toml: line 14, column 2: [test] needs either share or folds",
    ),
    (
        FILES,
        "[test]\nshare = 0.25\n",
        "",
        "lab.toml: line 1, column 1: [test] with share or folds is needed: no file says which rows are for testing",
    ),
    (
        FILES,
        "share = 0.25",
        "share = 0.001",
        "lab.toml: line 14, column 2: north has no test rows with seed 1",
    ),
    (
        FILES,
        "share = 0.25",
        "share = 0.25\ngroup = \"patient\"",
        "lab.toml: line 16, column 1: the schema declares no column \"patient\"",
    ),
    (
        FILES,
        "[test]",
        "[link]\nloss = 0.9\n[test]",
        "lab.toml: line 15, column 1: link.loss must be 0 to 0.5",
    ),
    (
        FILES,
        "[test]",
        "[link.party.east]\nloss = 0.1\n[test]",
        "lab.toml: line 14, column 13: the plan has no contributor \"east\"; it has north, south, west",
    ),
    (
        FILES,
        "\"trees.bins\"",
        "\"trees.bin\"",
        "lab.toml: line 18, column 1: unknown knob \"trees.bin\"; is it trees.bins?",
    ),
    (
        FILES,
        "[16, 32]",
        "[]",
        "lab.toml: line 18, column 1: trees.bins is empty: give at least one value",
    ),
    (
        FILES,
        "[16, 32]",
        "16",
        "lab.toml: line 18, column 1: the values of \"trees.bins\" are a list, such as [16, 32]",
    ),
    (
        FILES,
        "[16, 32]",
        "[16, 8]",
        "lab.toml: line 18, column 21: trees.bins = 8, trees.trees = 5: trees.bins: 'bins' must be 16 to 256",
    ),
    (
        FILES,
        "[16, 32]",
        "[16, \"many\"]",
        "lab.toml: line 18, column 21: trees.bins = \"many\", trees.trees = 5: invalid type: string \"many\", expected a whole number from 0 to 65535",
    ),
    (
        FILES,
        "[16, 32]",
        "[16, 16]",
        "lab.toml: line 18, column 21: trees.bins = 16, trees.trees = 5: the same plan as trees.bins = 16, trees.trees = 5 on line 18",
    ),
    (
        FILES,
        "\"trees.bins\" = [16, 32]\n\"trees.trees\" = [5, 10, 15]",
        "\"trees.trees\" = [20]",
        "lab.toml: line 18, column 18: trees.trees = 20: the same plan as the exact plan",
    ),
    (
        FILES,
        "\"trees.bins\" = [16, 32]\n\"trees.trees\" = [5, 10, 15]",
        "name = \"none\"",
        "lab.toml: line 17, column 1: this block turns no knob: give at least one, such as \"trees.bins\" = [16, 32]",
    ),
    (
        FILES,
        "\"trees.bins\" = [16, 32]",
        "\"vertical.stride\" = [4]",
        "lab.toml: line 18, column 22: trees.trees = 5, vertical.stride = 4: vertical: this has no meaning in a plan of kind = \"train-gbdt\"",
    ),
    (
        FILES,
        "\"trees.bins\" = [16, 32]",
        "trees.rows = [{ goss = { top = 0.9, other = 0.2 } }]",
        "lab.toml: line 18, column 15: trees.rows = { goss = { other = 0.2, top = 0.9 } }, trees.trees = 5: trees.rows: 'rows' must be shares over 0 that make less than 1",
    ),
    (
        TABLE,
        "[table]",
        "[data.north]\nfile = \"north.csv\"\n[table]",
        "lab.toml: line 7, column 2: either [data.PARTY] with a file for each institution, or one [table], is needed",
    ),
    (
        TABLE,
        "by = \"column\"",
        "by = \"columns\"",
        "lab.toml: line 9, column 1: by = \"columns\" does not suit a plan of kind = \"train-gbdt\": by = \"column\", \"label-skew\" or \"quantity\"",
    ),
    (
        TABLE,
        "by = \"column\"",
        "by = \"quantity\"",
        "lab.toml: line 9, column 1: by = \"quantity\" needs either alpha or shares, and no other key",
    ),
    (
        FILES,
        "seeds = [1, 2]",
        "seeds = [\"1\"]",
        "lab.toml: line 3, column 10: invalid type: string \"1\", expected a whole number, 0 or above",
    ),
    (
        FILES,
        "[test]",
        "[bargain]\nlost = 3\n[test]",
        "lab.toml: line 15, column 1: bargain.lost must be from 0 to below 1, such as 0.03 for 3 %",
    ),
    (
        FILES,
        "[[approximate]]",
        "[[approximate]]\n\"trees.trees\" = [10]\n[[approximate]]\n\"trees.trees\" = [\n  10,\n]\n[[approximate]]",
        "lab.toml: line 21, column 3: trees.trees = 10: the same plan as trees.trees = 10 on line 18",
    ),
    (
        FILES,
        "\"trees.bins\" = [16, 32]",
        "\"trees.growth\" = [\n  { depth-wise = { depth = 3 } },\n  { depth-wise = { depht = 3 } },\n]",
        "lab.toml: line 20, column 20: trees.growth = { depth-wise = { depht = 3 } }, trees.trees = 5: unexpected keys in table: depht, available keys: depth",
    ),
    (
        TABLE,
        "\nrest = \"drop\"",
        "",
        "lab.toml: line 11, column 1: rows of no party: 33 with site = \"5\", 33 with site = \"6\"; give their values to parties, or leave them out with rest = \"drop\"",
    ),
    (
        TABLE,
        "parties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }",
        "parties = \"all\"",
        "lab.toml: line 11, column 11: invalid value: string \"all\", expected a table such as { north = [\"1\"] }, or \"every-value\"",
    ),
    (
        TABLE,
        "by = \"column\"\ncolumn = \"site\"\nparties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }",
        "by = \"quantity\"\nalpha = 1.0",
        "lab.toml: line 9, column 1: by = \"quantity\" needs either alpha or shares, and no other key",
    ),
    (
        TABLE,
        "column = \"site\"",
        "column = \"town\"",
        "lab.toml: line 10, column 1: the schema declares no column \"town\"",
    ),
    (
        TABLE,
        "[\"3\"]",
        "[\"3\", \"2\"]",
        "lab.toml: line 11, column 1: table.split.parties has \"2\" twice",
    ),
    (
        TABLE,
        "[\"3\"]",
        "[]",
        "lab.toml: line 11, column 33: table.split.parties.south is empty: give at least one value",
    ),
    (
        TABLE,
        "[\"3\"]",
        "[\"3\", \"7\"]",
        "lab.toml: line 11, column 33: no usable row has site = \"7\"",
    ),
    (
        TABLE,
        "by = \"column\"\ncolumn = \"site\"\nparties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }\nrest = \"drop\"",
        "by = \"label-skew\"\nalpha = 0.0",
        "lab.toml: line 10, column 1: table.split.alpha must be 0.001 to 1000000",
    ),
    (
        TABLE,
        "by = \"column\"\ncolumn = \"site\"\nparties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }\nrest = \"drop\"",
        "by = \"quantity\"\nshares = { north = 0.6, south = 0.3, west = 0.2 }",
        "lab.toml: line 10, column 1: table.split.shares must be numbers over 0 that make 1 together",
    ),
    (
        TABLE,
        "by = \"column\"\ncolumn = \"site\"\nparties = { north = [\"1\", \"2\"], south = [\"3\"], west = [\"4\"] }\nrest = \"drop\"",
        "by = \"quantity\"\nshares = { north = 0.699, south = 0.3, west = 0.001 }",
        "lab.toml: line 8, column 8: west has no training rows with seed 1 in fold 0",
    ),
];

#[test]
fn what_is_wrong_with_an_experiment_is_named_with_its_line() {
    let folder = Folder::new();
    for (text, from, to, expected) in BAD {
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1);
        assert_eq!(folder.refusal(&text), *expected, "{to}");
    }
}

#[test]
fn whoever_mistypes_a_knob_beyond_recognition_sees_all_of_this_kind_of_plan() {
    let said = Folder::new().refusal(&FILES.replace("trees.bins", "limits.runs"));
    let (_, all) = said.split_once("this plan has ").expect("they are listed");
    let all: Vec<&str> = all.split(", ").collect();
    let of_kind =
        |knob: &&Knob| knob.path.starts_with("trees.") || knob.path.starts_with("protection.");
    let of_kind = KNOBS.iter().filter(of_kind).map(|knob| knob.path);
    assert_eq!(all, of_kind.collect::<Vec<_>>());
}

#[test]
fn an_experiment_in_the_place_of_a_plan_is_named_as_such_and_the_reverse() {
    let folder = Folder::new();
    folder.write("other.toml", FILES);
    assert_eq!(
        folder.refusal(&FILES.replace("\"plan.toml\"", "\"other.toml\"")),
        "other.toml: this is an experiment, not a plan: name the plan that it varies"
    );
    let plan = std::fs::read_to_string(folder.path("plan.toml")).expect("it is there");
    assert_eq!(
        folder.refusal(&plan),
        "lab.toml: this is a plan, not an experiment: `consilium lab new` writes one for it"
    );
}

#[test]
fn what_a_plan_names_and_is_not_there_is_placed_in_the_plan() {
    let folder = Folder::new();
    std::fs::remove_file(folder.path("schema.toml")).expect("it was there");
    assert_eq!(
        folder.refusal(FILES),
        "plan.toml: line 5, column 1: schema.toml: no such file"
    );
    std::fs::write(folder.path("schema.toml"), b"\xff\xfe[\0").expect("there is room");
    assert_eq!(
        folder.refusal(FILES),
        "schema.toml: can't be read: not UTF-8: save it in that encoding"
    );
}

#[test]
fn what_daemons_do_not_run_is_refused_where_they_are_to_run_it() {
    let folder = Folder::new();
    let plan = std::fs::read_to_string(folder.path("plan.toml")).expect("it is there");
    let (plan, _) = plan.split_once("[trees]").expect("it grows trees");
    folder.write("plan.toml", &plan.replace("train-gbdt", "train-glm"));
    let (before, _) = FILES.split_once("\"trees.bins\"").expect("there is a knob");
    let text = format!(
        "mode = \"processes\"\n{before}\"model.lead\" = [\"north\"]\n\"model.method\" = [\"surrogate\"]\n"
    );
    assert_eq!(
        folder.refusal(&text),
        "lab.toml: line 20, column 19: model.lead = \"north\", model.method = \"surrogate\": only with \
         mode = \"simulated\": leave mode = \"processes\" out, or this"
    );
}

#[test]
fn it_is_said_in_chinese_with_the_same_place() {
    let folder = Folder::new();
    for (text, from, to, expected) in BAD {
        let error = folder
            .read(&text.replacen(from, to, 1))
            .expect_err("it is refused");
        let place = error.place.expect("all of these have a place");
        assert!(expected.contains(&format!("line {}, column {}", place.line, place.column)));
        let said = error.say(Lang::Zh);
        let (_, fault) = said
            .split_once(&format!("第 {} 行第 {} 列：", place.line, place.column))
            .unwrap_or_else(|| panic!("{said}"));
        let is_parsers = matches!(*error.fault, LabFault::Toml(_) | LabFault::Setting { .. });
        let is_of_system = matches!(*error.fault, LabFault::NoFile { .. });
        let is_chinese = fault.chars().any(|letter| ('一'..='龥').contains(&letter));
        assert!(is_chinese || is_parsers || is_of_system, "{said}");
    }
}

#[test]
fn a_plan_that_the_lab_can_not_vary_is_refused() {
    let folder = Folder::new();
    let align = "title = \"T\"\npurpose = \"p\"\nkind = \"align\"\nparty = [{ name = \"a\", data = \"d\" }, { name = \"b\", data = \"d\" }]\n[[key.part]]\ncolumn = \"n\"\nkind = \"text\"\n";
    folder.write("plan.toml", align);
    assert_eq!(
        folder.refusal(FILES),
        "plan.toml: a plan of kind = \"align\" can't be varied: train-glm, train-gbdt, \
         train-vertical-gbdt and train-hybrid-gbdt can"
    );
    folder.write("plan.toml", "title = 3");
    assert_eq!(
        folder.refusal(FILES),
        "plan.toml: line 1, column 9: invalid type: integer `3`, expected a string"
    );
}

#[test]
fn what_is_wrong_with_a_table_is_named_with_its_file() {
    let folder = Folder::new();
    folder.write("south.csv", "x,ill,site\n0.5,1,1\n");
    assert_eq!(folder.refusal(FILES), "south.csv: the header lacks person");
    folder.write("south.csv", "x,ill,site,person\n2.5,1,1,p1\n");
    assert_eq!(
        folder.refusal(FILES),
        "south.csv: 1 of 1 rows refused, the first at line 2, row 1, column 1 (x): outside the \
         declared range 0 to 1"
    );
    let folder = Folder::new();
    let mut split = FILES.replace("[test]\nshare = 0.25\n", "");
    for party in ["north", "south", "west"] {
        let file = format!("file = \"{party}.csv\"");
        split = split.replace(&file, &format!("{file}\nsplit = \"split.csv\""));
    }
    for (lines, expected) in [
        (
            "1,train\n2,test\n",
            "split.csv: row 3 of north is usable and in no part",
        ),
        (
            "1,train\n1,test\n",
            "split.csv: row 1 is named twice; a split has the header row,split and lines such as 17,train",
        ),
    ] {
        folder.write("split.csv", &format!("row,split\n{lines}"));
        assert_eq!(folder.refusal(&split), expected);
    }
    let all: Vec<String> = (1..=40).map(|row| format!("{row},train\n")).collect();
    folder.write("split.csv", &format!("row,split\n{}", all.concat()));
    assert_eq!(
        folder.refusal(&split),
        "lab.toml: line 7, column 1: north has no test rows with seed 1"
    );
    let (before, after) = split
        .rsplit_once("\nsplit = \"split.csv\"")
        .expect("west has one");
    assert_eq!(
        folder.refusal(&format!("{before}{after}")),
        "lab.toml: line 13, column 7: west has no split, and others have one: all need one, or none"
    );
    let twice = split.replace("[[approximate]]", "[test]\nfolds = 2\n[[approximate]]");
    assert_eq!(
        folder.refusal(&twice),
        "lab.toml: line 18, column 2: the split files say which rows are for testing: leave out [test]"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_experiment_that_was_damaged_is_read_or_refused(
        of_table: bool,
        at in 0..400usize,
        cut in 0..30usize,
        put in "[\\[\\]{}=\"0-9a-z.,\n é-]{0,6}",
    ) {
        let text = if of_table { TABLE } else { FILES };
        let (before, after) = text.split_at(at % text.len());
        let rest = &after[cut.min(after.len())..];
        if let Err(error) = Folder::new().read(&format!("{before}{put}{rest}")) {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(!error.say(Lang::Zh).is_empty());
        }
    }
}
