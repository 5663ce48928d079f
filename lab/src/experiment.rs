//! What is run: a plan, its settings, the rows and the links.

mod data;
mod every_value;
mod grid;
mod link;
mod places;
mod plan;
mod processes;
mod published;
mod raw;
mod suggested;
mod table;
mod test_rows;

use std::path::{Path, PathBuf};

use consilium_entities::Key;
use consilium_mailbox::PartyId;
use consilium_plan::{Phase, Plan, Task};
use consilium_schema::{Schema, is_plain};
use toml::Value;

pub use data::{RowFile, Source};
pub use grid::{MOST_SETTINGS, Setting, SettingNumber};
pub use link::{LinkTerms, Links};
pub use published::Published;
pub use raw::{Mode, Rest};
pub use suggested::Suggested;
pub use table::SplitBy;
pub use test_rows::{TestPart, TestRows};

pub(crate) use places::Places;
pub(crate) use table::predicts_classes;

use crate::{Arm, Bargain, Cell, KNOBS, Knob, LabError, LabFault, Measure, load};
use plan::BasePlan;
use raw::RawBargain;
use table::number;

/// The format of experiments that this program reads.
pub const FORMAT: u32 = 1;

const MOST_TITLE: usize = 120;
const MOST_SEEDS: usize = 1_000;

/// A knob that the exact plan itself has turned.
#[derive(Debug, Clone, PartialEq)]
pub struct Departure {
    /// Which.
    pub knob: &'static Knob,
    /// What the plan sets it to.
    pub value: Option<Value>,
    /// The shipped default.
    pub default: Option<Value>,
}

/// An experiment that was checked, but for the rows.
#[derive(Debug)]
pub struct Experiment {
    title: String,
    base: BasePlan,
    seeds: Vec<u64>,
    mode: Mode,
    source: Source,
    test: TestRows,
    links: Links,
    bargain: Bargain,
    settings: Vec<Setting>,
    published: Vec<Published>,
    places: Places,
}

impl Experiment {
    /// Reads an experiment with its plan and all that the plan names; no table.
    ///
    /// # Errors
    ///
    /// A [`LabError`] that names the file and, in the experiment's own, line and column.
    pub fn load(file: &Path) -> Result<Experiment, LabError> {
        let places = Places::new(file, load::text(file)?);
        let raw = raw::parse(&places)?;
        if let Some(format) = raw.format.filter(|format| *format != FORMAT) {
            let known = FORMAT;
            return Err(places.at("format", LabFault::Format { format, known }));
        }
        let title = plain(raw.title.clone(), "title", |fault| {
            places.at("title", fault)
        })?;
        check_seeds(&raw.seeds, &places)?;
        let plan = load::beside(file, &raw.plan);
        if let Some(kind) = load::missing(&plan) {
            return Err(places.at("plan", LabFault::NoFile { path: plan, kind }));
        }
        let base = BasePlan::load(&plan)?;
        let (base, every) = every_value::parties(base, &raw, &places)?;
        let source = data::source(&raw, every, &base.plan, &places)?;
        let bargain = bargain(raw.bargain.as_ref(), &places)?;
        let test = test_rows::check(raw.test.as_ref(), &source, &places)?;
        let links = link::check(raw.link.as_ref(), &base.plan, &places)?;
        processes::check((raw.mode, raw.link.is_some()), (&base, &source), &places)?;
        let settings = grid::settings(&raw.approximate, raw.mode, &base, &places)?;
        let measures = Measure::all_of(predicts_classes(&base.plan));
        let published = published::check(&raw.published, (&settings, measures), &places)?;
        Ok(Experiment {
            title,
            base,
            seeds: raw.seeds,
            mode: raw.mode,
            source,
            test,
            links,
            bargain,
            settings,
            published,
            places,
        })
    }

    /// Gives the title, one line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Gives the file that it was read from.
    pub fn file(&self) -> PathBuf {
        self.places.file().to_owned()
    }

    /// Gives the exact plan.
    pub fn exact(&self) -> &Plan {
        &self.base.plan
    }

    /// Gives the settings that are held against it, in the order of their numbers.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Gives what others have published.
    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// Gives a setting.
    pub fn setting(&self, number: SettingNumber) -> Option<&Setting> {
        self.settings.get((number.0 as usize).checked_sub(1)?)
    }

    /// Gives the knobs in which the exact plan departs from the shipped default.
    pub fn departures(&self) -> Vec<Departure> {
        let departure = |knob: &'static Knob| {
            let (value, default) = self.base.value_and_default(knob.path);
            (value != default).then_some(Departure {
                knob,
                value,
                default,
            })
        };
        // What it averages for comparison is no part of its own fit.
        let own = KNOBS.iter().filter(|knob| knob.phase() == Phase::Fit);
        own.filter_map(departure).collect()
    }

    /// Gives the seeds, at least one, each once.
    pub fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    /// Says how parties run.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Gives the plan by which institutions find the common rows of a vertical one.
    pub fn alignment(&self) -> Option<&Plan> {
        self.base.alignments().map(|(_, plan)| plan).next()
    }

    /// Gives the name of its file; of several, of the first.
    pub(crate) fn alignment_file(&self) -> Option<&str> {
        self.base.alignments().map(|(file, _)| file).next()
    }

    /// Gives the links between parties, where these are simulated.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Gives what makes a setting pass.
    pub fn bargain(&self) -> Bargain {
        self.bargain
    }

    /// Says where rows come from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Says which rows are for testing. What the plan itself says of test rows has no meaning here.
    pub fn test(&self) -> &TestRows {
        &self.test
    }

    /// Gives all cells, those of one seed and fold together.
    pub fn cells(&self) -> Vec<Cell> {
        let local = self.exact().contributors();
        let local = local.map(|(party, _)| Arm::Local {
            party: party.clone(),
        });
        let approximate = self.settings.iter().map(|setting| Arm::Approximate {
            setting: setting.number,
        });
        let arms: Vec<Arm> = [Arm::Pooled]
            .into_iter()
            .chain(local)
            .chain([Arm::Exact])
            .chain(approximate)
            .collect();
        let folds = |seed: &u64| {
            let seed = *seed;
            (0..self.test.folds()).map(move |fold| (seed, fold))
        };
        let splits = self.seeds.iter().flat_map(folds);
        let cells = splits.flat_map(|(seed, fold)| {
            let of_arm = move |arm: &Arm| Cell {
                arm: arm.clone(),
                seed,
                fold,
            };
            arms.iter().map(of_arm).collect::<Vec<_>>()
        });
        cells.collect()
    }

    /// Gives the plan that a cell runs, or whose learner it has; none of a setting of another
    /// experiment.
    pub fn plan_of(&self, arm: &Arm) -> Option<&Plan> {
        match arm {
            Arm::Approximate { setting } => Some(&self.setting(*setting)?.plan),
            Arm::Pooled | Arm::Local { .. } | Arm::Exact => Some(self.exact()),
        }
    }

    /// Gives the phase of its plan that a cell runs.
    pub(crate) fn phase_of(&self, arm: &Arm) -> Phase {
        match arm {
            Arm::Approximate { setting } => {
                self.setting(*setting).map_or(Phase::Fit, Setting::phase)
            }
            Arm::Pooled | Arm::Local { .. } | Arm::Exact => Phase::Fit,
        }
    }

    /// Gives what a party's table is read by.
    pub(crate) fn schema_of(&self, party: &PartyId) -> Schema {
        self.base.schema_of(party)
    }

    /// Gives the key by which common rows are matched.
    pub(crate) fn key(&self) -> Option<&Key> {
        self.base.key()
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// Gives what the plan is about.
    pub(crate) fn task(&self) -> &Task {
        self.base.plan.task()
    }
}

/// Checks what makes a setting pass.
fn bargain(raw: Option<&RawBargain>, places: &Places) -> Result<Bargain, LabError> {
    let usual = Bargain::default();
    let Some(raw) = raw else { return Ok(usual) };
    let within = |key: &str, value: Option<f64>, usual: f64| match value.unwrap_or(usual) {
        share if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err(places.at(key, number(key, "from 0 to below 1, such as 0.03 for 3 %"))),
    };
    Ok(Bargain {
        lost_at_most: within("bargain.lost", raw.lost, usual.lost_at_most)?,
        saved_at_least: within("bargain.saved", raw.saved, usual.saved_at_least)?,
    })
}

fn check_seeds(seeds: &[u64], places: &Places) -> Result<(), LabError> {
    let key = || "seeds".to_owned();
    if seeds.is_empty() {
        return Err(places.at("seeds", LabFault::Empty { key: key() }));
    }
    if seeds.len() > MOST_SEEDS {
        let allowed = "at most 1000 numbers";
        return Err(places.at(
            "seeds",
            LabFault::Number {
                key: key(),
                allowed,
            },
        ));
    }
    let mut sorted = seeds.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let value = pair[0].to_string();
            Err(places.at("seeds", LabFault::Twice { key: key(), value }))
        }
    }
}

/// Takes a line that people read.
fn plain(
    text: String,
    key: &'static str,
    refuse: impl FnOnce(LabFault) -> LabError,
) -> Result<String, LabError> {
    if is_plain(&text, MOST_TITLE) {
        return Ok(text);
    }
    let most = MOST_TITLE;
    Err(refuse(LabFault::Text { key, most }))
}
