//! The card itself.

mod check;
mod countersigned;
mod sound;

use std::{collections::BTreeMap, time::Duration};

use consilium_base::{Digest, FederationId, Tagged, UnixTime, written_as_hex};
use consilium_mailbox::PartyId;
use serde::{Deserialize, Serialize};

use crate::{Dimension, Evidence, Purpose, PurposeName, Score, Text, signed::canonical};

pub(crate) use check::NEAR;
pub use countersigned::Countersigned;

/// The number of this form of cards.
pub const FORMAT: u32 = 1;

/// Which rows a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Version {
    /// The version that the participant registered: a hash of content, splits and schema under its own key.
    Registered(VersionHash),
    /// A hash of the reports that the card was made of, where no participant knows the data set.
    Reports(VersionHash),
}

/// A hash that tells one version from another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionHash(pub Digest);

written_as_hex!(VersionHash);

/// What a card is called: a hash that nobody can guess the card from, since its salt is under it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardId(pub Digest);

written_as_hex!(CardId);

/// Random bytes of one card; they stay at home with it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt(pub Digest);

written_as_hex!(Salt);

/// A part of a dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscore {
    /// Its id, one of [`Dimension::subscores`].
    pub id: String,
    /// How good that is.
    pub score: Score,
    /// How much it counts in its dimension; 0 where it is only shown.
    pub weight: f64,
}

/// What was measured of one dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The weighted mean of its parts.
    pub score: Score,
    /// Whether another task stands for the real one, because there is none.
    pub proxy: bool,
    /// Its parts.
    pub subscores: Vec<Subscore>,
    /// What they were made of.
    pub evidence: Vec<Evidence>,
}

/// How far a version of a data set can be trusted for a purpose.
///
/// # Security
///
/// It is its institution's own: scores in hundredths follow single rows. Others are shown its
/// [`public`](Self::public) part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// [`FORMAT`].
    pub format: u32,
    /// The federation for which it was made; none of a card that was made without a participant.
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
    /// When it was made.
    pub made: UnixTime,
    /// Random bytes, under its hash.
    pub salt: Salt,
    /// What was measured.
    pub dimensions: BTreeMap<Dimension, Measured>,
    /// How much each dimension counts for the purpose; their sum is 1.
    pub weights: BTreeMap<Dimension, f64>,
    /// The dimensions without which there is no composite.
    pub needs: Vec<Dimension>,
    /// How much sub-scores count in their dimension, where the purpose says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscores: BTreeMap<Dimension, BTreeMap<String, f64>>,
    /// The mean of the dimensions that are there and count; none where one is missing that is needed, or where
    /// none of them is there.
    pub composite: Option<Score>,
}

/// What a card is about.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The federation, where there is one.
    pub federation: Option<FederationId>,
    /// Whose data set.
    pub institution: PartyId,
    /// Its name there.
    pub data_set: String,
    /// Which rows.
    pub version: Version,
    /// When the card is made.
    pub made: UnixTime,
    /// Random bytes, drawn for this card alone.
    pub salt: Salt,
}

impl Card {
    /// How much later than now a card may say it was made: clocks differ, but not by more.
    pub const AHEAD: Duration = Duration::from_hours(24);

    /// The most bytes of a card's JSON.
    pub const LONGEST: usize = 1 << 20;

    /// Makes a card of what was measured; a dimension that wasn't is missing, and isn't filled in.
    pub fn of(about: About, purpose: &Purpose, found: Vec<(Dimension, Found)>) -> Card {
        let mut dimensions: BTreeMap<Dimension, Measured> = BTreeMap::new();
        for (dimension, found) in found {
            let of = dimensions.remove(&dimension);
            dimensions.extend(
                found
                    .joined(of, dimension, purpose)
                    .map(|it| (dimension, it)),
            );
        }
        let mut card = Card {
            format: FORMAT,
            federation: about.federation,
            institution: about.institution,
            data_set: about.data_set,
            version: about.version,
            purpose: purpose.named(),
            purpose_name: purpose.name().clone(),
            made: about.made,
            salt: about.salt,
            dimensions,
            weights: purpose.weights().clone(),
            needs: purpose.needs().to_vec(),
            subscores: purpose.subscores.clone(),
            composite: None,
        };
        card.composite = card.joined();
        card
    }

    /// The dimensions that count for the purpose and weren't measured.
    pub fn missing(&self) -> Vec<Dimension> {
        let counted = self.weights.keys().copied();
        counted
            .filter(|it| !self.dimensions.contains_key(it))
            .collect()
    }

    /// How much the dimensions that were measured count together: 1 where none is missing.
    pub(crate) fn measured(&self) -> f64 {
        1.0 - share(&self.weights, &self.missing())
    }

    /// The dimensions for lack of which there is no composite: those that are needed and weren't measured or,
    /// where nothing that counts was, all that count. None where there is a composite.
    pub fn lacks(&self) -> Vec<Dimension> {
        if self.composite.is_some() {
            return Vec::new();
        }
        let needed = self.needed();
        if needed.is_empty() {
            self.missing()
        } else {
            needed
        }
    }

    /// The dimensions that are needed and weren't measured.
    fn needed(&self) -> Vec<Dimension> {
        let needs = self.needs.iter().copied();
        needs
            .filter(|it| !self.dimensions.contains_key(it))
            .collect()
    }

    /// What the card is called.
    pub fn id(&self) -> CardId {
        CardId(
            Tagged::new("scorecard.1.card")
                .field(&canonical(self))
                .digest(),
        )
    }

    /// The composite as it follows from the dimensions.
    fn joined(&self) -> Option<Score> {
        if !self.needed().is_empty() {
            return None;
        }
        let weighed = self.dimensions.iter().filter_map(|(dimension, measured)| {
            let weight = self.weights.get(dimension)?;
            Some((measured.score, *weight))
        });
        Score::mean(weighed)
    }
}

/// How much dimensions count together.
pub(crate) fn share<'a>(
    weights: &BTreeMap<Dimension, f64>,
    dimensions: impl IntoIterator<Item = &'a Dimension>,
) -> f64 {
    let weights = dimensions.into_iter().filter_map(|it| weights.get(it));
    // Not -0, which the empty sum is.
    0.0 + weights.sum::<f64>()
}

/// What one report or study says of a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its sub-scores, with the weights of the report itself.
    pub subscores: Vec<Subscore>,
    /// Whether it is of a task that stands for another.
    pub proxy: bool,
    /// Where it comes from.
    pub evidence: Evidence,
}

impl Found {
    /// Adds it to what is known of the dimension: a sub-score that is found again takes the place of the earlier one.
    fn joined(
        self,
        before: Option<Measured>,
        dimension: Dimension,
        purpose: &Purpose,
    ) -> Option<Measured> {
        let (mut subscores, mut evidence) = before
            .as_ref()
            .map(|it| (it.subscores.clone(), it.evidence.clone()))
            .unwrap_or_default();
        for mut part in self.subscores {
            part.weight = purpose.subscore(dimension, &part.id).unwrap_or(part.weight);
            subscores.retain(|it: &Subscore| it.id != part.id);
            subscores.push(part);
        }
        evidence.push(self.evidence);
        let score = Measured::joined(&subscores);
        let measured = score.map(|score| Measured {
            score,
            proxy: self.proxy || before.as_ref().is_some_and(|it| it.proxy),
            subscores,
            evidence,
        });
        measured.or(before)
    }
}

impl Measured {
    /// The score as it follows from parts.
    fn joined(subscores: &[Subscore]) -> Option<Score> {
        Score::mean(subscores.iter().map(|it| (it.score, it.weight)))
    }
}
