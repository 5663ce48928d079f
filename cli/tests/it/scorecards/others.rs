//! Scores that others stand by, or that stand in for others.

use std::{fs, path::Path};

use super::{house, json, made, read, told};
use crate::{consilium, printed};

/// What a study has left at an institution: Shapley values of 20 and of 60, hence scores of 50 and 100: half of their mean, and more than it.
fn value(party: &str, study: &str, shapley: f64) -> String {
    let value = r#"{"value":1.0,"standard_error":1.0,"interval":[0.0,2.0]}"#;
    let worth = |it: f64| {
        format!(
            r#"{{"leave_one_out":{value},"shapley":{{"value":{it},"standard_error":0.0,"interval":[{it},{it}]}}}}"#
        )
    };
    // Without the rows 1 of 90 would be lost, of which 5 % make a score of 100.
    let helps = 50.0 + 50.0 / 4.5;
    format!(
        r#"{{"format":1,"party":"{party}","data":"heart","study":"{study}","version":"{study}","method":"shapley",
        "rows":900,"judged_rows":90,"explained":80.0,"influence":{value},"leave_one_out":{value},"step":"helps",
        "scores":[{{"id":"leave-one-out","score":{helps},"low":{helps},"high":{helps}}},
            {{"id":"shapley","score":{shapley},"low":{shapley},"high":{shapley}}}],
        "coalesced":{{"told":{{"all":90.0,"coalitions":4,"parties":{{"va":{},"hungary":{}}}}}}}}}"#,
        worth(20.0),
        worth(60.0)
    )
}

#[test]
fn another_institution_catches_a_score_that_its_study_has_not_found() {
    let folder = house();
    let (study, federation) = ("07".repeat(32), "09".repeat(32));
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let countersign = |out: &str, study: &str| {
        write("own.json", &value("hungary", study, 100.0));
        let args = [
            "data",
            "score",
            "countersign",
            study,
            "--about",
            "va",
            "--value",
            "own.json",
            "--federation",
            &federation,
            "--key",
            "nagy.key.pem",
            "--passphrase-file",
            "pass",
            "--out",
            out,
        ];
        printed(folder.path(), &args)
    };
    let said = countersign("va.json", &study);
    assert!(
        said.starts_with("hungary/nagy has signed") && said.contains("shapley 50.00"),
        "{said}"
    );
    countersign("other.json", &"08".repeat(32));
    let make = |out: &'static str, by: &'static str| {
        let more = [
            "--purpose",
            "training",
            "--federation",
            &federation,
            "--value",
            "value.json",
            "--countersigned",
            by,
            "--out",
            out,
        ];
        consilium(folder.path(), &made(&more))
    };
    let verify = |card: &str, more: &[&str]| {
        let args = [
            "data",
            "score",
            "verify",
            card,
            "--public-key",
            "li.key.pem.pub",
        ];
        let output = consilium(folder.path(), &[&args, more].concat());
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        (output.status.code(), said + &told(&output))
    };
    let known = ["--public-key", "hungary/nagy=nagy.key.pem.pub"];
    write("value.json", &value("va", &study, 50.0));
    assert!(make("honest", "va.json").status.success());
    let (code, said) = verify("honest", &known);
    assert!(
        code == Some(0) && said.contains("stands by what was found"),
        "{said}"
    );
    let (code, said) = verify("honest", &[]);
    assert!(code == Some(0) && said.contains("not checked"), "{said}");
    let strange = make("strange", "other.json");
    assert!(
        told(&strange).contains("countersigned another study"),
        "{}",
        told(&strange)
    );

    // An institution that says another score of itself makes no card with that on it.
    write("value.json", &value("va", &study, 95.0));
    let lie = make("lie", "va.json");
    assert_eq!(lie.status.code(), Some(1));
    let said = told(&lie);
    assert!(
        said.contains("countersigned another shapley of value than the card has"),
        "{said}"
    );
}

#[test]
fn nobody_countersigns_what_no_study_has_told() {
    let folder = house();
    let (study, federation) = ("07".repeat(32), "09".repeat(32));
    let own = value("hungary", &study, 100.0);
    fs::write(folder.path().join("own.json"), own).unwrap();
    let countersign = |study: &str, about: &str| {
        let args = [
            "data",
            "score",
            "countersign",
            study,
            "--about",
            about,
            "--value",
            "own.json",
            "--federation",
            &federation,
            "--key",
            "nagy.key.pem",
            "--passphrase-file",
            "pass",
            "--out",
            "none.json",
        ];
        let output = consilium(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1));
        told(&output)
    };
    let said = countersign(&study, "cleveland");
    assert!(said.contains("told you nothing of cleveland"), "{said}");
    let said = countersign(&study, "hungary");
    assert!(said.contains("hungary/nagy"), "{said}");
    let said = countersign(&"08".repeat(32), "va");
    assert!(said.contains("another study's result"), "{said}");
    assert!(!folder.path().join("none.json").exists());
}

#[test]
fn a_label_at_home_stands_in_for_a_value_and_is_marked() {
    let folder = house();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/heart-disease");
    let example = |name: &str| examples.join(name).to_str().unwrap().to_owned();
    let (file, schema) = (example("processed.va.data"), example("schema.toml"));
    let measure = |more: &[&str]| {
        let args = ["data", "value", &file, "--schema", &schema];
        [&args, more]
            .concat()
            .iter()
            .map(|it| (*it).to_owned())
            .collect::<Vec<_>>()
    };
    let args = measure(&["--label", "num", "--above", "0", "--out", "value", "--json"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let line = json(&printed(folder.path(), &args));
    assert_eq!((&line["proxy"], &line["rows"]), (&true.into(), &200.into()));
    assert_eq!(line["family"], "logistic");
    let score = line["scores"][0]["score"].as_f64().unwrap();
    let explained = line["explained"].as_f64().unwrap();
    assert!((score - 100.0 * explained.max(0.0)).abs() < 1e-9);

    let make = made(&["--purpose", "training", "--value", "value", "--out", "card"]);
    printed(folder.path(), &make);
    let public = json(&read(folder.path(), "card/public.json"));
    let value = &public["public"]["dimensions"]["value"];
    assert_eq!(value["proxy"], true);
    assert_eq!(value["evidence"], serde_json::json!(["report"]));
    let shown = printed(folder.path(), &["data", "score", "show", "card"]);
    assert!(shown.contains("proxy"), "{shown}");

    let args = measure(&["--label", "num", "--above", "9"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(!told(&output).contains("panicked"), "{}", told(&output));
}
