//! Which weights of evidence a plan may ask for.

use std::collections::BTreeMap;

use consilium_evaluation::Range;
use consilium_schema::{RawLabel, Rows, Schema};
use consilium_statistics::{MOST_COLUMNS, vertical::MOST_ALIGNED_ROWS};
use toml::Spanned;

use super::{Vertical, VerticalWork, schema};
use crate::{
    Limits, PlanError, PlanFault, RawPlan, Statistics, Weigh,
    plan::{Places, task::columns, terms},
    raw::RawParty,
};

/// The fewest rows of either label in a bin where the plan says nothing.
const USUAL_CELL: u64 = 10;

pub(super) fn check(
    raw: &RawPlan,
    task: &Vertical,
    (holder, written): (&RawParty, &Spanned<RawLabel>),
    schemas: &BTreeMap<&str, Schema>,
    at: &Places,
) -> Result<(VerticalWork, Limits), PlanError> {
    let schema = schema(holder, schemas, at)?;
    let (label, range) = columns::label((written, "party.label"), &schema, at)?;
    if range != Range::ZERO_TO_ONE {
        return Err(at.fault(Some(written), "party.label", PlanFault::EvidenceLabel));
    }
    let most = MOST_COLUMNS;
    if task.members.iter().any(|it| it.features.len() > most) {
        let fault = PlanFault::EvidenceColumns { most };
        return Err(at.fault(Some(&raw.party), "party.features", fault));
    }
    let bins = at.number(
        raw.statistics.bins.as_ref(),
        "statistics.bins",
        Weigh::USUAL_BINS.into(),
        2..=Weigh::MOST_BINS.into(),
    )?;
    // Cuts of one plan are among another's or far from them: by two that are a row apart a row's label
    // could be told.
    if !bins.is_power_of_two() {
        return Err(at.fault_below("statistics.bins", PlanFault::EvidenceBins));
    }
    let minimum = at.number(
        raw.limits.minimum_cell.as_ref(),
        "limits.minimum_cell",
        USUAL_CELL,
        Statistics::LEAST_MINIMUM_CELL..=Statistics::MOST_MINIMUM_CELL,
    )?;
    // Two bins with as many rows of either label.
    let rows = (Vertical::USUAL_ROWS, 4 * minimum);
    let mut limits = terms::limits_of_common_rows(&raw.limits, task.members.len(), rows, at)?;
    limits.minimum_cell = Rows(minimum);
    at.number(
        raw.limits.most_rows.as_ref(),
        "limits.most_rows",
        limits.most_rows.0,
        limits.minimum_rows.0..=MOST_ALIGNED_ROWS as u64,
    )?;
    let weigh = Weigh {
        label,
        bins: u16::try_from(bins).unwrap_or(Weigh::USUAL_BINS),
    };
    Ok((VerticalWork::Weigh(Box::new(weigh)), limits))
}
