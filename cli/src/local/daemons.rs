//! Daemons as child processes.

use std::{
    ffi::OsStr,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use consilium_plan::Lang;
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::cost::Reading;

/// A disk with less than this is full: a store and its log begin with more.
const LEAST_ROOM: u64 = 64 << 10;

/// How long a daemon may take to come up, and to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A daemon of this program in a process of its own; it dies with this one.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    /// Where it is spoken to.
    pub(crate) socket: PathBuf,
    /// Where it shows what it measures.
    admin: SocketAddr,
    /// Held open: writing to a closed pipe would end the daemon.
    _said: BufReader<ChildStdout>,
}

/// What a daemon says once it serves; there is more that nobody here needs.
#[derive(Debug, Deserialize)]
struct Ready {
    socket: PathBuf,
    admin: SocketAddr,
}

impl Daemon {
    /// Starts a daemon and waits until it says that it serves; its log goes to `log`.
    pub(crate) async fn start(
        args: &[impl AsRef<OsStr>],
        log: &Path,
        lang: Lang,
    ) -> anyhow::Result<Daemon> {
        let mut child = command(args)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(create(log)?)
            .kill_on_drop(true)
            .spawn()
            .context("starting a daemon")?;
        let stdout = child
            .stdout
            .take()
            .context("the daemon's output is not to be had")?;
        let mut said = BufReader::new(stdout);
        let mut line = String::new();
        let read = timeout(PATIENCE, said.read_line(&mut line)).await;
        if let (Ok(Ok(_)), Ok(Ready { socket, admin })) = (read, serde_json::from_str(&line)) {
            return Ok(Daemon {
                child,
                socket,
                admin,
                _said: said,
            });
        }
        child.kill().await.ok();
        if is_full(log) {
            let full = lang.pick("no space left on the disk of", "磁盘空间已满：");
            bail!("{full} {}", log.display());
        }
        let failed = lang.pick(
            "a daemon did not come up: its log is",
            "守护进程未能启动，其日志为",
        );
        bail!("{failed} {}", log.display())
    }

    /// Reads what the daemon has used up to now.
    ///
    /// # Errors
    ///
    /// If it has ended, or does not answer.
    pub(crate) async fn reading(&self) -> anyhow::Result<Reading> {
        let process = self.child.id().context("a daemon has ended")?;
        Reading::take(process, self.admin).await
    }

    /// Asks the daemon to end, and kills it if it does not.
    pub(crate) async fn stop(mut self) {
        if let Some(process) = self.child.id().and_then(process) {
            rustix::process::kill_process(process, rustix::process::Signal::TERM).ok();
        }
        if timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.child.kill().await.ok();
        }
    }
}

fn process(id: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(id).ok()?)
}

/// Runs another command of this program to its end, `input` being typed to it.
pub(crate) async fn run(args: &[impl AsRef<OsStr>], input: &str) -> anyhow::Result<()> {
    let mut command = command(args)?;
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut running = command.spawn().context("starting a command")?;
    if let Some(mut stdin) = running.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .await
            .context("typing to a command")?;
    }
    let output = running
        .wait_with_output()
        .await
        .context("awaiting a command")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Gives a daemon's state folder as TOML writes it.
pub(super) fn state_of(home: &Path) -> anyhow::Result<String> {
    let state = home.join("state");
    let name = state.to_str().context("the folder's name is not UTF-8")?;
    Ok(toml::Value::from(name).to_string())
}

/// Writes a daemon's configuration into a folder of its own.
pub(super) fn configure(home: &Path, daemon: &str, config: &str) -> anyhow::Result<PathBuf> {
    fs::create_dir(home).with_context(|| format!("creating {}", home.display()))?;
    let path = home.join(format!("{daemon}.toml"));
    fs::write(&path, config).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

fn command(args: &[impl AsRef<OsStr>]) -> anyhow::Result<Command> {
    let program: PathBuf = std::env::current_exe().context("finding this program")?;
    let mut command = Command::new(program);
    command.args(args).kill_on_drop(true);
    Ok(command)
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("creating {}", path.display()))
}

/// Says whether a file lies on a disk without room: a log has said nothing of it then.
fn is_full(file: &Path) -> bool {
    let disk = rustix::fs::statvfs(file);
    disk.is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_ROOM)
}
