//! Setting up a sum, first steps: keys, the list of them, the graph.

use std::collections::BTreeMap;

use bytes::Bytes;
use consilium_base::{Digest, Seed, Tagged};
use consilium_mailbox::RunId;
use rand_core::CryptoRng;

use crate::{
    error::Breach,
    graph::Graph,
    keys::{KeyPair, PUBLIC_LEN, PublicKeys},
    lists,
    messages::{Advertised, Fingerprint, Listed},
    terms::Agreed,
};

/// A contributor's secrets for one sum.
pub(crate) struct Prepared {
    pub(crate) keys: KeyPair,
    pub(crate) self_mask: Seed,
    part: [u8; 32],
}

impl Prepared {
    pub(crate) fn new(rng: &mut impl CryptoRng) -> Prepared {
        let keys = KeyPair::from_seed(Seed::random(rng));
        let self_mask = Seed::random(rng);
        let mut part = [0; 32];
        rng.fill_bytes(&mut part);
        Prepared {
            keys,
            self_mask,
            part,
        }
    }

    pub(crate) fn advertised(&self) -> Advertised {
        Advertised {
            keys: Bytes::copy_from_slice(self.keys.public().as_bytes()),
            self_mask: commit_self_mask(self.self_mask.expose()),
            graph: commit_part(&self.part),
        }
    }

    /// Gives this party's part of the graph's seed, which stops being secret.
    pub(crate) fn part(&self) -> [u8; 32] {
        self.part
    }
}

pub(crate) fn commit_self_mask(seed: &[u8; 32]) -> Digest {
    Tagged::new("secagg.1.self-mask-commitment")
        .field(seed)
        .digest()
}

fn commit_part(part: &[u8; 32]) -> Digest {
    Tagged::new("secagg.1.graph-commitment")
        .field(part)
        .digest()
}

/// Says whether a part of the graph's seed is the one that was committed to.
pub(crate) fn is_committed(advertised: &Advertised, part: &[u8; 32]) -> bool {
    advertised.graph == commit_part(part)
}

impl Advertised {
    pub(crate) fn fingerprint(&self, index: usize) -> Fingerprint {
        let hash = Tagged::new("secagg.1.fingerprint")
            .field(&self.keys)
            .field(&self.self_mask);
        Fingerprint {
            index: lists::narrow(index),
            secrets: hash.digest(),
            graph: self.graph,
        }
    }

    pub(crate) fn public_keys(&self) -> Result<PublicKeys, Breach> {
        let bytes: &[u8; PUBLIC_LEN] =
            self.keys.as_ref().try_into().map_err(|_| Breach::BadKeys)?;
        PublicKeys::from_bytes(bytes).ok_or(Breach::BadKeys)
    }
}

/// The list of keys of one set-up, and the hash that stands for it.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) setup: Digest,
    fingerprints: BTreeMap<usize, Fingerprint>,
}

impl Listing {
    /// Makes a list, as the aggregator; the fingerprints are ascending.
    pub(crate) fn new(agreed: &Agreed, run: RunId, fingerprints: &[Fingerprint]) -> Listing {
        let mut hash = Tagged::new("secagg.1.setup")
            .field(&agreed.hash)
            .field(&run.0);
        for fingerprint in fingerprints {
            hash = hash.number(u64::from(fingerprint.index));
            hash = hash.field(&fingerprint.secrets).field(&fingerprint.graph);
        }
        let keyed = fingerprints
            .iter()
            .map(|fingerprint| (fingerprint.index as usize, *fingerprint));
        Listing {
            setup: hash.digest(),
            fingerprints: keyed.collect(),
        }
    }

    /// Checks a list, as a contributor.
    pub(crate) fn read(
        agreed: &Agreed,
        run: RunId,
        listed: &Listed,
        own: Fingerprint,
    ) -> Result<Listing, Breach> {
        let indices: Vec<u32> = listed
            .fingerprints
            .iter()
            .map(|print| print.index)
            .collect();
        lists::read(&indices, agreed.terms.roster.len())?;
        let listing = Listing::new(agreed, run, &listed.fingerprints);
        if listing.fingerprints.len() < agreed.terms.thresholds.signatures {
            return Err(Breach::ListTooShort);
        }
        if listing.fingerprints.get(&(own.index as usize)) != Some(&own) {
            return Err(Breach::OwnEntry);
        }
        Ok(listing)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = usize> + '_ {
        self.fingerprints.keys().copied()
    }

    /// Draws the graph from everybody's part.
    pub(crate) fn draw(&self, agreed: &Agreed, parts: &[(u32, [u8; 32])]) -> Result<Graph, Breach> {
        let committed = parts.len() == self.fingerprints.len()
            && self
                .fingerprints
                .values()
                .zip(parts)
                .all(|(print, (index, part))| {
                    print.index == *index && print.graph == commit_part(part)
                });
        if !committed {
            return Err(Breach::BadPart);
        }
        let hash = Tagged::new("secagg.1.graph").field(&self.setup);
        let hash = parts.iter().fold(hash, |hash, (_, part)| hash.field(part));
        let seed = Seed::from_bytes(hash.digest());
        let neighbourhood = agreed.terms.thresholds.neighbourhood;
        Ok(Graph::draw(agreed.terms.roster.len(), neighbourhood, &seed))
    }

    /// Takes the keys of one's neighbours, each the listed ones.
    pub(crate) fn neighbours(
        &self,
        neighbours: &[usize],
        advertised: &[(u32, Advertised)],
    ) -> Result<BTreeMap<usize, PublicKeys>, Breach> {
        let given: BTreeMap<u32, &Advertised> = advertised
            .iter()
            .map(|(index, advertised)| (*index, advertised))
            .collect();
        let mut keys = BTreeMap::new();
        for &index in neighbours {
            let Some(fingerprint) = self.fingerprints.get(&index) else {
                continue;
            };
            let advertised = given.get(&fingerprint.index).ok_or(Breach::ForeignKeys)?;
            if advertised.fingerprint(index) != *fingerprint {
                return Err(Breach::ForeignKeys);
            }
            keys.insert(index, advertised.public_keys()?);
        }
        Ok(keys)
    }
}
