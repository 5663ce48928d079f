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

/// Keys and tables that declare columns that several parties have.
const OF_SHARED_COLUMNS: &[&str] = &["schema", "column", "features"];
/// Keys and tables that plans have whose model all contributors train alike.
const OF_LIKE_PARTIES: &[&str] = &["label", "evaluation", "protection"];
/// Tables that plans have which train a model.
const OF_TRAINING: &[&str] = &["test"];
/// Tables that only regressions have.
const OF_REGRESSIONS: &[&str] = &["model", "comparison", "value"];
/// Tables that only trees have.
const OF_TREES: &[&str] = &["trees"];
/// Tables that only alignments have.
const OF_ALIGNMENTS: &[&str] = &["align"];
/// What tells whose rows are whose.
const OF_KEYS: &[&str] = &["key"];
/// The study that found the rows that all have.
const OF_COMMON_ROWS: &[&str] = &["alignment"];
/// Tables that plans have which grow trees on columns of several institutions.
const OF_SPLIT_COLUMNS: &[&str] = &["vertical"];
/// Tables that plans have which grow trees with a group of hospitals.
const OF_GROUPS: &[&str] = &["hybrid"];

/// Keys and tables that say what becomes of columns before a model takes them.
const OF_PREPARATION: &[&str] = &["prepare", "prepared"];
/// Tables that plans have which measure columns.
const OF_STATISTICS: &[&str] = &["statistics"];

/// Tables that plans have which look codes up in a list.
const OF_DICTIONARIES: &[&str] = &["dictionary"];

/// Tables that plans have which find out what others lack.
const OF_SCARCITY: &[&str] = &["scarcity"];

/// Refuses what belongs to a plan of another kind, where it stands.
pub(super) fn check(raw: &RawPlan, at: &Places) -> Result<(), PlanError> {
    let kind = raw.kind.name();
    let written: BTreeMap<String, Spanned<IgnoredAny>> =
        toml::from_str(&raw.text).map_err(|error| PlanError::Toml {
            place: place(&raw.text, error.span().map_or(0, |span| span.start)),
            message: error.message().replace('\n', ", "),
        })?;
    let fault = || PlanFault::OtherKind { kind };
    let misplaced = others(raw.kind)
        .iter()
        .copied()
        .flatten()
        .filter_map(|key| Some((*key, written.get(*key)?)))
        .min_by_key(|(_, value)| value.span().start);
    let trains = matches!(raw.kind, RawKind::TrainGlm | RawKind::TrainGbdt);
    let mut prepares = OF_PREPARATION.iter().filter(|_| !trains);
    if let Some((key, value)) = prepares.find_map(|key| Some((*key, written.get(*key)?))) {
        return Err(at.fault(Some(value), key, PlanFault::NotPreparing { kind }));
    }
    if let Some((key, value)) = misplaced {
        return Err(at.fault(Some(value), key, fault()));
    }
    match raw.kind {
        RawKind::TrainGlm if raw.model.grown_by.is_some() => Err(at.fault_below("model", fault())),
        RawKind::TrainGlm | RawKind::TrainGbdt => of_parties(raw, at, fault),
        RawKind::Statistics => {
            of_parties(raw, at, fault)?;
            match &raw.statistics.bins {
                Some(given) => Err(at.fault(Some(given), "statistics.bins", fault())),
                None => Ok(()),
            }
        }
        RawKind::Scarcity => {
            of_parties(raw, at, fault)?;
            let apart = RawLimits {
                minimum_verified: None,
                ..raw.limits.clone()
            };
            limits(&apart, [], at, fault)
        }
        RawKind::Align => {
            of_parties(raw, at, fault)?;
            let rows = (&raw.limits.minimum_rows, "limits.minimum_rows");
            limits(&raw.limits, [rows], at, fault)
        }
        RawKind::Dictionary => {
            of_parties(raw, at, fault)?;
            let rows = (&raw.limits.minimum_rows, "limits.minimum_rows");
            limits(&but_for_cells(&raw.limits), [rows], at, fault)
        }
        RawKind::TrainVerticalGbdt | RawKind::PredictVerticalGbdt => {
            alignments(raw, at, fault)?;
            limits(&raw.limits, [], at, fault)
        }
        RawKind::TrainHybridGbdt | RawKind::PredictHybridGbdt => limits(&raw.limits, [], at, fault),
        RawKind::StatisticsVertical => {
            alignments(raw, at, fault)?;
            statistics(raw, at, fault)?;
            limits(&but_for_cells(&raw.limits), [], at, fault)
        }
    }
}

/// Gives the limits of kinds that tell of groups of rows without that of such a group.
fn but_for_cells(raw: &RawLimits) -> RawLimits {
    RawLimits {
        minimum_cell: None,
        ..raw.clone()
    }
}

/// Gives the keys and tables that belong to plans of other kinds alone.
#[expect(clippy::too_many_lines, reason = "a list for each kind")]
fn others(kind: RawKind) -> &'static [&'static [&'static str]] {
    match kind {
        RawKind::TrainGlm => &[
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::TrainGbdt => &[
            OF_REGRESSIONS,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::Align => &[
            OF_SHARED_COLUMNS,
            OF_LIKE_PARTIES,
            OF_TRAINING,
            OF_REGRESSIONS,
            OF_TREES,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::TrainVerticalGbdt => &[
            OF_SHARED_COLUMNS,
            OF_LIKE_PARTIES,
            OF_REGRESSIONS,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::PredictVerticalGbdt => &[
            OF_SHARED_COLUMNS,
            OF_LIKE_PARTIES,
            OF_TRAINING,
            &["comparison", "value"],
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::StatisticsVertical => &[
            OF_SHARED_COLUMNS,
            OF_LIKE_PARTIES,
            OF_TRAINING,
            OF_REGRESSIONS,
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::TrainHybridGbdt => &[
            OF_LIKE_PARTIES,
            OF_REGRESSIONS,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::PredictHybridGbdt => &[
            OF_LIKE_PARTIES,
            OF_TRAINING,
            &["comparison", "value"],
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::Statistics => &[
            &["evaluation"],
            OF_TRAINING,
            OF_REGRESSIONS,
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_DICTIONARIES,
            OF_SCARCITY,
        ],
        RawKind::Dictionary => &[
            OF_SHARED_COLUMNS,
            OF_LIKE_PARTIES,
            OF_TRAINING,
            OF_REGRESSIONS,
            OF_TREES,
            OF_ALIGNMENTS,
            OF_KEYS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_SCARCITY,
        ],
        RawKind::Scarcity => &[
            &["label", "evaluation"],
            OF_TRAINING,
            OF_REGRESSIONS,
            OF_TREES,
            OF_ALIGNMENTS,
            OF_COMMON_ROWS,
            OF_SPLIT_COLUMNS,
            OF_GROUPS,
            OF_STATISTICS,
            OF_DICTIONARIES,
        ],
    }
}

/// Only where hospitals have each its own people does a party say which study found them.
fn alignments(raw: &RawPlan, at: &Places, fault: impl Fn() -> PlanFault) -> Result<(), PlanError> {
    let mut given = raw.party.get_ref().iter();
    match given.find_map(|party| party.alignment.as_ref()) {
        Some(given) => Err(at.fault(Some(given), "party.alignment", fault())),
        None => Ok(()),
    }
}

/// Only where each party has columns of its own does it say which.
fn of_parties(raw: &RawPlan, at: &Places, fault: impl Fn() -> PlanFault) -> Result<(), PlanError> {
    alignments(raw, at, &fault)?;
    for party in raw.party.get_ref() {
        let spans = [
            ("party.schema", party.schema.as_ref().map(Spanned::span)),
            (
                "party.column",
                party.column.first().map(|it| it.name.span()),
            ),
            ("party.features", party.features.as_ref().map(Spanned::span)),
            ("party.label", party.label.as_ref().map(Spanned::span)),
            (
                "party.label_holder",
                party.label_holder.as_ref().map(Spanned::span),
            ),
        ];
        let mut given = spans
            .into_iter()
            .filter_map(|(key, span)| Some((key, span?)));
        if let Some((key, span)) = given.next() {
            return Err(at.fault(Some(&Spanned::new(span, ())), key, fault()));
        }
    }
    Ok(())
}

/// Over columns of several institutions only weights of evidence are found.
fn statistics(raw: &RawPlan, at: &Places, fault: impl Fn() -> PlanFault) -> Result<(), PlanError> {
    let given = &raw.statistics;
    let others = [
        ("statistics.quantiles", given.quantiles.is_some()),
        ("statistics.quantile_error", given.quantile_error.is_some()),
        ("statistics.correlations", given.correlations.is_some()),
        ("statistics.codes", given.codes.is_some()),
        ("statistics.longest_code", given.longest_code.is_some()),
        ("statistics.mode", given.mode.is_some()),
        ("statistics.period", given.period.is_some()),
    ];
    match others.into_iter().find(|(_, is_given)| *is_given) {
        Some((key, _)) => Err(at.fault_below(key, fault())),
        None => Ok(()),
    }
}

/// Where no row is counted together, and all parties are verified, nothing is said about it.
fn limits<const N: usize>(
    raw: &RawLimits,
    further: [(&Option<Spanned<u64>>, &str); N],
    at: &Places,
    fault: impl Fn() -> PlanFault,
) -> Result<(), PlanError> {
    let rows = further.into_iter().chain([
        (&raw.minimum_cohort, "limits.minimum_cohort"),
        (&raw.minimum_cell, "limits.minimum_cell"),
    ]);
    if let Some((given, key)) = rows.into_iter().find(|(given, _)| given.is_some()) {
        return Err(at.fault(given.as_ref(), key, fault()));
    }
    match &raw.minimum_verified {
        None => Ok(()),
        given => Err(at.fault(given.as_ref(), "limits.minimum_verified", fault())),
    }
}
