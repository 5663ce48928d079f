//! What is to be run.

pub(super) mod align;
mod columns;
pub(super) mod dictionary;
mod gbdt;
mod glm;
mod inputs;
mod partitions;
pub(super) mod scarcity;
pub(super) mod statistics;
pub(super) mod vertical;

use std::{borrow::Cow, collections::BTreeMap};

use consilium_evaluation::Subject;
use consilium_preparation::Preparation;
use consilium_schema::{Column, Label, RawColumn, RawFile, RawSchema, Schema, SchemaError};
use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use align::{Align, Matching, NoisyCount};
pub use dictionary::Dictionary;
pub use gbdt::Gbdt;
pub use glm::{Comparison, Glm, Missing, Valuing};
pub use scarcity::Scarcity;
pub use statistics::{Calendar, Month, Periods, Statistics};
pub use vertical::{
    Common, Group, GroupTerms, Grow, Hospital, Member, Unlike, Vertical, VerticalWork, Weigh,
};

use self::inputs::Inputs;
use super::{Limits, Name, Places, Protection};
use crate::{
    PlanError, PlanFault, RawPlan,
    error::place,
    raw::{RawKind, RawTest},
};

/// What is to be run.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// A model is trained over all contributors' rows.
    Train(Box<Train>),
    /// Contributors find out which of their rows have the same key.
    Align(Box<Align>),
    /// Trees over columns of several institutions are grown or asked.
    Vertical(Box<Vertical>),
    /// Columns are measured over all contributors' rows.
    Statistics(Box<Statistics>),
    /// Contributors find out how much others lack what they have.
    Scarcity(Box<Scarcity>),
    /// Codes of others are looked up in the list of one.
    Dictionary(Box<Dictionary>),
}

impl Task {
    /// Gives the kind, as a plan writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Task::Train(task) => task.learner.kind(),
            Task::Align(_) => "align",
            Task::Vertical(task) => task.kind(),
            Task::Statistics(_) => "statistics",
            Task::Dictionary(_) => "dictionary",
            Task::Scarcity(_) => "scarcity",
        }
    }

    /// Names the columns that the plan asks for.
    pub fn column_names(&self) -> Vec<&str> {
        match self {
            Task::Train(task) => task.columns.iter().map(Column::name).collect(),
            Task::Align(task) => task.key_columns().collect(),
            Task::Dictionary(task) => vec![&task.column, &task.list],
            Task::Statistics(task) => task.columns.iter().map(Column::name).collect(),
            Task::Scarcity(task) => {
                let columns = task.columns.iter().map(Column::name);
                columns.chain(task.key_columns()).collect()
            }
            Task::Vertical(task) => {
                let own = task
                    .members
                    .iter()
                    .filter(|it| !task.is_hospital(&it.party));
                let own = own.flat_map(|member| &member.columns);
                let shared = task.group().map_or(&[][..], |group| &group.columns);
                shared.iter().chain(own).map(Column::name).collect()
            }
        }
    }
}

/// A model, trained over the rows of all contributors, which have the same columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Train {
    /// The table's columns that are used: those of features in their order, then the label's, each
    /// once.
    pub columns: Vec<Column>,
    /// What becomes of the columns before they are features; none: they are features as they are.
    pub preparation: Option<Preparation>,
    /// The names of the features: of columns, or of what the preparation makes of them.
    pub features: Vec<String>,
    /// What is predicted.
    pub label: Label,
    /// Which rows are kept for testing.
    pub test: TestRows,
    /// Who sees the measures of a single institution.
    pub own_metrics: OwnMetrics,
    /// What learns from them.
    pub learner: Learner,
    /// How inputs are protected.
    pub protection: Protection,
}

impl Train {
    /// Gives how institutions' rows are valued, if they are.
    pub fn value(&self) -> Option<&Valuing> {
        match &self.learner {
            Learner::Glm(glm) => glm.value.as_ref(),
            Learner::Gbdt(_) => None,
        }
    }
}

/// What learns from rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Learner {
    /// A generalised linear model.
    Glm(Glm),
    /// Gradient-boosted trees.
    Gbdt(Gbdt),
}

impl Learner {
    /// Gives the kind of plan, as it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Learner::Glm(_) => "train-glm",
            Learner::Gbdt(_) => "train-gbdt",
        }
    }

    /// Gives what an evaluation measures of the model.
    pub fn subject(&self) -> Subject {
        match self {
            Learner::Glm(glm) => glm.regression.subject(),
            Learner::Gbdt(trees) => trees.subject,
        }
    }

    /// Names the model's columns, in their order; a category may have several.
    pub fn column_names(&self) -> Vec<&str> {
        match self {
            Learner::Glm(glm) => {
                let columns = &glm.regression.specification().columns;
                columns.iter().map(|column| column.name.as_str()).collect()
            }
            Learner::Gbdt(trees) => {
                let columns = &trees.agreement.shared().columns;
                columns.iter().map(|column| column.name.as_str()).collect()
            }
        }
    }

    /// Says whether rows with a missing feature are left out.
    pub fn drops_missing(&self) -> bool {
        match self {
            Learner::Glm(glm) => glm.missing == Missing::Drop,
            Learner::Gbdt(_) => false,
        }
    }
}

/// Which rows are kept for testing.
#[derive(Debug, Clone, PartialEq)]
pub enum TestRows {
    /// None: measures are of the rows that were fitted.
    None,
    /// A share of each contributor's rows, drawn at the contributor.
    Share {
        /// Above 0, at most 0.9.
        share: f64,
        /// Another number draws other rows.
        seed: u32,
    },
    /// Those that a split registered with each data set says.
    Split(Name),
}

/// Who sees the measures of a single institution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnMetrics {
    /// The institution itself.
    #[default]
    Home,
    /// Others too, rounded, if it has ten rows of each label.
    Rounded,
}

impl OwnMetrics {
    /// Gives the rule as a plan writes it.
    pub fn name(self) -> &'static str {
        match self {
            OwnMetrics::Home => "home",
            OwnMetrics::Rounded => "rounded",
        }
    }
}

pub(super) fn train(
    raw: &RawPlan,
    schemas: &BTreeMap<&str, Schema>,
    (limits, protection, contributors): (&Limits, Protection, usize),
    at: &Places,
) -> Result<Task, PlanError> {
    if raw.features.is_none() && !inputs::is_prepared(raw) {
        return Err(at.missing("features"));
    }
    let labelled = raw.label.as_ref().ok_or_else(|| at.missing("label"))?;
    let schema = declared((raw.schema.as_ref(), &raw.column), schemas, at)?;
    let (label, labels) = columns::label((labelled, "label"), &schema, at)?;
    let Inputs {
        preparation,
        features,
        terms,
        mut used,
    } = inputs::check(raw, labelled, &schema, at)?;
    let learner = match raw.kind {
        RawKind::TrainGlm => {
            // Noise takes the place of counts.
            let counts = preparation.as_ref().filter(|_| raw.model.noise.is_none());
            let partitions = counts.map_or(Ok(Vec::new()), |preparation| {
                partitions::of(preparation, (&features, &terms), &schema, (raw, at))
            })?;
            let taken = (terms, labels, partitions);
            Learner::Glm(glm::check(
                raw,
                taken,
                (limits, &protection, contributors),
                at,
            )?)
        }
        RawKind::TrainGbdt => {
            let bounds = (limits, protection.bits, contributors);
            Learner::Gbdt(gbdt::check(raw, (terms, labels), bounds, at)?)
        }
        _ => return Err(at.missing("kind")),
    };
    used.push(label.column.clone());
    Ok(Task::Train(Box::new(Train {
        columns: columns(used.iter(), &schema),
        test: raw
            .test
            .as_ref()
            .map_or(Ok(TestRows::None), |test| test_rows(test, at))?,
        own_metrics: own_metrics(raw, &learner, at)?,
        preparation,
        features,
        label,
        learner,
        protection,
    })))
}

fn own_metrics(raw: &RawPlan, learner: &Learner, at: &Places) -> Result<OwnMetrics, PlanError> {
    let given = raw.evaluation.own_metrics.as_ref();
    let rule = given.map_or(OwnMetrics::Home, |rule| *rule.get_ref());
    if rule == OwnMetrics::Rounded && !learner.subject().is_of_classes() {
        return Err(at.fault(given, "evaluation.own_metrics", PlanFault::OnlyLogistic));
    }
    Ok(rule)
}

/// Gives the columns of these names.
fn columns<'a>(used: impl Iterator<Item = &'a String>, schema: &Schema) -> Vec<Column> {
    let declared = used.filter_map(|name| schema.column(name));
    declared.cloned().collect()
}

/// Gives the schema of a file that is named, or of the columns that the plan itself declares.
fn declared<'a>(
    (named, columns): (Option<&Spanned<String>>, &[RawColumn]),
    schemas: &'a BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<Cow<'a, Schema>, PlanError> {
    let file = named.map(|name| schemas.get(name.get_ref().as_str()));
    match file {
        Some(Some(schema)) if columns.is_empty() => return Ok(Cow::Borrowed(schema)),
        None if !columns.is_empty() => {}
        _ => return Err(PlanError::SchemaMissing),
    }
    let schema = RawSchema::new(RawFile::default(), columns.to_vec());
    let schema = Schema::try_from(schema).map_err(|error| match error {
        // The schema does not know the plan's text, so it can't tell the place.
        SchemaError::Column { column, fault, .. } => {
            let mut named = columns.iter().rev();
            let named = named.find(|declared| *declared.name.get_ref() == column);
            let offset = named.map_or(0, |declared| declared.name.span().start);
            SchemaError::Column {
                place: place(&at.text, offset),
                column,
                fault,
            }
            .into()
        }
        other => PlanError::from(other),
    });
    schema.map(Cow::Owned)
}

pub(super) fn test_rows(raw: &Spanned<RawTest>, at: &Places) -> Result<TestRows, PlanError> {
    let refuse = |fault| at.fault(Some(raw), "test", fault);
    match raw.get_ref() {
        RawTest {
            share: Some(share),
            seed,
            split: None,
        } if *share > 0.0 && *share <= 0.9 => Ok(TestRows::Share {
            share: *share,
            seed: seed.unwrap_or(0),
        }),
        RawTest {
            share: None,
            seed: None,
            split: Some(name),
        } => Name::try_from(name.clone())
            .map(TestRows::Split)
            .map_err(refuse),
        _ => Err(refuse(PlanFault::Test)),
    }
}
