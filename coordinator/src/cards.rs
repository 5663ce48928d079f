//! What institutions show of their data sets' scorecards: checked, kept, and listed.

use consilium_identity::{Directory, PublicKey};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_proto::v1;
use consilium_scorecard::{CardError, SignedPublic};
use consilium_store::StoreError;
use tracing::warn;

use crate::{
    desk::Desk,
    store::cards::{self, ShownCard},
};

/// Why a card that an institution shows is left out.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Card(#[from] CardError),
    /// Its steward's key is none.
    #[error("it comes with no key of its steward")]
    Key,
    /// It is another institution's.
    #[error("it is of {0}")]
    Elsewhere(PartyId),
}

impl Desk {
    /// Takes what an institution shows in the place of what it showed before; what is not its own, or
    /// not signed, is left out.
    pub(crate) async fn take_cards(
        &self,
        from: &PartyId,
        shown: v1::ShownScorecards,
    ) -> Result<(), StoreError> {
        let received = self.ambient.now();
        let mut taken = Vec::new();
        for v1::ShownScorecard { card, steward } in shown.cards.into_iter().take(SignedPublic::MOST)
        {
            if let Err(reason) = check(from, &card, &steward) {
                warn!(party = %from, %reason, "a scorecard that it shows is left out");
                continue;
            }
            taken.push(ShownCard {
                institution: from.clone(),
                card,
                steward: steward.to_vec(),
                received,
            });
        }
        let before = cards::all(&self.store).await?.into_iter();
        let before = before.filter(|card| card.institution == *from);
        let text = |card: &ShownCard| (card.card.clone(), card.steward.clone());
        if before.map(|card| text(&card)).eq(taken.iter().map(text)) {
            return Ok(());
        }
        let mut change = self.store.begin().await?;
        cards::replace(&mut change, from, &taken).await?;
        let entry = Entry::new(received, Kind::DATA_SET)
            .with("what", "scorecards")
            .with("party", from)
            .with("cards", taken.len());
        change.log(&entry).await?;
        change.commit().await
    }

    /// Gives what members show.
    pub(crate) async fn cards(&self) -> Result<v1::ScorecardList, StoreError> {
        let shown = cards::all(&self.store).await?.into_iter();
        let members = self.roster.parties();
        let shown = shown.filter(|card| members.contains(&card.institution));
        Ok(v1::ScorecardList {
            cards: shown
                .map(|card| v1::KeptScorecard {
                    institution: card.institution.to_string(),
                    card: card.card,
                    steward: card.steward.into(),
                    received: card.received.0,
                })
                .collect(),
        })
    }
}

/// Sees that an institution's own steward signed what it shows.
fn check(from: &PartyId, card: &str, steward: &[u8]) -> Result<(), Unfit> {
    let shown = SignedPublic::from_json(card)?;
    if shown.public.institution != *from {
        return Err(Unfit::Elsewhere(shown.public.institution));
    }
    let key = steward.try_into().map_err(|_| Unfit::Key)?;
    let key = PublicKey::from_bytes(key).map_err(|_| Unfit::Key)?;
    shown.verify(&Directory::from([(shown.signer.clone(), key)]))?;
    Ok(())
}
