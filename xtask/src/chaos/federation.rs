//! A federation on this machine whose study is about to begin.

mod prepare;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::{
    daemon::{Daemon, Process},
    link::Link,
    scenario::COORDINATOR,
};
use crate::run::{now, pause, status};

/// How long something that should happen by itself may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A federation on this machine, in a folder of its own.
///
/// All parties have approved the study, but the coordinator has not heard of it: the study begins
/// when the daemons come up. What is random in it is drawn, so that it always comes out the same.
#[derive(Debug)]
pub(super) struct Federation {
    program: PathBuf,
    folder: PathBuf,
    pub(super) link: Link,
    pub(super) participants: Vec<String>,
    /// The study's hash.
    pub(super) study: String,
    /// What each party's journal was when the study was about to begin.
    pub(super) heads: BTreeMap<String, String>,
}

impl Federation {
    /// Puts the federation back to where the study is about to begin.
    pub(super) fn restore(&self) -> anyhow::Result<()> {
        let live = self.live();
        if live.exists() {
            fs::remove_dir_all(&live).context("clearing the last run")?;
        }
        copy_folder(&self.folder.join("prepared"), &live)
    }

    /// Keeps what a run left behind for people to look at.
    pub(super) fn set_aside(&self, name: &str) -> anyhow::Result<PathBuf> {
        let kept = self.folder.join(name.replace(' ', "-"));
        if self.live().exists() {
            fs::rename(self.live(), &kept).context("setting a run aside")?;
        }
        Ok(kept)
    }

    /// Starts a party's daemon and waits until it serves; the link leads to the coordinator from
    /// then on.
    pub(super) fn start(&self, party: &str) -> anyhow::Result<Daemon> {
        let daemon = self.launch(party)?.serving();
        let daemon = daemon.with_context(|| format!("starting {party}"))?;
        if party == COORDINATOR {
            self.link.lead_to(daemon.address);
        }
        Ok(daemon)
    }

    /// Starts a party's daemon.
    pub(super) fn launch(&self, party: &str) -> anyhow::Result<Process> {
        let kind = if party == COORDINATOR {
            COORDINATOR
        } else {
            "participant"
        };
        let config = self.config(party);
        let args = [kind, "run", "--config", text(&config)?];
        let log = self.live().join(format!("{party}.log"));
        Process::start(&self.program, &args, &log)
    }

    /// Asks a party's daemon by a command, over its socket.
    pub(super) fn ask(&self, party: &str, args: &[&str]) -> anyhow::Result<String> {
        let socket = self.socket(party);
        self.run(&[args, &["--at", text(&socket)?]].concat(), "")
    }

    /// Makes a command that is not waited for.
    pub(super) fn command(&self, party: &str, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).arg("--at").arg(self.socket(party));
        command
    }

    /// Writes a party's journal to a file and has it verified, offline.
    pub(super) fn journal(&self, party: &str) -> anyhow::Result<Journal> {
        let file = self.live().join(format!("{party}.journal"));
        if file.exists() {
            fs::remove_file(&file).context("removing an old export")?;
        }
        let file = text(&file)?.to_owned();
        self.ask(party, &["audit", "export", "--out", &file])?;
        let witness = self.heads.get(party).map(|head| ["--head", head]);
        let witness = witness.as_ref().map(<[_; 2]>::as_slice).unwrap_or_default();
        let verified = self.run(
            &[&["audit", "verify", &file, "--json"], witness].concat(),
            "",
        );
        let verified = verified.with_context(|| format!("verifying the journal of {party}"))?;
        let verified: Value = serde_json::from_str(&verified).context("a verification")?;
        let head = verified["head"]
            .as_str()
            .context("a journal's head")?
            .to_owned();
        Ok(Journal {
            head,
            text: fs::read_to_string(&file)?,
        })
    }

    fn run(&self, args: &[&str], input: &str) -> anyhow::Result<String> {
        let mut child = Command::new(&self.program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        let mut stdin = child.stdin.take().context("a command's input is piped")?;
        // A command that doesn't read has failed, which is seen below.
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        let output = child.wait_with_output().context("waiting for a command")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`consilium {}`: {}", args.join(" "), said.trim());
        }
        String::from_utf8(output.stdout).context("a command printed no text")
    }

    /// The folder of what runs now.
    pub(super) fn live(&self) -> PathBuf {
        self.folder.join("live")
    }

    fn home(&self, party: &str) -> PathBuf {
        self.live().join(party)
    }

    fn config(&self, party: &str) -> PathBuf {
        self.live().join(format!("{party}.toml"))
    }

    fn key(&self, party: &str) -> PathBuf {
        self.live().join(format!("{party}.key"))
    }

    fn socket(&self, party: &str) -> PathBuf {
        let whose = if party == COORDINATOR {
            "operator"
        } else {
            "steward"
        };
        self.home(party).join(format!("{whose}.sock"))
    }

    fn passphrase(&self) -> PathBuf {
        self.folder.join("passphrase")
    }
}

/// A party's journal, verified.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) head: String,
    text: String,
}

impl Journal {
    /// Gives the fields of the entries of a kind.
    pub(super) fn entries(&self, kind: &str) -> Vec<Value> {
        let entry = |line: &str| {
            let mut record: Value = serde_json::from_str(line).ok()?;
            let is_one = record["entry"]["kind"] == kind;
            is_one.then(|| record["entry"]["fields"].take())
        };
        self.text.lines().filter_map(entry).collect()
    }
}

/// Waits until something succeeds; its last error if it never does.
pub(super) fn until<T>(mut attempt: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let start = now();
    loop {
        match attempt() {
            Err(error) if start.elapsed() > PATIENCE => return Err(error),
            Err(_) => pause(Duration::from_millis(100)),
            done => return done,
        }
    }
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    let copied = status(Command::new("cp").arg("-a").args([from, to]))?;
    anyhow::ensure!(copied.success(), "{} can't be copied", from.display());
    Ok(())
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("a path is no text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_of_a_journal_are_found_by_their_kind() {
        let text = r#"{"format":"consilium-journal","version":1}
            {"seq":1,"entry":{"time":1,"kind":"opening","fields":{"sum":"7"}},"head":"00"}
            {"seq":2,"entry":{"time":1,"kind":"state"},"head":"00"}
            {"seq":3,"leaf":"00","head":"00"}"#;
        let journal = Journal {
            head: String::new(),
            text: text.to_owned(),
        };
        assert_eq!(journal.entries("opening"), [json!({ "sum": "7" })]);
        assert!(journal.entries("approval").is_empty());
    }
}
