//! The other institutions and their keys: what the coordinator says, and what we made sure of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use consilium_identity::{Claim, Directory, PublicKey, UnixTime, Vouch};
use consilium_journal::{Entry, Kind};
use consilium_mailbox::PartyId;
use consilium_plan::Plan;
use consilium_proto::v1;
use consilium_store::StoreError;
use tracing::warn;

use crate::{
    home::Home,
    steward::StewardError,
    store::peers::{self, Peer, PeerError, Verified},
};

/// The most parties that are known; four times as many as take part in the largest study.
const MOST_PEERS: usize = 4_096;

/// Keys that the coordinator names instead of those that are known: a steward has to take them.
#[derive(Debug, Default)]
pub(crate) struct Offered(Mutex<BTreeMap<PartyId, PublicKey>>);

impl Offered {
    pub(crate) fn all(&self) -> BTreeMap<PartyId, PublicKey> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PartyId, PublicKey>> {
        // The map changes in single steps that don't panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Home {
    /// Remembers keys that are new; one that differs from what is known is not taken.
    ///
    /// # Security
    ///
    /// The coordinator is believed once for each party and never again: whoever was compared by
    /// words can't be swapped for somebody else.
    pub(crate) async fn learn(&self, roster: &v1::Roster) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let known: BTreeMap<PartyId, Vec<u8>> = peers::all(&self.store)
            .await?
            .into_iter()
            .map(|peer| (peer.name, peer.public_key))
            .collect();
        let (mut change, mut beyond) = (None, 0_usize);
        let mut room = MOST_PEERS.saturating_sub(known.len());
        for member in roster.members.iter().filter(|member| !member.revoked) {
            let (Ok(party), Some(key)) = (member.party.parse::<PartyId>(), key(&member.key)) else {
                warn!("the coordinator's roster holds something that is no member");
                continue;
            };
            if party == self.party {
                continue;
            }
            match known.get(&party) {
                Some(before) if *before == key.to_bytes() => {
                    self.offered.lock().remove(&party);
                }
                Some(_) => {
                    warn!(%party, "the coordinator names another key for it than the one we know");
                    self.offered.lock().insert(party, key);
                }
                None if room == 0 => beyond += 1,
                None => {
                    room -= 1;
                    let change = match &mut change {
                        Some(begun) => begun,
                        none => none.insert(self.store.begin().await?),
                    };
                    let learnt = peers::learn(change, &party, &key.to_bytes(), now).await;
                    of_store(learnt.map(drop))?;
                    change.log(&entry(self, &party, "learnt")).await?;
                }
            }
        }
        if beyond > 0 {
            warn!(
                beyond,
                "the coordinator names more parties than a federation has"
            );
        }
        match change {
            Some(change) => change.commit().await,
            None => Ok(()),
        }
    }

    /// Notes how a party's key was found to be its own. A key that is not the known one takes its
    /// place, if the coordinator names it.
    pub(crate) async fn verify(
        &self,
        party: &PartyId,
        key: &PublicKey,
        how: Verified,
    ) -> Result<(), PeerError> {
        let now = self.ambient.now();
        let is_offered = self.offered.lock().get(party) == Some(key);
        let verified = match &how {
            Verified::ByWords => entry(self, party, "verified"),
            Verified::ByVouch(vouch) => {
                entry(self, party, "verified").with("authority", vouch.signer())
            }
        };
        let mut change = self.store.begin().await?;
        if is_offered {
            peers::replace(&mut change, party, &key.to_bytes(), now).await?;
        }
        peers::verify(&mut change, party, &key.to_bytes(), how, now).await?;
        change.log(&verified).await?;
        change.commit().await?;
        if is_offered {
            self.offered.lock().remove(party);
        }
        Ok(())
    }

    /// Takes an authority's word for a party's key, if the own configuration names it.
    ///
    /// # Errors
    ///
    /// If the vouch is worth nothing here, or is for another key than the party's.
    pub(crate) async fn believe(&self, vouch: Vouch) -> Result<(), StewardError> {
        vouch.check(&self.authorities, &self.federation, self.ambient.now())?;
        let Claim { party, key, .. } = vouch.claim().clone();
        let how = Verified::ByVouch(Box::new(vouch));
        Ok(self.verify(&party, &key, how).await?)
    }

    /// Says who made sure of a peer's key, if anybody did.
    ///
    /// A vouch counts while it holds and the configuration names who signed it.
    pub(crate) fn assurance(&self, peer: &Peer) -> Option<Assurance> {
        let vouch = match &peer.verified.as_ref()?.0 {
            Verified::ByWords => return Some(Assurance::Words),
            Verified::ByVouch(vouch) => vouch,
        };
        let now = self.ambient.now();
        let voucher = vouch.check(&self.authorities, &self.federation, now).ok()?;
        let claim = vouch.claim();
        let is_its = claim.party == peer.name && claim.key.to_bytes()[..] == peer.public_key;
        is_its.then(|| Assurance::Authority {
            name: voucher.name.clone(),
            until: claim.validity.until,
        })
    }

    /// Gives the keys of all parties, the own one among them.
    pub(crate) async fn directory(&self) -> Result<Directory, StoreError> {
        let mut directory = Directory::default();
        for peer in peers::all(&self.store).await? {
            if let Some(key) = key(&peer.public_key) {
                directory.insert(peer.name.to_string(), key);
            }
        }
        directory.insert(self.party.to_string(), self.key.public());
        Ok(directory)
    }

    /// Gives the contributors of a plan whose keys nobody here made sure of. Of several that share
    /// a key one counts.
    pub(crate) async fn unverified(&self, plan: &Plan) -> Result<Vec<PartyId>, StoreError> {
        let known = peers::all(&self.store).await?;
        let mut counted = BTreeSet::from([self.key.public().to_bytes().to_vec()]);
        let mut is_verified = |party: &PartyId| {
            let peer = known.iter().find(|peer| peer.name == *party);
            let peer = peer.filter(|peer| self.assurance(peer).is_some());
            *party == self.party || peer.is_some_and(|peer| counted.insert(peer.public_key.clone()))
        };
        let contributors = plan.contributors().map(|(party, _)| party);
        Ok(contributors
            .filter(|party| !is_verified(party))
            .cloned()
            .collect())
    }
}

/// Who made sure that a key is its party's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Assurance {
    /// A steward, who compared its words with the party's people.
    Words,
    /// An authority that the own configuration names.
    Authority {
        name: String,
        /// When its word ends.
        until: UnixTime,
    },
}

/// Reads a public key.
pub(crate) fn key(bytes: &[u8]) -> Option<PublicKey> {
    let bytes = bytes.try_into().ok()?;
    PublicKey::from_bytes(bytes).ok()
}

fn entry(home: &Home, party: &PartyId, what: &str) -> Entry {
    Entry::new(home.ambient.now(), Kind::ROSTER)
        .with("party", party)
        .with("key", what)
}

/// Keeps what the store says; that a key changed was looked at before.
fn of_store(result: Result<(), PeerError>) -> Result<(), StoreError> {
    match result {
        Err(PeerError::Store(error)) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
