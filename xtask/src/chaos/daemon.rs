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

/// A running daemon; it dies with this.
#[derive(Debug)]
pub(super) struct Daemon {
    child: Child,
    /// Where it listens, if it says so.
    pub(super) address: Option<SocketAddr>,
    /// Held open: a daemon whose output nobody takes would be stopped by it.
    _said: BufReader<ChildStdout>,
}

impl Daemon {
    /// Starts a daemon and waits until it says that it serves; its log is added to `log`.
    pub(super) fn start(
        program: &Path,
        args: &[impl AsRef<OsStr>],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let journal = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("opening {}", log.display()))?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(journal)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let said = child.stdout.take().context("a daemon's output is piped")?;
        let Some((ready, said)) = first_line(said) else {
            child.kill().ok();
            child.wait().ok();
            bail!("a daemon did not come up: see {}", log.display());
        };
        let address = ready["address"].as_str().and_then(|text| text.parse().ok());
        Ok(Self {
            child,
            address,
            _said: said,
        })
    }

    /// Kills it without warning, as a power cut does.
    pub(super) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().context("killing a daemon")?;
        self.child.wait().context("killing a daemon")?;
        Ok(())
    }

    /// Asks it to end; an error if it does not.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        asked.context("asking a daemon to end")?;
        let start = now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().context("waiting for a daemon")? {
                anyhow::ensure!(status.success(), "a daemon ended with {status}");
                return Ok(());
            }
            pause(Duration::from_millis(10));
        }
        bail!("a daemon does not end when it is asked to");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Nothing is left to be done about a process that is gone.
        self.child.kill().ok();
        self.child.wait().ok();
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
        let daemon = Daemon::start(Path::new("sh"), &["-c", script], &log);
        std::fs::remove_file(&log).unwrap();
        daemon
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
