//! `consilium data privacy`, from a file to its report.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;

use crate::{consilium, printed};

mod attacks;

const GUIDE: &str = include_str!("../../../docs/guide/privacy.md");

fn example(name: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/heart-disease");
    examples.join(name).to_str().unwrap().to_owned()
}

/// Arguments over Cleveland's patients.
fn over<'a>(file: &'a str, schema: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "data",
        "privacy",
        file,
        "--schema",
        schema,
        "--quasi",
        "age,sex,cp",
    ];
    [&args, more].concat()
}

#[test]
fn patients_are_measured_and_a_report_is_left_for_their_holder_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (file, schema) = (example("processed.cleveland.data"), example("schema.toml"));
    let more = [
        "--sensitive",
        "chol,num",
        "--population-rows",
        "6060",
        "--out",
        "report",
        "--json",
    ];
    let line = printed(folder.path(), &over(&file, &schema, &more));
    let found: Value = serde_json::from_str(&line).unwrap();
    // As trust/privacy/vectors/tables.json has them of the same columns.
    assert_eq!(
        (&found["format"], &found["for"]),
        (&Value::from(1), &Value::from("owner"))
    );
    assert_eq!(found["curve"]["smallest"], 1);
    let estimate = found["population"]["zayatz"].as_f64().unwrap();
    assert!(
        (estimate - 509.591_900_514_973_64).abs() < 1e-6,
        "{estimate}"
    );
    assert_eq!(found["sensitive"][0]["distance"], "ordered");
    assert_eq!(found["grade"], 2);

    let kept = |name: &str| folder.path().join("report").join(name);
    let json: Value =
        serde_json::from_str(&fs::read_to_string(kept("privacy.json")).unwrap()).unwrap();
    assert_eq!(json, found);
    let page = fs::read_to_string(kept("privacy.html")).unwrap();
    assert!(page.contains("<svg") && page.ends_with("</html>\n"));
    let mode = fs::metadata(kept("privacy.html"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
    let folder_mode = fs::metadata(folder.path().join("report"));
    assert_eq!(folder_mode.unwrap().permissions().mode() & 0o077, 0);

    let again = consilium(folder.path(), &over(&file, &schema, &more));
    assert_eq!(
        again.status.code(),
        Some(1),
        "a report is never overwritten"
    );
}

#[test]
fn both_languages_tell_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (file, schema) = (example("processed.cleveland.data"), example("schema.toml"));
    let pages = [
        (
            "en",
            "are like no other",
            "prosecutor: knows",
            "What a class tells",
        ),
        ("zh", "独一无二", "检察官：已知", "等价类透露的信息"),
    ];
    for (lang, lead, attacker, heading) in pages {
        let more = ["--sensitive", "num", "--out", lang, "--lang", lang];
        let told = printed(folder.path(), &over(&file, &schema, &more));
        let page = fs::read_to_string(folder.path().join(lang).join("privacy.html")).unwrap();
        for text in [&told, &page] {
            assert!(text.contains(lead) && text.contains(attacker), "{text}");
            assert!(text.contains("303"), "{text}");
        }
        assert!(page.contains(heading), "{page}");
        assert!(!told.contains("NaN") && !page.contains("NaN"));
    }
}

#[test]
fn a_population_hides_a_table_and_strangers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "schema.toml",
        "[[column]]\nname = \"age\"\ntype = \"integer\"\n[[column]]\nname = \"ill\"\ntype = \"code\"\n",
    );
    write("ill.csv", "age,ill\n30,E11\n30,I10\n50,I10\n");
    write("town.csv", "name,age\na,30\nb,30\nc,30\nd,30\ne,50\n");
    write("other.csv", "age\n30\n30\n");
    let args = |people: &'static str| {
        let args = [
            "data",
            "privacy",
            "ill.csv",
            "--schema",
            "schema.toml",
            "--quasi",
            "age",
        ];
        [&args[..], &["--population", people, "--json"]].concat()
    };
    let found: Value = serde_json::from_str(&printed(folder.path(), &args("town.csv"))).unwrap();
    assert_eq!(found["risks"]["journalist"]["highest"], 1.0);
    assert_eq!(found["risks"]["marketer"], 0.5);
    assert_eq!(found["counted"]["population"], 5);
    assert_eq!(found["counted"]["alone"], 1);

    let refused = consilium(folder.path(), &args("other.csv"));
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("must hold everybody"), "{told}");
}

#[test]
fn people_are_named_whatever_their_columns_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("zh.csv", "姓名,性别\n张,男\n李,女\n");
    write(
        "hidden.csv",
        "x,sex,\"a,b\"\n11010519491231002X,m,1\n,f,2\n",
    );
    let found = |file: &str, quasi: &str, more: &[&str]| -> Value {
        let args = [&["data", "privacy", file, "--quasi", quasi, "--json"], more].concat();
        serde_json::from_str(&printed(folder.path(), &args)).unwrap()
    };
    let zh = found("zh.csv", "性别", &[]);
    assert_eq!(
        (&zh["grade"], &zh["direct"][0]),
        (&1.into(), &"姓名".into())
    );
    let hidden = found("hidden.csv", "\"a,b\"", &[]);
    assert_eq!(hidden["direct"][0], "x");
    assert_eq!(hidden["sensitivity"]["forgotten"][0], "sex");
    let innocent = found("hidden.csv", "sex", &["--not-direct", "x"]);
    assert_eq!(innocent["grade"], 2);
}

#[test]
fn a_person_with_many_rows_hides_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "who,age\n1,30\n1,30\n1,30\n2,40\n3,40\n";
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let smallest = |more: &[&str]| {
        let args = ["data", "privacy", "rows.csv", "--quasi", "age", "--json"];
        let line = printed(folder.path(), &[&args, more].concat());
        let found: Value = serde_json::from_str(&line).unwrap();
        found["curve"]["smallest"].as_u64().unwrap()
    };
    assert_eq!(smallest(&[]), 2);
    assert_eq!(smallest(&["--person", "who"]), 1);
}

#[test]
fn losses_tell_whether_a_model_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let of_pair = |row: u8| {
        let loss = 0.01 * f64::from(row);
        format!("1,{loss}\n0,{}\n", 0.5 + loss)
    };
    let pairs: String = (0..60).map(of_pair).collect();
    let losses = format!("member,loss\n{pairs}");
    fs::write(folder.path().join("losses.csv"), losses).unwrap();
    let (file, schema) = (example("processed.cleveland.data"), example("schema.toml"));
    let more = ["--losses", "losses.csv", "--json"];
    let found: Value =
        serde_json::from_str(&printed(folder.path(), &over(&file, &schema, &more))).unwrap();
    let advantage = found["membership"]["advantage"].as_f64().unwrap();
    assert!((advantage - 50.0 / 60.0).abs() < 1e-12, "{advantage}");
    assert!(found["membership"]["by_chance"].as_f64().unwrap() < 0.5);
}

#[test]
fn columns_that_are_named_wrongly_are_misuse() {
    let folder = tempfile::tempdir().unwrap();
    let (file, schema) = (example("processed.cleveland.data"), example("schema.toml"));
    for (more, word) in [
        (["--sensitive", "gone"], "no column gone"),
        (["--sensitive", "age"], "age is named twice"),
    ] {
        let output = consilium(folder.path(), &over(&file, &schema, &more));
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn the_guide_does_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let (_, block) = GUIDE.split_once("```sh\n").unwrap();
    let (command, _) = block.split_once("```").unwrap();
    let words = command.split_whitespace().filter(|word| *word != "\\");
    let mut args: Vec<&str> = words.skip(1).collect();
    assert_eq!(args.pop(), Some("privacy"));
    args.push(report.to_str().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let told = printed(&root, &args);
    assert!(told.contains("Of 100000 people"), "{told}");
    assert!(report.join("privacy.html").exists());
}
