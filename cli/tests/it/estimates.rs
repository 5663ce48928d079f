//! What a study is reckoned to cost, beside what it costs.

use std::path::PathBuf;

use serde_json::Value;

use crate::{consilium, printed};

fn example(name: &str) -> String {
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    examples.join(name).display().to_string()
}

fn parsed(page: &str) -> Value {
    serde_json::from_str(page.lines().last().unwrap()).unwrap()
}

fn figure(party: &Value, name: &str) -> f64 {
    let figure = party[name].as_f64();
    figure.unwrap_or_else(|| panic!("{name} is not there: {party}"))
}

#[test]
fn the_demo_sends_what_was_estimated() {
    let folder = tempfile::tempdir().unwrap();
    let plan = example("heart-disease/plan.toml");
    // The training rows of each hospital.
    let rows = ["cleveland=199", "hungarian=172", "switzerland=30", "va=85"];
    let mut args = vec!["study", "estimate", &plan, "--json"];
    args.extend(rows.iter().flat_map(|rows| ["--rows", rows]));
    let told = parsed(&printed(folder.path(), &args));
    let measured = parsed(&printed(folder.path(), &["demo", "--simulated", "--json"]));
    let near = |told: &Value, measured: &Value, name: &str| {
        let ratio = figure(told, name) / figure(measured, name);
        assert!(
            (0.7..1.3).contains(&ratio),
            "{name}: {told}, not {measured}"
        );
    };
    for name in ["sums", "rounds", "bytes"] {
        near(&told, &measured, name);
    }
    assert_eq!(told["rows"]["va"], 85);
    let [told, measured] = [told, measured].map(|it| it["parties"].as_array().unwrap().clone());
    assert_eq!(told.len(), 5);
    for (told, measured) in told.iter().zip(&measured) {
        assert_eq!(told["party"], measured["party"]);
        near(told, measured, "sent_bytes");
        let by_work = told["cpu_s_by_work"].as_object().unwrap();
        let all: f64 = by_work.values().map(|it| it.as_f64().unwrap()).sum();
        assert!((all - figure(told, "cpu_s")).abs() < 1e-9);
        assert!(figure(told, "wire_bytes") > figure(told, "sent_bytes"));
    }
}

#[test]
fn an_estimate_says_what_it_rests_on() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, more: &[&str]| {
        let plan = example(name);
        let args = [&["study", "estimate", &plan], more].concat();
        printed(folder.path(), &args)
    };
    let english = page(
        "rand-hie/plan.toml",
        &["--rows", "5000", "--rows", "part-4=90"],
    );
    for said in [
        "part-1 5000",
        "part-4 90",
        "six of Newton's steps",
        "20 ms and 100 Mbit/s",
    ] {
        assert!(english.contains(said), "{said}: {english}");
    }
    let chinese = page("admission/train.toml", &["--lang", "zh", "--rows", "7_668"]);
    for said in ["共有 7668 行", "分裂位置均匀", "CPU 秒"] {
        assert!(chinese.contains(said), "{said}: {chinese}");
    }
    assert!(page("medicare/vole.toml", &[]).contains("keys: hospital 20000, public 20000"));
    let warning = "the most that the plan allows: name yours by --rows";
    let usual = page("rand-hie/plan.toml", &[]);
    assert!(usual.lines().nth(1).unwrap().contains(warning), "{usual}");
    assert!(
        !english.contains(warning) && !english.contains("refused"),
        "{english}"
    );
    for (rows, said) in [
        ("20", "all have 80 rows, and limits.minimum_cohort is 100"),
        ("19", "part-1 has 19 rows, and limits.minimum_rows is 20"),
        (
            "20_000",
            "part-4 has 20000 rows, and limits.most_rows is 10000",
        ),
    ] {
        let refused = page("rand-hie/plan.toml", &["--rows", rows]);
        let said = format!("Such a study is refused: {said}");
        assert!(refused.contains(&said), "{refused}");
    }
}

#[test]
fn more_rows_latency_and_parties_cost_more() {
    let folder = tempfile::tempdir().unwrap();
    let of = |more: &[&str]| {
        let plan = example("diabetes/plan.toml");
        let args = [&["study", "estimate", &plan, "--json"], more].concat();
        parsed(&printed(folder.path(), &args))
    };
    let least = of(&["--rows", "1000"]);
    let (many, far) = (
        of(&["--rows", "100000"]),
        of(&["--rows", "1000", "--latency-ms", "200"]),
    );
    assert!(figure(&many, "cpu_s") > figure(&least, "cpu_s"));
    assert_eq!(many["bytes"], least["bytes"]);
    assert!(figure(&far, "wall_s") > 5.0 * figure(&least, "wall_s"));
    assert_eq!(far["cpu_s"], least["cpu_s"]);
}

#[test]
fn rows_of_somebody_else_or_none_at_all_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plan = example("heart-disease/plan.toml");
    for (rows, said) in [
        ("nowhere=5", "the plan has no party 'nowhere'"),
        ("0", "1 to 2^32"),
        ("va=many", "1 to 2^32"),
    ] {
        let args = ["--lang", "en", "study", "estimate", &plan, "--rows", rows];
        let output = consilium(folder.path(), &args);
        assert_eq!(output.status.code(), Some(2), "{rows}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(said), "{error}");
    }
    let few = consilium(
        folder.path(),
        &["study", "estimate", &example("missing/plan.toml")],
    );
    assert_eq!(few.status.code(), Some(1));
}
