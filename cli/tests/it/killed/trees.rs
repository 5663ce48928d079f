//! Trees over columns of several institutions, all of whose daemons are killed while they grow.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    consilium,
    local::{daemons_of, have_ended, start, watch},
    printed,
    trees::until_tree,
    watching::Daemon,
};

/// An example whose trees all grow together.
struct Example {
    folder: &'static str,
    plans: &'static [&'static str],
    /// Each party with its data set and that one's file.
    parties: &'static [(&'static str, &'static str, &'static str)],
    /// The one with the labels.
    leader: &'static str,
}

const ADMISSION: Example = Example {
    folder: "admission",
    plans: &["align.toml", "train.toml"],
    parties: &[
        ("hospital", "patients", "hospital.csv.gz"),
        ("public", "cover", "public.csv.gz"),
        ("commercial", "payments", "commercial.csv.gz"),
    ],
    leader: "hospital",
};

const HOSPITALS: Example = Example {
    folder: "hospitals",
    plans: &[
        "align-north.toml",
        "align-south.toml",
        "align-west.toml",
        "train.toml",
    ],
    parties: &[
        ("north", "patients", "north.csv.gz"),
        ("south", "patients", "south.csv.gz"),
        ("west", "patients", "west.csv.gz"),
        ("public", "cover", "public.csv.gz"),
        ("commercial", "payments", "../admission/commercial.csv.gz"),
    ],
    leader: "public",
};

const SOCKET: &str = "left/coordinator/state/operator.sock";

impl Example {
    fn file(&self, name: &str) -> String {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let file = examples.join(self.folder).join(name);
        file.to_str().unwrap().to_owned()
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let parties = self.parties.iter().map(|(party, ..)| *party);
        ["coordinator"].into_iter().chain(parties)
    }
}

/// The daemons of a federation, started by hand; dropping them kills them.
struct Daemons<'a> {
    here: &'a Path,
    alive: BTreeMap<&'static str, Daemon>,
}

impl Daemons<'_> {
    fn start<'a>(here: &'a Path, example: &Example) -> Daemons<'a> {
        let alive = BTreeMap::new();
        let mut daemons = Daemons { here, alive };
        example.names().for_each(|name| daemons.start_one(name));
        daemons
    }

    fn start_one(&mut self, name: &'static str) {
        let kind = match name {
            "coordinator" => "coordinator",
            _ => "participant",
        };
        let daemon = Daemon::start(&self.here.join("left").join(name), kind);
        self.alive.insert(name, daemon);
    }

    /// Kills a daemon, and starts it again.
    fn kill(&mut self, name: &'static str) {
        drop(self.alive.remove(name).unwrap());
        self.start_one(name);
    }
}

/// Aligns, grows some trees, and kills everybody; gives the study.
fn begun(here: &Path, example: &Example) -> String {
    let mut args = vec!["local".to_owned()];
    args.extend(example.plans.iter().map(|plan| example.file(plan)));
    for (party, data, file) in example.parties {
        let file = example.file(file);
        args.extend(["--data".to_owned(), format!("{party}/{data}={file}")]);
    }
    args.extend(["--out", "left"].map(str::to_owned));
    let mut local = start(here, &args);
    let said = BufReader::new(local.stderr.take().unwrap()).lines();
    let mut steps = said.filter(|line| line.as_ref().unwrap().contains("fitting the model"));
    assert!(steps.next().is_some(), "it has ended before the trees");
    let listed = printed(here, &["study", "list", "--json", "--at", SOCKET]);
    let mut listed = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let grows = |study: &Value| study["title"].as_str().unwrap().starts_with("Admissions");
    let study = listed.find(grows).unwrap()["study"]
        .as_str()
        .unwrap()
        .to_owned();
    until_tree(here, &study, 3);
    let daemons = example.names();
    let daemons = daemons.flat_map(|name| daemons_of(&here.join("left").join(name)));
    let ending: Vec<_> = daemons.map(watch).collect();
    assert_eq!(ending.len(), example.names().count());
    local.kill().unwrap();
    have_ended(&ending);
    local.wait().unwrap();
    study
}

/// Goes on, kills daemons one after the other, each when so many trees grow, and gives what is left
/// of the model at each party, the scores, and how many runs it took.
fn ended(
    (here, example): (&Path, &Example),
    study: &str,
    deaths: &[(&'static str, u64)],
) -> (Vec<String>, u64) {
    let mut daemons = Daemons::start(here, example);
    for (victim, tree) in deaths {
        until_tree(here, study, *tree);
        daemons.kill(victim);
    }
    let watched = printed(here, &["study", "watch", study, "--json", "--at", SOCKET]);
    assert!(
        watched.lines().last().unwrap().contains("\"finished\""),
        "{watched}"
    );
    let results = |party: &str| -> PathBuf {
        let state = here.join("left").join(party).join("state");
        state.join("results").join(study)
    };
    let mut left = Vec::new();
    for (party, ..) in example.parties {
        left.push(fs::read_to_string(results(party).join("model.json")).unwrap());
    }
    left.push(fs::read_to_string(results(example.leader).join("scores.csv")).unwrap());
    let out = deaths.len().to_string();
    let steward = "left/public/state/steward.sock";
    let result = ["study", "result", study, "--out", &out, "--at", steward];
    // It hears of the end soon: its own part is there before.
    let report = loop {
        consilium(here, &result);
        match fs::read(here.join(&out).join("report.json")) {
            Ok(report) => break report,
            Err(_) => drop(fs::remove_dir_all(here.join(&out))),
        }
    };
    let report: Value = serde_json::from_slice(&report).unwrap();
    (left, report["runs"].as_u64().unwrap())
}

/// Kills everybody once, and then daemons one after the other; nothing changes by that.
fn killed_in_turn(example: &Example, deaths: &[(&'static str, u64)]) {
    let folder = tempfile::tempdir().unwrap();
    let here = &folder.path().canonicalize().unwrap();
    let study = begun(here, example);
    let copy = Command::new("cp")
        .args(["-a", "left", "kept"])
        .current_dir(here)
        .status();
    assert!(copy.unwrap().success());
    let (undisturbed, runs) = ended((here, example), &study, &[]);
    assert_eq!(runs, 2, "everybody was killed once");
    fs::remove_dir_all(here.join("left")).unwrap();
    fs::rename(here.join("kept"), here.join("left")).unwrap();
    let (again, runs) = ended((here, example), &study, deaths);
    assert!(
        runs >= 2 + deaths.len() as u64,
        "each died amid a run: {runs}"
    );
    assert_eq!(again, undisturbed);
}

#[test]
fn whoever_is_killed_amid_trees_over_columns_of_three_comes_to_the_same_model() {
    let deaths = [("coordinator", 5), ("hospital", 8), ("commercial", 12)];
    killed_in_turn(&ADMISSION, &deaths);
}

#[test]
fn whoever_is_killed_amid_trees_of_three_hospitals_comes_to_the_same_model() {
    let deaths = [
        ("coordinator", 5),
        ("south", 7),
        ("public", 9),
        ("commercial", 11),
    ];
    killed_in_turn(&HOSPITALS, &deaths);
}
