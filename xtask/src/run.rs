//! Runs programs and counts what passed.

use std::{
    env,
    fmt::{self, Display, Formatter},
    ops::AddAssign,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// Counts of checks and tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// Counts one check.
    pub(crate) fn of(succeeded: bool) -> Self {
        Self {
            passed: usize::from(succeeded),
            failed: usize::from(!succeeded),
            skipped: 0,
        }
    }

    /// Prints the counts as the last line of a command; tells whether all is well.
    pub(crate) fn report(self) -> bool {
        println!("{self}");
        self.failed == 0
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Makes a command of the cargo that runs this program.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// Runs cargo on the committed lock file and gives what it prints.
pub(crate) fn cargo_output<'a>(args: impl IntoIterator<Item = &'a str>) -> anyhow::Result<String> {
    let output = cargo(args)
        .arg("--locked")
        .output()
        .context("starting cargo")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "cargo failed: {}", errors.trim());
    String::from_utf8(output.stdout).context("reading what cargo prints")
}

/// Runs a command to its end, its output going where ours goes.
pub(crate) fn status(command: &mut Command) -> anyhow::Result<ExitStatus> {
    command
        .status()
        .with_context(|| format!("starting {}", command.get_program().display()))
}

/// Does some work and says how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    (work(), start.elapsed())
}

/// The time by which programs are measured.
#[expect(
    clippy::disallowed_methods,
    reason = "measures programs, not protocols"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits, for programs and not for protocols.
#[expect(clippy::disallowed_methods, reason = "a delay is what is wanted")]
pub(crate) fn pause(length: Duration) {
    std::thread::sleep(length);
}
