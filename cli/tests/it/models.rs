//! Published models: shown, used, exported.

use std::{
    fs,
    path::{Path, PathBuf},
};

use consilium_glm::Family;
use consilium_plan::Missing;
use serde_json::Value;
use tract_onnx::prelude::*;

use crate::{consilium, printed};

mod fixture;
mod prepared;

use fixture::published;

fn scores(folder: &Path, args: &[&str]) -> Vec<Option<f64>> {
    let all = [
        &["model", "predict", "model.json", "patients.csv", "--json"],
        args,
    ]
    .concat();
    let lines = printed(folder, &all);
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["score"].as_f64()).collect()
}

/// Exports the model of a folder; gives where the file lies.
fn exported(folder: &Path, format: &str) -> PathBuf {
    let file = format!("exported.{format}");
    let args = [
        "model",
        "export",
        "model.json",
        "--format",
        format,
        "-o",
        &file,
    ];
    printed(folder, &args);
    folder.join(file)
}

/// Gives what an independent runtime makes of rows by an exported file.
fn scores_elsewhere<const N: usize>(file: &Path, rows: Vec<[f64; N]>) -> Vec<f64> {
    let runnable = tract_onnx::onnx()
        .model_for_path(file)
        .unwrap()
        .with_input_fact(0, f64::fact([rows.len(), N]).into())
        .unwrap()
        .into_runnable()
        .unwrap();
    let features = tract_ndarray::Array2::from(rows).into_tensor();
    let scores = runnable.run(tvec!(features.into())).unwrap();
    let scores = scores[0].to_plain_array_view::<f64>().unwrap();
    scores.iter().copied().collect()
}

#[test]
fn the_onnx_file_gives_the_scores_that_predict_gives() {
    for family in [
        Family::Logistic,
        Family::Gaussian,
        Family::Poisson,
        Family::Gamma,
    ] {
        for missing in [Missing::Mean, Missing::MeanAndIndicator] {
            let folder = tempfile::tempdir().unwrap();
            let (_, rows) = published(folder.path(), family, missing);
            let ours = scores(folder.path(), &[]);
            let theirs = scores_elsewhere(&exported(folder.path(), "onnx"), rows);
            assert_eq!(theirs.len(), ours.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                let error = (ours.unwrap() - theirs).abs();
                assert!(
                    error < 1e-9 * theirs.abs().max(1.0),
                    "{family:?} {missing:?}: {error}"
                );
            }
        }
    }
}

#[test]
fn a_row_that_the_plan_leaves_out_has_a_reason_instead_of_a_score() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path(), Family::Logistic, Missing::Drop);
    let patients = "age,ward,smoker\n50,general,1\n,surgical,\n";
    fs::write(folder.path().join("patients.csv"), patients).unwrap();
    let args = ["model", "predict", "model.json", "patients.csv"];
    let text = printed(folder.path(), &args);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "row,score,missing");
    assert!(
        lines[1].starts_with("1,0.") && lines[1].ends_with(','),
        "{text}"
    );
    assert_eq!(lines[2], "2,,age smoker");
    let told = String::from_utf8(consilium(folder.path(), &args).stderr).unwrap();
    assert_eq!(told, "rows: 2 in the file = 2 read + 0 refused\n");
}

#[test]
fn coefficients_are_shown_as_they_were_published() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path(), Family::Gaussian, Missing::MeanAndIndicator);
    let table = printed(folder.path(), &["model", "show", "model.json"]);
    for said in [
        "Test",
        "family: gaussian",
        "(intercept)",
        "ward=surgical",
        "age (missing)",
        " t ",
    ] {
        assert!(table.contains(said), "{said}: {table}");
    }
    let lines = printed(folder.path(), &["model", "show", "model.json", "--json"]);
    assert_eq!(lines.lines().count(), 1 + 4 + 4);
}

#[test]
fn the_exported_json_can_be_computed_with_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let (_, rows) = published(folder.path(), Family::Logistic, Missing::MeanAndIndicator);
    let file = fs::read(exported(folder.path(), "json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let columns = file["columns"].as_array().unwrap();
    for (row, score) in rows.iter().zip(scores(folder.path(), &[])).take(50) {
        let terms = row.iter().zip(columns).map(|(value, column)| {
            let part = if value.is_nan() {
                &column["when_missing"]
            } else {
                &column["slope"]
            };
            part.as_f64().unwrap() * if value.is_nan() { 1.0 } else { *value }
        });
        let predictor = file["intercept"].as_f64().unwrap() + terms.sum::<f64>();
        let by_hand = 1.0 / (1.0 + (-predictor).exp());
        assert!((by_hand - score.unwrap()).abs() < 1e-9);
    }
    assert_eq!(file["published"]["about"]["title"], "Test");
}

#[test]
fn a_model_whose_names_are_not_its_plans_is_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = published(folder.path(), Family::Logistic, Missing::Mean);
    let mut model: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    model["fit"]["estimates"][1]["name"] = "age\u{1b}]0;x\u{7}\u{1b}[2J".into();
    fs::write(&path, model.to_string()).unwrap();
    for args in [
        &["model", "show", "model.json"][..],
        &["model", "show", "model.json", "--json"],
    ] {
        let refused = consilium(folder.path(), args);
        assert_eq!(refused.stdout, b"");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("their columns differ"), "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path(), Family::Logistic, Missing::Mean);
    fs::write(folder.path().join("kept"), "precious").unwrap();
    let args = [
        "model",
        "export",
        "model.json",
        "--format",
        "onnx",
        "-o",
        "kept",
    ];
    let output = consilium(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("never overwritten")
    );
    assert_eq!(fs::read(folder.path().join("kept")).unwrap(), b"precious");
}

#[test]
fn a_file_that_is_no_model_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other.json"), "{}").unwrap();
    let output = consilium(folder.path(), &["model", "show", "other.json"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("other.json") && told.contains("hint: a model is"),
        "{told}"
    );
}

#[test]
fn a_report_taken_for_a_model_is_named_with_what_to_open_instead() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("result")).unwrap();
    let files = [
        (
            "report.json",
            r#"{"outcomes": {}, "opened_sets": []}"#,
            "a study's report",
        ),
        (
            "own-report.json",
            r#"{"fitted_rows": 30}"#,
            "an institution's own report",
        ),
        ("scores.csv", "row,label,score\n1,0,0.5\n", "own scores"),
    ];
    for (name, text, what) in files {
        let path = format!("result/{name}");
        fs::write(folder.path().join(&path), text).unwrap();
        for command in ["show", "export"] {
            let args = [
                "model", command, &path, "--format", "json", "-o", "out.json",
            ];
            let used = if command == "show" { 3 } else { args.len() };
            let output = consilium(folder.path(), &args[..used]);
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(&format!("error: {path} is ")), "{told}");
            for part in [what, "`consilium model show result/model.json`"] {
                assert!(told.contains(part), "{told}");
            }
        }
    }
    published(folder.path(), Family::Logistic, Missing::Mean);
    let model = fs::read(folder.path().join("model.json")).unwrap();
    let model: Value = serde_json::from_slice(&model).unwrap();
    let plan = model["plan"].as_str().unwrap();
    fs::write(folder.path().join("result/plan.toml"), plan).unwrap();
    let args = ["--lang", "zh", "model", "show", "result/plan.toml"];
    let told = String::from_utf8(consilium(folder.path(), &args).stderr).unwrap();
    assert!(told.contains("是研究方案，不是模型"), "{told}");
}

#[test]
fn another_schema_than_the_plans_is_a_misuse_that_names_the_column() {
    let folder = tempfile::tempdir().unwrap();
    published(folder.path(), Family::Logistic, Missing::Mean);
    let schema = "[[column]]\nname = \"age\"\ntype = \"number\"\nmin = 0\nmax = 90\n";
    fs::write(folder.path().join("schema.toml"), schema).unwrap();
    let args = [
        "model",
        "predict",
        "model.json",
        "patients.csv",
        "--schema",
        "schema.toml",
    ];
    let output = consilium(folder.path(), &args);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("\"age\"") && told.contains("hint:"), "{told}");
}
