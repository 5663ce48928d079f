//! What institutions show of their data sets' scorecards: checked, kept, and listed.

mod awaiting;
mod fit;

use std::collections::BTreeMap;

use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_proto::v1;
use consilium_scorecard::{Band, Dimension, Latest, Public, PurposeName, SignedPublic, Version};
use consilium_store::{StoreError, columns::damaged, settings};
use tracing::warn;

use crate::{
    desk::Desk,
    store::cards::{self, ShownCard},
};
pub(crate) use awaiting::Awaiting;
use fit::{Fit, Unfit};

/// A card that was checked, and as it came.
type Taken = (Public, ShownCard);

impl Desk {
    /// Hears what an institution shows. Where the last change is no minute old, it waits until the next message, or
    /// until somebody lists cards; only the last that came is kept.
    ///
    /// # Security
    ///
    /// Signatures are checked and a change is written at most once a minute for each institution and list: one that
    /// shows ever new cards costs others no time.
    pub(crate) async fn hear_cards(
        &self,
        from: &PartyId,
        shown: v1::ShownScorecards,
    ) -> Result<(), StoreError> {
        match self.awaiting.due(from, shown, self.ambient.now()) {
            Some(shown) => self.look_at_cards(from, shown).await,
            None => Ok(()),
        }
    }

    /// Takes what an institution shows; what the store fails to keep waits on.
    async fn look_at_cards(
        &self,
        from: &PartyId,
        shown: v1::ShownScorecards,
    ) -> Result<(), StoreError> {
        let taken = self.take_cards(from, &shown).await;
        if taken.is_err() {
            self.awaiting.put_back(from, shown);
        }
        taken
    }

    /// Takes what an institution shows in the place of what it showed before; what is not its own, not
    /// signed, or not the latest of its data set for its purpose, is left out.
    async fn take_cards(
        &self,
        from: &PartyId,
        shown: &v1::ShownScorecards,
    ) -> Result<(), StoreError> {
        let received = self.ambient.now();
        let before = cards::of(&self.store, from).await?;
        let told = shown.cards.iter().map(|it| (&*it.card, &*it.steward));
        if before.iter().map(text).eq(told) {
            return Ok(());
        }
        let known: Vec<Public> = before.iter().filter_map(public).collect();
        let directory = self.roster.known();
        let latest = settings::get(&self.store, &latest_setting(from)).await?;
        let latest = latest.map(|it| serde_json::from_str(&it).map_err(|_| damaged("value")));
        let mut latest: Latest = latest.transpose()?.unwrap_or_default();
        for card in &known {
            latest.note(card);
        }
        let fit = Fit {
            from,
            federation: self.federation,
            now: received,
            latest: &latest,
            directory: &directory,
        };
        let (taken, left_out) = take(&fit, shown);
        if let Some(reason) = left_out.first() {
            let count = left_out.len();
            warn!(party = %from, count, %reason, "scorecards that it shows are left out");
        }
        if before
            .iter()
            .map(text)
            .eq(taken.iter().map(|(_, card)| text(card)))
        {
            return Ok(());
        }
        let mut change = self.store.begin().await?;
        let (publics, taken): (Vec<Public>, Vec<ShownCard>) = taken.into_iter().unzip();
        cards::replace(&mut change, from, &taken).await?;
        for card in &publics {
            latest.note(card);
        }
        let latest = serde_json::to_string(&latest).expect("hashes and times serialise");
        settings::set(&mut change, &latest_setting(from), &latest).await?;
        // The journal only grows: what differs in nothing that others see is not noted.
        if seen(&publics) != seen(&known) {
            let entry = Entry::new(received, Kind::DATA_SET)
                .with("what", "scorecards")
                .with("party", from)
                .with("cards", taken.len());
            change.log(&entry).await?;
        }
        change.commit().await
    }

    /// Gives what members show.
    pub(crate) async fn cards(&self) -> Result<v1::ScorecardList, StoreError> {
        while let Some((from, shown)) = self.awaiting.next(self.ambient.now()) {
            self.look_at_cards(&from, shown).await?;
        }
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

/// Takes the cards that are fit, of each data set and purpose the latest; gives why others are left out, too.
fn take(fit: &Fit<'_>, shown: &v1::ShownScorecards) -> (Vec<Taken>, Vec<Unfit>) {
    let (mut taken, mut left_out) = (Vec::<Taken>::new(), Vec::new());
    for v1::ShownScorecard { card, steward } in shown.cards.iter().take(SignedPublic::MOST) {
        let public = match fit.check(card, steward) {
            Ok(public) => public,
            Err(reason) => {
                left_out.push(reason);
                continue;
            }
        };
        let kept = ShownCard {
            institution: fit.from.clone(),
            card: card.clone(),
            steward: steward.to_vec(),
            received: fit.now,
        };
        let mut others = taken.iter_mut();
        match others.find(|(other, _)| fit::is_of_one_kind(other, &public)) {
            None => taken.push((public, kept)),
            Some(other) => {
                left_out.push(Unfit::Twice);
                if public.made > other.0.made {
                    *other = (public, kept);
                }
            }
        }
    }
    (taken, left_out)
}

/// Under what it is remembered which cards of an institution were the latest.
fn latest_setting(institution: &PartyId) -> String {
    format!("scorecards.{institution}.latest")
}

fn text(card: &ShownCard) -> (&str, &[u8]) {
    (&card.card, &card.steward)
}

fn public(card: &ShownCard) -> Option<Public> {
    Some(SignedPublic::from_json(&card.card).ok()?.public)
}

/// What of a card others go by.
type Seen = (Version, i64, Option<Band>, BTreeMap<Dimension, Band>);

/// What others go by, with the day on which it was made.
fn seen(cards: &[Public]) -> Vec<(String, PurposeName, Seen)> {
    let seen = |it: &Public| {
        let bands = it.dimensions.iter().map(|(of, shown)| (*of, shown.band));
        let day = it.made.0.div_euclid(86_400);
        let seen = (it.version, day, it.composite, bands.collect());
        (it.data_set.clone(), it.purpose.clone(), seen)
    };
    cards.iter().map(seen).collect()
}
