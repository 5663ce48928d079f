//! What a model takes of the columns that a plan declares.

use consilium_evaluation::Range;
use consilium_preparation::{Feature, Preparation, PreparationError, RawPreparation, TermValues};
use consilium_schema::{DesignError, RawLabel, Schema};
use toml::Spanned;

use super::{
    Places,
    columns::{Features, Term, Values},
};
use crate::{PlanError, PlanFault, RawPlan};

/// What a model takes.
pub(super) struct Inputs {
    pub(super) preparation: Option<Preparation>,
    /// The names of the features.
    pub(super) features: Vec<String>,
    /// The model's columns, in the features' order.
    pub(super) terms: Vec<Term>,
    /// The names of the table's columns.
    pub(super) used: Vec<String>,
}

/// Says whether a plan prepares columns.
pub(super) fn is_prepared(raw: &RawPlan) -> bool {
    raw.prepare.is_some() || !raw.prepared.is_empty()
}

/// Checks what a plan says of its features.
pub(super) fn check(
    raw: &RawPlan,
    label: &Spanned<RawLabel>,
    schema: &Schema,
    at: &Places,
) -> Result<Inputs, PlanError> {
    let written = raw.features.as_ref().map(|written| Features {
        key: "features",
        written,
    });
    if is_prepared(raw) {
        return prepared(&declared(raw, schema, at)?, written, label, at);
    }
    let written = written.ok_or_else(|| at.missing("features"))?;
    let features: Vec<String> = written.names().map(str::to_owned).collect();
    Ok(Inputs {
        preparation: None,
        terms: written.terms(Some(label.get_ref()), schema, at)?,
        used: features.clone(),
        features,
    })
}

/// Gives what becomes of all columns: of the file that is named, or of the plan's own tables.
fn declared(raw: &RawPlan, schema: &Schema, at: &Places) -> Result<Preparation, PlanError> {
    let checked = match (&raw.prepare, &raw.preparation) {
        (Some(name), Some(given)) if raw.prepared.is_empty() => {
            let file = Some(name.get_ref().clone());
            Preparation::check(given, schema).map_err(|error| (file, error))
        }
        (None, _) => {
            let own = RawPreparation::within(&at.text, raw.prepared.clone());
            Preparation::check(&own, schema).map_err(|error| (None, error))
        }
        _ => return Err(PlanError::PreparationMissing),
    };
    checked.map_err(|(file, error)| PlanError::Preparation { file, error })
}

/// Keeps what the plan's features need.
fn prepared(
    whole: &Preparation,
    written: Option<Features<'_>>,
    label: &Spanned<RawLabel>,
    at: &Places,
) -> Result<Inputs, PlanError> {
    let names: Vec<&str> = match &written {
        Some(features) => features.names().collect(),
        None => whole.features().iter().map(Feature::name).collect(),
    };
    for (place, name) in names.iter().enumerate() {
        let name = (*name).to_owned();
        let fault = if names[..place].contains(&name.as_str()) {
            DesignError::Twice { column: name }.into()
        } else if whole.feature(&name).is_none() {
            PlanFault::NotPrepared { feature: name }
        } else {
            continue;
        };
        let written = written.and_then(|it| it.written.get_ref().get(place));
        return Err(at.fault(written, "features", fault));
    }
    let preparation = match whole.select(&names) {
        Ok(part) => part,
        Err(PreparationError::Nothing) => {
            let written = written.map(|features| features.written);
            return Err(at.fault(written, "features", PlanFault::NoFeature));
        }
        Err(error) => return Err(PlanError::Preparation { file: None, error }),
    };
    let used: Vec<String> = preparation
        .columns()
        .into_iter()
        .map(str::to_owned)
        .collect();
    if used.contains(&label.get_ref().column) {
        let column = label.get_ref().column.clone();
        let fault = PlanFault::LabelAmongFeatures { column };
        return Err(at.fault(Some(label), "label", fault));
    }
    let mut terms = Vec::new();
    for name in &names {
        let place = preparation
            .features()
            .iter()
            .position(|it| it.name() == *name);
        for term in place
            .into_iter()
            .flat_map(|place| preparation.terms_of(place))
        {
            terms.push(Term {
                name: term.name.clone(),
                values: values(term.values).ok_or_else(|| {
                    let column = term.name.clone();
                    at.fault(Some(label), "prepared", PlanFault::NoRange { column })
                })?,
            });
        }
    }
    Ok(Inputs {
        features: names.into_iter().map(str::to_owned).collect(),
        preparation: Some(preparation),
        terms,
        used,
    })
}

fn values(values: TermValues) -> Option<Values> {
    Some(match values {
        TermValues::Number { low, high } => Values::Number(Range::new(low, high)?),
        TermValues::Whole { low, high } => Values::Integer(Range::new(low, high)?),
        TermValues::Binary => Values::Binary,
        TermValues::Two { low, high } => Values::Two(Range::new(low, high)?),
    })
}
