//! A hospital between two runs.

use consilium_base::{Digest, Seed};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use super::{agreement::Agreement, cutting::Shape, error::HybridError};
use crate::{
    Column,
    count::narrow,
    horizontal::Feature,
    vertical::{FeatureHolder, FeatureSide, VerticalError},
};

/// A party of the group.
pub struct Hospital {
    agreement: Agreement,
    rows: u32,
    columns: Vec<Column>,
    secret: Seed,
    kept: Option<HospitalSide>,
}

/// A hospital's side of a fit: its splits, in the order in which they were chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalSide {
    /// A hash of the cut points.
    pub(super) cuts: Digest,
    pub(super) fit: FeatureSide,
}

impl HospitalSide {
    /// Gives the splits.
    pub fn fit(&self) -> &FeatureSide {
        &self.fit
    }
}

impl Hospital {
    /// Begins a fit.
    ///
    /// `me` says which of the hospitals agreed on has these columns; `secret` is its own for the study:
    /// in what order candidates are dealt follows from it and the other hospitals'.
    ///
    /// # Errors
    ///
    /// If party, columns or values are not those agreed on, or there are more rows than all hospitals
    /// have.
    pub fn new(
        agreement: &Agreement,
        me: &PartyId,
        columns: Vec<Column>,
        secret: Seed,
    ) -> Result<Hospital, HybridError> {
        let not_agreed = |what| Err(VerticalError::NotAgreed(what).into());
        let terms = agreement.terms();
        if !agreement.hospitals().contains(me) {
            return not_agreed("the parties");
        }
        let rows = columns.first().map_or(0, |column| column.values.len());
        let named = |(feature, column): (&Feature, &Column)| feature.name == column.name;
        let mut pairs = terms.columns.iter().zip(&columns);
        if terms.columns.len() != columns.len() || !pairs.all(named) {
            return not_agreed("the columns");
        }
        let whole = |(feature, column): (&Feature, &Column)| {
            let allowed = |value: &f64| value.is_nan() || feature.values.allows(*value);
            column.values.len() == rows && column.values.iter().all(allowed)
        };
        let mut pairs = terms.columns.iter().zip(&columns);
        if !(1..=terms.rows as usize).contains(&rows) || !pairs.all(whole) {
            return not_agreed("the rows");
        }
        Ok(Hospital {
            agreement: agreement.clone(),
            rows: narrow(rows),
            columns,
            secret,
            kept: None,
        })
    }

    /// Goes on from what was kept of the same fit.
    #[must_use]
    pub fn resume(self, side: HospitalSide) -> Hospital {
        let kept = Some(side);
        Hospital { kept, ..self }
    }

    /// Gives what was agreed on.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(super) fn secret(&self) -> &Seed {
        &self.secret
    }

    /// Puts the columns into bins, and goes on with what was kept of them.
    pub(super) fn cut(&self, shape: Shape) -> Result<(Digest, FeatureHolder), HybridError> {
        let digest = shape.digest();
        let names = self.columns.iter().map(|column| column.name.clone());
        let of_columns = (names.collect(), shape.bins(&self.columns));
        let secret = Seed::from_bytes(*self.secret.expose());
        let holder = FeatureHolder::with(self.agreement.whole(), 0, of_columns, secret);
        let Some(side) = &self.kept else {
            return Ok((digest, holder));
        };
        if side.cuts != digest {
            return Err(HybridError::OtherCuts);
        }
        Ok((digest, holder.resume(side.fit.clone())?))
    }
}

impl std::fmt::Debug for Hospital {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hospital")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
