//! Two files whose common people are found.

mod broken;

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;

use crate::{consilium, local::as_strs, printed, watching::Daemon};

/// The guide's first plan.
pub(crate) fn plan() -> &'static str {
    plan_of("ecdh")
}

/// The guide's plan that names this protocol.
pub(crate) fn plan_of(protocol: &str) -> &'static str {
    let guide = include_str!("../../../docs/guide/align.md");
    let blocks = guide.split("```toml\n").skip(1);
    let mut plans = blocks.map(|block| block.split("```").next().unwrap());
    let named = format!("protocol = {protocol:?}");
    plans.find(|plan| plan.contains(&named)).unwrap()
}

/// The citizen id of a made-up person, whose check digit fits.
pub(crate) fn id(person: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let number = person % 720 / 8 * 10 + person % 8 + 1;
    let (day, month) = (person / 720 % 28 + 1, person / 20_160 % 12 + 1);
    let year = 1950 + person / 241_920;
    let body = format!("110105{year}{month:02}{day:02}{number:03}");
    let sum: u32 = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = b"10X98765432"[sum as usize % 11];
    body + &char::from(check).to_string()
}

/// Writes the plan and two files; gives the command over them.
pub(crate) fn write_study(folder: &Path, size: u32, common: u32) -> Vec<String> {
    fs::write(folder.join("plan.toml"), plan()).unwrap();
    let parties = [("hospital", "admissions"), ("insurer", "members")];
    write_files(folder, &parties, (size, common))
}

/// Writes a file for each party, with its data set's name; gives the command over them. All others
/// have the same people, and some of them in common with the hospital.
pub(crate) fn write_files(
    folder: &Path,
    parties: &[(&str, &str)],
    (size, common): (u32, u32),
) -> Vec<String> {
    let mut args = ["local", "plan.toml", "--out", "left"]
        .map(str::to_owned)
        .to_vec();
    for (name, set) in parties {
        let first = if *name == "hospital" {
            0
        } else {
            size - common
        };
        let mut rows = String::from("ward,citizen_id\n");
        for person in first..first + size {
            writeln!(rows, "3,{}", id(person)).unwrap();
        }
        fs::write(folder.join(format!("{name}.csv")), rows).unwrap();
        args.extend(["--data".to_owned(), format!("{name}/{set}={name}.csv")]);
    }
    args
}

/// Sees that row `first + place` of the one stands beside row `place` of the other, for all.
pub(crate) fn assert_fits(hospital: &Path, insurer: &Path, (size, common): (u32, u32)) {
    let read = |path: &Path| -> Vec<(u32, u32)> {
        let table = fs::read_to_string(path).unwrap();
        let line = |line: &str| {
            let (place, row) = line.split_once(',').unwrap();
            (place.parse().unwrap(), row.parse().unwrap())
        };
        table.lines().skip(1).map(line).collect()
    };
    let (ones, others) = (read(hospital), read(insurer));
    assert_eq!(
        (ones.len(), others.len()),
        (common as usize, common as usize)
    );
    for ((place, row), (same, other)) in ones.iter().zip(&others) {
        assert_eq!(place, same);
        assert_eq!(*row, size - common + other);
    }
}

#[test]
fn two_files_become_one_order_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path(), 400, 150);
    args.push("--json".to_owned());
    let line: Value = serde_json::from_str(&printed(folder.path(), &as_strs(&args))).unwrap();
    for (party, other) in [("hospital", "insurer"), ("insurer", "hospital")] {
        assert_eq!(line["sets"][party]["common"]["exact"], 150);
        assert_eq!(line["sets"][party]["peers"][other], 400);
    }
    assert_eq!(line["ok"], true);
    let result = folder.path().join("left/result");
    let file = |name: &str| result.join(format!("{name}-aligned.csv"));
    assert_fits(&file("hospital"), &file("insurer"), (400, 150));
    let report = fs::read_to_string(result.join("report.json")).unwrap();
    assert!(!report.contains("\"common\"") && !report.contains("150"));
}

#[test]
fn too_few_common_people_are_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path(), 400, 99);
    let path = folder.path().join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    fs::write(&path, rows + "1,1.10105E+17\n2,1.10105E+17\n").unwrap();
    for (lang, told) in [
        ("en", "hospital: 2 × written with an exponent"),
        ("zh", "hospital: 2 × 以科学计数法书写"),
    ] {
        args.extend(["--lang", lang].map(str::to_owned));
        let output = consilium(folder.path(), &as_strs(&args));
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        for told in ["ALIGN-TOO-FEW", "402", told, "consilium data keys"] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert!(!said.contains("99"), "{said}");
        args.truncate(args.len() - 2);
    }
}

#[test]
fn a_house_lists_its_alignments_and_its_steward_signs_no_plan_that_its_keys_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let args = write_study(here, 150, 120);
    printed(here, &as_strs(&args));
    let home = |party: &str| here.join("left").join(party);
    let _coordinator = Daemon::start(&home("coordinator"), "coordinator");
    let _hospital = Daemon::start(&home("hospital"), "participant");
    let at = ["--at", "left/hospital/state/steward.sock"];

    let list = [&["data", "alignments"], &at[..]].concat();
    let line = printed(here, &[&list[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&line).unwrap();
    let short = |of: &str| found[of].as_str().unwrap()[..12].to_owned();
    let row = [&short("id"), "admissions", &short("version"), "120"];
    for (lang, header, state) in [
        ("en", ["id", "data set", "common rows", "since"], "current"),
        ("zh", ["编号", "数据集", "共同行", "自"], "有效"),
    ] {
        let table = printed(here, &[&list[..], &["--lang", lang]].concat());
        let words = [&header[..], &row, &["insurer", state]].concat();
        assert!(words.iter().all(|word| table.contains(word)), "{table}");
    }

    let fewer = plan().replace("200_000", "149");
    fs::write(here.join("fewer.toml"), fewer).unwrap();
    let operator = ["--at", "left/coordinator/state/operator.sock", "--json"];
    let submit = [&["study", "submit", "fewer.toml"], &operator[..]].concat();
    let submitted: Value = serde_json::from_str(&printed(here, &submit)).unwrap();
    let study = submitted["study"].as_str().unwrap();
    let studies = [&["study", "list"], &at[..], &["--json"]].concat();
    while !printed(here, &studies).contains(study) {}
    fs::write(here.join("pass"), "correct horse").unwrap();
    let pass = ["--passphrase-file", "pass"];
    printed(here, &[&["person", "new-key", "li"], &pass[..]].concat());
    let approve = ["study", "approve", study, "--key", "li.key.pem", "--yes"];
    let refused = consilium(here, &[&approve[..], &pass, &at].concat());
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("ALIGN-SET-TOO-LARGE") && said.contains("149"),
        "{said}"
    );
    assert!(!said.contains("150"), "{said}");
    let show = [&["study", "show", study], &operator[..]].concat();
    let shown = printed(here, &show);
    assert!(shown.contains("\"decisions\":[]"), "{shown}");
}

#[test]
fn keys_are_looked_at_where_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    write_study(folder.path(), 120, 10);
    let path = folder.path().join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    let damaged = format!("{rows}1,1.10105E+17\n2,{}\n4,\n", id(3));
    fs::write(&path, damaged).unwrap();
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    let line = printed(folder.path(), &[&keys[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(report["counts"]["rows"], 123);
    assert_eq!(report["counts"]["keys"], 120);
    assert_eq!(report["refused"][0]["row"], 121);
    assert_eq!(report["refused"][0]["reason"], "scientific");
    assert_eq!(report["repeats"][0]["row"], 122);
    let page = printed(folder.path(), &keys);
    assert!(page.contains("row 122 has the key of row 4"), "{page}");
    assert!(!page.contains(&id(3)) && !line.contains(&id(3)));

    let strict = plan().replace("\"all\"", "\"refuse\"");
    fs::write(folder.path().join("plan.toml"), strict).unwrap();
    let output = consilium(folder.path(), &keys);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("rows share a key") && said.contains("KEYS-REPEATED"),
        "{said}"
    );
}

#[test]
fn a_frequent_key_is_warned_of_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_study(here, 120, 10);
    let path = here.join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    let nobody = format!("1,{}\n", id(500)).repeat(30);
    fs::write(&path, rows + &nobody).unwrap();
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    for (lang, said) in [
        ("en", "30 rows have the key of row 121"),
        ("zh", "第 121 行的键由 30 行共用"),
    ] {
        let page = printed(here, &[&keys[..], &["--lang", lang]].concat());
        assert!(page.contains(said) && !page.contains(&id(500)), "{page}");
    }
    let line: Value =
        serde_json::from_str(&printed(here, &[&keys[..], &["--json"]].concat())).unwrap();
    assert_eq!(line["counts"]["frequent_keys"], 1);
    assert_eq!(
        line["frequent"],
        serde_json::json!([{"row": 121, "rows": 30}])
    );
    assert_eq!(line["frequent_unnamed"], 0);
}

#[test]
fn rows_that_are_not_named_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_study(here, 120, 10);
    let mut rows = fs::read_to_string(here.join("hospital.csv")).unwrap();
    for person in 0..25 {
        writeln!(rows, "1,1.10105E+17\n2,{}", id(person)).unwrap();
    }
    fs::write(here.join("hospital.csv"), rows).unwrap();
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    let page = printed(here, &keys);
    assert_eq!(page.matches("and 5 more").count(), 2, "{page}");
    assert!(page.contains("the keys are such as the plan asks for"));
    let all = [&keys[..], &["--issues", "25"]].concat();
    assert!(!printed(here, &all).contains("more"));
    let line: Value =
        serde_json::from_str(&printed(here, &[&all[..], &["--json"]].concat())).unwrap();
    assert_eq!(line["refused"].as_array().unwrap().len(), 25);
    assert_eq!(line["repeats_unnamed"], 0);
    let few: Value =
        serde_json::from_str(&printed(here, &[&keys[..], &["--json"]].concat())).unwrap();
    assert_eq!(few["refused_unnamed"], 5);
    assert_eq!(few["fails"], serde_json::json!({}));
}

#[test]
fn keys_with_which_the_study_would_fail_are_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_study(here, 120, 10);
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    let minimum = "minimum = 100";
    for (from, to, why) in [
        (
            minimum,
            "minimum = 121",
            "fewer than 121 different keys (ALIGN-SET-TOO-SMALL)",
        ),
        (
            "200_000",
            "110",
            "more than 110 different keys (ALIGN-SET-TOO-LARGE)",
        ),
    ] {
        assert!(plan().contains(from));
        fs::write(here.join("plan.toml"), plan().replace(from, to)).unwrap();
        let output = consilium(here, &keys);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(why) && said.contains("hint:"), "{said}");
        assert!(!output.stdout.is_empty());
    }

    // Only whoever asks is bounded by the number of queries.
    let asks = "minimum = 100\nholder = \"insurer\"\nqueries = 110";
    let asked = plan()
        .replace("\"ecdh\"", "\"unbalanced\"")
        .replace(minimum, asks);
    fs::write(here.join("plan.toml"), asked).unwrap();
    let page = printed(here, &keys);
    let said = "if this is the file of hospital: more than 110 different keys";
    assert!(page.contains(said), "{page}");
    let line = printed(here, &[&keys[..], &["--json"]].concat());
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        line["fails"],
        serde_json::json!({"hospital": "ALIGN-SET-TOO-LARGE"})
    );
}

#[test]
fn a_key_column_of_another_type_is_named_and_not_called_missing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_study(here, 20, 10);
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    for (column, said) in [
        (
            "name = \"citizen_id\"\ntype = \"integer\"\nmin = 0\nmax = 9",
            "KEYS-COLUMN",
        ),
        (
            "name = \"ward\"\ntype = \"code\"",
            "the schema has no column citizen_id",
        ),
    ] {
        fs::write(here.join("drafted.toml"), format!("[[column]]\n{column}\n")).unwrap();
        let output = consilium(here, &[&keys[..], &["--schema", "drafted.toml"]].concat());
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            told.contains(said) && told.contains("type = \"code\""),
            "{told}"
        );
        assert!(!told.contains("header"), "{told}");
    }
}

#[test]
fn why_keys_failed_is_told_of_where_no_run_begins() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let args = write_study(here, 150, 120);
    let path = here.join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    let header = rows.lines().next().unwrap();
    let lost = "1,1.10105E+17\n".repeat(25);
    fs::write(&path, format!("{header}\n{lost}")).unwrap();
    let output = consilium(here, &as_strs(&args));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for told in [
        "(KEYS-NONE)",
        "hospital: 25 × written with an exponent",
        "consilium data keys FILE",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn a_key_column_of_another_type_is_named_before_a_local_study_begins() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut args = write_study(here, 150, 120);
    let drafted = "[[column]]\nname = \"citizen_id\"\ntype = \"integer\"\n";
    fs::write(here.join("drafted.toml"), drafted).unwrap();
    args.extend(["--schema", "drafted.toml"].map(str::to_owned));
    let output = consilium(here, &as_strs(&args));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("hospital/") && said.contains("KEYS-COLUMN"),
        "{said}"
    );
    assert!(!here.join("left").exists(), "nothing was begun");
}

#[test]
fn the_page_of_a_local_study_says_which_rows_gave_no_key_and_what_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let args = write_study(here, 150, 120);
    let path = here.join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    fs::write(&path, rows + &"1,1.10105E+17\n".repeat(25)).unwrap();
    let page = printed(here, &as_strs(&args));
    assert!(
        page.contains("hospital: 25 × written with an exponent"),
        "{page}"
    );
    let report = fs::read_to_string(here.join("left/result/hospital-report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let named = report["keys"]["refused"]["scientific"].as_array().unwrap();
    assert_eq!((named.len(), &named[0]), (20, &Value::from(151)));
    assert_eq!(report["keys"]["refused_unnamed"], 5);
    for said in [
        "consilium data keys FILE",
        "incomplete",
        "common rows",
        "peak MiB",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
}
