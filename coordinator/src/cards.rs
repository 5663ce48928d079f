//! What institutions show of their data sets' scorecards: checked, kept, and listed.

use consilium_identity::{Directory, PublicKey};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_proto::v1;
use consilium_scorecard::SignedPublic;
use consilium_store::StoreError;
use tracing::warn;

use crate::{
    desk::Desk,
    store::cards::{self, ShownCard},
};

/// How many cards of one institution are kept.
const MOST_CARDS: usize = 100;
/// The most bytes of what is shown of one.
const LONGEST: usize = 32 << 10;

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
        for v1::ShownScorecard { card, steward } in shown.cards.into_iter().take(MOST_CARDS) {
            if is_shown_by(from, &card, &steward) {
                taken.push(ShownCard {
                    institution: from.clone(),
                    card,
                    steward: steward.to_vec(),
                    received,
                });
            } else {
                warn!(party = %from, "it shows a scorecard that is not its own, or not signed");
            }
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

/// Says whether an institution's own steward signed what it shows.
fn is_shown_by(from: &PartyId, card: &str, steward: &[u8]) -> bool {
    if card.len() > LONGEST {
        return false;
    }
    let key = steward.try_into().ok().map(PublicKey::from_bytes);
    let (Ok(shown), Some(Ok(key))) = (SignedPublic::from_json(card), key) else {
        return false;
    };
    let directory = Directory::from([(shown.signer.clone(), key)]);
    shown.public.institution == *from && shown.verify(&directory).is_ok()
}
