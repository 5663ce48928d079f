//! Institutions find out how much others lack what they have.

use std::collections::BTreeMap;

use consilium_entities::Key;
use consilium_scarcity::{
    Agreement, BadSpecification, Bins, Column as Binned, FEWEST_CONTRIBUTORS, Noise, Sketch,
    Specification,
};
use consilium_schema::{Column, DesignError, Kind, Level, Levels, Rows, Schema};
use toml::Spanned;

use super::{align, declared, statistics};
use crate::{
    Limits, Obstacle, Party, PlanError, Protection, RawPlan, Task, TrustFault,
    differing::differences,
    plan::{Places, terms},
    raw::RawScarcity,
};

/// Own rows are held against tables of all others', own entities against counts of all others'.
#[derive(Debug, Clone, PartialEq)]
pub struct Scarcity {
    /// The columns that rows are held against each other by, in the plan's order.
    pub columns: Vec<Column>,
    /// What the key of an entity is made of, where entities are counted.
    pub key: Option<Key>,
    /// What is asked.
    pub specification: Specification,
    /// How inputs are protected.
    pub protection: Protection,
}

/// δ where a plan says nothing: below one in all the rows that there may be in a house.
const USUAL_DELTA: f64 = 1e-6;
/// Runs where a plan says nothing.
const USUAL_RUNS: u32 = 20;
/// Rows that are added to each cell: Krichevsky and Trofimov's half.
const USUAL_PSEUDO: f64 = 0.5;
/// Buckets of a vector: a megabyte at fifteen contributors.
const USUAL_BUCKETS: u32 = 16_384;
/// With which probability a bucket is falsely occupied.
const USUAL_FALSELY: f64 = 0.02;

impl Scarcity {
    /// Gives the specification, checked.
    ///
    /// # Panics
    ///
    /// If the specification was changed, and makes no sense any more: a plan's does.
    pub fn agreement(&self) -> Agreement {
        Agreement::new(self.specification.clone()).expect("the plan was checked with it")
    }

    /// Names the columns of keys, in order; none if entities are not counted.
    pub fn key_columns(&self) -> impl Iterator<Item = &str> {
        let parts = self.key.iter().flat_map(Key::parts);
        parts.map(|part| part.column.as_str())
    }

    /// Compares a data set's schema with the columns of the plan; those of keys hold text.
    pub fn obstacles(&self, schema: &Schema) -> Vec<Obstacle> {
        let mut obstacles = differences(&self.columns, schema);
        let keys = self.key_columns();
        obstacles.extend(keys.filter_map(|name| align::column_of_a_key(name, schema)));
        obstacles
    }
}

pub(crate) fn check(
    raw: &RawPlan,
    schemas: &BTreeMap<&str, Schema>,
    parties: &[Party],
    at: &Places,
) -> Result<(Task, Limits), PlanError> {
    let all_do = parties.iter().all(|it| it.contributes() && it.receives());
    if !all_do || parties.len() < FEWEST_CONTRIBUTORS {
        return Err(at.fault(Some(&raw.party), "party", TrustFault::NotScarcity));
    }
    let Some(given) = &raw.scarcity else {
        return Err(at.missing("scarcity"));
    };
    let contributors = parties.len();
    // Noise stands in for cells that are held back, and nothing is told of fewer rows than it drowns.
    let limits = terms::limits(&raw.limits, contributors, at)?;
    let limits = Limits {
        // Whoever deviates may bring other people in each.
        runs: raw.limits.runs.as_ref().map_or(USUAL_RUNS, |_| limits.runs),
        minimum_cell: Rows(0),
        minimum_cohort: limits.minimum_rows,
        ..limits
    };
    let protection = statistics::protection(raw, contributors, &limits, at)?;
    let schema = declared((raw.schema.as_ref(), &raw.column), schemas, at)?;
    let columns = columns(raw, &schema, at)?;
    let binned = columns.iter().map(|column| binned(column, given, raw, at));
    let specification = Specification {
        columns: binned.collect::<Result<_, _>>()?,
        pseudo: *given
            .pseudo_count
            .as_ref()
            .map_or(&USUAL_PSEUDO, Spanned::get_ref),
        noise: Noise {
            epsilon: *given.epsilon.get_ref(),
            delta: *given.delta.as_ref().map_or(&USUAL_DELTA, Spanned::get_ref),
            honest: protection.honest(),
        },
        sketch: sketch(raw, given, at)?,
        most_rows: limits.most_rows.0,
        most_contributors: contributors,
    };
    Agreement::new(specification.clone()).map_err(|fault| blame(&fault, raw, given, at))?;
    let mut cuts = given.cuts.iter();
    if let Some((name, cuts)) = cuts.find(|(name, _)| !columns.iter().any(|it| it.name() == *name))
    {
        let fault = DesignError::NoSuchColumn {
            column: name.clone(),
        };
        return Err(at.fault(Some(cuts), "scarcity.cuts", fault));
    }
    let task = Scarcity {
        columns,
        key: raw.key.as_ref().map(|key| key.get_ref().clone()),
        specification,
        protection,
    };
    Ok((Task::Scarcity(Box::new(task)), limits))
}

/// Gives the columns that the plan names.
fn columns(raw: &RawPlan, schema: &Schema, at: &Places) -> Result<Vec<Column>, PlanError> {
    let Some(written) = &raw.features else {
        return Err(at.missing("features"));
    };
    let mut columns: Vec<Column> = Vec::new();
    for name in written.get_ref() {
        let column = name.get_ref().clone();
        let fault = match schema.column(&column) {
            None => DesignError::NoSuchColumn { column },
            Some(found) if columns.contains(found) => DesignError::Twice { column },
            Some(found) => {
                columns.push(found.clone());
                continue;
            }
        };
        return Err(at.fault(Some(name), "features", fault));
    }
    Ok(columns)
}

/// Gives the bins of a column: its levels, or what is cut by the plan.
fn binned(
    column: &Column,
    given: &RawScarcity,
    raw: &RawPlan,
    at: &Places,
) -> Result<Binned, PlanError> {
    let name = column.name().to_owned();
    let cuts = given.cuts.get(&name);
    let bins = match (column.kind(), cuts) {
        (Kind::Number(_) | Kind::Integer(_), Some(cuts)) => Bins::Cuts(cuts.get_ref().clone()),
        (Kind::Boolean, None) => Bins::Boolean,
        (Kind::Category(Levels::Closed { levels, .. }), None) => {
            Bins::Levels(levels.iter().map(Level::name).collect())
        }
        (_, Some(cuts)) => {
            let fault = TrustFault::NoCuts { column: name };
            return Err(at.fault(Some(cuts), "scarcity.cuts", fault));
        }
        (kind, None) => {
            let kind = kind.name();
            let named = raw.features.iter().flat_map(Spanned::get_ref);
            let named = named.into_iter().find(|it| *it.get_ref() == name);
            let fault = TrustFault::NoBins { column: name, kind };
            return Err(at.fault(named, "features", fault));
        }
    };
    Ok(Binned { name, bins })
}

/// Entities are counted where the plan has a key, and it needs to say about how many there are.
fn sketch(raw: &RawPlan, given: &RawScarcity, at: &Places) -> Result<Option<Sketch>, PlanError> {
    let sketch = match (&raw.key, &given.entities) {
        (Some(_), Some(entities)) => Sketch {
            buckets: *given
                .buckets
                .as_ref()
                .map_or(&USUAL_BUCKETS, Spanned::get_ref),
            entities: *entities.get_ref(),
            falsely: *given
                .falsely
                .as_ref()
                .map_or(&USUAL_FALSELY, Spanned::get_ref),
        },
        (Some(_), None) => return Err(at.missing("scarcity.entities")),
        (None, Some(alone)) => {
            return Err(at.fault(Some(alone), "scarcity.entities", TrustFault::NoKey));
        }
        (None, None) if given.buckets.is_some() => {
            return Err(at.fault(
                given.buckets.as_ref(),
                "scarcity.buckets",
                TrustFault::NoKey,
            ));
        }
        (None, None) if given.falsely.is_some() => {
            return Err(at.fault(
                given.falsely.as_ref(),
                "scarcity.falsely",
                TrustFault::NoKey,
            ));
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(sketch))
}

/// Points at the key that makes a specification impossible.
fn blame(bad: &BadSpecification, raw: &RawPlan, given: &RawScarcity, at: &Places) -> PlanError {
    let fault = TrustFault::Scarcity(bad.clone());
    match bad {
        BadSpecification::Bins { name } => match given.cuts.get(name) {
            Some(cuts) => at.fault(Some(cuts), "scarcity.cuts", fault),
            None => at.fault(raw.features.as_ref(), "features", fault),
        },
        BadSpecification::Pseudo => {
            let given = given.pseudo_count.as_ref();
            at.fault(given, "scarcity.pseudo_count", fault)
        }
        BadSpecification::Noise => at.fault(Some(&given.epsilon), "scarcity.epsilon", fault),
        BadSpecification::Sketch => at.fault(given.buckets.as_ref(), "scarcity.buckets", fault),
        BadSpecification::Size => {
            at.fault(raw.limits.most_rows.as_ref(), "limits.most_rows", fault)
        }
        _ => at.fault(raw.features.as_ref(), "features", fault),
    }
}
