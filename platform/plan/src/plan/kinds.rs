//! Which keys a plan may have depends on its kind.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use toml::Spanned;

use super::Places;
use crate::{
    PlanError, PlanFault, RawPlan,
    error::place,
    raw::{RawKind, RawLimits},
};

/// Keys and tables that plans have which train a model.
const OF_TRAINING: &[&str] = &[
    "schema",
    "column",
    "features",
    "label",
    "test",
    "evaluation",
    "protection",
];
/// Tables that only regressions have.
const OF_REGRESSIONS: &[&str] = &["model", "comparison"];
/// Tables that only trees have.
const OF_TREES: &[&str] = &["trees"];
/// Tables that only alignments have.
const OF_ALIGNMENTS: &[&str] = &["key", "align"];

/// Refuses what belongs to a plan of another kind, where it stands.
pub(super) fn check(raw: &RawPlan, at: &Places) -> Result<(), PlanError> {
    let (kind, others) = match raw.kind {
        RawKind::TrainGlm => ("train-glm", [OF_TREES, OF_ALIGNMENTS].concat()),
        RawKind::TrainGbdt => ("train-gbdt", [OF_REGRESSIONS, OF_ALIGNMENTS].concat()),
        RawKind::Align => ("align", [OF_TRAINING, OF_REGRESSIONS, OF_TREES].concat()),
    };
    let written: BTreeMap<String, Spanned<IgnoredAny>> =
        toml::from_str(&raw.text).map_err(|error| PlanError::Toml {
            place: place(&raw.text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })?;
    let fault = || PlanFault::OtherKind { kind };
    let misplaced = others
        .iter()
        .filter_map(|key| Some((*key, written.get(*key)?)))
        .min_by_key(|(_, value)| value.span().start);
    if let Some((key, value)) = misplaced {
        return Err(at.fault(Some(value), key, fault()));
    }
    if raw.kind == RawKind::Align {
        limits(&raw.limits, at, fault)?;
    }
    Ok(())
}

/// Of sets no row is counted together, and all parties are verified.
fn limits(raw: &RawLimits, at: &Places, fault: impl Fn() -> PlanFault) -> Result<(), PlanError> {
    let rows = [
        (&raw.minimum_rows, "limits.minimum_rows"),
        (&raw.minimum_cohort, "limits.minimum_cohort"),
        (&raw.minimum_cell, "limits.minimum_cell"),
    ];
    if let Some((given, key)) = rows.into_iter().find(|(given, _)| given.is_some()) {
        return Err(at.fault(given.as_ref(), key, fault()));
    }
    match &raw.minimum_verified {
        None => Ok(()),
        given => Err(at.fault(given.as_ref(), "limits.minimum_verified", fault())),
    }
}
