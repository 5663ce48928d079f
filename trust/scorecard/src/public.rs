//! What others see of a card.

mod check;

use std::collections::{BTreeMap, BTreeSet};

use consilium_base::{FederationId, UnixTime, Verifier};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::card::share;
use crate::{
    Band, Card, CardId, Countersignature, Countersigned, Dimension, EvidenceKind, FORMAT,
    PublicCountersignature, PurposeName, Text, Version,
};

/// What others see of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicDimension {
    /// The band of its score.
    pub band: Band,
    /// Whether another task stands for the real one.
    pub proxy: bool,
    /// How it was found.
    pub evidence: BTreeSet<EvidenceKind>,
    /// What others have signed of its parts; who knows their keys can verify it.
    pub countersigned: Vec<PublicCountersignature>,
}

/// What others see of a card: bands of twenty points, and how they were found.
///
/// # Security
///
/// No score, interval or sub-score is in it. [`Public::card`] is a hash under a salt that stays at
/// home: it binds the institution to the card that a supervisor may ask for, and nobody guesses the
/// card from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// [`FORMAT`].
    pub format: u32,
    /// The card that it is of.
    pub card: CardId,
    /// The federation, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federation: Option<FederationId>,
    /// Whose data set it is.
    pub institution: PartyId,
    /// The data set's name there.
    pub data_set: String,
    /// Which rows.
    pub version: Version,
    /// What the data are wanted for.
    pub purpose: PurposeName,
    /// What that is called.
    pub purpose_name: Text,
    /// When the card was made.
    pub made: UnixTime,
    /// What was measured.
    pub dimensions: BTreeMap<Dimension, PublicDimension>,
    /// How much each dimension counts for the purpose; their sum is 1.
    pub weights: BTreeMap<Dimension, f64>,
    /// The dimensions without which there is no composite.
    pub needs: Vec<Dimension>,
    /// How much sub-scores count in their dimension, where the purpose says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscores: BTreeMap<Dimension, BTreeMap<String, f64>>,
    /// What counts for the purpose and wasn't measured.
    pub missing: BTreeSet<Dimension>,
    /// The band of the composite; none where a dimension is missing that is needed.
    pub composite: Option<Band>,
}

impl Card {
    /// Gives what others may see.
    pub fn public(&self) -> Public {
        let dimensions = self.dimensions.iter().map(|(dimension, measured)| {
            let evidence = &measured.evidence;
            let said = evidence.iter().flat_map(|it| &it.countersigned);
            let shown = PublicDimension {
                band: Band::of(measured.score),
                proxy: measured.proxy,
                evidence: evidence.iter().map(|it| it.kind).collect(),
                countersigned: said.map(Countersignature::public).collect(),
            };
            (*dimension, shown)
        });
        Public {
            format: FORMAT,
            card: self.id(),
            federation: self.federation,
            institution: self.institution.clone(),
            data_set: self.data_set.clone(),
            version: self.version,
            purpose: self.purpose.clone(),
            purpose_name: self.purpose_name.clone(),
            made: self.made,
            dimensions: dimensions.collect(),
            weights: self.weights.clone(),
            needs: self.needs.clone(),
            subscores: self.subscores.clone(),
            missing: self.missing().into_iter().collect(),
            composite: self.composite.map(Band::of),
        }
    }
}

impl Public {
    /// How much the dimensions that were measured count together: 1 where none is missing.
    pub fn measured(&self) -> f64 {
        1.0 - share(&self.weights, &self.missing)
    }

    /// Checks every countersignature that is shown: that it is its signer's, of this institution and version.
    /// Which scores it is over, the card alone tells.
    pub fn countersigned(&self, verifier: &dyn Verifier) -> Vec<Countersigned<'_>> {
        let mut all = Vec::new();
        for (dimension, shown) in &self.dimensions {
            for by in &shown.countersigned {
                let outcome = by.verify(verifier).and_then(|()| self.is_here(by));
                all.push(Countersigned {
                    dimension: *dimension,
                    signer: &by.signer,
                    outcome,
                });
            }
        }
        all
    }
}
