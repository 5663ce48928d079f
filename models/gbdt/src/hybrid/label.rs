//! The label holder between two trees.

use std::ops::Range;

use consilium_base::Seed;
use serde::{Deserialize, Serialize};

use super::{agreement::Agreement, error::HybridError, outline::most_sums};
use crate::{
    Column, Growing, Losses, Table,
    count::narrow,
    vertical::{self, VerticalError},
};

/// The party that has the labels.
pub struct LabelHolder {
    agreement: Agreement,
    /// Where the rows of each hospital lie among those of all.
    segments: Vec<Range<u32>>,
    pub(super) fit: vertical::LabelHolder,
    next_sum: u32,
}

/// The label holder's side of a fit: the trees so far, and which numbers of sums are used up.
///
/// It holds a number for each row: keep it as the labels are kept. Numbers must be stored exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSide {
    pub(super) fit: vertical::LabelSide,
    /// The first number that no sum of ciphertexts has had.
    pub(super) next_sum: u32,
}

impl LabelSide {
    /// Gives the trees, and what they add up to.
    pub fn fit(&self) -> &vertical::LabelSide {
        &self.fit
    }
}

impl LabelHolder {
    /// Begins a fit.
    ///
    /// `table` has the party's patients with their labels and its own columns, if it has any;
    /// `patients` says for each hospital which of them its rows are, in the order that both know.
    /// `secret` is its own for the study: what is drawn and rounded follows from it.
    ///
    /// # Errors
    ///
    /// If the rows are not those agreed on or give no model, or a patient has several rows where the
    /// terms don't allow it.
    pub fn new(
        agreement: &Agreement,
        table: &Table,
        patients: &[Vec<u32>],
        secret: Seed,
    ) -> Result<LabelHolder, HybridError> {
        let not_agreed = |what| HybridError::Vertical(VerticalError::NotAgreed(what));
        let rows: usize = patients.iter().map(Vec::len).sum();
        if patients.len() != agreement.hospitals().len()
            || patients.iter().any(Vec::is_empty)
            || rows != agreement.rows() as usize
        {
            return Err(not_agreed("the rows"));
        }
        check_repeated(agreement, table.rows(), patients)?;
        let rows = gather(agreement, table, &patients.concat());
        let rows = rows.ok_or(not_agreed("the rows"))?;
        Ok(LabelHolder {
            agreement: agreement.clone(),
            segments: segments(patients),
            fit: vertical::LabelHolder::new(agreement.whole(), &rows, secret)?,
            next_sum: 0,
        })
    }

    /// Goes on from what was kept of the same fit.
    ///
    /// # Errors
    ///
    /// [`VerticalError::OtherFit`] if it was another's.
    pub fn resume(self, side: LabelSide) -> Result<LabelHolder, HybridError> {
        let (fit, next_sum) = (self.fit.resume(side.fit)?, side.next_sum);
        Ok(LabelHolder {
            fit,
            next_sum,
            ..self
        })
    }

    /// Gives what is to be kept.
    pub fn side(&self) -> LabelSide {
        LabelSide {
            fit: self.fit.side().clone(),
            next_sum: self.next_sum,
        }
    }

    /// Gives what was agreed on.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// Gives where the rows of each hospital lie among those of all.
    pub(super) fn segments(&self) -> &[Range<u32>] {
        &self.segments
    }

    /// Gives the losses so far.
    pub fn losses(&self) -> &[Losses] {
        self.fit.side().losses()
    }

    /// Uses numbers for all sums of a tree with so many candidates; gives the first.
    ///
    /// They must be kept as used before one of them is told.
    pub(super) fn reserve(&mut self, candidates: u32) -> Result<u32, HybridError> {
        let spec = self.agreement.terms().boosting.specification();
        let nodes = match spec.growth {
            // Those of the last level are leaves.
            Growing::DepthWise { depth } => 1_u64.checked_shl(depth),
            Growing::LeafWise { leaves, .. } => Some(2 * u64::from(leaves)),
        };
        let nodes = nodes.unwrap_or(u64::MAX).min(u64::from(u32::MAX));
        let sums = most_sums(nodes, candidates, self.agreement.asks());
        let first = self.next_sum;
        let next = u32::try_from(sums)
            .ok()
            .and_then(|it| first.checked_add(it));
        self.next_sum = next.ok_or(HybridError::NoNumbers)?;
        Ok(first)
    }
}

impl std::fmt::Debug for LabelHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LabelHolder")
            .field("fit", &self.fit)
            .finish_non_exhaustive()
    }
}

fn segments(patients: &[Vec<u32>]) -> Vec<Range<u32>> {
    let mut end = 0;
    let segment = |rows: &Vec<u32>| {
        let start = end;
        end += narrow(rows.len());
        start..end
    };
    patients.iter().map(segment).collect()
}

fn check_repeated(
    agreement: &Agreement,
    rows: usize,
    patients: &[Vec<u32>],
) -> Result<(), HybridError> {
    // At how many places each patient is, and the last hospital that has it.
    let mut seen: Vec<Option<usize>> = vec![None; rows];
    let mut repeated = 0;
    let allowed = agreement.terms().repeated_patients;
    for (hospital, patients) in patients.iter().enumerate() {
        for patient in patients {
            let Some(before) = seen.get_mut(*patient as usize) else {
                return Err(VerticalError::NotAgreed("the rows").into());
            };
            let is_bad = before.is_some_and(|before| before == hospital || !allowed);
            repeated += usize::from(is_bad);
            *before = Some(hospital);
        }
    }
    if repeated > 0 {
        return Err(HybridError::Repeated { patients: repeated });
    }
    Ok(())
}

/// Puts patients' rows into an order.
fn gather(agreement: &Agreement, table: &Table, rows: &[u32]) -> Option<Table> {
    let of_rows =
        |values: &[f64]| -> Vec<f64> { rows.iter().map(|row| values[*row as usize]).collect() };
    let columns = table.columns().iter().map(|column| Column {
        name: column.name.clone(),
        values: of_rows(&column.values),
    });
    let columns: Vec<Column> = columns.collect();
    let labels = of_rows(table.labels());
    let objective = agreement.terms().boosting.specification().objective;
    let gathered = if columns.is_empty() {
        Table::of_labels(objective, labels)
    } else {
        Table::new(objective, columns, labels)
    };
    let gathered = gathered.ok()?;
    match table.weights() {
        Some(weights) => gathered.with_weights(of_rows(weights)).ok(),
        None => Some(gathered),
    }
}
