//! Scorecards of the own data sets: kept, held against plans, and shown in bands.

mod studies;

use std::collections::BTreeMap;

use consilium_identity::{Directory, PublicKey};
use consilium_journal::{Entry, Kind};
use consilium_node::files::FileError;
use consilium_plan::{Code, DataVersion, Failure, Grant, Name, Plan};
use consilium_proto::v1::{self, to_coordinator::Kind as Said};
use consilium_scorecard::{
    Card, CardError, Dimension, Latest, Signed, SignedPublic, Version, VersionHash,
};
use consilium_store::{columns::damaged, settings};

use crate::{
    home::Home,
    store::{StoreError, cards, data_sets},
    study::RunError,
    wire,
};

/// Why a card is not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum KeepCardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Card(#[from] CardError),
    /// What studies have found can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The card is another institution's, or not this federation's.
    #[error("the card is another institution's, or another federation's, or of none")]
    Elsewhere,
    /// Its day has not come.
    #[error("the card says that it was made in the future")]
    Early,
    /// Nobody goes back to an earlier card of the same rows.
    #[error("a later card of the same version is or was kept already: make a new one")]
    Older,
    /// A study says something else, or this participant took part in none.
    #[error(
        "{} has scores of a study that this participant does not have so: make the card of what \
         `consilium study result` writes",
        .dimension.id()
    )]
    Unfound { dimension: Dimension },
    /// Somebody has countersigned who took no part in the study.
    #[error(
        "{signer} has countersigned a study in which its institution did not take part with this one"
    )]
    NoPart { signer: String },
    /// There are more countersignatures than others look at.
    #[error("{} has more countersignatures than others look at: {most} at most", .dimension.id())]
    TooManyWords { dimension: Dimension, most: usize },
    /// Its signer is no steward here.
    #[error("{signer} is no steward of this institution")]
    NoSteward { signer: String },
    /// It is of rows that are not registered.
    #[error(
        "the card is of another version of {data} than the one that is registered, or of none: measure \
         what `consilium data list` shows"
    )]
    OtherVersion { data: String },
    /// There are as many as are kept.
    #[error(
        "{} cards are kept already: remove a data set, and its cards go with it",
        SignedPublic::MOST
    )]
    TooMany,
}

/// Under what it is remembered which cards were the latest.
const LATEST: &str = "scorecards.latest";

impl Home {
    /// Keeps a card that a steward of this institution has signed for what is registered.
    pub(crate) async fn keep_card(&self, text: &str) -> Result<Signed, KeepCardError> {
        let signed = Signed::from_json(text)?;
        let card = &signed.card;
        if card.institution != self.party || card.federation != Some(self.federation) {
            return Err(KeepCardError::Elsewhere);
        }
        if card.made > self.ambient.now().after(Card::AHEAD) {
            return Err(KeepCardError::Early);
        }
        let key = self.steward_key(&signed.signer).await?;
        let key = key.ok_or_else(|| KeepCardError::NoSteward {
            signer: signed.signer.clone(),
        })?;
        signed.verify(&Directory::from([(signed.signer.clone(), key)]))?;
        // What others could not read is not shown to them.
        SignedPublic::from_json(&wire::json(&signed.public()))?;
        let registered = data_sets::find(&self.store, &card.data_set).await?;
        if registered.map(|set| measured(set.version)) != Some(card.version) {
            let data = card.data_set.clone();
            return Err(KeepCardError::OtherVersion { data });
        }
        self.check_studies(card).await?;
        let mut latest = self.latest_cards().await?;
        if latest.is_after(&card.public()) {
            return Err(KeepCardError::Older);
        }
        latest.note(&card.public());
        let kept = cards::all(&self.store).await?.into_iter();
        let others = kept.filter(|kept| {
            kept.card.data_set != card.data_set || kept.card.purpose != card.purpose
        });
        if others.count() >= SignedPublic::MOST {
            return Err(KeepCardError::TooMany);
        }
        let now = self.ambient.now();
        let mut change = self.store.begin().await?;
        cards::keep(&mut change, &signed, now).await?;
        settings::set(&mut change, LATEST, &wire::json(&latest)).await?;
        let entry = Entry::new(now, Kind::DATA_SET)
            .with("data", &card.data_set)
            .with("what", "scorecard")
            .with("purpose", &card.purpose)
            .with("steward", &signed.signer)
            .with("card", card.id());
        change.log(&entry).await?;
        change.commit().await?;
        self.show_cards().await?;
        Ok(signed)
    }

    /// Sees that the card of a data set, in the version that is approved, has the scores that a plan asks
    /// for.
    ///
    /// # Security
    ///
    /// It is decided here, by what a steward of this institution has signed, whenever one more run of the
    /// plan is to be allowed. Others hear which of three it is, and no score.
    pub(crate) async fn check_card(
        &self,
        plan: &Plan,
        (data, grant): (&Name, &Grant),
    ) -> Result<(), RunError> {
        let Some(floors) = plan.floors() else {
            return Ok(());
        };
        let kept = cards::find(&self.store, data.as_str(), &floors.purpose).await?;
        let code = match kept {
            Some(signed) if self.signed_by(&signed).await?.is_none() => Code::ScoreMissing,
            Some(signed) if signed.card.version != measured(grant.data) => Code::ScoreOutdated,
            Some(signed) if signed.card.meets(floors).is_empty() => return Ok(()),
            Some(_) => Code::ScoreBelow,
            None => Code::ScoreMissing,
        };
        let failure = Failure::new(code).of(&self.party).with("data", data);
        Err(failure.with("purpose", &floors.purpose).into())
    }

    /// Tells the coordinator what it may know of the cards of data sets as they are registered.
    pub(crate) async fn show_cards(&self) -> Result<(), StoreError> {
        let sets = data_sets::all(&self.store).await?.into_iter();
        let registered: BTreeMap<String, Version> =
            sets.map(|set| (set.name, measured(set.version))).collect();
        let mut shown = Vec::new();
        for signed in cards::all(&self.store).await? {
            if registered.get(&signed.card.data_set) != Some(&signed.card.version) {
                continue;
            }
            if let Some(key) = self.signed_by(&signed).await? {
                shown.push(v1::ShownScorecard {
                    card: wire::json(&signed.public()),
                    steward: key.to_bytes().to_vec().into(),
                });
            }
        }
        self.tell(Said::Scorecards(v1::ShownScorecards { cards: shown }));
        Ok(())
    }

    /// Gives which cards were the latest, of data sets that are gone, too.
    async fn latest_cards(&self) -> Result<Latest, StoreError> {
        let known = settings::get(&self.store, LATEST).await?;
        let known = known.map(|it| serde_json::from_str(&it).map_err(|_| damaged("value")));
        Ok(known.transpose()?.unwrap_or_default())
    }

    /// Gives the key that signed a kept card, unless its steward is none any more, or has another one.
    async fn signed_by(&self, signed: &Signed) -> Result<Option<PublicKey>, StoreError> {
        let key = self.steward_key(&signed.signer).await?;
        Ok(key.filter(|key| {
            let directory = Directory::from([(signed.signer.clone(), *key)]);
            signed.verify(&directory).is_ok()
        }))
    }

    /// Gives the key of a steward of this institution, by the whole name.
    async fn steward_key(&self, signer: &str) -> Result<Option<PublicKey>, StoreError> {
        let own = signer.strip_prefix(self.party.as_str());
        let name = own.and_then(|rest| rest.strip_prefix('/'));
        let stewards = self.stewards().await?;
        let key = name.and_then(|name| stewards.get(name));
        Ok(key.and_then(|key| PublicKey::from_bytes(key).ok()))
    }
}

/// Gives a version as cards have it.
fn measured(version: DataVersion) -> Version {
    Version::Registered(VersionHash(version.0))
}
