//! Two files whose common people are found, and a daemon that is killed meanwhile.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    consilium,
    local::{as_strs, daemons_of, have_ended, start, watch},
    printed,
};

/// The guide's plan.
fn plan() -> &'static str {
    let guide = include_str!("../../../docs/guide/align.md");
    let block = guide.split("```toml\n").nth(1).unwrap();
    block.split("```").next().unwrap()
}

/// The citizen id of a made-up person, whose check digit fits.
fn id(person: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let number = person % 720 / 8 * 10 + person % 8 + 1;
    let (day, year) = (person / 720 % 28 + 1, 1950 + person / 20_160);
    let body = format!("110105{year}01{day:02}{number:03}");
    let sum: u32 = body
        .bytes()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = b"10X98765432"[sum as usize % 11];
    body + &char::from(check).to_string()
}

/// Writes the plan and two files; gives the command over them.
fn write_study(folder: &Path, size: u32, common: u32) -> Vec<String> {
    fs::write(folder.join("plan.toml"), plan()).unwrap();
    let first = size - common;
    for (name, people) in [("hospital", 0..size), ("insurer", first..first + size)] {
        let mut rows = String::from("ward,citizen_id\n");
        for person in people {
            writeln!(rows, "3,{}", id(person)).unwrap();
        }
        fs::write(folder.join(format!("{name}.csv")), rows).unwrap();
    }
    let args = [
        "local",
        "plan.toml",
        "--data",
        "hospital/admissions=hospital.csv",
        "--data",
        "insurer/members=insurer.csv",
        "--out",
        "left",
    ];
    args.map(str::to_owned).to_vec()
}

/// Sees that row `first + place` of the one stands beside row `place` of the other, for all.
fn assert_fits(hospital: &Path, insurer: &Path, (size, common): (u32, u32)) {
    let read = |path: &Path| -> Vec<(u32, u32)> {
        let table = fs::read_to_string(path).unwrap();
        let line = |line: &str| {
            let (place, row) = line.split_once(',').unwrap();
            (place.parse().unwrap(), row.parse().unwrap())
        };
        table.lines().skip(1).map(line).collect()
    };
    let (ones, others) = (read(hospital), read(insurer));
    assert_eq!(
        (ones.len(), others.len()),
        (common as usize, common as usize)
    );
    for ((place, row), (same, other)) in ones.iter().zip(&others) {
        assert_eq!(place, same);
        assert_eq!(*row, size - common + other);
    }
}

#[test]
fn two_files_become_one_order_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut args = write_study(folder.path(), 400, 150);
    args.push("--json".to_owned());
    let line: Value = serde_json::from_str(&printed(folder.path(), &as_strs(&args))).unwrap();
    for party in ["hospital", "insurer"] {
        assert_eq!(line["sets"][party]["common"]["exact"], 150);
        assert_eq!(line["sets"][party]["peer_keys"], 400);
    }
    assert_eq!(line["ok"], true);
    let result = folder.path().join("left/result");
    let file = |name: &str| result.join(format!("{name}-aligned.csv"));
    assert_fits(&file("hospital"), &file("insurer"), (400, 150));
    let report = fs::read_to_string(result.join("report.json")).unwrap();
    assert!(!report.contains("\"common\"") && !report.contains("150"));
}

#[test]
fn too_few_common_people_are_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let args = write_study(folder.path(), 400, 99);
    let output = consilium(folder.path(), &as_strs(&args));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("ALIGN-TOO-FEW") && said.contains("hint:"),
        "{said}"
    );
    assert!(!said.contains("99"), "{said}");
}

#[test]
fn keys_are_looked_at_where_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    write_study(folder.path(), 20, 10);
    let path = folder.path().join("hospital.csv");
    let rows = fs::read_to_string(&path).unwrap();
    let damaged = format!("{rows}1,1.10105E+17\n2,{}\n4,\n", id(3));
    fs::write(&path, damaged).unwrap();
    let keys = ["data", "keys", "hospital.csv", "--plan", "plan.toml"];
    let line = printed(folder.path(), &[&keys[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(report["counts"]["rows"], 23);
    assert_eq!(report["counts"]["keys"], 20);
    assert_eq!(report["refused"][0]["row"], 21);
    assert_eq!(report["refused"][0]["reason"], "scientific");
    assert_eq!(report["repeats"][0]["row"], 22);
    let page = printed(folder.path(), &keys);
    assert!(page.contains("row 22 has the key of row 4"), "{page}");
    assert!(!page.contains(&id(3)) && !line.contains(&id(3)));

    let strict = plan().replace("\"all\"", "\"refuse\"");
    fs::write(folder.path().join("plan.toml"), strict).unwrap();
    let output = consilium(folder.path(), &keys);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("rows share a key"), "{said}");
}

/// The study's folder of results at a party, once the study is known.
fn results(folder: &Path, party: &str, study: &str) -> PathBuf {
    let state = folder.join("left").join(party).join("state");
    state.join("results").join(study)
}

/// Runs an alignment and kills one daemon once both have compared some chunks; by vole, where one
/// bucket holds all, once the gate has passed and the bucket is begun.
fn killed(victim: &str, survivor: &str, protocol: &str) {
    const SIZE: u32 = 40_000;
    const COMMON: u32 = 15_000;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let args = write_study(here, SIZE, COMMON);
    let text = plan().replace("\"ecdh\"", &format!("{protocol:?}"));
    fs::write(here.join("plan.toml"), text).unwrap();
    let mut running = start(here, &args);
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines();
    let mut until = |words: &str| {
        let line = said.find(|line| line.as_ref().unwrap().contains(words));
        line.unwrap().unwrap()
    };
    until("running step 1");
    let socket = "left/coordinator/state/operator.sock";
    let list = printed(here, &["study", "list", "--json", "--at", socket]);
    let listed: Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    let study = listed["study"].as_str().unwrap().to_owned();
    let mut watching = Command::new(env!("CARGO_BIN_EXE_consilium"))
        .args(["study", "watch", &study, "--json", "--at", socket])
        .current_dir(here)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut events = BufReader::new(watching.stdout.take().unwrap()).lines();
    let compared = |line: &String| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["doing"]["chunks"].as_u64().is_some_and(|it| it > 0)
    };
    if protocol == "ecdh" {
        let amid = events.find(|line| compared(line.as_ref().unwrap()));
        assert!(amid.is_some(), "the run goes on");
    } else {
        let state = here.join("left").join(victim).join("state");
        let begun = state.join("spill").join(&study).join("vole");
        while !begun.exists() {
            assert!(running.try_wait().unwrap().is_none(), "the gate passes");
            thread::yield_now();
        }
    }

    let config = here.canonicalize().unwrap().join("left").join(victim);
    let [daemon] = daemons_of(&config)[..] else {
        panic!("{victim} has one daemon");
    };
    let ending = watch(daemon);
    kill_process(daemon, Signal::KILL).unwrap();
    // Its state is locked as long as it lives.
    have_ended(&[ending]);
    let again = Again::start(&config);
    let last = events.map(Result::unwrap).last().unwrap();
    assert!(last.contains("\"finished\""), "{last}");
    assert!(watching.wait().unwrap().success());
    // The command that started the first daemon can't tell what it cost.
    running.wait().unwrap();
    let socket = format!("left/{victim}/state/steward.sock");
    let result = ["study", "result", &study, "--out", "own", "--at", &socket];
    let files = printed(here, &result);
    assert!(files.contains("own/aligned.csv") && files.contains("own/own-report.json"));
    drop(again);

    let aligned = |party| results(here, party, &study).join("aligned.csv");
    assert_fits(&aligned("hospital"), &aligned("insurer"), (SIZE, COMMON));
    let own = fs::read(here.join("own/aligned.csv")).unwrap();
    assert_eq!(own, fs::read(aligned(victim)).unwrap());
    let chunks = u64::from(SIZE.div_ceil(8192));
    let costs = results(here, survivor, &study).join("costs");
    let mut sent = 0;
    let mut runs = 0;
    for run in fs::read_dir(costs).unwrap() {
        let account: Value =
            serde_json::from_slice(&fs::read(run.unwrap().path()).unwrap()).unwrap();
        sent += account["psi-ecdh.1.blinded"]["sent_frames"]
            .as_u64()
            .unwrap_or(0);
        runs += 1;
    }
    if protocol == "vole" {
        // What is left of a bucket is short: it may be done before the signal comes.
        assert!((1..=2).contains(&runs), "{runs}");
        return;
    }
    assert_eq!(runs, 2);
    assert!((chunks..=chunks + 1).contains(&sent), "{sent} of {chunks}");
}

/// A daemon that is started again, and ends with the test.
struct Again(Child);

impl Again {
    fn start(home: &Path) -> Again {
        let mut command = Command::new(env!("CARGO_BIN_EXE_consilium"));
        command.args(["participant", "run", "--config"]);
        command.arg(home.join("participant.toml"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Again(command.spawn().unwrap())
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_hospital_that_is_killed_repeats_one_chunk_at_most() {
    killed("hospital", "insurer", "ecdh");
}

#[test]
fn an_insurer_that_is_killed_repeats_one_chunk_at_most() {
    killed("insurer", "hospital", "ecdh");
}

#[test]
fn whoever_is_killed_amid_a_run_by_vole_comes_to_the_same_rows() {
    killed("hospital", "insurer", "vole");
    killed("insurer", "hospital", "vole");
}
