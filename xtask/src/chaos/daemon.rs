//! A daemon in a process of its own, to be killed.

use std::{
    ffi::OsStr,
    fs::File,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::run::{now, pause};

/// How long a daemon may take to come up, and to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A daemon that is coming up or running; it is killed without warning when this is dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

/// A daemon that serves.
#[derive(Debug)]
pub(super) struct Daemon {
    process: Process,
    /// Where it listens, if it says so.
    pub(super) address: Option<SocketAddr>,
    /// Held open: a daemon whose output nobody takes would be stopped by it.
    _said: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a daemon; its log is added to `log`.
    pub(super) fn start(
        program: &Path,
        args: &[impl AsRef<OsStr>],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("opening {}", log.display()))?;
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self(child))
    }

    /// Waits until the daemon says that it serves.
    pub(super) fn serving(mut self) -> anyhow::Result<Daemon> {
        let said = self.0.stdout.take().context("a daemon's output is piped")?;
        let (ready, said) = first_line(said).context("a daemon did not come up: see its log")?;
        let address = ready["address"].as_str().and_then(|text| text.parse().ok());
        Ok(Daemon {
            process: self,
            address,
            _said: said,
        })
    }
}

impl Daemon {
    /// Asks it to end; an error if it does not.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let id = self.process.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        asked.context("asking a daemon to end")?;
        let start = now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.process.0.try_wait().context("waiting for a daemon")? {
                anyhow::ensure!(status.success(), "a daemon ended with {status}");
                return Ok(());
            }
            pause(Duration::from_millis(10));
        }
        bail!("a daemon does not end when it is asked to");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is left to be done about a process that is gone.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits for the line with which a daemon says that it is ready.
fn first_line(output: ChildStdout) -> Option<(Value, BufReader<ChildStdout>)> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = String::new();
        if output.read_line(&mut line).is_ok() {
            // Whoever waited may have given up.
            sender.send((line, output)).ok();
        }
    });
    let (line, output) = receiver.recv_timeout(PATIENCE).ok()?;
    let ready: Value = serde_json::from_str(&line).ok()?;
    (ready["ready"] == true).then_some((ready, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, folder: &str) -> anyhow::Result<Daemon> {
        let log = std::env::temp_dir().join(format!("{folder}-{}.log", std::process::id()));
        let process = Process::start(Path::new("sh"), &["-c", script], &log);
        std::fs::remove_file(&log).unwrap();
        process?.serving()
    }

    #[test]
    fn a_daemon_tells_where_it_listens_and_ends_when_asked() {
        let ready = r#"echo '{"ready": true, "address": "127.0.0.1:7400"}'"#;
        let script = format!("trap 'exit 0' TERM; {ready}; while :; do sleep 0.01; done");
        let daemon = start(&script, "chaos-ready").unwrap();
        assert_eq!(daemon.address, "127.0.0.1:7400".parse().ok());
        daemon.stop().unwrap();
    }

    #[test]
    fn a_daemon_that_never_gets_ready_is_an_error() {
        assert!(start("echo no", "chaos-mute").is_err());
    }
}
