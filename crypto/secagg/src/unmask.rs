//! Opening a sum, steps of the aggregator: secrets restored from shares, masks taken away.

use std::collections::{BTreeMap, HashMap};

use consilium_base::{Digest, Secret, Seed};

use crate::{
    dealing::read_share,
    error::Breach,
    graph::Graph,
    keys::{CAPSULE_LEN, KeyPair, PublicKeys},
    mask::{Mask, Sign},
    messages::{Advertised, Answered, Received},
    setup::commit_self_mask,
    shamir::{Place, SHARE_LEN, Share, Weights},
    summing::cohort,
};

/// What the aggregator knows of a set-up.
#[derive(Debug)]
pub(crate) struct Directory {
    setup: Digest,
    pub(crate) graph: Graph,
    advertised: BTreeMap<usize, Advertised>,
    /// From the lower to the higher index.
    capsules: HashMap<(usize, usize), [u8; CAPSULE_LEN]>,
    /// Who masks against whom.
    pub(crate) members: Vec<usize>,
}

/// Why a sum stays masked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    TooFewShares { of: usize, held: usize },
    SharesDisagree { of: usize, holders: Vec<usize> },
    BadKeys { of: usize },
}

impl Directory {
    /// Takes what contributors received, and makes the cohort of those that hold each other's
    /// shares.
    ///
    /// Names the sender of a malformed report.
    pub(crate) fn new(
        setup: Digest,
        graph: Graph,
        advertised: BTreeMap<usize, Advertised>,
        reports: &[(usize, Received)],
    ) -> Result<Directory, (usize, Breach)> {
        let mut capsules = HashMap::new();
        let mut members: Vec<usize> = reports.iter().map(|(index, _)| *index).collect();
        for (index, report) in reports {
            let expected = graph.neighbours(*index);
            let from: Vec<usize> = report.from.iter().map(|&peer| peer as usize).collect();
            let higher = from.iter().filter(|peer| *peer > index);
            let (sealed, rest) = report.capsules.as_chunks::<CAPSULE_LEN>();
            // Who showed no keys was listed to nobody and holds nothing.
            if !advertised.contains_key(index)
                || !from.is_sorted_by(|one, next| one < next)
                || from
                    .iter()
                    .any(|peer| expected.binary_search(peer).is_err())
                || higher.clone().count() != sealed.len()
                || !rest.is_empty()
            {
                return Err((*index, Breach::BadShares));
            }
            capsules.extend(
                higher
                    .map(|&peer| (*index, peer))
                    .zip(sealed.iter().copied()),
            );
            // Who lacks the shares of another reporter can't mask against it: it stays out.
            let lacks = |peer: &usize| {
                reports.iter().any(|(other, _)| other == peer) && from.binary_search(peer).is_err()
            };
            if expected.iter().any(lacks) {
                members.retain(|member| member != index);
            }
        }
        Ok(Directory {
            setup,
            graph,
            advertised,
            capsules,
            members,
        })
    }

    /// Gives the hash of set-up and cohort.
    pub(crate) fn cohort(&self) -> Digest {
        cohort(&self.setup, &self.members)
    }

    /// Says whether a party is in the cohort.
    pub(crate) fn has(&self, index: usize) -> bool {
        self.members.binary_search(&index).is_ok()
    }

    /// Gives the party's neighbours in the cohort and itself, ascending.
    pub(crate) fn neighbourhood(&self, of: usize) -> Vec<usize> {
        let mut all = self.graph.neighbours(of);
        all.push(of);
        all.retain(|&party| self.has(party));
        all.sort_unstable();
        all
    }

    /// Restores all secrets that the answers are about, and gives the masks to be added to the
    /// survivors' masked vectors of the sum of that [hash](crate::SumShape::hash).
    pub(crate) fn unmask(
        &self,
        sum: &Digest,
        threshold: usize,
        survivors: &[usize],
        answers: &Answers,
    ) -> Result<Vec<Mask>, Stuck> {
        let mut restorer = Restorer {
            threshold,
            answers,
            weights: HashMap::new(),
        };
        let mut masks = Vec::new();
        let mut keys = BTreeMap::new();
        if survivors.len() < self.members.len() {
            for &peer in survivors {
                let parsed = self.advertised[&peer].public_keys();
                keys.insert(peer, parsed.map_err(|_| Stuck::BadKeys { of: peer })?);
            }
        }
        for &of in &self.members {
            let holders: Vec<usize> = self.neighbourhood(of);
            if survivors.binary_search(&of).is_ok() {
                let commitment = self.advertised[&of].self_mask;
                let fits = |seed: &[u8; 32]| commit_self_mask(seed) == commitment;
                let (seed, ()) = restorer.restore(of, &holders, |seed| fits(seed).then_some(()))?;
                masks.push(Mask::new(seed.expose(), sum, Sign::Minus));
                continue;
            }
            let public = &self.advertised[&of].keys;
            let pair_of = |seed: &[u8; 32]| {
                let pair = KeyPair::from_seed(Seed::from_bytes(*seed));
                (public[..] == pair.public().as_bytes()[..]).then_some(pair)
            };
            let (_, pair) = restorer.restore(of, &holders, pair_of)?;
            for &peer in &holders {
                let Some(keys) = keys.get(&peer) else {
                    continue;
                };
                let seed = self.pairwise(of, &pair, peer, keys);
                let seed = seed.ok_or(Stuck::BadKeys { of: peer })?;
                // The survivor added its side's mask; the other side's cancels it.
                masks.push(Mask::new(seed.expose(), sum, Sign::between(of, peer)));
            }
        }
        Ok(masks)
    }

    /// Recomputes the seed of the mask between a dropped party and a survivor.
    fn pairwise(
        &self,
        of: usize,
        pair: &KeyPair,
        peer: usize,
        keys: &PublicKeys,
    ) -> Option<Secret<[u8; 32]>> {
        let capsule = if of < peer {
            pair.encapsulate(keys)
        } else {
            pair.decapsulate(self.capsules.get(&(peer, of))?)
        };
        pair.agree(keys, &capsule, &self.setup)
    }
}

/// The shares that survivors gave.
#[derive(Default)]
pub(crate) struct Answers(HashMap<(usize, usize), Share>);

impl Answers {
    /// Takes the shares of one survivor, one for each party of its neighbourhood.
    pub(crate) fn take(
        &mut self,
        from: usize,
        neighbourhood: &[usize],
        answered: &Answered,
    ) -> Result<(), Breach> {
        let (shares, rest) = answered.shares.as_chunks::<SHARE_LEN>();
        if shares.len() != neighbourhood.len() || !rest.is_empty() {
            return Err(Breach::BadShares);
        }
        for (&of, share) in neighbourhood.iter().zip(shares) {
            self.0.insert((of, from), read_share(share)?);
        }
        Ok(())
    }
}

struct Restorer<'a> {
    threshold: usize,
    answers: &'a Answers,
    weights: HashMap<Vec<usize>, Weights>,
}

impl Restorer<'_> {
    /// Restores a secret that `check` accepts; passes over one false share where a spare one is.
    fn restore<T>(
        &mut self,
        of: usize,
        neighbourhood: &[usize],
        check: impl Fn(&[u8; 32]) -> Option<T>,
    ) -> Result<(Secret<[u8; 32]>, T), Stuck> {
        let answered = |holder: &usize| self.answers.0.contains_key(&(of, *holder));
        let holders: Vec<usize> = neighbourhood.iter().copied().filter(answered).collect();
        let (held, needed) = (holders.len(), self.threshold);
        if held < needed {
            return Err(Stuck::TooFewShares { of, held });
        }
        let mut attempts = vec![holders[..needed].to_vec()];
        if held > needed {
            attempts.extend((0..needed).map(|left_out| {
                let mut others = holders[..=needed].to_vec();
                others.remove(left_out);
                others
            }));
        }
        for chosen in attempts {
            let shares: Vec<Share> = chosen
                .iter()
                .map(|holder| self.answers.0[&(of, *holder)])
                .collect();
            let weights = self.weights.entry(chosen).or_insert_with_key(|chosen| {
                let places: Vec<Place> = chosen.iter().map(|&holder| Place::of(holder)).collect();
                Weights::new(&places)
            });
            if let Some(seed) = weights.restore(&shares)
                && let Some(checked) = check(seed.expose())
            {
                return Ok((seed, checked));
            }
        }
        Err(Stuck::SharesDisagree { of, holders })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::shamir;

    const THRESHOLD: usize = 3;

    /// Shares of `secret` at holders 0 to 3, on a polynomial of its own.
    fn shares(secret: [u8; 32]) -> Secret<Vec<Share>> {
        let places: Vec<Place> = (0..4).map(Place::of).collect();
        let mut generator = Seed::from_bytes(secret).generator();
        shamir::deal(&Secret::new(secret), THRESHOLD, &places, &mut generator)
    }

    fn restore(
        given: &[(usize, Share)],
        commitment: Digest,
    ) -> Result<(Secret<[u8; 32]>, ()), Stuck> {
        let shares = given
            .iter()
            .map(|(holder, share)| ((3, *holder), *share))
            .collect();
        let answers = Answers(shares);
        let weights = HashMap::new();
        let mut restorer = Restorer {
            threshold: THRESHOLD,
            answers: &answers,
            weights,
        };
        let fits = |seed: &[u8; 32]| (commit_self_mask(seed) == commitment).then_some(());
        restorer.restore(3, &[0, 1, 2, 3], fits)
    }

    #[test]
    fn a_dropped_party_s_self_mask_is_not_restored_from_shares_of_its_keys() {
        let (keys, self_mask) = ([4; 32], [5; 32]);
        let of_keys = shares(keys);
        let mut given: Vec<_> = (0..3).map(|at| (at, of_keys.expose()[at])).collect();
        assert!(restore(&given, commit_self_mask(&self_mask)).is_err());
        // One colluding neighbour adds what it holds of the other secret: still nothing.
        given[2].1 = shares(self_mask).expose()[2];
        assert!(restore(&given, commit_self_mask(&self_mask)).is_err());
    }

    #[test]
    fn any_one_false_share_is_passed_over_where_a_spare_one_is() {
        let secret = [5; 32];
        for liar in 0..4 {
            let mut given: Vec<_> = (0..4).zip(shares(secret).expose().clone()).collect();
            given[liar].1 = shares([6; 32]).expose()[liar];
            let (restored, ()) = restore(&given, commit_self_mask(&secret)).unwrap();
            assert_eq!(*restored.expose(), secret);
        }
    }

    #[test]
    fn a_report_from_a_party_that_showed_no_keys_blames_it() {
        let shown = |_| Advertised {
            keys: Bytes::new(),
            self_mask: [0; 32],
            graph: [0; 32],
        };
        // On a ring of seven the four that are no neighbours of the liar lack nothing.
        let graph = Graph::draw(7, 3, &Seed::from_bytes([1; 32]));
        let report = |index: usize| {
            let mut from = graph.neighbours(index);
            from.retain(|peer| index == 0 || *peer != 0);
            let higher = from.iter().filter(|peer| **peer > index).count();
            let capsules = vec![0; higher * CAPSULE_LEN].into();
            let from = from.into_iter().map(crate::lists::narrow).collect();
            (index, Received { from, capsules })
        };
        let reports: Vec<_> = (0..7).map(report).collect();
        let listed = (1..7).map(|index| (index, shown(index))).collect();
        let made = Directory::new([0; 32], graph.clone(), listed, &reports);
        assert_eq!(made.err(), Some((0, Breach::BadShares)));
        let listed = (0..7).map(|index| (index, shown(index))).collect();
        let made = Directory::new([0; 32], graph.clone(), listed, &reports).unwrap();
        assert_eq!(made.members.len(), 5, "without whom the liar shut out");
    }

    #[test]
    fn too_few_shares_are_counted() {
        let secret = [5; 32];
        let given: Vec<_> = (0..2).zip(shares(secret).expose().clone()).collect();
        let stuck = restore(&given, commit_self_mask(&secret)).err();
        assert_eq!(stuck, Some(Stuck::TooFewShares { of: 3, held: 2 }));
    }
}
