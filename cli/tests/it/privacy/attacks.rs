//! Attacks on models that half of Cleveland's patients have taught.

use std::{fs, ops::ControlFlow, path::Path};

use consilium_data::{
    Reading,
    design::{Design, MissingFeatures},
};
use consilium_gbdt::Column;
use consilium_plan::{Learner, Plan, Task};
use consilium_schema::Schema;
use serde_json::{Value, json};

use super::{example, over};
use crate::{consilium, printed};

const PLAN: &str = r#"
title = "Test"
purpose = "testing"
features = ["age", "sex", "cp", "trestbps", "chol", "restecg", "thalach", "oldpeak"]
label = { column = "num", positive_above = 0 }
party = [
    { name = "a", data = "t" }, { name = "b", data = "t" }, { name = "c", data = "t" },
]
"#;

const REGRESSION: &str = r#"
kind = "train-glm"
model = { family = "logistic", penalty = 1.0, missing = "drop" }
"#;

/// Deep, without a penalty or a least weight: such trees remember.
const TREES: &str = r#"
kind = "train-gbdt"
[trees]
objective = "logistic"
trees = 40
learning_rate = 0.3
growth = { depth-wise = { depth = 6 } }
lambda = 0.0
min_child_weight = 0.0
"#;

/// Writes patients of odd and of even numbers as two files, and the model that the former teach.
fn taught(folder: &Path, kind: &str) {
    let schema = fs::read_to_string(example("schema.toml")).unwrap();
    let columns = schema.split_once("[[column]]").unwrap().1;
    let (head, table) = kind.split_once("[trees]").unwrap_or((kind, ""));
    let table = if table.is_empty() {
        ""
    } else {
        &format!("[trees]{table}")
    };
    let plan: Plan = format!("{PLAN}{head}{table}\n[[column]]{columns}")
        .parse()
        .unwrap();
    let Task::Train(task) = plan.task() else {
        panic!("it is a fit");
    };
    let patients = fs::read_to_string(example("processed.cleveland.data")).unwrap();
    let every_second = |from: usize| -> String {
        let lines = patients.split_inclusive('\n');
        lines.skip(from).step_by(2).collect()
    };
    fs::write(folder.join("members.csv"), every_second(0)).unwrap();
    fs::write(folder.join("others.csv"), every_second(1)).unwrap();
    let schema = Schema::from_toml(&schema).unwrap();
    let loaded = Reading::new(&schema)
        .file(&folder.join("members.csv"))
        .unwrap();
    let names: Vec<&str> = task.features.iter().map(String::as_str).collect();
    let drop = MissingFeatures::Drop;
    let design = Design::new(&loaded.table, &names[..], Some(&task.label), drop).unwrap();
    let fit = match &task.learner {
        Learner::Glm(glm) => {
            let (x, y) = (design.x.clone(), design.y.clone());
            let table = consilium_glm::Table::new(&glm.regression, x, y).unwrap();
            let fit = consilium_glm::local::fit(&glm.regression, &[&table]).unwrap();
            json!(fit.publish())
        }
        Learner::Gbdt(trees) => {
            let columns = design.names.iter().enumerate().map(|(place, name)| Column {
                name: name.clone(),
                values: (0..design.rows).map(|row| design.row(row)[place]).collect(),
            });
            let objective = trees.specification().objective;
            let table =
                consilium_gbdt::Table::new(objective, columns.collect(), design.y.clone()).unwrap();
            let boosting = trees.agreement.boosting();
            let goes_on = |_: &_| ControlFlow::Continue(());
            let fit = consilium_gbdt::local::fit(boosting, &table, goes_on).unwrap();
            json!({ "model": fit.model, "losses": fit.losses, "rosters": [], "rows": design.rows, "sums": 0 })
        }
    };
    let model =
        json!({ "format": 1, "kind": task.learner.kind(), "fit": fit, "plan": plan.to_string() });
    fs::write(folder.join("model.json"), model.to_string()).unwrap();
}

/// The attacks' advantages, by loss and by shadow models, with what chance gives, and all that was found.
fn attacked(folder: &Path, more: &[&str]) -> ([f64; 2], Value) {
    let schema = example("schema.toml");
    let more = [
        &["--model", "model.json", "--others", "others.csv", "--json"],
        more,
    ]
    .concat();
    let line = printed(folder, &over("members.csv", &schema, &more));
    let found: Value = serde_json::from_str(&line).unwrap();
    let membership = &found["membership"];
    let advantage = |of: &Value| of["advantage"].as_f64().unwrap_or(f64::NAN);
    let both = [advantage(membership), advantage(&membership["shadow"])];
    (both, found)
}

#[test]
fn deep_trees_tell_who_taught_them_and_a_regression_hardly() {
    let folder = tempfile::tempdir().unwrap();
    let score = |found: &Value| {
        let scores = found["scores"].as_array().unwrap().iter();
        let mut scores = scores.filter(|it| it["id"] == "membership");
        let score = scores.next().unwrap();
        ["low", "score", "high"].map(|it| score[it].as_f64().unwrap())
    };
    taught(folder.path(), TREES);
    let (of_trees, trees) = attacked(folder.path(), &["--shadows", "8"]);
    assert!(of_trees[0] > 0.3 && of_trees[1] > 0.3, "{of_trees:?}");
    let shadow = &trees["membership"]["shadow"];
    assert_eq!(shadow["shadows"], 8);
    assert!(
        shadow["interval"]["low"].as_f64().unwrap() > 0.0,
        "{shadow}"
    );
    assert!(shadow["advantage"].as_f64() > shadow["by_chance"].as_f64());
    let [low, of, high] = score(&trees);
    let strongest = of_trees[0].max(of_trees[1]);
    assert!((of - 100.0 * (1.0 - strongest)).abs() < 1e-9);
    assert!(low < of && of < high);

    taught(folder.path(), REGRESSION);
    let (of_regression, regression) = attacked(folder.path(), &[]);
    assert!(
        of_regression.iter().all(|it| *it < 0.25),
        "{of_regression:?}"
    );
    let membership = &regression["membership"];
    assert_eq!(membership["shadow"]["shadows"], 16);
    assert_eq!(membership["model"]["title"], "Test");
    assert!(membership["advantage"].as_f64() <= membership["by_chance"].as_f64());
    assert!(score(&regression)[1] > of);
    let again = attacked(folder.path(), &[]).1;
    assert_eq!(
        again["membership"], regression["membership"],
        "the same rows, the same numbers"
    );
}

#[test]
fn people_read_both_attacks_and_may_leave_one_out() {
    let folder = tempfile::tempdir().unwrap();
    taught(folder.path(), REGRESSION);
    let schema = example("schema.toml");
    let attack = ["--model", "model.json", "--others", "others.csv"];
    for (lang, by_loss, by_shadows) in [
        ("en", "152 members against 151 others", "by 4 shadow models"),
        ("zh", "成员 152 行，非成员 151 行", "基于 4 个影子模型"),
    ] {
        let more = [
            &attack[..],
            &["--shadows", "4", "--lang", lang, "--out", lang],
        ]
        .concat();
        let told = printed(folder.path(), &over("members.csv", &schema, &more));
        let page = fs::read_to_string(folder.path().join(lang).join("privacy.html")).unwrap();
        for text in [&told, &page] {
            assert!(
                text.contains(by_loss) && text.contains(by_shadows),
                "{text}"
            );
        }
    }
    let (both, found) = attacked(folder.path(), &["--shadows", "0"]);
    assert!(both[0].is_finite() && found["membership"]["shadow"].is_null());
    let whole = example("processed.cleveland.data");
    let members = [
        &attack[..],
        &["--members", "members.csv", "--shadows", "0", "--json"],
    ]
    .concat();
    let line = printed(folder.path(), &over(&whole, &schema, &members));
    let of_whole: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(of_whole["curve"]["rows"], 303);
    assert_eq!(of_whole["membership"], found["membership"]);
}

#[test]
fn an_attack_that_cannot_be_made_names_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    taught(folder.path(), REGRESSION);
    let schema = example("schema.toml");
    let few: String = fs::read_to_string(folder.path().join("members.csv")).unwrap();
    let few: String = few.split_inclusive('\n').take(4).collect();
    fs::write(folder.path().join("few.csv"), few).unwrap();
    let attack = ["--model", "model.json", "--others"];
    for (more, code, word) in [
        (&["few.csv", "--shadows", "3"][..], 2, "0 leaves it out"),
        (&["few.csv", "--members", "few.csv"], 1, "--shadows 0"),
        (
            &["few.csv", "--losses", "few.csv"],
            2,
            "cannot be used with",
        ),
        (&["gone.csv"], 1, "gone.csv"),
    ] {
        let more = [&attack[..], more].concat();
        let output = consilium(folder.path(), &over("members.csv", &schema, &more));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(word), "{told}");
    }
}
