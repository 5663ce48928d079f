//! What every party is asked before a run, and whether the run may begin.

mod told;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use consilium_mailbox::PartyId;
use consilium_schema::Differing;
use serde::{Deserialize, Serialize};

use crate::{
    DataVersion, Estimate, Failure, Lang, Plan, PlanHash, Speed, Task, Unlike,
    differing::MOST_PARTS,
    texts::{Text, failure::Code, preflight as texts},
};

/// Seconds that a clock may be off.
pub const MOST_SKEW: u64 = 300;
/// Seconds from which on a clock is spoken of.
const NOTICED_SKEW: u64 = 30;

/// What a contributor reports about itself; made at home, so that no count of rows leaves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyReport {
    /// The plan as this party computes its hash.
    pub plan: PlanHash,
    /// How far its clock is ahead of the coordinator's, in seconds.
    pub clock_ahead: i64,
    /// What there is for a run, or why none is allowed.
    pub found: Result<Found, Failure>,
}

/// What there is for a run.
///
/// # Security
///
/// Nothing of it is told unless a steward has approved the plan, and the data set is the version
/// that was approved: a plan can ask about single rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its data set.
    pub data: DataReport,
    /// Contributors whose fingerprint it has verified, itself among them.
    pub verified: u32,
    /// Free disk space.
    pub disk: Room,
    /// Free memory.
    pub memory: Room,
}

/// What is there of a planned data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataReport {
    /// None of that name is registered, or the planned split is not.
    Absent {
        /// Whether the data set is there and only the split is not.
        only_split: bool,
    },
    /// It was read.
    Read {
        /// Its version.
        version: DataVersion,
        /// What keeps it from being used; empty if nothing.
        obstacles: Vec<Obstacle>,
        /// Whether its labels are of one class only.
        one_class: bool,
    },
    /// It can't be read.
    Unreadable(Failure),
}

/// What keeps a data set from being used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// A column is not there.
    Missing(String),
    /// A column can't be part of a key, or differs in something that is not said.
    Differs(String),
    /// A column is not the plan's, in these parts, as they are there.
    DiffersIn(String, Vec<Differing>),
    /// There are fewer usable rows than the plan's minimum.
    RowsTooFew,
    /// There are more rows than the plan allows.
    RowsTooMany,
    /// Rows share a key, and the plan refuses duplicates.
    KeysRepeated,
    /// No row has a valid key.
    NoKeys,
    /// The alignment that the plan names is not kept here.
    NoAlignment,
    /// It was of another data set, or of another version than the one that is approved.
    OtherData,
    /// What was kept of it is damaged.
    OrderDamaged,
    /// A party of the plan was none of the alignment's.
    OtherParties,
    /// Several rows of one's own belong to one common row.
    RowsRepeated,
    /// A patient has rows at several hospitals, and the plan refuses that.
    PatientsRepeated,
    /// Common rows have no label.
    LabelsMissing,
    /// No part is kept here of the model that the plan names.
    NoPart,
    /// The part that is kept is damaged, or of another model.
    PartDiffers,
    /// The part that is kept is of other columns or parties than the plan's.
    PartUnlike(Unlike),
    /// Its rows differ from those of earlier statistics by too few, but by some.
    CohortTooClose,
    /// Earlier statistics of nearly the same rows measured a column by another rule, and its steward has not
    /// named these studies; not more of them than [`MOST_STUDIES`](Obstacle::MOST_STUDIES) are told.
    CohortAskedOtherwise(BTreeSet<PlanHash>),
    /// Earlier studies told of the data set with noise, as this one would, and its steward has not named them; not
    /// more than [`MOST_STUDIES`](Obstacle::MOST_STUDIES) are told.
    NoiseSpent(BTreeSet<PlanHash>),
    /// Earlier studies valued the same rows by judges of whom few are others, so that both together tell of these, and
    /// its steward has not named them; not more than [`MOST_STUDIES`](Obstacle::MOST_STUDIES) are told.
    JudgesDiffer(BTreeSet<PlanHash>),
    /// Own sums over rows that differ by few were shown to the coordinator in earlier studies, and its steward has not
    /// named them; not more than [`MOST_STUDIES`](Obstacle::MOST_STUDIES) are told.
    RowsShown(BTreeSet<PlanHash>),
}

impl Obstacle {
    /// The most studies that one obstacle names.
    pub const MOST_STUDIES: usize = 8;

    /// Names studies as people do, by the first digits of their hashes.
    pub fn named(studies: &BTreeSet<PlanHash>) -> String {
        let begin = |study: &PlanHash| study.to_string().chars().take(12).collect();
        studies
            .iter()
            .map(begin)
            .collect::<Vec<String>>()
            .join(", ")
    }
}

impl Obstacle {
    /// Says whether a column is there and differs.
    pub fn is_difference(&self) -> bool {
        matches!(self, Obstacle::Differs(_) | Obstacle::DiffersIn(..))
    }
}

/// How much of a resource there is, compared with what the run may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Room {
    /// At least twice as much.
    Ample,
    /// Enough.
    Tight,
    /// Too little.
    Short,
}

/// What the reports of all parties come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What keeps the study from running, by party.
    pub failures: Vec<Failure>,
    /// What people should know.
    pub warnings: Vec<Warning>,
    /// What the study will probably cost.
    pub estimate: Estimate,
}

/// What people should know before a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// A contributor's labels are of one class.
    OneClass(PartyId),
    /// A clock is off, though not too far.
    ClockDrift(PartyId, i64),
    /// There is little disk space.
    LittleDisk(PartyId),
    /// There is little memory.
    LittleMemory(PartyId),
}

impl Verdict {
    /// Says whether the study may run.
    pub fn may_run(&self) -> bool {
        self.failures.is_empty()
    }

    /// Says it in words.
    pub fn describe(&self, speed: Speed, lang: Lang) -> String {
        let mut lines = vec![match self.failures.len() {
            0 => texts::MAY_RUN.say(lang, &[]),
            count => texts::MAY_NOT_RUN.say(lang, &[("count", &count)]),
        }];
        for failure in &self.failures {
            lines.push(format!("- {} ({})", failure.what(lang), failure.code));
            lines.push(format!("  {}", failure.remedy(lang)));
        }
        lines.extend(
            self.warnings
                .iter()
                .map(|warning| format!("- {}", warning.text(lang))),
        );
        let Estimate {
            sums,
            rounds,
            sent_by_each,
            through_coordinator,
            core_seconds,
            memory,
        } = self.estimate;
        let places: [(&str, &dyn Display); 8] = [
            ("sums", &sums),
            ("rounds", &rounds),
            ("sent", &size_text(sent_by_each)),
            ("relayed", &size_text(through_coordinator)),
            ("seconds", &self.estimate.time(speed).as_secs().max(1)),
            ("trip", &speed.round_trip.as_millis()),
            ("core", &core_seconds),
            ("memory", &size_text(memory)),
        ];
        let estimate = match (sums, memory) {
            (0, 0) => texts::ESTIMATE_KEYS,
            (0, _) => texts::ESTIMATE_COMMON,
            _ => texts::ESTIMATE,
        };
        lines.push(estimate.say(lang, &places));
        lines.join("\n")
    }
}

impl Warning {
    /// Says it in words.
    pub fn text(&self, lang: Lang) -> String {
        let little = |party: &PartyId, what: Text| {
            texts::SMALL_MARGIN.say(lang, &[("party", party), ("what", &what.open(lang))])
        };
        match self {
            Warning::OneClass(party) => texts::ONE_CLASS.say(lang, &[("party", party)]),
            Warning::ClockDrift(party, seconds) => {
                texts::CLOCK_DRIFT.say(lang, &[("party", party), ("seconds", seconds)])
            }
            Warning::LittleDisk(party) => little(party, texts::DISK),
            Warning::LittleMemory(party) => little(party, texts::MEMORY),
        }
    }
}

impl Plan {
    /// Judges the reports of the contributors; a party without report has not answered.
    pub fn verdict(&self, reports: &BTreeMap<PartyId, PartyReport>) -> Verdict {
        let mut verdict = self.open_verdict();
        for (party, _) in self.contributors() {
            match reports.get(party) {
                Some(report) => self.judge(party, report, &mut verdict),
                None => verdict.failures.push(
                    Failure::new(Code::PartySilent)
                        .of(party)
                        .at("preflight")
                        .with("length", crate::time::length_text(self.patience.answer)),
                ),
            }
        }
        verdict
    }

    /// Gives what one contributor's report names that keeps the study from running.
    pub fn obstacles(&self, party: &PartyId, report: &PartyReport) -> Vec<Failure> {
        let mut verdict = self.open_verdict();
        self.judge(party, report, &mut verdict);
        verdict.failures
    }

    /// Says whether a report names nothing but what the plan asks about.
    pub fn is_answered_by(&self, report: &PartyReport) -> bool {
        let Ok(Found {
            data: DataReport::Read { obstacles, .. },
            ..
        }) = &report.found
        else {
            return true;
        };
        let planned = self.task().column_names();
        let keys = match self.task() {
            Task::Align(_) => true,
            Task::Scarcity(task) => task.key.is_some(),
            _ => false,
        };
        let common = matches!(self.task(), Task::Vertical(_));
        let measured = matches!(self.task(), Task::Statistics(_));
        let repeats = match self.task() {
            Task::Vertical(task) => task.refuses_repeats(),
            _ => false,
        };
        let is_asked = |obstacle: &Obstacle| match obstacle {
            Obstacle::Missing(column) | Obstacle::Differs(column) => {
                planned.contains(&column.as_str())
            }
            Obstacle::DiffersIn(column, parts) => {
                planned.contains(&column.as_str()) && (1..=MOST_PARTS).contains(&parts.len())
            }
            Obstacle::RowsTooFew | Obstacle::RowsTooMany => true,
            Obstacle::KeysRepeated | Obstacle::NoKeys => keys,
            Obstacle::PatientsRepeated => repeats,
            Obstacle::CohortTooClose => measured,
            Obstacle::CohortAskedOtherwise(studies) => {
                measured && studies.len() <= Obstacle::MOST_STUDIES
            }
            Obstacle::NoiseSpent(studies) => {
                self.noise().is_some() && studies.len() <= Obstacle::MOST_STUDIES
            }
            Obstacle::JudgesDiffer(studies) => {
                self.valuing().is_some() && studies.len() <= Obstacle::MOST_STUDIES
            }
            Obstacle::RowsShown(studies) => {
                let shows = self.valuing().is_some_and(crate::Valuing::shows_own_sums);
                shows && studies.len() <= Obstacle::MOST_STUDIES
            }
            Obstacle::NoAlignment
            | Obstacle::OtherData
            | Obstacle::OrderDamaged
            | Obstacle::OtherParties
            | Obstacle::RowsRepeated
            | Obstacle::LabelsMissing
            | Obstacle::NoPart
            | Obstacle::PartDiffers
            | Obstacle::PartUnlike(Unlike::Parties) => common,
            Obstacle::PartUnlike(Unlike::Features(party)) => common && self.party(party).is_some(),
            Obstacle::PartUnlike(Unlike::Column(party, column)) => match self.task() {
                Task::Vertical(task) => task.member(party).is_some_and(|member| {
                    let mut columns = member.columns.iter();
                    columns.any(|planned| planned.name() == column)
                }),
                _ => false,
            },
        };
        // Each column once, and the number of rows.
        obstacles.len() <= planned.len() + 1 && obstacles.iter().all(is_asked)
    }

    fn open_verdict(&self) -> Verdict {
        Verdict {
            failures: Vec::new(),
            warnings: Vec::new(),
            estimate: self.estimate(),
        }
    }

    fn judge(&self, party: &PartyId, report: &PartyReport, verdict: &mut Verdict) {
        let failure = |code| Failure::new(code).of(party);
        if report.plan != self.hash() {
            verdict.failures.push(failure(Code::PlanDiffers));
        }
        let skew = report.clock_ahead.unsigned_abs();
        if skew > MOST_SKEW {
            let seconds = report.clock_ahead;
            let skewed = failure(Code::ClockSkew).with("seconds", seconds);
            verdict.failures.push(skewed.with("most", MOST_SKEW));
        } else if skew > NOTICED_SKEW {
            verdict
                .warnings
                .push(Warning::ClockDrift(party.clone(), report.clock_ahead));
        }
        let found = match &report.found {
            Ok(found) => found,
            Err(refused) => return verdict.failures.push(refused.clone().of(party)),
        };
        let needed = self.verified_needed();
        if found.verified < needed {
            let few = failure(Code::VerifiedTooFew).with("verified", found.verified);
            verdict.failures.push(few.with("minimum", needed));
        }
        verdict.failures.extend(self.judge_data(party, &found.data));
        if let DataReport::Read {
            one_class: true, ..
        } = found.data
        {
            match self.task() {
                // Whoever has labels has those of all.
                Task::Vertical(_) => verdict.failures.push(failure(Code::DataOneClass)),
                _ => {
                    verdict.warnings.push(Warning::OneClass(party.clone()));
                }
            }
        }
        match found.disk {
            Room::Short => verdict.failures.push(failure(Code::DiskFull)),
            Room::Tight => verdict.warnings.push(Warning::LittleDisk(party.clone())),
            Room::Ample => {}
        }
        match found.memory {
            Room::Short => verdict.failures.push(failure(Code::MemoryLow)),
            Room::Tight => verdict.warnings.push(Warning::LittleMemory(party.clone())),
            Room::Ample => {}
        }
    }

    fn judge_data(&self, party: &PartyId, report: &DataReport) -> Vec<Failure> {
        let Some((_, planned)) = self.contributors().find(|(name, _)| *name == party) else {
            return Vec::new();
        };
        let failure = |code| Failure::new(code).of(party).with("data", &planned.name);
        match report {
            DataReport::Absent { only_split: false } => vec![failure(Code::DataMissing)],
            DataReport::Absent { only_split: true } => {
                let missing = failure(Code::DataSplitMissing);
                vec![match self.task() {
                    Task::Train(task) => match &task.test {
                        crate::TestRows::Split(split) => missing.with("split", split),
                        _ => missing,
                    },
                    _ => missing,
                }]
            }
            DataReport::Unreadable(why) => vec![why.clone().of(party)],
            DataReport::Read {
                version, obstacles, ..
            } => {
                let pinned = planned.version.is_some_and(|pinned| pinned != *version);
                let changed = pinned.then(|| failure(Code::DataChanged));
                let of_obstacle = |obstacle: &Obstacle| self.told_of(party, obstacle);
                changed
                    .into_iter()
                    .chain(obstacles.iter().map(of_obstacle))
                    .collect()
            }
        }
    }
}

/// Writes a number of bytes in a unit that people read.
fn size_text(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} B"),
    }
}
