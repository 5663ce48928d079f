//! Trees that three houses grow together, over real daemons.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tract_onnx::prelude::*;

use crate::{
    local::{as_strs, daemons_of, have_ended, start, watch, write_study},
    printed,
};

const SOCKET: &str = "left/coordinator/state/operator.sock";
const SOUTH: &str = "left/south/state/results";
const NORTH: &str = "left/north/state/results";

/// Writes the three houses' study, but of trees.
fn write_trees(folder: &Path) -> Vec<String> {
    let args = write_study(folder);
    let path = folder.join("plan.toml");
    let plan = fs::read_to_string(&path).unwrap();
    let trees = "[trees]\nobjective = \"squared\"\ntrees = 12\nlearning_rate = 0.3\nbins = 32\n\
                 growth = { depth-wise = { depth = 3 } }\nmonotone = { age = \"increasing\" }\n";
    let plan = plan
        .replace("train-glm", "train-gbdt")
        .replace("[model]\nfamily = \"gaussian\"\n", trees);
    assert!(plan.contains("[trees]"));
    fs::write(path, plan).unwrap();
    args
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The only study that a participant has results of.
fn results(folder: &Path, of: &str) -> std::path::PathBuf {
    let mut studies = fs::read_dir(folder.join(of)).unwrap();
    studies.next().unwrap().unwrap().path()
}

#[test]
fn three_houses_grow_trees_that_are_shown_used_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut args = write_trees(here);
    args.extend(["--json", "--out", "left"].map(str::to_owned));
    let result: Value = serde_json::from_str(&printed(here, &as_strs(&args))).unwrap();
    assert_eq!(result["iterations"], 12);
    assert!(result["metrics"]["d2"].as_f64().unwrap() > 0.9, "{result}");

    let model = "left/result/model.json";
    let shown = printed(here, &["model", "show", model]);
    for said in ["objective: squared", "trees: 12", "smoker", "gain"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let lines = printed(here, &["model", "show", model, "--json"]);
    assert_eq!(lines.lines().count(), 2);

    fs::write(here.join("new.csv"), "smoker,age\n1,40\n0,\n,70\n").unwrap();
    let predict = ["model", "predict", model, "new.csv", "--json"];
    let scores: Vec<f64> = printed(here, &predict)
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["score"]
                .as_f64()
                .unwrap()
        })
        .collect();
    assert!((scores[0] - 9.0).abs() < 1.0, "{scores:?}");
    assert_eq!(scores.len(), 3);
    let export = |format, file| {
        printed(
            here,
            &["model", "export", model, "--format", format, "-o", file],
        );
        here.join(file)
    };
    // That runtime has no trees: it reads what they are, and knows what goes in.
    let read = tract_onnx::onnx()
        .model_for_path(export("onnx", "m.onnx"))
        .unwrap();
    assert_eq!(read.input_outlets().unwrap().len(), 1);
    let mut nodes = read.nodes().iter();
    assert!(nodes.any(|node| format!("{:?}", node.op).contains("TreeEnsembleRegressor")));
    let exported = json(&export("json", "m.json"));
    assert_eq!(exported["trees"]["trees"].as_array().unwrap().len(), 12);
    assert_eq!(exported["trees"], json(&here.join(model))["fit"]["model"]);
}

/// Waits until a study grows so many trees.
pub(crate) fn until_tree(folder: &Path, study: &str, tree: u64) {
    let mut watching = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["study", "watch", study, "--json", "--at", SOCKET])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut events = BufReader::new(watching.stdout.take().unwrap()).lines();
    let is_there = events.any(|line| {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        event["doing"]["tree"].as_u64().is_some_and(|at| at >= tree)
    });
    assert!(is_there, "it ended before tree {tree}");
    watching.kill().unwrap();
    watching.wait().unwrap();
}

#[test]
fn where_a_house_is_killed_in_the_middle_of_trees_all_end_with_one_model() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut args = write_trees(here);
    args.extend(["--out", "left"].map(str::to_owned));
    let path = here.join("plan.toml");
    let plan = fs::read_to_string(&path).unwrap();
    fs::write(&path, plan.replace("trees = 12", "trees = 80")).unwrap();
    let mut local = start(here, &args);
    let mut said = BufReader::new(local.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("running step 1")));
    let list = printed(here, &["study", "list", "--json", "--at", SOCKET]);
    let listed: Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    until_tree(here, listed["study"].as_str().unwrap(), 5);
    let home = here.canonicalize().unwrap().join("left/south");
    let [daemon] = daemons_of(&home)[..] else {
        panic!("south has one daemon");
    };
    let ending = watch(daemon);
    kill_process(daemon, Signal::KILL).unwrap();
    // Its state is locked as long as it lives.
    have_ended(&[ending]);
    let mut again = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["participant", "run", "--config"])
        .arg(home.join("participant.toml"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The command that started the first daemons can't tell what they cost.
    said.for_each(drop);
    local.wait().unwrap();
    kill_process(Pid::from_child(&again), Signal::TERM).unwrap();
    again.wait().unwrap();
    let (south, north) = (results(here, SOUTH), results(here, NORTH));
    let fit = |of: &Path| json(&of.join("model.json"))["fit"].clone();
    assert_eq!(fit(&south), fit(&north));
    assert_eq!(fit(&north)["model"]["trees"].as_array().unwrap().len(), 80);
    let report = json(&north.join("report.json"));
    assert_eq!(report["runs"], 2);
}
