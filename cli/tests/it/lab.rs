//! Experiments: run, broken off, gone on with, reported.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use consilium_lab::Experiment;
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
    let out = folder.path().join("consilium-lab/heart-disease");
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

/// Takes the mark away from each block of settings in its turn, and from all at once.
fn uncommented(text: &str) -> Vec<String> {
    let (before, blocks) = text.split_once("\n\n# Each block").unwrap();
    let blocks: Vec<&str> = blocks.split("\n\n").collect();
    let run = |block: &str| block.replace("\n#[[", "\n[[").replace("\n#\"", "\n\"");
    let with = |chosen: &dyn Fn(usize) -> bool| {
        let all = (0..).zip(&blocks);
        let all = all.map(|(place, block)| {
            if chosen(place) {
                run(block)
            } else {
                (*block).to_owned()
            }
        });
        format!(
            "{before}\n\n# Each block{}",
            all.collect::<Vec<_>>().join("\n\n")
        )
    };
    let marked = (0..blocks.len()).filter(|&place| blocks[place].contains("\n#[["));
    let mut texts: Vec<String> = marked.map(|one| with(&|place| place == one)).collect();
    assert!(texts.len() > 5, "{text}");
    texts.push(with(&|_| true));
    texts
}

#[test]
fn a_folder_that_is_not_this_experiments_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = example("heart-disease/own-scales/lab.toml");
    let (written, foreign) = (folder.path().join("other"), folder.path().join("foreign"));
    let report = "{\"title\": \"Other rows\", \"file\": \"lab.toml\"}";
    for (out, name, text, said) in [
        (
            &written,
            "report.json",
            report,
            "another experiment, \"Other rows\"",
        ),
        (
            &foreign,
            "report.html",
            "mine",
            "a report.html that no experiment has written",
        ),
    ] {
        fs::create_dir(out).unwrap();
        fs::write(out.join(name), text).unwrap();
        for command in ["run", "report"] {
            let args = ["lab", command, &experiment, "--out", out.to_str().unwrap()];
            let refused = consilium(folder.path(), &args);
            let told = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(1));
            assert!(
                told.contains(said) && told.contains("hint: name another folder by --out"),
                "{told}"
            );
        }
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), text);
        assert_eq!(fs::read_dir(out).unwrap().count(), 1, "nothing was run");
    }
    fs::write(folder.path().join("taken"), "").unwrap();
    let refused = consilium(
        folder.path(),
        &["lab", "run", &experiment, "--out", "taken", "--json"],
    );
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        refused.stdout.is_empty() && told.contains("nothing was run"),
        "{told}"
    );
    let refused = consilium(folder.path(), &["lab", "run", &experiment, "--jobs", "0"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("a whole number from 1 on is needed"),
        "{told}"
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
        let now = measures(&folder.path().join("consilium-lab/rand-hie")).len();
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
    let out = folder.path().join("consilium-lab/rand-hie");
    let cell = out.join("cells").join(&measures(&out)[0].0);
    fs::remove_file(&cell).unwrap();
    mknodat(CWD, &cell, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let told = printed(folder.path(), &run);
    assert!(told.lines().count() > finished);
    let of = |folder: &Path| measures(&folder.join("consilium-lab/rand-hie"));
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
        text.contains("[data.cleveland]") && text.contains("\"model.steps\" = [1, 2, 3]"),
        "{text}"
    );
    for text in uncommented(&text) {
        let file = folder.path().join("uncommented.toml");
        fs::write(&file, &text).unwrap();
        let experiment = Experiment::load(&file).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(experiment.settings().len() > 3, "{text}");
    }
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
