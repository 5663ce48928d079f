//! Trees over columns of three institutions, all of whose daemons are killed while they grow.

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

/// The one with the labels, and two others.
const PARTIES: [(&str, &str); 3] = [
    ("hospital", "patients"),
    ("public", "cover"),
    ("commercial", "payments"),
];
const SOCKET: &str = "left/coordinator/state/operator.sock";

fn examples(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/admission");
    root.join(file).to_str().unwrap().to_owned()
}

/// The daemons of a federation, started by hand; dropping them kills them.
struct Daemons<'a> {
    here: &'a Path,
    alive: BTreeMap<&'static str, Daemon>,
}

impl Daemons<'_> {
    fn start(here: &Path) -> Daemons<'_> {
        let alive = BTreeMap::new();
        let mut daemons = Daemons { here, alive };
        let parties = PARTIES.iter().map(|(party, _)| *party);
        ["coordinator"]
            .into_iter()
            .chain(parties)
            .for_each(|name| daemons.start_one(name));
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
fn begun(here: &Path) -> String {
    let mut args = vec![
        "local".to_owned(),
        examples("align.toml"),
        examples("train.toml"),
    ];
    for (party, data) in PARTIES {
        let file = examples(&format!("{party}.csv.gz"));
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
    let all = ["coordinator", "hospital", "public", "commercial"];
    let daemons = all.map(|name| daemons_of(&here.join("left").join(name)));
    let ending: Vec<_> = daemons.into_iter().flatten().map(watch).collect();
    assert_eq!(ending.len(), all.len());
    local.kill().unwrap();
    have_ended(&ending);
    local.wait().unwrap();
    study
}

/// Goes on, kills daemons one after the other, each when so many trees grow, and gives what is left
/// of the model at each party, the scores, and how many runs it took.
fn ended(here: &Path, study: &str, deaths: &[(&'static str, u64)]) -> (Vec<String>, u64) {
    let mut daemons = Daemons::start(here);
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
    for (party, _) in PARTIES {
        left.push(fs::read_to_string(results(party).join("model.json")).unwrap());
    }
    left.push(fs::read_to_string(results("hospital").join("scores.csv")).unwrap());
    let out = deaths.len().to_string();
    let steward = "left/public/state/steward.sock";
    let result = ["study", "result", study, "--out", &out, "--at", steward];
    // It hears of the end soon.
    while !consilium(here, &result).status.success() {}
    let report = fs::read(here.join(out).join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    (left, report["runs"].as_u64().unwrap())
}

#[test]
fn whoever_is_killed_amid_trees_over_columns_of_three_comes_to_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let here = &folder.path().canonicalize().unwrap();
    let study = begun(here);
    let copy = Command::new("cp")
        .args(["-a", "left", "kept"])
        .current_dir(here)
        .status();
    assert!(copy.unwrap().success());
    let (undisturbed, runs) = ended(here, &study, &[]);
    assert_eq!(runs, 2, "everybody was killed once");
    fs::remove_dir_all(here.join("left")).unwrap();
    fs::rename(here.join("kept"), here.join("left")).unwrap();
    let deaths = [("coordinator", 5), ("hospital", 8), ("commercial", 12)];
    let (again, runs) = ended(here, &study, &deaths);
    assert!(runs >= 5, "each died amid a run: {runs}");
    assert_eq!(again, undisturbed);
}
