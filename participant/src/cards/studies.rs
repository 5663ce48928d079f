//! Whether studies have found what a card says that they have.

use std::collections::BTreeMap;

use consilium_base::BadSignature;
use consilium_identity::Directory;
use consilium_scorecard::{
    Card, CardError, Dimension, Evidence, EvidenceHash, EvidenceKind, Found, Score, Version,
};
use serde_json::Value;

use super::KeepCardError;
use crate::{home::Home, study::Results};

/// What a study is known to have found: scores by the ids of sub-scores.
type Scores = BTreeMap<String, Score>;

impl Home {
    /// Sees that every part of the card that a study is said to have found stands so in what this participant keeps of
    /// that study; what only others know, in a countersignature.
    ///
    /// # Security
    ///
    /// A report of a study that was changed, or that was run elsewhere, is not shown to others as a study's. A
    /// countersignature in the name of a daemon whose key is known here has to be that key's. Stewards of others are
    /// known to their institutions alone: who reads the card verifies those.
    pub(super) async fn check_studies(&self, card: &Card) -> Result<(), KeepCardError> {
        let keys = self.directory().await?;
        for (dimension, measured) in &card.dimensions {
            let mut known = Scores::new();
            for evidence in &measured.evidence {
                if evidence.kind == EvidenceKind::Study {
                    known.extend(told(evidence, &keys)?);
                    known.extend(self.found(card, *dimension, evidence.hash)?);
                }
            }
            let mut parts = measured.subscores.iter();
            let is_known = parts.all(|part| {
                let is_own = !dimension.is_found_in_studies(&part.id);
                is_own || known.get(&part.id) == Some(&part.score)
            });
            if !is_known {
                let dimension = *dimension;
                return Err(KeepCardError::Unfound { dimension });
            }
        }
        Ok(())
    }

    /// Gives what this participant keeps of a study's finding on the card's rows.
    fn found(
        &self,
        card: &Card,
        dimension: Dimension,
        study: EvidenceHash,
    ) -> Result<Scores, KeepCardError> {
        let text = Results::named(&self.state, &study.to_string()).read_own_report()?;
        let (Some(text), Version::Registered(version)) = (text, card.version) else {
            return Ok(Scores::new());
        };
        let report: Value = serde_json::from_str(&text).unwrap_or_default();
        let part = report.get(dimension.id()).map(Value::to_string);
        let (me, rows) = (&self.party, Some(version));
        let found = match (dimension, part) {
            (Dimension::Scarcity, Some(part)) => Found::of_scarcity(&part, me, rows),
            // What others' columns foretell of an own one is the whole report of such a study.
            (Dimension::Scarcity, None) => Found::of_predicted(&text, me, rows),
            (_, Some(part)) => Found::of_value(&part, me, rows),
            (_, None) => return Ok(Scores::new()),
        };
        let found = found.into_iter().filter(|it| it.evidence.hash == study);
        let parts = found.flat_map(|it| it.subscores);
        Ok(parts.map(|it| (it.id, it.score)).collect())
    }
}

/// Gives what others have signed and this participant can't know: what its columns add for whoever has the labels.
fn told(evidence: &Evidence, keys: &Directory) -> Result<Scores, CardError> {
    let mut scores = Scores::new();
    for by in &evidence.countersigned {
        match by.verify(keys) {
            Err(CardError::Forged {
                fault: BadSignature::UnknownParty,
                ..
            }) => {}
            verified => verified?,
        }
        let told = by.statement.scores.iter();
        let told = told.filter(|(id, _)| *id == "marginal");
        scores.extend(told.filter_map(|(id, score)| Some((id.clone(), Score::exact(*score)?))));
    }
    Ok(scores)
}
