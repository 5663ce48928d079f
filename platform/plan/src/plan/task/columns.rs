//! How declared columns become columns of a model.

use consilium_evaluation::Range;
use consilium_glm::BadSpecification;
use consilium_schema::{
    Bounds, Column, DesignError, Kind, Label, LabelRule, Level, Levels, RawLabel, Schema,
};
use toml::Spanned;

use super::Places;
use crate::{PlanError, PlanFault, RawPlan};

/// A column of a model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    /// Its name: the feature's, for a category with a level's.
    pub(super) name: String,
    pub(super) values: Values,
}

/// What the values of a term are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Values {
    Number(Range),
    Integer(Range),
    /// 0 or 1: a boolean, or one level of a category.
    Binary,
    /// The ends of the range, and nothing between them.
    Two(Range),
}

/// Features as they are written, with their key.
#[derive(Clone, Copy)]
pub(super) struct Features<'a> {
    pub(super) key: &'static str,
    pub(super) written: &'a Spanned<Vec<Spanned<String>>>,
}

impl Features<'_> {
    /// Gives their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.written
            .get_ref()
            .iter()
            .map(|name| name.get_ref().as_str())
    }

    /// Gives the model's columns, named as the schema names them.
    pub(super) fn terms(
        &self,
        label: Option<&RawLabel>,
        schema: &Schema,
        at: &Places,
    ) -> Result<Vec<Term>, PlanError> {
        self.inputs(label, schema, at)?;
        let mut design = Vec::new();
        for column in self.names().filter_map(|name| schema.column(name)) {
            let terms = of_feature(column);
            design.extend(terms.map_err(|fault| self.blame(fault, column.name(), at))?);
        }
        Ok(design)
    }

    /// Names the model's columns, whatever the ranges of their values.
    pub(super) fn inputs(
        &self,
        label: Option<&RawLabel>,
        schema: &Schema,
        at: &Places,
    ) -> Result<Vec<String>, PlanError> {
        let features: Vec<&str> = self.names().collect();
        let inputs = schema.design_names(&features).map_err(|error| {
            let column = blamed(&error).to_owned();
            self.blame(error.into(), &column, at)
        })?;
        match label.map(|label| &label.column) {
            Some(column) if features.contains(&column.as_str()) => {
                let fault = PlanFault::LabelAmongFeatures {
                    column: column.clone(),
                };
                Err(self.blame(fault, column, at))
            }
            _ => Ok(inputs),
        }
    }

    /// Points at a feature.
    fn blame(&self, fault: PlanFault, column: &str, at: &Places) -> PlanError {
        // The last one: of two equal names the second is too many.
        let mut written = self.written.get_ref().iter().rev();
        match written.find(|name| name.get_ref() == column) {
            Some(name) => at.fault(Some(name), self.key, fault),
            None => at.fault(Some(self.written), self.key, fault),
        }
    }
}

/// Gives what is predicted and the range of its values.
pub(super) fn label(
    (written, key): (&Spanned<RawLabel>, &str),
    schema: &Schema,
    at: &Places,
) -> Result<(Label, Range), PlanError> {
    let fault = |fault| at.fault(Some(written), key, fault);
    let label = Label::try_from(written.get_ref().clone());
    let label = label.map_err(|error| fault(error.into()))?;
    let range = label_range(schema, &label).map_err(fault)?;
    Ok((label, range))
}

/// Gives the columns of a feature; a category has one for each level but its reference.
fn of_feature(column: &Column) -> Result<Vec<Term>, PlanFault> {
    let name = column.name();
    let one = |values| {
        vec![Term {
            name: name.to_owned(),
            values,
        }]
    };
    Ok(match column.kind() {
        Kind::Number(bounds) => one(Values::Number(range(name, bounds)?)),
        Kind::Integer(bounds) => one(Values::Integer(range(name, bounds)?)),
        Kind::Boolean => one(Values::Binary),
        Kind::Category(Levels::Closed {
            levels, reference, ..
        }) => levels
            .iter()
            .enumerate()
            .filter(|(at, _)| at != reference)
            .map(|(_, level)| Term {
                name: format!("{name}={}", level.name()),
                values: Values::Binary,
            })
            .collect(),
        kind @ (Kind::Category(Levels::Open) | Kind::Text | Kind::Code { .. } | Kind::Date(_)) => {
            let column = name.to_owned();
            return Err(DesignError::NotAFeature {
                column,
                kind: kind.name(),
            }
            .into());
        }
    })
}

/// Gives the range of the labels.
fn label_range(schema: &Schema, label: &Label) -> Result<Range, PlanFault> {
    let name = label.column.as_str();
    let no_such = || DesignError::NoSuchColumn {
        column: name.to_owned(),
    };
    let column = schema.column(name).ok_or_else(no_such)?;
    let unsuitable = |rule| PlanFault::LabelRule {
        column: name.to_owned(),
        kind: column.kind().name(),
        rule,
    };
    match (&label.rule, column.kind()) {
        (LabelRule::Value, Kind::Number(bounds) | Kind::Integer(bounds)) => range(name, bounds),
        (LabelRule::Value, Kind::Boolean)
        | (LabelRule::Above(_), Kind::Number(_) | Kind::Integer(_)) => Ok(Range::ZERO_TO_ONE),
        (LabelRule::Equals(level), Kind::Category(Levels::Closed { levels, .. })) => {
            let levels: Vec<String> = levels.iter().map(Level::name).collect();
            if levels.contains(level) {
                return Ok(Range::ZERO_TO_ONE);
            }
            Err(PlanFault::NoLevel {
                column: name.to_owned(),
                level: level.clone(),
                levels,
            })
        }
        (LabelRule::Value, _) => Err(unsuitable(None)),
        (LabelRule::Above(_), _) => Err(unsuitable(Some("positive_above"))),
        (LabelRule::Equals(_), _) => Err(unsuitable(Some("equals"))),
    }
}

fn range(column: &str, bounds: &Bounds) -> Result<Range, PlanFault> {
    let ends = bounds.min.zip(bounds.max);
    ends.and_then(|(min, max)| Range::new(min, max))
        .ok_or_else(|| PlanFault::NoRange {
            column: column.to_owned(),
        })
}

/// Gives the column that a feature's error speaks of.
fn blamed(error: &DesignError) -> &str {
    match error {
        DesignError::NoSuchColumn { column }
        | DesignError::NotAFeature { column, .. }
        | DesignError::OpenLevels { column }
        | DesignError::Twice { column } => column,
        _ => "",
    }
}

/// Points at the key that makes a regression impossible.
pub(super) fn blame(error: BadSpecification, raw: &RawPlan, at: &Places) -> PlanError {
    match error {
        BadSpecification::Labels { .. } => match &raw.model.family {
            Some(family) => at.fault(Some(family), "model.family", error),
            None => at.fault(raw.label.as_ref(), "label", error),
        },
        BadSpecification::Penalty => at.fault(raw.model.penalty.as_ref(), "model.penalty", error),
        BadSpecification::Steps { .. } => at.fault(raw.model.steps.as_ref(), "model.steps", error),
        BadSpecification::NoiseFamily { .. }
        | BadSpecification::NoiseSteps
        | BadSpecification::NoiseTerms => at.fault(raw.model.noise.as_ref(), "model.noise", error),
        BadSpecification::TooFewBits { .. } => {
            at.fault(raw.protection.bits.as_ref(), "protection.bits", error)
        }
        BadSpecification::Rows => {
            at.fault(raw.limits.most_rows.as_ref(), "limits.most_rows", error)
        }
        _ => at.fault(raw.features.as_ref(), "features", error),
    }
}
