mod keys;
mod levels;
mod numbers;
mod product;

use std::collections::HashSet;

use consilium_schema::{Column, Kind, Level, MOST_NAME, Schema, TextPlace, is_plain};
use toml::Spanned;

use crate::{
    Feature, FeatureFault, Operation, Preparation, PreparationError, RawPreparation, RawPrepared,
    Term, TermValues,
};

/// What is wrong, and the key that is to blame; none: the feature as a whole.
struct Blamed {
    offset: Option<usize>,
    fault: FeatureFault,
}

impl From<FeatureFault> for Blamed {
    fn from(fault: FeatureFault) -> Self {
        Self {
            offset: None,
            fault,
        }
    }
}

/// Blames a key.
fn at<T>(key: &Spanned<T>, fault: FeatureFault) -> Blamed {
    Blamed {
        offset: Some(key.span().start),
        fault,
    }
}

/// Blames a key, or the feature where the key is left out.
fn at_or_whole<T>(key: Option<&Spanned<T>>, fault: FeatureFault) -> Blamed {
    Blamed {
        offset: key.map(|key| key.span().start),
        fault,
    }
}

type Checked<T> = Result<T, Blamed>;

/// Checks a preparation against the columns that it names.
pub(crate) fn preparation(
    raw: &RawPreparation,
    schema: &Schema,
) -> Result<Preparation, PreparationError> {
    if raw.prepared.is_empty() {
        return Err(PreparationError::Nothing);
    }
    let blame = |written: &Spanned<RawPrepared>, blamed: Blamed| PreparationError::Feature {
        place: TextPlace::of(&raw.text, blamed.offset.unwrap_or_else(|| begin(written))),
        name: name(written.get_ref()),
        fault: blamed.fault,
    };
    let mut features = Vec::with_capacity(raw.prepared.len());
    let mut terms: Vec<Term> = Vec::new();
    let mut seen = Seen::default();
    for (place, written) in raw.prepared.iter().enumerate() {
        let checked = feature(written.get_ref(), schema).and_then(|(operation, own)| {
            let name = name(written.get_ref());
            seen.take(&name, &own, &operation, schema)?;
            Ok((Feature { name, operation }, own))
        });
        let (feature, own) = checked.map_err(|blamed| blame(written, blamed))?;
        features.push(feature);
        terms.extend(own.into_iter().map(|(name, values)| Term {
            name,
            feature: place,
            values,
        }));
        if terms.len() > Preparation::MOST_TERMS {
            return Err(PreparationError::TooMany);
        }
    }
    product::resolve(&mut features, &mut terms).map_err(|(place, fault)| {
        blame(
            &raw.prepared[place],
            product::at(&raw.prepared[place], fault),
        )
    })?;
    Ok(Preparation { features, terms })
}

/// The name of a feature, or what it would be.
fn name(raw: &RawPrepared) -> String {
    let product = || {
        let factors = raw.product.as_ref()?.get_ref().iter();
        Some(
            factors
                .map(|factor| factor.get_ref().as_str())
                .collect::<Vec<_>>()
                .join("×"),
        )
    };
    let given = [&raw.name, &raw.column].into_iter().flatten().next();
    let given = given.map(|name| name.get_ref().clone());
    given.or_else(product).unwrap_or_default()
}

/// Where a feature begins: at the first of what names it.
fn begin(written: &Spanned<RawPrepared>) -> usize {
    let raw = written.get_ref();
    let named = [&raw.name, &raw.column].into_iter().flatten();
    let named = named.map(|key| key.span().start);
    let product = raw.product.iter().map(|key| key.span().start);
    named.chain(product).next().unwrap_or(written.span().start)
}

/// Names and values of what comes out of a feature.
type Own = Vec<(String, TermValues)>;

fn feature(raw: &RawPrepared, schema: &Schema) -> Checked<(Operation, Own)> {
    let name = name(raw);
    if raw.product.is_none() && raw.column.is_none() {
        return Err(FeatureFault::NoSource.into());
    }
    if !is_plain(&name, MOST_NAME) {
        return Err(at_or_whole(raw.name.as_ref(), FeatureFault::Name));
    }
    let Some(written) = raw.column.as_ref().filter(|_| raw.product.is_none()) else {
        keys::check(raw, keys::What::Product)?;
        // What it multiplies may stand further down.
        return Ok((product::unresolved(raw)?, vec![(name, TermValues::Binary)]));
    };
    let Some(column) = schema.column(written.get_ref()) else {
        let column = written.get_ref().clone();
        return Err(at(written, FeatureFault::NoSuchColumn { column }));
    };
    let is_weighed = raw.weights.is_some();
    let (operation, values) = match column.kind() {
        Kind::Number(_) | Kind::Integer(_) | Kind::Boolean if is_weighed || raw.cuts.is_some() => {
            keys::check(raw, keys::What::CutWeights)?;
            let (cuts, values) = numbers::cut_weights(raw, column)?;
            (Operation::CutWeights(cuts), values)
        }
        Kind::Number(_) | Kind::Integer(_) | Kind::Boolean => {
            keys::check(raw, keys::What::Scale)?;
            let (scale, values) = numbers::scale(raw, column)?;
            (Operation::Scale(scale), values)
        }
        Kind::Category(_) | Kind::Code { .. } if is_weighed => {
            keys::check(raw, keys::What::LevelWeights)?;
            let (weights, values) = levels::weights(raw, column)?;
            (Operation::LevelWeights(weights), values)
        }
        Kind::Category(_) | Kind::Code { .. } => {
            keys::check(raw, keys::What::OneHot)?;
            (
                Operation::OneHot(levels::one_hot(raw, column)?),
                TermValues::Binary,
            )
        }
        kind @ (Kind::Text | Kind::Date(_)) => {
            let fault = FeatureFault::Unsuitable {
                column: column.name().to_owned(),
                kind: kind.name(),
            };
            return Err(at(written, fault));
        }
    };
    let own = own(&name, &operation, values);
    if own.is_empty() {
        return Err(at_or_whole(raw.reference.as_ref(), FeatureFault::Constant));
    }
    Ok((operation, own))
}

/// Names what comes out.
fn own(name: &str, operation: &Operation, values: TermValues) -> Own {
    let mut own = match operation {
        Operation::OneHot(one_hot) => {
            let levels = one_hot.shown().map(Level::name);
            let other = one_hot.has_other().then(|| "other".to_owned());
            let dummies = levels.chain(other).map(|level| format!("{name}={level}"));
            dummies.map(|name| (name, TermValues::Binary)).collect()
        }
        _ => vec![(name.to_owned(), values)],
    };
    if operation.mark_missing() {
        own.push((format!("{name}?missing"), TermValues::Binary));
    }
    own
}

/// The names so far.
#[derive(Default)]
struct Seen {
    features: HashSet<String>,
    terms: HashSet<String>,
}

impl Seen {
    fn take(
        &mut self,
        name: &str,
        own: &Own,
        operation: &Operation,
        schema: &Schema,
    ) -> Checked<()> {
        if !self.features.insert(name.to_owned()) {
            let term = name.to_owned();
            return Err(FeatureFault::Twice { term }.into());
        }
        let names = own.iter().map(|(term, _)| term.as_str());
        for term in names.clone() {
            if !self.terms.insert(term.to_owned()) {
                let term = term.to_owned();
                return Err(FeatureFault::Twice { term }.into());
            }
        }
        let is_other = |term: &&str| {
            let column = schema.column(term).map(Column::name);
            column.is_some() && column != operation.column()
        };
        match names.chain([name]).find(is_other) {
            Some(term) => {
                let term = term.to_owned();
                Err(FeatureFault::OtherColumn { term }.into())
            }
            None => Ok(()),
        }
    }
}
