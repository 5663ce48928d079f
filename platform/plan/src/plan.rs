//! The checked plan: what is to be run, by whom, under which protection and limits.

mod kinds;
mod parties;
mod protection;
mod task;
mod terms;
pub(crate) mod trust;

use std::{collections::BTreeMap, str::FromStr};

use consilium_base::{Digest, written_as_hex};
use consilium_evaluation::Weight;
use consilium_mailbox::PartyId;
use consilium_schema::{Schema, is_plain};
use consilium_scorecard::Floors;
use serde::{Deserialize, Serialize};
use toml::de::DeTable;

pub use parties::{DataSet, DataVersion, Name, Part, Party};
pub use protection::{OnDropout, Protection};
pub use task::{
    Align, Calendar, Common, Comparison, Dictionary, Gbdt, Glm, Group, GroupTerms, Grow, Hospital,
    Learner, Matching, Member, Missing, Month, NoisyCount, OwnMetrics, Periods, Scarcity,
    Statistics, Task, TestRows, Train, Unlike, Valuing, Vertical, VerticalWork, Weigh,
};
pub use terms::{Limits, Patience};

use crate::{
    PlanError, PlanFault, RawPlan,
    error::place,
    raw::{RawKind, check_length},
};

/// The format of plans that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A study plan that was checked.
///
/// `to_string` gives the canonical text: a plan again, with every default written out, parties in
/// order of their names and the columns it uses declared in it. Equal plans have equal texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Plan {
    pub(crate) title: String,
    pub(crate) purpose: String,
    pub(crate) attempt: u32,
    pub(crate) coordinator: PartyId,
    pub(crate) parties: Vec<Party>,
    pub(crate) task: Task,
    pub(crate) trust: Option<Floors>,
    pub(crate) limits: Limits,
    pub(crate) patience: Patience,
}

impl Plan {
    /// Parses and checks a plan that declares its columns itself, as every canonical text does.
    ///
    /// # Errors
    ///
    /// A [`PlanError`] that names line, column and key.
    pub fn from_toml(text: &str) -> Result<Plan, PlanError> {
        Plan::check(&RawPlan::parse(text)?, &BTreeMap::new())
    }

    /// Parses and checks a plan that institutions are asked to run.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Plan::from_toml), and [`PlanFault::OnlyLab`] or [`PlanFault::NoLedger`] for what only
    /// an experiment may run.
    ///
    /// # Security
    ///
    /// Daemons take in no plan in another way: the lead of a surrogate likelihood learns more of single
    /// rows of the others than their stewards could foresee (docs/protocols/glm-surrogate.md), and what noise promises of one study says
    /// nothing of the next one over the same rows while nobody adds up what they used.
    pub fn of_institutions(text: &str) -> Result<Plan, PlanError> {
        let plan = Plan::from_toml(text)?;
        let Task::Train(task) = &plan.task else {
            return Ok(plan);
        };
        let Learner::Glm(glm) = &task.learner else {
            return Ok(plan);
        };
        let (key, fault) = if glm.surrogate.is_some() {
            ("model.method", PlanFault::OnlyLab)
        } else if glm.regression.specification().noise.is_some() {
            ("model.noise", PlanFault::NoLedger)
        } else {
            return Ok(plan);
        };
        let at = Places {
            text: text.to_owned(),
        };
        Err(at.fault_below(key, fault))
    }

    /// Checks a parsed plan; `schemas` are the files that [`RawPlan::schema_files`] names.
    ///
    /// # Errors
    ///
    /// A [`PlanError`] that names line, column and key.
    pub fn check(raw: &RawPlan, schemas: &BTreeMap<&str, Schema>) -> Result<Plan, PlanError> {
        let at = Places {
            text: raw.text.clone(),
        };
        if let Some(format) = &raw.format
            && *format.get_ref() != FORMAT
        {
            let fault = PlanFault::Format {
                format: *format.get_ref(),
                known: FORMAT,
            };
            return Err(at.fault(Some(format), "format", fault));
        }
        let title = at.text(&raw.title, "title", MOST_TITLE)?;
        let purpose = at.text(&raw.purpose, "purpose", MOST_PURPOSE)?;
        let attempt = at.number(raw.attempt.as_ref(), "attempt", 1, ATTEMPTS)?;
        let coordinator = raw.coordinator.as_ref();
        let coordinator = coordinator.map_or_else(usual_coordinator, |name| name.get_ref().clone());
        kinds::check(raw, &at)?;
        let parties = parties::check(raw, &coordinator, &at)?;
        let contributors = parties.iter().filter(|party| party.contributes()).count();
        let patience = terms::patience(&raw.patience, &at)?;
        let (task, limits) = match raw.kind {
            RawKind::TrainGlm | RawKind::TrainGbdt => {
                let limits = terms::limits(&raw.limits, contributors, &at)?;
                let protection = protection::check(raw, contributors, &limits, &at)?;
                let bounds = (&limits, protection, contributors);
                (task::train(raw, schemas, bounds, &at)?, limits)
            }
            RawKind::Align => task::align::check(raw, &parties, &at)?,
            RawKind::Statistics => task::statistics::check(raw, schemas, &parties, &at)?,
            RawKind::Dictionary => task::dictionary::check(raw, &parties, &at)?,
            RawKind::Scarcity => task::scarcity::check(raw, schemas, &parties, &at)?,
            RawKind::TrainVerticalGbdt
            | RawKind::PredictVerticalGbdt
            | RawKind::TrainHybridGbdt
            | RawKind::PredictHybridGbdt
            | RawKind::StatisticsVertical => {
                task::vertical::check(raw, schemas, (&parties, &coordinator), &at)?
            }
        };
        let plan = Plan {
            title,
            purpose,
            attempt,
            coordinator,
            parties,
            task,
            trust: trust::check(raw, &at)?,
            limits,
            patience,
        };
        // What others are sent is the canonical text.
        check_length(&plan.to_string())?;
        Ok(plan)
    }

    /// Gives the title, one line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Gives what the result is for, one line.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Gives the how many-th study of this very plan it is for, from 1 on.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Gives the same plan for a study after this one; none where there were too many.
    ///
    /// # Security
    ///
    /// It has another hash: what was signed, opened or drawn for one attempt is worth nothing in
    /// another.
    pub fn next_attempt(&self) -> Option<Plan> {
        let attempt = self.attempt + 1;
        ATTEMPTS.contains(&attempt.into()).then(|| Plan {
            attempt,
            ..self.clone()
        })
    }

    /// Gives who schedules, relays and adds up.
    pub fn coordinator(&self) -> &PartyId {
        &self.coordinator
    }

    /// Gives the other parties, in order of their names.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// Gives a party.
    pub fn party(&self, name: &PartyId) -> Option<&Party> {
        self.parties.iter().find(|party| party.name == *name)
    }

    /// Gives those who bring rows, in order of their names.
    pub fn contributors(&self) -> impl Iterator<Item = (&PartyId, &DataSet)> {
        self.parties.iter().filter_map(|party| match &party.part {
            Part::Contributor { data, .. } => Some((&party.name, data)),
            Part::Receiver => None,
        })
    }

    /// Gives how much each row of a party counts in the fit.
    pub fn weight(&self, party: &PartyId) -> Weight {
        match self.party(party).map(|party| &party.part) {
            Some(Part::Contributor { weight, .. }) => *weight,
            Some(Part::Receiver) | None => Weight::FULL,
        }
    }

    /// Gives the same plan with other weights of those who are named.
    ///
    /// # Errors
    ///
    /// If it can't have any: see [`TrustFault::Unweighted`](crate::TrustFault::Unweighted) and [`TrustFault::WeightsOfAll`](crate::TrustFault::WeightsOfAll).
    pub fn weighed(&self, weights: &BTreeMap<PartyId, Weight>) -> Result<Plan, PlanError> {
        let mut plan = self.clone();
        for party in &mut plan.parties {
            if let (Part::Contributor { weight, .. }, Some(new)) =
                (&mut party.part, weights.get(&party.name))
            {
                *weight = *new;
            }
        }
        plan.to_string().parse()
    }

    /// Says whether rows of some contributors count less than others' may.
    pub fn is_weighted(&self) -> bool {
        let mut contributors = self.contributors();
        contributors.any(|(party, _)| self.weight(party) != Weight::FULL)
    }

    /// Gives those who get the result, in order of their names.
    pub fn receivers(&self) -> impl Iterator<Item = &PartyId> {
        self.parties
            .iter()
            .filter(|party| party.receives())
            .map(|party| &party.name)
    }

    /// Gives the fewest contributors with which the study goes on.
    pub fn quorum(&self) -> usize {
        let lost = match self.protection() {
            Some(sums) if sums.on_dropout == OnDropout::Continue => sums.dropouts as usize,
            _ => 0,
        };
        self.contributors().count() - lost
    }

    /// Gives the fewest contributors whose fingerprint a participant must have verified.
    ///
    /// # Security
    ///
    /// Whoever is not verified may be the coordinator itself: it counts as one that colludes. All of
    /// the plan count, for the thresholds do too and each participant may be told of another run.
    /// Of those that align their rows, all: the coordinator could be the one that is not.
    pub fn verified_needed(&self) -> u32 {
        let contributors = u32::try_from(self.contributors().count()).unwrap_or(u32::MAX);
        let colluding = self.protection().map_or(0, |sums| sums.colluding);
        let verified = contributors.saturating_sub(colluding);
        verified.max(self.limits.minimum_verified)
    }

    /// Gives what is to be run.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// Gives the ε and δ of one row where contributors add noise to what they count.
    pub fn noise(&self) -> Option<(f64, f64)> {
        match &self.task {
            Task::Scarcity(task) => {
                let noise = task.specification.noise;
                Some((noise.epsilon, noise.delta))
            }
            Task::Statistics(task) => task.noise(),
            _ => None,
        }
    }

    /// Gives how institutions' rows are valued, if they are.
    pub fn valuing(&self) -> Option<&Valuing> {
        match &self.task {
            Task::Train(task) => task.value(),
            _ => None,
        }
    }

    /// Gives how sums are protected, where the study has sums.
    pub fn protection(&self) -> Option<&Protection> {
        match &self.task {
            Task::Train(task) => Some(&task.protection),
            Task::Statistics(task) => Some(&task.protection),
            Task::Scarcity(task) => Some(&task.protection),
            Task::Align(_) | Task::Vertical(_) | Task::Dictionary(_) => None,
        }
    }

    /// Gives what a lost contributor means; what has no sums waits for all.
    pub fn on_dropout(&self) -> OnDropout {
        self.protection()
            .map_or(OnDropout::Pause, |sums| sums.on_dropout)
    }

    /// Says whether stewards are asked to allow that their own aggregate becomes derivable.
    pub fn asks_waiver(&self) -> bool {
        self.protection().is_some_and(|sums| sums.ask_waiver)
    }

    /// Gives what is asked of the data sets' scorecards, if anything is.
    pub fn floors(&self) -> Option<&Floors> {
        self.trust.as_ref()
    }

    /// Gives what the study may not exceed.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Gives how long is waited.
    pub fn patience(&self) -> &Patience {
        &self.patience
    }
}

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Plan, PlanError> {
        Plan::from_toml(text)
    }
}

impl TryFrom<String> for Plan {
    type Error = PlanError;

    fn try_from(text: String) -> Result<Plan, PlanError> {
        Plan::from_toml(&text)
    }
}

impl From<Plan> for String {
    fn from(plan: Plan) -> String {
        plan.to_string()
    }
}

/// The hash that stewards sign: of the canonical text and all its disclosures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanHash(pub(crate) Digest);

impl PlanHash {
    /// Takes a hash from elsewhere.
    pub fn from_bytes(bytes: Digest) -> PlanHash {
        PlanHash(bytes)
    }

    /// Gives the bytes.
    pub fn as_bytes(&self) -> &Digest {
        &self.0
    }
}

written_as_hex!(PlanHash);

const ATTEMPTS: std::ops::RangeInclusive<u64> = 1..=1_000;
const MOST_TITLE: usize = 120;
const MOST_PURPOSE: usize = 1_000;

/// Where keys stand in a plan's text.
pub(crate) struct Places {
    text: String,
}

impl Places {
    /// Blames a key; one that is not there is blamed at the beginning.
    pub(crate) fn fault<T>(
        &self,
        spanned: Option<&toml::Spanned<T>>,
        key: impl Into<String>,
        fault: impl Into<PlanFault>,
    ) -> PlanError {
        let offset = spanned.map_or(0, |value| value.span().start);
        PlanError::Key {
            place: place(&self.text, offset),
            key: key.into(),
            fault: fault.into(),
        }
    }

    /// Blames a key in a table whose values know no places: where it stands, or as much of its
    /// path as is there.
    pub(crate) fn fault_below(
        &self,
        key: impl Into<String>,
        fault: impl Into<PlanFault>,
    ) -> PlanError {
        let key = key.into();
        PlanError::Key {
            place: place(&self.text, self.offset(&key)),
            key,
            fault: fault.into(),
        }
    }

    fn offset(&self, path: &str) -> usize {
        let Ok(document) = DeTable::parse(&self.text) else {
            return 0;
        };
        let (mut offset, mut table) = (0, Some(document.get_ref()));
        for key in path.split('.') {
            let Some(value) = table.and_then(|table| table.get(key)) else {
                break;
            };
            offset = value.span().start;
            table = value.get_ref().as_table();
        }
        offset
    }

    /// Misses a key that the kind of plan needs.
    pub(crate) fn missing(&self, key: &str) -> PlanError {
        PlanError::Toml {
            place: place(&self.text, 0),
            message: format!("missing field `{key}`"),
        }
    }

    fn text(
        &self,
        spanned: &toml::Spanned<String>,
        key: &str,
        most: usize,
    ) -> Result<String, PlanError> {
        let text = spanned.get_ref();
        if is_plain(text, most) {
            Ok(text.clone())
        } else {
            Err(self.fault(Some(spanned), key, PlanFault::Text { most }))
        }
    }

    /// Takes a number that has a range and a default.
    pub(crate) fn number<T: Copy + Into<u64>>(
        &self,
        given: Option<&toml::Spanned<T>>,
        key: &str,
        default: T,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<T, PlanError> {
        let value = given.map_or(default, |value| *value.get_ref());
        if given.is_none() || range.contains(&value.into()) {
            return Ok(value);
        }
        let (least, most) = range.into_inner();
        Err(self.fault(
            given,
            key,
            PlanFault::Number {
                given: value.into(),
                least,
                most,
            },
        ))
    }
}

/// Gives the coordinator's name where the plan gives none.
fn usual_coordinator() -> PartyId {
    "coordinator"
        .parse()
        .expect("lower-case letters are a name")
}
