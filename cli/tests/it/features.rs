//! From statistics of several hospitals to a preparation, a plan with it and a model.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{consilium, printed};

const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];

fn example(name: &str) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/heart-disease");
    examples.join(name).to_str().unwrap().to_owned()
}

/// Runs a plan of the example over the four hospitals' files, and gives its result.
fn local(folder: &Path, plan: &str) -> Value {
    let mut args = vec!["local".to_owned(), example(plan), "--json".to_owned()];
    args.extend(["--out".to_owned(), plan.to_owned() + ".local"]);
    for hospital in HOSPITALS {
        let file = example(&format!("processed.{hospital}.data"));
        args.extend(["--data".to_owned(), format!("{hospital}/heart={file}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    serde_json::from_str(&printed(folder, &args)).unwrap()
}

/// Gives the arguments of a fit to the statistics that lie in the folder.
fn fit<'a>(intent: &'a str, schema: &'a str) -> Vec<&'a str> {
    let findings = "statistics.toml.local/result/va-findings.json";
    vec![
        "features",
        "fit",
        intent,
        "--statistics",
        findings,
        "--schema",
        schema,
    ]
}

#[test]
fn statistics_of_four_hospitals_become_the_preparation_of_the_example_and_a_model_by_it() {
    let folder = tempfile::tempdir().unwrap();
    local(folder.path(), "statistics.toml");
    let (intent, schema) = (example("intent.toml"), example("schema.toml"));
    let mut args = fit(&intent, &schema);
    let printed_text = printed(folder.path(), &args);
    args.extend(["--out", "prepared.toml"]);
    printed(folder.path(), &args);
    let text = fs::read_to_string(folder.path().join("prepared.toml")).unwrap();
    assert_eq!(text, printed_text);
    let kept = example("prepared.toml");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&kept, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&kept).unwrap());

    let show = ["features", "show", &kept, "--schema", &schema];
    let page = printed(folder.path(), &show);
    assert!(
        page.contains("chol_woe") && page.contains("hash: "),
        "{page}"
    );
    let lines = printed(folder.path(), &[&show[..], &["--json"]].concat());
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), text.matches("[[prepared]]").count());
    assert!(
        lines
            .iter()
            .any(|line| line["terms"][0]["name"] == "chol_woe")
    );

    let result = local(folder.path(), "prepared-trees.toml");
    assert!(result["metrics"]["auc"].as_f64().unwrap() > 0.8, "{result}");
}

#[test]
fn what_is_left_out_is_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    local(folder.path(), "statistics.toml");
    let (intent, schema) = ("intent.toml", example("schema.toml"));
    let text =
        "[default.number]\n[select]\nmissing = 0.5\ninformation_value = 0.15\nkeep = [\"age\"]\n";
    fs::write(folder.path().join(intent), text).unwrap();
    let lines = printed(
        folder.path(),
        &[&fit(intent, &schema)[..], &["--json"]].concat(),
    );
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let by = |key: &str| {
        let of = lines.iter().filter(|line| !line[key].is_null());
        of.map(|line| line[key].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(by("feature").contains(&"age"), "{lines:?}");
    assert!(by("left_out").contains(&"sex"), "{lines:?}");
    let weak = lines.iter().find(|line| line["by"] == "information_value");
    let weak = weak.unwrap_or_else(|| panic!("{lines:?}"));
    assert!(weak["value"].as_f64().unwrap() < 0.15);
}

#[test]
fn a_number_that_the_statistics_lack_is_refused_by_place_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    local(folder.path(), "statistics.toml");
    let schema = example("schema.toml");
    let text = "[default.number]\nwinsorise = [0.01, 0.99]\n";
    fs::write(folder.path().join("intent.toml"), text).unwrap();
    for (lang, said) in [
        (
            "en",
            "line 2, column 13: the statistics don't have the quantile 0.01 of column \"age\"",
        ),
        (
            "zh",
            "第 2 行第 13 列：统计结果没有列 \"age\" 的 0.01 分位数",
        ),
    ] {
        let args = [&fit("intent.toml", &schema)[..], &["--lang", lang]].concat();
        let output = consilium(folder.path(), &args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(said), "{told}");
    }
}
