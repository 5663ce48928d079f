//! Setting up a sum, last steps of a contributor: shares dealt and taken, masks agreed on.

use std::collections::BTreeMap;

use bytes::Bytes;
use consilium_base::{Digest, Secret};
use rand_core::CryptoRng;

use crate::{
    error::Breach,
    keys::{CAPSULE_LEN, Capsule, PublicKeys},
    lists,
    messages::{Dealt, Received},
    setup::{Listing, Prepared},
    shamir::{self, Place, SHARE_LEN, Share},
    summing::Ready,
    terms::Agreed,
};

/// A contributor that has dealt shares of its secrets and awaits its neighbours'.
pub(crate) struct Dealing {
    me: usize,
    prepared: Prepared,
    setup: Digest,
    peers: BTreeMap<usize, PublicKeys>,
    capsules: BTreeMap<usize, Capsule>,
    key_shares: BTreeMap<usize, Secret<Share>>,
    self_shares: BTreeMap<usize, Secret<Share>>,
}

/// Deals shares of both secrets to each neighbour, and encapsulates to those of higher index.
pub(crate) fn deal(
    me: usize,
    prepared: Prepared,
    listing: &Listing,
    peers: BTreeMap<usize, PublicKeys>,
    threshold: usize,
    rng: &mut impl CryptoRng,
) -> (Dealing, Vec<(usize, Dealt)>) {
    let holders: Vec<usize> = peers.keys().copied().chain([me]).collect();
    let places: Vec<Place> = holders.iter().map(|&holder| Place::of(holder)).collect();
    let share = |secret: &[u8; 32], rng: &mut _| {
        shamir::deal(&Secret::new(*secret), threshold, &places, rng)
    };
    let key_shares = share(prepared.keys.seed().expose(), rng);
    let self_shares = share(prepared.self_mask.expose(), rng);
    let higher = peers.range(me + 1..);
    let capsules: BTreeMap<usize, Capsule> = higher
        .map(|(&peer, keys)| (peer, prepared.keys.encapsulate(keys)))
        .collect();
    let mut dealing = Dealing {
        me,
        prepared,
        setup: listing.setup,
        peers,
        capsules,
        key_shares: BTreeMap::new(),
        self_shares: BTreeMap::new(),
    };
    let mut dealt = Vec::with_capacity(holders.len());
    for ((holder, key_share), self_share) in holders
        .into_iter()
        .zip(key_shares.expose())
        .zip(self_shares.expose())
    {
        if holder == me {
            dealing.key_shares.insert(me, Secret::new(*key_share));
            dealing.self_shares.insert(me, Secret::new(*self_share));
            continue;
        }
        let capsule = dealing.capsules.get(&holder);
        let message = Dealt {
            setup: listing.setup,
            capsule: capsule.map_or_else(Bytes::new, |it| Bytes::copy_from_slice(&it.bytes)),
            key_share: Bytes::copy_from_slice(&key_share.to_bytes()),
            self_share: Bytes::copy_from_slice(&self_share.to_bytes()),
        };
        dealt.push((holder, message));
    }
    (dealing, dealt)
}

impl Dealing {
    /// Takes what a neighbour dealt.
    pub(crate) fn take(&mut self, from: usize, dealt: &Dealt) -> Result<(), Breach> {
        if dealt.setup != self.setup {
            return Err(Breach::OtherList);
        }
        let key_share = read_share(&dealt.key_share)?;
        let self_share = read_share(&dealt.self_share)?;
        if from < self.me {
            let capsule: &[u8; CAPSULE_LEN] = dealt
                .capsule
                .as_ref()
                .try_into()
                .map_err(|_| Breach::BadShares)?;
            self.capsules
                .insert(from, self.prepared.keys.decapsulate(capsule));
        }
        self.key_shares.insert(from, Secret::new(key_share));
        self.self_shares.insert(from, Secret::new(self_share));
        Ok(())
    }

    /// Reports whose shares are held.
    pub(crate) fn received(&self) -> Received {
        let from: Vec<usize> = self.others().collect();
        let mut capsules = Vec::new();
        for peer in from.iter().filter(|&&peer| peer > self.me) {
            capsules.extend_from_slice(&self.capsules[peer].bytes);
        }
        let from = from.into_iter().map(lists::narrow).collect();
        Received {
            from,
            capsules: capsules.into(),
        }
    }

    /// Agrees on masks with the neighbours in the cohort.
    ///
    /// Names the neighbour with unusable keys, or nobody if the cohort itself is wrong.
    pub(crate) fn ready(
        self,
        agreed: &Agreed,
        members: Vec<usize>,
    ) -> Result<Ready, (Option<usize>, Breach)> {
        let thresholds = agreed.terms.thresholds;
        let me = self.me;
        let known = |member: &usize| {
            self.key_shares.contains_key(member) || !self.peers.contains_key(member)
        };
        let own = self
            .key_shares
            .keys()
            .filter(|holder| members.binary_search(holder).is_ok());
        if members.len() < thresholds.signatures
            || own.count() < thresholds.shares
            || members.binary_search(&me).is_err()
            || !members.iter().all(known)
        {
            return Err((None, Breach::BadCohort));
        }
        let mut pairs = Vec::new();
        for (&peer, keys) in &self.peers {
            if members.binary_search(&peer).is_err() {
                continue;
            }
            let capsule = &self.capsules[&peer];
            let seed = self.prepared.keys.agree(keys, capsule, &self.setup);
            pairs.push((peer, seed.ok_or((Some(peer), Breach::BadKeys))?));
        }
        let mine = |holder: &usize, _: &mut Secret<Share>| members.binary_search(holder).is_ok();
        let (mut key_shares, mut self_shares) = (self.key_shares, self.self_shares);
        key_shares.retain(mine);
        self_shares.retain(mine);
        let self_mask = self.prepared.self_mask;
        Ok(Ready::new(
            me,
            &self.setup,
            members,
            self_mask,
            pairs,
            key_shares,
            self_shares,
        ))
    }

    /// Gives the neighbours that were listed.
    pub(crate) fn peers(&self) -> impl Iterator<Item = usize> + '_ {
        self.peers.keys().copied()
    }

    fn others(&self) -> impl Iterator<Item = usize> + '_ {
        self.key_shares
            .keys()
            .copied()
            .filter(|&holder| holder != self.me)
    }
}

pub(crate) fn read_share(bytes: &[u8]) -> Result<Share, Breach> {
    let bytes: &[u8; SHARE_LEN] = bytes.try_into().map_err(|_| Breach::BadShares)?;
    Share::from_bytes(bytes).ok_or(Breach::BadShares)
}
