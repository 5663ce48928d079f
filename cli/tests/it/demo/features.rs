//! The demo in which three institutions make the same features of other layouts and code systems.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{consilium, mapping::is_built, printed};

const PARTIES: [&str; 3] = ["hospital", "public", "commercial"];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/features")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    entries.map(name).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn three_layouts_become_one_matrix_on_which_a_model_is_trained() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let printed = printed(
        folder.path(),
        &["demo", "features", "--json", "--out", "left"],
    );
    let result: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&result["demo"], &result["ok"]),
        (&"features".into(), &true.into())
    );
    let metric = |name: &str| number(&result["metrics"][name]);
    assert!(metric("kappa_median") >= 0.95, "{result}");
    let low = result["low_kappas"].as_array().unwrap();
    assert!(
        low.iter().all(|group| number(&group["kappa"]) < 0.9),
        "{result}"
    );
    // Alzheimer's disease is in the list for ICD-10 and not in the one for ICD-9-CM.
    assert_eq!(low[0]["group"], "dementia");
    assert_eq!(result["metrics"]["groups_differing"], 0.0);
    assert!(
        (metric("auc_exact") - metric("auc_pooled")).abs() < 1e-6,
        "{result}"
    );
    assert!((metric("auc") - metric("auc_exact")).abs() <= metric("auc_error_bound") + 1e-12);
    for party in PARTIES {
        assert!(
            metric(&format!("auc_alone_{party}")) < metric("auc_pooled"),
            "{party}"
        );
    }

    // Amounts in cents beside amounts in dollars are seen.
    assert!(
        metric("stability_largest") < 0.1 && metric("stability_mistaken") > 1.0,
        "{result}"
    );

    // All have shown the same contract in each study that ran, by their own journals.
    let contracts = result["contracts"].as_array().unwrap();
    let studies: Vec<&str> = contracts
        .iter()
        .map(|it| it["study"].as_str().unwrap())
        .collect();
    assert_eq!(studies, ["statistics", "mistaken", "training", "cents"]);
    let mut seals = BTreeSet::new();
    for contract in contracts {
        let shown: Vec<Option<&str>> = PARTIES
            .map(|party| contract["shown"][party].as_str())
            .to_vec();
        assert_eq!(shown[0].is_some(), contract["study"] != "cents", "{result}");
        assert!(shown.iter().all(|seal| *seal == shown[0]), "{result}");
        seals.extend(shown);
    }
    assert_eq!(seals.len(), 4, "no two studies have one key");

    // A schema that says cents is no schema of this study.
    let refused = result["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 3, "{result}");
    let told = refused[0].as_str().unwrap();
    assert!(told.contains("{USD.cent} (plan: {USD})"), "{told}");

    let left = folder.path().join("left");
    // What the example's plan of a model names is what the statistics give.
    let fitted = fs::read_to_string(left.join("data/prepared.toml")).unwrap();
    let example = fs::read_to_string(examples().join("prepared.toml"));
    assert_eq!(fitted, example.unwrap());

    let page = fs::read_to_string(left.join("report.html")).unwrap();
    let figures = page.matches("<figure>").count();
    assert_eq!((figures, page.matches("</figure>").count()), (7, 7));
    assert!(
        !page.contains("<script") && !page.contains("http"),
        "it needs nothing else"
    );
    // Counted in the institutions' own files by another program.
    for (party, rows) in [("hospital", 3881), ("public", 4841), ("commercial", 2909)] {
        assert_eq!(result["rows"][party], rows);
        // Daemons are given each institution's own files with its mapping, and nothing that was made of them.
        let mut own = names(&examples().join(party));
        own.insert("split.csv".to_owned());
        if party == "public" {
            own.extend(["mistaken.toml", "cents.toml", "in-cents.toml"].map(str::to_owned));
        }
        assert_eq!(names(&left.join("data").join(party)), own);
    }
    let told = number(&result["bytes"]);
    let parties = |study: &str| result[study].as_array().unwrap().clone();
    let all = parties("statistics").into_iter().chain(parties("training"));
    assert!(all.map(|cost| number(&cost["sent_bytes"])).sum::<f64>() > told);
}

#[test]
fn what_is_missing_for_the_queries_is_named_before_a_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, words) in [
        ("en", "cargo build --release -p consilium-sql"),
        ("zh", "找不到程序"),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_consilium"))
            .args(["demo", "features", "--out", "left", "--lang", lang])
            .current_dir(folder.path())
            .env("CONSILIUM_SQL", "/nowhere/consilium-sql")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(words), "{told}");
        assert!(!folder.path().join("left").exists());
    }
}

#[test]
fn the_example_is_mapped_by_the_commands_of_its_page() {
    if !is_built() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for party in PARTIES {
        let mapping = examples().join(party).join("mapping.toml");
        let checked = consilium(
            folder.path(),
            &["data", "map", "check", mapping.to_str().unwrap(), "--json"],
        );
        let line: Value = serde_json::from_slice(&checked.stdout).unwrap();
        assert_eq!(
            (&line["ok"], line["columns"].as_array().unwrap().len()),
            (&true.into(), 37)
        );
    }
}
