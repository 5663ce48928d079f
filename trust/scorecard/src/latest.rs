//! Which cards were the latest, whether or not they are still there.

use std::collections::BTreeMap;

use consilium_base::{Digest, Tagged, UnixTime, written_as_hex};
use serde::{Deserialize, Serialize};

use crate::{Public, SignedPublic, signed::canonical};

/// When the latest card of each version of a data set for each purpose was made.
///
/// Whoever takes a card away can't go back to an earlier one by it: what is noted stays when cards go. Of
/// [`Latest::MOST`] versions and purposes it is remembered for each; beyond, those whose cards are the oldest are
/// forgotten, and for any that isn't remembered nothing older than these is the latest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latest {
    made: BTreeMap<Rows, UnixTime>,
    /// The latest of those that were forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forgotten: Option<UnixTime>,
}

/// The hash of a data set's name, its version and a purpose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Rows(Digest);

written_as_hex!(Rows);

impl Rows {
    fn of(card: &Public) -> Rows {
        let rows = (&card.data_set, &card.version, &card.purpose);
        let hash = Tagged::new("scorecard.1.latest").field(&canonical(&rows));
        Rows(hash.digest())
    }
}

impl Latest {
    /// Of how many versions and purposes it is remembered: four times as many as cards are kept.
    pub const MOST: usize = 4 * SignedPublic::MOST;

    /// Whether a later card of the same rows for the same purpose was there.
    pub fn is_after(&self, card: &Public) -> bool {
        let known = self.made.get(&Rows::of(card)).or(self.forgotten.as_ref());
        known.is_some_and(|known| *known > card.made)
    }

    /// Remembers a card.
    pub fn note(&mut self, card: &Public) {
        let made = self.made.entry(Rows::of(card)).or_insert(card.made);
        *made = card.made.max(*made);
        while self.made.len() > Self::MOST {
            let oldest = self.made.iter().min_by_key(|(_, made)| **made);
            let Some((rows, made)) = oldest.map(|(rows, made)| (*rows, *made)) else {
                return;
            };
            self.made.remove(&rows);
            self.forgotten = self.forgotten.max(Some(made));
        }
    }
}
