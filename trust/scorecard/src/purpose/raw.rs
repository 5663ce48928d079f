//! A purpose as it is typed, and its checks.

use std::collections::BTreeMap;

use consilium_schema::{MOST_NAME, TextPlace, is_plain};
use serde::Deserialize;
use toml::Spanned;

use super::Purpose;
use crate::{Dimension, PurposeError, PurposeFault, Text};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPurpose {
    id: Spanned<String>,
    name: Spanned<Text>,
    #[serde(default)]
    needs: Vec<Spanned<Dimension>>,
    weights: Spanned<BTreeMap<Dimension, Spanned<f64>>>,
    #[serde(default)]
    subscores: BTreeMap<Dimension, BTreeMap<Spanned<String>, Spanned<f64>>>,
}

pub(super) fn read(text: &str) -> Result<Purpose, PurposeError> {
    if text.len() > Purpose::LONGEST {
        return Err(PurposeError::TooLong);
    }
    let raw: RawPurpose = toml::from_str(text).map_err(|error| PurposeError::Toml {
        place: TextPlace::of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().replace('\n', ", "),
    })?;
    let wrong = |begins, fault| PurposeError::Wrong {
        place: TextPlace::of(text, begins),
        fault,
    };
    if !is_id(raw.id.get_ref()) {
        return Err(wrong(raw.id.span().start, PurposeFault::Id));
    }
    let name = raw.name.get_ref();
    if !is_plain(&name.en, MOST_NAME) || !is_plain(&name.zh, MOST_NAME) {
        return Err(wrong(raw.name.span().start, PurposeFault::Name));
    }
    let weighed = |weight: &Spanned<f64>| {
        let number = *weight.get_ref();
        let is_weight = number.is_finite() && number >= 0.0;
        is_weight
            .then_some(number)
            .ok_or_else(|| wrong(weight.span().start, PurposeFault::Weight))
    };
    let mut weights = BTreeMap::new();
    for (dimension, weight) in raw.weights.get_ref() {
        let weight = weighed(weight)?;
        if weight > 0.0 {
            weights.insert(*dimension, weight);
        }
    }
    let sum: f64 = weights.values().sum();
    if weights.is_empty() || !sum.is_finite() {
        return Err(wrong(raw.weights.span().start, PurposeFault::NoWeights));
    }
    for weight in weights.values_mut() {
        *weight /= sum;
    }
    let mut needs = Vec::new();
    for need in &raw.needs {
        let dimension = *need.get_ref();
        if !weights.contains_key(&dimension) {
            return Err(wrong(
                need.span().start,
                PurposeFault::Weightless { dimension },
            ));
        }
        needs.push(dimension);
    }
    needs.sort_unstable();
    needs.dedup();
    let mut subscores = BTreeMap::new();
    for (dimension, declared) in &raw.subscores {
        let mut of = BTreeMap::new();
        for (id, weight) in declared {
            let id_begins = id.span().start;
            if !dimension.has(id.get_ref()) {
                let (dimension, id) = (*dimension, id.get_ref().clone());
                let fault = PurposeFault::Unknown { dimension, id };
                return Err(wrong(id_begins, fault));
            }
            of.insert(id.get_ref().clone(), weighed(weight)?);
        }
        subscores.insert(*dimension, of);
    }
    Ok(Purpose {
        id: raw.id.into_inner(),
        name: raw.name.into_inner(),
        needs,
        weights,
        subscores,
    })
}

/// Whether a text is an id: 1 to 64 letters of `a–z`, `0–9`, `-` and `_`.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c);
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}
