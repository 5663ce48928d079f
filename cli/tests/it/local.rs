//! A whole federation over one's own files.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use serde_json::Value;

use crate::{consilium, printed};

const PLAN: &str = r#"
title = "Visits at three houses"
purpose = "a test over three small files"
kind = "train-glm"
schema = "schema.toml"
features = ["age", "smoker"]
label = { column = "visits" }
test = { share = 0.25, seed = 3 }

[model]
family = "gaussian"

[limits]
minimum_rows = 20

[[party]]
name = "north"
data = "visits"

[[party]]
name = "south"
data = "visits"

[[party]]
name = "west"
data = "visits"
"#;

const SCHEMA: &str = r#"
[[column]]
name = "age"
type = "number"
min = 0
max = 120

[[column]]
name = "smoker"
type = "boolean"

[[column]]
name = "visits"
type = "number"
min = -100
max = 100
"#;

/// Writes a plan and three files in which visits = 2 + age / 10 + 3 · smoker, and a little more.
pub(crate) fn write_study(folder: &Path) -> Vec<String> {
    fs::write(folder.join("plan.toml"), PLAN).unwrap();
    fs::write(folder.join("schema.toml"), SCHEMA).unwrap();
    let mut args = vec!["local".to_owned(), "plan.toml".to_owned()];
    for (house, seed) in [("north", 7_u32), ("south", 11), ("west", 13)] {
        let mut rows = String::from("age,smoker,visits\n");
        for row in 0..60_u32 {
            let (age, smoker) = (20 + (row * seed) % 61, (row / 3 + seed) % 2);
            let noise = f64::from((row * seed * 31) % 17) / 100.0;
            let visits = 2.0 + f64::from(age) / 10.0 + 3.0 * f64::from(smoker) + noise;
            writeln!(rows, "{age},{smoker},{visits}").unwrap();
        }
        fs::write(folder.join(format!("{house}.csv")), rows).unwrap();
        args.extend(["--data".to_owned(), format!("{house}/visits={house}.csv")]);
    }
    args
}

pub(crate) fn as_strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn values_are_held_against_tables_of_codes_as_where_data_are_registered() {
    let folder = tempfile::tempdir().unwrap();
    let here = |name: &str| folder.path().join(name);
    let mut args = write_study(folder.path());
    args.extend(["--json", "--out", "left"].map(str::to_owned));
    let column = "\n[[column]]\nname = \"diagnosis\"\ntype = \"code\"\n\
                  codes = { system = \"icd-10-cm\", version = \"2026\" }\n";
    fs::write(here("schema.toml"), format!("{SCHEMA}{column}")).unwrap();
    for house in ["north", "south", "west"] {
        let file = here(&format!("{house}.csv"));
        let rows = fs::read_to_string(&file).unwrap();
        let rows = rows.replacen('\n', ",diagnosis\n", 1);
        let (header, rows) = rows.split_once('\n').unwrap();
        let rows = rows.replace('\n', ",I20\n");
        fs::write(file, format!("{header}\n{rows}")).unwrap();
    }
    let table = |version: &str, code: &str| {
        format!(
            "kind = \"table\"\nsystem = \"icd-10-cm\"\nversion = \"{version}\"\n\
             source = \"a test\"\n---\ncode,en,zh,parent,from,until,status\n{code},Angina,,,,,\n"
        )
    };
    fs::write(here("2026.csv"), table("2026", "I20")).unwrap();
    fs::write(here("other.csv"), table("2026", "I21")).unwrap();
    fs::write(here("2025.csv"), table("2025", "I20")).unwrap();
    for (codes, said) in [
        (
            "west/visits=other.csv",
            "column diagnosis has 60 values that are not in the table of codes",
        ),
        (
            "west/visits=2025.csv",
            "no column has codes of icd-10-cm 2025",
        ),
        (
            "west/stays=2026.csv",
            "the plan knows no data set west/stays",
        ),
        ("2026.csv", "PARTY/NAME=FILE"),
    ] {
        let given = [&as_strs(&args)[..], &["--codes", codes]].concat();
        let output = consilium(folder.path(), &given);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && told.contains(said),
            "{codes}: {told}"
        );
        fs::remove_dir_all(here("left")).ok();
    }
    let given = [&as_strs(&args)[..], &["--codes", "west/visits=2026.csv"]].concat();
    let line: Value = serde_json::from_str(&printed(folder.path(), &given)).unwrap();
    assert_eq!(line["contributors"].as_array().unwrap().len(), 3);
}

#[test]
fn three_files_become_one_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path());
    args.extend(["--json", "--out", "left"].map(str::to_owned));
    let line = printed(folder.path(), &as_strs(&args));
    let result: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        result["contributors"],
        serde_json::json!(["north", "south", "west"])
    );
    assert_eq!(result["local"], "Visits at three houses");
    crate::costs::are_consistent(&result);

    let own = folder.path().join("left/south/state/results");
    let study = fs::read_dir(own).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::read_dir(study.join("costs")).unwrap().count(), 1);
    let report = |folder: &Path| fs::read(folder.join("report.json")).unwrap();
    assert_eq!(report(&study), report(&folder.path().join("left/result")));

    let model = fs::read(folder.path().join("left/result/model.json")).unwrap();
    let model: Value = serde_json::from_slice(&model).unwrap();
    let slope = model["fit"]["estimates"][1]["coefficient"]
        .as_f64()
        .unwrap();
    assert!((slope - 0.1).abs() < 0.01, "{slope}");
}

#[test]
fn a_study_with_too_few_test_rows_to_measure_has_its_model_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path());
    let plan = PLAN
        .replace(
            "\"visits\" }\ntest = { share = 0.25",
            "\"visits\", positive_above = 8.5 }\ntest = { share = 0.1",
        )
        .replace(
            "family = \"gaussian\"",
            "family = \"logistic\"\npenalty = 1.0",
        );
    assert!(plan.contains("positive_above = 8.5") && plan.contains("share = 0.1"));
    fs::write(folder.path().join("plan.toml"), plan).unwrap();
    args.push("--json".to_owned());
    let result: Value = serde_json::from_str(&printed(folder.path(), &as_strs(&args))).unwrap();
    assert_eq!(result["ok"], true);
    assert_eq!(result["metrics"], serde_json::json!({}));
}

#[test]
fn files_that_do_not_match_the_plan_are_named_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_study(folder.path());
    for (change, told) in [
        (
            &["--data", "east/visits=north.csv"][..],
            "the plan knows no data set east/visits",
        ),
        (
            &["--data", "north/visits=north.csv"],
            "--data north/visits=FILE is needed exactly once",
        ),
        (
            &["--split", "north/other:s=north.csv"],
            "the plan knows no data set north/other",
        ),
    ] {
        let output = consilium(folder.path(), &[&as_strs(&args)[..], change].concat());
        assert_eq!(output.status.code(), Some(2), "{change:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(told), "{said}");
    }
    assert!(!folder.path().join("consilium-local").exists());
}

#[test]
fn plans_that_cannot_run_one_after_the_other_are_named_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_study(here);
    let example = |name| {
        format!(
            "{}/../examples/admission/{name}",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let [align, train, predict] = ["align.toml", "train.toml", "predict.toml"].map(example);
    fs::create_dir(here.join("other")).unwrap();
    let plan = fs::read_to_string(here.join("plan.toml")).unwrap();
    fs::write(here.join("other/plan.toml"), &plan).unwrap();
    fs::copy(here.join("schema.toml"), here.join("other/schema.toml")).unwrap();
    let elsewhere = format!("coordinator = \"elsewhere\"\n{plan}");
    fs::write(here.join("elsewhere.toml"), elsewhere).unwrap();
    let other_key = fs::read_to_string(&align)
        .unwrap()
        .replace("20_000", "30_000");
    fs::write(here.join("align.toml"), other_key).unwrap();
    for (plans, told) in [
        (
            ["plan.toml", "other/plan.toml"],
            "two plans lie in files of one name",
        ),
        (
            ["plan.toml", "elsewhere.toml"],
            "two coordinators: coordinator and elsewhere",
        ),
        (
            ["plan.toml", &train],
            "hint: give that plan's file before this one",
        ),
        (
            ["align.toml", &train],
            "hint: name it by its file, align.toml, or by its hash, ",
        ),
        ([&align, &predict], "names the model of study"),
    ] {
        let mut args = vec!["local", "--data", "north/visits=north.csv"];
        args.extend(plans);
        let output = consilium(here, &args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{plans:?}: {said}");
        assert!(said.contains(told), "{plans:?}: {said}");
    }
    assert!(!here.join("consilium-local").exists());
}

#[test]
fn plans_over_other_data_sets_of_the_same_parties_run_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut args = write_study(here);
    let plan = fs::read_to_string(here.join("plan.toml")).unwrap();
    let other = plan.replace("data = \"visits\"", "data = \"calls\"");
    fs::write(here.join("calls.toml"), other).unwrap();
    args.extend(["calls.toml", "--json", "--out", "left"].map(str::to_owned));
    let missing = consilium(here, &as_strs(&args));
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("--data north/calls=FILE"), "{said}");
    for house in ["north", "south", "west"] {
        let rows = fs::read_to_string(here.join(format!("{house}.csv"))).unwrap();
        let fewer: Vec<&str> = rows.lines().take(41).collect();
        let file = format!("{house}-calls.csv");
        fs::write(here.join(&file), fewer.join("\n")).unwrap();
        args.extend(["--data".to_owned(), format!("{house}/calls={file}")]);
    }
    let lines = printed(here, &as_strs(&args));
    let lines = lines.lines().map(serde_json::from_str);
    let [visits, calls] = &lines.collect::<Result<Vec<Value>, _>>().unwrap()[..] else {
        panic!("there are two studies");
    };
    assert_eq!(
        (&visits["kind"], &calls["kind"]),
        (&"train-glm".into(), &"train-glm".into())
    );
    let rows = [visits, calls].map(|study| study["rows"].as_u64().unwrap());
    assert!(rows[1] <= 120 && rows[1] < rows[0], "{rows:?}");
    for name in ["plan", "calls"] {
        assert!(
            here.join("left/result")
                .join(name)
                .join("model.json")
                .is_file()
        );
    }
}

#[test]
fn a_split_that_the_plan_names_is_asked_for_with_its_flag_and_form() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_study(folder.path());
    let plan = PLAN.replace("{ share = 0.25, seed = 3 }", "{ split = \"holdout\" }");
    fs::write(folder.path().join("plan.toml"), plan).unwrap();
    let output = consilium(folder.path(), &as_strs(&args));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    for told in ["--split north/visits:holdout=FILE", "row,split", "17,train"] {
        assert!(said.contains(told), "{said}");
    }
    assert!(!folder.path().join("consilium-local").exists());
}

#[test]
fn a_plan_that_asks_for_scorecards_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_study(folder.path());
    let trust = "[trust]\npurpose = \"training\"\nmin_score = 60\n\n[[party]]";
    let plan = PLAN.replacen("[[party]]", trust, 1);
    fs::write(folder.path().join("plan.toml"), plan).unwrap();
    let output = consilium(folder.path(), &as_strs(&args));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("plan.toml asks for scorecards"), "{said}");
    assert!(!folder.path().join("consilium-local").exists());
}

#[test]
fn a_file_with_a_broken_row_is_named_with_its_house_and_row() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_study(folder.path());
    let path = folder.path().join("south.csv");
    let rows = fs::read_to_string(&path)
        .unwrap()
        .replacen('\n', "\n31,perhaps,4\n", 1);
    fs::write(&path, rows).unwrap();
    let output = consilium(folder.path(), &as_strs(&args));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("south") && said.contains("line 2"), "{said}");
}

#[test]
fn the_folder_of_a_run_that_failed_is_used_again_and_that_of_one_that_ended_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path());
    args.extend(["--out", "left"].map(str::to_owned));
    let path = folder.path().join("south.csv");
    let rows = fs::read_to_string(&path).unwrap();
    fs::write(&path, rows.replacen('\n', "\n31,perhaps,4\n", 1)).unwrap();
    let failed = consilium(folder.path(), &as_strs(&args));
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("is replaced by the next run"), "{said}");
    assert!(folder.path().join("left/south/daemon.log").exists());

    fs::write(&path, rows).unwrap();
    printed(folder.path(), &as_strs(&args));
    let again = consilium(folder.path(), &as_strs(&args));
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("name another folder with --out"), "{said}");
    assert!(folder.path().join("left/result/model.json").exists());
}

#[test]
fn an_interrupt_leaves_no_daemon_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path());
    args.extend(["--out", "left"].map(str::to_owned));
    let mut running = start(folder.path(), &args);
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines();
    said.find(|line| line.as_ref().unwrap().ends_with("submitted"))
        .unwrap()
        .unwrap();
    kill_process(Pid::from_child(&running), Signal::INT).unwrap();
    let rest: Vec<String> = said.map(Result::unwrap).collect();
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert!(
        rest.iter().any(|line| line == "error: interrupted"),
        "{rest:?}"
    );

    assert_eq!(daemons_of(folder.path()), []);
}

#[test]
fn a_killed_command_leaves_no_daemon_behind_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path());
    args.extend(["--out", "left"].map(str::to_owned));
    let mut running = start(folder.path(), &args);
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines();
    said.find(|line| line.as_ref().unwrap().ends_with("submitted"))
        .unwrap()
        .unwrap();
    let daemons: Vec<OwnedFd> = daemons_of(folder.path()).into_iter().map(watch).collect();
    assert_eq!(daemons.len(), 4);
    running.kill().unwrap();
    running.wait().unwrap();
    have_ended(&daemons);
}

/// Waits until all of these processes have ended.
pub(crate) fn have_ended(processes: &[OwnedFd]) {
    for process in processes {
        let mut ended = [PollFd::new(process, PollFlags::IN)];
        let within = Timespec {
            tv_sec: 60,
            tv_nsec: 0,
        };
        assert_eq!(
            poll(&mut ended, Some(&within)).unwrap(),
            1,
            "a daemon lives on"
        );
    }
}

pub(crate) fn watch(process: Pid) -> OwnedFd {
    pidfd_open(process, PidfdFlags::empty()).unwrap()
}

pub(crate) fn start(folder: &Path, args: &[String]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Finds the processes that were told of a folder.
pub(crate) fn daemons_of(folder: &Path) -> Vec<Pid> {
    let folder = folder.canonicalize().unwrap();
    let folder = folder.to_str().unwrap().as_bytes();
    let mut daemons = Vec::new();
    for process in fs::read_dir("/proc").unwrap() {
        let process = process.unwrap();
        let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
        if command.windows(folder.len()).any(|part| part == folder) {
            let id = process.file_name().to_str().unwrap().parse().unwrap();
            daemons.push(Pid::from_raw(id).unwrap());
        }
    }
    daemons
}
