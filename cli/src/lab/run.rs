//! `consilium lab run`.

use std::{
    io::{IsTerminal as _, Write},
    num::NonZeroUsize,
    path::PathBuf,
    thread,
    time::Duration,
};

use clap::Args;
use consilium_lab::{Arm, Cell, CellKey, Experiment, Learnt, Mode, Outcome};
use consilium_plan::Lang;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    cells::Bench,
    crew::{self, Finished},
    folder,
    pace::Pace,
    report,
};
use crate::terminal;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  consilium lab run examples/heart-disease/lab.toml
  consilium lab run lab.toml --out results --jobs 2 --json

Every finished cell is kept in the folder: after an interrupt, or with more settings or seeds, the \
same command runs what is missing. CPU times are comparable within one run on one machine.

With `mode = \"processes\"` in the experiment, the plan and its settings run over real daemons, a \
coordinator and a participant for each institution, as `consilium local` starts them; links are \
those of this machine.")]
pub(crate) struct RunArgs {
    /// The experiment, TOML
    #[arg(value_name = "EXPERIMENT")]
    experiment: PathBuf,

    /// Where cells, tables and reports are left; what is there of the same experiment is used. Default:
    /// `consilium-lab/NAME`, NAME being that of the file, or of its folder where it is called `lab.toml`
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// How many cells run side by side; default: as many as the machine has cores, and one where the
    /// experiment says `mode = "processes"`
    #[arg(long, value_name = "NUMBER", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,

    /// Print one line of JSON for each cell and, last, one with the verdicts
    #[arg(long)]
    json: bool,
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let whole = text.parse();
    whole.map_err(|_| "a whole number from 1 on is needed".to_owned())
}

pub(super) fn run(args: &RunArgs, out: &mut dyn Write, lang: Lang) -> anyhow::Result<()> {
    let usual = || folder::usual(&args.experiment);
    let folder = args.out.clone().unwrap_or_else(usual);
    let bench = Bench::open(&args.experiment, &folder)?;
    let experiment = &bench.experiment;
    folder::check(&folder, experiment, lang)?;
    folder::make(&folder, lang)?;
    let cells = bench.cells();
    let mut outcomes: Vec<Option<Outcome>> = cells
        .iter()
        .map(|(key, cell)| bench.finished(key, cell))
        .collect();
    let missing: Vec<usize> = (0..cells.len())
        .filter(|&at| outcomes[at].is_none())
        .collect();
    let todo: Vec<(CellKey, Cell)> = missing.iter().map(|&at| cells[at].clone()).collect();
    let usual = || match experiment.mode() {
        Mode::Simulated => cores(),
        // Its daemons keep more than one core busy.
        Mode::Processes => NonZeroUsize::MIN,
    };
    let hands = args.jobs.unwrap_or_else(usual);
    let mut progress = Progress::new((cells.len(), &todo), hands, lang);
    if args.json {
        for outcome in outcomes.iter().flatten() {
            writeln!(out, "{}", line(experiment, outcome))?;
        }
    }
    let tell = |finished: Finished| {
        progress.note(&finished);
        if args.json {
            writeln!(out, "{}", line(experiment, &finished.outcome))?;
        }
        outcomes[missing[finished.place]] = Some(finished.outcome);
        Ok(())
    };
    let ran = crew::run(&bench, &todo, hands, tell, lang);
    progress.leave();
    ran?;
    let keys = cells.iter().map(|(key, _)| *key);
    let outcomes: Vec<(CellKey, Outcome)> = keys
        .zip(outcomes)
        .filter_map(|(key, outcome)| Some((key, outcome?)))
        .collect();
    report::write((experiment, &outcomes), &folder, (out, args.json), lang)
}

fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Gives a cell as a line of JSON: what, how good, at which cost.
fn line(experiment: &Experiment, outcome: &Outcome) -> Value {
    let Cell { arm, seed, fold } = &outcome.cell;
    let setting = match arm {
        Arm::Approximate { setting } => experiment.setting(*setting).map(ToString::to_string),
        Arm::Pooled | Arm::Local { .. } | Arm::Exact => None,
    };
    let mut line = json!({
        "bench": "lab",
        "mode": experiment.mode(),
        "params": { "arm": arm, "setting": setting, "seed": seed, "fold": fold, "rows": outcome.rows,
            "rows_by_party": outcome.rows_by_party },
    });
    let more = match &outcome.result {
        Learnt::Fitted(fitted) => json!({
            "ok": true,
            "wall_s": fitted.wall_s,
            "iterations": fitted.iterations,
            "measures": fitted.measures,
            "parties": fitted.parties.iter().map(|party| json!({
                "party": party.party,
                "cpu_s": party.cpu_s,
                "sent_bytes": party.sent_bytes,
                "received_bytes": party.received_bytes,
                "rounds": party.rounds,
            })).collect::<Vec<Value>>(),
        }),
        Learnt::Failed { reason } => json!({ "ok": false, "reason": reason }),
    };
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    line
}

/// Tells how far an experiment is: on a terminal a bar, else now and then a line.
struct Progress<'a> {
    bar: ProgressBar,
    pace: Pace,
    left: Vec<Option<&'a Cell>>,
    all: usize,
    hands: usize,
    /// When a line was told last, where no bar is seen.
    told: Option<Instant>,
    lang: Lang,
}

/// How long it is from a line to the next, at least, where no bar is seen.
const BETWEEN_LINES: Duration = Duration::from_mins(1);

impl<'a> Progress<'a> {
    fn new(
        (all, todo): (usize, &'a [(CellKey, Cell)]),
        hands: NonZeroUsize,
        lang: Lang,
    ) -> Progress<'a> {
        let is_seen = std::io::stderr().is_terminal() && !todo.is_empty();
        let bar = if is_seen {
            ProgressBar::new(all as u64)
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position((all - todo.len()) as u64);
        bar.enable_steady_tick(Duration::from_secs(1));
        Progress {
            bar,
            pace: Pace::default(),
            left: todo.iter().map(|(_, cell)| Some(cell)).collect(),
            all,
            hands: hands.get(),
            told: (!is_seen).then(Instant::now),
            lang,
        }
    }

    fn note(&mut self, finished: &Finished) {
        self.pace.note(&finished.outcome.cell.arm, finished.took);
        self.left[finished.place] = None;
        self.bar.inc(1);
        let left = self.left.iter().copied().flatten();
        let left = self.pace.left(left, self.hands);
        let left = left.map(|left| {
            let left = left.as_secs();
            let (minutes, seconds) = (left / 60, left % 60);
            self.lang.pick(
                format!("about {minutes} min {seconds} s left"),
                format!("约剩 {minutes} 分 {seconds} 秒"),
            )
        });
        let left = left.unwrap_or_default();
        if self
            .told
            .is_some_and(|told| told.elapsed() >= BETWEEN_LINES)
        {
            self.told = Some(Instant::now());
            terminal::tell(&self.line(&left));
        }
        self.bar.set_message(left);
    }

    /// Says how many cells are finished, and how long the others will take.
    fn line(&self, left: &str) -> String {
        let all = self.all;
        let done = all - self.left.iter().flatten().count();
        self.lang.pick(
            format!("{done} of {all} cells; {left}"),
            format!("已完成 {done} / {all} 个单元；{left}"),
        )
    }

    fn leave(&self) {
        self.bar.finish_and_clear();
    }
}
