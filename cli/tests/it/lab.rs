//! Experiments: run, broken off, gone on with, reported.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use rustix::{
    fs::{CWD, FileType, Mode, mknodat},
    process::{Pid, Signal, kill_process},
};
use serde_json::Value;

use crate::{consilium, printed};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(name);
    path.to_str().unwrap().to_owned()
}

/// Gives the measures of each cell in a folder, by the name of its file.
fn measures(out: &Path) -> Vec<(PathBuf, Value)> {
    let cells = fs::read_dir(out.join("cells")).unwrap();
    let mut found: Vec<(PathBuf, Value)> = cells
        .map(|entry| {
            let path = entry.unwrap().path();
            let cell: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let name = PathBuf::from(path.file_name().unwrap());
            (
                name,
                serde_json::json!([cell["measures"], cell["by_party"], cell["curve"]]),
            )
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

#[test]
fn an_experiment_leaves_its_report_and_ends_with_the_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["lab", "run", &example("heart-disease/lab.toml"), "--json"];
    let told = printed(folder.path(), &args);
    let lines: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (last, cells) = lines.split_last().unwrap();
    assert_eq!(
        (&last["ok"], last["cells"].as_u64()),
        (&Value::Bool(true), Some(90))
    );
    assert_eq!(cells.len(), 90);
    assert!(cells.iter().all(|cell| cell["bench"] == "lab"));
    let verdicts = last["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 12);
    let steps = &verdicts[2];
    assert_eq!(
        (&steps["setting"], &steps["passes"]),
        (&"model.steps = 3".into(), &true.into())
    );
    assert!(steps["lost"].as_f64().unwrap() < 0.001 && steps["saved_cpu"].as_f64().unwrap() > 0.1);
    // All runs have the same test rows: that all agree makes nobody sure.
    assert!(verdicts.iter().all(|it| it["confidence"].is_null()));
    assert!(verdicts.iter().all(|it| it["unsure"] == "same-test-rows"));
    let out = folder.path().join("consilium-lab");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("model.steps = 3") && page.contains("<svg") && !page.contains("<script"));
    assert_eq!(
        fs::read_to_string(out.join("cells.csv"))
            .unwrap()
            .lines()
            .count(),
        91
    );
    assert!(
        fs::read(out.join("cells.parquet"))
            .unwrap()
            .starts_with(b"PAR1")
    );
    // Nothing is run again: even costs are the same.
    assert_eq!(
        printed(folder.path(), &args).lines().last(),
        told.lines().last()
    );
    let report = [
        "lab",
        "report",
        &example("heart-disease/lab.toml"),
        "--json",
    ];
    assert_eq!(
        printed(folder.path(), &report).lines().last(),
        told.lines().last()
    );
}

/// Begins an experiment in cells one after the other, and waits for its first line.
fn begun(folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args([
            "lab",
            "run",
            &example("rand-hie/lab.toml"),
            "--json",
            "--jobs",
            "1",
        ])
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    (child, lines)
}

#[test]
fn an_experiment_that_is_broken_off_goes_on_to_the_same_accuracies() {
    let folder = tempfile::tempdir().unwrap();
    let whole = tempfile::tempdir().unwrap();
    let run = ["lab", "run", &example("rand-hie/lab.toml"), "--json"];
    printed(whole.path(), &run);
    let mut finished = 0;
    for (signal, code) in [(Signal::KILL, None), (Signal::INT, Some(130))] {
        let (mut child, mut lines) = begun(folder.path());
        // One cell that was not finished before, at least.
        for _ in 0..=finished {
            lines.read_line(&mut String::new()).unwrap();
        }
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), code);
        let now = measures(&folder.path().join("consilium-lab")).len();
        assert!(now > finished, "{now}");
        finished = now;
    }
    // What is told of it says that it is not the whole.
    let report = ["lab", "report", &example("rand-hie/lab.toml")];
    let said = printed(folder.path(), &report);
    assert!(
        said.contains(&format!("Unfinished: {finished} of 275 cells.")),
        "{said}"
    );
    let last = printed(folder.path(), &[&report[..], &["--json"]].concat());
    let last: Value = serde_json::from_str(&last).unwrap();
    let counts = [&last["cells"], &last["of"]].map(|count| count.as_u64().unwrap());
    assert_eq!(counts, [finished as u64, 275]);
    let verdicts = last["verdicts"].as_array().unwrap();
    assert_eq!(
        (verdicts.len(), &last["lost_of"]),
        (5, &"explained-deviance".into())
    );
    let unjudged = verdicts.iter().filter(|it| it["reason"].is_string());
    assert!(unjudged.clone().all(|it| it["passes"] == false));
    // A pipe in the place of a cell is none, and would have no end.
    let out = folder.path().join("consilium-lab");
    let cell = out.join("cells").join(&measures(&out)[0].0);
    fs::remove_file(&cell).unwrap();
    mknodat(CWD, &cell, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let told = printed(folder.path(), &run);
    assert!(told.lines().count() > finished);
    let of = |folder: &Path| measures(&folder.join("consilium-lab"));
    assert_eq!(of(folder.path()), of(whole.path()));
}

#[test]
fn a_bad_experiment_is_named_by_line_and_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let plan = example("heart-disease/plan.toml");
    let printed = printed(folder.path(), &["lab", "new", "--help"]);
    assert!(printed.contains("consilium lab new plan.toml"));
    // Marks that stand above letters are part of a title as they are.
    let text = fs::read_to_string(&plan).unwrap();
    let titled = text.replacen("title = \"", "title = \"e\u{301} ", 1);
    assert_ne!(titled, text);
    fs::write(folder.path().join("plan.toml"), titled).unwrap();
    let schema = example("heart-disease/schema.toml");
    fs::copy(schema, folder.path().join("schema.toml")).unwrap();
    for party in ["cleveland", "hungarian", "switzerland", "va"] {
        let rows = example(&format!("heart-disease/processed.{party}.data"));
        fs::copy(rows, folder.path().join(format!("{party}.csv"))).unwrap();
    }
    crate::printed(folder.path(), &["lab", "new", "plan.toml"]);
    let text = fs::read_to_string(folder.path().join("lab.toml")).unwrap();
    assert!(
        text.contains("[data.cleveland]") && text.contains("#   model.steps:"),
        "{text}"
    );
    let turned = text.replace("\"model.steps\"", "\"model.setps\"");
    fs::write(folder.path().join("lab.toml"), &turned).unwrap();
    let refused = consilium(folder.path(), &["lab", "run", "lab.toml"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    let line = turned
        .lines()
        .position(|line| line.contains("setps"))
        .unwrap()
        + 1;
    assert!(
        said.contains(&format!("lab.toml: line {line}")) && said.contains("model.steps"),
        "{said}"
    );
    assert!(!folder.path().join("consilium-lab").exists());
}
