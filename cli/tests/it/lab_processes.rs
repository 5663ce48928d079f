//! Experiments over real daemons.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::local::{daemons_of, have_ended, watch};

/// Three hospitals' plan and its experiment; one is called what a folder of theirs might be.
const PLAN: &str = r#"title = "Stays"
purpose = "research: tests"
kind = "train-glm"
features = ["age", "sex"]
label = { column = "ill" }
party = [{ name = "north", data = "stays" }, { name = "south", data = "stays" }, { name = "data", data = "stays" }]

[model]
family = "logistic"
penalty = 1.0

[comparison]
fedavg = { rounds = 2 }

[[column]]
name = "age"
type = "number"
min = 0
max = 100

[[column]]
name = "sex"
type = "category"
levels = ["f", "m"]

[[column]]
name = "ill"
type = "boolean"
"#;

const LAB: &str = r#"title = "Fewer steps"
plan = "plan.toml"
seeds = [1]

[table]
file = "stays.csv"
split = { by = "quantity", alpha = 50.0 }

[test]
share = 0.25

[[approximate]]
"model.steps" = [1]

[[approximate]]
"comparison.fedavg" = [{ rounds = 3 }]
"#;

const ALIGN: &str = r#"title = "Common clients"
purpose = "research: tests"
kind = "align"
party = [{ name = "clinic", data = "visits" }, { name = "fund", data = "claims" }]

[[key.part]]
column = "id"
kind = "insurance-number"
lengths = [1, 2, 3]
characters = "digits"

[align]
minimum = 10
"#;

const TREES: &str = r#"title = "Joint trees"
purpose = "research: tests"
kind = "train-vertical-gbdt"
alignment = "align.toml"
test = { share = 0.2, seed = 1 }

[trees]
objective = "logistic"
trees = 2
bins = 16
growth = { depth-wise = { depth = 2 } }

[[party]]
name = "clinic"
data = "visits"
features = ["age"]
label = { column = "ill" }

[[party.column]]
name = "age"
type = "number"

[[party.column]]
name = "ill"
type = "boolean"

[[party]]
name = "fund"
data = "claims"
features = ["paid"]

[[party.column]]
name = "paid"
type = "number"
"#;

const JOINT: &str = r#"title = "Joint trees"
plan = "plan.toml"
seeds = [1]

[data.clinic]
file = "clinic.csv"

[data.fund]
file = "fund.csv"

[test]
share = 0.25
"#;

/// Gives so many rows of made-up people: number, age, sex, what was paid, whether they are ill.
fn people(count: u32) -> impl Iterator<Item = (u32, u32, &'static str, u32, u32)> {
    (1..=count).map(|number| {
        // Whatever is far from regular will do.
        let chance = number.wrapping_mul(2_654_435_761) >> 8;
        let (age, sex, paid) = (
            20 + chance % 60,
            ["f", "m"][chance as usize / 64 % 2],
            chance / 128 % 500,
        );
        let ill = age * 4 + paid + chance / 65_536 % 200 > 500;
        (number, age, sex, paid, u32::from(ill))
    })
}

fn horizontal(folder: &Path) {
    let rows = people(300).map(|(_, age, sex, _, ill)| format!("{age},{sex},{ill}\n"));
    let table = format!("age,sex,ill\n{}", rows.collect::<String>());
    for (name, text) in [("plan.toml", PLAN), ("stays.csv", &table)] {
        fs::write(folder.join(name), text).unwrap();
    }
    experiments(folder, LAB);
}

fn vertical(folder: &Path) {
    let clinic = people(300).map(|(id, age, _, _, ill)| format!("{id},{age},{ill}\n"));
    let mut fund: Vec<String> = people(300)
        .map(|(id, _, _, paid, _)| format!("{id},{paid}\n"))
        .collect();
    fund.reverse();
    let tables = [
        format!("id,age,ill\n{}", clinic.collect::<String>()),
        format!("id,paid\n{}", fund[..280].concat()),
    ];
    for (name, text) in [
        ("plan.toml", TREES),
        ("align.toml", ALIGN),
        ("clinic.csv", &tables[0]),
        ("fund.csv", &tables[1]),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    experiments(folder, JOINT);
}

/// Writes an experiment twice: over simulated parties, and over daemons.
fn experiments(folder: &Path, text: &str) {
    fs::write(folder.join("simulated.toml"), text).unwrap();
    let processes = format!("mode = \"processes\"\n{text}");
    fs::write(folder.join("processes.toml"), processes).unwrap();
    fs::create_dir(folder.join("passing")).unwrap();
}

/// Prepares a run of one of both, whose passing files lie in the folder too.
fn lab(folder: &Path, mode: &str) -> Command {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_consilium"));
    lab.args([
        "lab",
        "run",
        &format!("{mode}.toml"),
        "--out",
        mode,
        "--json",
    ])
    .current_dir(folder)
    .env("LC_ALL", "C")
    .env("TMPDIR", folder.join("passing"));
    lab
}

/// Gives the cells of a run, by their arms, and its last line.
fn run(folder: &Path, mode: &str) -> (Vec<Value>, Value) {
    let output = lab(folder, mode).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    assert!(lines.iter().all(|line| line["mode"] == mode));
    lines.sort_by_key(|line| line["params"].to_string());
    (lines, last)
}

/// Runs an experiment in both ways, checks that models are alike, and gives the cells of several
/// parties: each as it was simulated and as daemons ran it.
fn both(folder: &Path) -> Vec<(Value, Value)> {
    let (simulated, _) = run(folder, "simulated");
    let (real, last) = run(folder, "processes");
    assert_eq!(last["ok"], true);
    // Nothing is run again: even costs are the same.
    assert_eq!(run(folder, "processes"), (real.clone(), last));
    assert_eq!(simulated.len(), real.len());
    let page = fs::read_to_string(folder.join("processes/report.html")).unwrap();
    assert!(page.contains("daemons, each a process") && page.contains("those of the machine"));
    let passing = fs::read_dir(folder.join("passing")).unwrap();
    assert_eq!(passing.count(), 0, "rows are left behind");
    let mut several = Vec::new();
    for (one, other) in simulated.into_iter().zip(real) {
        assert_eq!(one["params"], other["params"]);
        let arm = &one["params"]["arm"]["arm"];
        if arm == "pooled" || arm == "local" {
            assert_eq!(one["measures"], other["measures"]);
        } else {
            assert_eq!(one["iterations"], other["iterations"]);
            several.push((one, other));
        }
    }
    several
}

fn near(cells: &(Value, Value), measure: &str, apart: f64) {
    let of = |cell: &Value| cell["measures"][measure].as_f64().unwrap();
    let (one, other) = (of(&cells.0), of(&cells.1));
    assert!((one - other).abs() <= apart, "{measure}: {one}, {other}");
}

/// Gives a cost of each party by its name.
fn costs(cell: &Value, what: &str) -> Vec<(String, Value)> {
    let parties = cell["parties"].as_array().unwrap();
    let cost = |party: &Value| {
        (
            party["party"].as_str().unwrap().to_owned(),
            party[what].clone(),
        )
    };
    parties.iter().map(cost).collect()
}

/// Checks that what is kept of daemons counts their whole processes, not the protocols alone.
fn processes_are_counted(cells: &Path) {
    let mut daemons = 0;
    for file in fs::read_dir(cells).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let cell: Value = serde_json::from_str(&text).unwrap();
        for party in cell["parties"].as_array().unwrap() {
            let steps = party["steps"].as_object().unwrap();
            let computed: u64 = steps
                .values()
                .filter_map(|step| step["cpu_us"].as_u64())
                .sum();
            let counted = party["cpu_s"].as_f64().unwrap();
            if steps.values().any(|step| step["sent_frames"] != 0) {
                assert!(counted * 1e6 > computed as f64, "{party}");
                daemons += 1;
            }
        }
    }
    assert_eq!(daemons, 3 * 4);
}

#[test]
fn daemons_fit_the_model_of_the_simulation_at_its_costs() {
    let folder = tempfile::tempdir().unwrap();
    horizontal(folder.path());
    let cells = both(folder.path());
    assert_eq!(cells.len(), 3);
    processes_are_counted(&folder.path().join("processes/cells"));
    for pair in &cells {
        let (simulated, real) = pair;
        let names = ["coordinator", "data", "north", "south"];
        let cpu = costs(real, "cpu_s");
        assert!(cpu.iter().map(|(name, _)| name).eq(names), "{cpu:?}");
        assert!(cpu.iter().all(|(_, cpu)| cpu.as_f64().unwrap() > 0.0));
        let setting = real["params"]["setting"].as_str().unwrap_or_default();
        if setting.starts_with("comparison") {
            // Which rows a batch holds is drawn.
            near(pair, "auc", 0.05);
            // The same study has fitted the plan's model before.
            assert!(real["wall_s"].is_null() && simulated["wall_s"].is_f64());
            // Keys of that fit serve again, and are counted: frames are alike but for their paths.
            for what in ["sent_bytes", "received_bytes"] {
                let all = costs(simulated, what).into_iter().zip(costs(real, what));
                for ((name, one), (_, other)) in all {
                    let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
                    assert!(
                        (one - other).abs() < 1_000.0,
                        "{name} {what}: {one}, {other}"
                    );
                }
            }
            continue;
        }
        // The rounding of sums is drawn.
        near(pair, "log_loss", 1e-6);
        near(pair, "auc", 1e-3);
        assert!(real["wall_s"].is_f64());
        for what in ["sent_bytes", "received_bytes", "rounds"] {
            assert_eq!(costs(simulated, what), costs(real, what), "{what}");
        }
    }
}

#[test]
fn daemons_align_their_rows_and_grow_the_trees_of_the_simulation() {
    let folder = tempfile::tempdir().unwrap();
    vertical(folder.path());
    let cells = both(folder.path());
    let [exact] = &cells[..] else {
        panic!("nothing is approximated: {cells:?}");
    };
    // The rounding of gradients is drawn.
    near(exact, "log_loss", 1e-5);
    near(exact, "auc", 1e-3);
    let (simulated, real) = exact;
    assert_eq!(simulated["params"]["rows"], real["params"]["rows"]);
    for ((name, simulated), (_, real)) in costs(simulated, "sent_bytes")
        .iter()
        .zip(costs(real, "sent_bytes"))
        .skip(1)
    {
        let (simulated, real) = (simulated.as_f64().unwrap(), real.as_f64().unwrap());
        // Institutions tell each other, and the coordinator, what they have kept.
        assert!(real >= simulated && real < simulated + 4_000.0, "{name}");
    }
}

#[test]
fn whoever_breaks_an_experiment_off_leaves_no_daemon_and_no_row_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        broken_off_by(signal);
    }
}

fn broken_off_by(signal: Signal) {
    let folder = tempfile::tempdir().unwrap();
    horizontal(folder.path());
    let mut child = lab(folder.path(), "processes")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Those in one place are done first; then the plan runs.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let is_exact = |line: &str| line.contains("\"exact\"");
    assert!(lines.any(|line| is_exact(&line.unwrap())));
    let passing = folder.path().join("passing");
    let daemons = loop {
        let daemons = daemons_of(&passing);
        if !daemons.is_empty() {
            break daemons;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::yield_now();
    };
    for made in fs::read_dir(&passing).unwrap() {
        let mode = made.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "its rows can be read by others: {mode:o}");
    }
    let daemons: Vec<_> = daemons.into_iter().map(watch).collect();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    have_ended(&daemons);
    assert!(daemons_of(&passing).is_empty());
    assert_eq!(fs::read_dir(passing).unwrap().count(), 0);
    // What was finished is not run again.
    let (cells, last) = run(folder.path(), "processes");
    assert_eq!((cells.len(), &last["ok"]), (7, &Value::Bool(true)));
}
