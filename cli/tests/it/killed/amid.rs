//! A study whose daemons are killed, and what is left of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver, Sender},
    thread,
    time::Duration,
};

use consilium_mailbox::Account;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    aligned::{assert_fits, plan_of, write_files},
    local::{daemons_of, have_ended, start, watch},
    printed,
};

const SOCKET: &str = "left/coordinator/state/operator.sock";
const WATCH_LOG: &str = "watch.log";
/// Longer than a debug build takes to read millions of rows on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);
/// The parties of a study and their data sets; those of most studies are the last two.
const PARTIES: [(&str, &str); 3] = [
    ("fund", "insured"),
    ("hospital", "admissions"),
    ("insurer", "members"),
];

/// A study under way in a federation that `consilium local` has founded.
pub(super) struct Amid {
    parties: &'static [(&'static str, &'static str)],
    folder: TempDir,
    study: String,
    local: Child,
    watching: Child,
    events: Lines<BufReader<ChildStdout>>,
    /// Runs in which sets were declared, and lines in which daemons that were started again say so.
    runs: BTreeSet<String>,
    declared: (Sender<String>, Receiver<String>),
    again: BTreeMap<String, Again>,
}

impl Amid {
    /// Begins a study over sets of `size` keys, `common` of them the same.
    pub(super) fn begin(protocol: &str, (size, common): (u32, u32)) -> Amid {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let parties = if protocol == "star" {
            &PARTIES[..]
        } else {
            &PARTIES[1..]
        };
        let args = write_files(here, parties, (size, common));
        let text = match protocol {
            "star" => plan_of("star").replace("[key]", "[limits]\nmost_rows = 3_000_000\n\n[key]"),
            protocol => plan_of("ecdh")
                .replace("\"ecdh\"", &format!("{protocol:?}"))
                .replace("200_000", "3_000_000"),
        };
        // Millions of rows take a debug build long to read.
        let text = text + "\n[patience]\nanswer = \"3m\"\n";
        fs::write(here.join("plan.toml"), text).unwrap();
        let mut local = start(here, &args);
        let mut said = BufReader::new(local.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("running step 1")));
        let list = printed(here, &["study", "list", "--json", "--at", SOCKET]);
        let listed: Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
        let study = listed["study"].as_str().unwrap().to_owned();
        let mut watching = Command::new(env!("CARGO_BIN_EXE_consilium"))
            .args(["study", "watch", &study, "--json", "--at", SOCKET])
            .current_dir(here)
            .stdout(Stdio::piped())
            .stderr(File::create(here.join(WATCH_LOG)).unwrap())
            .spawn()
            .unwrap();
        let mut events = BufReader::new(watching.stdout.take().unwrap()).lines();
        // It outlives a coordinator that it has reached once.
        events.next().unwrap().unwrap();
        Amid {
            parties,
            folder,
            study,
            local,
            watching,
            events,
            runs: BTreeSet::new(),
            declared: mpsc::channel(),
            again: BTreeMap::new(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.parties.iter().map(|(party, _)| *party)
    }

    fn home(&self, party: &str) -> PathBuf {
        let here = self.folder.path().canonicalize().unwrap();
        here.join("left").join(party)
    }

    /// Ends the command, and with it all daemons, which are then started again by hand: so it does
    /// not end the others when the coordinator dies.
    pub(super) fn adopt(&mut self) {
        let all: Vec<_> = ["coordinator"].into_iter().chain(self.names()).collect();
        let daemons = all.iter().flat_map(|party| daemons_of(&self.home(party)));
        let ending: Vec<_> = daemons.map(watch).collect();
        assert_eq!(ending.len(), all.len());
        self.local.kill().unwrap();
        have_ended(&ending);
        for party in all {
            let again = Again::start(&self.home(party), self.declared.0.clone());
            self.again.insert(party.to_owned(), again);
        }
    }

    /// Waits until a daemon that was started again declares its set in a run that is new.
    pub(super) fn another_run(&mut self) {
        loop {
            let line = self.declared.1.recv_timeout(PATIENCE).unwrap();
            let (_, run) = line.split_once("run=").unwrap();
            if self.runs.insert(run[..32].to_owned()) {
                return;
            }
        }
    }

    /// Waits until all have compared so many parts.
    pub(super) fn until(&mut self, parts: u64) {
        for line in self.events.by_ref() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let compared = event["doing"]["chunks"].as_u64();
            if compared.is_some_and(|compared| compared >= parts) {
                return;
            }
        }
        let said = fs::read_to_string(self.folder.path().join(WATCH_LOG));
        panic!("it has ended before part {parts}: {}", said.unwrap());
    }

    /// Kills a daemon, and starts it again.
    pub(super) fn kill(&mut self, victim: &str) {
        let home = self.home(victim);
        let [daemon] = daemons_of(&home)[..] else {
            panic!("{victim} has one daemon");
        };
        let ending = watch(daemon);
        kill_process(daemon, Signal::KILL).unwrap();
        // Its state is locked as long as it lives.
        have_ended(&[ending]);
        let again = Again::start(&home, self.declared.0.clone());
        self.again.insert(victim.to_owned(), again);
    }

    /// Sees the study end well, and the same rows at all.
    pub(super) fn finish(&mut self, sizes: (u32, u32)) {
        let last = self.events.by_ref().map(Result::unwrap).last().unwrap();
        assert!(last.contains("\"finished\""), "{last}");
        assert!(self.watching.wait().unwrap().success());
        // The command that started the first daemons can't tell what they cost.
        self.local.wait().unwrap();
        let here = self.folder.path();
        let aligned = |party| self.results(party).join("aligned.csv");
        for party in self.names().filter(|party| *party != "hospital") {
            assert_fits(&aligned("hospital"), &aligned(party), sizes);
        }
        for party in self.names().filter(|party| self.again.contains_key(*party)) {
            let socket = format!("left/{party}/state/steward.sock");
            let result = ["study", "result", &self.study, "--out", party];
            printed(here, &[&result[..], &["--at", &socket]].concat());
            let own = fs::read(here.join(party).join("aligned.csv")).unwrap();
            assert_eq!(own, fs::read(aligned(party)).unwrap());
        }
    }

    /// The study's folder of results at a party.
    fn results(&self, party: &str) -> PathBuf {
        let state = self.home(party).join("state");
        state.join("results").join(&self.study)
    }

    /// Gives for each run in which there were any how many frames of a step were sent and received
    /// at whichever of these parties tells most: one that was killed tells nothing.
    pub(super) fn frames(&self, step: &str, parties: &[&str]) -> Vec<u64> {
        let mut runs = BTreeMap::<_, u64>::new();
        for party in parties {
            for run in fs::read_dir(self.results(party).join("costs")).unwrap() {
                let run = run.unwrap();
                let costs = fs::read(run.path()).unwrap();
                let mut costs: Value = serde_json::from_slice(&costs).unwrap();
                let account: Account = serde_json::from_value(costs["all"].take()).unwrap();
                let mut steps = account.steps();
                let step = steps.find(|(label, _)| *label == step);
                let frames = step.map_or(0, |(_, it)| it.sent_frames + it.received_frames);
                let most = runs.entry(run.file_name()).or_default();
                *most = frames.max(*most);
            }
        }
        runs.into_values().filter(|frames| *frames > 0).collect()
    }
}

/// A daemon that is started again, and ends with the test.
struct Again(Child);

impl Again {
    fn start(home: &Path, declared: Sender<String>) -> Again {
        let is_coordinator = home.ends_with("coordinator");
        let kind = if is_coordinator {
            "coordinator"
        } else {
            "participant"
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_consilium"));
        command.args([kind, "run", "--config"]);
        command.arg(home.join(kind).with_extension("toml"));
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = home.join("again.log");
        let mut log = File::options().create(true).append(true).open(log).unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                // The folder may go before the daemon has.
                writeln!(log, "{line}").ok();
                if line.contains("sets declared") {
                    declared.send(line).ok();
                }
            }
        });
        Again(child)
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).ok();
        self.0.wait().ok();
    }
}
