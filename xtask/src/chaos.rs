//! Kills daemons of a real federation, and looks whether the study minds.

mod daemon;
mod evidence;
mod federation;
mod link;
mod scenario;
mod trial;
mod watch;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::run::{cargo, timed};
use evidence::Evidence;
use federation::Federation;
use scenario::{Scenario, Span};
use trial::{Outcome, Trial};

/// Scenarios that found something once.
const KEPT: &str = "xtask/scenarios";

/// What to disturb, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many studies to disturb, each by the next seed.
    #[arg(long, default_value_t = 10)]
    runs: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long a byte is on its way between a participant and the coordinator, in milliseconds.
    #[arg(long, default_value_t = 30)]
    latency: u64,
    /// Seconds after which a study is said to hang.
    #[arg(long, default_value_t = 180)]
    limit: u64,
    /// Repeat the scenarios that are kept instead of drawing new ones.
    #[arg(long, conflicts_with_all = ["runs", "seed", "latency"])]
    scenarios: bool,
}

/// Disturbs studies; tells whether each ended as undisturbed, or in a failure that it named.
pub(crate) fn run(options: &Options) -> anyhow::Result<bool> {
    let kept = kept(Path::new(KEPT))?;
    if options.scenarios && kept.is_empty() {
        println!("no scenario is kept in {KEPT}");
        return Ok(true);
    }
    let program = program()?;
    let folder = program
        .parent()
        .context("a program lies in a folder")?
        .join("chaos");
    println!("preparing a federation in {}", folder.display());
    let federation = Federation::prepare(program, folder)?;
    let mut campaign = Campaign::begin(&federation, options)?;
    if options.scenarios {
        for (name, scenario) in kept {
            campaign.disturb(&name, &scenario)?;
        }
    } else {
        for seed in options.seed..options.seed.saturating_add(options.runs) {
            let scenario = Scenario::draw(seed, options.latency, &campaign.span);
            if let Some(wrong) = campaign.disturb(&format!("seed {seed}"), &scenario)? {
                let file = keep(seed, &scenario, &wrong)?;
                println!("        again: cargo xtask chaos --seed {seed} --runs 1");
                println!("        kept as {}", file.display());
            }
        }
    }
    Ok(campaign.report())
}

/// Studies disturbed one after another.
struct Campaign<'a> {
    federation: &'a Federation,
    limit: Duration,
    span: Span,
    undisturbed: Evidence,
    same: usize,
    failed: usize,
    wrong: usize,
    /// How often who was killed after which event.
    hits: BTreeMap<String, usize>,
}

impl<'a> Campaign<'a> {
    /// Runs the study undisturbed, to know what should come out.
    fn begin(federation: &'a Federation, options: &Options) -> anyhow::Result<Self> {
        let limit = Duration::from_secs(options.limit);
        let calm = Scenario {
            latency_ms: options.latency,
            strikes: Vec::new(),
        };
        let (trial, took) = timed(|| Trial::run(federation, &calm, limit));
        let trial = trial.context("the undisturbed study")?;
        let Outcome::Finished(undisturbed) = trial.outcome else {
            bail!("the undisturbed study failed: {:?}", trial.outcome);
        };
        let Trial { chunks, events, .. } = trial;
        println!(
            "undisturbed: {chunks} chunks, {events} events, {:.1} s",
            took.as_secs_f64()
        );
        let participants = federation.participants.clone();
        Ok(Self {
            federation,
            limit,
            span: Span {
                participants,
                chunks,
                events,
            },
            undisturbed,
            same: 0,
            failed: 0,
            wrong: 0,
            hits: BTreeMap::new(),
        })
    }

    /// Disturbs the study once; gives what went wrong.
    fn disturb(&mut self, name: &str, scenario: &Scenario) -> anyhow::Result<Option<String>> {
        let (trial, took) = timed(|| Trial::run(self.federation, scenario, self.limit));
        let seconds = took.as_secs_f64();
        let judged = trial.and_then(|trial| {
            for hit in trial.hits {
                *self.hits.entry(hit).or_default() += 1;
            }
            match trial.outcome {
                Outcome::Finished(evidence) => {
                    evidence.compare(&self.undisturbed)?;
                    Ok(None)
                }
                Outcome::Failed(failure) => Ok(Some(failure)),
            }
        });
        let wrong = match judged {
            Ok(None) => {
                self.same += 1;
                println!("same    {name}: {scenario} ({seconds:.1} s)");
                None
            }
            Ok(Some(failure)) => {
                self.failed += 1;
                println!("failed  {name}: {scenario}: {failure} ({seconds:.1} s)");
                None
            }
            Err(error) => {
                self.wrong += 1;
                println!("WRONG   {name}: {scenario} ({seconds:.1} s)\n        {error:#}");
                let left = self.federation.set_aside(name)?;
                println!("        everything is in {}", left.display());
                Some(format!("{error:#}"))
            }
        };
        Ok(wrong)
    }

    fn report(&self) -> bool {
        println!("killed:");
        for (hit, times) in &self.hits {
            println!("{times:4} times {hit}");
        }
        let Self {
            same,
            failed,
            wrong,
            ..
        } = self;
        println!("{same} the same, {failed} failed with a name, {wrong} wrong");
        *wrong == 0
    }
}

/// Builds the binary and gives where it is.
fn program() -> anyhow::Result<PathBuf> {
    let output = cargo([
        "build",
        "--package",
        "consilium",
        "--message-format",
        "json",
    ])
    .stderr(Stdio::inherit())
    .output()
    .context("starting cargo build")?;
    anyhow::ensure!(output.status.success(), "the binary does not compile");
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let ours = message["target"]["name"] == "consilium";
        ours.then_some(())?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    program.context("cargo built no binary")
}

/// Keeps a scenario that found something.
fn keep(seed: u64, scenario: &Scenario, wrong: &str) -> anyhow::Result<PathBuf> {
    let file = Path::new(KEPT).join(format!("seed-{seed}.toml"));
    let why = wrong.replace('\n', "\n# ");
    let scenario = toml::to_string(scenario).context("writing a scenario")?;
    let text = format!("# {why}\n{scenario}");
    fs::create_dir_all(KEPT).context("making the folder of scenarios")?;
    fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}

/// Reads the scenarios that are kept.
fn kept(folder: &Path) -> anyhow::Result<BTreeMap<String, Scenario>> {
    let mut kept = BTreeMap::new();
    if !folder.exists() {
        return Ok(kept);
    }
    for entry in fs::read_dir(folder).context("reading the folder of scenarios")? {
        let file = entry.context("reading the folder of scenarios")?.path();
        let reading = || format!("reading {}", file.display());
        let text = fs::read_to_string(&file).with_context(reading)?;
        let scenario = toml::from_str(&text).with_context(reading)?;
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        kept.insert(name, scenario);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_scenarios_can_be_read() {
        kept(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")).unwrap();
    }
}
