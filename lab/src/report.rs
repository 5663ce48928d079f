//! What came of an experiment: every figure once, for tables, pictures and programs.

mod arm;
mod csv;
mod estimate;
pub mod figure;
mod html;
mod line;
mod measure;
mod parquet;
mod published;
mod remarks;
mod rows;
mod setting;
mod spread;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use consilium_plan::PlanHash;
use serde::Serialize;

pub use arm::{ArmReport, FailedCell, PartyReport};
pub use estimate::{Estimated, EstimatedParty};
pub use line::Line;
pub use measure::{LostOf, Measure};
pub use published::{Beside, PublishedReport};
pub use rows::{Extent, RowsReport};
pub use setting::{Against, Said, SettingReport, TurnedKnob};
pub use spread::Spread;

use crate::{
    Arm, Bargain, CellKey, Experiment, Links, Mode, Outcome, RowCounts, SettingNumber, Source,
    SplitBy, TestRows, experiment::predicts_classes, pareto_front,
};
use arm::{Fits, fits};
use setting::Yardstick;

/// The format of a report's JSON.
pub const REPORT_FORMAT: u32 = 1;

/// What came of an experiment.
///
/// Shares are numbers from 0 to 1, times are seconds, sizes are bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`REPORT_FORMAT`].
    pub format: u32,
    /// The version of the program.
    pub engine: &'static str,
    /// The experiment's title, one line.
    pub title: String,
    /// The name of its file, without the folder.
    pub file: String,
    /// The exact plan's title, one line.
    pub plan_title: String,
    /// Its kind, such as `train-gbdt`.
    pub kind: &'static str,
    /// Its hash.
    pub plan: PlanHash,
    /// The knobs in which it departs from the shipped defaults.
    pub departures: Vec<TurnedKnob>,
    /// What is measured; verdicts rest on the first.
    pub measures: Vec<Measure>,
    /// Of what what is lost is a share.
    pub lost_of: LostOf,
    /// What a model that tells nothing of any row would lose, as a share; nothing where the exact plan
    /// has no score, or is no better.
    pub nothing_loses: Option<f64>,
    /// What makes a setting pass.
    pub bargain: Bargain,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// How many folds each runs.
    pub folds: u32,
    /// How one table was split between institutions; nothing where each had a file.
    pub split: Option<SplitBy>,
    /// Which rows were for testing.
    pub test: TestRows,
    /// The rows of the first cell.
    pub rows: RowCounts,
    /// How each contributor's rows lie.
    pub rows_by_party: BTreeMap<PartyId, RowsReport>,
    /// Test rows over training rows where they are drawn for each cell, else 0: by so much intervals
    /// are widened, as [`Verdict::new`](crate::Verdict::new) says.
    pub overlap: f64,
    /// The links between parties.
    pub links: Links,
    /// How parties ran.
    pub mode: Mode,
    /// The arms: pooled, each institution alone, exact, each setting.
    pub arms: Vec<ArmReport>,
    /// The settings, in the order of their numbers.
    pub settings: Vec<SettingReport>,
    /// Those that none other beats in both what is lost and the CPU time saved, from the one that
    /// loses least on.
    pub front: Vec<SettingNumber>,
    /// Of those that pass the one that saves most CPU time; where none passes, of all the one that
    /// loses least.
    pub best: Option<SettingNumber>,
    /// What others have published, beside what was measured here.
    pub published: Vec<PublishedReport>,
    /// How many cells the experiment has.
    pub of: usize,
    /// Those that are finished.
    pub cells: Vec<Line>,
}

impl Report {
    /// Sums up the outcomes of an experiment's cells; of cells that are not there it says nothing.
    pub fn new(experiment: &Experiment, outcomes: &[(CellKey, Outcome)]) -> Report {
        let exact = experiment.exact();
        let measures = Measure::all_of(predicts_classes(exact));
        let overlap = overlap(experiment, outcomes);
        let mut by_arm: BTreeMap<&Arm, Vec<&Outcome>> = BTreeMap::new();
        for (_, outcome) in outcomes {
            by_arm.entry(&outcome.cell.arm).or_default().push(outcome);
        }
        let of = |arm: &Arm| by_arm.get(arm).map_or(&[][..], |outcomes| outcomes);
        let of_exact = fits(of(&Arm::Exact).iter().copied());
        let alone: BTreeMap<PartyId, Fits<'_>> = exact
            .contributors()
            .map(|(party, _)| {
                let local = Arm::Local {
                    party: party.clone(),
                };
                (party.clone(), fits(of(&local).iter().copied()))
            })
            .collect();
        let bargain = experiment.bargain();
        let yardstick = Yardstick {
            plan: exact,
            exact: &of_exact,
            alone: &alone,
            score: measures[0],
            bargain,
            overlap,
        };
        let settings = experiment.settings().iter().map(|setting| {
            let number = setting.number;
            let outcomes = of(&Arm::Approximate { setting: number });
            let fits = fits(outcomes.iter().copied());
            let failed = outcomes.len() - fits.len();
            SettingReport::new(setting, (&fits, failed), &yardstick)
        });
        let mut settings: Vec<SettingReport> = settings.collect();
        let front = mark_front(&mut settings);
        let arms = arms_of(experiment);
        let arms = arms
            .iter()
            .map(|arm| ArmReport::new((experiment, arm), of(arm), measures, &yardstick));
        let arms: Vec<ArmReport> = arms.collect();
        let published = experiment.published().iter();
        let published = published
            .map(|it| PublishedReport::new(it, &arms))
            .collect();
        Report {
            format: REPORT_FORMAT,
            engine: env!("CARGO_PKG_VERSION"),
            title: experiment.title().to_owned(),
            file: (experiment.file().file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            plan_title: exact.title().to_owned(),
            kind: exact.task().kind(),
            plan: exact.hash(),
            departures: departures(experiment),
            measures: measures.to_vec(),
            lost_of: measures[0].lost_of(),
            nothing_loses: yardstick.nothing_loses(),
            bargain,
            seeds: experiment.seeds().to_vec(),
            folds: experiment.test().folds(),
            split: match experiment.source() {
                Source::Files(_) => None,
                Source::Table { by, .. } => Some(by.clone()),
            },
            test: experiment.test().clone(),
            rows: outcomes.first().map(|(_, it)| it.rows).unwrap_or_default(),
            rows_by_party: RowsReport::by_party(outcomes),
            overlap,
            links: experiment.links().clone(),
            mode: experiment.mode(),
            arms,
            published,
            best: best(&settings),
            settings,
            front,
            of: experiment.cells().len(),
            cells: (outcomes.iter())
                .map(|(key, outcome)| Line::new(experiment, key, outcome))
                .collect(),
        }
    }

    /// Gives the measure that verdicts rest on.
    pub fn score(&self) -> Measure {
        self.measures[0]
    }

    /// Gives an arm.
    pub fn arm(&self, arm: &Arm) -> Option<&ArmReport> {
        self.arms.iter().find(|it| it.arm == *arm)
    }

    /// Says whether all arms that others are held against gave a model in each run, and settings that
    /// were run a verdict, one of them at least.
    pub fn is_whole(&self) -> bool {
        let gave = |arm: Option<&ArmReport>| arm.is_some_and(|it| it.failures.is_empty());
        let baselines = [Arm::Pooled, Arm::Exact];
        baselines.iter().all(|arm| gave(self.arm(arm))) && self.is_judged()
    }

    /// Says whether any setting that was run has a verdict, if one was.
    pub fn is_judged(&self) -> bool {
        let was_run = |it: &SettingReport| {
            let setting = it.number;
            let arm = self.arm(&Arm::Approximate { setting });
            arm.is_some_and(|arm| arm.fitted + arm.failures.len() > 0)
        };
        let mut run = self.settings.iter().filter(|it| was_run(it)).peekable();
        run.peek().is_none() || run.any(|it| it.verdict.is_some())
    }

    /// Gives a setting.
    pub fn setting(&self, number: SettingNumber) -> Option<&SettingReport> {
        self.settings.iter().find(|it| it.number == number)
    }

    /// Writes everything as JSON.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.unwrap_or_default() + "\n"
    }
}

fn arms_of(experiment: &Experiment) -> Vec<Arm> {
    let mut arms = Vec::new();
    for cell in experiment.cells() {
        if arms.contains(&cell.arm) {
            break;
        }
        arms.push(cell.arm);
    }
    arms
}

/// Gives the mean of test rows over training rows where rows are drawn anew.
fn overlap(experiment: &Experiment, outcomes: &[(CellKey, Outcome)]) -> f64 {
    match experiment.test() {
        TestRows::Files => 0.0,
        TestRows::Drawn { .. } => {
            let share = |(_, outcome): &(CellKey, Outcome)| {
                outcome.rows.test as f64 / outcome.rows.train as f64
            };
            Spread::of(outcomes.iter().map(share)).map_or(0.0, |spread| spread.mean)
        }
    }
}

fn departures(experiment: &Experiment) -> Vec<TurnedKnob> {
    let departures = experiment.departures().into_iter();
    let turned = departures.map(|departure| TurnedKnob {
        path: departure.knob.path.to_owned(),
        value: departure.value.map(|value| value.to_string()),
        default: departure.default.map(|value| value.to_string()),
        meaning: Said::by(|lang| departure.knob.meaning(lang).to_owned()),
    });
    turned.collect()
}

fn mark_front(settings: &mut [SettingReport]) -> Vec<SettingNumber> {
    let point = |setting: &SettingReport| match &setting.verdict {
        Some(verdict) => (verdict.lost.estimate, verdict.saved_cpu.estimate),
        None => (f64::NAN, f64::NAN),
    };
    let points: Vec<(f64, f64)> = settings.iter().map(point).collect();
    let front = pareto_front(&points).into_iter().map(|place| {
        settings[place].on_front = true;
        settings[place].number
    });
    front.collect()
}

fn best(settings: &[SettingReport]) -> Option<SettingNumber> {
    let judged = || {
        settings
            .iter()
            .filter_map(|it| Some((it.number, it.verdict?)))
    };
    let saved = |(_, verdict): &(SettingNumber, crate::Verdict)| verdict.saved_cpu.estimate;
    let kept = |(_, verdict): &(SettingNumber, crate::Verdict)| -verdict.lost.estimate;
    let passing = judged().filter(|(_, verdict)| verdict.passes);
    let best = passing.max_by(|one, other| saved(one).total_cmp(&saved(other)));
    let best = best.or_else(|| judged().max_by(|one, other| kept(one).total_cmp(&kept(other))));
    best.map(|(number, _)| number)
}
