//! What a card's parts must be for its dimensions and its purpose.

use std::collections::BTreeSet;

use super::{Card, Measured};
use crate::{CardError, Dimension, EvidenceKind, Purpose};

impl Card {
    /// What the card says of its purpose.
    pub(super) fn says(&self) -> Purpose {
        Purpose {
            id: self.purpose.id().to_owned(),
            name: self.purpose_name.clone(),
            needs: self.needs.clone(),
            weights: self.weights.clone(),
            subscores: self.subscores.clone(),
        }
    }
}

impl Measured {
    /// Sees that each part is one of the dimension's, is there once, counts as it may, and that there is evidence of
    /// the kind by which such parts are found.
    pub(super) fn is_sound(&self, dimension: Dimension, said: &Purpose) -> Result<(), CardError> {
        let mut seen = BTreeSet::new();
        for part in &self.subscores {
            let id = part.id.as_str();
            if !dimension.has(id) || !seen.insert(id) {
                return Err(CardError::Part {
                    dimension,
                    id: id.to_owned(),
                });
            }
            // A rule file weighs its headings; other reports weigh nothing.
            let declared = said.subscore(dimension, id);
            let unweighed = (dimension != Dimension::Quality).then_some(1.0);
            if declared
                .or(unweighed)
                .is_some_and(|weight| weight.total_cmp(&part.weight).is_ne())
            {
                return Err(CardError::Purpose);
            }
        }
        let kinds: BTreeSet<EvidenceKind> = self.evidence.iter().map(|it| it.kind).collect();
        let found = self.subscores.iter();
        let by_study = found.map(|it| dimension.is_found_in_studies(&it.id));
        let by_study: BTreeSet<bool> = by_study.collect();
        let has = |kind| kinds.contains(&kind);
        if has(EvidenceKind::Study) != by_study.contains(&true)
            || has(EvidenceKind::Report) != by_study.contains(&false)
        {
            return Err(CardError::Evidence { dimension });
        }
        let reports = self.evidence.iter();
        let mut reports = reports.filter(|it| it.kind == EvidenceKind::Report);
        let is_declared = self.subscores.iter().any(|it| it.id == "explained");
        if reports.any(|it| !it.countersigned.is_empty()) || (is_declared && !self.proxy) {
            return Err(CardError::Evidence { dimension });
        }
        Ok(())
    }
}
