//! What the public part of a card must be, whoever wrote it.

use std::collections::BTreeSet;

use consilium_schema::{MOST_NAME, is_plain};

use super::{Public, PublicDimension};
use crate::{
    Band, CardError, Dimension, EvidenceKind, FORMAT, PublicCountersignature, Purpose, card::NEAR,
    statement::not_own,
};

impl Public {
    /// Sees that it is one: that weights are those of the purpose, and that what is missing and the composite's band
    /// follow from the dimensions.
    ///
    /// # Errors
    ///
    /// [`CardError::Format`], [`CardError::Name`], [`CardError::Weights`], [`CardError::Purpose`], [`CardError::Evidence`] or
    /// [`CardError::Composite`]; [`CardError::OwnWord`] or [`CardError::Elsewhere`] where a countersignature is the
    /// institution's own, or about something else.
    pub fn check(&self) -> Result<(), CardError> {
        if self.format != FORMAT {
            return Err(CardError::Format {
                format: self.format,
            });
        }
        let names = [&self.data_set, &self.purpose_name.en, &self.purpose_name.zh];
        let said = self.dimensions.values().flat_map(|it| &it.countersigned);
        let signers = said.clone().map(|it| &it.signer);
        let is_named = |it: &String| is_plain(it, MOST_NAME);
        if !names.into_iter().chain(signers).all(is_named) {
            return Err(CardError::Name);
        }
        let purpose = self.says();
        if !purpose.is_weighed() {
            return Err(CardError::Weights);
        }
        if !purpose.is_called(&self.purpose) {
            return Err(CardError::Purpose);
        }
        for (dimension, shown) in &self.dimensions {
            shown.check(*dimension)?;
        }
        for by in said {
            self.is_here(by)?;
        }
        self.follows()
    }

    /// What it says of its purpose.
    fn says(&self) -> Purpose {
        Purpose {
            id: self.purpose.id().to_owned(),
            name: self.purpose_name.clone(),
            needs: self.needs.clone(),
            weights: self.weights.clone(),
            subscores: self.subscores.clone(),
        }
    }

    /// Sees that a countersignature is somebody else's, on this institution and these rows.
    pub(super) fn is_here(&self, by: &PublicCountersignature) -> Result<(), CardError> {
        not_own(&by.signer, &self.institution)?;
        let is_here = by
            .subject
            .is_of(self.federation, &self.institution, self.version);
        is_here.map_err(|what| CardError::Elsewhere {
            signer: by.signer.clone(),
            what,
        })
    }

    /// Sees that nothing missing is left out, and that the composite can be the mean of scores in these bands, as they
    /// and it were rounded.
    fn follows(&self) -> Result<(), CardError> {
        let is_there = |it: &Dimension| self.dimensions.contains_key(it);
        let counted = self.weights.keys().copied();
        let (there, missing): (BTreeSet<_>, BTreeSet<_>) = counted.partition(is_there);
        let is_whole = !there.is_empty() && self.needs.iter().all(is_there);
        let is_mean = match self.composite {
            Some(band) => {
                let (low, high) = self.between();
                is_whole && band.to() >= low - 2.0 * NEAR && band.from() <= high + 2.0 * NEAR
            }
            None => !is_whole,
        };
        let follows = missing == self.missing && is_mean;
        follows.then_some(()).ok_or(CardError::Composite)
    }

    /// The bounds between which a composite of these bands lies.
    fn between(&self) -> (f64, f64) {
        let mean = |of: fn(Band) -> f64| {
            let counted = self.dimensions.iter();
            let counted = counted
                .filter_map(|(dimension, shown)| Some((self.weights.get(dimension)?, shown.band)));
            let total: f64 = counted.clone().map(|(weight, _)| weight).sum();
            counted.map(|(weight, band)| weight * of(band)).sum::<f64>() / total
        };
        (mean(Band::from), mean(Band::to))
    }
}

impl PublicDimension {
    fn check(&self, dimension: Dimension) -> Result<(), CardError> {
        let may = |kind: &EvidenceKind| match dimension {
            Dimension::Quality | Dimension::Privacy => *kind == EvidenceKind::Report,
            Dimension::Scarcity => *kind == EvidenceKind::Study,
            Dimension::Value => true,
        };
        let is_studied = self.evidence.contains(&EvidenceKind::Study);
        let is_shown = !self.evidence.is_empty() && self.evidence.iter().all(may);
        if is_shown && (is_studied || self.countersigned.is_empty()) {
            return Ok(());
        }
        Err(CardError::Evidence { dimension })
    }
}
