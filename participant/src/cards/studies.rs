//! Whether studies have found what a card says that they have.

use std::{collections::BTreeMap, sync::Arc};

use consilium_base::BadSignature;
use consilium_identity::Directory;
use consilium_mailbox::PartyId;
use consilium_plan::{Plan, PlanHash, Task};
use consilium_scorecard::{
    Card, CardError, Countersignature, Dimension, Evidence, EvidenceHash, EvidenceKind, Found,
    Score, SignedPublic, Version, VersionHash,
};
use consilium_store::{StoreError, studies};
use serde::Deserialize;
use serde_json::Value;

use super::KeepCardError;
use crate::{
    home::{Home, study_name},
    study::{Own, Results},
};

/// What a study is known to have found: scores by the ids of sub-scores.
type Scores = BTreeMap<String, Score>;

impl Home {
    /// Sees that every part of the card that a study is said to have found stands so in what this participant keeps of
    /// that study; what only others know, in a countersignature.
    ///
    /// # Security
    ///
    /// A report of a study that was changed, or that was run elsewhere, is not shown to others as a study's. Whoever
    /// countersigns took part in that study, as this participant knows it. A countersignature in the name of a daemon
    /// has to be by the key that is known here; stewards of others are known to their institutions alone: who reads the
    /// card verifies those.
    pub(super) async fn check_studies(&self, card: &Card) -> Result<(), KeepCardError> {
        let keys = self.directory().await?;
        for (dimension, measured) in &card.dimensions {
            let said = measured.evidence.iter().map(|it| it.countersigned.len());
            let most = SignedPublic::words(keys.count());
            if said.sum::<usize>() > most {
                let dimension = *dimension;
                return Err(KeepCardError::TooManyWords { dimension, most });
            }
            let mut known = Scores::new();
            for evidence in &measured.evidence {
                if evidence.kind == EvidenceKind::Study {
                    known.extend(self.told(card, evidence, &keys).await?);
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

    /// Gives what others have signed and this participant can't know: what its columns add for whoever has the labels,
    /// where nobody else brought columns to these.
    async fn told(
        &self,
        card: &Card,
        evidence: &Evidence,
        keys: &Directory,
    ) -> Result<Scores, KeepCardError> {
        let mut scores = Scores::new();
        if evidence.countersigned.is_empty() {
            return Ok(scores);
        }
        let plan = self.studied(evidence.hash).await?;
        for by in &evidence.countersigned {
            let has_part = |plan: &Arc<Plan>| {
                let mut parties = plan.parties().iter().map(|it| &it.name);
                let is_it = |party: &PartyId| party.as_str() == by.institution();
                is_it(plan.coordinator()) || parties.any(is_it)
            };
            let Some(plan) = plan.as_ref().filter(|plan| has_part(plan)) else {
                let signer = by.signer.clone();
                return Err(KeepCardError::NoPart { signer });
            };
            match by.verify(keys) {
                Err(CardError::Forged {
                    fault: BadSignature::UnknownParty,
                    ..
                }) if by.is_of_steward() => {}
                verified => verified?,
            }
            if !self.is_told_by(plan, by) || !self.has_brought(card, evidence.hash)? {
                continue;
            }
            let told = by.statement.scores.iter();
            let told = told.filter(|(id, _)| *id == "marginal");
            scores.extend(told.filter_map(|(id, score)| Some((id.clone(), Score::exact(*score)?))));
        }
        Ok(scores)
    }

    /// Gives the plan of a study in which this participant took part.
    async fn studied(&self, study: EvidenceHash) -> Result<Option<Arc<Plan>>, StoreError> {
        let name = study_name(&PlanHash::from_bytes(study.0));
        let kept = studies::find(&self.store, &name).await?;
        Ok(kept
            .as_ref()
            .map(Own::read)
            .transpose()?
            .map(|(plan, _)| plan))
    }

    /// Whether somebody has the labels to which this institution alone brought columns.
    fn is_told_by(&self, plan: &Plan, by: &Countersignature) -> bool {
        let Task::Vertical(task) = plan.task() else {
            return false;
        };
        let holders = task.feature_holders().map(|it| &it.party);
        task.label_holder.as_str() == by.institution() && holders.eq([&self.party])
    }

    /// Whether these rows were brought to a study that ended with a result.
    fn has_brought(&self, card: &Card, study: EvidenceHash) -> Result<bool, KeepCardError> {
        #[derive(Deserialize)]
        struct Brought {
            version: VersionHash,
        }
        let text = Results::named(&self.state, &study.to_string()).read_own_report()?;
        let brought: Option<Brought> = text.and_then(|it| serde_json::from_str(&it).ok());
        let version = brought.map(|it| Version::Registered(it.version));
        Ok(version == Some(card.version))
    }
}
